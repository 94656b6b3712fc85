"""Audio and video: the unit's meeting address, given to the resident in the chat (slide 27)."""

import secrets

from sqlalchemy import bindparam, select

from clinic_tui.backend.cases import CaseRecord, case_row, change_case, staff_case, tell_case
from clinic_tui.backend.guardians import receiver_of
from clinic_tui.backend.handlers.chat import add_to_case
from clinic_tui.backend.handlers.common import is_on_screen, log
from clinic_tui.backend.refused import blocked, by_rule
from clinic_tui.backend.sms.outbox import queue_resident_text
from clinic_tui.backend.store.tables import units
from clinic_tui.backend.tx import Tx
from clinic_tui.domain.async_chats import ASYNC_HELD
from clinic_tui.domain.booking import check_call, meeting_address
from clinic_tui.domain.cases import CaseState
from clinic_tui.i18n import _
from clinic_tui.protocol.commands import CaseAnswer
from clinic_tui.protocol.ids import new_id
from clinic_tui.protocol.patient_commands import CloseMeeting, OpenMeeting
from clinic_tui.protocol.resources import Message

_UNIT = select(units.c.name, units.c.meeting_url).where(units.c.id == bindparam("wanted"))
_TALKING = frozenset({CaseState.IN_PROGRESS.value, *(state.value for state in ASYNC_HELD)})


def open_meeting(tx: Tx, command: OpenMeeting) -> CaseAnswer:
    """Go over to audio or video; the address stands in the chat, and never in an SMS (domain.md 2.7).

    The room has one name for the whole case. A call that goes on only changes between audio and video.
    """
    case = _mine(tx, command.case_id)
    unit = tx.conn.execute(_UNIT, {"wanted": case.unit_id}).one()
    no = check_call(template=unit.meeting_url, going_on=case.meeting_since is not None, opening=True)
    if no is not None:
        raise by_rule(no)
    if case.meeting_since is not None:
        case = change_case(tx, case, mode=command.mode)
        log(tx, case, "UPDATE", "meeting_changed")
        return _answer(tx, case, "meeting.changed")
    address = case.meeting_url or meeting_address(unit.meeting_url, secrets.token_hex(16)) or ""
    case = change_case(tx, case, mode=command.mode, meeting_url=address, meeting_since=tx.now)
    text = _("Video call") if command.mode == "video" else _("Audio call")
    body = _("{kind}: open this address in your browser. {address}").format(kind=text, address=address)
    message = Message(
        id=new_id(int(tx.now.timestamp() * 1000)),
        case_id=case.id,
        seq=case.message_count + 1,
        author="system",
        author_id="",
        author_name=unit.name,
        body=body,
        sent_at=tx.now,
    )
    case, _row = add_to_case(tx, case, message)
    if not is_on_screen(tx, case):
        call = _("The call has begun. Log in to 1177 to take part. You cannot answer this SMS.")
        queue_resident_text(tx, case, receiver_of(tx, case), call, kind="meeting")
    log(tx, case, "UPDATE", "meeting_opened")
    return _answer(tx, case, "meeting.opened")


def close_meeting(tx: Tx, command: CloseMeeting) -> CaseAnswer:
    """End the call; the visit goes on."""
    case = staff_case(tx, command.case_id)
    if case.assignee_id != tx.staff.id:
        raise blocked("case.not_assignee", case.assignee, case.changed_at)
    no = check_call(template="", going_on=case.meeting_since is not None, opening=False)
    if no is not None:
        raise by_rule(no)
    case = change_case(tx, case, meeting_since=None)
    log(tx, case, "UPDATE", "meeting_closed")
    return _answer(tx, case, "meeting.closed")


def _mine(tx: Tx, case_id: str) -> CaseRecord:
    """A case the staff member has, in a state in which one talks."""
    case = staff_case(tx, case_id)
    if case.assignee_id != tx.staff.id:
        raise blocked("case.not_assignee", case.assignee, case.changed_at)
    if case.state not in _TALKING:
        early = case.state == CaseState.ACCEPTED.value
        raise blocked("case.not_started" if early else "case.finished", case.changed_by, case.changed_at)
    return case


def _answer(tx: Tx, case: CaseRecord, cause: str) -> CaseAnswer:
    tell_case(tx, case, cause)
    return CaseAnswer(case=case_row(case, tx.now, tx.region))
