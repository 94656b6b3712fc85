"""Residents: finding one by number, opening the profile, adding one, and their mobile number."""

from typing import Any

from sqlalchemy import bindparam, insert, select, update

from clinic_tui.backend.chat_texts import text_old_number
from clinic_tui.backend.grounds import known_resident
from clinic_tui.backend.profiles import log_resident, profile_of, resident_to_contact
from clinic_tui.backend.refused import Refused, invalid
from clinic_tui.backend.rules import local_date
from clinic_tui.backend.store.tables import residents
from clinic_tui.backend.tx import Tx
from clinic_tui.domain.note import is_blank
from clinic_tui.domain.person_id import InvalidPersonId, PersonId, parse
from clinic_tui.domain.refusals import Refusal
from clinic_tui.domain.residents import check_new
from clinic_tui.domain.roles import Permission
from clinic_tui.protocol.ids import new_id
from clinic_tui.protocol.patient_commands import (
    CreateResident,
    FindResident,
    OpenResident,
    ProfileOpened,
    ResidentFound,
    SaveContact,
)
from clinic_tui.protocol.patients import ResidentProfile

_BY_NUMBER = select(residents).where(residents.c.person_number == bindparam("number"))
_ADD = insert(residents)
_SAVE = update(residents).where(residents.c.id == bindparam("who")).values(mobile=bindparam("new_mobile"))
_FIELDS = {"resident.name_missing": "name", "resident.mobile": "mobile"}


def find_resident(tx: Tx, command: FindResident) -> ResidentFound:
    """Look a resident up by the whole number; logged, found or not, without the number (domain.md 3)."""
    tx.require(Permission.PREVIEW_CASE)
    number = _number(tx, command.person_number)
    profile = _look_up(tx, number)
    if profile is None:
        log_resident(tx, "SEARCH", "resident_not_found", None)
    return ResidentFound(profile=profile, person_number=number.value)


def _look_up(tx: Tx, number: PersonId) -> ResidentProfile | None:
    """The resident with this number as a look-up shows them, with its row in the access log."""
    row = tx.conn.execute(_BY_NUMBER, {"number": number.value}).mappings().one_or_none()
    if row is None:
        return None
    profile = profile_of(tx, row)
    log_resident(tx, "SEARCH", "resident_found", row["id"], profile)
    return profile


def open_resident(tx: Tx, command: OpenResident) -> ProfileOpened:
    """Open the profile of a resident one has a ground to open."""
    tx.require(Permission.PREVIEW_CASE)
    profile = profile_of(tx, known_resident(tx, command.resident_id))
    log_resident(tx, "READ", "profile_opened", command.resident_id, profile)
    return ProfileOpened(profile=profile)


def create_resident(tx: Tx, command: CreateResident) -> ProfileOpened:
    """Add a resident who was looked up and not found; birth date and sex come from the number.

    One who has it already is looked up, with the rights, the answer and the logged row of `find_resident`.
    """
    tx.require(Permission.CREATE_ASYNC)
    tx.require(Permission.PREVIEW_CASE)
    number = _number(tx, command.person_number)
    mobile = _mobile(command.mobile)
    refusal = check_new(name=command.name, mobile=mobile)
    if refusal is not None:
        raise _not_added(refusal)
    known = _look_up(tx, number)
    if known is not None:
        return ProfileOpened(profile=known, already_there=True)
    row: dict[str, Any] = {
        "id": f"r-{new_id(int(tx.now.timestamp() * 1000))}",
        "person_number": number.value,
        "name": " ".join(command.name.split()),
        "birth_date": number.birth_date,
        "sex": number.sex.value,
        "mobile": mobile,
    }
    tx.conn.execute(_ADD, row)
    log_resident(tx, "CREATE", "resident_created", row["id"])
    stored = tx.conn.execute(_BY_NUMBER, {"number": number.value}).mappings().one()
    return ProfileOpened(profile=profile_of(tx, stored))


def save_contact(tx: Tx, command: SaveContact) -> ProfileOpened:
    """Change a resident's mobile number; an empty one is taken away, as when somebody else has it.

    Whoever has the old number is told, so that nobody's texts go elsewhere unnoticed.
    """
    tx.require(Permission.CREATE_ASYNC)
    before = resident_to_contact(tx, command.resident_id, command.ground)
    mobile = _mobile(command.mobile)
    if not mobile and not is_blank(command.mobile):
        raise _not_added(Refusal(rule="resident.mobile"))
    tx.conn.execute(_SAVE, {"who": command.resident_id, "new_mobile": mobile})
    told = mobile != before["mobile"] and text_old_number(tx, before["mobile"])
    profile = profile_of(tx, known_resident(tx, command.resident_id))
    log_resident(tx, "UPDATE", "contact_saved", command.resident_id, profile)
    return ProfileOpened(profile=profile, old_number_told=told)


def _number(tx: Tx, text: str) -> PersonId:
    """The number, refused with the rule it breaks (domain.md 7.4).

    Which kinds residents may sign in with is the region's choice; staff find those with any (5.27).
    """
    try:
        return parse(text, today=local_date(tx.region, tx.now), regional=tx.region.reserve_formats)
    except InvalidPersonId as no:
        raise invalid("person_number", no.rule, no.reason) from None


def _mobile(text: str) -> str:
    """A number that takes text messages, in E.164, Swedish where no country is given; else empty."""
    import phonenumbers

    try:
        number = phonenumbers.parse(text, "SE")
    except phonenumbers.NumberParseException:
        return ""
    landline = phonenumbers.PhoneNumberType.FIXED_LINE
    if not phonenumbers.is_valid_number(number) or phonenumbers.number_type(number) == landline:
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _not_added(refusal: Refusal) -> Refused:
    return invalid(_FIELDS[refusal.rule], refusal.rule, refusal.reason)
