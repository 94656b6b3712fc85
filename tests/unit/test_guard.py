"""Whatever a widget is given, nothing of it acts on the terminal, and a crash tells nothing."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.segment import Segment
from rich.style import Style
from textual.app import ComposeResult
from textual.color import Color
from textual.content import Content
from textual.markup import MarkupError
from textual.widgets import DataTable, Input, Label, OptionList, Static, TextArea
from textual.worker import WorkerFailed

from clinic_tui.storage.environment import clean_environment
from clinic_tui.storage.incidents import MAX_FRAMES, record_incident
from clinic_tui.widgets.guard import GuardedApp, TerminalGuard
from clinic_tui.widgets.plain import joined, plain, plain_line
from tests.hostile import CORE, bad_code_points, control_violations, load_hostile

pytestmark = pytest.mark.anyio

SECRET = "hemligt 19121212-1212"
BLACK = Color(0, 0, 0)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Shelf(GuardedApp[None]):
    """One of each widget that shows text."""

    CSS = "Static, Label, OptionList, DataTable, TextArea { height: 4; }"

    def compose(self) -> ComposeResult:
        yield Static(id="static")
        yield Label(id="label")
        yield OptionList(markup=False)
        yield DataTable[Content]()
        yield TextArea()
        yield Input()

    def on_mount(self) -> None:
        self.query_one(DataTable).add_column("c", width=60)

    def show(self, text: str, wrap: Callable[[str], Content]) -> None:
        """Put the text into every widget."""
        self.query_one("#static", Static).update(wrap(text))
        self.query_one("#label", Label).update(wrap(text))
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_option(wrap(text))
        table = self.query_one(DataTable)
        table.clear()
        table.add_row(wrap(text))
        self.query_one(TextArea).text = wrap(text).plain
        self.query_one(Input).value = wrap(text).plain
        self.query_one("#static").border_title = wrap(text)

    def painted(self) -> list[Segment]:
        """Every segment on its way to the terminal."""
        strips = [
            strip
            for widget in self.screen.walk_children()
            for strip in widget.render_lines(widget.size.region)
        ]
        return [segment for strip in strips for segment in strip]


def shown_problems(app: Shelf) -> list[str]:
    segments = app.painted()
    links = [segment.text for segment in segments if segment.style is not None and segment.style.link]
    return (
        links
        + bad_code_points("".join(segment.text for segment in segments))
        + ["\n"] * sum("\n" in s.text for s in segments)
    )


async def test_no_hostile_string_reaches_the_terminal_from_any_widget() -> None:
    app = Shelf()
    problems: dict[str, list[str]] = {}
    async with app.run_test(size=(100, 40)) as pilot:
        for one in load_hostile():
            app.show(one.text[:1500], plain)
            await pilot.pause()
            if found := shown_problems(app):
                problems[one.name] = found
    assert problems == {}


async def test_the_guard_alone_stops_what_nobody_cleaned() -> None:
    app = Shelf()
    problems: dict[str, list[str]] = {}
    async with app.run_test(size=(100, 40)) as pilot:
        for one in CORE:
            app.show(one.text[:300], lambda text: Content(text, strip_control_codes=False))
            await pilot.pause()
            if found := shown_problems(app):
                problems[one.name] = found
    assert problems == {}


async def test_honest_text_is_painted_letter_by_letter() -> None:
    app = Shelf()
    async with app.run_test(size=(100, 40)) as pilot:
        app.show("Blodtryck 140/90, puls [72] [b]inte fet[/b]", plain)
        await pilot.pause()
        painted = "".join(segment.text for segment in app.painted())
    assert painted.count("Blodtryck 140/90, puls [72] [b]inte fet[/b]") >= 5


async def test_a_notification_is_shown_as_it_is_written() -> None:
    app = Shelf()
    async with app.run_test(notifications=True, size=(100, 40)) as pilot:
        app.notify("[/b] \x1b[2J [@click=app.quit]x[/]", title="\x1b]0;x\x07")
        app.query_one("#static").notify("[TODO] ring")
        await pilot.pause()
        first, second = list(app._notifications)
    assert (first.message, first.title, first.markup) == ("[/b] ␛[2J [@click=app.quit]x[/]", "␛]0;x␇", False)
    assert (second.message, second.markup) == ("[TODO] ring", False)


def test_the_guard_shows_what_it_stops_and_keeps_the_width() -> None:
    line = [Segment("a\x1b[2Jb\u202e\x9b"), Segment("    "), Segment("|")]
    guarded = TerminalGuard().apply(line, BLACK)
    text = "".join(segment.text for segment in guarded)
    assert text.startswith("a␛[2Jb��")
    assert sum(segment.cell_length for segment in guarded) == sum(segment.cell_length for segment in line)


def test_the_guard_drops_links_and_keeps_click_actions() -> None:
    style = Style(bold=True, link="https://x.invalid", meta={"@click": "app.quit"})
    (guarded,) = TerminalGuard().apply([Segment("x", style)], BLACK)
    assert guarded.style is not None
    assert guarded.style.link is None
    assert guarded.style.bold
    assert guarded.style.meta == {"@click": "app.quit"}


def test_the_guard_leaves_a_clean_line_alone() -> None:
    line = [Segment("Hej Åsa "), Segment("👨\u200d👩\u200d👧 می\u200cخواهم")]
    assert TerminalGuard().apply(line, BLACK) is line


def test_plain_content_is_never_markup() -> None:
    assert plain("[b]x[/b] [/c]\x07").plain == "[b]x[/b] [/c]␇"
    assert plain("[@click=app.quit]x").spans == []
    assert plain("x", "bold").spans != []
    assert plain_line("a\nb").plain == "a↵b"
    assert joined("\x1b", ("[b]", "bold"), plain("c")).plain == "␛[b]c"


def fails(_name: str = SECRET) -> None:
    told = f"[/b] {SECRET}"
    raise ValueError(told)


class Falls(GuardedApp[None]):
    """An app that stops in one of several ways."""

    def __init__(self, way: str, log: Path | None) -> None:
        super().__init__()
        self.way = way
        self.incident_log = log

    def on_mount(self) -> None:
        if self.way == "worker":
            self.run_worker(self.fail_later(), group="test")
        elif self.way == "markup":
            raise MarkupError(f"closing tag in {SECRET}")
        else:
            self.call_later(fails)

    async def fail_later(self) -> None:
        fails()


@pytest.mark.parametrize("way", ["handler", "worker", "markup"])
async def test_a_crash_shows_an_incident_number_and_nothing_else(
    way: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "state" / "incidents.jsonl"
    app = Falls(way, log)
    with pytest.raises((ValueError, MarkupError, WorkerFailed), match="hemligt"):
        async with app.run_test() as pilot:
            await pilot.pause()
    told = "".join(capsys.readouterr())
    kept = log.read_text()
    assert app.incident is not None
    assert app.incident in told
    assert app.incident in kept
    assert "hemligt" not in told + kept
    assert "Traceback" not in told
    assert app.return_code == 1
    assert log.stat().st_mode & 0o777 == 0o600
    entry = json.loads(kept.splitlines()[0])
    assert entry["errors"][0]["type"].endswith("MarkupError" if way == "markup" else "ValueError")
    assert "test_guard.py" in entry["errors"][0]["calls"][-1]


async def test_a_crash_with_no_place_to_record_it_still_tells_a_number(
    capsys: pytest.CaptureFixture[str],
) -> None:
    app = Falls("handler", None)
    with pytest.raises(ValueError, match="hemligt"):
        async with app.run_test() as pilot:
            await pilot.pause()
    told = "".join(capsys.readouterr())
    assert app.incident is not None
    assert app.incident in told
    assert "hemligt" not in told


async def test_a_text_left_behind_at_the_end_is_clean(capsys: pytest.CaptureFixture[str]) -> None:
    app = Shelf()
    async with app.run_test():
        app.exit(message="\x1b]0;x\x07 [/b] hej")
    assert "␛]0;x␇ [/b] hej" in "".join(capsys.readouterr())


async def test_the_palette_offers_no_screenshot() -> None:
    app = Shelf()
    async with app.run_test():
        assert list(app.get_system_commands(app.screen)) == []


def test_an_incident_keeps_the_whole_chain_without_texts(tmp_path: Path) -> None:
    log = tmp_path / "log"
    group = ExceptionGroup(SECRET, [OSError(SECRET), KeyError(SECRET)])
    group.__cause__ = RuntimeError(SECRET)
    incident, written = record_incident(group, log)
    entry = json.loads(log.read_text())
    assert written
    assert entry["incident"] == incident
    assert [one["type"] for one in entry["errors"]] == [
        "builtins.ExceptionGroup",
        "builtins.RuntimeError",
        "builtins.OSError",
        "builtins.KeyError",
    ]
    assert "hemligt" not in log.read_text()
    assert str(Path.home()) not in log.read_text()


def test_endless_recursion_is_recorded_in_few_lines(tmp_path: Path) -> None:
    def deeper() -> None:
        deeper()

    with pytest.raises(RecursionError) as caught:
        deeper()
    record_incident(caught.value, tmp_path / "log")
    assert len(json.loads((tmp_path / "log").read_text())["errors"][0]["calls"]) == MAX_FRAMES


@pytest.mark.parametrize("obstacle", ["link", "folder", "pipe"])
def test_an_incident_is_written_to_nothing_but_a_plain_file(obstacle: str, tmp_path: Path) -> None:
    log, other = tmp_path / "log", tmp_path / "other"
    other.write_text("kept")
    {"link": lambda: log.symlink_to(other), "folder": log.mkdir, "pipe": lambda: os.mkfifo(log)}[obstacle]()
    incident, written = record_incident(ValueError(SECRET), log)
    assert incident
    assert not written
    assert other.read_text() == "kept"


def test_the_environment_cannot_steer_textual() -> None:
    environ = {
        "TEXTUAL": "devtools,debug",
        "TEXTUAL_LOG": "/tmp/x",
        "TEXTUAL_PRESS": "ctrl+q",
        "TEXTUAL_FPS": "1",
        "SSLKEYLOGFILE": "/tmp/keys",
        "NO_COLOR": "1",
        "LANG": "sv_SE.UTF-8",
    }
    clean_environment(environ)
    assert environ == {
        "TEXTUAL_FPS": "240",
        "TEXTUAL_ANIMATIONS": "none",
        "NO_COLOR": "1",
        "LANG": "sv_SE.UTF-8",
    }


def test_the_leak_check_knows_what_textual_writes_from_what_it_does_not() -> None:
    ours = b"\x1b[?1049h\x1b[?25l\x1b[1;31mhej \xc3\xa5\x1b[0m\x1b[10;4Hx\x1b[?2026$p\x1b]22;default\x07\r\n"
    assert not control_violations(ours)
    told = "en av dina chattar går snart ut".encode()
    codes = b"\x1b]777;notify;clinic-tui;Clinic: %b\x1b\\", b"\x1b]9;Clinic: %b\x1b\\"
    ours += b"\x07" + b"".join(code % told for code in codes)
    assert not control_violations(ours)
    for theirs in (
        codes[1] % told,
        b"\x07" + b"".join(code % b"Karin <19121212-1212>" for code in codes),
        b"\x1b]0;x\x07",
        b"\x1bc",
        b"\x1bPq\x1b\\",
        b"\x07",
        b"a\x00",
        b"\x1b[8m\x1b[8;1;1t",
        "\x9b".encode(),
    ):
        assert control_violations(ours + theirs), theirs
    assert control_violations("Ta \u202e gm".encode())
