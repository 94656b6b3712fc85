"""Words to find on a terminal again, also where only the cells that differ are written."""

from collections import deque
from collections.abc import Iterator
from random import Random
from string import ascii_lowercase

_LETTERS = 10
_APART = 6


def marks() -> Iterator[str]:
    """Words without end, none like the six before it in any place."""
    random = Random(1)
    recent: deque[str] = deque(maxlen=_APART)
    while True:
        word = "".join(
            random.choice(
                [letter for letter in ascii_lowercase if all(one[place] != letter for one in recent)]
            )
            for place in range(_LETTERS)
        )
        recent.append(word)
        yield word
