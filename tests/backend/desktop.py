"""The whole workstation against the town's real backend, driven by a pilot."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

from textual.pilot import Pilot

from clinic_tui.app import ClinicApp
from clinic_tui.options import Options
from tests.backend.served import Served
from tests.backend.town import staff
from tests.screens.stage import text_of

ENOUGH = 30.0
"""Seconds after which what one waits for never comes."""


class Desktop:
    """One person's terminal."""

    def __init__(self, app: ClinicApp, pilot: Pilot[Any]) -> None:
        self.app, self.pilot = app, pilot

    @property
    def text(self) -> str:
        return text_of(self.app)

    async def until(self, holds: Callable[[], Any]) -> Any:
        async with asyncio.timeout(ENOUGH):
            while not (found := holds()):
                await self.pilot.pause(0.01)
        return found

    async def sees(self, *texts: str) -> None:
        try:
            await self.until(lambda: all(one in self.text for one in texts))
        except TimeoutError:
            raise AssertionError(f"{texts} is not on the screen:\n{self.text}") from None

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()


@asynccontextmanager
async def desktop(served: Served, name: str) -> AsyncGenerator[Desktop]:
    """Somebody at a terminal of 120 by 40, with the queue in front."""
    person = await staff(served.backend, name)
    app = ClinicApp(Options(server=served.url, token=person.token, private=True))
    async with app.run_test(size=(120, 40)) as pilot:
        shown = Desktop(app, pilot)
        await shown.until(lambda: app.room.desk.loaded and app.current_mode != "sign_in")
        await shown.until(lambda: app.link.status.state == "live")
        if len(app.screen_stack) > 1:
            await shown.press("escape")
        yield shown
        app.link.close(0.5)
