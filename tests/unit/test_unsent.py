"""What is kept of unsent texts, folded from records and from several files."""

from datetime import UTC, datetime, timedelta

import msgspec

from clinic_tui.client.errors import Conflict, Rejected
from clinic_tui.client.unsent import (
    Drafted,
    DraftSettled,
    Record,
    Settled,
    Unsent,
    digest,
    encode,
    merged,
    queued,
    refused,
)
from clinic_tui.protocol.commands import PostMessage
from clinic_tui.protocol.problems import Problem
from clinic_tui.protocol.team_commands import SayToStaff

THEN = datetime(2026, 3, 10, 10, 0, tzinfo=UTC)
CASE = "01890000-0000-7000-8000-000000000001"


def post(number: int, body: str = "text") -> PostMessage:
    return PostMessage(command_id=f"01890000-0000-7000-9000-{number:012d}", case_id=CASE, body=body)


def at(minute: int) -> datetime:
    return THEN + timedelta(minutes=minute)


def draft(body: str, minute: int = 0, *, sent: bool = False) -> Drafted:
    return Drafted(CASE, "message", body, 3, at(minute), "a-1", sent)


def folded(*records: Record) -> Unsent:
    """What a file with these records gives."""
    return merged([[encode(record) for record in records]])


def test_a_message_is_unsent_until_it_is_settled() -> None:
    first, second = queued(post(1), at(0), "a-1"), queued(post(2), at(1), "a-1")
    assert list(folded(first, second).messages) == [post(1).command_id, post(2).command_id]
    assert list(folded(first, second, Settled(post(1).command_id)).messages) == [post(2).command_id]
    assert not folded(first, Settled(post(1).command_id))


def test_a_refused_message_keeps_its_reason() -> None:
    problem = Problem(title="", status=409, code="blocked_by_rule", rule="case.not_yours")
    unsent = folded(queued(post(1), at(0), "a-1"), refused(post(1).command_id, Rejected(problem)))
    [one] = unsent.messages.values()
    assert isinstance(one.error, Rejected)
    assert one.error.problem == problem
    [again] = merged([unsent.encoded()]).messages.values()
    assert isinstance(again.error, Rejected)


def test_messages_to_colleagues_are_kept_too() -> None:
    said = SayToStaff(command_id=post(1).command_id, conversation_id=CASE, body="Hinner du?")
    [one] = folded(queued(said, at(0), "a-1")).messages.values()
    assert one.command == said


def test_the_newest_text_of_a_draft_counts_until_it_is_saved() -> None:
    assert folded(draft("a"), draft("ab")).drafts[CASE, "message"].body == "ab"
    assert not folded(draft("a"), DraftSettled(CASE, "message"))


def test_a_text_that_was_sent_as_a_message_is_no_draft_any_more() -> None:
    unsent = folded(draft("Hej"), queued(post(1, "Hej"), at(1), "a-1"))
    assert unsent.drafts[CASE, "message"].body == ""


def test_own_saves_without_an_answer_are_known_again() -> None:
    unsent = folded(draft("a", sent=True), draft("ab"), draft("abc", sent=True), draft("abcd"))
    again = merged([unsent.encoded()])
    assert again.drafts[CASE, "message"].before == (digest("a"), digest("abc"))


def test_an_own_save_without_an_answer_is_known_again_when_its_text_was_sent_as_a_message() -> None:
    unsent = folded(draft("Hej", sent=True), queued(post(1, "Hej"), at(1), "a-1"), draft("Och", minute=2))
    again = merged([unsent.encoded()])
    assert again.drafts[CASE, "message"].body == "Och"
    assert again.drafts[CASE, "message"].before == (digest("Hej"),)


def test_several_files_are_one_in_the_order_of_writing() -> None:
    files = [[queued(post(2), at(2), "a-1")], [queued(post(1), at(1), "a-1"), queued(post(3), at(3), "a-1")]]
    unsent = merged([encode(record) for record in file] for file in files)
    assert list(unsent.messages) == [post(number).command_id for number in (1, 2, 3)]


def test_what_one_file_knows_to_be_settled_is_so_for_all() -> None:
    message = encode(queued(post(1), at(0), "a-1"))
    assert not merged([[message, encode(Settled(post(1).command_id))], [message]])


def test_two_drafts_of_one_place_are_both_kept() -> None:
    unsent = merged([[encode(draft("nyare", 2))], [encode(draft("äldre", 1))]])
    assert unsent.drafts[CASE, "message"].body == "äldre\n\nnyare"
    grown = merged([[encode(draft("Hej du", 2))], [encode(draft("Hej", 1))]])
    assert grown.drafts[CASE, "message"].body == "Hej du"


def test_what_a_newer_version_has_kept_is_handed_on() -> None:
    unknown = msgspec.json.encode({"type": "something newer"})
    unsent = merged([[unknown, encode(draft("text"))]])
    assert unsent.encoded()[0] == unknown
    assert merged([unsent.encoded()]) == unsent


def test_half_a_surrogate_pair_costs_nothing_else() -> None:
    unsent = folded(draft("text"))
    unsent.apply(Drafted(CASE, "note", "\ud83d", 0, at(0), "a-1"))
    assert merged([unsent.encoded()]).drafts.keys() == {(CASE, "message")}


def test_an_error_of_another_version_is_still_one() -> None:
    record = refused(post(1).command_id, Conflict(None))
    odd = msgspec.structs.replace(record, kind="SomethingNewer")
    [one] = folded(queued(post(1), at(0), "a-1"), odd).messages.values()
    assert one.error is not None
