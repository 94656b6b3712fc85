"""The filter dialog: what it offers, what it counts, and that nothing changes before one says so."""

from dataclasses import replace

import pytest

from clinic_tui.domain.filters import GlobalFilter, Owner
from clinic_tui.protocol.resources import ResidentRef, UnitInfo
from clinic_tui.widgets.check_list import CheckGroup
from screens.dialogs.filter import FilterDialog
from tests.desks import event, row
from tests.hostile import CORE, bad_code_points
from tests.screens.stage import StageApp, desk_snapshot, queue, text_of

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("english")]


async def opened(app: StageApp, *, search: bool = False, first: bool = False) -> FilterDialog:
    dialog = FilterDialog(app.place, search=search, first=first)
    await app.show(dialog)
    return dialog


def keys(dialog: FilterDialog, name: str) -> list[str]:
    return [item.key for item in dialog.query_one(f"#filter-{name}", CheckGroup).items]


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_everything_that_can_be_chosen_is_in_sight(size: tuple[int, int]) -> None:
    app = StageApp()
    async with app.run_test(size=size) as pilot:
        await opened(app)
        await pilot.pause()
        shown = text_of(app)
        for text in (
            "Skyndsam",
            "Nurse",
            "Ekens vård",
            "Drop-in ticket",
            "Nobody",
            "12 of 12 shown",
            "Use it",
        ):
            assert text in shown


async def test_only_values_that_exist_are_offered() -> None:
    app = StageApp()
    async with app.run_test(size=(120, 40)):
        dialog = await opened(app)
        assert keys(dialog, "units") == ["backby", "ekens"]
        assert keys(dialog, "roles") == ["doctor", "nurse"]
        assert keys(dialog, "priorities") == ["1", "2", "3", "4", "5"]
        assert keys(dialog, "kinds") == ["drop_in"]
        assert set(keys(dialog, "services")) == {"seek_care", "ticket"}


async def test_every_service_and_kind_has_a_name() -> None:
    codes = ("", "rebook", "invoice", "other", "care_guarantee", "physical_training")
    rows = [row(20 + place, service_code=code) for place, code in enumerate(codes)]
    rows.append(row(30, kind="scheduled", service_code=""))
    app = StageApp(shown=desk_snapshot(*rows))
    async with app.run_test(size=(120, 40)):
        dialog = await opened(app)
        names = [item.label for item in dialog.query_one("#filter-services", CheckGroup).items]
        assert names == [
            "Begun by staff",
            "Care guarantee",
            "Invoice",
            "Other question",
            "Physical training",
            "Rebook a visit",
        ]
        kinds = [item.label for item in dialog.query_one("#filter-kinds", CheckGroup).items]
        assert kinds == ["Drop-in", "Scheduled"]


async def test_a_priority_that_the_region_does_not_name_is_offered_when_a_case_has_it() -> None:
    app = StageApp(shown=desk_snapshot(*queue(), row(20, priority=12)))
    async with app.run_test(size=(120, 40)):
        assert keys(await opened(app), "priorities") == ["1", "2", "3", "4", "5", "12"]


async def test_space_marks_values_and_what_they_would_show_is_counted_at_once() -> None:
    app = StageApp()
    async with app.run_test(size=(80, 24)) as pilot:
        dialog = await opened(app)
        await pilot.pause()
        await pilot.press("down", "space")
        assert dialog.chosen.priorities == {2}
        await pilot.pause()
        assert dialog.counts_text == "3 of 12 shown, 9 waiting hidden"
        assert "9 waiting hidden" in text_of(app)
        await pilot.press("down", "space")
        assert dialog.counts_text == "6 of 12 shown, 6 waiting hidden"
        await pilot.press("space", "up", "space")
        assert dialog.counts_text == "12 of 12 shown"
        assert app.place.drop_in.filter.is_empty


async def test_every_group_is_reached_by_tab_and_by_arrows() -> None:
    app = StageApp()
    async with app.run_test(size=(80, 24)) as pilot:
        dialog = await opened(app)
        await pilot.pause()
        seen: list[str | None] = []
        for _step in range(6):
            seen.append(dialog.focused.id if dialog.focused else None)
            await pilot.press("tab")
        assert seen == [f"filter-{n}" for n in ("priorities", "roles", "owner", "units", "kinds", "services")]
        await opened(app)
        await pilot.pause()
        await pilot.press("right", "right")
        assert app.screen.focused is not None
        assert app.screen.focused.id == "filter-owner"
        await pilot.press("down", "down", "down")
        assert app.screen.focused.id == "filter-units"
        await pilot.press("left")
        assert app.screen.focused.id == "filter-owner"


@pytest.mark.parametrize("key", ["enter", "f2"])
async def test_enter_and_the_key_that_opened_it_use_the_filter(key: str) -> None:
    app = StageApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app)
        await pilot.pause()
        await pilot.press("down", "space", key)
        await pilot.pause()
        assert app.result == GlobalFilter(priorities=frozenset({2}))


async def test_escape_leaves_it_as_it_was() -> None:
    app = StageApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app)
        await pilot.pause()
        await pilot.press("down", "space", "escape")
        await pilot.pause()
        assert app.result is None


async def test_one_key_chooses_nothing_so_that_everything_is_shown() -> None:
    app = StageApp()
    app.place.drop_in.set_filter(GlobalFilter(priorities=frozenset({2}), text="hosta", owner=Owner.ME))
    async with app.run_test(size=(80, 24)) as pilot:
        dialog = await opened(app)
        await pilot.pause()
        assert dialog.counts_text == "0 of 12 shown, 11 waiting hidden"
        await pilot.press("a")
        assert dialog.counts_text == "12 of 12 shown"
        await pilot.press("enter")
        await pilot.pause()
        assert app.result == GlobalFilter()


async def test_words_are_written_and_looked_for_as_one_types() -> None:
    app = StageApp()
    async with app.run_test(size=(80, 24)) as pilot:
        dialog = await opened(app, search=True)
        await pilot.pause()
        await pilot.press(*"HAD", "a")
        assert dialog.chosen.text == "HADa"
        await pilot.press("backspace")
        assert dialog.counts_text == "2 of 12 shown, 9 waiting hidden"
        await pilot.press("enter")
        await pilot.pause()
        assert app.result == GlobalFilter(text="HAD")


async def test_owner_is_one_of_three() -> None:
    app = StageApp()
    async with app.run_test(size=(80, 24)) as pilot:
        dialog = await opened(app)
        await pilot.pause()
        await pilot.press("tab", "tab", "down", "down", "space")
        assert dialog.chosen.owner is Owner.NOBODY
        assert dialog.counts_text == "11 of 12 shown"
        await pilot.press("up", "space")
        assert dialog.chosen.owner is Owner.ME


async def test_the_mouse_marks_too() -> None:
    app = StageApp()
    async with app.run_test(size=(120, 40)) as pilot:
        dialog = await opened(app)
        await pilot.pause()
        await pilot.click("#filter-units", offset=(4, 2))
        assert dialog.chosen.units == {"ekens"}


async def test_the_filter_in_use_is_what_one_starts_from() -> None:
    chosen = GlobalFilter(units=frozenset({"ekens", "gone"}), services=frozenset({"ticket"}), text="ont")
    app = StageApp()
    app.place.drop_in.set_filter(chosen)
    async with app.run_test(size=(120, 40)) as pilot:
        dialog = await opened(app)
        await pilot.pause()
        assert "gone" in keys(dialog, "units")
        await pilot.press("enter")
        await pilot.pause()
        assert app.result == chosen


async def test_the_first_time_on_a_device_it_says_so_and_must_be_confirmed() -> None:
    for key in ("enter", "escape"):
        app = StageApp()
        async with app.run_test(size=(80, 24)) as pilot:
            dialog = await opened(app, first=True)
            await pilot.pause()
            assert "first time on this device" in text_of(app)
            await pilot.press("x", "f5")
            assert app.screen is dialog
            await pilot.press(key)
            await pilot.pause()
            assert app.result == GlobalFilter()


async def test_cases_that_come_while_one_chooses_are_counted() -> None:
    app = StageApp()
    async with app.run_test(size=(80, 24)) as pilot:
        dialog = await opened(app)
        await pilot.pause()
        await pilot.press("down", "space")
        app.change(app.desk.fold(event(11, row(30, priority=2))))
        assert dialog.counts_text == "4 of 13 shown, 9 waiting hidden"
        assert dialog.chosen.priorities == {2}


async def test_another_key_for_the_filter_uses_it_too() -> None:
    app = StageApp()
    app.place = replace(app.place, keymap=type(app.place.keymap)({"filter.edit": "f7"}))
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, first=True)
        await pilot.pause()
        assert "F7 changes it" in " ".join(text_of(app).replace("│", " ").split())
        await pilot.press("f7")
        await pilot.pause()
        assert app.result == GlobalFilter()


async def test_many_units_scroll_and_the_keys_stay_in_sight() -> None:
    units = tuple(UnitInfo(id=f"u{n}", name=f"Mottagning {n:02}", kind="health_centre") for n in range(30))
    app = StageApp(shown=desk_snapshot(units=units))
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app)
        await pilot.pause()
        await pilot.press("tab", "tab", "tab", *["down"] * 29)
        await pilot.pause()
        assert "▌□ Mottagning 29" in text_of(app)
        assert "Use it" in text_of(app)


async def test_hostile_names_do_nothing_but_stand_there() -> None:
    rows, units = [], []
    for number, hostile in enumerate(CORE):
        text = hostile.text[:300]
        resident = ResidentRef(id="r", name=text, birth_date=None, age=1, sex="male")
        changes = {"unit_id": f"u{number}", "service_code": text[:60]}
        rows.append(row(number, resident=resident, reason=text, **changes))
        units.append(UnitInfo(id=f"u{number}", name=text, kind="health_centre"))
    app = StageApp(shown=desk_snapshot(*rows, units=tuple(units)))
    async with app.run_test(size=(120, 40)) as pilot:
        dialog = await opened(app)
        await pilot.pause()
        body = dialog.query_one("#dialog-body")
        while True:
            assert bad_code_points(text_of(app)) == []
            if body.scroll_y >= body.max_scroll_y:
                break
            body.scroll_relative(y=10, animate=False)
            await pilot.pause()
        assert len(keys(dialog, "units")) == len(CORE)


async def test_with_the_terminals_own_colours_the_line_under_the_cursor_is_reversed() -> None:
    app = StageApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.theme = "ansi-dark"
        dialog = await opened(app)
        await pilot.pause()
        assert dialog.focused is not None
        line = dialog.focused.render_lines(dialog.focused.size.region)[1]
        assert any(segment.style and segment.style.reverse for segment in line)
