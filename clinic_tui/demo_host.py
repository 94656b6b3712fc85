"""Where the demo's data meets the backend: the data set becomes rows of a store."""

from datetime import datetime, timedelta

from clinic_tui.backend.seed import (
    Seed,
    SeedAssignment,
    SeedCase,
    SeedNote,
    SeedPhrase,
    SeedResident,
    SeedStaff,
    SeedUnit,
    seed_store,
)
from clinic_tui.backend.store import Store
from clinic_tui.demo.dataset import Dataset
from clinic_tui.demo.records import Case, EarlierCase, Resident, Staff, Unit, assignment_id
from clinic_tui.demo_messages import identifier, seed_messages
from clinic_tui.demo_team import booked_case, chat_case, open_ticket
from clinic_tui.domain.person_id import parse
from clinic_tui.protocol.resources import Answer, History


async def seed_from_dataset(store: Store, dataset: Dataset, now: datetime, password: str) -> None:
    """Put the demo's data into an empty store. Every account gets this password."""
    await seed_store(store, seed_of(dataset, now), password)


def seed_of(dataset: Dataset, now: datetime) -> Seed:
    """The data set as rows; its minutes and days count back from `now`."""
    return Seed(
        units=tuple(_unit(unit, dataset) for unit in dataset.units),
        staff=tuple(_staff(member) for member in dataset.staff),
        residents=tuple(_resident(resident) for resident in dataset.residents),
        cases=(
            *(_case(case, dataset, now) for case in dataset.cases),
            *(_earlier(case, now) for case in dataset.earlier),
            *(chat_case(chat, dataset, now) for chat in dataset.chats if not chat.comes_later),
            *(booked_case(visit, now) for visit in dataset.visits),
        ),
        tickets=tuple(open_ticket(ticket, now) for ticket in dataset.tickets),
        phrases=tuple(
            SeedPhrase(
                id=phrase.id,
                scope=phrase.scope,
                unit_id=phrase.unit,
                owner_id=phrase.owner,
                shortcut=phrase.shortcut,
                title=phrase.title,
                category=phrase.category,
                body=phrase.body,
            )
            for phrase in dataset.phrases
        ),
    )


def _unit(unit: Unit, dataset: Dataset) -> SeedUnit:
    return SeedUnit(
        id=unit.id,
        name=unit.name,
        kind=unit.kind,
        hsa_id=unit.hsa_id,
        care_provider_id=dataset.region.care_provider.id,
        phone=unit.phone,
        parent_id=unit.parent,
        no_answer_minutes=unit.no_answer_minutes,
        no_answer_text=unit.no_answer_text,
        meeting_url=unit.meeting_url,
        hours=tuple(
            {"valid_from": row.valid_from.isoformat(), "closed_dates": row.closed_dates, **row.week}
            for row in unit.hours
        ),
    )


def _staff(member: Staff) -> SeedStaff:
    return SeedStaff(
        id=member.id,
        hsa_id=member.hsa_id,
        username=member.username,
        name=member.name,
        display_name=member.display_name,
        title=member.title,
        mobile=member.mobile or "",
        assignments=tuple(
            SeedAssignment(
                id=assignment_id(member.id, given),
                unit_id=given.unit,
                role=given.role,
            )
            for given in member.assignments
        ),
    )


def _resident(resident: Resident) -> SeedResident:
    person = parse(resident.personal_number)
    return SeedResident(
        id=resident.id,
        person_number=person.value,
        name=f"{resident.given_name} {resident.family_name}",
        birth_date=person.birth_date,
        sex=person.sex.value,
        protected=resident.protected,
        listed_unit_id=resident.listed_unit,
        mobile=resident.mobile or "",
        language=resident.language,
        guardians=resident.guardians,
    )


def _case(case: Case, dataset: Dataset, now: datetime) -> SeedCase:
    def ago(minutes: int | None) -> datetime | None:
        return None if minutes is None else now - timedelta(minutes=minutes)

    return SeedCase(
        id=identifier(case.id),
        state=case.state,
        unit_id=case.unit,
        queue_role=case.queue_role,
        resident_id=case.resident,
        acting_proxy_id=case.proxy,
        child=case.proxy is not None,
        reason=case.reason,
        priority=case.priority,
        priority_source="ticket" if case.ticket else "triage",
        origin="ticket" if case.ticket else "resident_triage",
        from_ticket=case.ticket is not None,
        service_code=case.service_code,
        queued_at=now - timedelta(minutes=case.waited_minutes),
        accepted_at=ago(case.accepted_minutes),
        started_at=ago(case.started_minutes),
        ended_at=ago(case.ended_minutes),
        close_reason="treated" if case.state == "ended_unsigned" else None,
        assignee_id=case.assignee,
        history=_history(case),
        messages=seed_messages(case, dataset, now),
    )


def _history(case: Case) -> History:
    triage = case.triage
    return History(
        free_text=case.free_text,
        post_triage=tuple(Answer(question=a.question, answer=a.answer) for a in case.post_triage_answers),
        red_flags=tuple(
            Answer(question=a.question, answer=a.answer, positive=a.positive) for a in case.red_flags
        ),
        answers=tuple(Answer(question=a.question, answer=a.answer) for a in case.answers),
        auto_history=case.note_text,
        triage=f"{triage.provider} {triage.version}, {triage.ruleset}" if triage else "",
    )


def _earlier(case: EarlierCase, now: datetime) -> SeedCase:
    closed_at = now - timedelta(days=case.days_ago)
    note_id = identifier(f"{case.id}#note")
    note = SeedNote(id=note_id, body=case.note, signed_by_id=case.staff, signed_at=closed_at)
    return SeedCase(
        id=identifier(case.id),
        kind=case.kind,
        state="closed",
        unit_id=case.unit,
        queue_role="nurse",
        resident_id=case.resident,
        reason=case.reason,
        priority=None,
        service_code=case.service_code,
        queued_at=closed_at - timedelta(minutes=40),
        accepted_at=closed_at - timedelta(minutes=25),
        started_at=closed_at - timedelta(minutes=20),
        ended_at=closed_at,
        closed_at=closed_at,
        close_reason=case.close_reason,
        assignee_id=case.staff,
        notes=(note,),
    )
