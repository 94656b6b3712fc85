"""What is unsent when a workstation ends comes back to its own person alone, once and in order."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import update

from clinic_tui.backend.context import Backend
from clinic_tui.backend.store.tables import cases
from clinic_tui.client.errors import Conflict, Offline, Rejected, TooOld
from clinic_tui.client.link_events import (
    DraftNotSaved,
    DraftRestored,
    MessageRestored,
    NotKept,
    OutboxChanged,
    SessionEnded,
)
from clinic_tui.client.unsent import SENT_FOR
from clinic_tui.protocol import ids
from clinic_tui.protocol.commands import AcceptCase, PostMessage, SaveDraft, StartVisit
from clinic_tui.protocol.ids import new_id
from clinic_tui.protocol.team_commands import StartConversation
from clinic_tui.storage.journal import SUFFIX, Device, Journal
from tests.backend.served import Served, served
from tests.backend.town import ANNA_CASE, BO_CASE
from tests.backend.workstation import BadNetwork, Workstation, bad_network, workstation

pytestmark = pytest.mark.anyio


@pytest.fixture
def device(tmp_path: Path) -> Device:
    return Device(tmp_path / "unsent", tmp_path / "unsent" / "device")


@asynccontextmanager
async def town(backend: Backend) -> AsyncIterator[tuple[Served, BadNetwork]]:
    """A backend, and the network before it, whose address stays the same."""
    async with served(backend) as site, bad_network(site.port) as network:
        yield site, network


async def in_visit(desk: Workstation, case: str = ANNA_CASE) -> None:
    taken = await desk.send(AcceptCase, case_id=case, version=1)
    await desk.send(StartVisit, case_id=case, version=taken.detail.row.version)


def post(body: str, case: str = ANNA_CASE) -> PostMessage:
    return PostMessage(command_id=new_id(), case_id=case, body=body)


async def stored(site: Served, case: str = ANNA_CASE, name: str = "nils") -> list[str]:
    detail = (await site.get(f"/api/v1/cases/{case}", await site.staff(name))).json()
    return [one["body"] for one in detail["messages"]]


async def saved(site: Served) -> dict[str, str]:
    """Nora's drafts in the first case, by kind."""
    detail = (await site.get(f"/api/v1/cases/{ANNA_CASE}", await site.staff("nora"))).json()
    return {one["kind"]: one["body"] for one in detail["drafts"]}


@contextmanager
def later(by: timedelta) -> Iterator[None]:
    """A clock that is ahead. Identifiers made meanwhile do not keep those of the tests that follow ahead."""
    with pytest.MonkeyPatch.context() as patch, time_machine.travel(datetime.now(UTC) + by, tick=True):
        patch.setattr(ids, "_own", ids._Sequence(follow=False))
        yield


async def leave_unsent(network: BadNetwork, device: Device, *bodies: str, draft: str = "") -> None:
    """Nora writes in her visit while nothing gets through, and her workstation ends."""
    async with workstation(network.url, "nora", device) as nora:
        if ANNA_CASE not in nora.desk.visits:
            await in_visit(nora)
        network.mode = "blackhole"
        for body in bodies:
            nora.link.send(post(body))
        if draft:
            nora.link.save_draft(ANNA_CASE, "message", draft, 0)
        left = await nora.call(nora.link.left(0.05))
        assert [one.command.body for one in left.messages] == list(bodies)
        assert left.drafts == (((ANNA_CASE, "message"),) if draft else ())
        assert left.lasting
    network.cut()
    network.mode = "pass"


async def test_messages_and_drafts_come_back_once_and_in_order(
    memory_backend: Backend, device: Device
) -> None:
    async with town(memory_backend) as (site, network):
        await leave_unsent(network, device, "ett", "två", "tre", draft="halvt")
        async with workstation(network.url, "nora", device) as nora:
            await nora.until(lambda: len(nora.heard(MessageRestored)) == 3)
            await nora.until(lambda: not nora.desk.visits[ANNA_CASE].pending)
            assert await stored(site) == ["ett", "två", "tre"]
            await nora.until(lambda: nora.desk.visits[ANNA_CASE].draft("message"))
            assert await saved(site) == {"message": "halvt"}
            assert nora.desk.visits[ANNA_CASE].restored["message"].body == "halvt"
        async with workstation(network.url, "nora", device) as again:
            assert not (await again.call(again.link.left(0.0)))
            assert again.heard(MessageRestored) == again.heard(DraftRestored) == []
            assert await stored(site) == ["ett", "två", "tre"]


async def test_a_message_whose_answer_was_lost_is_stored_once(
    memory_backend: Backend, device: Device
) -> None:
    async with town(memory_backend) as (site, network):
        async with workstation(network.url, "nora", device) as nora:
            await in_visit(nora)
            network.mode = "swallow"
            nora.link.send(post("en gång"))
            await nora.until(lambda: [one for one in nora.heard(OutboxChanged) if one.state == "unknown"])
            assert await stored(site) == ["en gång"]
        network.cut()
        network.mode = "pass"
        async with workstation(network.url, "nora", device) as nora:
            await nora.until(lambda: nora.heard(MessageRestored))
            await nora.until(lambda: not nora.desk.visits[ANNA_CASE].pending)
        assert await stored(site) == ["en gång"]


async def test_what_is_written_before_the_old_is_back_goes_after_it(
    memory_backend: Backend, device: Device
) -> None:
    async with town(memory_backend) as (site, network):
        await leave_unsent(network, device, "ett", "två")
        slow = SlowDevice(device)
        async with workstation(network.url, None, slow) as nora:
            await nora.call(nora.link.sign_in("nora", "a long enough password"))
            opening = nora.link.open_desk()
            await nora.until(lambda: nora.desk.loaded)
            new = nora.link.send(post("tre"))
            slow.go.set()
            await nora.call(opening)
            await nora.call(new)
        assert await stored(site) == ["ett", "två", "tre"]


class SlowDevice:
    """One whose journals are opened when the test says so."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self.go = threading.Event()

    def device_id(self) -> str:
        return self._device.device_id()

    def open(self, server: str, staff_id: str, key: bytes) -> Journal:
        assert self.go.wait(30)
        return self._device.open(server, staff_id, key)


async def test_nothing_comes_back_to_another_person_or_at_another_server(
    memory_backend: Backend, device: Device, tmp_path: Path
) -> None:
    async with town(memory_backend) as (site, network):
        await leave_unsent(network, device, "ett", draft="halvt")
        for url, name in ((network.url, "nils"), (site.url, "nora")):
            async with workstation(url, name, device) as other:
                assert not (await other.call(other.link.left(0.0)))
                assert other.heard(MessageRestored) == other.heard(DraftRestored) == []
        assert await stored(site) == []
        async with workstation(network.url, "nora", device) as nora:
            await nora.until(lambda: nora.heard(MessageRestored))
            await nora.until(lambda: not nora.desk.visits[ANNA_CASE].pending)
        assert await stored(site) == ["ett"]


async def test_what_a_kept_session_left_never_goes_out_as_another_person(
    memory_backend: Backend, device: Device
) -> None:
    async with town(memory_backend) as (site, network):
        async with workstation(network.url, None, device) as desk:
            token = await site.staff("nora")
            await desk.call(desk.link.adopt(token))
            await desk.call(desk.link.open_desk())
            await in_visit(desk)
            await site.http.delete("/api/v1/session", headers={"Authorization": f"Bearer {token}"})
            desk.link.send(post("Noras egna ord"))
            await desk.until(lambda: desk.heard(SessionEnded))
            await desk.enter("nils")
            assert not (await desk.call(desk.link.left(0.5)))
            assert await stored(site) == []
        async with workstation(network.url, "nora", device) as nora:
            await nora.until(lambda: nora.heard(MessageRestored))
            await nora.until(lambda: not nora.desk.visits[ANNA_CASE].pending)
        assert await stored(site) == ["Noras egna ord"]


async def test_signing_out_gives_up_nothing(memory_backend: Backend, device: Device) -> None:
    async with town(memory_backend) as (site, network), workstation(network.url, "nora", device) as nora:
        await in_visit(nora)
        network.mode = "blackhole"
        nora.link.send(post("kvar"))
        assert (await nora.call(nora.link.left(0.05))).messages
        with pytest.raises(Offline):
            await nora.call(nora.link.sign_out())
        network.cut()
        network.mode = "pass"
        await nora.enter("nora")
        await nora.until(lambda: nora.heard(MessageRestored))
        await nora.until(lambda: not nora.desk.visits[ANNA_CASE].pending)
        assert await stored(site) == ["kvar"]


async def test_a_message_that_may_not_be_sent_any_more_stays_with_its_reason(
    memory_backend: Backend, device: Device, tmp_path: Path
) -> None:
    async with town(memory_backend) as (site, network):
        await leave_unsent(network, device, "för sent")
        await memory_backend.store.write(
            lambda conn: conn.execute(
                update(cases).where(cases.c.id == ANNA_CASE).values(assignee_id="s-nils")
            )
        )
        async with workstation(network.url, "nora", device) as nora:
            await nora.until(lambda: [one for one in nora.heard(OutboxChanged) if one.state == "failed"])
        async with workstation(network.url, "nora", device) as again:
            [restored] = await again.until(lambda: again.heard(MessageRestored))
            assert isinstance(restored.error, Rejected)
            [pending] = await again.until(
                lambda: ANNA_CASE in again.desk.visits and again.desk.visits[ANNA_CASE].pending
            )
            assert (pending.state, pending.body) == ("failed", "för sent")
            assert again.heard(OutboxChanged) == []
            again.link.discard(pending.id)
            assert not (await again.call(again.link.left(0.0)))
        assert list((tmp_path / "unsent").glob(f"*{SUFFIX}")) == []
        assert await stored(site) == []


async def test_a_draft_written_elsewhere_meanwhile_is_not_overwritten(
    memory_backend: Backend, device: Device
) -> None:
    async with town(memory_backend) as (site, network):
        await leave_unsent(network, device, draft="skrivet här")
        async with workstation(network.url) as elsewhere:
            await elsewhere.send(SaveDraft, case_id=ANNA_CASE, kind="message", body="skrivet där", revision=0)
        async with workstation(network.url, "nora", device) as nora:
            [restored] = await nora.until(lambda: nora.heard(DraftRestored))
            assert restored.body == "skrivet här"
            [told] = await nora.until(lambda: nora.heard(DraftNotSaved))
            assert isinstance(told.error, Conflict)
            assert await saved(site) == {"message": "skrivet där"}
            assert (await nora.call(nora.link.left(0.0))).drafts == ((ANNA_CASE, "message"),)


async def test_one_sends_only_under_the_assignment_one_wrote_under(
    memory_backend: Backend, device: Device
) -> None:
    async with town(memory_backend) as (site, network):
        async with workstation(network.url, None, device) as disa:
            await work_at(disa, "a-disa-north")
            await in_visit(disa, BO_CASE)
            network.mode = "blackhole"
            disa.link.send(post("från norr", BO_CASE))
            assert (await disa.call(disa.link.left(0.05))).messages
        network.cut()
        network.mode = "pass"
        async with workstation(network.url, None, device) as disa:
            await work_at(disa, "a-disa-south")
            assert not (await disa.call(disa.link.left(0.2)))
            assert disa.heard(MessageRestored) == []
            await work_at(disa, "a-disa-north")
            await disa.until(lambda: disa.heard(MessageRestored))
            await disa.until(lambda: not disa.desk.visits[BO_CASE].pending)
        assert await stored(site, BO_CASE) == ["från norr"]


async def work_at(desk: Workstation, assignment: str) -> None:
    await desk.call(desk.link.sign_in("disa", "a long enough password"))
    await desk.call(desk.link.choose_assignment(assignment))
    await desk.call(desk.link.open_desk())


async def test_what_was_written_to_a_colleague_is_sent_once(memory_backend: Backend, device: Device) -> None:
    async with town(memory_backend) as (site, network):
        async with workstation(network.url, "nora", device) as nora:
            network.mode = "blackhole"
            nora.link.send(
                StartConversation(
                    command_id=new_id(), kind="direct", staff_ids=("s-nils",), body="Hinner du?"
                )
            )
            assert (await nora.call(nora.link.left(0.05))).messages
        network.cut()
        network.mode = "pass"
        async with workstation(network.url, "nora", device) as nora, workstation(site.url, "nils") as nils:
            await nora.until(lambda: nora.heard(MessageRestored) and not len(nora.desk.letters))
            [conversation] = await nils.until(lambda: list(nils.desk.team.conversations.values()))
            assert [one.body for one in conversation.messages] == ["Hinner du?"]


async def test_two_terminals_of_one_person_keep_apart(memory_backend: Backend, device: Device) -> None:
    async with town(memory_backend) as (site, network):
        async with workstation(network.url, "nora", device) as first:
            await in_visit(first)
            async with workstation(network.url, "nora", device) as second:
                network.mode = "blackhole"
                first.link.send(post("från den första"))
                second.link.send(post("från den andra"))
                await asyncio.gather(*(one.call(one.link.left(0.05)) for one in (first, second)))
        network.cut()
        network.mode = "pass"
        async with workstation(network.url, "nora", device) as nora:
            await nora.until(lambda: len(nora.heard(MessageRestored)) == 2)
            await nora.until(lambda: not nora.desk.visits[ANNA_CASE].pending)
        assert sorted(await stored(site)) == ["från den andra", "från den första"]


class HeldJournal:
    """A journal whose writes wait for the test."""

    def __init__(self, journal: Journal, go: threading.Event) -> None:
        self._journal = journal
        self._go = go
        self.found, self.damaged, self.size = journal.found, False, 0

    def append(self, records: Sequence[bytes], *, sync: bool = True) -> None:
        assert self._go.wait(30)
        self._journal.append(records, sync=sync)

    def rewrite(self, records: Sequence[bytes]) -> None:
        self._journal.rewrite(records)

    def close(self) -> None:
        self._journal.close()


class HeldDevice(SlowDevice):
    """One that opens at once, and writes when the test says so."""

    def open(self, server: str, staff_id: str, key: bytes) -> HeldJournal:  # type: ignore[override]
        return HeldJournal(self._device.open(server, staff_id, key), self.go)


async def test_no_byte_leaves_before_the_message_is_kept(memory_backend: Backend, device: Device) -> None:
    held = HeldDevice(device)
    async with town(memory_backend) as (site, network), workstation(network.url, "nora", held) as nora:  # type: ignore[arg-type]
        await in_visit(nora)
        sent = nora.link.send(post("först på disk"))
        await nora.until(lambda: nora.heard(OutboxChanged))
        await nora.send(SaveDraft, case_id=ANNA_CASE, kind="note", body="förbi", revision=0)
        assert {one.state for one in nora.heard(OutboxChanged)} == {"queued"}
        assert await stored(site) == []
        held.go.set()
        await nora.call(sent)
        assert await stored(site) == ["först på disk"]


async def test_a_device_that_cannot_keep_is_told_once_and_holds_nothing_up(
    memory_backend: Backend, tmp_path: Path
) -> None:
    (tmp_path / "unsent").write_text("no folder")
    device = Device(tmp_path / "unsent", tmp_path / "unsent" / "device")
    async with town(memory_backend) as (site, network), workstation(network.url, "nora", device) as nora:
        await in_visit(nora)
        for number in range(3):
            await nora.call(nora.link.send(post(str(number))))
        assert nora.heard(NotKept) == [NotKept()]
        network.mode = "blackhole"
        nora.link.send(post("kvar"))
        left = await nora.call(nora.link.left(0.05))
        assert left
        assert not left.lasting
        assert await stored(site) == ["0", "1", "2"]
        network.mode = "pass"


async def test_a_full_disk_is_told_once_and_all_is_kept_when_there_is_room(
    memory_backend: Backend, device: Device
) -> None:
    full = FullDevice(device)
    async with town(memory_backend) as (_site, network):
        async with workstation(network.url, "nora", full) as nora:  # type: ignore[arg-type]
            await in_visit(nora)
            network.mode = "blackhole"
            full.room = False
            for body in ("ett", "två"):
                nora.link.send(post(body))
            await nora.until(lambda: nora.heard(NotKept))
            assert not (await nora.call(nora.link.left(0.05))).lasting
            full.room = True
            nora.link.send(post("tre"))
            assert (await nora.call(nora.link.left(0.05))).lasting
            assert nora.heard(NotKept) == [NotKept()]
        network.cut()
        network.mode = "pass"
        async with workstation(network.url, "nora", device) as nora:
            await nora.until(lambda: len(nora.heard(MessageRestored)) == 3)
            assert [one.command.body for one in nora.heard(MessageRestored)] == ["ett", "två", "tre"]


class FullDevice(SlowDevice):
    """One whose disk is full while there is no room."""

    room = True

    def open(self, server: str, staff_id: str, key: bytes) -> "FullJournal":  # type: ignore[override]
        return FullJournal(self._device.open(server, staff_id, key), self)


class FullJournal(HeldJournal):
    """A journal on such a disk."""

    def __init__(self, journal: Journal, device: FullDevice) -> None:
        super().__init__(journal, threading.Event())
        self._device = device

    def append(self, records: Sequence[bytes], *, sync: bool = True) -> None:
        self._write()
        self._journal.append(records, sync=sync)

    def rewrite(self, records: Sequence[bytes]) -> None:
        self._write()
        self._journal.rewrite(records)

    def _write(self) -> None:
        if not self._device.room:
            raise OSError(28, "No space left on device")


async def test_a_draft_that_the_end_of_a_session_refused_is_saved_by_the_next(
    memory_backend: Backend, device: Device
) -> None:
    async with town(memory_backend) as (site, network), workstation(network.url, "nora", device) as nora:
        await in_visit(nora)
        await site.http.delete("/api/v1/session", headers={"Authorization": f"Bearer {nora.link.token}"})
        await nora.until(lambda: nora.heard(SessionEnded))
        nora.link.save_draft(ANNA_CASE, "message", "skrivet för sent", 0)
        await nora.until(lambda: nora.heard(DraftNotSaved))
        assert (await nora.call(nora.link.left(0.0))).drafts
        await nora.enter("nora")
        await nora.until(lambda: nora.desk.visits[ANNA_CASE].draft("message"))
        assert await saved(site) == {"message": "skrivet för sent"}
        assert nora.heard(DraftRestored) == []


async def test_a_message_of_long_ago_waits_for_its_author(memory_backend: Backend, device: Device) -> None:
    async with town(memory_backend) as (site, network):
        await leave_unsent(network, device, "för länge sedan")
        with later(SENT_FOR + timedelta(hours=1)):
            async with workstation(network.url, "nora", device) as nora:
                [restored] = await nora.until(lambda: nora.heard(MessageRestored))
                assert isinstance(restored.error, TooOld)
        async with workstation(network.url, "nora", device) as nora:
            [restored] = await nora.until(lambda: nora.heard(MessageRestored))
            assert isinstance(restored.error, TooOld)
            assert not (await nora.call(nora.link.left(0.2))).drafts
        assert await stored(site) == []


class FailingDevice(SlowDevice):
    """One that cannot be opened at first."""

    def open(self, server: str, staff_id: str, key: bytes) -> Journal:
        if not self.go.is_set():
            raise OSError(5, "Input/output error")
        return self._device.open(server, staff_id, key)


async def test_a_device_that_fails_at_first_is_tried_again_with_the_next_contact(
    memory_backend: Backend, device: Device
) -> None:
    async with town(memory_backend) as (site, network):
        await leave_unsent(network, device, "ett")
        failing = FailingDevice(device)
        async with workstation(network.url, "nora", failing) as nora:
            await nora.until(lambda: nora.heard(NotKept))
            assert nora.heard(MessageRestored) == []
            failing.go.set()
            network.cut()
            await nora.until(lambda: nora.heard(MessageRestored))
            await nora.until(
                lambda: ANNA_CASE in nora.desk.visits and not nora.desk.visits[ANNA_CASE].pending
            )
            assert (await nora.call(nora.link.left(0.5))).lasting
        assert await stored(site) == ["ett"]
