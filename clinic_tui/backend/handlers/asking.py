"""Administrative questions: a resident's own way to an asynchronous chat (slide 8, domain.md 4.2)."""

from dataclasses import dataclass

from sqlalchemy import RowMapping, select

from clinic_tui.backend.chats import NewChat, Parties, open_chat
from clinic_tui.backend.handlers.chat import add_to_case, check_body, resident_message
from clinic_tui.backend.handlers.common import log, resident_case, tell_all
from clinic_tui.backend.handlers.seeking import people_at_door
from clinic_tui.backend.notices import notify_queue
from clinic_tui.backend.refused import blocked, invalid
from clinic_tui.backend.store.tables import units
from clinic_tui.backend.tx import Tx
from clinic_tui.backend.units import roles_held
from clinic_tui.domain.async_chats import AsyncState
from clinic_tui.domain.cases import Origin
from clinic_tui.domain.refusals import N_
from clinic_tui.domain.region import ServiceTarget, UnitKind
from clinic_tui.domain.roles import Role
from clinic_tui.domain.routing import Target, queue_unit
from clinic_tui.i18n import _
from clinic_tui.protocol.commands import AskQuestion, ResidentCaseAnswer

_UNITS = select(units.c.id, units.c.kind, units.c.parent_id).order_by(units.c.id)
_YOUTH_CLINIC = "youth_clinic"


@dataclass(frozen=True, kw_only=True)
class _Place:
    unit_id: str
    queue_role: str
    reason: str


def ask_question(tx: Tx, command: AskQuestion) -> ResidentCaseAnswer:
    """Ask something that needs no triage: a new chat at the unit that the region's table names.

    Always possible, also while a visit blocks the drop-in (slide 55 is about visits).
    """
    target = tx.region.services.get(command.service_code)
    if target is None:
        raise invalid("service_code", "service.unknown", N_("The region has no such service."))
    check_body(command.body)
    patient, proxy = people_at_door(tx, command.child_id)
    place = _place(tx, patient, target, command.service_code)
    case = open_chat(
        tx,
        NewChat(
            unit_id=place.unit_id,
            queue_role=place.queue_role,
            parties=Parties(resident=patient, proxy=proxy),
            reason=place.reason,
            origin=Origin.RESIDENT_ADMIN,
            state=AsyncState.NEW,
            days=tx.region.async_days,
            service_code=command.service_code,
        ),
    )
    log(tx, case, "CREATE", "question_asked")
    tell_all(tx, case, "case.created")
    message = resident_message(tx, case, command.command_id, command.body)
    case, _row = add_to_case(tx, case, message)
    log(tx, case, "SEND", "resident_message")
    notify_queue(tx, case, "new_async")
    return ResidentCaseAnswer(case=resident_case(tx, case, (message,)))


def _place(tx: Tx, patient: RowMapping, target: ServiceTarget, code: str) -> _Place:
    """The unit and queue of a service. What is bound to a centre goes elsewhere for the unlisted."""
    found = tx.conn.execute(_UNITS).all()
    kinds = {row.kind: row.id for row in reversed(found)}
    parents = {row.id: row.parent_id for row in found if row.parent_id is not None}
    listed = patient["listed_unit_id"]
    centre = None if listed is None else queue_unit(listed, parents)
    contact, youth = kinds.get(UnitKind.CONTACT_CENTRE.value), kinds.get(_YOUTH_CLINIC)
    reason = service_name(code)
    if target is ServiceTarget.YOUTH_CLINIC and youth is not None:
        return _Place(unit_id=youth, queue_role=_admin_role(tx, youth, code), reason=reason)
    if centre is not None and (target is not ServiceTarget.CONTACT_CENTRE or contact is None):
        return _Place(unit_id=centre, queue_role=_admin_role(tx, centre, code), reason=reason)
    if contact is None:
        raise blocked("service.nowhere")
    if target is ServiceTarget.LISTED_CENTRE:
        reason = _("{service} (unlisted)").format(service=reason)
    return _Place(unit_id=contact, queue_role=Role.CONTACT_CENTRE.value, reason=reason)


def _admin_role(tx: Tx, unit_id: str, code: str) -> str:
    """Who answers at a unit: those for administrative cases where it has any, else who takes its intake."""
    care = code in {"child_health", _YOUTH_CLINIC}
    if not care and Role.MEDICAL_ADMIN.value in roles_held(tx, unit_id):
        return Role.MEDICAL_ADMIN.value
    return tx.region.routing.intake_roles[Target.CENTRE]


def service_name(code: str) -> str:
    """What a service is called, for the list; one the product does not know by its code."""
    names = {
        "vaccination": _("Vaccination"),
        "rebook": _("Cancel or rebook a visit"),
        "renew_prescription": _("Renew a prescription"),
        "invoice": _("Question about an invoice"),
        "care_guarantee": _("Question about the care guarantee"),
        "other": _("Other question"),
        "youth_clinic": _("Chat with the youth clinic"),
        "child_health": _("Contact with child health care"),
    }
    return names.get(code, code.replace("_", " "))
