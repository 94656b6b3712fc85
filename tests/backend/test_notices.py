"""What staff are told of, in the bell's list and by SMS as they chose (slide 16)."""

from typing import Any

import pytest
from sqlalchemy import select

from clinic_tui.backend.cases import find_case
from clinic_tui.backend.context import Backend
from clinic_tui.backend.dispatch import query
from clinic_tui.backend.notices import SHOWN, notify, notify_queue
from clinic_tui.backend.snapshot import desk_snapshot
from clinic_tui.backend.store.tables import audit, sms_outbox
from clinic_tui.backend.streams import events_after
from clinic_tui.backend.system import in_transaction
from clinic_tui.backend.tx import Tx
from clinic_tui.protocol.events import NoticeAdded, NoticesRead
from clinic_tui.protocol.refs import StaffRef
from clinic_tui.protocol.team import Notice, NoticeKind
from tests.backend.town import ANNA_CASE, CLARA_CASE, Person, in_progress, staff

pytestmark = pytest.mark.anyio


def profile(name: str, **chosen: bool) -> dict[str, Any]:
    notify_choices = tuple({"kind": kind, "sms": sms} for kind, sms in chosen.items())
    return {"display_name": name, "title": "Nurse", "mobile": "070-174 06 05", "notify": notify_choices}


async def told(backend: Backend, name: str) -> list[Notice]:
    found = await backend.store.read(lambda conn: events_after(conn, f"staff:s-{name}", 0, 500))
    return [e.event.notice for e in found if isinstance(e.event, NoticeAdded)]


async def texts(backend: Backend) -> list[tuple[str | None, str]]:
    def look(conn: Any) -> list[tuple[str | None, str]]:
        rows = conn.execute(
            select(sms_outbox.c.staff_id, sms_outbox.c.body).where(sms_outbox.c.staff_id.is_not(None))
        )
        return [(row.staff_id, row.body) for row in rows]

    return await backend.store.read(look)


async def tell_queue(backend: Backend, kind: NoticeKind, case_id: str = ANNA_CASE) -> None:
    def work(tx: Tx) -> None:
        case = find_case(tx, case_id, lock=False)
        assert case is not None
        notify_queue(tx, case, kind)

    await in_transaction(backend, backend.clock.now(), work)


async def hand_over(nora: Person) -> None:
    row = (await in_progress(nora)).case
    asked = {"case_id": ANNA_CASE, "version": row.version, "staff_id": "s-nils", "reason": "My day ends"}
    await nora.send("hand_over_case", **asked)


async def test_nobody_hears_of_the_queue_who_did_not_choose_to(backend: Backend) -> None:
    await staff(backend, "nora")
    await tell_queue(backend, "new_drop_in")
    assert (await told(backend, "nora"), await texts(backend)) == ([], [])


async def test_those_of_the_queue_are_told_as_they_chose(backend: Backend) -> None:
    nora, nils, rolf, sara = [await staff(backend, name) for name in ("nora", "nils", "rolf", "sara")]
    for person, name in ((nora, "Nora"), (rolf, "Rolf"), (sara, "Sara")):
        await person.send("save_profile", **profile(name, new_drop_in=True, new_async=True))
    await nils.send("save_profile", **profile("Nils", new_drop_in=False))
    await tell_queue(backend, "new_drop_in")
    assert [n.kind for n in await told(backend, "nora")] == ["new_drop_in"]
    assert [n.kind for n in await told(backend, "nils")] == ["new_drop_in"]
    assert [await told(backend, name) for name in ("rolf", "sara")] == [[], []]
    sent = await texts(backend)
    assert [who for who, _body in sent] == ["s-nora"]
    assert "North health centre" in sent[0][1]
    assert not any(word in sent[0][1] for word in ("Anna", "Cough", "http"))


async def test_an_offered_case_is_told_by_text_to_who_chose_that(backend: Backend) -> None:
    nora, nils = await staff(backend, "nora"), await staff(backend, "nils")
    await nils.send("save_profile", **profile("Nils", assigned=True))
    await hand_over(nora)
    assert [(n.kind, n.detail) for n in await told(backend, "nils")] == [("handed_over", "My day ends")]
    ((who, body),) = await texts(backend)
    assert who == "s-nils"
    assert "undrar om du kan ta över" in body
    assert "har gett dig" not in body


async def test_who_is_signed_out_finds_the_notice_and_gets_no_text(backend: Backend) -> None:
    nils = await staff(backend, "nils")
    await nils.send("save_profile", **profile("Nils", assigned=True))
    await nils.send("end_shift")
    await hand_over(await staff(backend, "nora"))
    assert await texts(backend) == []
    desk = await query(backend, nils.token, "desk", desk_snapshot)
    assert [n.kind for n in desk.notices] == ["handed_over"]


async def test_the_profile_shows_a_choice_for_every_kind(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    saved = (await nora.send("save_profile", **profile("Nora", assigned=True))).profile
    desk = await query(backend, nora.token, "desk", desk_snapshot)
    assert desk.profile.notify == saved.notify
    assert [(c.kind, c.sms, c.terminal) for c in saved.notify] == [
        ("new_async", False, False),
        ("new_drop_in", False, False),
        ("scheduled", False, True),
        ("assigned", True, True),
    ]
    kept = (await nora.send("save_profile", display_name="Nora", title="Nurse")).profile
    assert kept.notify == saved.notify


async def test_notices_are_read_up_to_one(backend: Backend) -> None:
    def work(tx: Tx) -> None:
        for detail in ("one", "two", "three"):
            notify(tx, "s-nora", "assigned", detail=detail)

    await in_transaction(backend, backend.clock.now(), work)
    nora, nils = await staff(backend, "nora"), await staff(backend, "nils")
    second = (await told(backend, "nora"))[1].id
    read = (await nora.send("read_notices", notice_id=second)).notices
    assert [(n.detail, n.read) for n in read] == [("one", True), ("two", True)]
    desk = await query(backend, nora.token, "desk", desk_snapshot)
    assert [(n.detail, n.read) for n in desk.notices] == [("one", True), ("two", True), ("three", False)]
    assert (await nora.send("read_notices", notice_id=second)).notices == ()
    assert (await nils.refused("read_notices", notice_id=second)).status == 404
    events = await backend.store.read(lambda conn: events_after(conn, "staff:s-nora", 0, 500))
    assert [e.event.notice_id for e in events if isinstance(e.event, NoticesRead)] == [second]


async def test_a_desk_starts_with_the_newest_hundred_oldest_first(memory_backend: Backend) -> None:
    def work(tx: Tx) -> None:
        for number in range(SHOWN + 5):
            notify(tx, "s-nora", "assigned", detail=str(number))

    await in_transaction(memory_backend, memory_backend.clock.now(), work)
    nora = await staff(memory_backend, "nora")
    desk = await query(memory_backend, nora.token, "desk", desk_snapshot)
    assert [n.detail for n in desk.notices] == [str(n) for n in range(5, SHOWN + 5)]


async def test_a_notice_names_no_protected_resident_and_is_in_the_access_log(backend: Backend) -> None:
    nora, nils = await staff(backend, "nora"), await staff(backend, "nils")
    row = (await in_progress(nora, CLARA_CASE)).case
    asked = {"case_id": CLARA_CASE, "version": row.version, "staff_id": "s-nils", "reason": "Why"}
    await nora.send("hand_over_case", **asked)
    desk = await query(backend, nils.token, "desk", desk_snapshot)
    resident = desk.notices[0].resident
    assert resident is not None
    assert (resident.name, resident.birth_date, resident.protected) == ("", None, "marked")
    assert resident == (await told(backend, "nils"))[0].resident
    lists = await backend.store.read(
        lambda conn: list(conn.execute(select(audit.c.record).where(audit.c.action == "LIST")).scalars())
    )
    assert '"r-clara"' in lists[-1]


async def test_nobody_is_told_what_they_did_themselves(memory_backend: Backend) -> None:
    nora = StaffRef(id="s-nora", name="Nora")
    await in_transaction(
        memory_backend, memory_backend.clock.now(), lambda tx: notify(tx, "s-nora", "assigned", who=nora)
    )
    assert await told(memory_backend, "nora") == []
