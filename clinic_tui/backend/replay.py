"""What a connection that comes back has missed, and the access log's row of it (domain.md 2.13)."""

from sqlalchemy import Connection

from clinic_tui.backend.access import CaseAccess, Viewer
from clinic_tui.backend.audit import AuditEntry
from clinic_tui.backend.context import Backend
from clinic_tui.backend.delivery import Committed, delivered, subject_of
from clinic_tui.backend.event_access import Reading, events_to_deliver, people_in
from clinic_tui.backend.sessions import Session
from clinic_tui.backend.tx import Tx
from clinic_tui.protocol.events import Envelope, Withheld


class Replay:
    """One connection's replay: nothing about a case is handed out before the access log names it.

    The log has one row for each batch that shows staff a case the replay had not shown before: one in all,
    for almost every replay. Residents read what is their own.
    """

    def __init__(self, backend: Backend, session: Session, viewer: Viewer) -> None:
        self._backend = backend
        self._session = session
        self._viewer = viewer
        self._named: set[str] = set()

    async def after(self, stream: str, seq: int, most: int) -> tuple[Envelope, ...]:
        """At most so many events of a stream that come after a number, as the viewer may have them now."""
        backend, now = self._backend, self._backend.clock.now()
        found = await backend.store.read(
            lambda conn: events_to_deliver(Reading(conn, now, backend.region), stream, seq, most)
        )
        told = [(delivered(self._viewer, one), one) for one in found]
        if self._session.party == "staff":
            await self._log([one for envelope, one in told if not isinstance(envelope.event, Withheld)])
        return tuple(envelope for envelope, _ in told)

    async def _log(self, shown: list[Committed]) -> None:
        """Name in the access log the cases and residents that are about to be shown anew."""
        cases = {
            subject.id
            for one in shown
            if isinstance(one.access, CaseAccess) and (subject := subject_of(one.envelope.event)) is not None
        }
        people = {one.access.resident_id for one in shown if isinstance(one.access, CaseAccess)}
        people |= {person for one in shown for person in people_in(one.envelope.event)}
        new_cases, new_people = sorted(cases - self._named), sorted(people - self._named)
        if new_cases or new_people:
            await self._backend.store.write(lambda conn: self._write(conn, new_cases, new_people))
            self._named |= cases | people

    def _write(self, conn: Connection, cases: list[str], people: list[str]) -> None:
        backend, assignment = self._backend, self._session.assignment
        tx = Tx(
            conn=conn,
            now=backend.clock.now(),
            session=self._session,
            region=backend.region,
            settings=backend.settings,
        )
        unit = assignment.unit_id if assignment is not None else ""
        tx.audit(
            AuditEntry(
                action="LIST",
                code="replayed",
                object_type="cases",
                object_id=unit,
                unit_id=unit,
                shown=tuple(cases),
                residents=tuple(people),
            )
        )
        tx.finish()
