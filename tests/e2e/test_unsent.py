"""What is unsent survives the end of the program, however it ends; for its own person, once, in order."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import Start
from tests.e2e.served import Backend
from tests.e2e.sign_in import enter, sign_in
from tests.e2e.terminal import Terminal

pytestmark = [pytest.mark.pty, pytest.mark.timeout(300)]

ANDERS = "Anders Björk"
MESSAGES = [f"svar nummer {number}" for number in range(1, 6)]
DRAFT, NOTE, OTHER_DRAFT = "halvskrivet svar", "halvskriven anteckning", "svar till nästa"
QUESTION = "Allt är inte skickat"


def pause(served: Backend, *, on: bool) -> None:
    """Have the backend answer nobody, or go on."""
    os.kill(served.process.pid, signal.SIGSTOP if on else signal.SIGCONT)


def kept(home: Path) -> list[Path]:
    return sorted(home.rglob("*.journal"))


def wait_kept(terminal: Terminal, home: Path) -> None:
    """Wait until nothing more is written to the journal: the last text is in it after a second."""
    since, size = time.monotonic(), -1

    def still() -> bool:
        nonlocal since, size
        now = sum(path.stat().st_size for path in kept(home))
        if now != size:
            since, size = time.monotonic(), now
        return size > 0 and time.monotonic() - since > 1.5

    terminal.wait(still, "a journal that is still")


def to_anders(terminal: Terminal) -> None:
    """Go to Anna's second visit."""
    terminal.press("f3")
    terminal.wait_for("Ctrl+N")
    terminal.press("f3")
    terminal.wait_for(f"Till {ANDERS}")


def write(terminal: Terminal, text: str) -> None:
    terminal.type(text)
    terminal.wait_for(text)


def post(terminal: Terminal, texts: list[str]) -> None:
    """Write and send, one after the other."""
    for text in texts:
        write(terminal, text)
        terminal.press("ctrl+j")
        terminal.wait(lambda text=text: terminal.screen.count(text) == 1, f"{text!r} on the log alone")


def write_all(terminal: Terminal) -> None:
    """Five messages and three drafts, with nobody to take them."""
    to_anders(terminal)
    post(terminal, MESSAGES)
    write(terminal, DRAFT)
    terminal.press("ctrl+n")
    terminal.wait_for("Anteckning")
    terminal.wait_still()
    write(terminal, NOTE)
    terminal.press("f3")
    terminal.wait_gone(f"Till {ANDERS}")
    terminal.wait_still()
    write(terminal, OTHER_DRAFT)


def sent_to_anders(served: Backend) -> list[str]:
    """What Anna wrote to him, as the backend has it."""
    anna = served.colleague("anna")
    case = next(one for one in anna.desk()["mine"] if one["row"]["resident"]["name"] == ANDERS)
    return [one["body"] for one in case["messages"] if one["body"] in MESSAGES]


def drafts(served: Backend) -> list[dict[str, Any]]:
    return [draft for case in served.colleague("anna").desk()["mine"] for draft in case["drafts"]]


def came_back(terminal: Terminal, served: Backend) -> None:
    """Everything is with the backend and on screen, once and in order."""
    terminal.wait(lambda: len(sent_to_anders(served)) >= len(MESSAGES), "five messages")
    saved_as_written(terminal, served)
    to_anders(terminal)
    terminal.wait_for(*MESSAGES, DRAFT)
    terminal.wait_still()
    assert [terminal.screen.count(text) for text in (*MESSAGES, DRAFT)] == [1] * 6
    saved_as_written(terminal, served)
    assert sent_to_anders(served) == MESSAGES


def saved_as_written(terminal: Terminal, served: Backend) -> None:
    """The three drafts and no other: none has what was sent as a message.

    A save that was under way when the program ended may be done first; the newest text takes its place.
    """

    def saved() -> bool:
        bodies = sorted(draft["body"] for draft in drafts(served) if draft["kind"] == "message")
        notes = [draft["body"] for draft in drafts(served) if draft["kind"] == "note"]
        return bodies == sorted((DRAFT, OTHER_DRAFT)) and len(notes) == 1 and notes[0].endswith(NOTE)

    terminal.wait(saved, "the three drafts as they were written")


def by(number: signal.Signals) -> Callable[[Terminal], None]:
    def end(terminal: Terminal) -> None:
        terminal.send_signal(number)
        terminal.wait_exit()

    return end


def by_the_key(terminal: Terminal) -> None:
    """Ctrl+Q, through the visits in progress and what is unsent."""
    terminal.press("ctrl+q")
    terminal.wait_for("utan att avsluta passet")
    terminal.wait_still(0.4)
    terminal.press("q")
    terminal.wait_for(QUESTION, f"5 meddelanden till {ANDERS} är inte skickade", "krypterat på den här")
    terminal.wait_still(0.4)
    terminal.press("q")
    assert terminal.wait_exit() == 0


@pytest.mark.parametrize(
    "end",
    [
        pytest.param(by(signal.SIGKILL), id="SIGKILL"),
        pytest.param(by(signal.SIGTERM), id="SIGTERM"),
        pytest.param(by_the_key, id="the key"),
    ],
)
def test_what_is_unsent_comes_back_once_and_in_order(
    start: Start, served: Backend, home: Path, end: Callable[[Terminal], None]
) -> None:
    served.colleague("anna")
    terminal = start("--server", served.url)
    enter(terminal, "anna")
    pause(served, on=True)
    write_all(terminal)
    wait_kept(terminal, home)
    end(terminal)
    pause(served, on=False)
    [journal] = kept(home)
    assert journal.stat().st_mode & 0o777 == 0o600
    assert journal.parent.stat().st_mode & 0o777 == 0o700
    data = journal.read_bytes()
    assert not any(text.encode() in data for text in (*MESSAGES, DRAFT, NOTE, OTHER_DRAFT, ANDERS))
    again = start("--server", served.url)
    sign_in(again, "anna")
    came_back(again, served)


def test_what_was_sent_does_not_come_back_to_be_written(start: Start, served: Backend, home: Path) -> None:
    served.colleague("anna")
    terminal = start("--server", served.url)
    enter(terminal, "anna")
    to_anders(terminal)
    pause(served, on=True)
    write(terminal, MESSAGES[0])
    wait_kept(terminal, home)  # and its save is under way
    terminal.press("ctrl+j")
    terminal.wait(lambda: kept(home) and terminal.screen.count(MESSAGES[0]) == 1, "it on the log alone")
    wait_kept(terminal, home)
    terminal.send_signal(signal.SIGKILL)
    terminal.wait_exit()
    pause(served, on=False)
    again = start("--server", served.url)
    sign_in(again, "anna")
    again.wait(lambda: sent_to_anders(served) == MESSAGES[:1] and not drafts(served), "it sent, and no draft")
    assert "Ett utkast som låg" not in again.screen
    to_anders(again)
    again.wait_for(MESSAGES[0])
    again.wait_still()
    assert again.screen.count(MESSAGES[0]) == 1
    assert not drafts(served)


def test_one_who_stays_after_the_question_loses_nothing(start: Start, served: Backend, home: Path) -> None:
    served.colleague("anna")
    terminal = start("--server", served.url)
    enter(terminal, "anna")
    pause(served, on=True)
    to_anders(terminal)
    post(terminal, MESSAGES[:2])
    wait_kept(terminal, home)
    terminal.press("ctrl+q")
    terminal.wait_for("utan att avsluta passet")
    terminal.wait_still(0.4)
    terminal.press("q")
    terminal.wait_for(QUESTION, "2 meddelanden till Anders Björk är inte skickade")
    terminal.wait_still(0.4)
    terminal.press("enter")
    terminal.wait_gone(QUESTION)
    assert terminal.process.poll() is None
    pause(served, on=False)
    terminal.wait(lambda: sent_to_anders(served) == MESSAGES[:2], "both, once there is contact")
    assert not any(text.encode() in path.read_bytes() for path in kept(home) for text in MESSAGES)


def test_another_person_on_the_device_sends_nothing_of_what_was_left(
    start: Start, served: Backend, home: Path
) -> None:
    served.colleague("anna")
    terminal = start("--server", served.url)
    enter(terminal, "anna")
    pause(served, on=True)
    to_anders(terminal)
    post(terminal, MESSAGES[:2])
    wait_kept(terminal, home)
    terminal.send_signal(signal.SIGKILL)
    terminal.wait_exit()
    [left] = kept(home)
    before = left.read_bytes()
    pause(served, on=False)
    other = start("--server", served.url)
    enter(other, "ebba")
    assert "nummer" not in other.screen
    assert left.read_bytes() == before
    other.send_signal(signal.SIGKILL)
    other.wait_exit()
    again = start("--server", served.url)
    sign_in(again, "anna")
    again.wait(lambda: sent_to_anders(served) == MESSAGES[:2], "both from their own author")


def test_the_demo_keeps_nothing_and_says_so(start: Start, home: Path) -> None:
    terminal = start("demo", "--now", "2026-03-10T09:00+01:00")
    terminal.wait_for("Ingrid Hallberg", "ansluten")
    backend = next(one for one in terminal.family if one.pid != terminal.process.pid)
    to_anders(terminal)
    backend.suspend()
    try:
        post(terminal, MESSAGES[:1])
        terminal.press("ctrl+q")
        terminal.wait_for("utan att avsluta passet")
        terminal.wait_still(0.4)
        terminal.press("q")
        terminal.wait_for(QUESTION, "går förlorat")
    finally:
        backend.resume()
    assert not kept(home)
