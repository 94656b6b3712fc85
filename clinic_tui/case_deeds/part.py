"""What every part of the case room has: the app, a dialog, a command and a word about its outcome."""

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from clinic_tui.client.errors import ClientError
from clinic_tui.domain.async_chats import ASYNC_HELD, ASYNC_OPEN
from clinic_tui.domain.cases import CaseKind, CaseState
from clinic_tui.protocol.commands import Command
from clinic_tui.protocol.resources import CaseRow, UnitInfo
from clinic_tui.state.desk import Desk
from clinic_tui.state.visit import Visit
from clinic_tui.widgets.clinic_screen import ClinicScreen
from clinic_tui.widgets.modal import ClinicDialog
from clinic_tui.widgets.outcome import Offer, Outcome
from clinic_tui.widgets.workplace import Workplace
from clinic_tui.widgets.writing_dialog import WritingDialog

T = TypeVar("T")

LIVE = frozenset({CaseState.ACCEPTED, CaseState.IN_PROGRESS})
"""States of a live visit that somebody has and has not ended."""


class Hall(Protocol):
    """What the parts need of the application."""

    @property
    def place(self) -> Workplace:
        """The ports that the screens have."""
        ...

    @property
    def clinic_screen(self) -> ClinicScreen | None:
        """The view in front, also below a dialog."""
        ...

    def push_screen(self, screen: Any, callback: Any = None) -> Any:
        """Show a dialog."""
        ...

    def say(self, text: str, *, warning: bool = False) -> None:
        """Say something in the notice line of the view in front."""
        ...


class Part:
    """One group of deeds."""

    def __init__(self, hall: Hall) -> None:
        self._hall = hall

    @property
    def place(self) -> Workplace:
        """The ports that the screens have."""
        return self._hall.place

    @property
    def desk(self) -> Desk:
        """The desk."""
        return self.place.desk

    @property
    def me(self) -> str:
        """My staff id."""
        return self.desk.people.staff_id

    def visit(self, row: CaseRow) -> Visit | None:
        """The case's content, where it is on the desk."""
        return self.desk.visits.get(row.id)

    def is_ours(self, row: CaseRow) -> bool:
        """Whether it stands in a queue of my units that my role sees."""
        people = self.desk.people
        return row.unit_id in people.units and row.queue_role in people.roles_seen

    def unit(self, row: CaseRow) -> UnitInfo | None:
        """The case's unit."""
        return self.desk.people.all_units.get(row.unit_id)

    def newest(self, row: CaseRow) -> CaseRow:
        """The case's row as it now is: something may have happened while a dialog stood open."""
        visit = self.visit(row)
        known = self.desk.rows.get(row.id)
        candidates = [one for one in (row, known, visit.row if visit else None) if one is not None]
        return max(candidates, key=lambda one: one.revision)

    def say(self, text: str, *, warning: bool = False) -> None:
        """Say something in the view in front."""
        self._hall.say(text, warning=warning)

    def tell(self, text: str, *offers: Offer, detail: str = "", undo_id: str | None = None) -> None:
        """Tell what came of an action, with the keys that may follow."""
        self.place.tell(Outcome(text, detail, offers, undo_id=undo_id))

    def ask(self, dialog: ClinicDialog[T | None], then: Callable[[T], None]) -> None:
        """Show a dialog, and go on with what it is closed with; nothing follows where it is left."""

        def chosen(result: T | None) -> None:
            if result is not None:
                then(result)

        self._hall.push_screen(dialog, chosen)

    def send(
        self,
        command: Command,
        done: Callable[[Any], None],
        failed: Callable[[ClientError], None] | None = None,
    ) -> None:
        """Send a command; a refusal is said in place."""
        self.place.submit(command, done, failed or self.refused)

    def write(
        self, dialog: WritingDialog[T], make: Callable[[T], Command], done: Callable[[Any], None]
    ) -> None:
        """Show a dialog that stays open until what was written is sent; a refusal is said in it."""
        dialog.deliver_by(make, self.place.submit, done, self.refused)
        self._hall.push_screen(dialog)

    def refused(self, error: ClientError) -> None:
        """Say why nothing came of it."""
        self.say(error.user_text(), warning=True)


def is_chat(row: CaseRow) -> bool:
    """Whether it is an asynchronous chat."""
    return row.kind == CaseKind.ASYNC


def is_under_way(row: CaseRow) -> bool:
    """Whether somebody has the case and one can still write in it, or soon can."""
    return row.state in (ASYNC_HELD if is_chat(row) else LIVE)


def is_open_chat(row: CaseRow) -> bool:
    """Whether it is an asynchronous chat that is not closed."""
    return is_chat(row) and row.state in ASYNC_OPEN
