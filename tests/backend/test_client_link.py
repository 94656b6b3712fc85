"""The link against the real backend: events, refusals, breaks, and nothing lost or doubled."""

import asyncio
import random
import time
from dataclasses import replace

import pytest

from clinic_tui.backend.context import Backend
from clinic_tui.client.errors import ClientError, Conflict, NotFound, Offline, Rejected, TooMany, Unauthorised
from clinic_tui.client.link_events import (
    Connected,
    Disconnected,
    DraftNotSaved,
    DraftSaved,
    OutboxChanged,
    SessionEnded,
    SnapshotArrived,
)
from clinic_tui.protocol.commands import (
    AcceptCase,
    EndVisit,
    PostMessage,
    ReadCase,
    ReleaseCase,
    SaveDraft,
    StartVisit,
)
from clinic_tui.protocol.ids import new_id
from tests.backend.served import Served, served
from tests.backend.town import ANNA_CASE, BO_CASE, SOUTH_CASE
from tests.backend.workstation import Workstation, bad_network, workstation

pytestmark = pytest.mark.anyio
AT_ONCE = 5.0
"""Seconds: at most one on a quiet machine, and far less than any wait for the next beat or try."""


async def in_visit(desk: Workstation, case: str = ANNA_CASE) -> None:
    taken = await desk.send(AcceptCase, case_id=case, version=1)
    await desk.send(StartVisit, case_id=case, version=taken.detail.row.version)


def post(body: str, case: str = ANNA_CASE) -> PostMessage:
    return PostMessage(command_id=new_id(), case_id=case, body=body)


async def stored(site: Served, case: str = ANNA_CASE) -> list[str]:
    """What another reader of the case finds in the store, in order."""
    token = await site.staff("nils")
    detail = (await site.get(f"/api/v1/cases/{case}", token)).json()
    messages = detail["messages"]
    while messages and messages[0]["seq"] > 1:
        path = f"/api/v1/cases/{case}/messages?before={messages[0]['seq']}"
        messages = (await site.get(path, token)).json()["messages"] + messages
    assert [one["seq"] for one in messages] == list(range(1, len(messages) + 1))
    return [one["body"] for one in messages]


async def test_a_case_taken_by_a_colleague_changes_the_desk(memory_backend: Backend) -> None:
    async with served(memory_backend) as site, workstation(site.url) as nora:
        assert nora.desk.people.profile is not None
        assert nora.desk.people.profile.display_name == "Nora"
        assert {ANNA_CASE, BO_CASE} <= {row.id for row in nora.desk.rows}
        async with workstation(site.url, "nils") as nils:
            await nils.send(AcceptCase, case_id=ANNA_CASE, version=1)
            row = await nora.until(
                lambda: (row := nora.desk.rows.get(ANNA_CASE)) and row.state == "accepted" and row
            )
            assert row.assignee is not None
            assert row.assignee.name == "Nils"
            with pytest.raises(Conflict) as lost:
                await nora.send(AcceptCase, case_id=ANNA_CASE, version=1)
            assert (lost.value.who, lost.value.code) == ("Nils", "already_taken")
            assert "Nils" in lost.value.user_text()


async def test_refusals_have_their_own_errors(memory_backend: Backend) -> None:
    async with served(memory_backend) as site:
        async with workstation(site.url, None) as stranger:
            with pytest.raises(Unauthorised):
                await stranger.call(stranger.link.sign_in("nora", "not the password"))
            with pytest.raises(Unauthorised):
                await stranger.call(stranger.link.open_desk())
            assert stranger.link.status.state == "closed"
        async with workstation(site.url) as nora:
            for missing in (SOUTH_CASE, new_id(), "../desk"):
                with pytest.raises(NotFound):
                    await nora.call(nora.link.fetch_case(missing))
            with pytest.raises(Rejected) as blocked:
                await nora.send(EndVisit, case_id=ANNA_CASE, version=1)
            assert blocked.value.rule
            assert blocked.value.user_text()
            await in_visit(nora)
            with pytest.raises(Rejected) as empty:
                await nora.send(PostMessage, case_id=ANNA_CASE, body=" ")
            assert empty.value.problem is not None
            assert empty.value.problem.field == "body"
            with pytest.raises(Conflict) as stale:
                await nora.send(ReleaseCase, case_id=BO_CASE, version=77)
            assert stale.value.user_text()


async def test_a_half_surrogate_is_refused_before_it_leaves(memory_backend: Backend) -> None:
    async with served(memory_backend) as site, workstation(site.url) as nora:
        with pytest.raises(Rejected):
            await nora.send(PostMessage, case_id=ANNA_CASE, body="\ud83d")


async def test_too_much_at_once_says_how_long_to_wait(memory_backend: Backend) -> None:
    memory_backend.settings = replace(memory_backend.settings, commands_per_minute=60, commands_burst=1)
    async with served(memory_backend) as site, workstation(site.url) as nora:
        await nora.send(ReadCase, case_id=ANNA_CASE)
        with pytest.raises(TooMany) as limit:
            await nora.send(ReadCase, case_id=ANNA_CASE)
        assert limit.value.retry_after >= 1
        assert "1" in limit.value.user_text()


async def test_no_server_is_offline_and_the_future_says_so(memory_backend: Backend) -> None:
    async with served(memory_backend) as site:
        url = site.url
    async with workstation(url, None) as nora:
        with pytest.raises(Offline) as away:
            await nora.call(nora.link.sign_in("nora", "x"))
        assert not away.value.maybe_done


async def test_both_sides_of_a_chat_arrive_in_order(memory_backend: Backend) -> None:
    async with served(memory_backend) as site, workstation(site.url) as nora:
        await in_visit(nora)
        anna = await site.resident("anna")
        for number in range(10):
            await nora.call(nora.link.send(post(f"till {number}")))
            await site.command(anna, "resident_says", case_id=ANNA_CASE, body=f"från {number}")
        visit = nora.desk.visits[ANNA_CASE]
        await nora.until(lambda: visit.last_seq == 20)
        assert [one.body for one in visit.messages] == [
            f"{way} {number}" for number in range(10) for way in ("till", "från")
        ]
        assert visit.unread == 10


async def test_two_hundred_sends_survive_random_cuts_without_loss_or_doubles(memory_backend: Backend) -> None:
    chance = random.Random(7)
    async with (
        served(memory_backend) as site,
        bad_network(site.port) as network,
        workstation(network.url) as nora,
    ):
        await in_visit(nora)
        bodies = [f"meddelande {number}" for number in range(200)]
        futures = []
        for body in bodies:
            command = post(body)
            nora.desk.queue_message(command, memory_backend.clock.now())
            futures.append(nora.link.send(command))
            if chance.random() < 0.15:
                await asyncio.wrap_future(
                    futures[chance.randrange(max(1, len(futures) - 3), len(futures) + 1) - 1]
                )
                network.cut()
        cutting = asyncio.create_task(_cut_at_random(nora, network, chance))
        await asyncio.wait_for(asyncio.gather(*(asyncio.wrap_future(one) for one in futures)), 60)
        cutting.cancel()
        assert await stored(site) == bodies
        visit = nora.desk.visits[ANNA_CASE]
        await nora.until(lambda: visit.last_seq == 200 and not visit.has_hole)
        assert [one.body for one in visit.messages] == bodies
        assert visit.pending == ()
        assert len(nora.heard(Disconnected)) > 0


async def _cut_at_random(nora: Workstation, network: object, chance: random.Random) -> None:
    """Cut after random numbers of acknowledged messages."""
    seen = 0
    while True:
        target = seen + chance.randint(1, 12)
        await nora.until(lambda target=target: len(nora.heard(OutboxChanged)) >= target * 3)
        network.cut()  # type: ignore[attr-defined]
        seen = len(nora.heard(OutboxChanged)) // 3 + 1


async def test_a_lost_answer_is_unknown_and_asked_again_with_the_same_id(memory_backend: Backend) -> None:
    async with (
        served(memory_backend) as site,
        bad_network(site.port) as network,
        workstation(network.url) as nora,
    ):
        await in_visit(nora)
        network.mode = "swallow"
        sent = nora.link.send(post("en gång"))
        await nora.until(lambda: "unknown" in [one.state for one in nora.heard(OutboxChanged)])
        network.mode = "pass"
        network.cut()
        answer = await nora.call(sent)
        assert answer.message.seq == 1
        assert await stored(site) == ["en gång"]
        states = [one.state for one in nora.heard(OutboxChanged)]
        assert states[:3] == ["queued", "sending", "unknown"]
        assert states[-1] == "sent"


async def test_a_refused_message_fails_and_the_next_one_goes(memory_backend: Backend) -> None:
    async with served(memory_backend) as site, workstation(site.url) as nora:
        await in_visit(nora)
        first, second = nora.link.send(post(" ")), nora.link.send(post("hej"))
        with pytest.raises(Rejected):
            await nora.call(first)
        assert (await nora.call(second)).message.seq == 1
        failed = [one for one in nora.heard(OutboxChanged) if one.state == "failed"]
        assert isinstance(failed[0].error, Rejected)


async def test_after_a_break_the_stream_resumes_without_a_snapshot(memory_backend: Backend) -> None:
    async with (
        served(memory_backend) as site,
        bad_network(site.port) as network,
        workstation(network.url) as nora,
        workstation(site.url, "nils") as nils,
    ):
        network.mode = "blackhole"
        await nils.send(AcceptCase, case_id=ANNA_CASE, version=1)
        await nora.until(lambda: nora.heard(Disconnected))
        assert nora.link.status.state == "waiting"
        assert (nora.link.status.age() or 0) > 0
        network.mode = "pass"
        network.cut()
        await nora.until(lambda: (row := nora.desk.rows.get(ANNA_CASE)) and row.state == "accepted")
        await nora.until(lambda: len(nora.heard(Connected)) == 2)
        assert len(nora.heard(SnapshotArrived)) == 1


async def test_when_too_much_was_missed_a_snapshot_comes(memory_backend: Backend) -> None:
    memory_backend.settings = replace(memory_backend.settings, replay_limit=1)
    async with (
        served(memory_backend) as site,
        bad_network(site.port) as network,
        workstation(network.url) as nora,
        workstation(site.url, "nils") as nils,
    ):
        network.mode = "blackhole"
        await in_visit(nils)
        await nora.until(lambda: nora.heard(Disconnected))
        network.mode = "pass"
        network.cut()
        await nora.until(lambda: len(nora.heard(SnapshotArrived)) == 2)
        await nora.until(lambda: len(nora.heard(Connected)) == 2)
        row = nora.desk.rows.get(ANNA_CASE)
        assert row is not None
        assert row.state == "in_progress"


async def test_signing_out_closes_the_stream_at_once(memory_backend: Backend) -> None:
    async with served(memory_backend) as site, workstation(site.url) as nora:
        token = nora.link.token
        started = time.monotonic()
        await nora.call(nora.link.sign_out())
        assert time.monotonic() - started < AT_ONCE
        assert nora.link.status.state == "closed"
        assert nora.link.token is None
        assert not memory_backend.hub.subscriptions  # type: ignore[attr-defined]
        assert (await site.get("/api/v1/desk", token or "")).status_code == 401


async def test_a_session_ended_elsewhere_ends_here_at_once(memory_backend: Backend) -> None:
    async with served(memory_backend) as site, workstation(site.url) as nora:
        await site.http.delete("/api/v1/session", headers={"Authorization": f"Bearer {nora.link.token}"})
        await nora.until(lambda: nora.heard(SessionEnded), AT_ONCE)
        assert nora.heard(SessionEnded) == [SessionEnded("signed_out")]
        assert nora.link.status.state == "ended"


async def test_what_is_unsent_when_a_session_ends_goes_out_after_signing_in_again(
    memory_backend: Backend,
) -> None:
    async with served(memory_backend) as site, workstation(site.url) as nora:
        await in_visit(nora)
        await site.http.delete("/api/v1/session", headers={"Authorization": f"Bearer {nora.link.token}"})
        sent = nora.link.send(post("kvar"))
        await nora.until(lambda: nora.heard(SessionEnded))
        await nora.enter("nora")
        assert (await nora.call(sent)).message.body == "kvar"


async def test_what_another_person_left_is_never_sent(memory_backend: Backend) -> None:
    async with served(memory_backend) as site, workstation(site.url) as desk:
        await in_visit(desk)
        await site.http.delete("/api/v1/session", headers={"Authorization": f"Bearer {desk.link.token}"})
        sent = desk.link.send(post("inte ditt"))
        await desk.until(lambda: desk.heard(SessionEnded))
        await desk.enter("nils")
        with pytest.raises(Offline):
            await desk.call(sent)
        assert await stored(site) == []


async def test_a_session_from_the_keyring_is_taken_up(memory_backend: Backend) -> None:
    async with served(memory_backend) as site, workstation(site.url, None) as nora:
        await nora.call(nora.link.adopt(await site.staff("nora")))
        await nora.call(nora.link.open_desk())
        await nora.until(lambda: nora.heard(Connected))


async def test_an_assignment_is_chosen_before_the_desk_opens(memory_backend: Backend) -> None:
    async with served(memory_backend) as site, workstation(site.url, None) as disa:
        signed = await disa.call(disa.link.sign_in("disa", "a long enough password"))
        assert [one.id for one in signed.assignments] == ["a-disa-north", "a-disa-south"]
        chosen = await disa.call(disa.link.choose_assignment("a-disa-south"))
        assert chosen.assignment_id == "a-disa-south"
        snapshot = await disa.call(disa.link.open_desk())
        assert snapshot.assignment.unit_id == "south"


async def test_a_draft_is_saved_at_once_and_the_newest_text_wins(memory_backend: Backend) -> None:
    async with (
        served(memory_backend) as site,
        workstation(site.url) as nora,
        workstation(site.url) as other,
    ):
        await in_visit(nora)
        visit = nora.desk.visits[ANNA_CASE]
        for text in ("H", "He", "Hej"):
            nora.link.save_draft(ANNA_CASE, "message", text, visit.draft_revision("message"))
        await nora.until(lambda: nora.heard(DraftSaved), AT_ONCE)
        assert [one.draft.body for one in nora.heard(DraftSaved)] == ["Hej"]
        await other.until(
            lambda: ANNA_CASE in other.desk.visits and other.desk.visits[ANNA_CASE].draft("message")
        )
        nora.link.save_draft(ANNA_CASE, "message", "Hej Anna", visit.draft_revision("message"))
        assert await nora.call(nora.link.flush(AT_ONCE))
        await nora.until(lambda: [one.draft.body for one in nora.heard(DraftSaved)] == ["Hej", "Hej Anna"])


async def test_a_draft_written_elsewhere_meanwhile_is_not_overwritten_unseen(memory_backend: Backend) -> None:
    async with served(memory_backend) as site, workstation(site.url) as nora:
        await in_visit(nora)
        await nora.send(SaveDraft, case_id=ANNA_CASE, kind="note", body="från en annan skärm", revision=0)
        nora.link.save_draft(ANNA_CASE, "note", "min text", 0)
        lost = (await nora.until(lambda: nora.heard(DraftNotSaved)))[0]
        assert isinstance(lost.error, Conflict)
        draft = nora.desk.visits[ANNA_CASE].draft("note")
        assert draft is not None
        assert draft.body == "från en annan skärm"
        nora.link.save_draft(ANNA_CASE, "note", "min text, efter att ha läst den andra", 0)
        await nora.until(lambda: nora.heard(DraftSaved))


async def test_closing_sends_what_is_left(memory_backend: Backend) -> None:
    async with served(memory_backend) as site, workstation(site.url) as nora:
        await in_visit(nora)
        for number in range(20):
            nora.link.send(post(f"rad {number}"))
        nora.link.save_draft(ANNA_CASE, "note", "sist", 0)
        assert await asyncio.to_thread(nora.link.close, 5.0)
        assert await stored(site) == [f"rad {number}" for number in range(20)]
        with pytest.raises(Offline):
            await nora.call(nora.link.fetch_case(ANNA_CASE))


async def test_closing_without_contact_gives_up_in_time(memory_backend: Backend) -> None:
    async with (
        served(memory_backend) as site,
        bad_network(site.port) as network,
        workstation(network.url) as nora,
    ):
        await in_visit(nora)
        network.mode = "blackhole"
        sent = nora.link.send(post("kommer inte fram"))
        started = time.monotonic()
        assert not await asyncio.to_thread(nora.link.close, 0.3)
        assert time.monotonic() - started < 3.0
        with pytest.raises(ClientError):
            await nora.call(sent)
