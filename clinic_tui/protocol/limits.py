"""How long each kind of text may be, in characters: one number a kind, for wire, backend and fields."""

from typing import Final

MESSAGE_LIMIT: Final = 8_000
"""A message to a resident or to colleagues, a phrase, a summary (security.md 4.12)."""
NOTE_LIMIT: Final = 40_000
"""A note (security.md 4.12)."""
DRAFT_LIMIT: Final = NOTE_LIMIT
"""A draft of either: a text that is too long for a message is kept all the same while it is shortened."""
REASON_LIMIT: Final = 500
"""Why something is done: a hand-over, a ticket, a priority, what is left at the end of a shift."""
LINE_LIMIT: Final = 200
"""A line: a comment, a title, the subject among colleagues, why a note is corrected."""
NAME_LIMIT: Final = 80
"""A name: of a person, of a phrase, the subject that a resident sees."""
