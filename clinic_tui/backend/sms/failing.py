"""A text that could not be delivered becomes a task that somebody sees."""

from clinic_tui.backend.tx import Tx


def tell_failed(tx: Tx, text_id: str) -> None:
    """Make a task of a text to a resident that will not arrive."""
