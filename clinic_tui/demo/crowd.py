"""The demo's residents: those in the queue at the start, and those who keep arriving."""

import asyncio
from dataclasses import dataclass, field
from random import Random

from clinic_tui.demo.character import Character
from clinic_tui.demo.dataset import Case, Dataset
from clinic_tui.demo.resident import SimulatedResident
from clinic_tui.protocol.commands import SeekCare
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


@dataclass
class Crowd:
    """Runs every simulated resident as a task of its own."""

    server: str
    secret: str
    dataset: Dataset
    seed: int = 1
    speed: float = 1.0
    _tasks: set["asyncio.Task[None]"] = field(default_factory=set["asyncio.Task[None]"])

    async def run(self) -> None:
        """Let them live until cancelled."""
        random = Random(self.seed)  # noqa: S311 - a play's dice
        try:
            await asyncio.sleep(FIRST_SECONDS)
            for case in sorted(self._present(), key=_first_needed):
                self._enter(case, Random(random.random()))  # noqa: S311
                await asyncio.sleep(1 / CONNECTS_A_SECOND)
            for case in self.dataset.arrivals:
                await asyncio.sleep(random.uniform(*ARRIVAL_SECONDS) / self.speed)
                self._enter(case, Random(random.random()), arrives=True)  # noqa: S311
            await asyncio.Event().wait()
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def _present(self) -> list[Case]:
        return [case for case in self.dataset.cases if case.state in HAS_RESIDENT]

    def _enter(self, case: Case, random: Random, *, arrives: bool = False) -> None:
        character = Character(self.dataset, case.script, random)
        writes = case.proxy or case.resident
        resident = SimulatedResident(self.server, self.secret, writes, character, self.speed)
        leaves = arrives and random.random() < LEAVE_SHARE
        patience = case.script.patience_minutes * 60.0 if leaves else None
        seeks = seek_care(case) if arrives else None
        task = asyncio.create_task(resident.be(seeks, patience), name=f"resident {case.id}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


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
