"""A unit's texts and times as a form, with a preview of a note for the record."""

from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input, Static, TextArea

from clinic_tui.domain.note import NOTE_HERE
from clinic_tui.i18n import _
from clinic_tui.protocol.ids import new_id
from clinic_tui.protocol.limits import LINE_LIMIT, MESSAGE_LIMIT, NOTE_LIMIT
from clinic_tui.protocol.text import safe_line
from clinic_tui.protocol.unit import UnitSettings
from clinic_tui.protocol.unit_commands import SaveUnit
from clinic_tui.widgets.line_input import LineInput
from clinic_tui.widgets.plain import plain, plain_line
from clinic_tui.widgets.text_area import WritingArea

NUMBERS = {"no_answer_minutes": (1, 240), "hand_over_minutes": (1, 240), "async_days": (1, 30)}
"""The lowest and the highest value of each number, as `SaveUnit` has them."""
_LINES = ("phone", "meeting_url", *NUMBERS)
_AREAS = {"no_answer_text": MESSAGE_LIMIT, "keyword_template": NOTE_LIMIT}
FIELDS = (*_LINES, *_AREAS)


class UnitForm(Vertical):
    """One field a setting, with its error below; what is being written is never overwritten."""

    def __init__(self) -> None:
        super().__init__(id="unit-form")
        self._stored = dict.fromkeys(FIELDS, "")
        self._settings: UnitSettings | None = None

    def compose(self) -> ComposeResult:
        """Fields and preview."""
        labels = self._labels()
        for name in _LINES:
            with Horizontal(classes="form-line"):
                yield Static(plain_line(labels[name]), classes="form-label")
                yield LineInput(limit=LINE_LIMIT, id=f"unit-{name}")
            yield Static(id=f"unit-{name}-error", classes="error")
        for name, limit in _AREAS.items():
            yield Static(plain(labels[name]), classes="label")
            yield WritingArea("", limit=limit, id=f"unit-{name}")
            yield Static(id=f"unit-{name}-error", classes="error")
        yield Static(plain(_("So a note looks when it is copied for the record:"), "$muted"))
        yield Static(id="unit-preview")

    @staticmethod
    def _labels() -> dict[str, str]:
        return {
            "phone": _("Telephone"),
            "meeting_url": _("Address of meetings"),
            "no_answer_minutes": _("Minutes until no answer"),
            "hand_over_minutes": _("Minutes for a hand-over"),
            "async_days": _("Days of a chat by staff"),
            "no_answer_text": _("Text to a resident who does not answer"),
            "keyword_template": _(
                "Headings of a note for the record, with {note} where the note goes"
            ).format(note=NOTE_HERE),
        }

    def show(self, settings: UnitSettings) -> None:
        """Show the stored settings, save where the user has written something else."""
        self._settings = settings
        for name in FIELDS:
            stored = str(getattr(settings, name))
            if self._written(name) in {self._stored[name], stored}:
                self._put(name, stored)
            self._stored[name] = stored
        self._preview()

    @property
    def changed(self) -> bool:
        """Whether something is written that is not stored."""
        return any(self._written(name) != self._stored[name] for name in FIELDS)

    def check(self) -> bool:
        """Say what is wrong, at its field; whether all of it can be saved."""
        for name in FIELDS:
            self.say(name, "")
        for name, (least, most) in NUMBERS.items():
            text = self._written(name).strip()
            if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
                self.say(name, _("A number from {least} to {most}.").format(least=least, most=most))
                return False
        address = self._written("meeting_url").strip()
        if address and not (address.startswith("https://") and address.count("{room}") == 1):
            text = _("It starts with https:// and holds {room} once.").format(room="{room}")
            self.say("meeting_url", text)
            return False
        for area in self.query(WritingArea):
            if area.too_long:
                self.say((area.id or "").removeprefix("unit-"), area.room_text)
                return False
        if self._written("keyword_template").count(NOTE_HERE) != 1:
            self.say("keyword_template", _("It must hold {note} once.").format(note=NOTE_HERE))
            return False
        return True

    def command(self) -> SaveUnit | None:
        """What saves it; None where something is wrong, which is said at its field."""
        if self._settings is None or not self.check():
            return None
        values: dict[str, Any] = {name: self._written(name) for name in _AREAS}
        values |= {name: safe_line(self._written(name)).strip() for name in ("phone", "meeting_url")}
        values |= {name: int(self._written(name)) for name in NUMBERS}
        return SaveUnit(command_id=new_id(), unit_id=self._settings.unit_id, **values)

    def say(self, name: str, text: str) -> None:
        """Say what is wrong with a field, below it; an empty text clears it."""
        error = self.query_one(f"#unit-{name}-error", Static)
        error.update(plain(text))
        error.display = bool(text)
        if text:
            self.query_one(f"#unit-{name}").focus()

    def _written(self, name: str) -> str:
        if name in _AREAS:
            return self.query_one(f"#unit-{name}", WritingArea).text
        return self.query_one(f"#unit-{name}", Input).value

    def _put(self, name: str, text: str) -> None:
        if self._written(name) == text:
            return
        if name in _AREAS:
            self.query_one(f"#unit-{name}", WritingArea).load_text(text)
        else:
            self.query_one(f"#unit-{name}", Input).value = text

    @on(Input.Changed)
    @on(TextArea.Changed)
    def _typed(self) -> None:
        self._preview()

    def _preview(self) -> None:
        template = self._written("keyword_template")
        before, here, after = template.partition(NOTE_HERE)
        note = _("Cough for a week, no fever. Advice on self-care.")
        parts = [plain(before), plain(note, "$accent") if here else Content(""), plain(after)]
        self.query_one("#unit-preview", Static).update(Content.assemble(*parts))
