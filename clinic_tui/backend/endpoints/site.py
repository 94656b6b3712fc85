"""What every endpoint is given."""

from dataclasses import dataclass, field

from clinic_tui.backend.context import Backend
from clinic_tui.backend.hub import Hub
from clinic_tui.backend.limits import RateLimit
from clinic_tui.backend.metrics import Metrics
from clinic_tui.backend.presence import Presence
from clinic_tui.backend.settings import Settings


@dataclass(kw_only=True)
class Site:
    """One running backend with its outside: the live stream, limits and counters."""

    backend: Backend
    hub: Hub
    presence: Presence
    metrics: Metrics
    commands: RateLimit
    sign_ins: "SignInLimits"
    connected: dict[str, int] = field(default_factory=dict[str, int])
    """Open live connections by session."""

    @property
    def settings(self) -> Settings:
        """The deployment's numbers."""
        return self.backend.settings

    async def refresh_presence(self, token: str) -> None:
        """Learn anew of the cases of the resident who is connected with this token."""
        for subscription in self.hub.subscriptions:
            if subscription.token == token:
                for stream in subscription.streams:
                    await self.presence.refresh(stream.removeprefix("resident:"))


class SignInLimits:
    """How often a sign-in may fail: for an account from one address, for an address, for an account.

    Nothing is locked for good, for a lock is a way to stop care (security.md 4.12).
    """

    def __init__(self, settings: Settings) -> None:
        self._pair = RateLimit(settings.sign_ins_per_minute, settings.sign_ins_per_minute)
        self._address = RateLimit(settings.sign_ins_per_address, settings.sign_ins_per_address)
        self._account = RateLimit(settings.sign_ins_per_account, settings.sign_ins_per_account)

    def take(self, account: str, address: str) -> int:
        """Count an attempt; 0 when it may be made, else the seconds to wait."""
        return max(limit.take(key) for limit, key in self._keys(account, address))

    def succeeded(self, account: str, address: str) -> None:
        """The attempt was right, so it does not count."""
        for limit, key in self._keys(account, address):
            limit.give_back(key)

    def _keys(self, account: str, address: str) -> tuple[tuple[RateLimit, str], ...]:
        name = account.casefold()
        return (self._pair, f"{name} {address}"), (self._address, address), (self._account, name)
