"""Which permission each staff command needs, checked in one place before its handler (domain.md 2.11)."""

from clinic_tui.backend.refused import forbidden
from clinic_tui.backend.tx import Tx
from clinic_tui.domain.roles import Permission

_OWN_CASE = frozenset({Permission.ACCEPT_DROP_IN, Permission.ANSWER_ASYNC})
_READ = frozenset({Permission.PREVIEW_CASE})
_WRITE_TO = frozenset({Permission.CREATE_ASYNC})
_SIGN = frozenset({Permission.SIGN_NOTE, Permission.SIGN_FOR_COLLEAGUE})
_UNIT = frozenset({Permission.ADMINISTER_UNIT})
_HOURS = frozenset({Permission.ADMINISTER_HOURS})

NEEDED: dict[str, frozenset[Permission] | None] = {
    "read_case": _READ,
    "stop_reading": _READ,
    "accept_case": _OWN_CASE,
    "release_case": _OWN_CASE | {Permission.RELEASE_FOR_OTHERS, Permission.SIGN_FOR_COLLEAGUE},
    "start_visit": _OWN_CASE,
    "take_over_case": frozenset(
        {Permission.TAKE_OVER, Permission.ANSWER_ASYNC, Permission.SIGN_FOR_COLLEAGUE}
    ),
    "post_message": _OWN_CASE,
    "mark_read": _OWN_CASE,
    "save_draft": _OWN_CASE | _SIGN,
    "end_visit": _OWN_CASE,
    "end_no_answer": _OWN_CASE,
    "sign_note": _SIGN,
    "amend_note": _SIGN,
    "save_profile": None,
    "save_phrase": None,
    "create_chat": _WRITE_TO,
    "send_one_way": _WRITE_TO,
    "mark_done": _OWN_CASE,
    "close_chat": _OWN_CASE,
    "prolong_chat": _OWN_CASE,
    "continue_chat": _WRITE_TO,
    "issue_ticket": frozenset({Permission.ISSUE_TICKET_OWN_UNIT, Permission.ISSUE_TICKET_OTHER_UNIT}),
    "redirect_case": frozenset({Permission.ACCEPT_DROP_IN}),
    "cancel_ticket": frozenset({Permission.ISSUE_TICKET_OWN_UNIT}),
    "assign_case": _OWN_CASE,
    "hand_over_case": _OWN_CASE,
    "answer_hand_over": _OWN_CASE,
    "withdraw_hand_over": _OWN_CASE,
    "invite_colleague": _OWN_CASE,
    "leave_case": _READ,
    "start_conversation": _READ,
    "say_to_staff": _READ,
    "read_conversation": _READ,
    "close_conversation": _READ,
    "set_presence": None,
    "read_notices": None,
    "end_shift": None,
    "find_resident": _READ,
    "open_resident": _READ,
    "create_resident": _WRITE_TO,
    "save_contact": _WRITE_TO,
    "book_visit": _WRITE_TO,
    "rebook_visit": _WRITE_TO,
    "cancel_visit": _WRITE_TO,
    "mark_no_show": _WRITE_TO,
    "open_meeting": _OWN_CASE,
    "close_meeting": _OWN_CASE,
    "change_priority": frozenset({Permission.CHANGE_PRIORITY}),
    "ask_to_verify": frozenset({Permission.SIGN_NOTE}),
    "decide_verification": frozenset({Permission.VERIFY, Permission.PREVIEW_CASE}),
    "settle_verification": _READ,
    "mark_documented": _SIGN,
    "undo_action": _OWN_CASE | _WRITE_TO | {Permission.RELEASE_FOR_OTHERS, Permission.ISSUE_TICKET_OWN_UNIT},
    "open_unit": _HOURS,
    "save_unit": _UNIT,
    "save_hours": _HOURS,
    "save_unit_phrase": _UNIT,
    "save_role": _UNIT,
    "save_signer": _UNIT,
}
"""Any one of these lets a role send the command; None lets everybody. What a role may do with one case, such
as a drop-in and not a chat, its handler decides."""


def check_permission(tx: Tx, name: str) -> None:
    """Refused with 403, and a row in the access log, where the role may not send the command at all."""
    needed = NEEDED[name]
    if needed is None or (tx.assignment and any(tx.allows(permission) for permission in needed)):
        return
    raise forbidden()
