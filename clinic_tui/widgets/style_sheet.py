"""A style sheet that reads each of its sources once."""

from textual.cache import LRUCache
from textual.css.stylesheet import Stylesheet

_SOURCES = 512


class KeptStylesheet(Stylesheet):
    """Keeps what it has read for as long as the colours stay the same.

    Textual's own reads all of it again for every screen and dialog with a file, and twice at the start.
    """

    def __init__(self, *, variables: dict[str, str]) -> None:
        super().__init__(variables=variables)
        self._parse_cache = LRUCache(_SOURCES)

    def set_variables(self, variables: dict[str, str]) -> None:
        """Use other values; the same ones change nothing."""
        if variables != self._variables:
            super().set_variables(variables)

    def reparse(self) -> None:
        """Put the rules together anew; only what is not known yet is read."""
        self.parse()
