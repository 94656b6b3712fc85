"""The real workstation at the real backend, over a network that can be made bad."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from textual.pilot import Pilot

from clinic_tui.app import ClinicApp
from clinic_tui.backend.context import Backend
from clinic_tui.backend.store.tables import idempotency
from clinic_tui.options import Options
from screens.visit.screen import VisitScreen
from tests.backend.served import Served, served
from tests.backend.workstation import BadNetwork, bad_network

_ANSWERS = select(func.count()).select_from(idempotency)
WAIT = 120.0
"""Seconds within which what is waited for happens on the busiest machine."""


@dataclass
class Seat:
    """Somebody at a terminal: the app, its keys, and what lies between it and the backend."""

    app: ClinicApp
    pilot: Pilot[Any]
    network: BadNetwork
    site: Served

    @property
    def visit(self) -> VisitScreen:
        screen = self.app.clinic_screen
        assert isinstance(screen, VisitScreen)
        return screen

    async def open(self, case_id: str) -> None:
        """Go to a visit of one's own, and wait until one can write in it."""
        self.app.navigation.open_case(case_id)
        await self.until(lambda: self.app.current_mode == "visit" and self.visit.query("#composer-text"))
        await self.until(lambda: self.visit.visit is not None and self.visit.panes.page(self.visit.visit))

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until it holds, letting the app do what it has to."""
        async with asyncio.timeout(WAIT):
            while not condition():
                await self.pilot.pause()

    async def carried_out(self) -> int:
        """How many commands the backend has carried out."""
        return await self.site.backend.store.read(lambda conn: conn.execute(_ANSWERS).scalar_one())

    async def lose_answers(self, act: Callable[[], Any], told: Callable[[], object]) -> None:
        """Do something whose command is carried out and whose answer never comes, until that is told."""
        before = await self.carried_out()
        self.network.mode = "swallow"
        await act()
        async with asyncio.timeout(WAIT):
            while await self.carried_out() == before:
                await self.pilot.pause()
            while not told():
                self.network.cut()
                await self.pilot.pause()
        self.network.mode = "pass"
        self.network.cut()


@asynccontextmanager
async def seated(backend: Backend, name: str = "nora") -> AsyncIterator[Seat]:
    """A staff member signed in at a workstation of their own."""
    async with served(backend) as site, bad_network(site.port) as network:
        app = ClinicApp(Options(server=network.url, token=await site.staff(name), private=True))
        async with app.run_test(size=(120, 40)) as pilot:
            seat = Seat(app, pilot, network, site)
            try:
                await seat.until(lambda: app.link.status.state == "live" and app.room.desk.loaded)
                yield seat
            finally:
                network.mode = "pass"
                await asyncio.to_thread(app.link.close, 0.5)
