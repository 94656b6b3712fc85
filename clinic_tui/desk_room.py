"""Where link and desk meet: what arrives is folded, what is done is sent, and the views are kept in step."""

from datetime import UTC, datetime, timedelta

from clinic_tui.client.link_events import (
    Arrived,
    Connected,
    Disconnected,
    DraftNotSaved,
    DraftRestored,
    DraftSaved,
    LinkEvent,
    MessageRestored,
    NotKept,
    OutboxChanged,
    SessionEnded,
    SnapshotArrived,
)
from clinic_tui.domain.filters import GlobalFilter
from clinic_tui.state.changes import NOTHING, Changes
from clinic_tui.state.desk import Desk
from clinic_tui.state.lists import LISTS, ListName
from clinic_tui.state.queue_view import QueueView


class DeskRoom:
    """The desk with its lists. Pure: it is told what came over the link and says what changed."""

    def __init__(self) -> None:
        self.desk = Desk()
        self.lists: dict[ListName, QueueView] = {name: QueueView(self.desk, name=name) for name in LISTS}
        """Every work list, by name."""
        self.ended = ""
        """Why the session is over; empty while it lasts."""

    def now(self) -> datetime:
        """The backend's clock, as well as it is known."""
        return datetime.now(UTC) + timedelta(seconds=self.desk.connection.clock_offset)

    def take_in(self, event: LinkEvent) -> Changes:
        """Fold what the link told."""
        match event:
            case SnapshotArrived(snapshot):
                return self.keep_step(self.desk.load(snapshot))
            case Arrived():
                return self.keep_step(self.desk.fold_all(event))
            case OutboxChanged():
                return self.desk.outbox(event)
            case SessionEnded(reason):
                self.ended = reason
                return NOTHING
            case DraftSaved(draft):
                return self.desk.put_saved_draft(draft)
            case MessageRestored() | DraftRestored():
                return self.keep_step(self.desk.restore(event))
            case DraftNotSaved():
                return self.desk.draft_not_saved(event)
            case NotKept() | Connected() | Disconnected():
                return NOTHING

    def keep_step(self, changes: Changes) -> Changes:
        """Bring the lists in step with the desk."""
        if changes:
            for view in self.lists.values():
                view.apply(changes)
        return changes

    def set_filter(self, chosen: GlobalFilter) -> None:
        """Use a global filter in every list."""
        for view in self.lists.values():
            view.set_filter(chosen)
