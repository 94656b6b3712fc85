"""What a staff member holds, and handing it on when their account is closed or their role ends."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Select, bindparam, or_, select, text, update

from clinic_tui.backend.audit import AuditEntry
from clinic_tui.backend.cases import CaseRecord, assigned_to, case_select, change_case, move_case, record
from clinic_tui.backend.circle import leave, remove_person, stored_people
from clinic_tui.backend.conversations import admit, expel
from clinic_tui.backend.handlers.common import is_chat, log, tell_all
from clinic_tui.backend.notices import notify
from clinic_tui.backend.store.tables import cases
from clinic_tui.backend.store.team_tables import participants, tickets, verifications
from clinic_tui.backend.targets import Target
from clinic_tui.backend.tx import Tx
from clinic_tui.domain.async_chats import ASYNC_HELD
from clinic_tui.domain.cases import HELD, CaseKind, CaseState
from clinic_tui.domain.leaving import state_without_assignee
from clinic_tui.domain.roles import Permission
from clinic_tui.domain.tickets import TicketState

HeldKind = Literal[
    "visit", "unsigned_visit", "chat", "booking", "hand_over", "invitation", "verification", "ticket"
]
_STATES = (*sorted(state.value for state in HELD), *sorted(state.value for state in ASYNC_HELD))
_OWN = case_select().where(cases.c.assignee_id == bindparam("who"), cases.c.state.in_(_STATES))
_BOOKED = case_select().where(
    cases.c.booked_id == bindparam("who"),
    or_(cases.c.assignee_id.is_(None), cases.c.assignee_id != bindparam("who")),
    cases.c.state.in_([CaseState.BOOKED.value, *_STATES]),
)
_OFFERED = case_select().where(text("cases.hand_over <> ''"))
_INVITED = (
    case_select()
    .join(participants, participants.c.case_id == cases.c.id)
    .where(participants.c.staff_id == bindparam("who"))
)
_TO_VERIFY = select(verifications.c.id, verifications.c.unit_id, verifications.c.resident_id).where(
    verifications.c.asked_of_id == bindparam("who"), verifications.c.state == "open"
)
_TICKETS = select(tickets.c.id, tickets.c.unit_id).where(
    tickets.c.issuer_id == bindparam("who"), tickets.c.state == TicketState.ISSUED.value
)
_UNASK = (
    update(verifications)
    .where(verifications.c.id == bindparam("which"))
    .values(asked_of_id=None, asked_of_name="", asked_of_title="", revision=verifications.c.revision + 1)
)


@dataclass(frozen=True, kw_only=True)
class Held:
    """One thing that waits for a staff member, and to whom it went."""

    kind: HeldKind
    id: str
    unit_id: str
    to: str = ""
    """The staff id of the colleague who has it now; empty for its queue, or for nobody in particular."""


class Holdings:
    """Everything that waits for one staff member, at every unit or at one."""

    def __init__(self, tx: Tx, staff_id: str, unit_id: str | None = None) -> None:
        self._tx, self._who = tx, staff_id

        def found(statement: Select[Any]) -> tuple[CaseRecord, ...]:
            locked = statement.order_by(cases.c.id).with_for_update(of=cases)
            rows = tx.conn.execute(locked, {"who": staff_id}).mappings()
            return tuple(one for one in map(record, rows) if unit_id in {None, one.unit_id})

        self._own = found(_OWN)
        self._booked = found(_BOOKED)
        offers = found(_OFFERED)
        self._offered = tuple(one for one in offers if one.offered and one.offered.receiver.id == staff_id)
        self._invited = found(_INVITED)
        verify = tx.conn.execute(_TO_VERIFY, {"who": staff_id}).all()
        self._verify = [row for row in verify if unit_id in {None, row.unit_id}]
        issued = tx.conn.execute(_TICKETS, {"who": staff_id}).all()
        self._tickets = [row for row in issued if unit_id in {None, row.unit_id}]

    def listed(self, colleague: Target | None = None) -> tuple[Held, ...]:
        """What is held, and where `hand_on` would bring it."""
        own: list[tuple[HeldKind, CaseRecord]] = [(_kind(one), one) for one in self._own]
        booked: list[tuple[HeldKind, CaseRecord]] = [("booking", one) for one in self._booked]
        found = [
            Held(kind=kind, id=one.id, unit_id=one.unit_id, to=_receiver(one, colleague))
            for kind, one in (*own, *booked)
        ]
        found += [Held(kind="hand_over", id=one.id, unit_id=one.unit_id) for one in self._offered]
        found += [Held(kind="invitation", id=one.id, unit_id=one.unit_id) for one in self._invited]
        found += [Held(kind="verification", id=row.id, unit_id=row.unit_id) for row in self._verify]
        found += [Held(kind="ticket", id=row.id, unit_id=row.unit_id) for row in self._tickets]
        return tuple(found)

    def hand_on(self, colleague: Target | None) -> tuple[Held, ...]:
        """Give everything to a colleague who takes such cases, else to its queue; what went where.

        Tickets stay valid, and are only listed.
        """
        told = self.listed(colleague)
        self.hand_on_cases(lambda _case: False, colleague)
        for case in self._invited:
            self._uninvite(case)
        for row in self._verify:
            self._tx.conn.execute(_UNASK, {"which": row.id})
            self._log_unasked(row)
        return told

    def hand_on_cases(self, keeps: Callable[[CaseRecord], bool], colleague: Target | None = None) -> int:
        """Hand on the cases alone, save those that stay because another role takes them; how many went."""
        went = 0
        for found, act in (
            (self._own, self._pass_on),
            (self._booked, self._rebook),
            (self._offered, self._return_offer),
        ):
            for case in found:
                if not keeps(case):
                    act(case, colleague)
                    went += 1
        return went

    def _pass_on(self, case: CaseRecord, colleague: Target | None) -> None:
        """Give a case to the colleague, or back to its queue, with an answer to nobody's hand-over of it."""
        tx = self._tx
        if colleague is not None and takes(colleague, case):
            case = move_case(tx, case, None, **assigned_to(colleague.ref))
            admit(tx, case.id, colleague.ref)
            notify(tx, colleague.ref.id, "assigned", case=case)
            code, to = "assigned", colleague.ref.id
        else:
            scheduled = case.kind == CaseKind.SCHEDULED.value
            state = state_without_assignee(case.state, scheduled=scheduled) or case.state
            changes: dict[str, Any] = {"state": state, **assigned_to(None)}
            if state != CaseState.ENDED_UNSIGNED.value:
                changes |= {"accepted_at": None, "started_at": None, "meeting_since": None, "readers": "[]"}
            for person in case.invited:
                expel(tx, case.id, person.id)
            case = move_case(tx, case, None, **changes)
            code, to = "left_to_queue", ""
        expel(tx, case.id, self._who)
        if case.booked_id == self._who:
            case = self._named(case, colleague if code == "assigned" else None)
        log(tx, case, "UPDATE", code, to)
        tell_all(tx, case, f"case.{code}")

    def _rebook(self, case: CaseRecord, colleague: Target | None) -> None:
        to = colleague if colleague is not None and takes(colleague, case) else None
        case = self._named(case, to)
        if to is not None:
            notify(self._tx, to.ref.id, "assigned", case=case)
        log(self._tx, case, "UPDATE", "assigned" if to else "left_to_queue", to.ref.id if to else "")
        tell_all(self._tx, case, "case.assigned")

    def _named(self, case: CaseRecord, to: Target | None) -> CaseRecord:
        """A booked visit is meant for the colleague now, or for anybody with the role."""
        ref = to.ref if to else None
        return move_case(
            self._tx,
            case,
            None,
            booked_id=ref.id if ref else None,
            booked_name=ref.name if ref else "",
            booked_title=ref.title if ref else "",
        )

    def _return_offer(self, case: CaseRecord, _colleague: Target | None) -> None:
        tx, offer = self._tx, case.offered
        leave(tx, case.id, self._who)
        case = change_case(tx, case, hand_over="")
        if offer is not None:
            notify(tx, offer.sender.id, "hand_over_returned", case=case)
        log(tx, case, "UPDATE", "hand_over_returned")
        tell_all(tx, case, "case.hand_over_returned")

    def _uninvite(self, case: CaseRecord) -> None:
        tx = self._tx
        remove_person(tx, case.id, self._who)
        left = tuple(person for person in case.invited if person.id != self._who)
        case = change_case(tx, case, participants=stored_people(left))
        expel(tx, case.id, self._who)
        log(tx, case, "UPDATE", "left", self._who)
        tell_all(tx, case, "case.left")

    def _log_unasked(self, row: Any) -> None:
        self._tx.audit(
            AuditEntry(
                action="UPDATE",
                code="verification_for_anybody",
                object_type="verification",
                object_id=row.id,
                unit_id=row.unit_id,
                resident_id=row.resident_id,
            )
        )


def _kind(case: CaseRecord) -> HeldKind:
    if is_chat(case):
        return "chat"
    return "unsigned_visit" if case.state == CaseState.ENDED_UNSIGNED.value else "visit"


def takes(person: Target, case: CaseRecord) -> bool:
    """Whether somebody takes cases of this case's queue."""
    needed = Permission.ANSWER_ASYNC if is_chat(case) else Permission.ACCEPT_DROP_IN
    return person.takes(case.unit_id, case.queue_role, needed)


def _receiver(case: CaseRecord, colleague: Target | None) -> str:
    return colleague.ref.id if colleague is not None and takes(colleague, case) else ""
