"""A simulated resident: a plain client that signs in, waits, reads, types, answers and sometimes leaves."""

import asyncio
import contextlib
from collections.abc import Iterable
from datetime import datetime

from clinic_tui.client.errors import ClientError
from clinic_tui.client.http import Http
from clinic_tui.client.live import LiveStream
from clinic_tui.demo.character import Character
from clinic_tui.demo.pace import Pace
from clinic_tui.protocol.commands import LeaveQueue, ResidentSaw, ResidentSays, SeekCare
from clinic_tui.protocol.events import (
    Beat,
    Envelope,
    MessageChanged,
    ResidentCaseChanged,
)
from clinic_tui.protocol.ids import new_id
from clinic_tui.protocol.resident import ResidentCase
from clinic_tui.protocol.resources import Cursor, Message

ENDED = frozenset({"ended_unsigned", "closed", "cancelled", "rerouted", "self_care", "no_show"})
LIVE = {
    "drop_in": frozenset({"waiting", "accepted", "in_progress"}),
    "scheduled": frozenset({"accepted", "in_progress"}),
}
"""The states of a case, by kind, in which its resident is here; a chat brings them in otherwise."""


class SimulatedResident:
    """One resident with one case. `be` follows it to its end; everything goes through the open API."""

    def __init__(self, server: str, secret: str, resident_id: str, character: Character, pace: Pace) -> None:
        self._http = Http(server)
        self._server, self._secret, self._id = server, secret, resident_id
        self._character = character
        self._pace = pace
        self._case: ResidentCase | None = None
        self._heard: asyncio.Queue[Message] = asyncio.Queue()
        self._news = asyncio.Event()
        self._seen = 0
        self._receipts: set[asyncio.Task[None]] = set()
        self._stream: LiveStream | None = None

    async def be(self, seeks: SeekCare | None = None, patience: float | None = None) -> None:
        """Be this resident until the case ends.

        `seeks` is the care to ask for first, None where a case is open. `patience` is how many of the demo's
        seconds to wait in the queue before leaving, None to stay.
        """
        try:
            token = (await self._http.resident_sign_in(self._id, self._secret)).token
            if seeks is not None:
                await self._http.send(seeks)
            cursors = await self.missed()
            if self._case is None:
                return
            self._stream = LiveStream(self._server, token, cursors, self)
            following = asyncio.create_task(self._stream.run())
            try:
                await self._take_part(patience)
            finally:
                following.cancel()
                await asyncio.gather(following, return_exceptions=True)
        except ClientError:
            return
        finally:
            with contextlib.suppress(ClientError):
                await self._http.sign_out()
            await self._http.close()

    async def _take_part(self, patience: float | None) -> None:
        try:
            async with asyncio.timeout(self._pace.patience(patience)):
                await self._until({"in_progress"} | ENDED)
        except TimeoutError:
            if self._case is not None and self._case.state == "waiting":
                await self._http.send(LeaveQueue(command_id=new_id(), case_id=self._case.id))
                return
            await self._until({"in_progress"} | ENDED)
        await self._chat()

    async def _chat(self) -> None:
        opening = self._character.script.opening
        if (
            opening
            and not self._pace.stands
            and self._case is not None
            and self._case.state == "in_progress"
            and not self._case.messages
        ):
            await self._pace.take(2.0)
            await self._say(opening)
        while self._case is not None and self._case.state == "in_progress":
            message = await self._next_message()
            if message is None:
                return
            await self._pace.take(self._character.reading_seconds(message.body))
            await self._see(message, read=True)
            for text in self._character.answer(message.body):
                await self._say(text)
        self._drop_unheard()

    async def _next_message(self) -> Message | None:
        """The next message from staff; None when the chat has ended."""
        while True:
            if not self._heard.empty():
                return self._heard.get_nowait()
            if self._case is None or self._case.state != "in_progress":
                return None
            self._news.clear()
            await self._news.wait()

    def _drop_unheard(self) -> None:
        while not self._heard.empty():
            self._heard.get_nowait()

    async def _see(self, message: Message, *, read: bool) -> None:
        saw = ResidentSaw(command_id=new_id(), case_id=message.case_id, seq=message.seq, read=read)
        await self._http.send(saw)

    @property
    def _chatting(self) -> bool:
        return self._case is not None and self._case.state == "in_progress"

    async def _say(self, text: str) -> None:
        if self._case is None or self._stream is None:
            return
        case_id = self._case.id
        await self._stream.show(Beat(seen=case_id, typing_in=case_id))
        await self._pace.take(self._character.typing_seconds(text))
        await self._stream.show(Beat(seen=case_id))
        if self._chatting:
            await self._http.send(ResidentSays(command_id=new_id(), case_id=case_id, body=text))

    async def _until(self, states: Iterable[str]) -> None:
        wanted = set(states)
        while self._case is not None and self._case.state not in wanted:
            self._news.clear()
            await self._news.wait()

    def live(self, server_time: datetime) -> None:
        """What was missed has come; nothing depends on it."""

    def heard(self, server_time: datetime | None) -> None:
        """A sign of life from the backend; nothing depends on it."""

    def down(self, error: ClientError, retry_in: float) -> None:
        """The connection is gone; the stream comes back by itself."""

    def event(self, envelope: Envelope) -> None:
        """Take in what concerns this resident's case."""
        match envelope.event:
            case ResidentCaseChanged(case=case) if self._case is not None and case.id == self._case.id:
                if case.revision >= self._case.revision:
                    self._case = case
            case MessageChanged(message=message):
                self._hear(message)
            case _:
                return
        self._news.set()

    def _hear(self, message: Message) -> None:
        mine = self._case is not None and message.case_id == self._case.id
        if mine and message.author == "staff" and message.seq > self._seen:
            self._seen = message.seq
            if message.read_at is None:
                self._heard.put_nowait(message)
                receipt = asyncio.create_task(self._receive(message))
                self._receipts.add(receipt)
                receipt.add_done_callback(self._receipts.discard)

    async def _receive(self, message: Message) -> None:
        """The message has reached the resident, who may be typing still."""
        with contextlib.suppress(ClientError):
            await self._see(message, read=False)

    async def missed(self) -> Iterable[Cursor]:
        """Where things stand: the open case and what was said in it."""
        home = await self._http.resident_home()
        open_cases = [case for case in home.cases if case.state in LIVE.get(case.kind, ())]
        if open_cases:
            self._case = open_cases[-1]
            for message in self._case.messages:
                self._hear(message)
        elif self._case is not None:
            self._case = None
        self._news.set()
        return home.cursors
