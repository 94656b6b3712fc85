"""The chat log as a reader meets it: what it shows, and that it stays where one reads."""

import random
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from textual.app import App, ComposeResult
from textual.widgets import Input

from clinic_tui.i18n import language, set_language
from clinic_tui.widgets.chat_layout import geometry_for
from clinic_tui.widgets.chat_log import ChatLog
from clinic_tui.widgets.chat_message import ChatMessage
from clinic_tui.widgets.chat_source import ChatSource
from styles import css_paths
from styles.themes import DARK, VARIABLE_DEFAULTS, register_themes
from tests.hostile import bad_code_points, load_hostile

pytestmark = pytest.mark.anyio

START = datetime(2026, 3, 6, 9, 12)  # noqa: DTZ001 - shown as given


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def english():
    before = language()
    set_language("en")
    yield
    set_language(before)


class ChatApp(App[None]):
    CSS_PATH = css_paths("base")

    def __init__(self, source: ChatSource) -> None:
        super().__init__()
        self.source = source
        self.below: list[int] = []
        self.copied: list[str] = []

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return VARIABLE_DEFAULTS

    def compose(self) -> ComposeResult:
        yield ChatLog(self.source)
        yield Input()

    def on_mount(self) -> None:
        register_themes(self)
        self.theme = DARK.name
        self.log_view.focus()

    @property
    def log_view(self) -> ChatLog:
        return self.query_one(ChatLog)

    def on_chat_log_new_below(self, event: ChatLog.NewBelow) -> None:
        self.below.append(event.count)

    def on_chat_log_copy_requested(self, event: ChatLog.CopyRequested) -> None:
        self.copied.append(event.message.id)


def message(number: int, body: str = "", **changes: object) -> ChatMessage:
    made = ChatMessage(
        id=f"m{number}",
        side="staff" if number % 2 else "resident",
        author="Anna Ek" if number % 2 else "Karin Lindström",
        at=START + timedelta(seconds=number),
        body=body or f"text {number} " + "ord " * (number * 7 % 60),
    )
    return replace(made, **changes)  # pyright: ignore[reportArgumentType]


def chat(count: int) -> ChatSource:
    return ChatSource([message(number) for number in range(count)])


def lines(log: ChatLog) -> list[str]:
    return [log.render_line(y).text.rstrip() for y in range(log.size.height)]


def shown(log: ChatLog) -> str:
    return "\n".join(lines(log))


async def test_a_chat_opens_at_its_newest_message() -> None:
    app = ChatApp(chat(500))
    async with app.run_test(size=(100, 30)):
        assert "text 499" in shown(app.log_view)
        assert app.log_view.following


async def test_messages_look_as_the_sketch_has_them() -> None:
    source = ChatSource(
        [
            message(0, "Besöket startade", side="system"),
            message(2, "Hej. Jag hostar."),
            message(3, "Hej Karin!", me=True, status="read", status_text="läst 09:15"),
        ]
    )
    source.typing = "Karin skriver …"
    app = ChatApp(source)
    async with app.run_test(size=(72, 30)):
        text = lines(app.log_view)
        assert text[1].strip() == "── Besöket startade 09:12 ──"
        assert text[3:5] == [" Karin Lindström  09:12", " ▎ Hej. Jag hostar."]
        indent = " " * (1 + geometry_for(app.log_view.size.width).indent)
        assert text[6:8] == [f"{indent}Anna Ek  09:12  ✓✓ läst 09:15", f"{indent}▎ Hej Karin!"]
        assert text[9] == " Karin skriver …"


async def test_a_new_day_is_named_between_the_messages() -> None:
    source = ChatSource([message(0), message(1, at=START + timedelta(days=1))], today=date(2026, 3, 6))
    app = ChatApp(source)
    async with app.run_test(size=(80, 30)):
        assert shown(app.log_view).count("──") == 2
        assert "Saturday 7 March 2026" in shown(app.log_view)


async def test_a_reader_at_the_end_follows_what_comes() -> None:
    source = chat(100)
    app = ChatApp(source)
    async with app.run_test(size=(80, 24)) as pilot:
        source.append(message(100, "brand new"))
        await pilot.pause()
        assert "brand new" in shown(app.log_view)
        assert app.below == []


async def test_a_reader_further_up_stays_put_and_is_told_of_new_messages() -> None:
    source = chat(100)
    app = ChatApp(source)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("pageup", "pageup")
        before = lines(app.log_view)
        source.append(message(100), message(101))
        await pilot.pause()
        after = lines(app.log_view)
        assert after[:-1] == before[:-1]
        assert after[-1].endswith("2 new ↓")
        await pilot.press("end")
        await pilot.pause()
        assert app.below == [2, 0]
        assert "text 101" in shown(app.log_view)
        assert "new ↓" not in shown(app.log_view)


async def test_the_mark_of_new_messages_can_be_clicked() -> None:
    source = chat(100)
    app = ChatApp(source)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("home")
        source.append(message(100))
        await pilot.pause()
        await pilot.click(ChatLog, offset=(app.log_view.size.width - 3, app.log_view.size.height - 1))
        assert "text 100" in shown(app.log_view)


async def test_sending_brings_the_sender_to_the_end() -> None:
    source = chat(100)
    app = ChatApp(source)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("home")
        source.append(message(101, "mitt svar", me=True, status="queued"))
        await pilot.pause()
        assert "mitt svar" in shown(app.log_view)


async def test_each_chat_is_left_and_found_again_at_its_own_place() -> None:
    first, second = chat(300), chat(40)
    app = ChatApp(first)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("pageup", "pageup", "pageup")
        place = lines(app.log_view)
        app.log_view.source = second
        await pilot.pause()
        assert "text 39" in shown(app.log_view)
        first.append(message(900))
        app.log_view.source = first
        await pilot.pause()
        assert lines(app.log_view)[:-1] == place[:-1]
        assert app.below == [1]


@pytest.mark.parametrize("size", [(60, 24), (140, 40), (200, 60), (30, 10)])
async def test_another_width_keeps_the_message_that_is_read(size: tuple[int, int]) -> None:
    source = chat(400)
    app = ChatApp(source)
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("pageup", "pageup", "pageup")
        assert source.reading is not None
        before = source.reading.message_id
        await pilot.resize_terminal(*size)
        await pilot.pause()
        found = app.log_view.chat.find(round(app.log_view.scroll_y))
        assert found is not None
        assert source.messages[found[0]].id == before


async def test_the_oldest_message_is_reached_page_by_page_and_at_once() -> None:
    app = ChatApp(chat(1200))
    async with app.run_test(size=(80, 24)) as pilot:
        log = app.log_view
        seen: list[str] = []
        while round(log.scroll_y) > 0:
            before = lines(log)[0]
            log.action_page(-1)
            if round(log.scroll_y):
                assert lines(log)[-1] == before
            seen += [text for text in lines(log) if "text" in text]
        assert any("text 0" in text for text in seen)
        await pilot.press("end")
        await pilot.press("home")
        assert "text 0" in shown(log)


async def test_dragging_into_what_is_not_yet_wrapped_shows_messages() -> None:
    app = ChatApp(chat(3000))
    async with app.run_test(size=(80, 24)) as pilot:
        log = app.log_view
        for part in (0.7, 0.3, 0.5, 0.0):
            log.scroll_to(y=round(log.max_scroll_y * part), animate=False)
            await pilot.pause()
            assert "▎" in shown(log)


@pytest.mark.parametrize("seed", range(5))
async def test_lines_and_messages_agree_through_any_sequence_of_changes(seed: int) -> None:
    rng = random.Random(seed)
    source = chat(rng.choice([0, 3, 400]))
    app = ChatApp(source)
    async with app.run_test(size=(80, 24)) as pilot:
        log = app.log_view
        for step in range(60):
            choice = rng.randrange(6)
            if choice == 0:
                source.append(message(1000 + step))
            elif choice == 1 and source.messages:
                old = rng.choice(source.messages)
                source.update(replace(old, body="ändrad " * rng.randrange(1, 90), revision=old.revision + 1))
            elif choice == 2:
                log.scroll_to_line(rng.randrange(0, max(1, log.chat.height)))
            elif choice == 3:
                await pilot.resize_terminal(rng.choice([50, 80, 130]), rng.choice([12, 24, 40]))
                await pilot.pause()
            elif choice == 4:
                log.action_cursor(rng.choice([-1, 1]))
            else:
                source.typing = rng.choice(["", "Karin skriver …"])
            layout = log.chat
            height = layout.estimated
            for index in range(layout.first, len(source.messages)):
                assert layout.start(index) == height
                assert layout.block(index).message is source.messages[index]
                height += layout.block(index).height
            assert height == layout.height
            assert all(log.render_line(y).cell_length == log.size.width for y in range(log.size.height))


async def test_an_older_state_of_a_message_changes_nothing() -> None:
    source = ChatSource([message(0, "ny", revision=2)])
    source.update(message(0, "gammal", revision=1))
    source.append(message(0, "nyare", revision=3))
    assert [one.body for one in source.messages] == ["nyare"]


async def test_older_messages_fetched_later_leave_the_reader_where_they_were() -> None:
    source = chat(60)
    app = ChatApp(source)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("pageup")
        before = lines(app.log_view)
        old = [message(number, "äldre", at=START - timedelta(hours=1)) for number in range(2000, 2050)]
        source.replace([*old, *source.messages])
        await pilot.pause()
        assert lines(app.log_view) == before


async def test_a_long_message_is_cut_until_one_asks_for_all_of_it() -> None:
    source = ChatSource([message(0, "rad\n" * 600), message(2, "x" * 9000)])
    app = ChatApp(source)
    async with app.run_test(size=(80, 24)) as pilot:
        log = app.log_view
        assert log.chat.block(0).cut
        assert "[…] Show all (9000 characters)" in shown(log)
        await pilot.press("enter")
        assert not log.chat.block(1).cut
        assert log.chat.block(0).cut


async def test_the_cursor_walks_messages_and_copies_the_one_it_is_on() -> None:
    app = ChatApp(chat(50))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("c", "up", "up", "c", "down", "c", "escape", "c")
        await pilot.pause()
        assert app.copied == ["m48", "m49"]
        assert app.log_view.selected_message is None


async def test_a_message_higher_than_the_view_is_read_to_its_end_before_the_next() -> None:
    source = ChatSource([message(0, "\n".join(f"rad {n}" for n in range(60))), message(1, "sist")])
    app = ChatApp(source)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("up", "up")
        seen = shown(app.log_view)
        while app.log_view.selected_message is source.messages[0]:
            await pilot.press("down")
            seen += shown(app.log_view)
        assert all(f"rad {n}" in seen for n in range(60))


async def test_the_mouse_selects_text_and_copies_it_as_it_was_written() -> None:
    body = "Ett långt meddelande som säkert måste brytas på flera rader i en smal ruta.\nNy rad."
    app = ChatApp(ChatSource([message(0, body), message(1, "svar")]))
    async with app.run_test(size=(50, 24)) as pilot:
        log = app.log_view
        rows = lines(log)
        first = next(y for y, text in enumerate(rows) if "Ett långt" in text)
        last = next(y for y, text in enumerate(rows) if "Ny rad" in text)
        await pilot.mouse_down(ChatLog, offset=(3, first))
        await pilot.hover(ChatLog, offset=(8, last))
        await pilot.pause()
        await pilot.mouse_up(ChatLog, offset=(8, last))
        assert app.screen.get_selected_text() == body[:-1]
        await pilot.click(ChatLog, offset=(6, first), times=2)
        await pilot.pause()
        assert app.screen.get_selected_text() == body


async def test_a_selection_over_several_messages_says_who_wrote_what() -> None:
    app = ChatApp(ChatSource([message(0, "fråga"), message(1, "svar")]))
    async with app.run_test(size=(80, 24)) as pilot:
        log = app.log_view
        rows = lines(log)
        last = next(y for y, text in enumerate(rows) if "svar" in text)
        await pilot.mouse_down(ChatLog, offset=(1, 1))
        await pilot.hover(ChatLog, offset=(70, last))
        await pilot.pause()
        selected = (app.screen.get_selected_text() or "").split("\n")
        assert selected == ["Karin Lindström  09:12", "fråga", "Anna Ek  09:12", "svar"]


async def test_text_that_imitates_an_author_line_stays_behind_its_bar() -> None:
    app = ChatApp(ChatSource([message(0, "ja\n\nAnna Ek  09:15  ✓✓ läst\n▎ Ta 10 tabletter")]))
    async with app.run_test(size=(80, 24)):
        block = app.log_view.chat.block(0)
        body = lines(app.log_view)[block.before_text : block.height]
        assert all(text.startswith(" ▎") for text in body)


async def test_nothing_that_could_act_on_a_terminal_is_drawn() -> None:
    app = ChatApp(ChatSource())
    async with app.run_test(size=(80, 40)):
        log = app.log_view
        for one in load_hostile():
            log.source = ChatSource(
                [message(0, one.text, author=one.text, status="sent", status_text=one.text)]
            )
            log.typing = one.text
            for y in range(log.size.height):
                strip = log.render_line(y)
                assert not bad_code_points(strip.text)
                assert strip.cell_length == log.size.width
                assert not any(segment.style and segment.style.link for segment in strip)
