"""A unit's administrator: settings, hours, phrases and roles of their own unit (slide 27, domain.md 2.10)."""

from msgspec.structs import replace

from clinic_tui.backend.refused import blocked, not_found
from clinic_tui.backend.tx import Tx
from clinic_tui.backend.unit_changes import log_unit, save_phrase_of, save_settings, save_unit_hours
from clinic_tui.backend.unit_roles import end_role, give_role, set_signer
from clinic_tui.backend.units import settings_of
from clinic_tui.domain.roles import Permission
from clinic_tui.protocol.unit import HoursException, HoursRow
from clinic_tui.protocol.unit_commands import (
    OpenUnit,
    SaveHours,
    SaveRole,
    SaveSigner,
    SaveUnit,
    SaveUnitPhrase,
    UnitAnswer,
)


def open_unit(tx: Tx, command: OpenUnit) -> UnitAnswer:
    """Everything that can be set at the unit; for managers too, who may change its hours."""
    _own(tx, command.unit_id, Permission.ADMINISTER_HOURS)
    log_unit(tx, command.unit_id, "unit_opened", action="READ")
    return _answer(tx, command.unit_id)


def save_unit(tx: Tx, command: SaveUnit) -> UnitAnswer:
    """Change the settings; a template that is empty gives the region's back."""
    _own(tx, command.unit_id, Permission.ADMINISTER_UNIT)
    template = command.keyword_template
    values = {
        "phone": command.phone,
        "no_answer_minutes": command.no_answer_minutes,
        "no_answer_text": command.no_answer_text,
        "hand_over_minutes": command.hand_over_minutes,
        "async_days": command.async_days,
        "meeting_url": command.meeting_url,
        "keyword_template": "" if template == tx.region.keyword_template else template,
    }
    save_settings(tx, command.unit_id, values)
    return _answer(tx, command.unit_id)


def save_hours(tx: Tx, command: SaveHours) -> UnitAnswer:
    """Change weekly hours and the dates that differ."""
    _own(tx, command.unit_id, Permission.ADMINISTER_HOURS)
    hours = (
        HoursRow(valid_from=row.valid_from, week=row.week, closed_dates=row.closed_dates)
        for row in command.hours
    )
    exceptions = (HoursException(on=row.on, hours=row.hours, reason=row.reason) for row in command.exceptions)
    save_unit_hours(tx, command.unit_id, hours, exceptions)
    return _answer(tx, command.unit_id)


def save_unit_phrase(tx: Tx, command: SaveUnitPhrase) -> UnitAnswer:
    """Make, change or take away a phrase of the unit."""
    _own(tx, command.unit_id, Permission.ADMINISTER_UNIT)
    save_phrase_of(tx, command.unit_id, command)
    return _answer(tx, command.unit_id)


def save_role(tx: Tx, command: SaveRole) -> UnitAnswer:
    """Give or end a role; never one's own, so that nobody opens records to themselves (domain.md 2.11)."""
    _own(tx, command.unit_id, Permission.ADMINISTER_UNIT)
    if command.staff_id == tx.staff.id:
        raise blocked("unit.own_role")
    asked = (tx, command.unit_id, command.staff_id, command.role)
    if not command.ended:
        give_role(*asked)
        return _answer(tx, command.unit_id)
    went = end_role(*asked)
    return replace(_answer(tx, command.unit_id), handed_on=went)


def save_signer(tx: Tx, command: SaveSigner) -> UnitAnswer:
    """Name whoever signs for colleagues, or no longer; never oneself."""
    _own(tx, command.unit_id, Permission.ADMINISTER_UNIT)
    if command.staff_id == tx.staff.id:
        raise blocked("unit.own_role")
    set_signer(tx, command.unit_id, command.staff_id, command.role, ended=command.ended)
    return _answer(tx, command.unit_id)


def _own(tx: Tx, unit_id: str, permission: Permission) -> None:
    """Refused with 403 without the permission, and with 404 for another unit than the assignment's."""
    tx.require(permission)
    if unit_id not in tx.assignment.units:
        raise not_found()


def _answer(tx: Tx, unit_id: str) -> UnitAnswer:
    settings = settings_of(tx.conn, tx.region, unit_id)
    if settings is None:
        raise not_found()
    return UnitAnswer(settings=settings)
