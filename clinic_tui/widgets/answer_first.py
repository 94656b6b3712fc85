"""What every dialog that closes a conversation says where the resident wrote last, and the way to answer."""

from collections.abc import Callable

from textual.content import Content
from textual.widgets import Static

from clinic_tui.i18n import _
from clinic_tui.protocol.resources import CaseRow
from clinic_tui.protocol.text import safe_line
from clinic_tui.state.unanswered import last_line
from clinic_tui.widgets.modal import Way
from clinic_tui.widgets.plain import plain_line
from clinic_tui.widgets.visit_texts import moment_text
from clinic_tui.widgets.workplace import Choice, Waiting, Workplace
from clinic_tui.widgets.wrapping import cut

ANSWER = "r"
"""The key that leaves the dialog to answer."""
_QUOTED = 140
"""Cells that are quoted of the resident's last line."""


def answer_way() -> Way:
    """The first of the ways, with the focus: back to where one writes."""
    return Way(ANSWER, _("Answer first"), note=_("back to the chat"), first=True)


def answer_choice(act: Callable[[], None]) -> Choice:
    """The same in a question."""
    return Choice(ANSWER, _("Answer first"), act, note=_("back to the chat"), first=True)


def who_waits(place: Workplace, row: CaseRow) -> Waiting | None:
    """Who wrote last in a case, when and what, where nobody has answered; None where nobody waits."""
    last = last_line(place.desk, row)
    if last is None:
        return None
    time = moment_text(last.at, place.now())
    text = _("The resident wrote last, {time}, and waits for an answer").format(time=time)
    if last.guardian:
        text = _("{name}, guardian, wrote last, {time}, and waits for an answer")
        text = text.format(name=last.guardian.split(" ")[0], time=time)
    return Waiting(text, cut(safe_line(" ".join(last.body.split())), _QUOTED))


def waiting_shown(waiting: Waiting) -> Static:
    """The warning, with what was written."""
    parts = [plain_line(f"! {waiting.text}" + (":" if waiting.quoted else "."), "$warning")]
    if waiting.quoted:
        parts.append(plain_line(f"\u201d{waiting.quoted}\u201d", "$foreground"))
    return Static(Content("\n").join(parts), id="waiting", classes="dialog-paragraph")
