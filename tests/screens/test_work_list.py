"""The work list as a user meets it, at the sizes and in the themes it must work in."""

import random
from dataclasses import replace

import pytest
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.color import Color
from textual.events import MouseScrollDown
from textual.geometry import Region
from textual.theme import Theme

from clinic_tui.widgets.badges import FLAG_SIGNS, PRIORITY_SHAPES
from clinic_tui.widgets.line_view import LineView
from clinic_tui.widgets.scroll_bar import thumb
from clinic_tui.widgets.selection import find_again, place_of
from clinic_tui.widgets.work_list import WorkList
from clinic_tui.widgets.work_row import WorkRow, columns_for, wait_text
from clinic_tui.widgets.wrapping import cut, fit, fit_deed, fit_person, wrap
from styles import css_paths
from styles.themes import (
    CONTRAST,
    DARK,
    LIGHT,
    SETTINGS,
    THEMES,
    VARIABLE_DEFAULTS,
    register_themes,
    theme_for,
)
from tests.hostile import bad_code_points, load_hostile

pytestmark = pytest.mark.anyio

NOW = 1_000_000.0
HOSTILE = [
    "\x1b[2Jdone",
    "\x1b]0;title\x07x",
    "\x9b31mred",
    "a\u202eb\u2066c",
    "[/b][@click=app.quit]x[/]",
    "tab\there\r\nand\x00there",
    "\U000e0041\u200b\u2028x",
    "漢字" * 40,
    "👨‍👩‍👧" * 30,
    "e" + "\u0301" * 50,
]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class ListApp(App[None]):
    CSS_PATH = css_paths("base")

    def __init__(self, theme: str = "dark", empty_text: str = "") -> None:
        super().__init__()
        self.setting = theme
        self.empty_text = empty_text
        self.said: list[tuple[str, str | None]] = []

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return VARIABLE_DEFAULTS

    def compose(self) -> ComposeResult:
        yield WorkList(empty_text=self.empty_text, now=NOW)

    def on_mount(self) -> None:
        register_themes(self)
        self.theme = theme_for(self.setting).name

    @property
    def list(self) -> WorkList:
        return self.query_one(WorkList)

    def on_work_list_selected(self, event: WorkList.Selected) -> None:
        self.said.append(("selected", event.case_id))

    def on_work_list_opened(self, event: WorkList.Opened) -> None:
        self.said.append(("opened", event.case_id))


def row(number: int, **changes: object) -> WorkRow:
    made = WorkRow(
        case_id=f"c{number}",
        resident=f"Resident {number}, 40 K",
        reason="Hosta",
        priority=number % 5 + 1,
        queued_at=NOW - 60 * number,
        state="Väntar",
    )
    return replace(made, **changes)  # pyright: ignore[reportArgumentType]


def fill(count: int) -> tuple[list[str], dict[str, WorkRow]]:
    rows = {f"c{number}": row(number) for number in range(count)}
    return list(rows), rows


def lines(work_list: WorkList) -> list[str]:
    return [work_list.render_line(y).text for y in range(work_list.size.height)]


def line_of(work_list: WorkList, case_id: str) -> int | None:
    name = f"Resident {case_id[1:]},"
    return next((y for y, text in enumerate(lines(work_list)) if name in text), None)


async def test_keys_move_the_cursor_and_say_which_case_it_is_on() -> None:
    app = ListApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.list.set_rows(*fill(100))
        await pilot.press("down", "down", "up", "end", "home", "pagedown", "enter")
        await pilot.pause()
        ids = [case_id for kind, case_id in app.said if kind == "selected"]
        assert ids == ["c0", "c1", "c2", "c1", "c99", "c0", "c21"]
        assert app.said[-1] == ("opened", "c21")
        assert line_of(app.list, "c21") is not None


async def test_a_click_selects_and_a_double_click_opens() -> None:
    app = ListApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.list.set_rows(*fill(10))
        await pilot.click(WorkList, offset=(10, 5))
        assert app.list.selected == "c3"
        await pilot.click(WorkList, offset=(10, 6), times=2)
        await pilot.pause()
        assert app.said[-1] == ("opened", "c4")
        await pilot.click(WorkList, offset=(10, 0), times=2)
        await pilot.click(WorkList, offset=(10, 20), times=2)
        await pilot.pause()
        assert app.said[-1] == ("opened", "c4")


async def test_the_wheel_scrolls_without_moving_the_cursor() -> None:
    app = ListApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.list.set_rows(*fill(100))
        await pilot._post_mouse_events(  # pyright: ignore[reportPrivateUsage]
            [MouseScrollDown], WorkList, (5, 5), 0
        )
        await pilot.pause()
        assert app.list.top_row > 0
        assert app.list.selected == "c0"


async def test_the_cursor_stays_on_its_case_and_line_when_others_come_and_go() -> None:
    app = ListApp()
    async with app.run_test(size=(80, 24)) as pilot:
        order, rows = fill(200)
        app.list.set_rows(order, rows)
        app.list.select("c50")
        await pilot.pause()
        before = line_of(app.list, "c50")
        for number in (900, 901):
            rows[f"c{number}"] = row(number)
            order.insert(0, f"c{number}")
        app.list.set_rows(order, rows)
        assert (app.list.selected, line_of(app.list, "c50")) == ("c50", before)
        assert "2 n" in lines(app.list)[0]
        assert len([said for said in app.said if said[1] == "c50"]) == 1


async def test_when_its_case_leaves_the_cursor_goes_to_the_next_and_at_the_end_to_the_one_before() -> None:
    app = ListApp()
    async with app.run_test(size=(80, 24)) as pilot:
        order, rows = fill(5)
        app.list.set_rows(order, rows)
        app.list.select("c2")
        order.remove("c2")
        app.list.set_rows(order, rows)
        assert app.list.selected == "c3"
        app.list.select("c4")
        app.list.set_rows(["c0", "c1"], rows)
        assert app.list.selected == "c1"
        app.list.set_rows([], {})
        assert app.list.selected is None
        await pilot.pause()
        assert app.said[-1] == ("selected", None)


@pytest.mark.parametrize("seed", range(6))
async def test_the_cursor_follows_its_case_through_any_sequence_of_changes(seed: int) -> None:
    rng = random.Random(seed)
    app = ListApp()
    async with app.run_test(size=(80, 24)) as pilot:
        order, rows = fill(rng.choice([3, 30, 300]))
        app.list.set_rows(order, rows)
        for step in range(120):
            choice = rng.randrange(5)
            before = app.list.selected
            if choice == 0 and order:
                app.list.select(rng.choice(order))
                continue
            if choice == 1:
                app.list.action_cursor(rng.choice([-3, -1, 1, 7]))
                continue
            if choice == 2:
                new = row(1000 + step)
                rows[new.case_id] = new
                order.insert(rng.randrange(len(order) + 1), new.case_id)
            elif choice == 3 and order:
                order.remove(rng.choice(order))
            else:
                rng.shuffle(order)
            app.list.set_rows(order if rng.random() < 0.5 else list(order), rows)
            if before in order:
                assert app.list.selected == before
            assert (app.list.selected in order) if order else app.list.selected is None
        await pilot.pause()
        lines(app.list)


async def test_a_changed_case_repaints_its_own_line_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    app = ListApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.list.set_rows(*fill(100))
        await pilot.pause()
        painted: list[Region] = []
        monkeypatch.setattr(app.list, "refresh", lambda *regions, **_: painted.extend(regions))
        app.list.update_row(row(3, state="Pågår"))
        app.list.update_row(row(90, state="Pågår"))
        assert [(region.y, region.height) for region in painted] == [(5, 1)]
        assert "Pågår" in lines(app.list)[5]


async def test_a_tick_repaints_the_waits_that_read_differently_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = ListApp()
    async with app.run_test(size=(80, 24)) as pilot:
        order, rows = fill(5)
        rows["c1"] = row(1, queued_at=NOW - 59)
        rows["c2"] = row(2, queued_at=None)
        app.list.set_rows(order, rows)
        await pilot.pause()
        painted: list[Region] = []
        monkeypatch.setattr(app.list, "refresh", lambda *regions, **_: painted.extend(regions))
        app.list.tick(NOW + 1)
        assert [region.y for region in painted] == [3]
        assert "0:01" in lines(app.list)[3]


async def test_another_theme_is_seen_at_once() -> None:
    app = ListApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.list.set_rows(*fill(5))
        await pilot.pause()
        before = list(app.list.render_line(3))[-1]
        app.theme = LIGHT.name
        await pilot.pause()
        after = list(app.list.render_line(3))[-1]
        assert before.text == after.text
        assert before.style != after.style


async def test_the_view_draws_what_textual_itself_would_have_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    app = ListApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.list.set_rows(*fill(5))
        await pilot.pause()
        quick = [strip.text for strip in app.list.render_lines(app.list.size.region)]
        monkeypatch.setattr(LineView, "_is_plain", lambda _: False)
        assert [strip.text for strip in app.list.render_lines(app.list.size.region)] == quick


def test_the_thumb_stands_where_the_view_is() -> None:
    assert list(thumb(20, 10, 20, 0)) == []
    assert list(thumb(20, 40, 20, 0)) == list(range(10))
    assert list(thumb(20, 40, 20, 20)) == list(range(10, 20))
    assert len(thumb(20, 100_000, 20, 5)) == 1
    assert thumb(20, 100_000, 20, 5).start > 0


async def test_the_bar_can_be_dragged() -> None:
    app = ListApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.list.set_rows(*fill(1000))
        await pilot.pause()
        await pilot.mouse_down(WorkList, offset=(79, 0))
        await pilot.hover(WorkList, offset=(79, 12))
        await pilot.mouse_up(WorkList, offset=(79, 12))
        await pilot.pause()
        assert 300 < app.list.top_row < 700


async def test_an_empty_list_says_what_its_owner_wants() -> None:
    app = ListApp(empty_text="Inga väntande i filtret.\n3 dolda av filtret: F2.")
    async with app.run_test(size=(80, 24)):
        assert [text.strip() for text in lines(app.list)[2:4]] == app.empty_text.split("\n")


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60), (20, 5)])
@pytest.mark.parametrize("setting", SETTINGS)
async def test_every_line_fills_its_width_in_every_size_and_theme(
    size: tuple[int, int], setting: str
) -> None:
    app = ListApp(setting)
    async with app.run_test(size=size) as pilot:
        order, rows = fill(len(HOSTILE))
        flags = frozenset(flag for flag, _sign, _text in FLAG_SIGNS)
        for number, text in enumerate(HOSTILE):
            rows[f"c{number}"] = row(
                number, resident=text, reason=text, owner=text, unit=text, flags=flags, unread=12, warn=True
            )
        app.list.set_rows(order, rows)
        await pilot.pause()
        for y in range(app.list.size.height):
            assert app.list.render_line(y).cell_length == app.list.size.width


async def test_nothing_that_could_act_on_a_terminal_is_drawn() -> None:
    app = ListApp()
    async with app.run_test(size=(200, 60)):
        hostile = load_hostile()
        rows = {
            f"c{number}": row(number, resident=one.text, reason=one.text, state=one.text, owner=one.text)
            for number, one in enumerate(hostile)
        }
        for first in range(0, len(hostile), 50):
            app.list.set_rows(list(rows)[first : first + 50], rows)
            for y in range(app.list.size.height):
                assert not bad_code_points(app.list.render_line(y).text)


async def test_narrow_lists_merge_owner_and_state_and_wide_ones_tell_them_apart() -> None:
    app = ListApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.list.set_rows(["c1"], {"c1": row(1, owner="Ebba Nyman · läser", unit="Ekens vårdcentral")})
        assert "Ebba Nyman" in lines(app.list)[2]
        assert "Väntar" not in lines(app.list)[2]
        await pilot.resize_terminal(200, 30)
        await pilot.pause()
        for text in ("Ebba Nyman · läser", "Väntar", "Ekens vårdcentral"):
            assert text in lines(app.list)[2]


@pytest.mark.parametrize("width", [10, 40, 76, 79, 99, 119, 140, 150, 180, 199, 400])
def test_the_columns_never_take_more_than_the_width(width: int) -> None:
    columns = columns_for(width)
    parts = (columns.resident, columns.reason, columns.flags, columns.state, columns.wait)
    assert all(part >= 0 for part in parts)
    if width >= 60:
        assert sum(parts) + columns.unit + columns.owner + columns.word < width


def test_every_priority_and_flag_has_a_sign_of_its_own_one_cell_wide() -> None:
    signs = [sign for _flag, sign, _text in FLAG_SIGNS]
    assert len(set(signs)) == len(signs)
    assert len(set(PRIORITY_SHAPES.values())) == len(PRIORITY_SHAPES)
    assert {cell_len(sign) for sign in [*signs, *PRIORITY_SHAPES.values()]} == {1}


def test_a_wait_reads_as_hours_and_minutes_and_later_as_days() -> None:
    assert wait_text(NOW - 47 * 60, NOW) == "0:47"
    assert wait_text(NOW - 26 * 3600, NOW) == "26:00"
    assert wait_text(NOW - 3 * 86400, NOW) == "3 d"
    assert wait_text(NOW + 60, NOW) == "0:00"


@pytest.mark.parametrize("text", [*HOSTILE, "", "Karin Lindström, 71 K"])
@pytest.mark.parametrize("width", [1, 2, 7, 22])
def test_text_is_fitted_to_exactly_its_cells(text: str, width: int) -> None:
    assert cell_len(fit(text, width)) == width
    assert cell_len(fit_person(text, width)) == width


def test_a_long_name_is_cut_before_the_age() -> None:
    assert fit_person("Anna-Karin Lindström Berg, 71 K", 20) == "Anna-Karin Li…, 71 K"


@pytest.mark.parametrize("seed", range(20))
def test_wrapped_lines_fit_and_lose_nothing_but_spaces(seed: int) -> None:
    rng = random.Random(seed)
    parts = ["ord", " ", "  ", "\n", "漢字", "👨‍👩‍👧", "é", "Åäö", "x" * 30, "e\u0301"]
    text = "".join(rng.choice(parts) for _ in range(60))
    for width in (2, 5, 13, 40):
        spans = wrap(text, width)
        assert all(cell_len(text[start:end]) <= width for start, end in spans)
        kept = "".join(text[start:end] for start, end in spans)
        assert kept.replace(" ", "") == text.replace(" ", "").replace("\n", "")


def test_a_lost_item_far_away_is_found_again() -> None:
    order = [str(number) for number in range(5000)]
    place = place_of(order, 10)
    assert find_again(list(reversed(order)), place) == 4989


def _contrast(first: str, second: str) -> float:
    light, dark = sorted((_luminance(Color.parse(first)), _luminance(Color.parse(second))), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: Color) -> float:
    channels = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in color.normalized
    ]
    return 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2]


@pytest.mark.parametrize("theme", [DARK, LIGHT, CONTRAST], ids=lambda theme: theme.name)
def test_text_stands_out_from_what_it_is_drawn_on(theme: Theme) -> None:
    colours = {**{key: str(value) for key, value in vars(theme).items()}, **theme.variables}
    grounds = ("background", "panel", "surface", "chrome", "cursor", "cursor-blurred", "staff-chat-surface")
    inks = ("foreground", "muted", "accent", "warning", "error", "success", "resident", "staff", "staff-chat")
    pairs = [(ink, ground) for ink in inks for ground in grounds]
    pairs += [(f"prio-{name}-text", f"prio-{name}") for name in (1, 2, 3, 4, 5, "other")]
    pairs += [("on-accent", "accent"), ("on-warn", "warning"), ("foreground", "selection")]
    weak = {
        pair: round(_contrast(colours[pair[0]], colours[pair[1]]), 2)
        for pair in pairs
        if _contrast(colours[pair[0]], colours[pair[1]]) < 4.5
    }
    assert not weak


def test_every_theme_names_the_same_colours() -> None:
    for theme in THEMES:
        assert set(VARIABLE_DEFAULTS) - set(theme.variables) <= set(DARK.to_color_system().generate())
        assert {f"prio-{number}" for number in range(1, 6)} <= set(theme.variables)


def test_a_theme_is_found_by_its_setting_and_a_typing_error_is_told() -> None:
    assert [theme_for(setting) for setting in SETTINGS] == list(THEMES)
    with pytest.raises(ValueError, match="unknown theme"):
        theme_for("drak")


def test_where_a_colleague_and_the_deed_do_not_fit_the_last_name_is_cut() -> None:
    assert fit_deed("Ebba Nyman · läser", 20) == "Ebba Nyman · läser  "
    assert fit_deed("Ebba Nyman · läser", 16) == "Ebba N. · läser "
    assert fit_deed("Du · pågår", 8) == "Du · på…"


def test_a_text_that_fits_is_neither_cut_nor_padded() -> None:
    assert cut("Karin", 9) == "Karin"
    assert cut("Maria-Alexandra", 9) == "Maria-Al…"
