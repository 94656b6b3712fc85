"""Colleagues: who is here, what one talks about with them, and what they ask."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Static

from clinic_tui.actions.action import Scope
from clinic_tui.i18n import _
from clinic_tui.protocol.ids import new_id
from clinic_tui.protocol.refs import StaffRef
from clinic_tui.protocol.team import Conversation
from clinic_tui.protocol.team_commands import CloseConversation, SetPresence
from clinic_tui.state.changes import Changes
from clinic_tui.widgets.clinic_screen import ClinicScreen, bindings
from clinic_tui.widgets.line_list import Column, Line, LineList
from clinic_tui.widgets.menu_counts import needs_me
from clinic_tui.widgets.modal import show_dialog
from clinic_tui.widgets.plain import put
from clinic_tui.widgets.team_lines import (
    COLLEAGUE_COLUMNS,
    CONVERSATION_COLUMNS,
    colleague_lines,
    consultation_lines,
    consultations,
    conversation_lines,
    names_text,
    talks,
)
from clinic_tui.widgets.team_talk import TeamTalk
from clinic_tui.widgets.view_tabs import ViewTab, ViewTabs
from clinic_tui.widgets.workplace import Choice, Question, Workplace
from styles import css_paths

OPEN = "open:"
"""What stands before a conversation's id in `Workplace.wanted_tab`."""
TABS: dict[str, tuple[Callable[[Workplace], list[Line]], tuple[Column, ...]]] = {
    "colleagues": (colleague_lines, COLLEAGUE_COLUMNS),
    "conversations": (conversation_lines, CONVERSATION_COLUMNS),
    "consultations": (consultation_lines, CONVERSATION_COLUMNS),
}


class TeamScreen(ClinicScreen):
    """Three lists, and beside them the conversation that is open (slides 36-40 and 73)."""

    CSS_PATH = css_paths("base", "team")
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.TEAM)
    SCOPES: ClassVar[tuple[Scope, ...]] = (Scope.ANYWHERE, Scope.TEAM)
    VIEW: ClassVar[str] = "go.team"
    AUTO_FOCUS = "LineList"

    def __init__(self, place: Workplace) -> None:
        super().__init__(place)
        self.tab = "colleagues"
        """Which list is shown."""
        self.lines = LineList(COLLEAGUE_COLUMNS)
        self.chat = TeamTalk(place)

    def compose_view(self) -> ComposeResult:
        """Tabs, list, and the conversation beside it."""
        yield ViewTabs(id="team-tabs")
        with Horizontal(id="team-panes"):
            with VerticalScroll(id="team-list", classes="pane", can_focus=False):
                yield self.lines
                yield Static(id="team-empty")
            yield self.chat

    def show_all(self) -> None:
        """Show the tab that is asked for, its list and the open conversation."""
        wanted = self.place.wanted_tab.pop("team", "")
        if wanted.startswith(OPEN):
            self.open_conversation(wanted.removeprefix(OPEN))
            if self.chat.is_open:
                self.call_after_refresh(self.chat.focus_text)
        elif wanted in TABS:
            self.tab = wanted
        self._show_list()
        self._show_chat()

    def show_changes(self, changes: Changes) -> None:
        """Show who came and went, and what was said."""
        if changes.everything or changes.team & {"colleagues", "conversations"}:
            self._show_list()
            self._show_chat()

    def tick(self) -> None:
        """Dates change at midnight."""
        self._show_list()

    def _show_list(self) -> None:
        desk = self.place.desk
        me = desk.people.staff_id
        here = (one.presence != "off" and one.staff.id != me for one in desk.team.colleagues.values())
        tabs = (
            ViewTab("colleagues", _("Colleagues"), sum(here)),
            ViewTab(
                "conversations",
                _("Conversations"),
                sum(needs_me(desk, one) for one in talks(desk)),
                alert=True,
            ),
            ViewTab(
                "consultations",
                _("Consultations"),
                sum(needs_me(desk, one) for one in consultations(desk)),
                alert=True,
            ),
        )
        self.query_one(ViewTabs).show_tabs(tabs, self.tab)
        make, columns = TABS[self.tab]
        shown = make(self.place)
        self.lines.show(shown, columns)
        put(self.query_one("#team-empty", Static), "" if shown else self._empty_text())

    def _empty_text(self) -> str:
        """What an empty list says: what to do."""
        keys = self.place.keymap
        return {
            "colleagues": _("Nobody is signed in here today."),
            "conversations": _("No conversations yet. Choose a colleague and press {key}.").format(
                key=keys.shown("team.open")
            ),
            "consultations": _("No questions wait. {key} asks a colleague or a role.").format(
                key=keys.shown("team.consult")
            ),
        }[self.tab]

    def _show_chat(self) -> None:
        """Show the open conversation beside the list, or in its place on a narrow screen."""
        self.chat.refresh_talk()
        self.set_class(self.chat.is_open, "-talking")

    def open_conversation(self, conversation_id: str) -> None:
        """Show a conversation in its tab."""
        one = self.place.desk.team.conversations.get(conversation_id)
        if one is None:
            return
        self.tab = "consultations" if one.kind == "consultation" else "conversations"
        self._show_list()
        self.lines.select(one.id)
        self.chat.open(one.id)
        self._show_chat()

    def active_scopes(self) -> Sequence[Scope]:
        """Where one writes, the list's keys are letters."""
        return (Scope.ANYWHERE,) if self.chat.has_focus_within else self.SCOPES

    def may(self, action_id: str) -> bool:
        """What the keys do depends on what is selected."""
        if not self.is_mounted:
            return False
        match action_id:
            case "team.open":
                return self._colleague is not None if self.tab == "colleagues" else self._selected is not None
            case "team.close":
                return self._selected is not None and self._selected.state == "open"
            case "team.case":
                return self._selected is not None and self._selected.case_id is not None
            case _:
                return super().may(action_id)

    @property
    def _selected(self) -> Conversation | None:
        """The selected conversation, or the open one where colleagues are listed."""
        if self.tab == "colleagues":
            return self.chat.shown
        return self.place.desk.team.conversations.get(self.lines.selected or "")

    @property
    def _colleague(self) -> StaffRef | None:
        """The selected colleague, who is somebody else."""
        staff_id, _space, unit_id = (self.lines.selected or "").partition(" ")
        one = self.place.desk.team.colleagues.get((staff_id, unit_id))
        return one.staff if one is not None and staff_id != self.place.desk.people.staff_id else None

    @on(ViewTabs.Chosen)
    def _to_tab(self, event: ViewTabs.Chosen) -> None:
        event.stop()
        self.tab = event.id
        self._show_list()
        self.show_keys()

    @on(LineList.Moved)
    def _moved(self) -> None:
        self.show_keys()

    @on(LineList.Opened)
    def _opened(self) -> None:
        if self.may("team.open"):
            self.do_team_open()

    def do_team_next(self) -> None:
        """Show the next tab."""
        self.query_one(ViewTabs).action_step(1)

    def do_team_previous(self) -> None:
        """Show the previous tab."""
        self.query_one(ViewTabs).action_step(-1)

    def do_team_open(self) -> None:
        """Write to the selected colleague, or open the selected conversation."""
        if self.tab != "colleagues":
            self.chat.open(self.lines.selected)
        elif self._colleague is not None:
            self.chat.write_to(self._colleague)
        self._show_chat()
        if self.chat.is_open:
            self.chat.focus_text()

    def do_app_back(self) -> None:
        """From the text to the list, then the conversation away, then to the queue; no text is lost."""
        if not self.chat.is_open:
            self.place.app_perform("app.back")
            return
        if not self.chat.has_focus_within or self.has_class("-narrow"):
            self.chat.open(None)
            self._show_chat()
        self.lines.focus()

    def do_team_presence(self) -> None:
        """Busy where one did not say so, else free; a live visit keeps one busy whatever one says."""
        people = self.place.desk.people
        unit = people.assignment.unit_id if people.assignment else ""
        own = self.place.desk.team.colleagues.get((people.staff_id, unit))
        free = own is not None and (own.stays_busy or own.presence == "off")
        text = _("Colleagues see you as free.") if free else _("Colleagues see you as busy.")
        if own is not None and own.visits:
            text = (
                _("You are busy while your visit goes on, and free after it.")
                if free
                else _("You stay busy after your visit too, until you say that you are free.")
            )
        command = SetPresence(command_id=new_id(), presence="online" if free else "busy")
        self.place.submit(command, lambda _answer: self.say(text), self.refused)

    def do_team_consult(self) -> None:
        """Ask a colleague or a role about something."""
        from screens.dialogs.consult import ConsultDialog

        first = self._colleague if self.tab == "colleagues" else None
        show_dialog(self, ConsultDialog(self.place, first), lambda asked: self.open_conversation(asked or ""))

    def do_team_close(self) -> None:
        """Ask, then close the selected conversation."""
        one = self._selected
        if one is None:
            return

        def closed(_answer: object) -> None:
            if self.chat.open_id == one.id:
                self.chat.open(None)
            self.show_all()

        def close() -> None:
            command = CloseConversation(command_id=new_id(), conversation_id=one.id)
            self.place.submit(command, closed, self.refused)

        label = _("Mark as answered") if one.kind == "consultation" else _("Close the conversation")
        text = _("With {names}. What was said is kept.").format(names=names_text(self.place.desk, one))
        choices = (Choice("x", label, close), Choice("escape", _("Cancel")))
        self.place.ask(Question(label, text, choices, warning=False))

    def do_team_case(self) -> None:
        """Open the case that the conversation is about."""
        if self._selected is not None and self._selected.case_id is not None:
            self.place.open_case(self._selected.case_id)

    @on(TeamTalk.Told)
    def _told(self, event: TeamTalk.Told) -> None:
        self.say(event.text, warning=event.warning)
