"""Chats, staff chats, calls and what is done with a case, at the sizes one works in."""

from datetime import timedelta
from typing import Any

import pytest

from clinic_tui.protocol.team import StaffMessage
from tests.desks import EBBA, ME, NOW, case_id
from tests.screens.deeds_stage import DeedsStage, booked, chat, chat_detail, everything, staff_chat
from tests.screens.test_case_deeds import offer
from tests.screens.visit_stage import karin, settle, talk, visit_detail
from tests.snapshots.conftest import Snap
from tests.snapshots.scenes import MIDDLE, SMALL, press, themed

LARGE = (200, 60)
SAID = (
    "Kan du titta på bilden? Jag är osäker på om det är bältros.",
    "Ja, det ser så ut. Be om en tid i dag, så bedömer jag.",
)


def app_for(theme: str = "dark", *, conversations: Any = (), **changes: Any) -> DeedsStage:
    row = chat(**changes)
    app = DeedsStage(everything(chat_detail(row), conversations=conversations), first=row.id)
    themed(app, theme)
    return app


def talked() -> Any:
    people = (ME, EBBA)
    messages = tuple(
        StaffMessage(
            id=f"s{seq}",
            conversation_id="c1",
            seq=seq,
            author=people[seq - 1],
            body=body,
            sent_at=NOW + timedelta(minutes=seq),
        )
        for seq, body in enumerate(SAID, start=1)
    )
    return (staff_chat(*messages, read=1),)


def keys(*pressed: str) -> Any:
    async def show(pilot: Any) -> None:
        for key in pressed:
            await press(pilot, key)

    return show


@pytest.mark.parametrize("size", [SMALL, MIDDLE, LARGE], ids=lambda size: f"{size[0]}x{size[1]}")
def test_a_chat_with_its_time_and_an_offer(snap: Snap, size: tuple[int, int]) -> None:
    near = NOW + timedelta(hours=3, minutes=12)
    snap(app_for(expires_at=near, hand_over=offer(), assignee=EBBA, participants=(ME,)), size)


def test_an_ended_chat(snap: Snap) -> None:
    snap(app_for(state="closed", closed_at=NOW, close_reason="expired", documented_at=NOW), SMALL)


@pytest.mark.parametrize("theme", ["dark", "light", "contrast", "ansi"])
@pytest.mark.parametrize("size", [SMALL, MIDDLE], ids=lambda size: f"{size[0]}x{size[1]}")
def test_the_staff_chat(snap: Snap, size: tuple[int, int], theme: str) -> None:
    app = app_for(theme, conversations=talked(), participants=(EBBA,), unread=1)
    snap(app, size, keys("f7", *"Tack"))


@pytest.mark.parametrize("size", [SMALL, MIDDLE, LARGE], ids=lambda size: f"{size[0]}x{size[1]}")
def test_a_call_as_a_code(snap: Snap, size: tuple[int, int]) -> None:
    async def show(pilot: Any) -> None:
        await press(pilot, "shift+f7")
        await press(pilot, "v")

    snap(app_for(), size, show)


@pytest.mark.parametrize("size", [SMALL, MIDDLE], ids=lambda size: f"{size[0]}x{size[1]}")
def test_handing_over(snap: Snap, size: tuple[int, int]) -> None:
    async def show(pilot: Any) -> None:
        await press(pilot, "f6")
        await press(pilot, "enter")
        await press(pilot, *"Mitt")

    snap(app_for(), size, show)


@pytest.mark.parametrize("size", [SMALL, MIDDLE], ids=lambda size: f"{size[0]}x{size[1]}")
def test_answering_an_offer(snap: Snap, size: tuple[int, int]) -> None:
    snap(app_for(assignee=EBBA, hand_over=offer()), size, keys("f6"))


def test_picking_a_colleague(snap: Snap) -> None:
    snap(app_for(), SMALL, keys("f5"))


def test_changing_a_priority(snap: Snap) -> None:
    app = DeedsStage(everything(visit_detail(karin(), talk())))
    themed(app, "dark")
    snap(app, SMALL, keys("shift+f8"))


def test_signing_and_going_on_in_messages(snap: Snap) -> None:
    app = DeedsStage(everything(visit_detail(karin(), talk())))
    themed(app, "dark")
    snap(app, MIDDLE, keys("f9"))


def test_a_scheduled_visit(snap: Snap) -> None:
    app = DeedsStage(everything(chat_detail(booked())), first=case_id(4))
    themed(app, "dark")

    async def show(pilot: Any) -> None:
        await settle(pilot)

    snap(app, MIDDLE, show)


@pytest.mark.parametrize("size", [MIDDLE, LARGE], ids=lambda size: f"{size[0]}x{size[1]}")
def test_a_staff_chat_with_nobody_in_it(snap: Snap, size: tuple[int, int]) -> None:
    snap(app_for(), size, keys("f7"))


def test_the_staff_chat_on_a_wide_screen(snap: Snap) -> None:
    snap(app_for(conversations=talked(), participants=(EBBA,)), LARGE, keys("f7", *"Tack"))


def test_an_ended_chat_and_its_messages(snap: Snap) -> None:
    snap(app_for(state="closed", closed_at=NOW, close_reason="expired"), MIDDLE)


@pytest.mark.parametrize("size", [MIDDLE, LARGE], ids=lambda size: f"{size[0]}x{size[1]}")
def test_my_chat(snap: Snap, size: tuple[int, int]) -> None:
    snap(app_for(), size)
