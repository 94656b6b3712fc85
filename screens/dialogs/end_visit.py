"""Ending a visit: with the note, without it, because nobody answers, or only the call in it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from textual.widget import Widget

from clinic_tui.i18n import _
from clinic_tui.widgets.answer_first import ANSWER, answer_way, waiting_shown
from clinic_tui.widgets.modal import ClinicDialog, Way, paragraph
from clinic_tui.widgets.texts import clock
from clinic_tui.widgets.workplace import Waiting

LOOK_SECONDS = 1.0
"""How often it is looked whether the unit's minutes without an answer have passed."""

EndChoice = Literal["sign", "end", "no_answer", "call", "answer"]


@dataclass(frozen=True, kw_only=True)
class EndRequest:
    """The visit that is to be ended."""

    resident: str
    """Name and age."""
    blocks: bool
    """Whether the region locks the resident out until the note is signed."""
    no_answer_from: datetime | None
    """When the unit's minutes without an answer have passed; None while the resident waits for one."""
    no_answer_minutes: int
    no_answer_text: str
    """What the resident is sent then, as it will read; empty where the unit has no text."""
    call: bool = False
    """Whether audio or video goes on, which ends with the visit or alone."""
    unsent: bool = False
    """Whether the composer still holds a text that will not be sent."""
    unanswered: Waiting | None = None
    """Who waits for an answer in the chat that is to be closed."""


class EndVisitDialog(ClinicDialog[EndChoice | None]):
    """Asks how the visit ends (slide 55)."""

    def __init__(self, request: EndRequest, now: Callable[[], datetime]) -> None:
        super().__init__()
        self.request = request
        self._now = now

    def heading(self) -> str:
        """Whose visit it is."""
        return _("End the visit with {resident}").format(resident=self.request.resident)

    def on_mount(self) -> None:
        """The way for no answer opens while one looks."""
        self.show_heading(self.request.unanswered is not None)
        self.set_interval(LOOK_SECONDS, self.show_ways)

    def compose_body(self) -> Iterable[Widget]:
        """What follows of it."""
        request = self.request
        if request.unanswered is not None:
            yield waiting_shown(request.unanswered)
        if request.blocks:
            text = _("Until the note is signed, {resident} cannot use the rest of the service.")
        else:
            text = _("{resident} can use the rest of the service even before the note is signed.")
        yield paragraph(text.format(resident=request.resident))
        if request.call:
            yield paragraph(_("The call goes on. It ends with the visit, or alone."), "$warning")
        if request.unsent:
            yield paragraph(_("What you have written in the chat is not sent."), "$warning")
        if request.no_answer_text and request.no_answer_from is not None:
            yield paragraph(_("With no answer, this is sent:") + "\n" + request.no_answer_text, "$muted")

    def ways(self) -> Sequence[Way]:
        """Three ways to end, the call alone where one goes on, and none."""
        request = self.request
        begins = request.no_answer_from
        possible = begins is not None and self._now() >= begins
        when = _("the resident wrote last and waits for your answer")
        if begins is not None:
            when = _("from {time}, after {minutes} minutes without an answer").format(
                time=clock(begins), minutes=request.no_answer_minutes
            )
        both = request.call
        alone = (Way("c", _("End only the call"), note=_("the visit goes on")),) if both else ()
        answer = (answer_way(),) if request.unanswered is not None else ()
        return (
            *answer,
            Way("s", _("End both and sign now") if both else _("End and sign now")),
            Way(
                "e",
                _("End both without signing") if both else _("End without signing"),
                note=_("stays among your cases, unsigned"),
            ),
            Way("n", _("No answer"), possible, "" if possible else when),
            *alone,
            Way("escape", _("Cancel")),
        )

    def take(self, key: str) -> None:
        """Close with what was chosen."""
        choices: dict[str, EndChoice] = {
            "s": "sign",
            "e": "end",
            "n": "no_answer",
            "c": "call",
            ANSWER: "answer",
        }
        self.dismiss(choices.get(key))
