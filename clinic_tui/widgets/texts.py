"""Words for values: names with age, states, roles, clock times. All text in and out is cleaned text."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from clinic_tui.domain.async_chats import AsyncState
from clinic_tui.domain.cases import CaseState
from clinic_tui.i18n import _, ngettext, pgettext
from clinic_tui.protocol.resources import CaseRow, Message, Region, ResidentRef
from clinic_tui.state.parts import ANSWERS, COMING, OFFERED, WAITING
from clinic_tui.widgets.wrapping import cut

ZONE = ZoneInfo("Europe/Stockholm")
"""Where times are shown (design.md 5)."""
_TAB_NAME, _MENU_NAME = 28, 9
"""Cells of a name in a tab, and of a first name in the menu."""


def clock(at: datetime | None) -> str:
    """An instant as HH:MM in Sweden; empty for none."""
    return at.astimezone(ZONE).strftime("%H:%M") if at else ""


def day(at: datetime) -> str:
    """An instant's date in Sweden, such as `3 mars 2026`."""
    local = at.astimezone(ZONE)
    return f"{local.day} {month(local.month)} {local.year}"


def month(number: int) -> str:
    """The name of a month, 1 to 12."""
    names = (
        pgettext("month", "January"),
        pgettext("month", "February"),
        pgettext("month", "March"),
        pgettext("month", "April"),
        pgettext("month", "May"),
        pgettext("month", "June"),
        pgettext("month", "July"),
        pgettext("month", "August"),
        pgettext("month", "September"),
        pgettext("month", "October"),
        pgettext("month", "November"),
        pgettext("month", "December"),
    )
    return names[number - 1]


def waited(since: datetime, now: datetime) -> str:
    """How long somebody has waited, as H:MM, or days from one on."""
    minutes = max(0, int((now - since) // timedelta(minutes=1)))
    days, rest = divmod(minutes, 24 * 60)
    if days:
        return _("{days} d {hours} h").format(days=days, hours=rest // 60)
    return f"{minutes // 60}:{minutes % 60:02d}"


def sex_letter(resident: ResidentRef) -> str:
    """The resident's sex in one letter."""
    if resident.sex == "unknown":
        return ""
    child = resident.age is not None and resident.age < 13
    if resident.sex == "female":
        return pgettext("girl", "G") if child else pgettext("woman", "W")
    return pgettext("boy", "B") if child else pgettext("man", "M")


def resident_name(resident: ResidentRef) -> str:
    """The resident's name, or that the identity is protected."""
    return resident.name or _("Protected identity")


def resident_short(resident: ResidentRef) -> str:
    """For a work list: name, age and sex letter, such as `Karin Lindström, 71 W`."""
    age = "" if resident.age is None else str(resident.age)
    rest = " ".join(part for part in (age, sex_letter(resident)) if part)
    return ", ".join(part for part in (resident_name(resident), rest) if part)


def hidden_cases_text(count: int) -> str:
    """How many earlier cases there are that the role may not read; nothing else is known of them."""
    return ngettext(
        "{count} earlier case that your role may not read",
        "{count} earlier cases that your role may not read",
        count,
    ).format(count=count)


def author_text(message: Message) -> str:
    """Who wrote a message; a resident whose identity is protected is not named."""
    if message.author == "system":
        return _("Automatic")
    if message.author_name:
        return message.author_name
    return _("Guardian") if message.author == "proxy" else _("Resident")


def resident_with_age(resident: ResidentRef) -> str:
    """For whoever one writes to or signs for: name and age in words."""
    if resident.age is None:
        return resident_name(resident)
    years = ngettext("{count} year", "{count} years", resident.age).format(count=resident.age)
    return f"{resident_name(resident)}, {years}"


def resident_tab(resident: ResidentRef) -> str:
    """For a tab: name and age, such as `Karin Lindström 71`; it is a long name that is cut."""
    name = cut(resident_name(resident), _TAB_NAME)
    return name if resident.age is None else f"{name} {resident.age}"


def resident_initial(resident: ResidentRef) -> str:
    """For the menu: first name, initial and age, such as `Karin L. 71`."""
    words = resident_name(resident).split()
    if len(words) > 1 and resident.name:
        short = f"{cut(words[0], _MENU_NAME)} {words[-1][0]}."
    else:
        short = cut(" ".join(words), _MENU_NAME + 4)
    return short if resident.age is None else f"{short} {resident.age}"


def resident_letters(resident: ResidentRef) -> str:
    """For the narrow menu: the initials; empty when the identity is protected."""
    words = resident.name.split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:]))


def state_text(row: CaseRow) -> str:
    """The case's state in a word or two."""
    texts: dict[str, str] = {
        CaseState.WAITING: pgettext("state", "Waiting"),
        CaseState.ACCEPTED: pgettext("state", "Taken"),
        CaseState.IN_PROGRESS: pgettext("state", "In progress"),
        CaseState.ENDED_UNSIGNED: pgettext("state", "Ended, not signed"),
        CaseState.CLOSED: pgettext("state", "Closed"),
        CaseState.CANCELLED: pgettext("state", "The resident left"),
        CaseState.REROUTED: pgettext("state", "Moved to another unit"),
        CaseState.SELF_CARE: pgettext("state", "Self-care"),
        CaseState.BOOKED: pgettext("state", "Booked"),
        CaseState.NO_SHOW: pgettext("state", "Did not come"),
        AsyncState.NEW: pgettext("state", "New"),
        AsyncState.AWAITING_STAFF: pgettext("state", "Waits for an answer"),
        AsyncState.AWAITING_RESIDENT: pgettext("state", "Answered"),
        AsyncState.HANDLED: pgettext("state", "Done"),
    }
    return texts.get(row.state, row.state)


def role_text(role: str) -> str:
    """A role's name."""
    return {
        "nurse": pgettext("role", "Nurse"),
        "doctor": pgettext("role", "Doctor"),
        "rehab": pgettext("role", "Rehab"),
        "psychosocial": pgettext("role", "Psychosocial"),
        "medical_admin": pgettext("role", "Medical administration"),
        "advice_nurse": pgettext("role", "Advice nurse"),
        "contact_centre": pgettext("role", "Contact centre"),
        "unit_admin": pgettext("role", "Unit administrator"),
        "manager": pgettext("role", "Manager"),
        "auditor": pgettext("role", "Auditor"),
    }.get(role, role)


def kind_text(kind: str) -> str:
    """A case kind's name."""
    return {
        "drop_in": pgettext("kind", "Drop-in"),
        "async": pgettext("kind", "Messages"),
        "scheduled": pgettext("kind", "Scheduled"),
    }.get(kind, kind)


def service_text(service: str) -> str:
    """A service's name; of a case without one, that staff began it; a new code is made readable."""
    return {
        "": pgettext("service", "Begun by staff"),
        "seek_care": pgettext("service", "Seek care"),
        "ticket": pgettext("service", "Drop-in ticket"),
        "vaccination": pgettext("service", "Vaccination"),
        "rebook": pgettext("service", "Rebook a visit"),
        "renew_prescription": pgettext("service", "Renew prescription"),
        "invoice": pgettext("service", "Invoice"),
        "care_guarantee": pgettext("service", "Care guarantee"),
        "other": pgettext("service", "Other question"),
        "child_health": pgettext("service", "Child health care"),
        "youth_clinic": pgettext("service", "Youth clinic"),
    }.get(service) or service.replace("_", " ").capitalize()


def priority_text(region: Region, priority: int | None) -> str:
    """What the region calls a priority; empty for none."""
    return next((info.name for info in region.priorities if info.priority == priority), "")


def part_text(name: str) -> str:
    """What a part of a list is called, by its name in `state.parts`."""
    known = {
        WAITING: _("Waiting now"),
        ANSWERS: _("Wait for my answer"),
        OFFERED: _("Offered to me by colleagues"),
        COMING: _("Scheduled visits to come"),
    }
    return known.get(name) or _("Waiting with priority {number}").format(number=name)


def language_text(code: str) -> str:
    """A language by its code, as in `speaks Swedish`; a code without a name as it is."""
    names = {
        "sv": pgettext("language", "Swedish"),
        "en": pgettext("language", "English"),
        "ar": pgettext("language", "Arabic"),
        "fi": pgettext("language", "Finnish"),
        "so": pgettext("language", "Somali"),
        "fa": pgettext("language", "Persian"),
        "pl": pgettext("language", "Polish"),
        "uk": pgettext("language", "Ukrainian"),
    }
    return names.get(code, code)
