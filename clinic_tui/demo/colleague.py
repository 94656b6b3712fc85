"""A simulated colleague: a plain client on shift, who answers, takes what is handed over, and asks."""

import asyncio
import contextlib
import re
from collections.abc import Coroutine, Iterable
from datetime import datetime

from clinic_tui.client.errors import ClientError
from clinic_tui.client.http import Http
from clinic_tui.client.live import LiveStream
from clinic_tui.demo.pace import Pace
from clinic_tui.demo.records import Staff
from clinic_tui.demo.team_records import ColleagueScript, Initiative
from clinic_tui.protocol.command import Command
from clinic_tui.protocol.events import (
    Beat,
    CaseChanged,
    ConversationChanged,
    Envelope,
    Event,
    VerificationChanged,
)
from clinic_tui.protocol.ids import new_id
from clinic_tui.protocol.patient_commands import DecideVerification
from clinic_tui.protocol.resources import CaseRow, Cursor
from clinic_tui.protocol.team_commands import (
    AnswerHandOver,
    HandOverCase,
    InviteColleague,
    SayToStaff,
    StartConversation,
)

THINKS_SECONDS = 7.0
"""How long a colleague takes before they answer, in the demo's seconds."""


class SimulatedColleague:
    """One staff member on shift. `be` stays until cancelled; everything goes through the open API."""

    def __init__(
        self, server: str, member: Staff, password: str, script: ColleagueScript, pace: Pace
    ) -> None:
        self._http = Http(server)
        self._server, self._member, self._password = server, member, password
        self._script = script
        self._pace = pace
        self._me = ""
        self._rows: dict[str, CaseRow] = {}
        self._done: set[str] = set()
        self._said = 0
        self._tasks: set[asyncio.Task[None]] = set()

    async def be(self) -> None:
        """Sign in, look busy, and answer until cancelled."""
        try:
            signed_in = await self._http.sign_in(self._member.username, self._password)
            if signed_in.assignment_id is None:
                signed_in = await self._http.choose_assignment(self._member.usual)
            self._me = signed_in.staff.id
            stream = LiveStream(self._server, signed_in.token, await self.missed(), self)
            await stream.show(Beat())
            for initiative in self._script.does:
                self._start(self._take(initiative))
            await stream.run()
        except ClientError:
            return
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await self._http.close()

    def event(self, envelope: Envelope) -> None:
        """Take in what concerns this colleague."""
        self._look(envelope.event)

    def _look(self, event: Event) -> None:
        match event:
            case CaseChanged(case=case):
                known = self._rows.get(case.id)
                if known is None or case.revision > known.revision:
                    self._rows[case.id] = case
                offer = case.hand_over
                if offer is not None and offer.receiver.id == self._me:
                    self._once(f"{case.id} {offer.at}", self._answer_hand_over(case.id))
            case ConversationChanged(conversation=conversation):
                last = conversation.messages[-1] if conversation.messages else None
                member = any(one.id == self._me for one in conversation.members)
                if last is not None and member and last.author.id != self._me:
                    self._once(last.id, self._reply(conversation.id, last.body))
            case VerificationChanged(verification=item):
                asked = item.asked_of is not None and item.asked_of.id == self._me
                if asked and item.state == "open" and item.kind != "sms_failed":
                    command = DecideVerification(
                        command_id=new_id(), verification_id=item.id, verdict="verified"
                    )
                    self._once(item.id, self._after_a_while(command))
            case _:
                return

    def _once(self, what: str, doing: Coroutine[None, None, None]) -> None:
        """Do something the first time it is seen; events may come twice."""
        if what in self._done:
            doing.close()
            return
        self._done.add(what)
        self._start(doing)

    def _start(self, doing: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(doing, name=f"colleague {self._member.id}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer_hand_over(self, case_id: str) -> None:
        await self._pace.take(THINKS_SECONDS)
        row = self._rows[case_id]
        await self._send(
            AnswerHandOver(
                command_id=new_id(),
                case_id=case_id,
                version=row.version,
                accept=self._script.accepts,
                comment=self._script.comment,
            )
        )

    async def _reply(self, conversation_id: str, body: str) -> None:
        await self._pace.take(THINKS_SECONDS)
        await self._send(
            SayToStaff(command_id=new_id(), conversation_id=conversation_id, body=self._answer(body))
        )

    def _answer(self, body: str) -> str:
        lowered = body.casefold()
        for rule in self._script.rules:
            if any(re.search(rf"(?<!\w){re.escape(word)}", lowered) for word in rule.keywords):
                return rule.answer
        self._said += 1
        return self._script.fallback[(self._said - 1) % len(self._script.fallback)]

    async def _after_a_while(self, command: Command) -> None:
        await self._pace.take(THINKS_SECONDS)
        await self._send(command)

    async def _take(self, initiative: Initiative) -> None:
        """Do something by oneself when its time has come."""
        await self._pace.let_pass(initiative.after_seconds)
        row = self._rows.get(initiative.case) if initiative.case else None
        match initiative.kind:
            case "hand_over" if row is not None:
                await self._send(
                    HandOverCase(
                        command_id=new_id(),
                        case_id=row.id,
                        version=row.version,
                        staff_id=initiative.to,
                        reason=initiative.body,
                    )
                )
            case "invite" if row is not None:
                await self._send(
                    InviteColleague(
                        command_id=new_id(), case_id=row.id, staff_id=initiative.to, note=initiative.subject
                    )
                )
            case "direct" | "consultation":
                await self._send(
                    StartConversation(
                        command_id=new_id(),
                        kind=initiative.kind,
                        case_id=row.id if row is not None else None,
                        staff_ids=(initiative.to,) if initiative.to else (),
                        role=initiative.role or None,
                        subject=initiative.subject,
                        urgent=initiative.urgent,
                        body=initiative.body,
                    )
                )
            case _:
                return

    async def _send(self, command: Command) -> None:
        """Send it; a colleague who is too late lets it be."""
        with contextlib.suppress(ClientError):
            await self._http.send(command)

    def live(self, server_time: datetime) -> None:
        """What was missed has come; nothing depends on it."""

    def heard(self, server_time: datetime | None) -> None:
        """A sign of life from the backend; nothing depends on it."""

    def down(self, error: ClientError, retry_in: float) -> None:
        """The connection is gone; the stream comes back by itself."""

    async def missed(self) -> Iterable[Cursor]:
        """Where things stand: the rows of the open cases."""
        desk = await self._http.desk()
        self._rows = {row.id: row for row in desk.cases}
        return desk.cursors
