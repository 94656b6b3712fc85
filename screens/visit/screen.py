"""The visit screen: the cases one has open, one at a time."""

from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Static, TextArea

from clinic_tui.actions.action import Action, Scope
from clinic_tui.actions.registry import in_scopes
from clinic_tui.i18n import _
from clinic_tui.state.changes import Changes
from clinic_tui.state.visit import Visit
from clinic_tui.widgets.bar import Bar
from clinic_tui.widgets.chat_log import ChatLog
from clinic_tui.widgets.clinic_screen import ClinicScreen, bindings, writes
from clinic_tui.widgets.composer import Composer
from clinic_tui.widgets.deeds import CaseDeeds
from clinic_tui.widgets.note_editor import NoteEditor
from clinic_tui.widgets.plain import put
from clinic_tui.widgets.side_panel import SidePanel
from clinic_tui.widgets.staff_chat import StaffChat
from clinic_tui.widgets.texts import resident_with_age
from clinic_tui.widgets.visit_tabs import VisitTabs
from clinic_tui.widgets.workplace import Workplace
from screens.visit import while_changing
from screens.visit.beside import Beside
from screens.visit.case_line import CaseLine
from screens.visit.claims import Claims
from screens.visit.draft_book import DraftBook, keeper
from screens.visit.elsewhere import Elsewhere
from screens.visit.ending import Ending
from screens.visit.interruptions import Interruptions
from screens.visit.panes import Panes
from screens.visit.permits import Permits
from screens.visit.placeholders import placeholder_values
from screens.visit.sending import Sending
from screens.visit.tab_line import end_pieces, open_visits, tab_of
from screens.visit.talk import Talk
from styles import css_paths


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
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.VISIT, Scope.CHAT, Scope.LIST, Scope.CASE)
    SCOPES: ClassVar[tuple[Scope, ...]] = (Scope.ANYWHERE, Scope.VISIT, Scope.CHAT, Scope.CASE)
    VIEW: ClassVar[str] = "visit"

    def __init__(self, place: Workplace) -> None:
        super().__init__(place)
        self.drafts = DraftBook(keeper(place), place.client)
        self.beside = Beside(self)
        self.permits = Permits(self)
        self.claims = Claims(self)
        self.elsewhere = Elsewhere(self)
        self.interruptions = Interruptions(self)
        self.case_line = CaseLine(self)
        self.talk = Talk(self)
        self.sending = Sending(self)
        self.ending = Ending(self)
        self.panes = Panes(self)
        self.deeds = CaseDeeds(place, lambda text, warning: self.say(text, warning=warning), self.key_of)
        self.panel = SidePanel()
        self._typing_ends: Timer | None = None

    def compose_view(self) -> ComposeResult:
        """Tabs, chat, panel."""
        yield VisitTabs(id="visit-tabs")
        with Horizontal(id="visit"):
            with Vertical(id="chat"):
                yield Bar(id="case-line")
                yield ChatLog(id="log")
                yield Composer()
                yield StaffChat(id="staff")
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
        """Whether the chat with the resident is really before the user's eyes."""
        return self.is_current and self.writes_to_resident

    @property
    def writes_to_resident(self) -> bool:
        """Whether the resident's side of the chat is shown, not that of the staff."""
        return self.query_one("#chat").display and not self.beside.open

    @property
    def types(self) -> bool:
        """Whether the focus is in a text of one's own."""
        area = self.focused
        return isinstance(area, TextArea) and not area.read_only and not area.disabled

    @property
    def writing_now(self) -> bool:
        """Whether the focus is in a text of one's own, where keys that edit are the text's."""
        area = self.focused
        return isinstance(area, TextArea) and not area.read_only and bool(area.text)

    @property
    def in_front(self) -> bool:
        """Whether this view is shown, be it below a dialog."""
        stack: Sequence[object] = self.app.screen_stack  # pyright: ignore[reportUnknownMemberType]
        return self in stack

    def belongs(self, case_id: str | None) -> bool:
        """Whether what was filled in for a case may be sent: where another is on screen, it is told and kept.

        Everything that is sent from here asks this first.
        """
        if case_id is not None and case_id == self.place.current_visit:
            return True
        filled = self.place.desk.visits.get(case_id or "")
        who = resident_with_age(filled.row.resident) if filled is not None else _("the case")
        text = _("Nothing was sent: it was written for {resident}, who is not on screen. The text is kept.")
        self.say(text.format(resident=who), warning=True)
        return False

    def changing(self, event: events.Event) -> str:
        """Why input is not taken while the case on screen is signed, handed over or ended."""
        return while_changing.refusal(self, event)

    def why_not(self, action_id: str) -> str:
        """That what is written is sent from where it is written, and from nowhere else."""
        visit = self.visit
        if action_id != "message.send" or visit is None or not self.sending.has_field(visit):
            return ""
        keys = self.place.keymap
        text = _("{key} sends from where the message is written. {back} goes there.")
        return text.format(key=keys.shown("message.send"), back=keys.shown("app.back"))

    def keep(self) -> None:
        """Take what stands in the fields into the drafts."""
        self.panes.keep()

    def show_all(self) -> None:
        """Show the visit from scratch, with the focus where its state wants it."""
        if not self.is_mounted:
            return
        self.keep()
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
            self._show_none(visits)
            return
        self.interruptions.look(visit)
        self.beside.show(visit)
        self.panes.show(visit)
        self.talk.show(visit)
        self.case_line.show(visit)
        self.show_keys()

    def _show_none(self, visits: Sequence[Visit]) -> None:
        """Say that no visit is shown, and how to get to one; none comes up by itself."""
        text, action = _("You have no open visits. {key} shows the queue."), "go.drop_in"
        if visits:
            text, action = _("No visit is shown. {key} goes to the next one."), "go.visit"
        put(self.query_one("#no-visit", Static), text.format(key=self.key_of(action)))
        self.set_focus(None)
        self.show_keys()

    def tick(self) -> None:
        """The time left has changed."""
        if self.visit is not None:
            self.case_line.show(self.visit)

    def show_changes(self, changes: Changes) -> None:
        """Show what changed in the visit on screen, and in the tabs."""
        if not self.is_mounted:
            return
        if "conversations" in changes.team or changes.visits or changes.rows or changes.lists:
            self.show_current()
            self.sending.tell_failures()

    def active_scopes(self) -> Sequence[Scope]:
        """The chat log's keys act where it has the focus; those of the lists after the leading key."""
        scopes = (Scope.ANYWHERE, Scope.VISIT, Scope.LIST, Scope.CASE)
        return (*scopes, Scope.CHAT) if isinstance(self.focused, ChatLog) else scopes

    def led_scopes(self) -> Sequence[Scope]:
        """After the leading key, the letters of the lists act on the visit on screen, too."""
        return (Scope.ANYWHERE, Scope.CASE, Scope.LIST, Scope.VISIT)

    def key_acts(self, key: str) -> bool:
        """In a visit no key acts that writes where one types: only the chat log has letters of its own."""
        return super().key_acts(key) and (not writes(key) or self._of_the_log(key))

    def _of_the_log(self, key: str) -> bool:
        """Whether the key is one of the chat log's own, which copy and show and do nothing else."""
        own = [self.place.keymap.keys(one.id) for one in in_scopes(Scope.CHAT)]
        return isinstance(self.focused, ChatLog) and key in ",".join(own).split(",")

    def on_key(self, event: events.Key) -> None:
        """A letter where nothing is written does nothing, and it is said what does."""
        if not self.leading and event.is_printable and not self._of_the_log(event.key):
            event.stop()
            event.prevent_default()
            if not self.outcome.offers:
                self.say(self.claims.what_acts())

    def may(self, action_id: str) -> bool:
        """Whether the action can be performed with the visit on screen."""
        answer = self.permits.may(action_id)
        return super().may(action_id) if answer is None else answer

    def deed(self, action_id: str) -> Callable[[], None] | None:
        """The screen's own deed, or that of the part whose matter it is."""
        begun = self.claims.deed(action_id)
        if begun is not None:
            return begun
        for part in (self.talk, self.sending, self.ending, self.panes, self.claims):
            found = getattr(part, "do_" + action_id.replace(".", "_"), None)
            if found is not None:
                return found
        return super().deed(action_id)

    def actions_now(self) -> Iterable[Action]:
        """The actions as this visit orders them."""
        return self.permits.ordered(super().actions_now())

    def title_of(self, action: Action) -> str:
        """What the action is called in this visit."""
        return self.permits.title(action) or super().title_of(action)

    @on(Composer.Edited)
    @on(NoteEditor.Edited)
    @on(Composer.SendPressed)
    @on(Composer.PageKey)
    @on(ChatLog.NewBelow)
    @on(ChatLog.CopyRequested)
    @on(SidePanel.Wanted)
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
            case SidePanel.Wanted(page=page):
                self.panes.look(page)
            case ChatLog.CopyRequested():
                self.talk.do_chat_copy()
            case _:
                self.talk.seen(visit)

    @on(StaffChat.Said)
    @on(StaffChat.Copied)
    @on(StaffChat.Refused)
    def _staff_side(self, event: StaffChat.Said | StaffChat.Copied | StaffChat.Refused) -> None:
        """What happens in the staff chat; none of it goes to the resident."""
        event.stop()
        match event:
            case StaffChat.Said(body=body, key=key):
                self.say("")
                self.beside.said(body, key)
            case StaffChat.Copied(body=body):
                self.say(self.place.copy(body))
            case StaffChat.Refused(reason=reason):
                self.say(reason, warning=True)

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
            self.panes.leave()

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
