"""Where an audio or video meeting is held: its address, and the same as a code for a phone's camera."""

from collections.abc import Sequence
from typing import Literal

import segno
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from clinic_tui.i18n import _
from clinic_tui.protocol.care import VisitMode
from clinic_tui.protocol.text import safe_line
from clinic_tui.widgets.modal import ClinicDialog, Way, WayRow
from clinic_tui.widgets.plain import plain, plain_line

MARGIN = 2
"""White modules around the code: half of what the standard asks for, so that it fits on 80×24."""
_HALVES = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}


def code_lines(text: str) -> list[str]:
    """A QR code of the text, two of its rows in every line; a mark is a dark module."""
    code = segno.make(text, error="l", micro=False, boost_error=False)
    dark = [[bool(module) for module in row] for row in code.matrix]
    blank = [False] * (len(dark) + 2 * MARGIN)
    side = [False] * MARGIN
    rows = [*[blank] * MARGIN, *([*side, *row, *side] for row in dark), *[blank] * MARGIN]
    if len(rows) % 2:
        rows.append(blank)
    return [
        "".join(_HALVES[pair] for pair in zip(upper, lower, strict=True))
        for upper, lower in zip(rows[::2], rows[1::2], strict=True)
    ]


class MeetingDialog(ClinicDialog[Literal["copy", "end"] | None]):
    """Shows the address as text and as a code, black on white in every theme."""

    def __init__(self, url: str, resident: str, mode: VisitMode) -> None:
        super().__init__()
        self._url, self._resident, self._mode = url, resident, mode

    def heading(self) -> str:
        """What goes on, and with whom."""
        text = _("Video with {resident}") if self._mode == "video" else _("Audio with {resident}")
        return text.format(resident=self._resident)

    def compose(self) -> ComposeResult:
        """The code at the left; beside it the heading, the address and the ways."""
        with Vertical(id="dialog"), Horizontal(id="meeting"):
            lines = "\n".join(code_lines(self._url))
            yield Static(Content.styled(lines, "#000000 on #ffffff"), id="meeting-code")
            with Vertical(id="meeting-side"):
                yield Static(plain_line(self.heading(), "bold"), id="dialog-heading")
                with VerticalScroll(id="dialog-body", can_focus=False):
                    yield Static(plain(safe_line(self._url), "bold"), classes="dialog-paragraph")
                    text = _("Open it in a browser or with a phone's camera. The resident has it too.")
                    yield Static(plain(text, "$muted"), classes="dialog-paragraph")
                with Vertical(id="dialog-ways"):
                    for way in self.ways():
                        yield WayRow(way, 5)

    def ways(self) -> Sequence[Way]:
        """Copy, end, or let it go on."""
        return (
            Way("c", _("Copy the address")),
            Way("e", _("End the call")),
            Way("escape", _("Let it go on")),
        )

    def take(self, key: str) -> None:
        """Close with what was chosen."""
        choices: dict[str, Literal["copy", "end"]] = {"c": "copy", "e": "end"}
        self.dismiss(choices.get(key))
