"""Who is in the chat right now, and who types: kept in memory, told as events that are never stored."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import Connection, or_

from clinic_tui.backend.access import CaseAccess, case_access, receiver_at
from clinic_tui.backend.cases import CaseRecord, case_select, record
from clinic_tui.backend.clock import Clock
from clinic_tui.backend.delivery import Committed
from clinic_tui.backend.hub import Hub
from clinic_tui.backend.store import Store
from clinic_tui.backend.store.tables import cases
from clinic_tui.backend.streams import resident_stream, staff_stream
from clinic_tui.domain.region import RegionProfile
from clinic_tui.protocol.events import CaseChanged, ResidentPresence, StaffTyping
from clinic_tui.protocol.resources import Availability, CaseRow

_LOOK_AGAIN = timedelta(seconds=30)
"""How long what the register says of a connected resident's cases is relied on."""


class Presence:
    """The residents who are connected, the open cases they may read, and who has each of these.

    A connection that is open is a resident who is present (slide 53), in the cases they read and write in
    today: a former guardian is present in none. Only the assignee is told.
    """

    def __init__(self, store: Store, hub: Hub, clock: Clock, region: RegionProfile) -> None:
        self._store = store
        self._hub = hub
        self._clock = clock
        self._region = region
        self._open: Counter[str] = Counter()
        self._looked: dict[str, datetime] = {}
        self._typing: dict[str, str] = {}
        self._seen: dict[str, str] = {}
        self._access: dict[str, CaseAccess] = {}
        self._assignee_of: dict[str, str] = {}
        hub.watchers.append(self._watch)

    def availability(self, case_id: str, resident_id: str) -> Availability:
        """What a case's assignee is to see of the resident who reads it; safe from any thread."""
        if not self._open.get(resident_id) or case_id not in self._access:
            return "off"
        return "typing" if self._typing.get(resident_id) == case_id else "present"

    def in_chat(self, case_id: str, resident_id: str) -> bool:
        """Whether a resident is connected and has this case's chat on screen; safe from any thread."""
        return self._seen.get(resident_id) == case_id

    async def came(self, resident_id: str) -> None:
        """The resident opened a connection."""
        self._open[resident_id] += 1
        if self._open[resident_id] == 1:
            await self.refresh(resident_id)

    async def refresh(self, resident_id: str) -> None:
        """Learn of a connected resident's open cases anew, such as after they sought care for a child."""
        if not self._open[resident_id]:
            return
        self._looked[resident_id] = self._clock.now()
        for case in await self._store.read(lambda conn: _open_cases(conn, resident_id)):
            access = case_access(case, self._clock.now(), self._region)
            self._put(case.id, access, case.assignee_id)

    def left(self, resident_id: str) -> None:
        """The resident closed a connection; with the last one they are gone."""
        self._open[resident_id] -= 1
        if self._open[resident_id] > 0:
            return
        del self._open[resident_id]
        self._looked.pop(resident_id, None)
        self._typing.pop(resident_id, None)
        self._seen.pop(resident_id, None)
        gone = [
            case_id
            for case_id, access in self._access.items()
            if not any(self._open.get(one) for one in access.readers)
        ]
        self._tell(gone)
        for case_id in gone:
            self._forget(case_id)

    async def resident_sees(self, resident_id: str, case_id: str | None) -> None:
        """The resident has this case's chat on screen, or none; the last word of any connection holds."""
        looked = self._looked.get(resident_id)
        if looked is not None and self._clock.now() - looked >= _LOOK_AGAIN:
            await self.refresh(resident_id)
        if case_id is None:
            self._seen.pop(resident_id, None)
        elif self._seen.get(resident_id) != case_id:
            self._seen[resident_id] = case_id
            if case_id not in self._access:
                await self.refresh(resident_id)

    def resident_types(self, resident_id: str, case_id: str | None) -> None:
        """The resident types in this case, or in none; a repeated yes is told again, for it fades."""
        before = self._typing.pop(resident_id, None)
        if case_id is not None and self._receiver(case_id) == resident_id:
            self._typing[resident_id] = case_id
        self._tell({case for case in (before, self._typing.get(resident_id)) if case is not None})

    def staff_types(self, staff_id: str, name: str, case_id: str) -> None:
        """A staff member types to the resident of a case that is theirs."""
        receiver, access = self._receiver(case_id), self._access.get(case_id)
        if receiver is None or access is None or self._assignee_of.get(case_id) != staff_id:
            return
        event = StaffTyping(case_id=case_id, staff_name=name)
        self._hub.pulse(resident_stream(receiver), event, self._clock.now(), access)

    def _receiver(self, case_id: str) -> str | None:
        """The connected resident who reads and writes in a case now; None where they are not connected."""
        access = self._access.get(case_id)
        receiver = None if access is None else receiver_at(access, self._clock.now())
        return receiver if receiver is not None and self._open.get(receiver) else None

    def _tell(self, case_ids: Iterable[str]) -> None:
        for case_id in case_ids:
            assignee, access = self._assignee_of.get(case_id), self._access.get(case_id)
            if assignee is not None and access is not None:
                event = ResidentPresence(case_id=case_id, presence=self._shown(case_id))
                self._hub.pulse(staff_stream(assignee), event, self._clock.now(), access)

    def _shown(self, case_id: str) -> Availability:
        receiver = self._receiver(case_id)
        return "off" if receiver is None else self.availability(case_id, receiver)

    def _watch(self, committed: Committed) -> None:
        """Follow who has the cases of connected residents, and who of them still reads them."""
        event, access = committed.envelope.event, committed.access
        if self._open and isinstance(event, CaseChanged) and isinstance(access, CaseAccess):
            self._follow(event.case, access)

    def _follow(self, case: CaseRow, access: CaseAccess) -> None:
        if case.id not in self._access and not any(self._open.get(one) for one in access.readers):
            return
        if case.closed_at is not None:
            self._forget(case.id)
        else:
            self._put(case.id, access, access.assignee_id)

    def _forget(self, case_id: str) -> None:
        self._access.pop(case_id, None)
        self._assignee_of.pop(case_id, None)

    def _put(self, case_id: str, access: CaseAccess, assignee: str | None) -> None:
        """Remember who reads a case and who has it; the one who has it is told where that is news."""
        before, told = self._assignee_of.get(case_id), self._shown(case_id)
        self._access[case_id] = access
        if assignee is None:
            self._assignee_of.pop(case_id, None)
            return
        self._assignee_of[case_id] = assignee
        if assignee != before or self._shown(case_id) != told:
            self._tell((case_id,))


def _open_cases(conn: Connection, resident_id: str) -> list[CaseRecord]:
    rows = conn.execute(
        case_select().where(
            or_(cases.c.resident_id == resident_id, cases.c.acting_proxy_id == resident_id),
            cases.c.closed_at.is_(None),
        )
    )
    return [record(row) for row in rows.mappings()]
