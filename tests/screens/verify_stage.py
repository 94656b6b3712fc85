"""Things to verify: a note, a new priority, one that came back, a text that did not arrive."""

from datetime import timedelta
from typing import Any

from clinic_tui.protocol.care import Verification
from clinic_tui.protocol.resources import CaseDetail, CaseRow, Note
from tests.desks import EBBA, ME, NOW, case_id, detail, taken
from tests.screens.visits_stage import resident

NOTE = (
    "Kontaktorsak\nSår i munnen sedan två veckor.\n\nBedömning\nAfte. Lokalbehandling, åter om det inte läkt."
)
NOTE_ID = "00000000-0000-7000-8000-00000000a001"


def item(number: int, kind: str = "note_countersign", **changes: Any) -> Verification:
    values: dict[str, Any] = {
        "id": f"00000000-0000-7000-8000-00000000b{number:03d}",
        "kind": kind,
        "state": "open",
        "unit_id": "ekens",
        "case_id": case_id(200 + number),
        "resident": resident(1 + number % 4),
        "asked_by": EBBA,
        "asked_at": NOW - timedelta(minutes=40 - number),
    }
    return Verification(**(values | changes))


def items() -> tuple[Verification, ...]:
    return (
        item(1, note_id=NOTE_ID, asked_of=ME, detail="Stämmer doseringen?"),
        item(2, "priority_change", detail="4 → 2: sämre sedan i morse"),
        item(3, note_id=NOTE_ID, asked_by=ME, asked_of=EBBA, state="returned", comment="Skriv till allergin.",
             decided_by=EBBA, decided_at=NOW - timedelta(minutes=5), revision=2),
        item(4, note_id=NOTE_ID, asked_by=ME, asked_of=EBBA),
        item(5, "sms_failed", asked_by=None, detail="visit_soon"),
    )  # fmt: skip


def closed_case(one: Verification) -> CaseRow:
    return taken(
        1, id=one.case_id, by=EBBA, state="closed", resident=one.resident, unit_id="ekens", closed_at=NOW
    )


def with_note(one: Verification, **changes: Any) -> CaseDetail:
    """The case of an item, with the note that is to be verified."""
    note = Note(
        id=NOTE_ID,
        case_id=one.case_id or "",
        number=1,
        body=NOTE,
        source="manual",
        signed_by=EBBA,
        signed_at=NOW - timedelta(minutes=50),
    )
    return detail(closed_case(one), notes=(note,), **changes)
