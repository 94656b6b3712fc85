"""Signing a note: what is signed and for whom, or why it cannot be signed and what to do instead."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from textual import events, on
from textual.widget import Widget

from clinic_tui.domain.note import Answer, check_note, is_blank
from clinic_tui.i18n import _, ngettext
from clinic_tui.widgets.answer_first import ANSWER, answer_way, waiting_shown
from clinic_tui.widgets.modal import ClinicDialog, Way, WayRow, paragraph
from clinic_tui.widgets.reading import lines_in
from clinic_tui.widgets.workplace import Waiting
from screens.dialogs.days import FEWEST, MOST

SHOWN_LINES = 8
"""So many lines of the note are shown before it is signed; one more is no line to leave out."""

SignChoice = Literal[
    "sign", "sign_and_copy", "sign_and_ask", "sign_anyway", "auto_history", "write", "to_async", "answer"
]
_CHOSEN: dict[str, SignChoice] = {
    "a": "auto_history",
    "c": "sign_and_copy",
    "j": "sign_anyway",
    "m": "to_async",
    ANSWER: "answer",
    "v": "sign_and_ask",
}
"""What is chosen with each key but `s`, which writes the note where it cannot be signed."""


@dataclass(frozen=True, kw_only=True)
class SignRequest:
    """What is to be signed."""

    resident: str
    """Name and age."""
    body: str
    auto_history: str
    ends_visit: bool = False
    """Whether the chat is still open and is ended by the signature."""
    blocks: bool = False
    """Whether the resident cannot use the service until the note is signed."""
    unsent: bool = False
    """Whether the composer still holds a text that will not be sent."""
    stays_open: bool = False
    """Whether it is a chat that goes on after the signature."""
    async_days: int | None = None
    """Days of a chat to go over to with the signature; None where that is not offered (slide 57)."""
    may_copy: bool = False
    """Whether the note may be copied for the record, where the settings allow it (slide 77)."""
    reachable: bool = True
    """Whether an SMS can tell the resident of the chat to go over to."""
    unanswered: Waiting | None = None
    """Who waits for an answer in the chat that the signature closes."""
    other: bool = False
    """Whether another text of the note, written elsewhere, waits to be chosen: it is not signed."""
    waiting: int = 0
    """Messages that are on their way and not yet with the backend."""


class SignDialog(ClinicDialog[SignChoice | None]):
    """Asks before a note is signed. An empty one is refused; one without words only warned of (slide 55)."""

    def __init__(self, request: SignRequest) -> None:
        super().__init__()
        self.request = request
        self.days = request.async_days or FEWEST
        """Days of the chat to go over to."""
        self.to_write = False
        """Whether it was left to write the note."""
        self.verdict = check_note(request.body, request.auto_history, acknowledged=False)

    def heading(self) -> str:
        """What stands in the way, or whose note it is."""
        if self.verdict.answer is Answer.REFUSED:
            return _("The note is empty")
        if self.verdict.answer is Answer.ASK:
            return _("The note has no words")
        return _("Sign the note for {resident}").format(resident=self.request.resident)

    def on_mount(self) -> None:
        """Warn unless all is well."""
        self.show_heading(not self.verdict.ok or self.request.unanswered is not None)

    def compose_body(self) -> Iterable[Widget]:
        """Why, and the first lines of what is signed."""
        request = self.request
        if request.unanswered is not None:
            yield waiting_shown(request.unanswered)
        if self.verdict.answer is Answer.REFUSED:
            yield paragraph(self._empty_text())
            return
        if self.verdict.answer is Answer.ASK:
            text = _("For {resident}: the auto-history is gone and nothing is written in its place.")
            yield paragraph(text.format(resident=request.resident))
        yield paragraph(self._excerpt(), id="sign-excerpt")
        if request.body.strip() == request.auto_history.strip():
            yield paragraph(_("This is the auto-history, unchanged."), "$muted")
        yield from self._consequences()

    def _consequences(self) -> Iterable[Widget]:
        request = self.request
        if request.stays_open:
            yield paragraph(_("The chat goes on after the signature. Marking it as done is another step."))
        if request.unsent:
            yield paragraph(_("What you have written in the chat is not sent."), "$warning")
        if request.other:
            text = _("Another text of the note, written elsewhere, is not signed and is thrown away.")
            yield paragraph(text, "$warning")
        if request.waiting:
            text = ngettext(
                "{count} message is still on its way.",
                "{count} messages are still on their way.",
                request.waiting,
            )
            yield paragraph(text.format(count=request.waiting), "$warning")

    def _empty_text(self) -> str:
        if self.request.blocks:
            return _(
                "A note must hold something to be signed, and {resident} cannot use the service"
                " until the visit is signed."
            ).format(resident=self.request.resident)
        return _("A note must hold something to be signed. It is for {resident}.").format(
            resident=self.request.resident
        )

    def _excerpt(self) -> str:
        lines = self.request.body.strip().split("\n")
        shown = "\n".join(lines[:SHOWN_LINES])
        more = len(lines) - SHOWN_LINES
        if more <= 1:
            return "\n".join(lines)
        rest = ngettext("… and {count} more line", "… and {count} more lines", more).format(count=more)
        return f"{shown}\n{rest}"

    def ways(self) -> Sequence[Way]:
        """Sign, and what may follow with the same key; sign the auto-history, write, or leave it."""
        ways: list[Way] = [answer_way()] if self.request.unanswered is not None else []
        if self.verdict.ok:
            closes = _("the chat closes for both of you") if self.request.ends_visit else ""
            ways.append(Way("s", _("Sign"), note=closes))
            if self.request.may_copy:
                ways.append(Way("c", _("Sign and copy for the record")))
            ways.append(Way("v", _("Sign and ask for a countersignature")))
            if self.request.async_days is not None:
                text = ngettext(
                    "Sign and go on in messages for {count} day",
                    "Sign and go on in messages for {count} days",
                    self.days,
                ).format(count=self.days)
                silent = "" if self.request.reachable else " · " + _("no mobile number, so no SMS")
                ways.append(Way("m", text, note=_("days") + silent, steps=True))
        else:
            if not is_blank(self.request.auto_history):
                lines = lines_in(self.request.auto_history)
                ways.append(Way("a", _("Sign the auto-history unchanged ({lines})").format(lines=lines)))
            if self.verdict.answer is Answer.ASK:
                ways.append(Way("j", _("Sign it as it is")))
            ways.append(Way("s", _("Write the note now")))
        ways.append(Way("escape", _("Cancel")))
        return ways

    def on_key(self, event: events.Key) -> None:
        """Plus and minus change the days."""
        step = {"plus": 1, "minus": -1, "right": 1, "left": -1}.get(event.key)
        if step and self.request.async_days is not None and self.hears(event.time):
            event.stop()
            event.prevent_default()
            self._step(step)

    @on(WayRow.Stepped)
    def _stepped(self, event: WayRow.Stepped) -> None:
        event.stop()
        if self.hears(event.at):
            self._step(event.by)

    def _step(self, by: int) -> None:
        self.days = min(MOST, max(FEWEST, self.days + by))
        self.show_ways()

    def take(self, key: str) -> None:
        """Close with what was chosen."""
        if key in _CHOSEN:
            self.dismiss(_CHOSEN[key])
        elif key == "s":
            self.to_write = not self.verdict.ok
            self.dismiss("write" if self.to_write else "sign")
        else:
            self.dismiss(None)
