"""Which page stands beside the chat, where the focus goes, and from visit to visit."""

from typing import TYPE_CHECKING

from textual.widget import Widget
from textual.widgets import TextArea

from clinic_tui.domain.async_chats import ASYNC_HELD, AsyncState
from clinic_tui.domain.cases import CaseKind, CaseState
from clinic_tui.i18n import _
from clinic_tui.protocol.resources import PhraseInfo
from clinic_tui.state.visit import Visit
from clinic_tui.widgets.composer import Composer
from clinic_tui.widgets.modal import show_dialog
from clinic_tui.widgets.note_parts import OthersLines, lines_of_others
from clinic_tui.widgets.side_panel import CHAT, PAGES
from clinic_tui.widgets.text_area import WritingArea
from clinic_tui.widgets.texts import clock
from clinic_tui.widgets.workplace import DraftKind
from screens.dialogs.phrase_picker import PhrasePicker
from screens.visit.placeholders import placeholder_values
from screens.visit.tab_line import after, open_visits

if TYPE_CHECKING:
    from screens.visit.screen import VisitScreen

NARROW_BELOW = 100
"""Columns under which chat and panel take turns (ui.md, sizes)."""


class Panes:
    """The side panel of the visit on screen, and the ways between panes and visits."""

    def __init__(self, screen: "VisitScreen") -> None:
        self._screen = screen
        self._place = screen.place
        self._pages: dict[str, str] = {}
        """The page chosen, by case."""
        self._before: tuple[str, str, bool] | None = None
        """Case and state that the focus was set for, and whether its note was signed."""
        self._note_of: tuple[str, str] | None = None
        """Case and state that the note was filled for."""

    @property
    def narrow(self) -> bool:
        """Whether chat and panel take turns."""
        return self._screen.size.width < NARROW_BELOW

    def show(self, visit: Visit) -> None:
        """Show the visit's page. The focus goes to where one writes with another visit, or with its start."""
        mine = self._place.desk.is_mine(visit.row)
        now = (visit.case_id, visit.row.state if mine else f"{visit.row.state}, another's", bool(visit.notes))
        before, self._before = self._before, now
        another = before is None or before[0] != visit.case_id
        if before != now:
            own = self._place.steps.led_to(visit.row)
            done = not another and own and visit.row.state == AsyncState.HANDLED
            self._screen.talk.rest(visit.case_id if done else "")
        self.show_note(visit)
        writing = self._writes(visit)
        if before != now and not another and not writing:
            self._pages.pop(visit.case_id, None)
        self.fit()
        if before is None or another or (before != now and not writing and self._begins(visit, before[1])):
            self.focus(visit)
        elif before != now and not writing:
            self._rest()

    def leave(self) -> None:
        """Another view is shown: a chat that was marked as done can be written in when it is opened anew."""
        if self._screen.talk.rests:
            self._screen.talk.rest("")
            self._before = None

    def _writes(self, visit: Visit) -> bool:
        """Whether the focus is in a text that one can still write in, or that was stopped and stays."""
        area, stopped = self._screen.focused, self._screen.interruptions.of(visit)
        if area is self._screen.talk.composer.area:
            return self._screen.talk.composes(visit) or (stopped is not None and stopped.message)
        if area is self._screen.panel.note.area:
            writable = self._screen.ending.note_is_mine(visit) and not visit.notes
            return writable or (stopped is not None and stopped.note)
        return isinstance(area, TextArea) and not area.read_only and not area.disabled

    def _is_stopped(self, area: Widget | None) -> bool:
        """Whether a field takes no more text by what was done elsewhere."""
        return isinstance(area, WritingArea) and area.held

    def _begins(self, visit: Visit, before: str) -> bool:
        """Whether one can write now and could not before: the visit was started, or the case became mine."""
        could = before in {CaseState.IN_PROGRESS, *ASYNC_HELD}
        return not could and self._screen.talk.writable(visit)

    def _rest(self) -> None:
        """Where one can no longer write, the focus rests in the chat, where letters do nothing."""
        self.to_chat()
        beside = self._screen.beside
        (beside.chat.chat_log if beside.open else self._screen.talk.log).focus()

    def page(self, visit: Visit) -> str:
        """The page to show: the one chosen, else the one the visit's state asks for."""
        page = self._pages.get(visit.case_id)
        if page is None:
            page = self._first_page(visit, narrow=self.narrow)
        return self._first_page(visit, narrow=False) if page == CHAT and not self.narrow else page

    def _first_page(self, visit: Visit, *, narrow: bool) -> str:
        """The page a state asks for: reading before the visit, writing in it, the note after it."""
        state = visit.row.state
        if visit.row.kind == CaseKind.ASYNC and (narrow or not visit.notes):
            return CHAT if narrow else "history"
        if state == CaseState.CLOSED:
            return "note"
        if narrow and self._screen.talk.writable(visit):
            return CHAT
        if not self._place.desk.is_mine(visit.row) or state == CaseState.ACCEPTED:
            return "history"
        return CHAT if narrow and state == CaseState.IN_PROGRESS else "note"

    def fit(self) -> None:
        """Show chat and panel as the width allows."""
        visit = self._screen.visit
        if visit is None:
            return
        page = self.page(visit)
        unsigned = visit.row.state == CaseState.ENDED_UNSIGNED
        panel = self._screen.panel
        panel.show_page(page, narrow=self.narrow, mark="note" if unsigned else "")
        panel.set_class(self.narrow and page == CHAT, "-tabs-only")
        self._screen.query_one("#chat").display = not self.narrow or page == CHAT
        panel.show_visit(visit, self._place.desk.people.staff_id)
        self._screen.talk.seen(visit)

    def focus(self, visit: Visit) -> None:
        """Put the focus where the visit's state asks for it."""
        if self._screen.beside.open and self._screen.query_one("#chat").display:
            self._screen.beside.chat.focus_text()
        elif self._screen.talk.composes(visit) and self._screen.query_one("#chat").display:
            self._screen.query_one(Composer).area.focus()
        elif self._screen.panel.page != CHAT:
            self._screen.panel.focus_page()
        else:
            self._screen.talk.log.focus()

    def look(self, page: str) -> None:
        """Show a page that was clicked; the focus stays in the text one writes, where that is still shown."""
        text = self._screen.focused if self._screen.types else None
        visit = self._show_page(page)
        if visit is None or (text is not None and not _hidden(text)):
            return
        self._focus_page(visit, page)

    def _show_page(self, page: str) -> Visit | None:
        """Show a page of the visit on screen, and give that visit."""
        visit = self._screen.visit
        if visit is None or page not in (CHAT, *PAGES):
            return None
        self._pages[visit.case_id] = page
        if page == "events":
            self._place.renew(visit.case_id)
        self.fit()
        return visit

    def choose(self, page: str) -> None:
        """Show a page, with the focus in it."""
        visit = self._show_page(page)
        if visit is not None:
            self._focus_page(visit, page)

    def _focus_page(self, visit: Visit, page: str) -> None:
        if page == CHAT:
            self.focus(visit)
        else:
            self._screen.panel.focus_page()

    def to_chat(self) -> None:
        """On a narrow screen, from the panel to the chat."""
        visit = self._screen.visit
        if self.narrow and visit is not None and self.page(visit) != CHAT:
            self._pages[visit.case_id] = CHAT
            self.fit()

    def show_note(self, visit: Visit) -> None:
        """Show the note to write, or its signed versions."""
        note = self._screen.panel.note
        mine = self._screen.ending.note_is_mine(visit)
        filled_for = (visit.case_id, f"{visit.row.state} {mine} {len(visit.notes)}")
        stopped = self._screen.interruptions.of(visit)
        if stopped is not None and stopped.note:
            note.stop(self._screen.drafts.text(visit, "note"), visit.notes)
            note.show_status(stopped.why, _("What you have written is still here."))
        elif visit.notes:
            note.show_signed(visit.notes)
            note.show_others(OthersLines())
            note.show_status()
        else:
            self.keep()
            news = self._screen.drafts.take_in(visit, "note")
            if self._note_of != filled_for or news == "loaded":
                note.load(self._screen.drafts.text(visit, "note"), writable=mine)
            if news == "other":
                self.tell_other("note")
            self._show_parts(visit)
            self.show_status(visit)
        self._note_of = filled_for
        key = self._place.keymap.shown("visit.sign") if self._screen.may("visit.sign") else ""
        note.show_deed(key, _("Correct …") if visit.notes else _("Sign …"))

    def show_status(self, visit: Visit) -> None:
        """Say where the note came from and whether its draft is saved."""
        drafts = self._screen.drafts
        if not visit.history.auto_history:
            origin = _("There is no auto-history")
        else:
            origin = _("From the auto-history {time}").format(time=clock(visit.row.queued_at))
            if drafts.edited(visit, "note"):
                origin += " · " + self._changed_by(visit)
        connected = self._place.desk.connection.state == "live"
        note = self._screen.panel.note
        note.show_status(note.area.room_text, origin, drafts.status(visit, "note", connected=connected))

    def _changed_by(self, visit: Visit) -> str:
        draft, me = visit.draft("note"), self._place.desk.people.staff_id
        author = draft.author if draft is not None else None
        if author is None or author.id == me or self._screen.drafts.touched(visit, "note"):
            return _("changed by you")
        return _("changed by {name}").format(name=author.name)

    def _show_parts(self, visit: Visit) -> None:
        """Show which lines of the note came with the case, and whose they are."""
        draft = visit.draft("note")
        parts = draft.parts if draft is not None else ()
        found = lines_of_others(parts, visit.history.auto_history, self._place.desk.people.staff_id)
        self._screen.panel.note.show_others(found)

    def tell_other(self, kind: DraftKind) -> None:
        """Say that another draft was written elsewhere, by whom, and how to get at it."""
        visit = self._screen.visit
        draft = visit.newest_draft(kind) if visit is not None else None
        author = draft.author if draft is not None else None
        name = author.name if author is not None and author.id != self._place.desk.people.staff_id else ""
        if kind == "message":
            text = _("Another message was written elsewhere. Yours stays; {key} changes places.")
        elif name:
            text = _("The note was changed by {name}. Yours stays; {key} changes places.")
        else:
            text = _("The note was changed elsewhere. Yours stays; {key} changes places.")
        self._screen.say(text.format(key=self._place.keymap.shown("draft.other"), name=name), warning=True)

    def edited(self, visit: Visit) -> None:
        """The user wrote in the note."""
        self.keep()
        self.show_status(visit)

    def keep(self) -> None:
        """Take what stands in the fields into the drafts of the visit they were filled for."""
        desk = self._place.desk
        note = self._screen.panel.note
        written = desk.visits.get(self._note_of[0]) if self._note_of else None
        if written is not None and not written.notes and not note.area.read_only:
            self._screen.drafts.edit(written, "note", note.text)
        chat = desk.visits.get(self._before[0]) if self._before else None
        if chat is not None:
            self._screen.talk.keep(chat)

    def other_kind(self, visit: Visit) -> DraftKind | None:
        """Which text has another draft beside it: the one with the focus first."""
        if self._screen.beside.open:
            return None
        drafts = self._screen.drafts
        in_note = self._screen.focused is self._screen.panel.note.area
        kinds: tuple[DraftKind, ...] = ("note", "message") if in_note else ("message", "note")
        return next((kind for kind in kinds if drafts.has_other(visit, kind)), None)

    def typing_ended(self) -> None:
        """No key for a while: one no longer types."""
        visit = self._screen.visit
        if visit is not None and self._screen.in_front:
            self._screen.talk.watch(visit.case_id, typing=False)

    def do_draft_other(self) -> None:
        """Change places with the draft written elsewhere."""
        visit = self._screen.visit
        kind = self.other_kind(visit) if visit is not None else None
        if visit is None or kind is None:
            return
        self.keep()
        text = self._screen.drafts.swap(visit, kind)
        if kind == "message":
            self._screen.talk.show_composer(visit, anew=True)
        else:
            self._screen.panel.note.load(text, writable=True)
            self.show_status(visit)

    def do_visit_phrases(self) -> None:
        """Pick a phrase for the message."""
        visit = self._screen.visit
        if visit is None:
            return

        def chosen(phrase: PhraseInfo | None) -> None:
            if phrase is not None and self._screen.visit is visit:
                self._screen.sending.insert(visit, phrase)

        picker = PhrasePicker(self._place, lambda: placeholder_values(self._place, visit))
        show_dialog(self._screen, picker, chosen)

    def do_visit_note(self) -> None:
        """Write in the note."""
        self.choose("note")

    def do_visit_panel(self) -> None:
        """Show the next page."""
        visit = self._screen.visit
        if visit is None:
            return
        pages = (CHAT, *PAGES) if self.narrow else PAGES
        here = self.page(visit)
        following = pages[(pages.index(here) + 1) % len(pages)]
        typing = self._screen.query_one(Composer).area.has_focus and not self.narrow
        self.choose(following)
        if typing:
            self.focus(visit)

    def do_visit_chat(self) -> None:
        """Move the focus to the chat log."""
        if self.narrow:
            self.choose(CHAT)
        beside = self._screen.beside
        (beside.chat.chat_log if beside.open else self._screen.talk.log).focus()

    def do_go_visit(self) -> None:
        """Go to the next visit of mine."""
        visits = open_visits(self._place)
        mine = [visit for visit in visits if self._place.desk.takes_part(visit.row)]
        self._go(after(mine or visits, self._place.current_visit, 1))

    def do_visit_previous(self) -> None:
        """Go to the visit before; the signed ones stand at the end."""
        self._go(after(open_visits(self._place), self._place.current_visit, -1))

    def _go(self, visit: Visit | None) -> None:
        if visit is not None:
            self._screen.keep()
            self._place.open_case(visit.case_id)

    def do_app_back(self) -> None:
        """One step back: to the composer, else out of the visit. What is written stays."""
        visit = self._screen.visit
        if self._is_stopped(self._screen.focused):
            self._rest()
            return
        composer = self._screen.query_one(Composer)
        beside = self._screen.beside
        if visit is not None and beside.open and not beside.chat.area.disabled:
            if not beside.chat.area.has_focus:
                beside.focus(visit)
                return
        elif visit is not None and self._screen.talk.composes(visit) and not composer.area.has_focus:
            if self.narrow:
                self.choose(CHAT)
            else:
                composer.area.focus()
            return
        self._screen.keep()
        self._place.app_perform("app.back")


def _hidden(widget: Widget) -> bool:
    """Whether it, or something it stands in, is not shown."""
    return any(isinstance(one, Widget) and not one.display for one in widget.ancestors_with_self)
