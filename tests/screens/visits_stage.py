"""A day of scheduled visits, and residents to book for."""

from datetime import datetime, timedelta
from typing import Any

from clinic_tui.protocol.care import Booking
from clinic_tui.protocol.patients import ResidentProfile
from clinic_tui.protocol.resources import CaseDetail, CaseRow, Contact, ResidentRef, UnitInfo
from clinic_tui.protocol.team import Colleague
from tests.desks import EBBA, ME, NOW, detail, row

ANNA = ME
STAFF_PERMISSIONS = ("create_async", "accept_drop_in", "preview_case", "take_over", "verify")
_PEOPLE = {
    1: ("Karin Lindström", 71, "female"),
    2: ("Omar Haddad", 9, "male"),
    3: ("Per-Olov Sjö", 58, "male"),
    4: ("Lina Bergqvist", 33, "female"),
    5: ("", 40, "unknown"),
    6: ("Johan Ström", 27, "male"),
}


def resident(number: int) -> ResidentRef:
    name, age, sex = _PEOPLE[number]
    return ResidentRef(
        id=f"r{number}",
        name=name,
        birth_date=None,
        age=age,
        sex=sex,  # type: ignore[arg-type]
        protected="none" if name else "marked",
    )


def visit(number: int, minutes: int, *, mode: str = "video", length: int = 30, **changes: Any) -> CaseRow:
    """A visit that starts so many minutes from now."""
    start = changes.pop("start", NOW + timedelta(minutes=minutes))
    booking = Booking(
        starts_at=start,
        ends_at=start + timedelta(minutes=length),
        mode=mode,  # type: ignore[arg-type]
        staff=changes.pop("staff", ANNA),
    )
    values: dict[str, Any] = {
        "kind": "scheduled",
        "origin": "booking",
        "state": "booked",
        "unit_id": "ekens",
        "service_code": "visit",
        "resident": resident(number if number in _PEOPLE else 6),
        "reason": "Uppföljning av blodtryck",
        "priority": None,
        "booking": booking,
        "queued_at": NOW - timedelta(days=3),
        **changes,
    }
    return row(100 + number, **values)


def the_day() -> tuple[CaseRow, ...]:
    """Two that are over, one late, one in progress, three to come."""
    return (
        visit(1, -90, mode="phone", state="closed", assignee=ANNA, closed_at=NOW, revision=9),
        visit(3, -60, state="no_show", revision=7, reason="Provsvar"),
        visit(
            6, -25, mode="audio", state="in_progress", assignee=EBBA, staff=EBBA, reason="Sömn", revision=6
        ),
        visit(4, -10, mode="chat", staff=None, reason="Eksem, uppföljning"),
        visit(2, 30, child=True, acting_proxy="Lejla Haddad", length=20, reason="Astma, uppföljning"),
        visit(5, 75, mode="phone", state="accepted", assignee=ANNA, revision=4, reason="Svar på prov"),
        visit(7, 120, mode="chat", staff=EBBA, state="cancelled", revision=5, reason="Rökstopp"),
    )


def phone_detail(of: CaseRow, **changes: Any) -> CaseDetail:
    contact = Contact(
        person_number="19551111-••••", listed_unit="Ekens vårdcentral", mobile="+46701740605", language="sv"
    )
    return detail(of, contact=contact, **changes)


def clinic(**changes: Any) -> dict[str, Any]:
    """What a desk needs to book visits."""
    unit = UnitInfo(
        id="ekens",
        name="Ekens vårdcentral",
        kind="health_centre",
        roles=("nurse", "doctor", "rehab"),
        meetings=True,
    )
    other = UnitInfo(id="backby", name="Bäckby vårdcentral", kind="health_centre", roles=("nurse",))
    colleagues = (
        Colleague(staff=ANNA, unit_id="ekens", role="nurse", presence="online", since=NOW),
        Colleague(staff=EBBA, unit_id="ekens", role="doctor", presence="busy", since=NOW, visits=1),
    )
    return {
        "units": (unit, other),
        "colleagues": colleagues,
        "permissions": STAFF_PERMISSIONS,
        **changes,
    }


def profile(number: int = 1, **changes: Any) -> ResidentProfile:
    contact = Contact(
        person_number="19550211-••••", listed_unit="Ekens vårdcentral", mobile="+46701740605", language="sv"
    )
    values: dict[str, Any] = {"resident": resident(number), "contact": contact, "can_be_reached": True}
    return ResidentProfile(**(values | changes))


def local(text: str) -> datetime:
    """A Swedish clock time such as `2026-03-02 09:00` as an instant."""
    from clinic_tui.domain.local_time import STOCKHOLM

    return datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM)
