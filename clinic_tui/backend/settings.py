"""What can be set on a running backend, with the limits it promises."""

from dataclasses import dataclass

BODY_LIMIT = 1 << 20
"""Bytes of a request body (security.md 4.10)."""
HEADER_LIMIT = 16 << 10
"""Bytes of all request headers together."""
FRAME_LIMIT = 64 << 10
"""Bytes of a frame on the live stream (security.md 4.10)."""
PAGE_LIMIT = 500
"""Rows of a page at most."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Numbers a deployment may change; times are seconds unless the name says otherwise."""

    demo_data: bool = False
    """Whether residents may sign in with the simulated e-ID; loopback only."""
    queue_limit: int = 500
    """Events a slow connection may be behind before it is closed with 1013 (security.md 4.11)."""
    connections_per_session: int = 3
    connections: int = 1_000
    hello_seconds: float = 5.0
    """How long a new connection may wait with its first frame."""
    silence_seconds: float = 35.0
    """How long a connection may be without a beat; clients beat every ten seconds."""
    session_check_seconds: float = 5.0
    """How often open connections' sessions are looked up again; a revocation here acts at once."""
    body_seconds: float = 15.0
    """How long a request body may take to arrive."""
    replay_batch: int = 500
    replay_limit: int = 5_000
    """Events a stream replays at most; further behind, a snapshot is cheaper."""
    sign_ins_per_minute: int = 5
    """Failed sign-ins for an account from one address (security.md 4.12)."""
    sign_ins_per_address: int = 20
    sign_ins_per_account: int = 60
    commands_per_minute: int = 1_200
    commands_burst: int = 200
    metrics_everywhere: bool = False
    """Whether /metrics answers others than this host."""
    sms: str = "log"
    """The name of the gateway that texts go out by."""
    sms_secret: str = ""
    """What the gateway's delivery reports carry in their address; empty refuses every report."""
