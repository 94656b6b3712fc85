"""The permission matrix, row by row."""

import pytest

from clinic_tui.domain.roles import Grant, Permission, Role, allows

COLUMNS = (
    Role.NURSE,
    Role.DOCTOR,
    Role.REHAB,
    Role.PSYCHOSOCIAL,
    Role.MEDICAL_ADMIN,
    Role.ADVICE_NURSE,
    Role.CONTACT_CENTRE,
    Role.UNIT_ADMIN,
    Role.MANAGER,
    Role.AUDITOR,
)
MARKS = {"X": Grant.ALL, "o": Grant.OWN, "u": Grant.UNIT, "-": Grant.NONE}
MATRIX = {
    Permission.SEE_DROP_IN_QUEUE: "XXXX-X--X-",
    Permission.SEE_ADMIN_QUEUE: "X---X-X-X-",
    Permission.PREVIEW_CASE: "XXXXXXX-X-",
    Permission.ACCEPT_DROP_IN: "XXXX-X----",
    Permission.TAKE_OVER: "XXXX-X----",
    Permission.RELEASE_FOR_OTHERS: "--------X-",
    Permission.ANSWER_ASYNC: "XXXXXXX---",
    Permission.CREATE_ASYNC: "XXXXXXX---",
    Permission.ISSUE_TICKET_OWN_UNIT: "XXXXXXX---",
    Permission.ISSUE_TICKET_OTHER_UNIT: "XX---XX---",
    Permission.SIGN_NOTE: "ooooooo---",
    Permission.SIGN_FOR_COLLEAGUE: "--------u-",
    Permission.VERIFY: "-X------X-",
    Permission.CHANGE_PRIORITY: "XX---X----",
    Permission.ADMINISTER_UNIT: "-------X--",
    Permission.ADMINISTER_HOURS: "-------XX-",
    Permission.SEE_STATISTICS: "-------XX-",
    Permission.READ_ACCESS_LOG: "ooooooo-uX",
}


@pytest.mark.parametrize("permission", Permission)
def test_every_role_has_the_grant_of_the_matrix(permission: Permission) -> None:
    found = "".join(
        next(mark for mark, grant in MARKS.items() if grant is allows(role, permission)) for role in COLUMNS
    )
    assert found == MATRIX[permission]


def test_the_matrix_covers_every_role() -> None:
    assert set(COLUMNS) == set(Role)


def test_no_grant_is_false_in_a_condition() -> None:
    assert not Grant.NONE
    assert all(grant for grant in Grant if grant is not Grant.NONE)


def test_a_manager_only_reads_gives_back_cases_and_sees_to_ended_visits() -> None:
    changing = {
        Permission.ACCEPT_DROP_IN,
        Permission.TAKE_OVER,
        Permission.ANSWER_ASYNC,
        Permission.CREATE_ASYNC,
        Permission.SIGN_NOTE,
        Permission.CHANGE_PRIORITY,
    }
    assert not any(allows(Role.MANAGER, permission) for permission in changing)


def test_an_extra_permission_belongs_to_the_person_and_not_the_role() -> None:
    extra = frozenset({Permission.SIGN_FOR_COLLEAGUE})
    assert allows(Role.NURSE, Permission.SIGN_FOR_COLLEAGUE, extra) is Grant.ALL
    assert allows(Role.NURSE, Permission.SIGN_FOR_COLLEAGUE) is Grant.NONE
    assert allows(Role.NURSE, Permission.VERIFY, extra) is Grant.NONE
