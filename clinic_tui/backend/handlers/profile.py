"""A staff member's own settings: the profile that residents see, and personal phrases."""

from typing import Any

from sqlalchemy import bindparam, insert, select, update

from clinic_tui.backend.audit import AuditEntry
from clinic_tui.backend.cases import OPEN_STATES, case_select, change_case, record, tell_case
from clinic_tui.backend.notices import choices_of, stored_choices
from clinic_tui.backend.phrases import phrase_of
from clinic_tui.backend.refused import invalid, not_found
from clinic_tui.backend.shifts import refresh
from clinic_tui.backend.store.tables import cases, phrases, staff
from clinic_tui.backend.streams import staff_stream
from clinic_tui.backend.tx import Tx
from clinic_tui.domain.note import is_blank
from clinic_tui.domain.refusals import N_
from clinic_tui.protocol.commands import PhraseAnswer, ProfileAnswer, SavePhrase, SaveProfile
from clinic_tui.protocol.events import PhraseChanged, ProfileChanged
from clinic_tui.protocol.ids import new_id
from clinic_tui.protocol.resources import PhraseInfo, Profile
from clinic_tui.protocol.team import NotifyChoice

_SAVE = (
    update(staff)
    .where(staff.c.id == bindparam("who"))
    .values(
        display_name=bindparam("new_name"),
        title=bindparam("new_title"),
        mobile=bindparam("new_mobile"),
        revision=staff.c.revision + 1,
    )
    .returning(staff.c.revision)
)
_NOTIFY = select(staff.c.notify).where(staff.c.id == bindparam("who"))
_SAVE_NOTIFY = update(staff).where(staff.c.id == bindparam("who")).values(notify=bindparam("new_notify"))
_MY_CASES = (
    case_select()
    .where(cases.c.assignee_id == bindparam("who"), cases.c.state.in_(OPEN_STATES))
    .order_by(cases.c.id)
    .with_for_update(of=cases)
)
_ADD_PHRASE = insert(phrases)
_MINE = select(phrases).where(phrases.c.id == bindparam("wanted"), phrases.c.owner_id == bindparam("who"))
_CHANGE_PHRASE = (
    update(phrases)
    .where(phrases.c.id == bindparam("wanted"))
    .values(
        shortcut=bindparam("new_shortcut"),
        title=bindparam("new_title"),
        body=bindparam("new_body"),
        active=bindparam("new_active"),
        revision=phrases.c.revision + 1,
    )
)


def save_profile(tx: Tx, command: SaveProfile) -> ProfileAnswer:
    """Change name, title and mobile; residents see the new name from now on, old messages keep theirs."""
    if is_blank(command.display_name):
        raise invalid("display_name", "profile.name_missing", "Write the name that residents see.")
    mobile = e164(command.mobile)
    member = tx.staff
    saved = {
        "who": member.id,
        "new_name": command.display_name.strip(),
        "new_title": command.title.strip(),
        "new_mobile": mobile,
    }
    mine = tx.conn.execute(_MY_CASES, {"who": member.id}).mappings().all()
    if command.notify is not None:
        tx.conn.execute(_SAVE_NOTIFY, {"who": member.id, "new_notify": stored_choices(command.notify)})
    revision = tx.conn.execute(_SAVE, saved).scalar_one()
    for row in mine:
        case = record(row)
        changed = change_case(tx, case, assignee_name=saved["new_name"], assignee_title=saved["new_title"])
        tell_case(tx, changed, "profile.changed")
    profile = Profile(
        staff_id=member.id,
        username=member.username,
        display_name=saved["new_name"],
        title=saved["new_title"],
        mobile=mobile,
        notify=_choices(tx),
        revision=revision,
    )
    refresh(tx, (member.id,), told=True)
    tx.emit(staff_stream(member.id), ProfileChanged(profile=profile))
    _log(tx, "profile", member.id, "profile_saved")
    return ProfileAnswer(profile=profile)


def own_profile(tx: Tx) -> Profile:
    """The profile of the staff member who asks, with their choice for every kind of news."""
    member = tx.staff
    return Profile(
        staff_id=member.id,
        username=member.username,
        display_name=member.display_name,
        title=member.title,
        mobile=member.mobile,
        notify=_choices(tx),
        revision=member.revision,
    )


def _choices(tx: Tx) -> tuple[NotifyChoice, ...]:
    return choices_of(tx.conn.execute(_NOTIFY, {"who": tx.staff.id}).scalar_one())


def e164(text: str) -> str:
    """A mobile number in E.164, Swedish where no country is given; empty stays empty (domain.md 2.11)."""
    if is_blank(text):
        return ""
    import phonenumbers

    try:
        number = phonenumbers.parse(text, "SE")
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_valid_number(number):
        raise invalid("mobile", "profile.mobile", "This is not a phone number.")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def save_phrase(tx: Tx, command: SavePhrase) -> PhraseAnswer:
    """Make or change a personal phrase; anybody else's does not exist here (domain.md 2.8)."""
    if is_blank(command.title) or is_blank(command.body):
        raise invalid("body", "phrase.empty", N_("A phrase needs a title and a text."))
    member = tx.staff
    values: dict[str, Any] = {
        "shortcut": command.shortcut.strip(),
        "title": command.title.strip(),
        "body": command.body,
        "active": command.active,
    }
    if command.phrase_id is None:
        phrase = PhraseInfo(id=f"p-{new_id(int(tx.now.timestamp() * 1000))}", scope="personal", **values)
        row = {"id": phrase.id, "scope": "personal", "owner_id": member.id, "unit_id": None, "revision": 1}
        tx.conn.execute(_ADD_PHRASE, {**row, **values, "category": ""})
    else:
        found = tx.conn.execute(_MINE, {"wanted": command.phrase_id, "who": member.id}).mappings()
        stored = found.one_or_none()
        if stored is None:
            raise not_found()
        changes = {f"new_{name}": value for name, value in values.items()}
        tx.conn.execute(_CHANGE_PHRASE, {"wanted": command.phrase_id, **changes})
        phrase = phrase_of({**stored, **values, "revision": stored["revision"] + 1})
    tx.emit(staff_stream(member.id), PhraseChanged(phrase=phrase))
    _log(tx, "phrase", phrase.id, "phrase_saved")
    return PhraseAnswer(phrase=phrase)


def _log(tx: Tx, kind: str, object_id: str, code: str) -> None:
    unit = tx.assignment.unit_id if tx.session and tx.session.assignment else ""
    entry = AuditEntry(action="UPDATE", code=code, object_type=kind, object_id=object_id, unit_id=unit)
    tx.audit(entry)
