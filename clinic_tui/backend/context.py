"""What every part of a running backend needs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from clinic_tui.backend.activity import Activity
from clinic_tui.backend.clock import Clock
from clinic_tui.backend.delivery import Committed
from clinic_tui.backend.settings import Settings
from clinic_tui.backend.store import Store
from clinic_tui.backend.tx import nobody_in_chat, nobody_there
from clinic_tui.domain.region import RegionProfile
from clinic_tui.protocol.refs import Availability


class Publisher(Protocol):
    """Takes what was committed, to bring it to those who follow."""

    def publish(self, events: Sequence[Committed]) -> None:
        """Called once for each transaction, after its commit."""
        ...


class NoHub:
    """Tells nobody: for tools and tests without a live stream."""

    def publish(self, events: Sequence[Committed]) -> None:
        """Forget them; they are in the store."""


@dataclass(kw_only=True)
class Backend:
    """A running backend's parts."""

    store: Store
    clock: Clock
    region: RegionProfile
    hub: Publisher = field(default_factory=NoHub)
    settings: Settings = field(default_factory=Settings)
    resident_secret: str = ""
    """What the demo's simulated e-ID asks for; empty refuses every resident."""
    in_chat: Callable[[str, str], bool] = nobody_in_chat
    """Whether a resident has a case's chat on screen right now; called from any thread."""
    availability: Callable[[str, str], Availability] = nobody_there
    """Whether a resident is in a case's chat right now; called from any thread."""
    activity: Activity = field(default_factory=Activity)
    """When staff last did something themselves."""
