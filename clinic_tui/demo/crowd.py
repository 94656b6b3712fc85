"""The demo's residents: those in the queue at the start, and those who keep arriving."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from functools import partial
from random import Random

import msgspec

from clinic_tui.demo.character import Character
from clinic_tui.demo.colleague import SimulatedColleague
from clinic_tui.demo.correspondent import Correspondent
from clinic_tui.demo.dataset import Dataset
from clinic_tui.demo.pace import Pace
from clinic_tui.demo.records import Case, Script
from clinic_tui.demo.resident import SimulatedResident
from clinic_tui.demo.team_records import Chat, ColleagueScript
from clinic_tui.protocol.commands import AskQuestion, SeekCare
from clinic_tui.protocol.ids import new_id
from clinic_tui.protocol.resources import Answer

FIRST_SECONDS = 1.5
"""Before anybody connects, so that the workstation's start has the machine to itself."""
CONNECTS_A_SECOND = 6.0
ARRIVAL_SECONDS = (45.0, 110.0)
"""The shortest and the longest time between two arrivals, in the demo's seconds."""
LEAVE_SHARE = 0.25
"""The share of newcomers who leave when their patience is over."""
HAS_RESIDENT = frozenset({"waiting", "accepted", "in_progress"})
COLLEAGUES_SECONDS = 4.0
"""Before the colleagues sign in, one after the other."""


@dataclass
class Crowd:
    """Runs every simulated resident and colleague as a task of its own."""

    server: str
    secret: str
    dataset: Dataset
    seed: int = 1
    speed: float = 1.0
    """See `Pace`."""
    password: str = ""
    """The colleagues' password; without it nobody of the staff signs in."""
    identifier: Callable[[str], str] = str
    """What the wire calls a record of the data set."""
    _tasks: set["asyncio.Task[None]"] = field(default_factory=set["asyncio.Task[None]"])
    _busy: set[str] = field(default_factory=set[str])
    """Residents who are in the service now."""
    _closing: bool = False
    """Whether everybody is on their way home, so that nobody comes back."""
    _missed: set[str] = field(default_factory=set[str])
    """Residents for whom something came while they were busy."""
    _characters: dict[tuple[str, str], Character] = field(default_factory=dict[tuple[str, str], Character])

    def __post_init__(self) -> None:
        self._pace = Pace(self.speed)

    async def run(self) -> None:
        """Let them live until cancelled."""
        random = Random(self.seed)  # noqa: S311 - a play's dice
        try:
            await asyncio.sleep(FIRST_SECONDS)
            for case in sorted(self._present(), key=_first_needed):
                self._enter(case, Random(random.random()))  # noqa: S311
                await asyncio.sleep(1 / CONNECTS_A_SECOND)
            self._start(self._colleagues(), "colleagues")
            for chat in self.dataset.chats:
                if chat.comes_later:
                    self._start(self._ask(chat), f"question {chat.id}")
            for case in self.dataset.arrivals:
                await self._pace.let_pass(random.uniform(*ARRIVAL_SECONDS))
                self._enter(case, Random(random.random()), arrives=True)  # noqa: S311
            await asyncio.Event().wait()
        finally:
            self._closing = True
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def wake(self, resident_id: str) -> None:
        """Something came for a resident: they look at their phone, unless they are in the service already."""
        if self._closing or resident_id not in self.dataset.resident_by_id:
            return
        if resident_id in self._busy:
            self._missed.add(resident_id)
            return
        self._busy.add(resident_id)
        self._start(self._correspond(resident_id), f"resident {resident_id}")

    async def _correspond(self, resident_id: str, question: AskQuestion | None = None) -> None:
        """One stay in the service, and one more for what came meanwhile."""
        character = partial(self._character, resident_id)
        person = Correspondent(self.server, self.secret, resident_id, character, self._pace)
        try:
            await self._live(resident_id)
            await person.visit(question)
            if person.in_queue:
                await self._live(resident_id)
        finally:
            self._left(resident_id)

    async def _live(self, resident_id: str) -> None:
        """Take part in a live visit, where there is one."""
        character = self._character(resident_id, "")
        await SimulatedResident(self.server, self.secret, resident_id, character, self._pace).be()

    def _left(self, resident_id: str) -> None:
        self._busy.discard(resident_id)
        if resident_id in self._missed:
            self._missed.discard(resident_id)
            self.wake(resident_id)

    def _character(self, resident_id: str, case_id: str) -> Character:
        """Who a resident is in a case; the same one each time they come back."""
        place = (resident_id, case_id)
        if place not in self._characters:
            dice = Random(f"{self.seed} {resident_id} {case_id}")  # noqa: S311
            self._characters[place] = self._play(self._script(resident_id, case_id), dice)
        return self._characters[place]

    def _play(self, script: Script, random: Random) -> Character:
        return Character(self.dataset, script, random, asks_back=not self._pace.stands)

    def _script(self, resident_id: str, case_id: str) -> Script:
        """The script written for the case, else one of the resident's others, else anybody's."""
        data = self.dataset
        for record in (*data.chats, *data.visits, *data.cases, *data.arrivals):
            if self.identifier(record.id) == case_id:
                return record.script
        theirs = (
            record.script
            for record in (*data.visits, *data.chats, *data.cases, *data.arrivals)
            if resident_id in {record.resident, record.proxy}
        )
        return next(theirs, data.chats[0].script)

    async def _ask(self, chat: Chat) -> None:
        """Send an administrative question when its time has come."""
        await self._pace.let_pass(-chat.age_minutes * 60)
        sender = chat.proxy or chat.resident
        if sender in self._busy:
            return
        self._busy.add(sender)
        question = AskQuestion(
            command_id=new_id(),
            service_code=chat.service_code,
            body=chat.messages[0].body,
            child_id=chat.resident if chat.proxy else None,
        )
        await self._correspond(sender, question)

    async def _colleagues(self) -> None:
        """Let the colleagues sign in, one after the other."""
        if not self.password:
            return
        await asyncio.sleep(COLLEAGUES_SECONDS)
        for script in self.dataset.colleagues:
            member = self.dataset.staff_by_id[script.staff]
            person = SimulatedColleague(self.server, member, self.password, self._placed(script), self._pace)
            self._start(person.be(), f"colleague {member.id}")
            await asyncio.sleep(1 / CONNECTS_A_SECOND)

    def _placed(self, script: ColleagueScript) -> ColleagueScript:
        """The script with the wire's names of its cases."""
        does = tuple(
            msgspec.structs.replace(one, case=self.identifier(one.case) if one.case else "")
            for one in script.does
        )
        return msgspec.structs.replace(script, does=does)

    def _present(self) -> list[Case]:
        return [case for case in self.dataset.cases if case.state in HAS_RESIDENT]

    def _enter(self, case: Case, random: Random, *, arrives: bool = False) -> None:
        character = self._play(case.script, random)
        writes = case.proxy or case.resident
        if writes in self._busy:
            return
        self._busy.add(writes)
        resident = SimulatedResident(self.server, self.secret, writes, character, self._pace)
        leaves = arrives and random.random() < LEAVE_SHARE
        patience = case.script.patience_minutes * 60.0 if leaves else None
        seeks = seek_care(case) if arrives else None
        task = self._start(resident.be(seeks, patience), f"resident {case.id}")
        task.add_done_callback(lambda _done: self._left(writes))

    def _start(self, doing: Coroutine[None, None, None], name: str) -> "asyncio.Task[None]":
        task = asyncio.create_task(doing, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


def _first_needed(case: Case) -> tuple[bool, int, int]:
    """Chats under way first, then the head of the queue."""
    return (case.state == "waiting", case.priority, -case.waited_minutes)


def seek_care(case: Case) -> SeekCare:
    """The command a resident sends after the interview of this case."""
    return SeekCare(
        command_id=new_id(),
        reason=case.reason,
        priority=case.priority,
        free_text=case.free_text,
        post_triage=tuple(Answer(question=a.question, answer=a.answer) for a in case.post_triage_answers),
        red_flags=tuple(
            Answer(question=f.question, answer=f.answer, positive=f.positive) for f in case.red_flags
        ),
        answers=tuple(Answer(question=a.question, answer=a.answer) for a in case.answers),
        auto_history=case.note_text,
        child_id=case.resident if case.proxy else None,
    )
