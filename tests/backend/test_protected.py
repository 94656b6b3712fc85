"""A resident whose identity becomes protected: no answer and no stream names them to staff any more (7.5).

Everything happens while they are still like anybody: every list, notice, task and event has their name.
"""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select, update

from clinic_tui.backend.context import Backend
from clinic_tui.backend.seed import Seed, seed_store
from clinic_tui.backend.sms.failing import tell_failed
from clinic_tui.backend.store.tables import guardians, residents, sms_outbox
from clinic_tui.backend.store.team_tables import tickets
from clinic_tui.backend.system import in_transaction
from clinic_tui.protocol.ids import new_id
from tests.backend.served import Served, bearer, served
from tests.backend.town import ANNA_CASE, PASSWORD, seed_staff

pytestmark = pytest.mark.anyio

NAME, NUMBER, MOBILE = "Fågelunge Kanariesson", "196501022773", "+46709998877"
NEAR_NAME = "Syster Kanariesson"
CANARIES = ("Kanarie", "Fågelunge", NUMBER, "650102-2773", MOBILE, "1965-01-02")
STAFF = ("nora", "nils", "disa", "rolf", "maja", "axel", "sara", "tess", "ada", "pia", "uma")
MORE = (
    seed_staff("Ada", "Secretary", ("north", "medical_admin")),
    seed_staff("Pia", "Psychologist", ("north", "psychosocial")),
    seed_staff("Uma", "Administrator", ("north", "unit_admin")),
)


@pytest.fixture
async def clinic(backend: Backend) -> Backend:
    """The town with more roles; Eva has a name of her own, a child and a guardian's name beside hers."""
    await seed_store(backend.store, Seed(staff=MORE), PASSWORD)

    def christen(conn: Connection) -> None:
        values = {"name": NAME, "mobile": MOBILE}
        conn.execute(update(residents).where(residents.c.id == "r-eva").values(values))
        conn.execute(update(residents).where(residents.c.id == "r-fia").values(name=NEAR_NAME))
        conn.execute(insert(guardians).values(child_id="r-dan", guardian_id="r-eva"))
        conn.execute(insert(guardians).values(child_id="r-eva", guardian_id="r-fia"))

    await backend.store.write(christen)
    return backend


class Day:
    """A day of work with Eva, in which her name gets into everything that carries one."""

    def __init__(self, site: Served) -> None:
        self.site = site
        self.tokens: dict[str, str] = {}
        self.bodies: list[tuple[str, str, dict[str, Any]]] = []
        """Commands to be repeated: who, name and body."""

    async def begin(self) -> None:
        """Everybody signs in."""
        for name in STAFF:
            self.tokens[name] = await self.site.staff(name)
        chosen = {"assignment_id": "a-disa-north"}
        await self.site.http.post(
            "/api/v1/session/assignment",
            json=chosen,
            headers=bearer(self.tokens["disa"]),
        )
        self.tokens["eva"] = await self.site.resident("eva")

    async def do(self, who: str, name: str, **fields: Any) -> dict[str, Any]:
        """Send a command that succeeds; its answer."""
        body = {"command_id": new_id(), **fields}
        answer = await self.site.command(self.tokens[who], name, **body)
        assert answer.status_code == 200, (name, answer.text)
        self.bodies.append((who, name, body))
        return answer.json()

    async def drop_in(self) -> str:
        """Eva seeks care and is taken, prioritised, handed over and talked about; the case's id."""
        case = (await self.do("eva", "seek_care", reason="Dizzy", priority=3))["case"]["id"]
        row = (await self.do("nora", "accept_case", case_id=case, version=1))["detail"]["row"]
        row = (await self.do("nora", "start_visit", case_id=case, version=row["version"]))["case"]
        await self.do("eva", "resident_says", case_id=case, body="I feel dizzy")
        await self.do("nora", "post_message", case_id=case, body="Since when?")
        more = {"version": row["version"], "priority": 2, "reason": "Worse"}
        row = (await self.do("nora", "change_priority", case_id=case, **more))["case"]
        await self.do("nora", "invite_colleague", case_id=case, staff_id="s-sara")
        await self.do("nora", "start_conversation", kind="staff_chat", case_id=case, body="Look at this")
        await self.do("sara", "read_case", case_id=case)
        offer = {"version": row["version"], "staff_id": "s-nils", "reason": "My shift ends"}
        row = (await self.do("nora", "hand_over_case", case_id=case, **offer))["case"]
        taken = {"version": row["version"], "accept": True}
        row = (await self.do("nils", "answer_hand_over", case_id=case, **taken))["case"]
        ticket = {"resident_id": "r-eva", "unit_id": "north", "role": "rehab", "reason": "Neck"}
        await self.do("nils", "issue_ticket", case_id=case, **ticket)
        signed = await self.do("nils", "sign_note", case_id=case, version=row["version"], body="Well again")
        asked = {"case_id": case, "note_id": signed["note"]["id"], "comment": "Please look"}
        await self.do("nils", "ask_to_verify", **asked)
        return case

    async def the_rest(self) -> None:
        """A chat, a booked visit, another unit's ticket, and a text that does not arrive."""
        await self.do("nora", "find_resident", person_number=NUMBER)
        chat = {"unit_id": "north", "queue_role": "nurse", "subject": "Results", "days": 5, "body": "Fine"}
        made = await self.do("nora", "create_chat", resident_id="r-eva", **chat)
        await self.do("eva", "resident_says", case_id=made["detail"]["row"]["id"], body="Thanks")
        at = (self.site.backend.clock.now() + timedelta(days=1)).isoformat()
        visit = {"unit_id": "north", "role": "nurse", "starts_at": at, "minutes": 30, "mode": "chat"}
        await self.do("nora", "book_visit", resident_id="r-eva", reason="Control", **visit)
        await self.do("sara", "find_resident", person_number=NUMBER)
        elsewhere = {"resident_id": "r-eva", "unit_id": "south", "role": "nurse", "reason": "Elsewhere"}
        await self.do("sara", "issue_ticket", **elsewhere)
        found = await self.site.backend.store.read(
            lambda conn: (
                conn.execute(select(sms_outbox.c.id).where(sms_outbox.c.resident_id == "r-eva"))
                .scalars()
                .all()
            )
        )
        for text in found:
            await in_transaction(
                self.site.backend, self.site.backend.clock.now(), lambda tx, of=text: tell_failed(tx, of)
            )

    async def everything(self, who: str, cases: set[str]) -> list[dict[str, Any]]:
        """Every answer and stream that somebody can get at: lists, cases, look-ups, all of the streams."""
        token, site = self.tokens[who], self.site
        day = (site.backend.clock.now() + timedelta(days=1)).date().isoformat()
        paths = ["/api/v1/desk", "/api/v1/cases", "/api/v1/chats/ended", f"/api/v1/visits?day={day}"]
        paths += [f"/api/v1/cases/{case}" for case in sorted(cases)]
        paths += [f"/api/v1/cases/{case}/messages" for case in sorted(cases)]
        found = [(await site.get(path, token)).json() for path in paths]
        for name, asked in (
            ("find_resident", {"person_number": "20180220-2398"}),
            ("open_resident", {"resident_id": "r-eva"}),
            ("open_resident", {"resident_id": "r-dan"}),
        ):
            found.append((await site.command(token, name, **asked)).json())
        looked_up = await site.command(token, "find_resident", person_number=NUMBER)
        found.append(looked_up.json().get("profile") or {})
        places = [(one["stream"], 0) for one in found[0].get("cursors", ())]
        async with site.live(token, *places) as stream:
            await stream.send({"type": "beat"})
            await stream.until(lambda frame: frame["type"] == "pong")
            found += stream.seen
        return found


def contacts_in(value: Any) -> Iterator[dict[str, Any]]:
    """Every contact that stands beside a protected resident."""
    if isinstance(value, dict):
        about = value.get("resident") or value.get("row", {}).get("resident")
        if about and about["protected"] != "none" and "contact" in value:
            yield value["contact"]
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from contacts_in(one)


async def protect(backend: Backend, resident_id: str) -> None:
    await backend.store.write(
        lambda conn: conn.execute(
            update(residents).where(residents.c.id == resident_id).values(protected="marked")
        )
    )


async def _lived(site: Served) -> tuple[Day, set[str]]:
    day = Day(site)
    await day.begin()
    case = await day.drop_in()
    await day.the_rest()
    rows = (await site.get("/api/v1/cases", day.tokens["maja"])).json()["cases"]
    return day, {case} | {row["id"] for row in rows if row["resident"]["id"] == "r-eva"}


async def test_no_answer_and_no_stream_names_a_protected_resident_to_staff(clinic: Backend) -> None:
    async with served(clinic) as site:
        day, cases = await _lived(site)
        assert len(cases) >= 3
        before = json.dumps([await day.everything(who, cases) for who in STAFF], ensure_ascii=False)
        assert all(canary in before for canary in ("Kanarie", "650102-2773", MOBILE, "1965-01-02"))
        await protect(clinic, "r-eva")
        elsewhere = await clinic.store.read(
            lambda conn: conn.execute(select(tickets.c.id).where(tickets.c.unit_id == "south")).scalar_one()
        )
        for who in STAFF:
            found = await day.everything(who, cases)
            for one in found:
                text = json.dumps(one, ensure_ascii=False)
                assert not [canary for canary in CANARIES if canary in text], (who, text[:2000])
            assert all(
                (one["listed_unit"], one["mobile"], one["guardians"]) == ("", "", [])
                and not one["person_number"].endswith("2773")
                for one in contacts_in(found)
            ), who
            assert (elsewhere in json.dumps(found)) is (who == "sara"), who


async def test_repeated_commands_name_a_protected_resident_to_nobody_but_themselves(clinic: Backend) -> None:
    async with served(clinic) as site:
        day, _cases = await _lived(site)
        await protect(clinic, "r-eva")
        repeated = 0
        for who, name, body in day.bodies:
            if who == "eva" or name == "find_resident":
                continue
            answer = await site.command(day.tokens[who], name, **body)
            repeated += answer.status_code == 200
            assert not [canary for canary in CANARIES if canary in answer.text], (who, name, answer.text)
        assert repeated >= 10


async def test_what_a_protected_resident_does_is_told_live_without_their_name(clinic: Backend) -> None:
    async with served(clinic) as site:
        day = Day(site)
        await day.begin()
        await protect(clinic, "r-eva")
        async with (
            site.live(day.tokens["nora"]) as assignee,
            site.live(day.tokens["sara"]) as invited,
            site.live(day.tokens["nils"]) as colleague,
            site.live(day.tokens["eva"]) as herself,
        ):
            await day.drop_in()
            await day.the_rest()
            for stream in (assignee, invited, colleague, herself):
                await stream.send({"type": "beat"})
                await stream.until(lambda frame: frame["type"] == "pong")
            for stream in (assignee, invited, colleague):
                text = json.dumps(stream.seen, ensure_ascii=False)
                assert not [canary for canary in CANARIES if canary in text], text[:2000]
            assert "I feel dizzy" in json.dumps(assignee.seen)
            assert NAME in json.dumps(herself.seen, ensure_ascii=False)
        sent = await clinic.store.read(lambda conn: conn.execute(select(sms_outbox.c.body)).scalars().all())
        assert sent
        assert not [body for body in sent if "health centre" in body or "Kanarie" in body]


async def test_a_protected_resident_reads_their_own_name(clinic: Backend) -> None:
    async with served(clinic) as site:
        day, cases = await _lived(site)
        await protect(clinic, "r-eva")
        home = (await site.get("/api/v1/resident/home", day.tokens["eva"])).text
        assert NAME in home
        chat = next(iter(cases - {ANNA_CASE}))
        page = await site.get(f"/api/v1/cases/{chat}/messages", day.tokens["eva"])
        assert page.status_code == 200
