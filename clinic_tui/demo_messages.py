"""What the demo's conversions share: names on the wire, and messages as rows."""

from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from clinic_tui.backend.seed import SeedMessage
from clinic_tui.demo.dataset import Dataset
from clinic_tui.demo.records import Case
from clinic_tui.demo.team_records import Chat


def identifier(name: str) -> str:
    """The id on the wire of something the data set calls by a name; always the same."""
    return str(uuid5(NAMESPACE_URL, f"clinic-tui:{name}"))


def seed_messages(case: Case | Chat, dataset: Dataset, now: datetime) -> tuple[SeedMessage, ...]:
    """The messages of a case as rows; what staff have answered, they have read."""
    return tuple(_message(case, place, dataset, now) for place in range(len(case.messages)))


def _message(case: Case | Chat, place: int, dataset: Dataset, now: datetime) -> SeedMessage:
    message = case.messages[place]
    sent_at = now - timedelta(minutes=message.minutes_ago)
    if message.author == "staff":
        writer = dataset.staff_by_id[case.assignee or ""]
        author_id, name, title = writer.id, writer.display_name, writer.title
    else:
        author_id = (case.proxy or case.resident) if message.author == "proxy" else case.resident
        person = dataset.resident_by_id[author_id]
        name, title = f"{person.given_name} {person.family_name}", ""
    answered = any(later.author == "staff" for later in case.messages[place + 1 :])
    read = message.author == "staff" or answered
    return SeedMessage(
        id=identifier(f"{case.id}#{place}"),
        author=message.author,
        author_id=author_id,
        author_name=name,
        author_title=title,
        body=message.body,
        sent_at=sent_at,
        delivered_at=sent_at if read else None,
        read_at=sent_at if read else None,
    )
