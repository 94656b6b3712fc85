"""A view with a list of cases, and beside or below it what one reads up on."""

from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from clinic_tui.actions.action import Scope
from clinic_tui.i18n import _
from clinic_tui.protocol.resources import CaseRow
from clinic_tui.state.changes import Changes
from clinic_tui.state.visit import Visit
from clinic_tui.widgets.clinic_screen import ClinicScreen, bindings
from clinic_tui.widgets.plain import put
from clinic_tui.widgets.reading import reading
from clinic_tui.widgets.texts import resident_with_age
from clinic_tui.widgets.work_list import WorkList
from clinic_tui.widgets.work_row import WorkRow


class ListScreen(ClinicScreen):
    """Shows the cases of `order` as `lines`, and keeps both in step with the desk."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.LIST, Scope.CASE)
    SCOPES: ClassVar[tuple[Scope, ...]] = (Scope.ANYWHERE, Scope.LIST, Scope.CASE)

    reading: str | None = None
    """The case in the reading pane."""

    @property
    def lines(self) -> Mapping[str, WorkRow]:
        """The lines of the list by case id; always the same object."""
        raise NotImplementedError

    def order(self) -> Sequence[str]:
        """The ids of the cases in the list, in order."""
        raise NotImplementedError

    def holds(self, case_id: str) -> bool:
        """Whether a case is in the list."""
        return case_id in self.order()

    def row_of(self, case_id: str) -> CaseRow | None:
        """The row of a case in the list."""
        return self.place.desk.rows.get(case_id)

    def empty_text(self) -> str:
        """What an empty list says: why, and what to do."""
        raise NotImplementedError

    def make_list(self) -> WorkList:
        """The list, empty."""
        return WorkList(id="list", now=self.place.now().timestamp())

    def compose_top(self) -> Iterable[Widget]:
        """What stands above the list."""
        return ()

    def compose_view(self) -> ComposeResult:
        """The list and the reading pane."""
        yield from self.compose_top()
        yield self.make_list()
        with VerticalScroll(id="reading"):
            yield Static(id="reading-text")

    def on_mount(self) -> None:
        """Fill the list before the first paint."""
        super().on_mount()
        self.show_all()
        self.list.focus()

    @property
    def list(self) -> WorkList:
        """The list."""
        return self.query_one("#list", WorkList)

    @property
    def selected(self) -> CaseRow | None:
        """The row of the case under the cursor."""
        case_id = self.list.selected if self.is_mounted else None
        return self.row_of(case_id) if case_id else None

    def show_all(self) -> None:
        """Show the whole list, and the reading pane as it stands."""
        self.show_list()
        self.list.tick(self.place.now().timestamp())
        self.show_reading()
        self.show_keys()

    def show_list(self) -> None:
        """Lay the list anew, with the selection on its case."""
        self.list.empty_text = self.empty_text()
        self.list.set_rows(self.order(), self.lines)

    def show_changes(self, changes: Changes) -> None:
        """Repaint the lines that changed, or lay the list anew if its order did."""
        if changes.lists or changes.everything:
            self.show_list()
            self.list.tick(self.place.now().timestamp())
        else:
            for case_id in filter(self.holds, changes.rows):
                self.list.update_row(self.lines[case_id])
        if self.reading in changes.visits or self.reading in changes.rows:
            self.show_reading()

    def tick(self) -> None:
        """A minute may have passed: what tells the time in the lines in view."""
        for case_id in self.list.ids_in_view:
            self.list.update_row(self.lines[case_id])
        self.list.tick(self.place.now().timestamp())

    def action_perform(self, action_id: str) -> None:
        """Perform an action, but none on a case that has come under the cursor by itself just now."""
        row = self.selected
        if action_id.startswith("case.") and row is not None and self.list.just_fell:
            self.list.select(row.id)
            text = _("The selection is now {resident}. Press the key again if you mean them.")
            self.say(text.format(resident=resident_with_age(row.resident)), warning=True)
            return
        super().action_perform(action_id)

    def do_list_down(self) -> None:
        """Move one case down."""
        self.list.action_cursor(1)

    def do_list_up(self) -> None:
        """Move one case up."""
        self.list.action_cursor(-1)

    def do_app_back(self) -> None:
        """Close the reading pane, where the list stays as it is; else to the queue."""
        if self.reading:
            self.close_reading()
        else:
            self.place.app_perform("app.back")

    def open_reading(self, case_id: str) -> None:
        """Show a case in the reading pane."""
        self.reading = case_id
        self.show_reading()
        self.query_one("#reading").scroll_home(animate=False)

    def close_reading(self) -> None:
        """Empty the reading pane."""
        if self.reading:
            case_id, self.reading = self.reading, None
            visit = self.place.desk.visits.get(case_id)
            if visit is not None and not self.place.desk.takes_part(visit.row):
                self.place.desk.close(case_id)
        self.show_reading()

    def show_reading(self) -> None:
        """Show the pane's case, or how to get one."""
        pane = self.query_one("#reading-text", Static)
        visit = self.place.desk.visits.get(self.reading) if self.reading else None
        self.set_class(visit is not None, "-reading")
        if visit is not None:
            put(pane, self.reading_text(visit))
            return
        self.reading = None
        put(pane, self.reading_hint())

    def reading_text(self, visit: Visit) -> Content:
        """What there is to read of a case."""
        return reading(visit, me=self.place.desk.people.staff_id)

    def reading_hint(self) -> Content | str:
        """What an empty reading pane says."""
        return ""
