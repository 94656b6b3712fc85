"""The queue: reading up, taking, giving back, taking over and starting the visit."""

from datetime import datetime

from clinic_tui.backend.cases import (
    READING_FOR,
    CaseRecord,
    case_row,
    change_case,
    encode_readers,
    readable_case,
    staff_case,
    tell_case,
)
from clinic_tui.backend.conversations import admit, expel
from clinic_tui.backend.details import case_detail_of
from clinic_tui.backend.handlers.common import facts_of, is_chat, is_on_screen, log, step, tell_all
from clinic_tui.backend.notices import notify
from clinic_tui.backend.sms.outbox import queue_your_turn
from clinic_tui.backend.streams import staff_stream
from clinic_tui.backend.tx import Tx
from clinic_tui.backend.undo import keep_case
from clinic_tui.domain.async_chats import AsyncState
from clinic_tui.domain.cases import CaseCommand, CaseKind, CaseState
from clinic_tui.domain.roles import Permission
from clinic_tui.domain.undoing import Undoable
from clinic_tui.protocol.commands import (
    AcceptCase,
    CaseAnswer,
    DetailAnswer,
    Done,
    ReadCase,
    ReleaseCase,
    StartVisit,
    StopReading,
    TakeOverCase,
)
from clinic_tui.protocol.events import AssignmentLost
from clinic_tui.protocol.resources import Reader


def read_case(tx: Tx, command: ReadCase) -> DetailAnswer:
    """Read up on a case; while it waits, colleagues see who reads. The resident is not told (slide 51)."""
    tx.require(Permission.PREVIEW_CASE, command.case_id)
    case = readable_case(tx, command.case_id)
    if case.state in {CaseState.WAITING.value, AsyncState.NEW.value}:
        mine = Reader(staff=tx.staff.ref, since=tx.now)
        case = _set_readers(tx, case, (*_others(tx, case, tx.now), mine))
    log(tx, case, "READ", "read")
    return DetailAnswer(detail=case_detail_of(tx, case))


def stop_reading(tx: Tx, command: StopReading) -> Done:
    """No longer be shown as a reader."""
    case = staff_case(tx, command.case_id)
    left = _others(tx, case, tx.now)
    if left != case.reading:
        _set_readers(tx, case, left)
    return Done()


def _others(tx: Tx, case: CaseRecord, now: datetime) -> tuple[Reader, ...]:
    return tuple(r for r in case.reading if r.staff.id != tx.staff.id and now - r.since < READING_FOR)


def _set_readers(tx: Tx, case: CaseRecord, readers: tuple[Reader, ...]) -> CaseRecord:
    case = change_case(tx, case, readers=encode_readers(readers))
    tell_case(tx, case, "case.readers")
    return case


def accept_case(tx: Tx, command: AcceptCase) -> DetailAnswer:
    """Take a waiting case: one wins, the others are told who did (slide 52).

    The resident of a drop-in case gets an SMS; that of a chat does when somebody writes (slide 25).
    """
    case = staff_case(tx, command.case_id)
    tx.require(Permission.ANSWER_ASYNC if is_chat(case) else Permission.ACCEPT_DROP_IN, command.case_id)
    case = step(
        tx,
        case,
        CaseCommand.ACCEPT,
        facts_of(tx, case),
        version=command.version,
        accepted_at=tx.now,
        readers="[]",
    )
    if case.kind == CaseKind.DROP_IN.value:
        queue_your_turn(tx, case)
    log(tx, case, "UPDATE", "accepted")
    tell_all(tx, case, "case.accepted")
    return DetailAnswer(detail=case_detail_of(tx, case))


def release_case(tx: Tx, command: ReleaseCase) -> CaseAnswer:
    """Put a case back with its old queue time; refused once a message was sent (domain.md 2.1.1).

    An ended visit whose note a colleague never signed is let go of instead: see `_let_go`.
    """
    case = before = staff_case(tx, command.case_id)
    if case.state == CaseState.ENDED_UNSIGNED.value:
        return _let_go(tx, case, command)
    invited = case.invited
    case = step(
        tx, case, CaseCommand.RELEASE, facts_of(tx, case), version=command.version, accepted_at=None, unread=0
    )
    for person in invited:
        expel(tx, case.id, person.id)
    keep_case(tx, command.command_id, Undoable.RELEASE, before, case)
    log(tx, case, "UPDATE", "released")
    tell_all(tx, case, "case.released")
    return CaseAnswer(case=case_row(case, tx.now, tx.region), undo_id=command.command_id)


def _let_go(tx: Tx, case: CaseRecord, command: ReleaseCase) -> CaseAnswer:
    """Nobody has an ended visit any more: its resident is free, and whoever takes it signs the note."""
    before = case.assignee
    case = step(tx, case, CaseCommand.RELEASE, facts_of(tx, case), version=command.version)
    log(tx, case, "UPDATE", "ended_released", before.id if before else "")
    tell_all(tx, case, "case.released")
    if before is not None:
        notify(tx, before.id, "let_go", case=case, who=tx.staff.ref)
    return CaseAnswer(case=case_row(case, tx.now, tx.region))


def start_visit(tx: Tx, command: StartVisit) -> CaseAnswer:
    """Open the chat (slide 53); the resident of a scheduled visit is told by SMS (domain.md 2.6)."""
    case = staff_case(tx, command.case_id)
    case = step(
        tx, case, CaseCommand.START_VISIT, facts_of(tx, case), version=command.version, started_at=tx.now
    )
    if case.kind == CaseKind.SCHEDULED.value and case.mode != "phone" and not is_on_screen(tx, case):
        queue_your_turn(tx, case)
    log(tx, case, "UPDATE", "started")
    tell_all(tx, case, "case.started")
    return CaseAnswer(case=case_row(case, tx.now, tx.region))


def take_over_case(tx: Tx, command: TakeOverCase) -> DetailAnswer:
    """Take a case from a colleague, who is told; asks for a confirmation first (slide 40)."""
    case = staff_case(tx, command.case_id)
    ended = case.state == CaseState.ENDED_UNSIGNED.value
    if not (ended and tx.allows(Permission.SIGN_FOR_COLLEAGUE)):
        tx.require(Permission.ANSWER_ASYNC if is_chat(case) else Permission.TAKE_OVER, command.case_id)
    before = case.assignee
    facts = facts_of(tx, case, confirmed=command.confirmed)
    case = step(tx, case, CaseCommand.TAKE_OVER, facts, version=command.version)
    log(tx, case, "UPDATE", "taken_over")
    tell_all(tx, case, "case.taken_over")
    if before is not None:
        lost = AssignmentLost(case_id=case.id, by=tx.staff.ref, at=tx.now)
        tx.emit(staff_stream(before.id), lost)
        notify(tx, before.id, "taken_over", case=case, who=tx.staff.ref)
    admit(tx, case.id, tx.staff.ref)
    return DetailAnswer(detail=case_detail_of(tx, case))
