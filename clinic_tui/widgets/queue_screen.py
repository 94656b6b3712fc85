"""A list of cases with what is done with them: the drop-in queue, my own cases, the chats."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from textual import on
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget

from clinic_tui.actions.action import Action, Scope
from clinic_tui.actions.registry import ACTIONS
from clinic_tui.domain.cases import CaseKind, CaseState
from clinic_tui.i18n import N_, _, ngettext
from clinic_tui.protocol.resources import CaseRow
from clinic_tui.state.parts import is_part, part_rows
from clinic_tui.state.queue_view import QueueView
from clinic_tui.widgets.bar import Bar, Piece
from clinic_tui.widgets.deeds import CaseDeeds
from clinic_tui.widgets.list_screen import ListScreen
from clinic_tui.widgets.queue_rows import QueueRows
from clinic_tui.widgets.texts import part_text
from clinic_tui.widgets.work_list import WorkList
from clinic_tui.widgets.work_row import WorkRow
from clinic_tui.widgets.workplace import Workplace


class QueueScreen(ListScreen):
    """The cases of one `QueueView`, read up on, taken, started and given on from here."""

    def __init__(self, place: Workplace, view: QueueView) -> None:
        super().__init__(place)
        self.view = view
        self._rows = QueueRows(place, owned=view is place.mine)
        self.deeds = CaseDeeds(place, lambda text, warning: self.say(text, warning=warning))
        self.part = ""
        """The part of the list that is shown alone, as `state.parts` names it, until one leaves the view."""

    def compose_top(self) -> Iterable[Widget]:
        """What a view has above its list, and which part of it is shown."""
        yield Vertical(*self.above(), Bar(id="part"), id="above")

    def above(self) -> Iterable[Widget]:
        """What the view has above its list."""
        return ()

    @property
    def lines(self) -> Mapping[str, WorkRow]:
        """The lines of the list by case id."""
        return self._rows

    def order(self) -> Sequence[str]:
        """The ids of the cases in the list, in order."""
        if self.part:
            return [row.id for row in part_rows(self.place.desk, self.place.lists, self.part)]
        return self.whole()

    def whole(self) -> Sequence[str]:
        """The ids of the whole list, in order."""
        return self.view.ids()

    def holds(self, case_id: str) -> bool:
        """Whether a case is in the list."""
        return case_id in (self.order() if self.part else self.view)

    def show_all(self) -> None:
        """Show the list, or the part of it that another view has asked for."""
        wanted = self.place.wanted_tab.pop(self.VIEW.removeprefix("go."), "")
        if is_part(wanted):
            self.close_reading()
            self.part = wanted
        super().show_all()
        if is_part(wanted):
            self.list.action_edge(-1)

    def show_list(self) -> None:
        """Lay the list anew, and tell which part of it is shown."""
        super().show_list()
        bar = self.query_one("#part", Bar)
        bar.display = bool(self.part)
        if self.part:
            key = self.place.keymap.shown("app.back")
            whole = Piece(_("{key} shows all").format(key=key), "$muted", "app.back", gap=2)
            bar.show([Piece(part_text(self.part), "$accent bold"), whole])

    def on_screen_suspend(self) -> None:
        """The whole list is shown again once the view was left; a dialog over it leaves it as it is."""
        stack: Sequence[object] = self.app.screen_stack  # pyright: ignore[reportUnknownMemberType]
        if self not in stack:
            self.part = ""

    def do_app_back(self) -> None:
        """Close the reading pane, else show the whole list."""
        if self.part and not self.reading:
            self.part = ""
            self.show_all()
        else:
            super().do_app_back()

    def empty_text(self) -> str:
        """What an empty list says: why, and what to do."""
        hidden = self.view.hidden_waiting
        if not self.place.desk.loaded:
            return _("Fetching the queue …")
        if self.part:
            return _("Nothing is left here. {key} shows all.").format(key=self.place.keymap.shown("app.back"))
        if hidden:
            return ngettext(
                "Nobody waits within the filter. The filter hides {count}: {key} changes it.",
                "Nobody waits within the filter. The filter hides {count}: {key} changes it.",
                hidden,
            ).format(count=hidden, key=self.place.keymap.shown("filter.edit"))
        return _("Nobody waits.")

    def may(self, action_id: str) -> bool:
        """Whether the action can be done with the selected case."""
        action, row = ACTIONS[action_id], self.selected
        if action.scope is Scope.CASE:
            return row is not None and self.place.may_begin(action_id, row)
        if action_id.startswith("case."):
            return self.deeds.may(action_id, row)
        return super().may(action_id)

    def deed(self, action_id: str) -> Callable[[], None] | None:
        """What performs the action; what is done with a case from any view is begun by the app."""
        row = self.selected
        if ACTIONS[action_id].scope is Scope.CASE and row is not None:
            return lambda: self.place.begin(action_id, row.id)
        return super().deed(action_id)

    def actions_now(self) -> Iterable[Action]:
        """One's own case is gone to, not read up on; a started visit needs no second key for that."""
        row = self.selected
        for action in super().actions_now():
            if row is not None and self.place.desk.takes_part(row) and action.id == "case.read":
                yield replace(action, title=go_title(row))
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
        if self.place.desk.takes_part(row):
            self.place.open_case(row.id)
            return
        self.deeds.read(row, lambda: self.open_reading(row.id))

    def do_case_take(self) -> None:
        """Take the case."""

        def lost(following: CaseRow | None) -> None:
            self.close_reading()
            if following is not None:
                self.list.select(following.id, unasked=True)

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

    def close_reading(self) -> None:
        """Empty the reading pane and no longer be shown as a reader."""
        if self.reading:
            self.deeds.stop_reading(self.reading)
        super().close_reading()

    def reading_hint(self) -> Content | str:
        """What an empty reading pane says."""
        if self.selected is None:
            return ""
        key = self.place.keymap.shown("case.read")
        return _("{key} reads up on the case. The reading is logged.").format(key=key)


def go_title(row: CaseRow) -> str:
    """What the key is called that goes to a case: a marked text."""
    return N_("Go to the chat") if row.kind == CaseKind.ASYNC else N_("Go to the visit")
