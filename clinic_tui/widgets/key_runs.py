"""Which keys came together, and when keys are text that was meant for a field.

Some terminals do not mark what is pasted: it comes as keys. And who types a sentence into a list, because the
focus was not where they looked, gives commands. Nobody can tell for certain; these are the rules:

- A *run* is what was read at once of letters, digits, signs, Enter, Tab and Ctrl+J; no paste has other keys.
  Another read goes on with it within `JOIN_SECONDS`, or `PASTE_JOIN_SECONDS` once it is long.
- A run of `PASTE_KEYS` or more is a paste: the send key breaks the line, and no shortcut is expanded. Fewer
  are keys, as when they are typed slowly.
- Where letters are commands, a run of `TEXT_KEYS` or more is text: none of it does anything, and one is
  told. Two keys are taken for keys: a slow link delivers them together (`t` and Enter, two views' numbers).
  Keys that only move in a list are never text, for they are held down.
- In the first `LEFT_SECONDS` after Esc has left a field, letters are the rest of what was typed in it, and
  so are those that follow each other as closely. Any other key, such as an arrow, ends that. A key that
  leads to another view (Esc and `6`) is taken, for it does nothing to a case.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from math import inf

from textual import events
from textual.message import Message

JOIN_SECONDS, PASTE_JOIN_SECONDS = 0.003, 0.03
PASTE_KEYS = 12
TEXT_KEYS = 3
LEFT_SECONDS = 0.6

_ATTRIBUTE = "key_run"
_TEXT = frozenset({"enter", "tab", "ctrl+j"})


@dataclass(eq=False)
class KeyRun:
    """Keys that came together; it grows while more of them come."""

    count: int = 0
    keys: set[str] = field(default_factory=set[str])
    last: float = 0.0
    """When the last of them was read."""
    refused: bool = False
    """Whether one of them was not taken, so that none after it is."""

    @property
    def is_paste(self) -> bool:
        """Whether nobody has typed it."""
        return self.count >= PASTE_KEYS


def is_text(event: Message) -> bool:
    """Whether it is a key that text can hold."""
    return isinstance(event, events.Key) and (event.is_printable or event.key in _TEXT)


def run_of(event: Message) -> KeyRun | None:
    """What the key came together with; None for one that was not read from a terminal."""
    found = vars(event).get(_ATTRIBUTE)
    return found if isinstance(found, KeyRun) else None


class RunMarker:
    """Marks each key as it is read with its run."""

    def __init__(self) -> None:
        self._run: KeyRun | None = None

    def mark(self, read: Iterable[Message]) -> list[Message]:
        """The same messages, all of one read, marked."""
        found = list(read)
        for number, message in enumerate(found):
            if not isinstance(message, events.Key) or not is_text(message):
                self._run = None
                continue
            run = self._run
            if run is None or (number == 0 and not _goes_on(run, message.time)):
                run = self._run = KeyRun()
            run.count += 1
            run.keys.add(message.key)
            run.last = message.time
            vars(message)[_ATTRIBUTE] = run
        return found


def _goes_on(run: KeyRun, at: float) -> bool:
    return at - run.last < (PASTE_JOIN_SECONDS if run.is_paste else JOIN_SECONDS)


class TextGuard:
    """Tells keys that are commands from text that nobody meant as commands."""

    def __init__(self) -> None:
        self._left = -inf
        """When a field was left by Esc, or the last letter after it came; long ago where that is over."""

    def refuses(
        self, event: Message, *, in_field: bool, moves: Collection[str], leads: Collection[str] = ()
    ) -> bool:
        """Whether a key, about to be handled, is text that has no field to stand in.

        `in_field`: it goes where one writes; `moves` are the keys that only move in a list, `leads` those
        that lead to another view.
        """
        if not isinstance(event, events.Key):
            return False
        run = run_of(event)
        if run is not None and run.refused:
            return True
        if in_field:
            self._left = event.time if event.key == "escape" else -inf
            return False
        late = self._late(event) and event.key not in leads
        if run is None:
            return late
        text = run.count >= TEXT_KEYS and not run.keys <= set(moves)
        run.refused = text or late
        return run.refused

    def _late(self, event: events.Key) -> bool:
        """Whether it goes on with what was typed in the field that was just left."""
        late = is_text(event) and event.time - self._left < LEFT_SECONDS
        self._left = event.time if late else -inf
        return late
