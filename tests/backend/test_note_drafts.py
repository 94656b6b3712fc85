"""The unsigned note of a case goes with the case, on both databases."""

from datetime import timedelta
from typing import Any

import pytest

from clinic_tui.backend.context import Backend
from clinic_tui.backend.dispatch import query
from clinic_tui.backend.seed import seed_store
from clinic_tui.backend.snapshot import case_detail, desk_snapshot
from clinic_tui.backend.streams import events_after
from clinic_tui.protocol.events import DraftChanged
from clinic_tui.protocol.resources import Draft
from tests.backend.town import ANNA_CASE, Person, in_progress, staff
from tests.backend.town_team import CHAT, team_town

pytestmark = pytest.mark.anyio


@pytest.fixture
async def clinic(backend: Backend) -> Backend:
    await seed_store(backend.store, team_town(backend.clock.now()), "")
    return backend


async def note(person: Person, body: str, case: str = ANNA_CASE, revision: int = 0, **more: Any) -> Draft:
    fields = {"case_id": case, "kind": "note", "body": body, "revision": revision, **more}
    return (await person.send("save_draft", **fields)).draft


async def seen(backend: Backend, person: Person, case: str = ANNA_CASE) -> list[Draft]:
    """The drafts in the case as a person gets it."""
    detail = await query(backend, person.token, "case", lambda tx: case_detail(tx, case))
    return list(detail.drafts)


async def told(backend: Backend, name: str) -> list[str]:
    """What the stream of a person has told of notes, in order."""
    found = await backend.store.read(lambda conn: events_after(conn, f"staff:s-{name}", 0, 200))
    return [one.event.draft.body for one in found if isinstance(one.event, DraftChanged)]


async def hand_over(giver: Person, receiver: Person, version: int) -> int:
    fields = {"case_id": ANNA_CASE, "staff_id": "s-nils", "reason": "Min dag är slut"}
    offered = (await giver.send("hand_over_case", **fields, version=version)).case
    return (
        await receiver.send("answer_hand_over", case_id=ANNA_CASE, version=offered.version, accept=True)
    ).case.version


async def test_a_note_goes_along_when_the_case_is_handed_over(clinic: Backend) -> None:
    nora, nils = await staff(clinic, "nora"), await staff(clinic, "nils")
    version = (await in_progress(nora)).case.version
    await note(nora, "Hosta i en vecka.")
    version = await hand_over(nora, nils, version)
    (found,) = await seen(clinic, nils)
    assert (found.body, found.author and found.author.name) == ("Hosta i en vecka.", "Nora")
    assert [(part.author.name, part.body) for part in found.parts] == [("Nora", "Hosta i en vecka.")]
    assert await seen(clinic, nora) == []
    assert await told(clinic, "nora") == ["Hosta i en vecka.", ""]
    assert await told(clinic, "nils") == ["Hosta i en vecka."]
    changed = await note(nils, "Hosta i en vecka. Lungor ua.", revision=found.revision)
    assert changed.author is not None
    assert (changed.author.name, changed.parts) == ("Nils", found.parts)
    await nils.send(
        "sign_note", case_id=ANNA_CASE, version=version, body=changed.body, draft_revision=changed.revision
    )
    assert await seen(clinic, nils) == []
    assert (await told(clinic, "nils"))[-1] == ""


async def test_a_note_goes_along_when_the_case_is_taken_over_or_put_back(clinic: Backend) -> None:
    nora, nils = await staff(clinic, "nora"), await staff(clinic, "nils")
    taken = (await nora.send("accept_case", case_id=ANNA_CASE, version=1)).detail.row
    await note(nora, "Ringde, inget svar.")
    back = (await nora.send("release_case", case_id=ANNA_CASE, version=taken.version)).case
    assert await seen(clinic, nora) == await seen(clinic, nils) == []
    again = (await nils.send("accept_case", case_id=ANNA_CASE, version=back.version)).detail
    assert [draft.body for draft in again.drafts] == ["Ringde, inget svar."]
    await note(nils, "Ringde, inget svar. Nu svar.", revision=again.drafts[0].revision)
    fields = {"case_id": ANNA_CASE, "version": again.row.version, "confirmed": True}
    mine = (await nora.send("take_over_case", **fields)).detail
    assert [draft.body for draft in mine.drafts] == ["Ringde, inget svar. Nu svar."]
    assert [part.author.name for part in mine.drafts[0].parts] == ["Nora", "Nils"]
    detail = await query(clinic, nora.token, "case", lambda tx: case_detail(tx, ANNA_CASE))
    went = [one for one in detail.events if one.action == "note_handed_on"]
    assert [(one.staff and one.staff.name, one.detail) for one in went] == [
        ("Nora", ""),
        ("Nils", "Nils"),
        ("Nora", "Nora"),
    ]


async def test_a_note_goes_along_when_a_chat_is_given_away(clinic: Backend) -> None:
    nora, nils = await staff(clinic, "nora"), await staff(clinic, "nils")
    row = (await nora.send("accept_case", case_id=CHAT, version=1)).detail.row
    await note(nora, "Recept förnyat.", CHAT)
    await nora.send("assign_case", case_id=CHAT, version=row.version, staff_id="s-nils")
    desk = await query(clinic, nils.token, "desk", desk_snapshot)
    assert [(draft.kind, draft.body) for draft in desk.drafts] == [("note", "Recept förnyat.")]
    desk = await query(clinic, nora.token, "desk", desk_snapshot)
    assert desk.drafts == ()


async def test_only_whoever_may_write_the_note_reads_it_before_it_is_signed(clinic: Backend) -> None:
    nora, nils, sigrid = [await staff(clinic, name) for name in ("nora", "nils", "sigrid")]
    await in_progress(nora)
    await nora.send("invite_colleague", case_id=ANNA_CASE, staff_id="s-nils")
    await note(nora, "Enskilt.")
    assert await seen(clinic, nils) == []
    assert await told(clinic, "nils") == []
    fields = {"case_id": ANNA_CASE, "kind": "note", "body": "Mitt", "revision": 0}
    assert (await nils.refused("save_draft", **fields)).rule == "case.not_assignee"
    assert [draft.body for draft in await seen(clinic, sigrid)] == ["Enskilt."]


async def test_two_who_write_in_one_note_keep_both_texts_and_sign_what_they_saw(clinic: Backend) -> None:
    nora, sigrid = await staff(clinic, "nora"), await staff(clinic, "sigrid")
    version = (await in_progress(nora)).case.version
    first = await note(nora, "Hosta.")
    clock: Any = clinic.clock
    clock.move(timedelta(minutes=1))
    second = await note(sigrid, "Hosta. Rosslar.", revision=first.revision)
    assert await told(clinic, "nora") == ["Hosta.", "Hosta. Rosslar."]
    late = {"case_id": ANNA_CASE, "kind": "note", "body": "Hosta. Feber.", "revision": first.revision}
    problem = await nora.refused("save_draft", **late)
    assert (problem.code, problem.who, problem.current_version) == (
        "stale_version",
        "Sigrid",
        second.revision,
    )
    sign = {"case_id": ANNA_CASE, "version": version, "body": "Hosta. Feber."}
    problem = await nora.refused("sign_note", **sign, draft_revision=first.revision)
    assert (problem.code, problem.who) == ("stale_version", "Sigrid")
    signed = await nora.send("sign_note", **sign, draft_revision=second.revision)
    assert signed.note.body == "Hosta. Feber."


async def test_a_workstation_knows_its_own_drafts(clinic: Backend) -> None:
    nora = await staff(clinic, "nora")
    await in_progress(nora)
    mine = await note(nora, "Hosta.", client="0198")
    assert mine.client == "0198"
    message = {"case_id": ANNA_CASE, "kind": "message", "body": "Hej", "revision": 0, "client": "0198"}
    assert (await nora.send("save_draft", **message)).draft.client == "0198"
    assert {draft.client for draft in await seen(clinic, nora)} == {"0198"}


async def test_a_message_stays_its_authors(clinic: Backend) -> None:
    nora, nils = await staff(clinic, "nora"), await staff(clinic, "nils")
    version = (await in_progress(nora)).case.version
    await nora.send("save_draft", case_id=ANNA_CASE, kind="message", body="Hej Anna", revision=0)
    await hand_over(nora, nils, version)
    assert await seen(clinic, nils) == []
    assert [draft.body for draft in await seen(clinic, nora)] == ["Hej Anna"]
