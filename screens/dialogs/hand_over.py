"""Handing a case over: why, and what the colleague should know; and answering one who hands theirs over."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from textual import on
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Static

from clinic_tui.i18n import _, ngettext
from clinic_tui.protocol.care import HandOver
from clinic_tui.protocol.limits import LINE_LIMIT, MESSAGE_LIMIT, REASON_LIMIT
from clinic_tui.protocol.refs import StaffRef
from clinic_tui.protocol.text import is_blank
from clinic_tui.widgets.line_input import LineInput
from clinic_tui.widgets.modal import Way, paragraph
from clinic_tui.widgets.plain import plain
from clinic_tui.widgets.text_area import WritingArea
from clinic_tui.widgets.texts import clock
from clinic_tui.widgets.writing_dialog import WritingDialog
from screens.dialogs.words import WordsDialog


@dataclass(frozen=True)
class Handing:
    """What goes with the case."""

    reason: str
    summary: str


class HandOverDialog(WritingDialog[Handing]):
    """Asks for the reason and an optional summary. Esc asks once more where text would go."""

    def __init__(self, resident: str, receiver: StaffRef, minutes: int) -> None:
        """`minutes` after which it goes back by itself where nobody answers."""
        super().__init__()
        self._resident, self._receiver, self._minutes = resident, receiver, minutes
        self.reason = LineInput(
            placeholder=_("Why it is handed over"), limit=REASON_LIMIT, id="hand-over-reason"
        )
        self.summary = WritingArea(limit=MESSAGE_LIMIT, id="hand-over-summary")

    def heading(self) -> str:
        """Whom it goes to."""
        return _("Hand over {resident} to {name}").format(resident=self._resident, name=self._receiver.name)

    def compose_body(self) -> Iterable[Widget]:
        """What follows of it, the reason, the summary."""
        text = ngettext(
            "The case stays yours until {name} accepts. Without an answer it is back after {count} minute.",
            "The case stays yours until {name} accepts. Without an answer it is back after {count} minutes.",
            self._minutes,
        )
        yield paragraph(text.format(name=self._receiver.name, count=self._minutes))
        with Vertical(id="hand-over-form"):
            yield self.reason
            yield Static(plain(_("What a colleague should know (may be left empty)"), "$muted"))
            yield self.summary
            yield Static(id="dialog-problem")

    def first_focus(self) -> Widget | None:
        """The reason."""
        return self.reason

    def ways(self) -> Sequence[Way]:
        """Hand over, or keep it."""
        return (Way("ctrl+s", _("Hand over")), Way("escape", _("Cancel")))

    @on(LineInput.Submitted)
    def _submitted(self) -> None:
        self.summary.focus()

    @property
    def written(self) -> bool:
        """Whether words would be lost."""
        return not is_blank(self.reason.value) or not is_blank(self.summary.text)

    def act(self, _key: str, /) -> None:
        """Give what goes with the case; a reason there must be."""
        if is_blank(self.reason.value):
            self.tell(_("Write a short reason."))
            self.reason.focus()
        elif self.summary.too_long:
            self.tell(self.summary.room_text)
            self.summary.focus()
        else:
            self.give(Handing(self.reason.value.strip(), self.summary.text.strip()))


def answer_dialog(resident: str, offer: HandOver) -> WordsDialog:
    """Asks whether one accepts a case that a colleague hands over; its `taken` is `f9` for yes."""
    texts = [
        _("Why: {reason}").format(reason=offer.reason),
        offer.summary,
        _("Without an answer it goes back to {name} {time}.").format(
            name=offer.sender.name, time=clock(offer.returns_at)
        ),
    ]
    return WordsDialog(
        _("{name} hands over {resident} to you").format(name=offer.sender.name, resident=resident),
        [text for text in texts if text],
        ways=(Way("f9", _("Accept")), Way("f8", _("Decline"))),
        label=_("A word to {name} (may be left empty)").format(name=offer.sender.name),
        required=False,
        limit=LINE_LIMIT,
    )
