"""Residents' profiles for tests of the patients view and of what is started there."""

from datetime import timedelta
from typing import Any

from clinic_tui.protocol.care import Ticket
from clinic_tui.protocol.patients import AccessEntry, ResidentProfile
from clinic_tui.protocol.resources import Contact, EarlierCase, PhraseInfo, ResidentRef, UnitInfo
from tests.desks import EBBA, ME, NOW, case_id, row, taken

KARIN = ResidentRef(id="karin", name="Karin Lindström", birth_date=None, age=71, sex="female")
ELSA = ResidentRef(id="elsa", name="Elsa Lindström", birth_date=None, age=4, sex="female")
UNITS = (
    UnitInfo(
        id="ekens",
        name="Ekens vårdcentral",
        kind="health_centre",
        phone="021-17 00 00",
        roles=("nurse", "doctor"),
    ),
    UnitInfo(id="backby", name="Bäckby vårdcentral", kind="health_centre", roles=("nurse",), async_days=14),
    UnitInfo(id="akuten", name="Jourmottagningen", kind="health_centre", roles=("advice_nurse",), mine=False),
)
PHRASES = (
    PhraseInfo(
        id="p1",
        scope="unit",
        unit_id="ekens",
        shortcut="svar",
        title="Provsvar",
        body="Hej {resident_first_name}, ring {phone}.",
    ),
    PhraseInfo(
        id="p2", scope="unit", unit_id="ekens", shortcut="tid", title="Återkomst", body="Kom kl {tid?}."
    ),
)


def ticket(number: int = 1, **changes: Any) -> Ticket:
    """A ticket that holds a week."""
    values: dict[str, Any] = {
        "id": f"00000000-0000-7000-9000-{number:012d}",
        "resident": KARIN,
        "unit_id": "ekens",
        "unit_name": "Ekens vårdcentral",
        "role": "nurse",
        "reason": "Såromläggning",
        "issuer": EBBA,
        "issuer_unit_id": "ekens",
        "issued_at": NOW - timedelta(days=1),
        "valid_until": NOW + timedelta(days=6),
        "state": "issued",
    }
    return Ticket(**(values | changes))


def profile(**changes: Any) -> ResidentProfile:
    """Karin with a case, an earlier one, two tickets, a child, and who has looked."""
    chat = row(
        31,
        kind="async",
        state="awaiting_staff",
        assignee=ME,
        resident=KARIN,
        reason="Fakturafråga",
        priority=None,
    )
    values: dict[str, Any] = {
        "resident": KARIN,
        "contact": Contact(
            person_number="550205-2656", listed_unit="Ekens vårdcentral", mobile="+46701740605", language="sv"
        ),
        "can_be_reached": True,
        "children": (ELSA,),
        "cases": (chat, taken(32, by=EBBA, resident=KARIN, reason="Hosta")),
        "elsewhere": 1,
        "earlier": (
            EarlierCase(
                id=case_id(90),
                kind="drop_in",
                reason="Yrsel",
                closed_at=NOW - timedelta(days=90),
                close_reason="treated",
                unit_name="Ekens vårdcentral",
                staff_name="Ebba Nyman",
                note="Benign lägesyrsel.\nÅter vid behov.",
            ),
        ),
        "tickets": (ticket(1), ticket(2, state="redeemed", role="doctor")),
        "access": (
            AccessEntry(
                at=NOW - timedelta(minutes=46),
                who="Anna Ek",
                title="sjuksköterska",
                unit_name="Ekens vårdcentral",
                action="READ",
                code="read",
                case_id=case_id(31),
            ),
            AccessEntry(at=NOW - timedelta(days=2), who="", unit_name="", action="UPDATE", code="unheard_of"),
        ),
    }
    return ResidentProfile(**(values | changes))
