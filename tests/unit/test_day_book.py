"""A day's visits: what was fetched and what the desk knows, joined."""

from datetime import date, timedelta

from msgspec.structs import replace

from clinic_tui.domain.filters import GlobalFilter, Owner
from clinic_tui.state.day_book import DayBook, colliding, is_late, starts_at
from clinic_tui.state.desk import Desk
from tests.desks import EBBA, ME, NOW, event, snapshot
from tests.screens.visits_stage import clinic, the_day, visit

TODAY = date(2026, 3, 2)


def desk_of(*rows: object) -> Desk:
    desk = Desk()
    desk.load(snapshot(*rows, **clinic(roles_seen=("nurse", "doctor"))))  # type: ignore[arg-type]
    return desk


def book_of(desk: Desk, *fetched: object) -> DayBook:
    book = DayBook(desk, TODAY)
    book.take_in(TODAY, fetched)  # type: ignore[arg-type]
    return book


def test_the_day_stands_in_the_order_of_its_times() -> None:
    book = book_of(desk_of(), *reversed(the_day()))
    starts = [starts_at(row) for row in book.rows()]
    assert starts == sorted(starts)
    assert len(starts) == 7


def test_a_visit_of_the_desk_needs_no_fetching() -> None:
    assert [row.id for row in DayBook(desk_of(visit(2, 30)), TODAY).rows()] == [visit(2, 30).id]


def test_a_visit_of_another_day_is_left_out() -> None:
    assert not book_of(desk_of(visit(2, 24 * 60)), visit(1, -24 * 60)).rows()


def test_the_last_minute_of_the_swedish_day_belongs_to_it() -> None:
    late = visit(1, 0, start=NOW.replace(hour=22, minute=59))
    next_day = visit(2, 0, start=NOW.replace(hour=23, minute=0))
    assert [row.id for row in book_of(desk_of(late, next_day)).rows()] == [late.id]


def test_newer_news_wins_wherever_it_came_from() -> None:
    old, new = visit(2, 30, revision=2), visit(2, 30, revision=3, state="accepted", assignee=ME)
    assert book_of(desk_of(new), old).rows() == [new]
    assert book_of(desk_of(old), new).rows() == [new]


def test_a_visit_that_was_moved_to_another_day_goes() -> None:
    book = book_of(desk_of(visit(2, 24 * 60, revision=5)), visit(2, 30, revision=2))
    assert not book.rows()


def test_what_was_fetched_for_a_day_left_meanwhile_is_dropped() -> None:
    book = DayBook(desk_of(), TODAY)
    book.turn_to(TODAY + timedelta(days=1))
    book.take_in(TODAY, the_day())
    assert not book.rows()
    assert not book.fetched


def test_a_visit_the_desk_let_go_of_must_be_fetched() -> None:
    one = visit(2, 30)
    desk = desk_of(one)
    book = book_of(desk, one)
    assert not book.lacks({one.id})
    desk.fold(event(11, replace(one, state="cancelled", revision=2)))
    assert book.lacks({one.id})
    book.put(replace(one, state="cancelled", revision=2))
    assert not book.lacks({one.id})


def test_mine_are_those_booked_for_me_too() -> None:
    book = book_of(desk_of(visit(1, 10), visit(2, 30, staff=EBBA), visit(3, 50, staff=None)))
    assert [row.id for row in book.rows(GlobalFilter(owner=Owner.ME))] == [visit(1, 10).id]
    assert [row.id for row in book.rows(GlobalFilter(owner=Owner.NOBODY))] == [visit(3, 50).id]


def test_a_visit_is_late_once_it_should_have_started() -> None:
    assert is_late(visit(1, -1), NOW)
    assert not is_late(visit(1, 0), NOW)
    assert not is_late(visit(1, -1, state="in_progress", assignee=ME), NOW)


def test_visits_collide_when_they_share_a_minute() -> None:
    one = visit(1, 0, length=30)
    half = timedelta(minutes=30)
    assert colliding([one], NOW + timedelta(minutes=29), NOW + half * 2) == [one]
    assert not colliding([one], NOW + half, NOW + half * 2)
    assert not colliding([one], NOW, NOW + half, but=one.id)
    assert not colliding([visit(1, 0, state="cancelled")], NOW, NOW + half)
