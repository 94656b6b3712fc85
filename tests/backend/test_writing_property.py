"""Whatever is written, saved late, lost or brought back: no character goes, and the caret stays put."""

import asyncio
import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from textual import events

from clinic_tui.backend.clock import SettableClock
from clinic_tui.backend.context import Backend
from clinic_tui.backend.seed import seed_store
from clinic_tui.backend.settings import Settings
from clinic_tui.backend.store import create_schema, open_store
from clinic_tui.domain.region import load_profile
from clinic_tui.protocol.text import safe_text
from clinic_tui.widgets.text_area import WritingArea
from tests.backend.conftest import NOON
from tests.backend.seat import Seat, seated
from tests.backend.town import ANNA_CASE, PASSWORD, TOWN, in_progress, staff

EXAMPLES = int(os.environ.get("WRITING_EXAMPLES", "8"))
"""More by hand: each takes a second or two on a quiet machine."""
FAMILY = "\N{MAN}\u200d\N{WOMAN}\u200d\N{GIRL}"
STEPS = st.lists(
    st.one_of(
        st.sampled_from(["backspace", "left", "right", "home", "enter"]),
        st.sampled_from([*"abåö", "space"]),
        st.sampled_from([f"paste:{FAMILY}", "paste:rad ett\nrad två", "paste:e\u0301\u200d!"]),
        st.sampled_from(["note", "message", "pause", "flush", "cut", "lose", "mend"]),
    ),
    min_size=4,
    max_size=14,
)


@dataclass
class Model:
    """A text as its keys make it."""

    text: str = ""
    caret: int = 0

    def put(self, text: str) -> None:
        self.text = self.text[: self.caret] + text + self.text[self.caret :]
        self.caret += len(text)

    def key(self, key: str) -> None:
        match key:
            case "backspace":
                self._delete()
                while self.caret and self.text[self.caret - 1] == "\u200d":
                    self._delete()
            case "left":
                self.caret = max(0, self.caret - 1)
            case "right":
                self.caret = min(len(self.text), self.caret + 1)
            case "home":
                self.caret = self.text.rfind("\n", 0, self.caret) + 1
            case "enter":
                self.put("\n")
            case "space":
                self.put(" ")
            case _:
                self.put(key)

    def _delete(self) -> None:
        if self.caret:
            self.text = self.text[: self.caret - 1] + self.text[self.caret :]
            self.caret -= 1


@dataclass
class Desk:
    """One workstation for all examples, and what ought to stand in its two texts."""

    seat: Seat
    models: dict[str, Model] = field(default_factory=dict[str, Model])

    def area(self, kind: str) -> WritingArea:
        return self.seat.visit.panel.note.area if kind == "note" else self.seat.visit.talk.composer.area

    async def play(self, steps: list[str]) -> None:
        await self._begin()
        kind = "message"
        for step in steps:
            match step:
                case "note" | "message":
                    kind = step
                    self.area(kind).focus()
                case "pause":
                    await asyncio.sleep(0.05)
                case "flush":
                    await self._flush()
                case "cut":
                    self.seat.network.cut()
                case "lose":
                    self.seat.network.mode = "swallow"
                case "mend":
                    self._mend()
                case _ if step.startswith("paste:"):
                    text = step.removeprefix("paste:")
                    self.area(kind).post_message(events.Paste(text))
                    self.models[kind].put(safe_text(text))
                case _:
                    await self.seat.pilot.press(step)
                    self.models[kind].key(step)
            await self.seat.pilot.pause()
            self._compare(steps)
        await self._end(steps)

    def _compare(self, steps: list[str]) -> None:
        for kind, model in self.models.items():
            area = self.area(kind)
            assert (area.text, area.index_of(area.cursor_location)) == (model.text, model.caret), (
                kind,
                steps,
            )
            assert not self.seat.visit.drafts.has_other(self.seat.visit.visit, kind), steps  # type: ignore[arg-type]

    async def _begin(self) -> None:
        self._mend()
        for kind in ("note", "message"):
            self.area(kind).focus()
            self.area(kind).text = ""
            await self.seat.pilot.pause()
            self.models[kind] = Model()

    async def _flush(self) -> None:
        flushing = asyncio.wrap_future(self.seat.app.link.flush(0.5))
        while not flushing.done():
            await self.seat.pilot.pause()

    async def _end(self, steps: list[str]) -> None:
        """What the backend has in the end is what was written."""
        self._mend()
        visit = self.seat.visit.visit
        assert visit is not None
        for kind, model in self.models.items():
            await self.seat.until(
                lambda kind=kind, model=model: (
                    (
                        ((draft := visit.draft(kind)) and draft.body) or ""  # type: ignore[arg-type]
                    )
                    == safe_text(model.text)
                )
            )
        self._compare(steps)

    def _mend(self) -> None:
        if self.seat.network.mode != "pass":
            self.seat.network.mode = "pass"
            self.seat.network.cut()


@contextlib.asynccontextmanager
async def desk() -> Any:
    store = await open_store("sqlite://")
    await create_schema(store)
    await seed_store(store, TOWN, PASSWORD)
    backend = Backend(
        store=store,
        clock=SettableClock(NOON, speed=0),
        region=load_profile("vastmanland"),
        settings=Settings(demo_data=True, commands_per_minute=100_000, commands_burst=100_000),
        resident_secret="demo",
    )
    await in_progress(await staff(backend, "nora"))
    async with seated(backend) as seat:
        await seat.open(ANNA_CASE)
        await seat.until(lambda: not seat.visit.panel.note.area.read_only)
        await seat.until(lambda: not seat.visit.talk.composer.area.disabled)
        yield Desk(seat)
    await store.close()


class Running:
    """Keeps the workstation at work in a task of its own, on a loop that runs while an example is played."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._jobs: asyncio.Queue[tuple[list[str], asyncio.Future[None]] | None] = asyncio.Queue()
        self._task = self.loop.create_task(self._run())

    async def _run(self) -> None:
        async with desk() as here:
            while (job := await self._jobs.get()) is not None:
                steps, done = job
                try:
                    done.set_result(await here.play(steps))
                except Exception as error:  # noqa: BLE001 - it is told to whoever plays
                    done.set_exception(error)

    def play(self, steps: list[str]) -> None:
        done = self.loop.create_future()
        self._jobs.put_nowait((steps, done))
        self.loop.run_until_complete(asyncio.wait({done, self._task}, return_when="FIRST_COMPLETED"))
        (done if done.done() else self._task).result()

    def close(self) -> None:
        self._jobs.put_nowait(None)
        self.loop.run_until_complete(self._task)
        self.loop.close()


@pytest.fixture(scope="module")
def at_work() -> Iterator[Running]:
    running = Running()
    yield running
    running.close()


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=STEPS)
def test_no_character_goes_and_the_caret_stays(at_work: Running, steps: list[str]) -> None:
    at_work.play(steps)
