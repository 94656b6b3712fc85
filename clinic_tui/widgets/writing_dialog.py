"""A dialog in which one writes: nothing written is lost before what it is for is done."""

from collections.abc import Callable
from typing import Generic, TypeVar

from textual.widgets import Static

from clinic_tui.widgets.modal import ClinicDialog
from clinic_tui.widgets.plain import plain

T = TypeVar("T")


class WritingDialog(ClinicDialog[T | None], Generic[T]):
    """Its body has a line `#dialog-problem`. Without `deliver` it closes with what was written.

    With it, it stays open while `deliver` acts; then whoever gave that closes it, or gives the text back.
    """

    QUIET = 0.0

    def __init__(self) -> None:
        super().__init__()
        self.deliver: Callable[[T], None] | None = None
        self._delivering = False

    def give(self, result: T) -> None:
        """Close with it, or have it delivered, once."""
        if self.deliver is None:
            self.dismiss(result)
        elif not self._delivering:
            self._delivering = True
            self.deliver(result)

    def give_back(self, text: str) -> None:
        """Nothing came of it; `text` says why, and one may write on."""
        self._delivering = False
        self.tell(text)

    def tell(self, text: str) -> None:
        """Say what is wrong; an empty text clears it."""
        self.query_one("#dialog-problem", Static).update(plain(text, "$warning"))
