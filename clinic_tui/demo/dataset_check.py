"""What must hold for the demo data as a whole, beyond the shape of each file."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator

from clinic_tui.demo.dataset import Case, Dataset, Resident, Script, Staff
from clinic_tui.domain.person_id import InvalidPersonId
from clinic_tui.domain.phrases import unknown
from clinic_tui.domain.roles import Role
from clinic_tui.domain.tables import BadTable

FICTION_MOBILE = re.compile(r"\+467017406(0[5-9]|[1-9][0-9])")
"""The telecom agency's mobile numbers for fiction: 070-174 06 05 to 99."""
FICTION_PHONE = re.compile(r"08-465 004 [0-9]{2}")
"""The telecom agency's Stockholm numbers for fiction."""
HSA_ID = re.compile(r"SE99[0-9]{8}-[A-Z0-9]{1,12}")
SLUG = re.compile(r"[a-z0-9_.:åäö-]{1,64}")
LINE_LIMIT = 80
BODY_LIMIT = 2_000
MINIMUM = {"units": 5, "staff": 12, "residents": 60, "cases": 40, "arrivals": 16, "phrases": 30}
"""How many there must be at least, so that every view has something to show."""


def check(dataset: Dataset, official_numbers: Collection[str] = ()) -> tuple[str, ...]:
    """Every fault found, as texts; empty when all is well.

    `official_numbers` are the tax agency's test identities; without them that check is left out.
    """
    return (
        *_counts(dataset),
        *_duplicates(dataset),
        *_units(dataset),
        *_staff(dataset),
        *_residents(dataset, official_numbers),
        *(fault for case in (*dataset.cases, *dataset.arrivals) for fault in _case(dataset, case)),
        *_busy_residents(dataset),
        *_phrases(dataset),
        *_earlier(dataset),
        *_texts(dataset),
    )


def _counts(dataset: Dataset) -> Iterator[str]:
    for kind, least in MINIMUM.items():
        found = len(getattr(dataset, kind))
        if found < least:
            yield f"{found} {kind}, at least {least} are needed"


def _twice(what: str, values: Iterable[str | None]) -> Iterator[str]:
    yield from (f"{what} {value} is there twice" for value, n in Counter(values).items() if value and n > 1)


def _duplicates(dataset: Dataset) -> Iterator[str]:
    people = (*dataset.staff, *dataset.residents)
    cases = (*dataset.cases, *dataset.arrivals, *dataset.earlier)
    for what, records in (("unit", dataset.units), ("person", people), ("case", cases)):
        yield from _twice(what, (record.id for record in records))
    yield from _twice("phrase", (phrase.id for phrase in dataset.phrases))
    yield from _twice("user name", (member.username for member in dataset.staff))
    yield from _twice("HSA id", (record.hsa_id for record in (*dataset.units, *dataset.staff)))
    yield from _twice("mobile", (person.mobile for person in people))
    yield from _twice("number", (resident.personal_number for resident in dataset.residents))
    yield from _twice("name", (person.name for person in people))


def _units(dataset: Dataset) -> Iterator[str]:
    for unit in dataset.units:
        if unit.parent is not None and unit.parent not in dataset.unit_by_id:
            yield f"unit {unit.id}: no unit {unit.parent}"
        if (unit.kind == "branch") != (unit.parent is not None):
            yield f"unit {unit.id}: a branch, and only a branch, has a parent"
        if not FICTION_PHONE.fullmatch(unit.phone):
            yield f"unit {unit.id}: {unit.phone} is not a number for fiction"
        if not HSA_ID.fullmatch(unit.hsa_id):
            yield f"unit {unit.id}: {unit.hsa_id} is not an HSA id"
        yield from (f"unit {unit.id}: no placeholder {name}" for name in unknown(unit.no_answer_text))
        yield from (f"unit {unit.id}: no role {role}" for role in unit.roles if role not in set(Role))
        try:
            unit.opening_hours()
        except BadTable as error:
            yield f"unit {error}"


def _staff(dataset: Dataset) -> Iterator[str]:
    for member in dataset.staff:
        yield from _mobile(member)
        if not HSA_ID.fullmatch(member.hsa_id):
            yield f"staff {member.id}: {member.hsa_id} is not an HSA id"
        if not member.assignments:
            yield f"staff {member.id}: has no assignment"
        for mission in member.assignments:
            if mission.unit not in dataset.unit_by_id:
                yield f"staff {member.id}: no unit {mission.unit}"
            for role in (mission.role, *mission.covers):
                if role not in set(Role):
                    yield f"staff {member.id}: no role {role}"


def _mobile(person: Staff | Resident) -> Iterator[str]:
    if person.mobile is not None and not FICTION_MOBILE.fullmatch(person.mobile):
        yield f"{person.id}: {person.mobile} is not a number for fiction"


def _residents(dataset: Dataset, official: Collection[str]) -> Iterator[str]:
    for resident in dataset.residents:
        yield from _mobile(resident)
        if official and resident.personal_number not in official:
            yield f"{resident.id}: the number is not an official test identity"
        try:
            _ = resident.person
        except InvalidPersonId as error:
            yield f"{resident.id}: {error}"
        if resident.listed_unit is not None and resident.listed_unit not in dataset.unit_by_id:
            yield f"{resident.id}: no unit {resident.listed_unit}"
        for guardian in resident.guardians:
            if guardian not in dataset.resident_by_id:
                yield f"{resident.id}: no guardian {guardian}"
            elif resident.protected != "none" or dataset.resident_by_id[guardian].protected != "none":
                yield f"{resident.id}: no proxy where an identity is protected"


def _case(dataset: Dataset, case: Case) -> Iterator[str]:
    """Faults of one case: who, where, in which order, and how its resident behaves."""
    unit, resident = dataset.unit_by_id.get(case.unit), dataset.resident_by_id.get(case.resident)
    if unit is None or case.queue_role not in unit.roles:
        yield f"{case.id}: no queue {case.unit}/{case.queue_role}"
    if resident is None:
        yield f"{case.id}: no resident {case.resident}"
    elif (case.proxy is not None or resident.guardians) and case.proxy not in resident.guardians:
        yield f"{case.id}: {case.proxy} is not a guardian of {case.resident}"
    if not 1 <= case.priority <= 5 or (case.ticket is not None and case.priority != 3):
        yield f"{case.id}: priority {case.priority}"
    if (case.ticket is None) == (case.triage is None):
        yield f"{case.id}: comes either from triage or from a ticket"
    if case.ticket is not None and case.ticket.issuer not in dataset.staff_by_id:
        yield f"{case.id}: no staff {case.ticket.issuer}"
    yield from _progress(dataset, case)
    yield from _script(dataset, case.id, case.script)


def _progress(dataset: Dataset, case: Case) -> Iterator[str]:
    """Faults in how far the case has come: who has it, and when things happened."""
    reached = ["waiting", "accepted", "in_progress", "ended_unsigned"].index(case.state)
    stages = (case.accepted_minutes, case.started_minutes, case.ended_minutes)
    times = [minutes for minutes in stages if minutes is not None]
    if len(times) != reached or sorted(times, reverse=True) != times:
        yield f"{case.id}: times do not fit {case.state}"
    if any(minutes > case.waited_minutes for minutes in times):
        yield f"{case.id}: taken before it was queued"
    member = dataset.staff_by_id.get(case.assignee or "")
    if (case.assignee is not None) != (reached > 0) or (reached > 0 and member is None):
        yield f"{case.id}: assignee {case.assignee}"
    if member and not any((m.unit, m.role) == (case.unit, case.queue_role) for m in member.assignments):
        yield f"{case.id}: {member.id} does not have the queue's role"
    ago = [message.minutes_ago for message in case.messages]
    if ago and (case.started_minutes is None or ago[0] > case.started_minutes):
        yield f"{case.id}: a message before the visit started"
    if sorted(ago, reverse=True) != ago:
        yield f"{case.id}: messages out of order"
    if any((m.author == "proxy") != (case.proxy is not None) for m in case.messages if m.author != "staff"):
        yield f"{case.id}: a message from the wrong side"


def _script(dataset: Dataset, owner: str, script: Script) -> Iterator[str]:
    known = {rules.id for rules in dataset.rule_sets}
    yield from (f"{owner}: no rule set {name}" for name in script.uses if name not in known)
    if not 1 <= script.patience_minutes <= 60:
        yield f"{owner}: patience {script.patience_minutes}"
    shared = [rules.rules for rules in dataset.rule_sets if rules.id in script.uses]
    for rule in (rule for rules in (script.rules, *shared) for rule in rules):
        if not rule.keywords or any(word != word.casefold().strip() or not word for word in rule.keywords):
            yield f"{owner}: keywords {rule.keywords}"


def _busy_residents(dataset: Dataset) -> Iterator[str]:
    """A resident with an unfinished drop-in cannot start another (slide 55)."""
    yield from _twice("a case of", (case.resident for case in (*dataset.cases, *dataset.arrivals)))


def _phrases(dataset: Dataset) -> Iterator[str]:
    for phrase in dataset.phrases:
        yield from (f"phrase {phrase.id}: no placeholder {name}" for name in unknown(phrase.body))
        owner = {"region": None, "unit": phrase.unit, "personal": phrase.owner}[phrase.scope]
        others = {"region": (phrase.unit, phrase.owner), "unit": (phrase.owner,), "personal": (phrase.unit,)}
        if (owner is None) != (phrase.scope == "region") or any(others[phrase.scope]):
            yield f"phrase {phrase.id}: scope {phrase.scope}"
        if phrase.unit is not None and phrase.unit not in dataset.unit_by_id:
            yield f"phrase {phrase.id}: no unit {phrase.unit}"
        if phrase.owner is not None and phrase.owner not in dataset.staff_by_id:
            yield f"phrase {phrase.id}: no staff {phrase.owner}"
        if not phrase.shortcut or re.search(r"\s", phrase.shortcut):
            yield f"phrase {phrase.id}: shortcut {phrase.shortcut!r}"
    yield from _twice("shortcut", (f"{p.scope} {p.unit or p.owner} {p.shortcut}" for p in dataset.phrases))


def _earlier(dataset: Dataset) -> Iterator[str]:
    for case in dataset.earlier:
        if case.resident not in dataset.resident_by_id:
            yield f"{case.id}: no resident {case.resident}"
        if case.unit not in dataset.unit_by_id:
            yield f"{case.id}: no unit {case.unit}"
        if case.staff not in dataset.staff_by_id:
            yield f"{case.id}: no staff {case.staff}"
        if case.days_ago < 1 or not case.note.strip():
            yield f"{case.id}: must be at least a day old and have a note"


def _texts(dataset: Dataset) -> Iterator[str]:
    """Ids that fit in an address, and texts that are neither blank nor too long for where they stand."""
    records = (*dataset.units, *dataset.staff, *dataset.residents, *dataset.cases, *dataset.arrivals)
    yield from (f"{r.id}: is not a slug" for r in (*records, *dataset.phrases) if not SLUG.fullmatch(r.id))
    lines = [(r.id, r.name) for r in (*dataset.units, *dataset.staff, *dataset.residents)]
    lines += [(c.id, c.reason) for c in (*dataset.cases, *dataset.arrivals, *dataset.earlier)]
    lines += [(p.id, text) for p in dataset.phrases for text in (p.title, p.shortcut, p.category)]
    bodies = [(p.id, p.body) for p in dataset.phrases] + [(u.id, u.no_answer_text) for u in dataset.units]
    for case in (*dataset.cases, *dataset.arrivals):
        bodies += [(case.id, text) for text in (case.free_text, case.note_text, case.script.closing)]
        bodies += [(case.id, message.body) for message in case.messages]
        bodies += [(case.id, rule.answer) for rule in case.script.rules]
    for limit, texts in ((LINE_LIMIT, lines), (BODY_LIMIT, bodies)):
        for owner, text in texts:
            if not text.strip() or text != text.strip() or len(text) > limit:
                yield f"{owner}: text blank, padded or over {limit} characters: {text[:30]!r}"
