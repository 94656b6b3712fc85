"""A simulated resident away from the service: an SMS brings them in, they read, answer and go again."""

import asyncio
import contextlib
from collections.abc import Callable, Iterable
from datetime import datetime

from clinic_tui.client.errors import ClientError
from clinic_tui.client.http import Http
from clinic_tui.client.live import LiveStream
from clinic_tui.demo.character import Character
from clinic_tui.demo.pace import Pace
from clinic_tui.protocol.commands import AskQuestion, RedeemTicket, ResidentSaw, ResidentSays
from clinic_tui.protocol.events import Beat, Envelope
from clinic_tui.protocol.ids import new_id
from clinic_tui.protocol.resident import ResidentCase, ResidentHome
from clinic_tui.protocol.resources import Cursor

STAYS_SECONDS = 45.0
"""How long a resident stays in the chat after their last message, in the demo's seconds."""
PHONE_SECONDS = 6.0
"""How long until they look at their phone."""
REDEEMS_SECONDS = 20.0
"""How long they think before using a ticket."""


class Correspondent:
    """One resident with all their asynchronous chats and tickets. `visit` is one stay in the service."""

    def __init__(
        self,
        server: str,
        secret: str,
        resident_id: str,
        character_of: Callable[[str], Character],
        pace: Pace,
    ) -> None:
        """`character_of` gives who they are in a case, by its id."""
        self._http = Http(server)
        self._server, self._secret, self._id = server, secret, resident_id
        self._character_of = character_of
        self._pace = pace
        self._news = asyncio.Event()
        self._stream: LiveStream | None = None
        self._answered: set[str] = set()
        self.in_queue = False
        """Whether they used a ticket and now wait in a drop-in queue."""

    async def visit(self, question: AskQuestion | None = None) -> None:
        """Sign in, ask what is to be asked, read and answer what is new, and leave."""
        try:
            await self._pace.take(PHONE_SECONDS)
            token = (await self._http.resident_sign_in(self._id, self._secret)).token
            if question is not None:
                await self._http.send(question)
            cursors = await self.missed()
            self._stream = LiveStream(self._server, token, cursors, self)
            following = asyncio.create_task(self._stream.run())
            try:
                await self._stay()
            finally:
                following.cancel()
                await asyncio.gather(following, return_exceptions=True)
        except ClientError:
            return
        finally:
            with contextlib.suppress(ClientError):
                await self._http.sign_out()
            await self._http.close()

    async def _stay(self) -> None:
        while True:
            self._news.clear()
            home = await self._http.resident_home()
            for case in home.cases:
                if case.kind == "async":
                    await self._read(case)
            await self._redeem(home)
            if self.in_queue:
                return
            try:
                async with asyncio.timeout(self._pace.patience(STAYS_SECONDS)):
                    await self._news.wait()
            except TimeoutError:
                return

    async def _read(self, case: ResidentCase) -> None:
        """Open a chat that has something new in it, read it, and answer where that is possible."""
        fresh = [one for one in case.messages if one.author == "staff" and one.read_at is None]
        if not fresh or self._stream is None or fresh[-1].id in self._answered:
            return
        last = fresh[-1]
        self._answered.add(last.id)
        await self._stream.show(Beat(seen=case.id))
        character = self._character_of(case.id)
        await self._pace.take(character.reading_seconds(last.body))
        await self._http.send(ResidentSaw(command_id=new_id(), case_id=case.id, seq=last.seq, read=True))
        open_now = case.reply_allowed and case.state != "closed"
        for text in character.answer(last.body) if open_now else ():
            await self._stream.show(Beat(seen=case.id, typing_in=case.id))
            await self._pace.take(character.typing_seconds(text))
            await self._http.send(ResidentSays(command_id=new_id(), case_id=case.id, body=text))
        await self._stream.show(Beat(seen=case.id))

    async def _redeem(self, home: ResidentHome) -> None:
        """Use a ticket after some thought, where nothing blocks it."""
        ticket = next((one for one in home.tickets if one.state == "issued"), None)
        if ticket is None or home.blocked:
            return
        await self._pace.take(REDEEMS_SECONDS)
        with contextlib.suppress(ClientError):
            await self._http.send(RedeemTicket(command_id=new_id(), ticket_id=ticket.id))
            self.in_queue = True

    def live(self, server_time: datetime) -> None:
        """What was missed has come; nothing depends on it."""

    def heard(self, server_time: datetime | None) -> None:
        """A sign of life from the backend; nothing depends on it."""

    def down(self, error: ClientError, retry_in: float) -> None:
        """The connection is gone; the stream comes back by itself."""

    def event(self, envelope: Envelope) -> None:  # noqa: ARG002 - all of it is read anew
        """Something is new: look again."""
        self._news.set()

    async def missed(self) -> Iterable[Cursor]:
        """Where the resident's stream stands."""
        self._news.set()
        return (await self._http.resident_home()).cursors
