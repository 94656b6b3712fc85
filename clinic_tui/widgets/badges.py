"""Priority badges and the single-width signs that tell cases apart without colour."""

from collections.abc import Callable

from rich.segment import Segment
from rich.style import Style

from clinic_tui.i18n import N_

PRIORITIES = (1, 2, 3, 4, 5)

PRIORITY_SHAPES = {1: "‼", 2: "!", 3: "•", 4: "◦", 5: "·"}
"""A sign of falling weight beside the number, for eyes and screens without colour (domain.md 1)."""

FLAG_SIGNS: tuple[tuple[str, str, str], ...] = (
    ("unread", "●", N_("Unread messages")),
    ("protected", "▲", N_("Protected identity")),
    ("child", "☺", N_("Child with a guardian")),
    ("free_text", "✎", N_("Has written in own words")),
    ("ticket", "◈", N_("Came with a ticket")),
    ("unsigned", "¶", N_("Note not signed")),
    ("mine", "▸", N_("Yours")),
)
"""Flag, sign and what it means, most important first. The texts are source texts for `_`."""

FLAG_LEGEND: tuple[tuple[str, str], ...] = tuple((sign, text) for _flag, sign, text in FLAG_SIGNS)
"""Sign and meaning, for the help screen."""

BADGE_WIDTH = 3


def badge(priority: int | None, style: Callable[[str], Style], *, shape: bool = False) -> Segment:
    """A badge three cells wide; ``style`` gives the style of a name such as ``prio-2`` or ``prio-none``.

    ``shape`` adds the sign where no word stands beside the badge. A priority outside 1-5 is shown too:
    it is an open list of codes (domain.md 1, "priority 12").
    """
    if priority is None:
        return Segment(" – ", style("prio-none"))
    if priority not in PRIORITIES:
        return Segment(f"{priority:^3}"[:BADGE_WIDTH], style("prio-other"))
    sign = PRIORITY_SHAPES[priority] if shape else " "
    return Segment(f" {priority}{sign}", style(f"prio-{priority}"))
