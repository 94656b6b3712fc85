"""Small builders of rows, details and snapshots for tests of the desk."""

from datetime import UTC, datetime, timedelta
from typing import Any

from clinic_tui.protocol.events import CaseChanged, Envelope, Event, MessageChanged
from clinic_tui.protocol.resources import (
    Assignment,
    CaseDetail,
    CaseRow,
    Contact,
    Cursor,
    DeskSnapshot,
    History,
    Message,
    PriorityInfo,
    Profile,
    Region,
    ResidentRef,
    StaffRef,
    UnitInfo,
)

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ME = StaffRef(id="anna", name="Anna Lind", title="Sjuksköterska")
EBBA = StaffRef(id="ebba", name="Ebba Nyman")


def case_id(number: int) -> str:
    return f"00000000-0000-7000-8000-{number:012d}"


def row(number: int = 1, *, waited: int = 10, **changes: Any) -> CaseRow:
    values: dict[str, Any] = {
        "id": case_id(number),
        "kind": "drop_in",
        "origin": "resident_triage",
        "state": "waiting",
        "unit_id": "backby",
        "queue_role": "nurse",
        "service_code": "symptom",
        "resident": ResidentRef(id="r1", name="Omar Haddad", birth_date=None, age=9, sex="male"),
        "reason": "Hosta",
        "priority": 3,
        "priority_source": "triage",
        "queued_at": NOW - timedelta(minutes=waited),
        "version": 1,
        "revision": 1,
    }
    return CaseRow(**(values | changes))


def taken(number: int = 1, *, by: StaffRef = ME, state: str = "in_progress", **changes: Any) -> CaseRow:
    return row(number, **{"assignee": by, "state": state, "accepted_at": NOW, "revision": 5, **changes})


def message(seq: int, *, number: int = 1, author: str = "resident", **changes: Any) -> Message:
    values: dict[str, Any] = {
        "id": f"m{number}-{seq}",
        "case_id": case_id(number),
        "seq": seq,
        "author": author,
        "author_id": "r1",
        "author_name": "Omar Haddad",
        "body": f"rad {seq}",
        "sent_at": NOW + timedelta(seconds=seq),
    }
    return Message(**(values | changes))


def detail(of: CaseRow, messages: tuple[Message, ...] = (), **changes: Any) -> CaseDetail:
    values: dict[str, Any] = {
        "row": of,
        "history": History(),
        "contact": Contact(person_number="19121212-1212", listed_unit="", mobile="", language="sv"),
        "messages": messages,
    }
    return CaseDetail(**(values | changes))


def snapshot(*cases: CaseRow, mine: tuple[CaseDetail, ...] = (), **changes: Any) -> DeskSnapshot:
    values: dict[str, Any] = {
        "server_time": NOW,
        "region": Region(name="", priorities=(PriorityInfo(priority=3, name="", target_minutes=30),)),
        "profile": Profile(staff_id="anna", username="anna", display_name="Anna Lind", title=""),
        "assignment": Assignment(id="a1", unit_id="backby", unit_name="Bäckby", role="nurse"),
        "roles_seen": ("nurse",),
        "permissions": ("accept_drop_in",),
        "units": (UnitInfo(id="backby", name="Bäckby", kind="health_centre"),),
        "staff": (ME, EBBA),
        "phrases": (),
        "cases": cases,
        "mine": mine,
        "cursors": (Cursor(stream="unit:backby", seq=10), Cursor(stream="staff:anna", seq=10)),
    }
    return DeskSnapshot(**(values | changes))


def event(seq: int, what: Event | CaseRow | Message, stream: str = "unit:backby") -> Envelope:
    if isinstance(what, CaseRow):
        what = CaseChanged(case=what, cause="case.changed")
    elif isinstance(what, Message):
        what, stream = MessageChanged(message=what), "staff:anna" if stream == "unit:backby" else stream
    return Envelope(stream=stream, seq=seq, at=NOW, event=what)
