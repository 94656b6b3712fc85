"""Texts through 46elks: real requests to a server that answers as 46elks does, and its delivery reports."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from clinic_tui.backend.cases import case_select, record
from clinic_tui.backend.context import Backend
from clinic_tui.backend.sms.elks import REPORT_PATH, ElksAccount, ElksGateway, is_sender
from clinic_tui.backend.sms.outbox import from_unit, queue_resident_text, queue_staff_text
from clinic_tui.backend.sms.rounds import send_texts
from clinic_tui.backend.sms.sending import settle_stuck
from clinic_tui.backend.store.tables import audit, cases, residents, sms_outbox, staff
from clinic_tui.backend.store.team_tables import notices, verifications
from clinic_tui.backend.streams import events_after
from clinic_tui.backend.system import in_transaction
from clinic_tui.backend.tx import Tx
from clinic_tui.protocol.events import TextSent, VerificationChanged
from tests.backend.elks_server import PASSWORD, USER, Elks, elks_server
from tests.backend.served import served
from tests.backend.town import ANNA_CASE, CLARA_CASE
from tests.backend.town import staff as signed_in

pytestmark = pytest.mark.anyio

FORM = {"content-type": "application/x-www-form-urlencoded"}


@dataclass
class Site:
    """The town, a gateway and what stands at its other end."""

    backend: Backend
    elks: Elks
    gateway: ElksGateway
    account: ElksAccount

    async def take(self, case: str = ANNA_CASE) -> None:
        """Nora takes a case, so that its resident is sent a text."""
        await (await signed_in(self.backend, "nora")).send("accept_case", case_id=case, version=1)

    async def round(self, later: timedelta = timedelta(0)) -> None:
        clock: Any = self.backend.clock
        clock.move(later)
        await send_texts(self.backend, clock.now(), self.gateway)

    async def texts(self) -> list[Any]:
        return await self.backend.store.read(
            lambda conn: list(conn.execute(select(sms_outbox).order_by(sms_outbox.c.id)).all())
        )

    async def states(self) -> list[str]:
        return [text.state for text in await self.texts()]

    async def tasks(self) -> list[Any]:
        return await self.backend.store.read(lambda conn: list(conn.execute(select(verifications)).all()))

    async def number(self, mobile: str) -> None:
        change = residents.update().where(residents.c.id == "r-anna").values(mobile=mobile)
        await self.backend.store.write(lambda conn: conn.execute(change))


@pytest.fixture
async def site(backend: Backend) -> AsyncIterator[Site]:
    async with elks_server() as elks:
        account = ElksAccount(
            user=USER,
            password=PASSWORD,
            sender="Vard",
            public_url="https://chat.example",
            base_url=elks.url,
            answer_seconds=0.3,
        )
        backend.settings = replace(backend.settings, sms="46elks", sms_secret=account.report_secret)
        yield Site(backend, elks, ElksGateway(account), account)


async def test_a_text_is_taken_once_with_a_place_for_its_report(site: Site) -> None:
    await site.take()
    await site.round()
    await site.round()
    (text,) = await site.texts()
    assert (text.state, text.attempts, text.kind) == ("sent", 1, "your_turn")
    assert text.gateway_id == f"s{1:032x}"
    (form,) = site.elks.asked
    assert form == {
        "from": "Vard",
        "to": "+46701740605",
        "message": text.body,
        "dontlog": "message",
        "whendelivered": f"https://chat.example{REPORT_PATH}/{site.account.report_secret}?text={text.id}",
    }


async def test_a_number_that_is_none_fails_at_once_and_becomes_a_task(site: Site) -> None:
    await site.number("+4790000000")
    await site.take()
    await site.round()
    (text,) = await site.texts()
    assert (text.state, text.attempts) == ("failed", 1)
    assert "400" in text.fault
    assert "4790" not in text.fault
    (task,) = await site.tasks()
    assert (task.kind, task.state, task.unit_id, task.case_id) == ("sms_failed", "open", "north", ANNA_CASE)
    assert task.asked_of_id == "s-nora"
    assert task.detail == text.kind
    found = await site.backend.store.read(lambda conn: events_after(conn, "unit:north", 0, 100))
    assert [e.event.verification.id for e in found if isinstance(e.event, VerificationChanged)] == [task.id]
    told = await site.backend.store.read(lambda conn: conn.execute(select(notices)).all())
    assert [(row.staff_id, row.kind, row.case_id) for row in told] == [("s-nora", "sms_failed", ANNA_CASE)]
    await site.round(timedelta(hours=9))
    assert len(site.elks.asked) == 1


async def test_a_second_failed_text_to_the_same_resident_makes_no_second_task(site: Site) -> None:
    await site.number("+4790000000")
    await site.take()
    await site.round()

    def again(tx: Tx) -> None:
        case = record(tx.conn.execute(case_select().where(cases.c.id == ANNA_CASE)).mappings().one())
        assert queue_resident_text(tx, case, "r-anna", "Hej", kind="new_message")

    await in_transaction(site.backend, site.backend.clock.now(), again)
    await site.round()
    assert await site.states() == ["failed", "failed"]
    assert len(await site.tasks()) == 1


async def test_bad_credentials_keep_every_text_until_somebody_corrects_them(site: Site) -> None:
    site.gateway = ElksGateway(replace(site.account, password="wrong"))
    await site.take()
    await site.take(CLARA_CASE)
    await site.round()
    await site.round()
    assert len(site.elks.asked) == 1
    assert await site.states() == ["queued", "queued"]
    assert [text.attempts for text in await site.texts()] == [0, 0]
    site.gateway = ElksGateway(site.account)
    await site.round(timedelta(minutes=6))
    assert await site.states() == ["sent", "sent"]


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_text_that_cannot_be_taken_now_is_tried_later(site: Site, status: int) -> None:
    site.elks.fails(status)
    site.elks.fails(status)
    await site.take()
    await site.round()
    await site.round(timedelta(seconds=29))
    assert len(site.elks.asked) == 1
    await site.round(timedelta(seconds=2))
    await site.round(timedelta(seconds=60))
    assert len(site.elks.asked) == 2
    await site.round(timedelta(seconds=70))
    assert await site.states() == ["sent"]
    assert len(site.elks.asked) == 3


async def test_a_text_is_given_up_after_six_tries(site: Site) -> None:
    for _ in range(9):
        site.elks.fails(500)
    await site.take()
    for _ in range(9):
        await site.round(timedelta(minutes=129) if len(site.elks.asked) > 4 else timedelta(minutes=33))
    assert await site.states() == ["failed"]
    assert len(site.elks.asked) <= 6
    assert len(await site.tasks()) == 1


async def test_no_connection_is_tried_again(site: Site) -> None:
    site.gateway = ElksGateway(replace(site.account, base_url="http://127.0.0.1:1"))
    await site.take()
    await site.round()
    (text,) = await site.texts()
    assert text.state == "queued"
    assert "no connection" in text.fault
    site.gateway = ElksGateway(site.account)
    await site.round(timedelta(minutes=1))
    assert await site.states() == ["sent"]


@pytest.mark.parametrize("silence", ["hang", "drop"])
async def test_a_request_without_an_answer_is_never_sent_again(site: Site, silence: str) -> None:
    site.elks.script.append(silence)
    await site.take()
    await site.round()
    assert await site.states() == ["unknown"]
    await site.round(timedelta(minutes=30))
    assert await site.states() == ["unknown"]
    await site.round(timedelta(minutes=31))
    assert await site.states() == ["failed"]
    assert len(site.elks.asked) == 1
    assert len(await site.tasks()) == 1


@pytest.mark.parametrize(
    "body", ["", "{}", "[]", '{"id": 7}', "<html>", '{"id": "' + "s" * 90 + '"}', "[" * 5_000]
)
async def test_an_answer_that_cannot_be_read_is_no_reason_to_send_again(site: Site, body: str) -> None:
    site.elks.fails(200, body)
    await site.take()
    await site.round()
    await site.round(timedelta(minutes=10))
    assert await site.states() == ["unknown"]
    assert len(site.elks.asked) == 1


async def test_a_text_that_was_being_sent_when_the_backend_stopped_is_not_sent_again(site: Site) -> None:
    await site.take()
    await site.backend.store.write(
        lambda conn: conn.execute(
            sms_outbox.update().values(state="sending", attempts=1, next_at=site.backend.clock.now())
        )
    )
    await site.round(timedelta(seconds=1))
    assert await site.states() == ["unknown"]
    assert site.elks.asked == []


async def test_delivery_reports_have_the_last_word(site: Site) -> None:
    await site.take()
    await site.round()
    place = f"{REPORT_PATH}/{site.account.report_secret}"
    async with served(site.backend) as backend:

        async def report(content: str, path: str = place) -> int:
            return (await backend.http.post(path, content=content, headers=FORM)).status_code

        gateway_id = f"s{1:032x}"
        assert await report(f"id={gateway_id}&status=failed", f"{REPORT_PATH}/wrong") == 404
        assert await report("id=unknown&status=failed") == 204
        assert await report(f"id={gateway_id}&status=sent") == 204
        assert await site.states() == ["sent"]
        assert await report(f"id={gateway_id}&status=failed") == 204
        assert await report(f"id={gateway_id}&status=failed") == 204
        assert await site.states() == ["failed"]
        assert len(await site.tasks()) == 1
        assert await report(f"id={gateway_id}&status=delivered&delivered=2026-03-10T11:00:00") == 204
        assert await report(f"id={gateway_id}&status=failed") == 204
        assert await site.states() == ["delivered"]


async def test_a_report_tells_what_became_of_a_request_without_an_answer(site: Site) -> None:
    site.elks.script.append("drop")
    await site.take()
    await site.round()
    place = site.elks.asked[0]["whendelivered"].removeprefix("https://chat.example")
    async with served(site.backend) as backend:
        answer = await backend.http.post(place, content="id=s77&status=delivered", headers=FORM)
    assert answer.status_code == 204
    (text,) = await site.texts()
    assert (text.state, text.gateway_id) == ("delivered", "s77")


@pytest.mark.parametrize(
    ("content", "headers", "status"),
    [
        ("", FORM, 422),
        ("status=failed", FORM, 422),
        ("id=%00&status=failed", FORM, 422),
        ("id=" + "x" * 90 + "&status=failed", FORM, 422),
        ("id=%ff&status=failed", FORM, 400),
        ("id=" + "x" * 9_000, FORM, 413),
        ("{}", {"content-type": "application/json"}, 415),
    ],
)
async def test_a_report_that_is_none_is_refused(
    site: Site, content: str, headers: dict[str, str], status: int
) -> None:
    async with served(site.backend) as backend:
        place = f"{REPORT_PATH}/{site.account.report_secret}"
        assert (await backend.http.post(place, content=content, headers=headers)).status_code == status


async def test_without_a_gateway_no_report_is_taken(memory_backend: Backend) -> None:
    async with served(memory_backend) as backend:
        for secret in ("x", "%00", "å"):
            answer = await backend.http.post(
                f"{REPORT_PATH}/{secret}", content="id=x&status=failed", headers=FORM
            )
            assert answer.status_code == 404


@pytest.mark.parametrize(
    ("unit", "said"), [("North", "North: It is your turn."), ("north.se", "It is your turn.")]
)
def test_a_unit_whose_name_looks_like_an_address_is_not_named(unit: str, said: str) -> None:
    assert from_unit(unit, "It is your turn.") == said


async def test_a_text_holds_a_link_only_where_it_may(memory_backend: Backend) -> None:
    link = "Se https://1177.se/x"

    def work(tx: Any) -> None:
        with pytest.raises(ValueError, match="no link"):
            queue_resident_text(tx, None, "r-anna", link, kind="your_turn")
        with pytest.raises(ValueError, match="no link"):
            queue_staff_text(tx, "s-nora", link, kind="assigned")
        for kind in ("ivr_invite", "third_party_invite"):
            assert queue_resident_text(tx, None, "r-anna", link, kind=kind)

    await in_transaction(memory_backend, memory_backend.clock.now(), work)


async def test_who_has_no_mobile_is_sent_nothing(memory_backend: Backend) -> None:
    def work(tx: Any) -> None:
        tx.conn.execute(residents.update().values(mobile="hemnumret finns ej"))
        tx.conn.execute(staff.update().where(staff.c.id == "s-nils").values(mobile="070-174 06 06"))
        tx.conn.execute(
            staff.update().where(staff.c.id == "s-disa").values(mobile="070-174 06 06", disabled=True)
        )
        assert not queue_resident_text(tx, None, "r-anna", "Hej", kind="your_turn")
        assert not queue_staff_text(tx, "s-nora", "Hej", kind="assigned")
        assert not queue_staff_text(tx, "s-disa", "Hej", kind="assigned")
        assert queue_staff_text(tx, "s-nils", "Hej", kind="assigned")

    await in_transaction(memory_backend, memory_backend.clock.now(), work)
    found = await memory_backend.store.read(lambda conn: conn.execute(select(sms_outbox)).all())
    assert [(row.staff_id, row.resident_id, row.mobile) for row in found] == [
        ("s-nils", None, "+46701740606")
    ]


async def test_the_demos_residents_see_their_texts(memory_backend: Backend) -> None:
    nora = await signed_in(memory_backend, "nora")
    await nora.send("accept_case", case_id=ANNA_CASE, version=1)
    found = await memory_backend.store.read(lambda conn: events_after(conn, "resident:r-anna", 0, 100))
    assert len([e for e in found if isinstance(e.event, TextSent)]) == 1


@pytest.mark.parametrize(
    ("sender", "allowed"),
    [
        ("Region", True),
        ("+46701740605", True),
        ("R", False),
        ("Region Västmanland", False),
        ("1177", False),
        ("", False),
        ("070-1740605", False),
    ],
)
def test_a_sender_is_a_short_name_or_a_number(sender: str, allowed: bool) -> None:
    assert is_sender(sender) is allowed


def test_an_account_shows_no_secret() -> None:
    account = ElksAccount(user="u", password="hidden", sender="Vard")
    assert "hidden" not in repr(account)
    assert "hidden" not in account.report_secret


async def test_a_tickets_failed_text_is_a_task_at_the_unit_that_issued_it(site: Site) -> None:
    await site.number("+4790000000")
    nora = await signed_in(site.backend, "nora")
    for who, number in (("r-anna", "199001012385"), ("r-dan", "201802202398")):
        await nora.send("find_resident", person_number=number)
        await nora.send(
            "issue_ticket", resident_id=who, unit_id="north", role="nurse", reason="Återbesök", days=3
        )
    await site.round()
    tasks = await site.tasks()
    assert {(task.resident_id, task.case_id, task.unit_id, task.asked_of_id) for task in tasks} <= {
        ("r-anna", None, "north", "s-nora"),
        ("r-dan", None, "north", "s-nora"),
    }
    assert tasks
    nils = await signed_in(site.backend, "nils")
    decided = await nils.send("decide_verification", verification_id=tasks[0].id, verdict="verified")
    assert decided.verification.state == "verified"
    found = select(audit.c.code, audit.c.resident_id).where(audit.c.object_id == tasks[0].id)
    logged = await site.backend.store.read(lambda conn: [tuple(row) for row in conn.execute(found)])
    assert logged == [("verification_verified", tasks[0].resident_id)]


async def test_two_replicas_that_give_a_text_up_at_once_tell_of_it_once(backend: Backend) -> None:
    await (await signed_in(backend, "nora")).send("accept_case", case_id=ANNA_CASE, version=1)
    now = backend.clock.now()
    await backend.store.write(
        lambda conn: conn.execute(sms_outbox.update().values(state="unknown", attempts=1, next_at=now))
    )
    await asyncio.gather(*(in_transaction(backend, now, settle_stuck) for _ in range(5)))
    told = select(notices.c.kind).where(notices.c.staff_id == "s-nora")
    assert await backend.store.read(lambda conn: list(conn.execute(told).scalars())) == ["sms_failed"]
