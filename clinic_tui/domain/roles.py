"""Who may do what: the roles, the permissions and the matrix that joins them."""

from enum import StrEnum


class Role(StrEnum):
    """A staff member's role at one unit; it decides which queues and actions are theirs (domain.md 2.11)."""

    NURSE = "nurse"
    DOCTOR = "doctor"
    REHAB = "rehab"
    PSYCHOSOCIAL = "psychosocial"
    MEDICAL_ADMIN = "medical_admin"
    ADVICE_NURSE = "advice_nurse"
    CONTACT_CENTRE = "contact_centre"
    UNIT_ADMIN = "unit_admin"
    MANAGER = "manager"
    AUDITOR = "auditor"


class Permission(StrEnum):
    """Something that a role may or may not do; the rows of the matrix in domain.md 2.11."""

    SEE_DROP_IN_QUEUE = "see_drop_in_queue"
    SEE_ADMIN_QUEUE = "see_admin_queue"
    PREVIEW_CASE = "preview_case"
    ACCEPT_DROP_IN = "accept_drop_in"
    TAKE_OVER = "take_over"
    RELEASE_FOR_OTHERS = "release_for_others"
    ANSWER_ASYNC = "answer_async"
    CREATE_ASYNC = "create_async"
    ISSUE_TICKET_OWN_UNIT = "issue_ticket_own_unit"
    ISSUE_TICKET_OTHER_UNIT = "issue_ticket_other_unit"
    SIGN_NOTE = "sign_note"
    SIGN_FOR_COLLEAGUE = "sign_for_colleague"
    VERIFY = "verify"
    CHANGE_PRIORITY = "change_priority"
    ADMINISTER_UNIT = "administer_unit"
    ADMINISTER_HOURS = "administer_hours"
    SEE_STATISTICS = "see_statistics"
    READ_ACCESS_LOG = "read_access_log"


class Grant(StrEnum):
    """How far a permission reaches. False in a condition only when it is `NONE`."""

    NONE = "none"
    OWN = "own"
    """One's own cases, notes or log rows."""
    UNIT = "unit"
    """Everything at one's own unit, where that is less than all."""
    ALL = "all"

    def __bool__(self) -> bool:
        return self is not Grant.NONE


_CARE = frozenset({Role.NURSE, Role.DOCTOR, Role.REHAB, Role.PSYCHOSOCIAL})
_LIVE = _CARE | {Role.ADVICE_NURSE}
_ANSWERING = _LIVE | {Role.MEDICAL_ADMIN, Role.CONTACT_CENTRE}

_ALL: dict[Permission, frozenset[Role]] = {
    Permission.SEE_DROP_IN_QUEUE: _LIVE | {Role.MANAGER},
    Permission.SEE_ADMIN_QUEUE: frozenset(
        {Role.NURSE, Role.MEDICAL_ADMIN, Role.CONTACT_CENTRE, Role.MANAGER}
    ),
    Permission.PREVIEW_CASE: _ANSWERING | {Role.MANAGER},
    Permission.ACCEPT_DROP_IN: _LIVE,
    Permission.TAKE_OVER: _LIVE,
    Permission.RELEASE_FOR_OTHERS: frozenset({Role.MANAGER}),
    Permission.ANSWER_ASYNC: _ANSWERING,
    Permission.CREATE_ASYNC: _ANSWERING,
    Permission.ISSUE_TICKET_OWN_UNIT: _ANSWERING,
    Permission.ISSUE_TICKET_OTHER_UNIT: frozenset(
        {Role.NURSE, Role.DOCTOR, Role.ADVICE_NURSE, Role.CONTACT_CENTRE}
    ),
    Permission.VERIFY: frozenset({Role.DOCTOR, Role.MANAGER}),
    Permission.CHANGE_PRIORITY: frozenset({Role.NURSE, Role.DOCTOR, Role.ADVICE_NURSE}),
    Permission.ADMINISTER_UNIT: frozenset({Role.UNIT_ADMIN}),
    Permission.ADMINISTER_HOURS: frozenset({Role.UNIT_ADMIN, Role.MANAGER}),
    Permission.SEE_STATISTICS: frozenset({Role.UNIT_ADMIN, Role.MANAGER}),
    Permission.READ_ACCESS_LOG: frozenset({Role.AUDITOR}),
}
_OWN: dict[Permission, frozenset[Role]] = {
    Permission.SIGN_NOTE: _ANSWERING,
    Permission.READ_ACCESS_LOG: _ANSWERING,
}
_UNIT: dict[Permission, frozenset[Role]] = {
    Permission.SIGN_FOR_COLLEAGUE: frozenset({Role.MANAGER}),
    Permission.READ_ACCESS_LOG: frozenset({Role.MANAGER}),
}
SIGNERS = _ANSWERING
"""The roles that may be named to sign for colleagues: those that sign notes of their own."""


def allows(role: Role, permission: Permission, extra: frozenset[Permission] = frozenset()) -> Grant:
    """How far `permission` reaches for `role` (domain.md 2.11).

    `extra` holds permissions given to this one staff member beside the role: a unit names whoever signs
    for colleagues there (`SIGN_FOR_COLLEAGUE`). A manager sees queues and reads cases there but has no
    permission that changes them, save giving a case back and seeing to a colleague's ended visit.
    """
    if permission in extra or role in _ALL.get(permission, frozenset()):
        return Grant.ALL
    if role in _UNIT.get(permission, frozenset()):
        return Grant.UNIT
    if role in _OWN.get(permission, frozenset()):
        return Grant.OWN
    return Grant.NONE
