"""A view with a work list and a reading pane: the drop-in queue and my own cases."""

from collections.abc import Iterable
from dataclasses import replace
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from clinic_tui.actions.action import Action, Scope
from clinic_tui.domain.cases import CaseState
from clinic_tui.i18n import N_, _, ngettext
from clinic_tui.protocol.resources import CaseRow
from clinic_tui.state.changes import Changes
from clinic_tui.state.queue_view import QueueView
from clinic_tui.widgets.clinic_screen import ClinicScreen, bindings
from clinic_tui.widgets.deeds import CaseDeeds
from clinic_tui.widgets.plain import put
from clinic_tui.widgets.queue_rows import QueueRows
from clinic_tui.widgets.reading import reading
from clinic_tui.widgets.work_list import WorkList
from clinic_tui.widgets.workplace import Workplace


class QueueScreen(ClinicScreen):
    """The list, and beside or below it what one reads up on."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.LIST)
    SCOPES: ClassVar[tuple[Scope, ...]] = (Scope.ANYWHERE, Scope.LIST)

    def __init__(self, place: Workplace, view: QueueView) -> None:
        super().__init__(place)
        self.view = view
        self.rows = QueueRows(place, owned=view is place.mine)
        self.deeds = CaseDeeds(place, lambda text, warning: self.say(text, warning=warning))
        self.reading: str | None = None
        """The case in the reading pane."""

    def compose_view(self) -> ComposeResult:
        """The work list and the reading pane."""
        yield WorkList(id="list", now=self.place.now().timestamp())
        with VerticalScroll(id="reading"):
            yield Static(id="reading-text")

    def on_mount(self) -> None:
        """Fill the list before the first paint."""
        super().on_mount()
        self.show_all()
        self.list.focus()

    @property
    def list(self) -> WorkList:
        """The work list."""
        return self.query_one("#list", WorkList)

    @property
    def selected(self) -> CaseRow | None:
        """The row of the case under the cursor."""
        case_id = self.list.selected if self.is_mounted else None
        return self.place.desk.rows.get(case_id) if case_id else None

    def show_all(self) -> None:
        """Show the whole list, and the reading pane as it stands."""
        self.list.tick(self.place.now().timestamp())
        self.list.empty_text = self.empty_text()
        self.list.set_rows(self.view.ids(), self.rows)
        self.show_reading()
        self.show_keys()

    def show_changes(self, changes: Changes) -> None:
        """Repaint the lines that changed, or lay the list anew if its order did."""
        if changes.everything:
            self.list.tick(self.place.now().timestamp())
        if changes.lists or changes.everything:
            self.list.empty_text = self.empty_text()
            self.list.set_rows(self.view.ids(), self.rows)
        else:
            for case_id in changes.rows:
                if case_id in self.view:
                    self.list.update_row(self.rows[case_id])
        if self.reading in changes.visits or self.reading in changes.rows:
            self.show_reading()

    def tick(self) -> None:
        """A minute may have passed: the waits in view, and those over their target."""
        now = self.place.now().timestamp()
        for index in self.list.rows_in_view:
            case_id = self.view.id_at(index)
            if case_id is not None:
                self.list.update_row(self.rows[case_id])
        self.list.tick(now)

    def empty_text(self) -> str:
        """What an empty list says: why, and what to do."""
        hidden = self.view.hidden_waiting
        if not self.place.desk.loaded:
            return _("Fetching the queue …")
        if hidden:
            return ngettext(
                "Nobody waits within the filter. The filter hides {count}: {key} changes it.",
                "Nobody waits within the filter. The filter hides {count}: {key} changes it.",
                hidden,
            ).format(count=hidden, key=self.place.keymap.shown("filter.edit"))
        return _("Nobody waits.")

    def may(self, action_id: str) -> bool:
        """Whether the action can be done with the selected case."""
        if action_id.startswith("case."):
            return self.deeds.may(action_id, self.selected)
        return super().may(action_id)

    def actions_now(self) -> Iterable[Action]:
        """One's own case is gone to, not read up on; a started visit needs no second key for that."""
        row = self.selected
        own = row is not None and self.place.desk.is_mine(row)
        for action in super().actions_now():
            if own and action.id == "case.read":
                yield replace(action, title=N_("Go to the visit"))
            elif action.id != "case.start" or (row is not None and row.state != CaseState.IN_PROGRESS):
                yield action

    def why_not(self, action_id: str) -> str:
        """Why the selected case cannot be taken or started."""
        return self.deeds.why_not(action_id, self.selected)

    @on(WorkList.Selected)
    @on(WorkList.Opened)
    def _moved(self, event: WorkList.Selected | WorkList.Opened) -> None:
        if isinstance(event, WorkList.Opened):
            self.action_perform("case.read")
            return
        if self.reading and self.reading != self.list.selected:
            self.close_reading()
        elif not self.reading:
            self.show_reading()
        self.show_keys()

    def do_case_read(self) -> None:
        """Read up on the case; one's own is gone to."""
        row = self.selected
        if row is None:
            return
        if self.place.desk.is_mine(row):
            self.place.open_case(row.id)
            return
        self.deeds.read(row, lambda: self.open_reading(row.id))

    def do_case_take(self) -> None:
        """Take the case."""

        def lost(following: CaseRow | None) -> None:
            self.close_reading()
            if following is not None:
                self.list.select(following.id)

        if self.selected is not None:
            self.deeds.take(self.selected, lost)

    def do_case_start(self) -> None:
        """Start the visit, or go to it."""
        if self.selected is not None:
            self.deeds.start(self.selected)

    def do_case_release(self) -> None:
        """Put the case back."""
        if self.selected is not None:
            self.deeds.release(self.selected)

    def do_case_take_over(self) -> None:
        """Take the case over from a colleague."""
        if self.selected is not None:
            self.deeds.take_over(self.selected)

    def do_list_down(self) -> None:
        """Move one case down."""
        self.list.action_cursor(1)

    def do_list_up(self) -> None:
        """Move one case up."""
        self.list.action_cursor(-1)

    def do_app_back(self) -> None:
        """Close the reading pane; the list stays where it is."""
        if self.reading:
            self.close_reading()

    def open_reading(self, case_id: str) -> None:
        """Show a case in the reading pane."""
        self.reading = case_id
        self.show_reading()
        self.query_one("#reading").scroll_home(animate=False)

    def close_reading(self) -> None:
        """Empty the reading pane and no longer be shown as a reader."""
        if self.reading:
            case_id, self.reading = self.reading, None
            self.deeds.stop_reading(case_id)
            self.place.desk.close(case_id)
        self.show_reading()

    def show_reading(self) -> None:
        """Show the pane's case, or how to get one."""
        pane = self.query_one("#reading-text", Static)
        visit = self.place.desk.visits.get(self.reading) if self.reading else None
        self.set_class(visit is not None, "-reading")
        if visit is not None:
            put(pane, reading(visit, me=self.place.desk.people.staff_id))
            return
        self.reading = None
        put(pane, self.reading_hint())

    def reading_hint(self) -> str:
        """What an empty reading pane says."""
        if self.selected is None:
            return ""
        key = self.place.keymap.shown("case.read")
        return _("{key} reads up on the case. The reading is logged.").format(key=key)
