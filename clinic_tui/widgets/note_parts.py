"""Whose lines stand in an unsigned note that has gone from one to another with its case."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from clinic_tui.i18n import _
from clinic_tui.protocol.resources import NotePart
from clinic_tui.widgets.texts import clock


@dataclass(frozen=True)
class OthersLines:
    """The lines that others wrote and left as they are, and a word about who."""

    lines: frozenset[str] = field(default_factory=frozenset[str])
    """Without blanks at their ends."""
    text: str = ""


def lines_of_others(parts: Sequence[NotePart], auto_history: str, me: str) -> OthersLines:
    """What others wrote: each line is whose part it stood in first, and nobody's in the auto-history."""
    known = {line.strip() for line in auto_history.split("\n")} | {""}
    lines: set[str] = set()
    names: list[str] = []
    for part in parts:
        new = {line.strip() for line in part.body.split("\n")} - known
        known |= new
        if new and part.author.id != me:
            lines |= new
            names.append(f"{part.author.name} {clock(part.at)}")
    text = _("In italics: {names}").format(names=", ".join(names)) if names else ""
    return OthersLines(frozenset(lines), text)
