"""The demo's data with every hostile string in every place that a person can write in."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from uuid import NAMESPACE_URL, uuid5

from clinic_tui.backend.seed import (
    Seed,
    SeedCase,
    SeedMessage,
    SeedNote,
    SeedPhrase,
    SeedResident,
    SeedTicket,
)
from clinic_tui.protocol.limits import MESSAGE_LIMIT
from clinic_tui.protocol.resources import Answer, History
from tests.hostile import Hostile, load_hostile

NAME, LINE = 80, 200
"""Characters of a name or a reason, and of a line, that the backend takes."""
AT_ONCE = 40
"""Strings a history holds."""
SUFFIX = "\x1b]0;x\x07 [/b][@click=app.quit]x[/]\u202e"


@cache
def strings() -> tuple[Hostile, ...]:
    """What a database can hold: all but half surrogate pairs, which the codec's own tests have."""
    return tuple(
        one
        for one in load_hostile()
        if not any("\ud800" <= char <= "\udfff" for char in one.text) and one.text.strip()
    )


def _id(*names: object) -> str:
    return str(uuid5(NAMESPACE_URL, "hostile:" + ":".join(map(str, names))))


def _history(texts: list[str]) -> History:
    answers = tuple(Answer(question=text[:LINE], answer=text[:LINE]) for text in texts)
    return History(
        free_text="\n".join(text[:LINE] for text in texts),
        post_triage=answers,
        red_flags=tuple(Answer(question=one.question, answer=one.answer, positive=True) for one in answers),
        answers=answers,
        auto_history="\n".join(text[:LINE] for text in texts),
        triage=" ".join(text[:20] for text in texts[:5]),
    )


def _residents(seed: Seed) -> Iterator[SeedResident]:
    pattern = next(one for one in seed.residents if one.protected == "none")
    for number, one in enumerate(strings()):
        yield replace(
            pattern,
            id=f"hostile-{number}",
            name=one.text[:NAME],
            person_number=f"19120101{number:04d}",
            guardians=(),
        )


def _cases(now: datetime, unit: str) -> Iterator[SeedCase]:
    texts = [one.text for one in strings()]
    for number, text in enumerate(texts):
        first = number == 0
        yield SeedCase(
            id=_id("case", number),
            state="waiting",
            unit_id=unit,
            queue_role="nurse",
            resident_id=f"hostile-{number}",
            reason=text[:NAME],
            priority=1,
            queued_at=now - timedelta(minutes=100, seconds=-number),
            acting_proxy_id=f"hostile-{number}" if number % 2 else None,
            history=_history(texts[:AT_ONCE]) if first else History(free_text=text[:LINE]),
        )


def _visit(now: datetime, unit: str) -> Iterator[SeedCase]:
    """Anna's visit with every string as a message, and an earlier one with a note."""
    texts = [one.text for one in strings()]
    begun = now - timedelta(minutes=50)
    messages = tuple(
        SeedMessage(
            id=_id("message", number),
            author="resident" if number % 3 else "proxy",
            author_id="hostile-0",
            author_name=text[:NAME],
            author_title=text[:NAME],
            body=text[:MESSAGE_LIMIT],
            sent_at=begun + timedelta(seconds=number),
        )
        for number, text in enumerate(texts)
    )
    common = {"unit_id": unit, "queue_role": "nurse", "resident_id": "hostile-0", "assignee_id": "anna-ek"}
    yield SeedCase(
        id=_id("visit"),
        state="in_progress",
        reason="Alla ord",
        priority=1,
        queued_at=now - timedelta(hours=9),
        accepted_at=begun,
        started_at=begun,
        history=_history(texts[-AT_ONCE:]),
        messages=messages,
        **common,
    )
    for number, text in enumerate(texts[:20]):
        closed = now - timedelta(days=number + 1)
        yield SeedCase(
            id=_id("earlier", number),
            state="closed",
            reason=text[:NAME],
            priority=None,
            queued_at=closed,
            closed_at=closed,
            close_reason="treated",
            notes=(
                SeedNote(
                    id=_id("note", number), body=text[:LINE], signed_by_id="ebba-nyman", signed_at=closed
                ),
            ),
            **common,
        )


def _chats_and_visits(now: datetime, unit: str) -> Iterator[SeedCase]:
    """A chat nobody has taken and a visit of today with each string."""
    for number, one in enumerate(strings()):
        common = {
            "unit_id": unit,
            "queue_role": "nurse",
            "resident_id": f"hostile-{number}",
            "reason": one.text[:NAME],
            "priority": None,
            "queued_at": now - timedelta(hours=3),
        }
        yield SeedCase(
            id=_id("chat", number),
            kind="async",
            origin="resident_admin",
            state="new",
            service_code="other",
            expires_at=now + timedelta(days=9),
            **common,
        )
        yield SeedCase(
            id=_id("booked", number),
            kind="scheduled",
            origin="booking",
            state="booked",
            starts_at=now + timedelta(minutes=5 + number),
            ends_at=now + timedelta(minutes=20 + number),
            mode="chat",
            booked_id="ebba-nyman",
            **common,
        )


def _tickets(now: datetime, unit: str) -> Iterator[SeedTicket]:
    """Tickets by Anna that ran out unused."""
    for number, one in enumerate(strings()):
        yield SeedTicket(
            id=_id("ticket", number),
            resident_id=f"hostile-{number}",
            unit_id=unit,
            role="nurse",
            reason=one.text[:NAME],
            issuer_id="anna-ek",
            issuer_unit_id=unit,
            issued_at=now - timedelta(days=8),
            valid_until=now - timedelta(days=1),
            state="expired",
            ended_at=now - timedelta(days=1),
        )


def _phrases() -> Iterator[SeedPhrase]:
    for number, one in enumerate(strings()):
        yield SeedPhrase(
            id=f"hostile-{number}",
            scope="region",
            shortcut=one.text[:LINE],
            title=one.text[:NAME],
            category=one.text[:NAME],
            body=one.text[:MESSAGE_LIMIT],
        )


def hostile(seed: Seed, now: datetime) -> Seed:
    """The data with the strings in it; Anna's own cases are one visit."""
    unit = "eken"
    return replace(
        seed,
        units=tuple(replace(one, name=one.name + SUFFIX) for one in seed.units),
        staff=tuple(
            replace(one, display_name=one.display_name + SUFFIX, title=one.title + SUFFIX)
            for one in seed.staff
        ),
        residents=(*seed.residents, *_residents(seed)),
        cases=(
            *_cases(now, unit),
            *_visit(now, unit),
            *_chats_and_visits(now, unit),
            *(one for one in seed.cases if one.assignee_id != "anna-ek"),
        ),
        phrases=(*seed.phrases, *_phrases()),
        tickets=(*seed.tickets, *_tickets(now, unit)),
    )
