"""What is said of a text's length while one writes: how much room is left, or how much there is too much."""

from clinic_tui.i18n import _, ngettext

NEAR_LIMIT = 500
"""From so many characters left on, they are counted down."""


def room_text(length: int, limit: int) -> str:
    """How much of the limit is left where that is little, or how far the text is over it; else nothing."""
    left = limit - length
    if left < 0:
        return ngettext(
            "The text is {count} character too long", "The text is {count} characters too long", -left
        ).format(count=-left)
    if left < min(NEAR_LIMIT, limit // 4):
        return _("{count} characters left").format(count=left)
    return ""
