"""The visit screen: the cases one has open, one at a time."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Input, Static, TextArea

from clinic_tui.actions.action import Action, Scope
from clinic_tui.domain.cases import CaseState
from clinic_tui.i18n import _
from clinic_tui.state.changes import Changes
from clinic_tui.state.visit import Visit
from clinic_tui.widgets.chat_log import ChatLog
from clinic_tui.widgets.clinic_screen import ClinicScreen, bindings
from clinic_tui.widgets.composer import Composer
from clinic_tui.widgets.deeds import CaseDeeds
from clinic_tui.widgets.note_editor import NoteEditor
from clinic_tui.widgets.plain import put
from clinic_tui.widgets.side_panel import SidePanel
from clinic_tui.widgets.visit_tabs import VisitTabs
from clinic_tui.widgets.workplace import DraftKind, Workplace
from screens.visit.draft_book import DraftBook
from screens.visit.ending import Ending
from screens.visit.panes import Panes
from screens.visit.placeholders import placeholder_values
from screens.visit.sending import Sending
from screens.visit.tab_line import end_pieces, open_visits, tab_of
from screens.visit.talk import Talk
from styles import css_paths

LETTERS = frozenset({"case.start", "case.release"})
"""Actions of the lists that work here too, where one does not type."""


class VisitScreen(ClinicScreen):
    """Chat, composer and side panel of the visit `Workplace.current_visit`; the others are tabs above it."""

    CSS_PATH = css_paths("base", "visit")
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - Textual's
        (0, "-narrow"),
        (100, "-tight"),
        (118, "-normal"),
        (160, "-wide"),
    ]
    VERTICAL_BREAKPOINTS = [(0, "-short"), (32, "-tall")]  # noqa: RUF012 - Textual's
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.VISIT, Scope.CHAT, Scope.LIST)
    SCOPES: ClassVar[tuple[Scope, ...]] = (Scope.ANYWHERE, Scope.VISIT, Scope.CHAT)
    VIEW: ClassVar[str] = "visit"

    def __init__(self, place: Workplace) -> None:
        super().__init__(place)
        self.drafts = DraftBook(place.save_draft)
        self.talk = Talk(self)
        self.sending = Sending(self)
        self.ending = Ending(self)
        self.panes = Panes(self)
        self.deeds = CaseDeeds(place, lambda text, warning: self.say(text, warning=warning))
        self.panel = SidePanel()
        self._typing_ends: Timer | None = None

    def compose_view(self) -> ComposeResult:
        """Tabs, chat, panel."""
        yield VisitTabs(id="visit-tabs")
        with Horizontal(id="visit"):
            with Vertical(id="chat"):
                yield ChatLog(id="log")
                yield Composer()
            yield self.panel
        yield Static(id="no-visit")

    def on_mount(self) -> None:
        """Show the visit before the first paint."""
        super().on_mount()
        area = self.query_one(Composer).area
        area.phrases = lambda: self.place.desk.people.phrases
        area.values = lambda: placeholder_values(self.place, self.visit) if self.visit else {}
        self.show_all()

    @property
    def visit(self) -> Visit | None:
        """The visit on screen."""
        return self.place.desk.visits.get(self.place.current_visit or "")

    @property
    def shows_chat(self) -> bool:
        """Whether the chat of the visit is really before the user's eyes."""
        return self.is_current and self.query_one("#chat").display

    @property
    def in_front(self) -> bool:
        """Whether this view is shown, be it below a dialog."""
        stack: Sequence[object] = self.app.screen_stack  # pyright: ignore[reportUnknownMemberType]
        return self in stack

    def keep(self) -> None:
        """Take what stands in the fields into the drafts."""
        self.panes.keep()

    def show_all(self) -> None:
        """Show the visit from scratch, with the focus where its state wants it."""
        if not self.is_mounted:
            return
        self.keep()
        visits = open_visits(self.place)
        if self.visit is None:
            self.place.current_visit = visits[0].case_id if visits else None
        self.show_current()
        visit = self.visit
        self.talk.watch(visit.case_id if visit else None, typing=False)
        self.show_frame()

    def show_current(self) -> None:
        """Show the visit and the tabs as they now are; texts that are being written stay."""
        visit, visits = self.visit, open_visits(self.place)
        self.query_one("#visit").display = visit is not None
        self.query_one("#no-visit").display = visit is None
        self.place.read_here = visit.case_id if visit is not None and self.talk.reads(visit) else None
        end = end_pieces(visit, visits, self.place)
        self.query_one(VisitTabs).show_tabs([tab_of(one, self.place) for one in visits], end)
        if visit is None:
            text = _("You have no open visits. {key} shows the queue.")
            shown = text.format(key=self.place.keymap.shown("go.drop_in"))
            put(self.query_one("#no-visit", Static), shown)
            return
        self.panes.show(visit)
        self.talk.show(visit)
        self.show_keys()

    def show_changes(self, changes: Changes) -> None:
        """Show what changed in the visit on screen, and in the tabs."""
        if not self.is_mounted:
            return
        if changes.everything or changes.visits or changes.rows or changes.lists:
            if self.visit is None:
                self.show_all()
            else:
                self.show_current()
            self.sending.tell_failures()

    def tell_other(self, kind: DraftKind) -> None:
        """Say that another draft was written elsewhere, and how to get at it."""
        text = (
            _("Another message was written elsewhere. Yours stays; {key} changes places.")
            if kind == "message"
            else _("The note was changed elsewhere. Yours stays; {key} changes places.")
        )
        self.say(text.format(key=self.place.keymap.shown("draft.other")), warning=True)

    def active_scopes(self) -> Sequence[Scope]:
        """Letters act only where one does not type."""
        if isinstance(self.focused, TextArea | Input):
            return (Scope.ANYWHERE, Scope.VISIT)
        if isinstance(self.focused, ChatLog):
            return (*self.SCOPES, Scope.LIST)
        return (Scope.ANYWHERE, Scope.VISIT, Scope.LIST)

    def may(self, action_id: str) -> bool:
        """Whether the action can be performed with the visit on screen."""
        visit = self.visit
        area = action_id.partition(".")[0]
        if area in {"list", "filter", "case"} and action_id not in {"filter.edit", *LETTERS}:
            return False
        if area in {"message", "chat", "visit", "draft", "case"}:
            return visit is not None and self._may_in(visit, action_id)
        if action_id == "go.visit":
            return len(open_visits(self.place)) > 1
        return super().may(action_id)

    def _may_in(self, visit: Visit, action_id: str) -> bool:
        if action_id in LETTERS:
            return visit.row.state == CaseState.ACCEPTED and self.deeds.may(action_id, visit.row)
        if action_id in {"visit.sign", "visit.end", "visit.close"}:
            return self.ending.may(action_id, visit)
        if action_id == "visit.previous":
            return len(open_visits(self.place)) > 1
        if action_id == "draft.other":
            return self.panes.other_kind(visit) is not None
        if action_id in {"visit.note", "visit.panel", "visit.chat"}:
            return True
        if action_id.startswith("message."):
            return self.sending.may(action_id, visit)
        return self.talk.may(action_id, visit)

    def deed(self, action_id: str) -> Callable[[], None] | None:
        """The screen's own deed, or that of the part whose matter it is."""
        for part in (self.talk, self.sending, self.ending, self.panes):
            found = getattr(part, "do_" + action_id.replace(".", "_"), None)
            if found is not None:
                return found
        return super().deed(action_id)

    def title_of(self, action: Action) -> str:
        """What the action is called in this visit."""
        if action.id == "visit.sign" and self.visit is not None and self.visit.notes:
            return _("Correct")
        if action.id == "go.visit":
            return _("Next visit")
        return super().title_of(action)

    @on(Composer.Edited)
    @on(NoteEditor.Edited)
    @on(Composer.SendPressed)
    @on(Composer.PageKey)
    @on(ChatLog.NewBelow)
    @on(ChatLog.CopyRequested)
    def _happened(self, event: Message) -> None:
        """What happens in the fields, for the part whose matter it is."""
        event.stop()
        visit = self.visit
        if visit is None:
            return
        match event:
            case Composer.Edited():
                self.talk.edited(visit)
            case NoteEditor.Edited():
                self.panes.edited(visit)
            case Composer.SendPressed():
                self.action_perform("message.send")
            case Composer.PageKey(direction=direction):
                self.talk.log.action_page(direction)
            case ChatLog.CopyRequested():
                self.talk.do_chat_copy()
            case _:
                self.talk.seen(visit)

    @on(SidePanel.Wanted)
    def _page_wanted(self, event: SidePanel.Wanted) -> None:
        event.stop()
        self.panes.choose(event.page)

    def on_resize(self) -> None:
        """On a narrow screen the panel takes turns with the chat."""
        if self.is_mounted and self.visit is not None:
            self.call_after_refresh(self.panes.fit)

    def on_screen_suspend(self) -> None:
        """Another view is shown: nothing here is on screen any longer."""
        self.keep()
        self.place.read_here = None
        if not self.in_front:
            self.talk.watch(None, typing=False)

    def say_in_front(self, text: str) -> None:
        """Say something in the view that is shown once this one has been left."""

        def say() -> None:
            front = self.app.screen  # pyright: ignore[reportUnknownMemberType]
            if isinstance(front, ClinicScreen) and front.is_mounted:
                front.say(text)

        self.app.call_later(say)  # pyright: ignore[reportUnknownMemberType]

    def stop_typing_in(self, seconds: float) -> None:
        """Some seconds after the last key one no longer types."""
        if self._typing_ends is not None:
            self._typing_ends.stop()
        self._typing_ends = self.set_timer(seconds, self.panes.typing_ended)

    def do_case_start(self) -> None:
        """Start the visit."""
        if self.visit is not None:
            self.deeds.start(self.visit.row)

    def do_case_release(self) -> None:
        """Put the case back, and go to the queue."""
        if self.visit is not None:
            self.deeds.release(self.visit.row)
