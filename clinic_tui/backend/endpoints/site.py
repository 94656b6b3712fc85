"""What every endpoint is given."""

from dataclasses import dataclass, field

from clinic_tui.backend.context import Backend
from clinic_tui.backend.hub import Hub
from clinic_tui.backend.limits import RateLimit, SignInLimits
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
    sign_ins: SignInLimits
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
