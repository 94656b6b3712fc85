"""The first invariant: a snapshot with the events after it equals a later snapshot (design.md 4)."""

import asyncio
import random
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinic_tui.backend.access import Viewer
from clinic_tui.backend.clock import SettableClock
from clinic_tui.backend.context import Backend
from clinic_tui.backend.delivery import Committed, delivered
from clinic_tui.backend.dispatch import query
from clinic_tui.backend.event_access import Reading, events_to_deliver
from clinic_tui.backend.refused import Refused
from clinic_tui.backend.seed import seed_store
from clinic_tui.backend.sessions import session_of
from clinic_tui.backend.settings import Settings
from clinic_tui.backend.snapshot import case_detail, desk_snapshot
from clinic_tui.backend.store import Store, create_schema, open_store
from clinic_tui.domain.cases import FINISHED
from clinic_tui.domain.region import load_profile
from clinic_tui.protocol.codec import decode, encode
from clinic_tui.protocol.commands import COMMANDS
from clinic_tui.protocol.events import Envelope
from clinic_tui.protocol.resources import CaseRow, DeskSnapshot
from clinic_tui.state.changes import Changes
from clinic_tui.state.desk import Desk
from clinic_tui.state.queue_view import QueueView
from tests.backend.conftest import NOON
from tests.backend.town import PASSWORD, TOWN, Person, case_id, resident, staff

STAFF = ("nora", "nils", "sigrid", "disa", "maja")
RESIDENTS = ("anna", "bo", "eva")
VIEWERS = ("nora", "nils", "disa", "rolf")


@dataclass
class Collector:
    """Stands where the hub does and keeps what was committed."""

    events: list[Committed] = field(default_factory=list)

    def publish(self, events: Any) -> None:
        self.events.extend(events)


def over_the_wire(viewer: Viewer, committed: Committed) -> Envelope:
    """An event as this viewer is sent it."""
    return decode(Envelope, encode(delivered(viewer, committed)))


def seeded(store: Store) -> Backend:
    return Backend(
        store=store,
        clock=SettableClock(NOON, speed=0),
        region=load_profile("vastmanland"),
        settings=Settings(demo_data=True),
        resident_secret="demo",
    )


async def tokens_of(backend: Backend) -> dict[str, str]:
    found = {name: (await staff(backend, name, "north")).token for name in (*STAFF, *VIEWERS)}
    return found | {name: (await resident(backend, name)).token for name in RESIDENTS}


class Town:
    """Several people at work, and one desk that sees it through events alone."""

    def __init__(self, backend: Backend, tokens: dict[str, str], viewer: str, seed: int) -> None:
        self.backend = backend
        self.people = {name: Person(backend, token) for name, token in tokens.items()}
        self.viewer = viewer
        self.chance = random.Random(seed)
        self.collector = Collector()
        backend.hub = self.collector
        self.cases = [case.id for case in BUSY.cases]
        self.desk = Desk()
        self.view = QueueView(self.desk)
        self.wanted: set[str] = set()
        self.old: list[Envelope] = []
        self.streams: frozenset[str] = frozenset()
        self.eyes = Viewer()
        self.done: Counter[str] = Counter()

    async def snapshot(self) -> DeskSnapshot:
        found = await query(self.backend, self.people[self.viewer].token, "desk", desk_snapshot)
        return decode(DeskSnapshot, encode(found))

    async def start(self) -> None:
        token, now = self.people[self.viewer].token, self.backend.clock.now()
        session = await self.backend.store.read(
            lambda conn: session_of(conn, token, now, self.backend.region)
        )
        assert session is not None
        self.streams = frozenset(session.streams)
        self.eyes = Viewer.of(session)
        self.apply(self.desk.load(await self.snapshot()))

    def apply(self, changes: Changes) -> None:
        self.view.apply(changes)
        self.wanted |= changes.wanted

    async def act(self, name: str, who: int, case: int, number: int) -> None:
        """One command, mostly by somebody it fits; a refusal is as good as an answer."""
        where = self.cases[case % len(self.cases)]
        row = await self.row_of(where)
        if (row is None or row.state in FINISHED) and len(self.cases) > 1:
            self.cases.remove(where)
            name = name if name in OWN else "seek_care"
        if name == "go_on":
            choices = NEXT.get(row.state if row else "", ("seek_care",))
            name = choices[number % len(choices)]
        actor = self.actor(name, who, row)
        try:
            answer = await self.people[actor].send(name, **self.fields(name, where, number, row))
        except Refused:
            return
        self.done[name] += 1
        if name == "seek_care":
            self.cases.append(answer.case.id)
        if actor == self.viewer and self.chance.random() < 0.5:
            self.apply(self.desk.absorb(answer))

    async def row_of(self, where: str) -> CaseRow | None:
        try:
            detail = await query(
                self.backend, self.people["nora"].token, "case", lambda tx: case_detail(tx, where)
            )
        except Refused:
            return None
        return detail.row

    def actor(self, name: str, who: int, row: CaseRow | None) -> str:
        """The one who has the case, or its resident; every fifth time anybody."""
        if COMMANDS[name].party == "resident":
            owner = row.resident.id.removeprefix("r-") if row else ""
            fits = owner in RESIDENTS and name != "seek_care" and who % 5
            return owner if fits else RESIDENTS[who % len(RESIDENTS)]
        if row and row.assignee and name != "take_over_case" and who % 5:
            return row.assignee.id.removeprefix("s-")
        return (STAFF[:3] if who % 5 else STAFF)[who % (3 if who % 5 else len(STAFF))]

    def fields(self, name: str, where: str, number: int, row: CaseRow | None) -> dict[str, Any]:
        if name == "seek_care":
            return {"reason": f"Reason {number}", "priority": number % 5 + 1}
        if name == "save_profile":
            return {"display_name": f"Name {number}", "title": "Nurse"}
        if name == "save_phrase":
            phrase = f"p-{number % 2}"
            return {"phrase_id": None, "shortcut": phrase, "title": f"T{number}", "body": "x"}
        common: dict[str, Any] = {"case_id": where}
        if name in VERSIONED:
            version = row.version if row else 1
            common["version"] = version if number % 7 else max(1, version - 1)
        extra: dict[str, Callable[[], dict[str, Any]]] = {
            "post_message": lambda: {"body": f"text {number}"},
            "resident_says": lambda: {"body": f"svar {number}"},
            "mark_read": lambda: {"seq": number + 1},
            "resident_saw": lambda: {"seq": number + 1, "read": bool(number % 2)},
            "save_draft": lambda: {
                "kind": ("message", "note")[number % 2],
                "body": "" if number % 5 == 0 else f"utkast {number}",
                "revision": number % 4,
            },
            "take_over_case": lambda: {"confirmed": bool(number % 4)},
            "sign_note": lambda: {"body": f"anteckning {number}"},
        }
        return common | extra.get(name, dict)()

    def deliver(self) -> None:
        """Bring what was committed to the desk as a bad network would: in order, some lost, some twice."""
        for committed in self.collector.events:
            if committed.envelope.stream not in self.streams:
                continue
            envelope = over_the_wire(self.eyes, committed)
            lot = self.chance.random()
            if lot >= 0.1:
                self.apply(self.desk.fold(envelope))
            if lot >= 0.8:
                assert not replace(self.desk.fold(envelope), wanted=frozenset())
            self.old.append(envelope)
            if lot >= 0.9:
                again = self.chance.choice(self.old)
                self.apply(self.desk.fold(again))
        self.collector.events.clear()

    def look(self, conn: Any) -> Reading:
        return Reading(conn, self.backend.clock.now(), self.backend.region)

    async def resume(self) -> None:
        """What a stream that comes back does: everything after each cursor."""
        for stream, seq in sorted(self.desk.cursors.items()):
            missed = await self.backend.store.read(
                lambda conn, stream=stream, seq=seq: events_to_deliver(self.look(conn), stream, seq, 10_000)
            )
            for committed in missed:
                self.apply(self.desk.fold(over_the_wire(self.eyes, committed)))
        for wanted in list(self.wanted):
            row = self.desk.rows.get(wanted)
            self.wanted.discard(wanted)
            if row is not None and self.desk.is_mine(row):
                token = self.people[self.viewer].token
                detail = await query(self.backend, token, "case", lambda tx, of=wanted: case_detail(tx, of))
                self.apply(self.desk.open(detail))
        assert not self.wanted

    def seen(self, desk: Desk) -> dict[str, Any]:
        """All that the desk shows, but for the case history's lines, which are fetched when looked at."""
        mine = {key: visit for key, visit in desk.visits.items() if desk.is_mine(visit.row)}
        return {
            "rows": {row.id: row for row in desk.rows},
            "queue": QueueView(desk).ids(),
            "mine": QueueView(desk, name="mine").ids(),
            "profile": desk.people.profile,
            "phrases": desk.people.phrases,
            "unanswered": list(desk.unanswered.rows()),
            "cursors": dict(desk.cursors),
            "visits": {
                key: {
                    "row": visit.row,
                    "messages": visit.messages,
                    "before": visit.before,
                    "notes": visit.notes,
                    "drafts": [visit.draft("message"), visit.draft("note")],
                    "history": visit.history,
                    "contact": visit.contact,
                    "pending": visit.pending,
                }
                for key, visit in mine.items()
            },
        }

    async def check(self) -> None:
        await self.resume()
        fresh = Desk()
        fresh.load(await self.snapshot())
        folded, loaded = self.seen(self.desk), self.seen(fresh)
        assert folded["visits"].keys() == loaded["visits"].keys()
        for case, visit in loaded.pop("visits").items():
            for part, value in visit.items():
                assert folded["visits"][case][part] == value, part
        for part, value in loaded.items():
            assert folded[part] == value, part
        assert self.view.ids() == loaded["queue"]
        assert self.view.counts == QueueView(fresh).counts


VERSIONED = (
    "accept_case",
    "release_case",
    "start_visit",
    "take_over_case",
    "end_visit",
    "end_no_answer",
    "sign_note",
)
BY_STAFF = (*VERSIONED, "read_case", "stop_reading", "post_message", "mark_read", "save_draft")
BY_RESIDENT = ("seek_care", "resident_says", "resident_saw", "leave_queue")
OWN = ("save_profile", "save_phrase")
CHAT = ("post_message", "resident_says", "resident_says", "mark_read", "resident_saw", "save_draft")
NEXT = {
    "waiting": ("accept_case", "accept_case", "read_case"),
    "accepted": ("start_visit", "start_visit", "save_draft", "take_over_case"),
    "in_progress": (*CHAT * 6, "take_over_case", "take_over_case", "sign_note", "end_visit"),
    "ended_unsigned": ("sign_note", "save_draft", "read_case"),
}
NAMES = ("go_on",) * 60 + BY_STAFF + BY_RESIDENT + OWN
MORE = tuple(
    replace(TOWN.cases[0], id=case_id(20 + number), resident_id=f"r-{RESIDENTS[number % 3]}")
    for number in range(12)
)
BUSY = replace(TOWN, cases=TOWN.cases + MORE)
STEP = st.tuples(st.sampled_from(NAMES), st.integers(0, 30), st.integers(0, 5), st.integers(0, 60))
STEPS = st.lists(STEP, min_size=20, max_size=60)
Steps = list[tuple[str, int, int, int]]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A town in a file, with everybody signed in, to be copied for each history."""
    path = tmp_path_factory.mktemp("town") / "town.db"

    async def make() -> dict[str, str]:
        store = await open_store(f"sqlite:///{path}")
        await create_schema(store)
        await seed_store(store, BUSY, PASSWORD)
        found = await tokens_of(seeded(store))
        await store.close()
        return found

    return path, asyncio.run(make())


async def live_through(town: Town, steps: Steps) -> None:
    await town.start()
    for name, who, case, number in steps:
        await town.act(name, who, case, number)
        town.backend.clock.move(timedelta(seconds=2))  # type: ignore[attr-defined]
        if town.chance.random() < 0.5:
            town.deliver()
        if town.chance.random() < 0.1:
            await town.resume()
        if town.chance.random() < 0.1:
            town.deliver()
            await town.check()
    town.deliver()
    await town.check()


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=STEPS, viewer=st.sampled_from(VIEWERS), seed=st.integers(0, 2**32))
def test_a_snapshot_with_its_events_equals_a_later_snapshot(
    template: tuple[Path, dict[str, str]],
    tmp_path_factory: pytest.TempPathFactory,
    steps: Steps,
    viewer: str,
    seed: int,
) -> None:
    source, tokens = template
    copy = source.with_name("copy.db")
    for suffix in ("", "-wal", "-shm"):
        Path(f"{copy}{suffix}").unlink(missing_ok=True)
        if Path(f"{source}{suffix}").exists():
            shutil.copy(f"{source}{suffix}", f"{copy}{suffix}")

    async def run() -> None:
        store = await open_store(f"sqlite:///{copy}")
        try:
            await live_through(Town(seeded(store), tokens, viewer, seed), steps)
        finally:
            await store.close()

    asyncio.run(run())


@pytest.mark.anyio
async def test_the_same_holds_for_a_long_history_on_both_databases(store: Store) -> None:
    await seed_store(store, BUSY, PASSWORD)
    backend = seeded(store)
    chance = random.Random(11)
    dice = chance.randrange
    steps = [(chance.choice(NAMES), dice(61), dice(5), dice(61)) for _ in range(300)]
    town = Town(backend, await tokens_of(backend), "nora", 5)
    await live_through(town, steps)
    assert {"accept_case", "start_visit", "post_message", "resident_says", "sign_note"} <= town.done.keys()
    assert town.done["take_over_case"] > 0
