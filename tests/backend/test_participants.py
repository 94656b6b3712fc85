"""What the invited, and the receiver of a hand-over, may read and hear of a case; nobody else may."""

from typing import Any

import pytest
from sqlalchemy import select

from clinic_tui.backend.context import Backend
from clinic_tui.backend.dispatch import query
from clinic_tui.backend.refused import Refused
from clinic_tui.backend.snapshot import case_detail, desk_snapshot, message_page
from clinic_tui.backend.store.tables import audit, cases
from clinic_tui.backend.store.team_tables import participants
from clinic_tui.backend.streams import events_after
from clinic_tui.protocol.events import CaseChanged, MessageChanged
from clinic_tui.protocol.resources import CaseDetail, DeskSnapshot
from tests.backend.town import ANNA_CASE, Person, in_progress, resident, staff

pytestmark = pytest.mark.anyio


async def opened(person: Person) -> CaseDetail:
    return await query(person.backend, person.token, "case", lambda tx: case_detail(tx, ANNA_CASE))


async def desk_of(person: Person) -> DeskSnapshot:
    return await query(person.backend, person.token, "desk", desk_snapshot)


async def heard(backend: Backend, name: str) -> list[str]:
    found = await backend.store.read(lambda conn: events_after(conn, f"staff:s-{name}", 0, 200))
    shown: list[str] = []
    for envelope in found:
        if isinstance(envelope.event, CaseChanged):
            shown.append(envelope.event.cause)
        elif isinstance(envelope.event, MessageChanged):
            shown.append(envelope.event.message.body)
    return shown


async def kept(backend: Backend) -> tuple[list[str], str]:
    def look(conn: Any) -> tuple[list[str], str]:
        ids = conn.execute(select(participants.c.staff_id).order_by(participants.c.staff_id)).scalars().all()
        column = conn.execute(select(cases.c.participants).where(cases.c.id == ANNA_CASE)).scalar_one()
        return list(ids), column

    return await backend.store.read(look)


async def test_another_units_case_is_there_for_the_invited_alone(backend: Backend) -> None:
    nora, sara, disa = [
        await staff(backend, name, unit) for name, unit in (("nora", None), ("sara", None), ("disa", "south"))
    ]
    await in_progress(nora)
    for person in (sara, disa):
        with pytest.raises(Refused) as refused:
            await opened(person)
        assert refused.value.problem.status == 404
    await nora.send("invite_colleague", case_id=ANNA_CASE, staff_id="s-sara")
    assert (await opened(sara)).history.auto_history == "Cough since a week."
    page = await query(backend, sara.token, "messages", lambda tx: message_page(tx, ANNA_CASE, None, 50))
    assert page.messages == ()
    with pytest.raises(Refused):
        await opened(disa)


async def test_the_invited_have_the_case_on_their_desk_and_hear_of_it(backend: Backend) -> None:
    nora, sara, anna = (
        await staff(backend, "nora"),
        await staff(backend, "sara"),
        await resident(backend, "anna"),
    )
    await in_progress(nora)
    await nora.send("invite_colleague", case_id=ANNA_CASE, staff_id="s-sara")
    await nora.send("post_message", case_id=ANNA_CASE, body="From Nora")
    await anna.send("resident_says", case_id=ANNA_CASE, body="From Anna")
    assert await heard(backend, "sara") == [
        "case.invited", "message.sent", "From Nora", "message.sent", "From Anna"
    ]  # fmt: skip
    desk = await desk_of(sara)
    assert ANNA_CASE in {row.id for row in desk.cases}
    assert [detail.row.id for detail in desk.mine] == [ANNA_CASE]


async def test_who_left_hears_it_once_more_and_then_nothing(backend: Backend) -> None:
    nora, sara = await staff(backend, "nora"), await staff(backend, "sara")
    await in_progress(nora)
    await nora.send("invite_colleague", case_id=ANNA_CASE, staff_id="s-sara")
    await sara.send("save_draft", case_id=ANNA_CASE, kind="message", body="Half a text", revision=0)
    await sara.send("leave_case", case_id=ANNA_CASE)
    await nora.send("post_message", case_id=ANNA_CASE, body="Among us")
    assert await heard(backend, "sara") == ["case.invited", "case.left"]
    assert (await sara.refused("post_message", case_id=ANNA_CASE, body="x")).status == 404
    with pytest.raises(Refused):
        await opened(sara)
    assert await kept(backend) == ([], "[]")
    refused = await sara.refused("save_draft", case_id=ANNA_CASE, kind="message", body="More", revision=1)
    assert refused.status == 404
    gone = await sara.send("save_draft", case_id=ANNA_CASE, kind="message", body="", revision=1)
    assert gone.draft.body == ""


async def test_the_invited_change_nothing_but_what_they_write(backend: Backend) -> None:
    nora, sara = await staff(backend, "nora"), await staff(backend, "sara")
    row = (await in_progress(nora)).case
    await nora.send("invite_colleague", case_id=ANNA_CASE, staff_id="s-sara")
    asked: dict[str, Any] = {"case_id": ANNA_CASE, "version": row.version}
    for name, more in (
        ("end_visit", {}),
        ("release_case", {}),
        ("take_over_case", {"confirmed": True}),
        ("sign_note", {"body": "Seen"}),
        ("hand_over_case", {"staff_id": "s-nils", "reason": "Why"}),
    ):
        assert (await sara.refused(name, **asked, **more)).status in {403, 404, 409}, name
    assert (await sara.refused("invite_colleague", case_id=ANNA_CASE, staff_id="s-tess")).status in {403, 404}


async def test_the_receiver_of_a_hand_over_reads_the_case_from_another_assignment(backend: Backend) -> None:
    disa, nora = await staff(backend, "disa", "south"), await staff(backend, "nora")
    row = (await in_progress(nora)).case
    asked = {"case_id": ANNA_CASE, "version": row.version, "staff_id": "s-disa", "reason": "Doctor"}
    await nora.send("hand_over_case", **asked)
    assert (await opened(disa)).row.hand_over is not None
    assert ANNA_CASE in {row.id for row in (await desk_of(disa)).cases}
    assert await heard(backend, "disa") == ["case.hand_over_offered"]
    accept = {"case_id": ANNA_CASE, "version": row.version}
    assert (await disa.refused("answer_hand_over", **accept, accept=True)).status == 403
    await disa.send("answer_hand_over", **accept, accept=False)
    assert await heard(backend, "disa") == ["case.hand_over_offered", "case.hand_over_declined"]
    with pytest.raises(Refused):
        await opened(disa)


async def test_table_and_column_say_the_same_of_who_takes_part(backend: Backend) -> None:
    nora, nils = await staff(backend, "nora"), await staff(backend, "nils")
    row = (await in_progress(nora)).case
    for who in ("s-nils", "s-sara"):
        await nora.send("invite_colleague", case_id=ANNA_CASE, staff_id=who)
    ids, column = await kept(backend)
    assert (ids, "Nils" in column, "Sara" in column) == (["s-nils", "s-sara"], True, True)
    await nils.send("take_over_case", case_id=ANNA_CASE, version=row.version, confirmed=True)
    ids, column = await kept(backend)
    assert (ids, "Nils" in column) == (["s-sara"], False)


async def test_a_case_that_goes_back_to_its_queue_has_nobody_left_in_it(backend: Backend) -> None:
    nora, sara = await staff(backend, "nora"), await staff(backend, "sara")
    taken = (await nora.send("accept_case", case_id=ANNA_CASE, version=1)).detail.row
    await nora.send("invite_colleague", case_id=ANNA_CASE, staff_id="s-sara")
    back = (await nora.send("release_case", case_id=ANNA_CASE, version=taken.version)).case
    assert (back.participants, await kept(backend)) == ((), ([], "[]"))
    assert (await heard(backend, "sara"))[-1] == "case.released"
    with pytest.raises(Refused):
        await opened(sara)


async def test_an_invited_manager_leaves_again(backend: Backend) -> None:
    nora, maja = await staff(backend, "nora"), await staff(backend, "maja")
    await in_progress(nora)
    await nora.send("invite_colleague", case_id=ANNA_CASE, staff_id="s-maja")
    assert (await maja.send("leave_case", case_id=ANNA_CASE)).case.participants == ()


async def test_what_the_invited_read_and_write_is_in_the_access_log(backend: Backend) -> None:
    nora, sara = await staff(backend, "nora"), await staff(backend, "sara")
    await in_progress(nora)
    await nora.send("invite_colleague", case_id=ANNA_CASE, staff_id="s-sara")
    await opened(sara)
    await sara.send("post_message", case_id=ANNA_CASE, body="Hello")

    def look(conn: Any) -> list[tuple[str, str]]:
        rows = conn.execute(
            select(audit.c.action, audit.c.code)
            .where(audit.c.staff_id == "s-sara", audit.c.object_id == ANNA_CASE)
            .order_by(audit.c.n)
        )
        return [(row.action, row.code) for row in rows]

    assert await backend.store.read(look) == [("READ", "opened"), ("SEND", "message_sent")]
