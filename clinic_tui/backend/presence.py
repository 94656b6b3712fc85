"""Who is in the chat right now, and who types: kept in memory, told as events that are never stored."""

from collections import Counter
from collections.abc import Iterable

from sqlalchemy import Connection, or_, select

from clinic_tui.backend.clock import Clock
from clinic_tui.backend.hub import Hub
from clinic_tui.backend.store import Store
from clinic_tui.backend.store.tables import cases
from clinic_tui.backend.streams import resident_stream, staff_stream
from clinic_tui.protocol.events import CaseChanged, Envelope, ResidentPresence, StaffTyping
from clinic_tui.protocol.resources import Availability, CaseRow


class Presence:
    """The residents who are connected, their open cases, and who has each of these.

    A connection that is open is a resident who is present (slide 53). Only the assignee is told.
    """

    def __init__(self, store: Store, hub: Hub, clock: Clock) -> None:
        self._store = store
        self._hub = hub
        self._clock = clock
        self._open: Counter[str] = Counter()
        self._typing: dict[str, str] = {}
        self._seen: dict[str, str] = {}
        self._resident_of: dict[str, str] = {}
        self._assignee_of: dict[str, str] = {}
        hub.watchers.append(self._watch)

    def of_case(self, case_id: str) -> Availability:
        """What the assignee of this case is to see of its resident now."""
        resident_id = self._resident_of.get(case_id)
        if resident_id is None:
            return "off"
        return "typing" if self._typing.get(resident_id) == case_id else "present"

    def in_chat(self, case_id: str) -> bool:
        """Whether the case's resident is connected and has its chat on screen; safe from any thread."""
        resident_id = self._resident_of.get(case_id)
        return resident_id is not None and self._seen.get(resident_id) == case_id

    async def came(self, resident_id: str) -> None:
        """The resident opened a connection."""
        self._open[resident_id] += 1
        if self._open[resident_id] == 1:
            await self.refresh(resident_id)

    async def refresh(self, resident_id: str) -> None:
        """Learn of a connected resident's open cases anew, such as after they sought care for a child."""
        if not self._open[resident_id]:
            return
        found = await self._store.read(lambda conn: _open_cases(conn, resident_id))
        self._resident_of.update(dict.fromkeys(found, resident_id))
        for case_id, assignee in found.items():
            self._assign(case_id, assignee)

    def left(self, resident_id: str) -> None:
        """The resident closed a connection; with the last one they are gone."""
        self._open[resident_id] -= 1
        if self._open[resident_id] > 0:
            return
        del self._open[resident_id]
        self._typing.pop(resident_id, None)
        self._seen.pop(resident_id, None)
        gone = [case_id for case_id, resident in self._resident_of.items() if resident == resident_id]
        for case_id in gone:
            del self._resident_of[case_id]
        self._tell(gone)
        for case_id in gone:
            self._assignee_of.pop(case_id, None)

    async def resident_sees(self, resident_id: str, case_id: str | None) -> None:
        """The resident has this case's chat on screen, or none; the last word of any connection holds."""
        if case_id is None:
            self._seen.pop(resident_id, None)
        elif self._seen.get(resident_id) != case_id:
            self._seen[resident_id] = case_id
            if case_id not in self._resident_of:
                await self.refresh(resident_id)

    def resident_types(self, resident_id: str, case_id: str | None) -> None:
        """The resident types in this case, or in none; a repeated yes is told again, for it fades."""
        before = self._typing.pop(resident_id, None)
        if case_id is not None and self._resident_of.get(case_id) == resident_id:
            self._typing[resident_id] = case_id
        self._tell({case for case in (before, self._typing.get(resident_id)) if case is not None})

    def staff_types(self, staff_id: str, name: str, case_id: str) -> None:
        """A staff member types to the resident of a case that is theirs."""
        resident_id = self._resident_of.get(case_id)
        if resident_id is not None and self._assignee_of.get(case_id) == staff_id:
            event = StaffTyping(case_id=case_id, staff_name=name)
            self._hub.pulse(resident_stream(resident_id), event, self._clock.now())

    def _tell(self, case_ids: Iterable[str]) -> None:
        for case_id in case_ids:
            assignee = self._assignee_of.get(case_id)
            if assignee is not None:
                event = ResidentPresence(case_id=case_id, presence=self.of_case(case_id))
                self._hub.pulse(staff_stream(assignee), event, self._clock.now())

    def _watch(self, envelope: Envelope) -> None:
        """Follow who has the cases of connected residents."""
        if self._open and isinstance(envelope.event, CaseChanged):
            self._follow(envelope.event.case)

    def _follow(self, case: CaseRow) -> None:
        if self._open.get(case.resident.id):
            self._resident_of.setdefault(case.id, case.resident.id)
        if case.id not in self._resident_of:
            return
        if case.closed_at is not None:
            self._assign(case.id, None)
            del self._resident_of[case.id]
        else:
            self._assign(case.id, case.assignee.id if case.assignee else None)

    def _assign(self, case_id: str, assignee: str | None) -> None:
        """Remember who has a case; whoever newly has it is told of the resident at once."""
        if assignee is None:
            self._assignee_of.pop(case_id, None)
        elif self._assignee_of.get(case_id) != assignee:
            self._assignee_of[case_id] = assignee
            self._tell((case_id,))


def _open_cases(conn: Connection, resident_id: str) -> dict[str, str | None]:
    rows = conn.execute(
        select(cases.c.id, cases.c.assignee_id).where(
            or_(cases.c.resident_id == resident_id, cases.c.acting_proxy_id == resident_id),
            cases.c.closed_at.is_(None),
        )
    )
    return {row.id: row.assignee_id for row in rows}
