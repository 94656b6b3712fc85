"""The desk: what a snapshot, an event or an answer changes."""

import pytest

from clinic_tui.client.errors import Rejected
from clinic_tui.client.link_events import Arrived, OutboxChanged
from clinic_tui.protocol.commands import CaseAnswer, DetailAnswer, Done, MessageAnswer, PostMessage
from clinic_tui.protocol.events import (
    AssignmentLost,
    DraftChanged,
    NoteSigned,
    PhraseChanged,
    ProfileChanged,
    ResidentPresence,
    Withheld,
)
from clinic_tui.protocol.resources import CaseRow, Draft, MessagePage, Note, PhraseInfo, Profile
from clinic_tui.state.changes import NOTHING
from clinic_tui.state.desk import Desk
from tests.desks import EBBA, ME, NOW, case_id, detail, event, message, row, snapshot, taken


def desk_with(*cases: CaseRow, mine: tuple = ()) -> Desk:
    desk = Desk()
    desk.load(snapshot(*cases, mine=mine))
    return desk


def my_visit(count: int = 3) -> tuple[Desk, str]:
    own = detail(taken(1), tuple(message(seq) for seq in range(1, count + 1)))
    return desk_with(taken(1), mine=(own,)), case_id(1)


KEPT = [
    ("a waiting case of my queue", row(2), True),
    ("a colleague's case of my queue", taken(2, by=EBBA), True),
    ("my case in a queue I do not see", taken(2, queue_role="doctor"), True),
    ("another queue's case", row(2, queue_role="doctor", revision=2), False),
    ("another unit's case", row(2, unit_id="oxbacken", revision=2), False),
    ("a closed case", taken(2, state="closed"), False),
    ("a case whose resident left", row(2, state="cancelled", revision=2), False),
]


@pytest.mark.parametrize(("what", "news", "kept"), KEPT, ids=[one[0] for one in KEPT])
def test_an_event_keeps_or_drops_a_row(what: str, news: CaseRow, kept: bool) -> None:
    desk = desk_with(row(1), row(2, revision=0))
    changes = desk.fold(event(11, news))
    assert changes.rows == {news.id}
    assert changes.lists
    assert (news.id in desk.rows) is kept


def test_older_news_of_a_row_changes_nothing() -> None:
    desk = desk_with(row(1, revision=7))
    assert desk.fold(event(11, row(1, revision=6, reason="gammalt"))) == NOTHING
    assert desk.rows.get(case_id(1)) == row(1, revision=7)


def test_the_same_event_twice_changes_nothing_the_second_time() -> None:
    desk = desk_with(row(1))
    news = event(11, row(1, revision=2))
    assert desk.fold(news)
    assert desk.fold(news) == NOTHING


def test_late_news_does_not_bring_a_closed_case_back() -> None:
    desk = desk_with(taken(1, by=EBBA))
    desk.fold(event(11, taken(1, by=EBBA, state="closed", revision=9)))
    assert desk.fold(event(11, taken(1, by=EBBA, revision=8), stream="staff:anna")) == NOTHING
    assert case_id(1) not in desk.rows


def test_a_hole_in_a_stream_holds_the_cursor_back() -> None:
    desk = desk_with(row(1))
    desk.fold(event(13, row(1, revision=4)))
    assert desk.cursors["unit:backby"] == 10
    desk.fold(event(11, row(1, revision=2)))
    assert desk.cursors["unit:backby"] == 11


def test_an_event_without_a_number_moves_no_cursor() -> None:
    desk, case = my_visit()
    changes = desk.fold(event(0, ResidentPresence(case_id=case, presence="typing"), stream="staff:anna"))
    assert changes.visits == {case}
    assert desk.visits[case].presence == "typing"
    assert desk.cursors["staff:anna"] == 10


def test_a_new_message_by_the_resident_is_told() -> None:
    desk, case = my_visit()
    changes = desk.fold(event(11, message(4)))
    assert changes.visits == {case}
    assert [one.seq for one in changes.arrived] == [4]
    assert desk.visits[case].last_seq == 4


def test_a_receipt_changes_the_message_without_telling_of_a_new_one() -> None:
    desk, case = my_visit()
    changes = desk.fold(event(11, message(2, revision=2, read_at=NOW)))
    assert changes.visits == {case}
    assert changes.arrived == ()
    assert [one.read_at for one in desk.visits[case].messages] == [None, NOW, None]


def test_a_hole_between_messages_asks_for_the_case() -> None:
    desk, case = my_visit()
    assert desk.fold(event(11, message(6))).wanted == {case}
    desk.open(detail(taken(1), tuple(message(seq) for seq in range(1, 7))))
    assert [one.seq for one in desk.visits[case].messages] == [1, 2, 3, 4, 5, 6]
    assert not desk.visits[case].has_hole


def test_a_case_given_to_me_elsewhere_is_asked_for() -> None:
    desk = desk_with(row(1))
    assert desk.fold(event(11, taken(1))).wanted == {case_id(1)}


def test_a_message_of_my_case_that_is_not_fetched_asks_for_it() -> None:
    desk = desk_with(row(1))
    desk.fold(event(11, taken(1)))
    assert desk.fold(event(11, message(1))).wanted == {case_id(1)}


def test_older_pages_are_put_before_the_newest_messages() -> None:
    own = detail(taken(1), (message(3), message(4)), messages_before=2)
    desk = desk_with(taken(1), mine=(own,))
    changes = desk.add_page(case_id(1), MessagePage(messages=(message(1), message(2)), messages_before=0))
    assert changes.visits == {case_id(1)}
    assert [one.seq for one in desk.visits[case_id(1)].messages] == [1, 2, 3, 4]
    assert desk.visits[case_id(1)].before == 0


def post(number: int = 1) -> PostMessage:
    return PostMessage(command_id=f"c{number}", case_id=case_id(1), body="Hej")


def test_an_outgoing_message_is_shown_until_the_stored_one_is_there() -> None:
    desk, case = my_visit()
    desk.queue_message(post(), NOW)
    assert [(one.id, one.state) for one in desk.visits[case].pending] == [("c1", "queued")]
    desk.outbox(OutboxChanged(post(), "sending"))
    desk.outbox(OutboxChanged(post(), "sent"))
    assert [one.state for one in desk.visits[case].pending] == ["sent"]
    stored = message(4, author="staff", id="c1", body="Hej")
    assert desk.absorb(MessageAnswer(message=stored, case=taken(1, revision=6))).visits == {case}
    assert desk.visits[case].pending == ()
    assert desk.fold(event(11, stored)) == NOTHING
    assert desk.visits[case].messages[-1] == stored


def test_a_refused_message_stays_with_its_reason_until_it_is_given_up() -> None:
    desk, case = my_visit()
    desk.queue_message(post(), NOW)
    error = Rejected()
    desk.outbox(OutboxChanged(post(), "failed", error))
    assert desk.visits[case].pending[0].error is error
    assert desk.discard_pending(case, "c1").visits == {case}
    assert desk.visits[case].pending == ()


def test_a_snapshot_keeps_what_waits_to_be_sent() -> None:
    desk, case = my_visit()
    desk.queue_message(post(1), NOW)
    desk.queue_message(post(2), NOW)
    stored = message(4, author="staff", id="c1")
    own = detail(taken(1, revision=9), (*[message(seq) for seq in (1, 2, 3)], stored))
    changes = desk.load(snapshot(taken(1, revision=9), mine=(own,)))
    assert changes.everything
    assert [one.id for one in desk.visits[case].pending] == ["c2"]


def test_a_snapshot_marks_read_only_visits_stale() -> None:
    desk = desk_with(row(1), row(2))
    desk.open(detail(row(1)))
    desk.load(snapshot(row(1, revision=4), row(2)))
    assert desk.visits[case_id(1)].stale
    assert desk.visits[case_id(1)].row.revision == 4
    desk.open(detail(row(1, revision=4)))
    assert not desk.visits[case_id(1)].stale


def test_the_answer_of_taking_a_case_opens_it() -> None:
    desk = desk_with(row(1))
    changes = desk.absorb(DetailAnswer(detail=detail(taken(1, state="accepted"))))
    assert changes.rows == changes.visits == {case_id(1)}
    assert desk.is_mine(desk.visits[case_id(1)].row)
    assert desk.fold(event(11, taken(1, state="accepted"))) == NOTHING


def test_a_signed_case_leaves_the_lists_but_stays_open_until_it_is_closed() -> None:
    desk, case = my_visit()
    assert desk.close(case) == NOTHING
    desk.absorb(CaseAnswer(case=taken(1, state="closed", revision=9)))
    assert case not in desk.rows
    assert desk.visits[case].row.state == "closed"
    assert desk.close(case).visits == {case}
    assert case not in desk.visits


def test_losing_a_case_is_told() -> None:
    desk, case = my_visit()
    lost = AssignmentLost(case_id=case, by=EBBA, at=NOW)
    assert desk.fold(event(11, lost, stream="staff:anna")).lost == (lost,)
    desk.fold(event(11, taken(1, by=EBBA, revision=8)))
    assert not desk.is_mine(desk.visits[case].row)


def test_a_draft_saved_elsewhere_is_folded_and_an_empty_one_is_gone() -> None:
    desk, case = my_visit()
    saved = Draft(case_id=case, kind="note", body="text", revision=2, saved_at=NOW)
    assert desk.fold(event(11, DraftChanged(draft=saved), stream="staff:anna")).visits == {case}
    assert desk.visits[case].draft("note") == saved
    assert list(desk.drafts) == [saved]
    assert desk.put_saved_draft(saved) == NOTHING
    gone = Draft(case_id=case, kind="note", body="", revision=3, saved_at=NOW)
    assert desk.put_saved_draft(gone).visits == {case}
    assert desk.visits[case].draft("note") is None
    assert desk.visits[case].draft_revision("note") == 3
    assert not len(desk.drafts)
    assert desk.put_saved_draft(saved) == NOTHING


def test_a_signed_note_is_folded_once() -> None:
    desk, case = my_visit()
    note = Note(id="n1", case_id=case, number=1, body="x", source="manual", signed_by=ME, signed_at=NOW)
    assert desk.fold(event(11, NoteSigned(note=note), stream="staff:anna")).visits == {case}
    assert desk.fold(event(12, NoteSigned(note=note), stream="staff:anna")) == NOTHING
    assert desk.visits[case].notes == (note,)


def test_phrases_come_change_and_go() -> None:
    desk = desk_with()
    phrase = PhraseInfo(id="p1", scope="personal", shortcut="hej", title="Hej", body="Hej")
    assert desk.fold(event(11, PhraseChanged(phrase=phrase), stream="staff:anna")).phrases
    assert desk.people.phrases == (phrase,)
    gone = PhraseInfo(id="p1", scope="personal", shortcut="", title="Hej", body="", active=False, revision=2)
    assert desk.fold(event(12, PhraseChanged(phrase=gone), stream="staff:anna")).phrases
    assert desk.people.phrases == ()
    assert desk.fold(event(13, PhraseChanged(phrase=phrase), stream="staff:anna")) == NOTHING


def test_the_profile_is_replaced_by_a_newer_one_only() -> None:
    desk = desk_with()
    newer = Profile(staff_id="anna", username="anna", display_name="Anna L", title="", revision=2)
    assert desk.fold(event(11, ProfileChanged(profile=newer), stream="staff:anna")).profile
    older = Profile(staff_id="anna", username="anna", display_name="gammal", title="", revision=1)
    assert desk.fold(event(12, ProfileChanged(profile=older), stream="staff:anna")) == NOTHING
    assert desk.people.profile == newer


def test_an_answer_without_content_changes_nothing() -> None:
    assert desk_with().absorb(Done()) == NOTHING


def test_several_events_give_one_set_of_changes() -> None:
    desk, case = my_visit()
    changes = desk.fold_all(Arrived((event(11, row(2)), event(11, message(4)), event(12, row(3)))))
    assert changes.rows == {case_id(2), case_id(3)}
    assert changes.visits == {case}


def test_a_case_that_comes_back_from_a_colleague_is_fetched_again() -> None:
    desk, case = my_visit()
    desk.fold(event(11, taken(1, by=EBBA, revision=8, version=2)))
    assert desk.visits[case].stale
    assert desk.fold(event(12, taken(1, revision=9, version=3))).wanted == {case}
    desk.open(detail(taken(1, revision=9, version=3), tuple(message(seq) for seq in range(1, 6))))
    assert desk.visits[case].last_seq == 5
    assert not desk.visits[case].stale


def test_a_case_read_and_then_taken_elsewhere_is_followed_without_fetching() -> None:
    desk = desk_with(row(1))
    desk.open(detail(row(1)))
    assert desk.fold(event(11, taken(1, state="accepted", version=2))).wanted == frozenset()


def test_a_copy_older_than_what_is_known_does_not_count_as_fresh() -> None:
    desk, case = my_visit()
    desk.fold(event(11, taken(1, by=EBBA, revision=8, version=2)))
    desk.fold(event(12, taken(1, revision=9, version=3)))
    assert desk.open(detail(taken(1, revision=6))).wanted == {case}


def test_what_involves_me_is_kept_apart_and_follows_every_change() -> None:
    desk = Desk()
    desk.load(snapshot(row(1), taken(2, by=ME), taken(3, by=EBBA)))

    def involved() -> set[str]:
        found = {one.id for one in desk.rows.involved}
        assert found == {one.id for one in desk.rows if desk.takes_part(one) or desk.is_offered(one)}
        return found

    assert involved() == {case_id(2)}
    desk.absorb(CaseAnswer(case=taken(3, by=EBBA, participants=(ME,), revision=6)))
    desk.absorb(CaseAnswer(case=taken(1, by=ME, revision=5)))
    assert involved() == {case_id(1), case_id(2), case_id(3)}
    desk.absorb(CaseAnswer(case=taken(2, by=EBBA, revision=6)))
    desk.absorb(CaseAnswer(case=taken(1, by=ME, state="closed", revision=7)))
    assert involved() == {case_id(3)}
    desk.load(snapshot(taken(3, by=EBBA)))
    assert involved() == set()


def test_a_case_that_is_not_for_me_any_more_leaves_the_lists_and_stays_gone() -> None:
    desk = desk_with(row(1), row(2))
    changes = desk.fold(event(11, Withheld(object_id=case_id(2), revision=4)))
    assert changes.rows == {case_id(2)}
    assert case_id(2) not in desk.rows
    assert desk.fold(event(12, row(2, revision=3))) == NOTHING
    assert case_id(2) not in desk.rows
    assert desk.fold(event(13, row(2, revision=5))).rows == {case_id(2)}


def test_what_is_withheld_without_a_name_changes_nothing_but_its_place() -> None:
    desk = desk_with(row(1))
    assert desk.fold(event(11, Withheld())) == NOTHING
    assert desk.fold(event(11, Withheld(object_id=case_id(9), revision=1))) == NOTHING
    assert desk.fold(event(12, Withheld(object_id=case_id(1), revision=0))) == NOTHING
    assert case_id(1) in desk.rows


def test_an_open_view_of_a_case_one_was_let_out_of_stays_but_nobody_writes_there() -> None:
    desk, mine = my_visit()
    before = desk.visits[mine].row
    changes = desk.fold(event(11, Withheld(object_id=mine, revision=before.revision + 1)))
    assert changes.visits == {mine}
    assert (desk.takes_part(desk.visits[mine].row), desk.visits[mine].stale) == (False, True)
    assert desk.visits[mine].messages
    assert mine not in desk.rows
