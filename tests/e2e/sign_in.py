"""Signing in by hand."""

from tests.e2e.served import PASSWORD
from tests.e2e.terminal import Terminal

FIRST_TIME = "Vad vill du se?"
"""The heading of the filter dialog, which comes first on a device."""


def sign_in(terminal: Terminal, username: str) -> None:
    """Write name and password, and choose Ekens vårdcentral where there is a choice."""
    terminal.wait_for("Användarnamn", "Logga in")
    terminal.type(username)
    terminal.press("enter")
    terminal.type(PASSWORD)
    terminal.press("enter")
    terminal.wait(
        lambda: "Var arbetar du nu?" in terminal.screen or "ansluten" in terminal.screen, "an answer"
    )
    if "Var arbetar du nu?" in terminal.screen:
        terminal.wait_for("Ekens vårdcentral")
        terminal.press("down")
        terminal.wait(lambda: terminal.line("Ekens vårdcentral").strip().startswith("▌"), "the cursor below")
        terminal.press("enter")
    terminal.wait_for("Ekens vårdcentral", "ansluten")


def enter(terminal: Terminal, username: str) -> None:
    """Sign in for the first time on a device, and let the filter show all."""
    sign_in(terminal, username)
    terminal.wait_for(FIRST_TIME)
    close_dialog(terminal, FIRST_TIME)


def close_dialog(terminal: Terminal, heading: str, key: str = "escape") -> None:
    """Leave a dialog by a key."""
    terminal.wait_dialog(heading)
    terminal.press(key)
    terminal.wait_gone(heading)


def leave(terminal: Terminal) -> int:
    """Leave by the key, through the question about visits in progress; the exit code."""
    terminal.press("ctrl+q")
    terminal.wait(lambda: "Stäng Clinic" in terminal.screen or terminal.process.poll() is not None, "the end")
    if terminal.process.poll() is None:
        terminal.wait_dialog("Stäng Clinic")
        terminal.press("q")
    return terminal.wait_exit()
