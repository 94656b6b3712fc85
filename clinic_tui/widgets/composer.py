"""Where one writes to the resident: who it goes to, the text, and what still keeps it from being sent."""

from collections.abc import Callable, Mapping, Sequence
from time import monotonic

from rich.cells import cell_len
from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message

from clinic_tui.actions.keymap import shown_key
from clinic_tui.domain.phrases import fill, match_shortcut
from clinic_tui.i18n import _, ngettext
from clinic_tui.protocol.limits import MESSAGE_LIMIT
from clinic_tui.protocol.resources import PhraseInfo
from clinic_tui.protocol.text import is_blank
from clinic_tui.widgets.bar import Bar, Piece
from clinic_tui.widgets.key_runs import KeyRun, run_of
from clinic_tui.widgets.room_left import NEAR_LIMIT
from clinic_tui.widgets.text_area import WritingArea
from clinic_tui.widgets.wrapping import fit_person


class ComposerText(WritingArea):
    """The text of the composer; Enter expands a phrase's shortcut, or sends where the user chose so."""

    def __init__(self, *, id: str = "composer-text") -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id, limit=MESSAGE_LIMIT)
        self.send_key = "ctrl+j"
        self.now: Callable[[], float] = monotonic
        self._held_until = 0.0
        self.phrases: Callable[[], Sequence[PhraseInfo]] = tuple
        self.values: Callable[[], Mapping[str, str]] = dict
        self._run: KeyRun | None = None
        """What the last key came together with."""

    def hold_enter(self, seconds: float) -> None:
        """Take Enter for a line break this long, though it sends otherwise: one has just changed sides."""
        self._held_until = self.now() + seconds

    @property
    def in_burst(self) -> bool:
        """Whether the last key is part of a paste that the terminal did not mark (security.md R6)."""
        return self._run is not None and self._run.is_paste

    def insert_phrase(self, phrase: PhraseInfo, start: int | None = None) -> None:
        """Insert a phrase at the cursor, or in place of the text from `start`, and go to its first blank."""
        body = fill(phrase.body, self.values())
        end = self.selection.end
        begin = self.place_of(start) if start is not None else self.selection.start
        self.replace(body, *sorted((begin, end)))
        first = self.index_of(min(begin, end))
        self.move_cursor(self.place_of(first))
        if not self.select_blank():
            self.move_cursor(self.place_of(first + len(body)))

    def action_cursor_page_up(self) -> None:
        """A page up in the chat: the composer itself is too low for pages."""
        self.post_message(Composer.PageKey(-1))

    def action_cursor_page_down(self) -> None:
        """A page down in the chat."""
        self.post_message(Composer.PageKey(1))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """With nothing to delete, the key that deletes a word is free for the screen."""
        if action == "delete_word_left" and not self.text:
            return False
        return super().check_action(action, parameters)

    async def _on_key(self, event: events.Key) -> None:
        if self.held:
            await super()._on_key(event)
            return
        self._run = run_of(event)
        if event.key == self.send_key:
            event.prevent_default()
            event.stop()
            if event.key == "enter" and self.now() < self._held_until:
                self.insert("\n")
            elif self.in_burst:
                self.insert("\n")
                self.post_message(Composer.Pasted())
            elif not (event.key == "enter" and self._expand()):
                self.post_message(Composer.SendPressed())
            return
        if event.key == "enter" and self._expand():
            event.prevent_default()
            event.stop()
            return
        if event.key == "ctrl+j":
            event.prevent_default()
            event.stop()
            self.insert("\n")
            return
        await super()._on_key(event)

    def _expand(self) -> bool:
        if self.in_burst or self.selection.start != self.selection.end:
            return False
        here = self.index_of(self.cursor_location)
        found = match_shortcut(self.text[:here], self.phrases())
        if found is None:
            return False
        phrase, start = found
        self.insert_phrase(phrase, start)
        return True


class Composer(Vertical):
    """The composer: recipient and send key above, text, and a line that says what is missing."""

    DEFAULT_CSS = """
    Composer {
        height: 8; background: $panel; padding: 0 1;
        Bar { background: $panel; }
        #composer-text { height: 1fr; background: $panel; }
        &.-closed { height: 2; }
        &.-closed #composer-text { display: none; }
        .-short & { height: 6; }
    }
    """

    class Edited(Message):
        """The text changed by the user's hand."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class SendPressed(Message):
        """The send key was pressed in the text."""

    class PageKey(Message):
        """A page key was pressed in the text; -1 is up."""

        def __init__(self, direction: int) -> None:
            super().__init__()
            self.direction = direction

    class Pasted(Message):
        """The send key came in the middle of a paste and was taken as a line break."""

    def __init__(self) -> None:
        super().__init__(id="composer")
        self.area = ComposerText()
        self.case_id: str | None = None
        """The case that the text is for; None where nothing can be written."""
        self._loaded = ""
        self._note = ""
        self._recipient = self._warning = ""
        self._status = ""
        self._sends = self._breaks = ""
        self._key_below = False

    def compose(self) -> ComposeResult:
        """Recipient, text, hint."""
        yield Bar(id="composer-to")
        yield self.area
        yield Bar(id="composer-hint")

    def open_for(
        self, recipient: str, text: str, send_key: str, *, case_id: str | None = None, warning: str = ""
    ) -> None:
        """Write to this recipient (name and age), starting from this draft; a warning stands below it."""
        self.case_id = case_id
        self._recipient, self._note, self._warning = recipient, "", warning
        self.area.send_key = send_key
        self.remove_class("-closed")
        self.area.disabled = False
        self.area.release()
        self._load(text)
        by_enter = send_key == "enter"
        sends = _("{key} sends").format(key=_("Enter") if by_enter else shown_key(send_key))
        breaks = _("{key} new line").format(key=shown_key("ctrl+j") if by_enter else _("Enter"))
        self._sends, self._breaks = sends, "· " + breaks
        self._show_to()

    def _show_to(self) -> None:
        """Recipient and send key; where both do not fit on a line, the key stands below the text."""
        to = [Piece(_("To")), Piece(self._recipient, "$foreground bold")]
        room = self.size.width - to[0].width - 4
        if to[1].width > room > 0:
            to[1] = Piece(fit_person(self._recipient, room), "$foreground bold")
        keys = [Piece(self._sends, gap=3), Piece(self._breaks, rank=1)]
        self._key_below = sum(piece.width for piece in (*to, keys[0])) + 3 > self.size.width > 0
        self.query_one("#composer-to", Bar).show(to if self._key_below else [*to, *keys])
        self._show_hint()

    def on_resize(self) -> None:
        """The send key moves where there is room for it."""
        if not self.has_class("-closed") and not self.area.held:
            self._show_to()

    def close_with(self, text: str, deeds: Sequence[Piece]) -> None:
        """Nothing can be written; say why and what can be done."""
        self._load("")
        self.case_id = None
        self._status = ""
        self.area.release()
        self.area.disabled = True
        self.add_class("-closed")
        self.query_one("#composer-to", Bar).show([Piece(text, "$foreground")])
        self.query_one("#composer-hint", Bar).show(deeds)

    def stop_with(self, heading: str, text: str, why: str) -> None:
        """Nothing more can be written, by something that was done elsewhere; the text stays, to be copied.

        `heading` says how the case stands, `why` what was done.
        """
        self._load(text)
        self.case_id = None
        self._status = ""
        self.remove_class("-closed")
        self.area.disabled = False
        self.area.hold()
        self.query_one("#composer-to", Bar).show([Piece(heading, "$foreground")])
        self.query_one("#composer-hint", Bar).show(
            [Piece(why, "$warning"), Piece(_("Ctrl+C copies it"), gap=2)]
        )

    def _load(self, text: str) -> None:
        self._loaded = text
        if self.area.text != text:
            self.area.replace_text(text)

    @property
    def text(self) -> str:
        """The text as it stands."""
        return self.area.text

    def clear(self) -> None:
        """Empty the text: it was sent."""
        self._load("")
        self._note = ""
        self._show_hint()

    def show_status(self, text: str) -> None:
        """Say something quiet in the hint line, such as when the draft was saved."""
        self._status = text
        self._show_hint()

    def refusal(self) -> str:
        """Why the text cannot be sent now; empty when it can."""
        text = self.area.text
        if is_blank(text):
            return _("There is nothing to send")
        if len(text) > MESSAGE_LIMIT:
            return _("The message is {count} characters too long").format(count=len(text) - MESSAGE_LIMIT)
        blanks = len(self.area.blanks)
        if blanks:
            return ngettext(
                "{count} place left to fill in before the message can be sent · Tab goes there",
                "{count} places left to fill in before the message can be sent · Tab goes there",
                blanks,
            ).format(count=blanks)
        return ""

    def _shown_refusal(self) -> str:
        """Why it cannot be sent, in fewer words where the line is short."""
        blanks, text = len(self.area.blanks), self.refusal()
        if not blanks or cell_len(text) + 2 <= self.size.width - cell_len(self._status):
            return text
        return ngettext(
            "{count} place left to fill in · Tab goes there",
            "{count} places left to fill in · Tab goes there",
            blanks,
        ).format(count=blanks)

    @on(ComposerText.Changed)
    def _changed(self, event: ComposerText.Changed) -> None:
        event.stop()
        text = self.area.text
        if text != self._loaded:
            self._loaded, self._note = text, ""
            self.post_message(self.Edited(text))
        self._show_hint()

    @on(Pasted)
    def _pasted(self) -> None:
        self._note = _("That came as fast as a paste, so nothing was sent")
        self._show_hint()

    def _show_hint(self) -> None:
        if self.has_class("-closed") or self.area.held:
            return
        pieces: list[Piece] = []
        text = self.area.text
        left = MESSAGE_LIMIT - len(text)
        if self._note:
            pieces.append(Piece(self._note, "$warning"))
        elif text and (self.area.blanks or left < 0):
            pieces.append(Piece(self._shown_refusal(), "$warning"))
        elif left < NEAR_LIMIT:
            pieces.append(Piece(_("{count} characters left").format(count=left)))
        elif self._warning:
            pieces.append(Piece(self._warning, "$warning"))
        elif self._key_below:
            pieces += [Piece(self._sends), Piece(self._breaks, rank=2)]
        right = [Piece(self._status, rank=1)] if self._status else []
        self.query_one("#composer-hint", Bar).show(pieces, right)
