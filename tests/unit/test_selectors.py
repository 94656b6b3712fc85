"""The lists under the filter: order, counts and what comes next."""

import random
import time
from datetime import timedelta
from types import SimpleNamespace

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from clinic_tui.domain.cases import queue_key
from clinic_tui.domain.filters import GlobalFilter, Owner
from clinic_tui.protocol.resources import CaseRow, Reader
from clinic_tui.state import selectors
from clinic_tui.state.desk import Desk
from clinic_tui.state.ordered import Ordered
from clinic_tui.state.queue_view import QueueView
from tests.desks import EBBA, ME, NOW, case_id, detail, event, row, snapshot, taken


def desk_with(*cases: CaseRow) -> Desk:
    desk = Desk()
    desk.load(snapshot(*cases))
    return desk


def numbers(view: QueueView) -> list[int]:
    return [int(one[-4:]) for one in view.ids()]


def test_the_queue_is_ordered_by_priority_then_time_and_no_priority_comes_last() -> None:
    desk = desk_with(
        row(1, priority=3, waited=50),
        row(2, priority=None, waited=90),
        row(3, priority=1, waited=5),
        row(4, priority=3, waited=60),
    )
    assert numbers(QueueView(desk)) == [3, 4, 1, 2]


def test_the_queue_holds_taken_cases_but_no_ended_or_other_kinds() -> None:
    desk = desk_with(
        row(1),
        taken(2, by=EBBA),
        taken(3, state="accepted"),
        taken(4, state="ended_unsigned"),
        row(5, kind="async"),
    )
    assert sorted(numbers(QueueView(desk))) == [1, 2, 3]
    assert sorted(numbers(QueueView(desk, name="mine"))) == [3, 4]


def test_the_filter_hides_and_says_how_many() -> None:
    desk = desk_with(row(1, priority=1), row(2), row(3), taken(4, by=EBBA))
    view = QueueView(desk, GlobalFilter(priorities=frozenset({1})))
    assert numbers(view) == [1]
    assert view.counts == (1, 4, 3)
    assert view.hidden_waiting == 2
    assert view.waiting == 1
    assert case_id(1) in view
    assert case_id(2) not in view
    view.set_filter(GlobalFilter())
    assert view.counts == (4, 4, 0)
    assert view.waiting_by_priority == {1: 1, 3: 2}


def test_whose_cases_does_not_hide_my_own_from_my_own_list() -> None:
    desk = desk_with(taken(1), row(2))
    assert numbers(QueueView(desk, GlobalFilter(owner=Owner.NOBODY), "mine")) == [1]
    assert numbers(QueueView(desk, GlobalFilter(owner=Owner.NOBODY))) == [2]


def test_the_next_case_is_the_following_one_that_waits() -> None:
    desk = desk_with(row(1, waited=40), taken(2, by=EBBA, waited=30), row(3, waited=20), row(4, waited=10))
    view = QueueView(desk)
    assert view.next_after(case_id(1)) == case_id(3)
    assert view.next_after(case_id(4)) == case_id(1)
    view.apply(desk.fold(event(11, taken(1, state="closed", waited=40))))
    following = selectors.next_case_after(view, case_id(1))
    assert following is not None
    assert following.id == case_id(3)
    assert QueueView(desk_with(row(1))).next_after(case_id(1)) is None


def test_places_and_ids_belong_together() -> None:
    desk = desk_with(*(row(number, waited=100 - number) for number in range(1, 20)))
    view = QueueView(desk)
    assert [view.index_of(one) for one in view.ids()] == list(range(19))
    assert view.ids(3, 5) == [case_id(4), case_id(5)]
    assert view.id_at(19) is None
    assert view.id_at(-1) is None
    assert view.row_at(0) == row(1, waited=99)
    assert view.index_of(case_id(99)) is None


def test_the_oldest_that_waits_is_one_of_the_shown() -> None:
    desk = desk_with(row(1, waited=30), taken(2, by=EBBA, waited=90), row(3, waited=80, priority=5))
    view = QueueView(desk)
    assert view.oldest_waiting is not None
    assert view.oldest_waiting.id == case_id(3)
    view.set_filter(GlobalFilter(priorities=frozenset({3})))
    assert view.oldest_waiting.id == case_id(1)
    view.apply(desk.fold(event(11, taken(1, waited=30))))
    assert view.oldest_waiting is None


def test_a_wait_is_never_negative_and_stops_when_taken() -> None:
    assert selectors.waited(row(waited=-5), NOW) == timedelta()
    assert selectors.waited(taken(waited=20), NOW + timedelta(hours=1)) == timedelta(minutes=20)


def test_overdue_follows_the_regions_target() -> None:
    desk = desk_with(row(1))
    assert selectors.is_overdue(desk, row(1, waited=31), NOW)
    assert not selectors.is_overdue(desk, row(1, waited=29), NOW)
    assert not selectors.is_overdue(desk, row(1, waited=300, priority=5), NOW)
    assert not selectors.is_overdue(desk, taken(1, waited=300), NOW)


def test_tabs_stand_in_the_order_the_cases_were_taken() -> None:
    desk = desk_with(row(1))
    for one in (
        detail(row(5)),
        detail(taken(1, accepted_at=NOW + timedelta(minutes=2), unread=2)),
        detail(taken(2, accepted_at=NOW, state="ended_unsigned")),
    ):
        desk.open(one)
    assert [one.case_id for one in selectors.tabs(desk)] == [case_id(2), case_id(1), case_id(5)]


def test_one_goes_round_among_ones_own_those_one_was_invited_into_and_the_one_looked_at() -> None:
    desk = desk_with(row(1))
    chat = {"kind": "async", "priority": None}
    for one in (
        detail(taken(1, accepted_at=NOW)),
        detail(taken(2, by=EBBA, participants=(ME,), accepted_at=NOW + timedelta(minutes=1))),
        detail(taken(3, state="awaiting_resident", accepted_at=NOW + timedelta(minutes=2), **chat)),
        detail(taken(4, by=EBBA, state="awaiting_staff", accepted_at=NOW + timedelta(minutes=3), **chat)),
        detail(taken(5, state="closed", closed_at=NOW)),
    ):
        desk.open(one)
    mine = [case_id(1), case_id(3), case_id(2)]
    assert [one.case_id for one in selectors.followed(desk, None)] == mine
    assert [one.case_id for one in selectors.followed(desk, case_id(4))] == [*mine, case_id(4)]
    assert [one.case_id for one in selectors.followed(desk, case_id(5))] == mine


def test_other_readers_do_not_name_me() -> None:
    readers = (Reader(staff=ME, since=NOW), Reader(staff=EBBA, since=NOW))
    assert selectors.other_readers(desk_with(), row(readers=readers)) == ["Ebba Nyman"]


STATES = ("waiting", "accepted", "in_progress", "ended_unsigned", "closed", "cancelled")
STEPS = st.lists(
    st.tuples(
        st.integers(1, 12),
        st.sampled_from(STATES),
        st.sampled_from((None, 1, 2, 3)),
        st.integers(0, 5),
        st.sampled_from((None, ME, EBBA)),
        st.sampled_from(("nurse", "doctor")),
    ),
    max_size=60,
)
FILTERS = st.builds(
    GlobalFilter,
    priorities=st.frozensets(st.sampled_from((1, 2, 3)), max_size=2),
    owner=st.sampled_from(Owner),
    roles=st.frozensets(st.just("nurse"), max_size=1),
)


@settings(max_examples=150, deadline=None)
@given(steps=STEPS, chosen=FILTERS, name=st.sampled_from(("drop_in", "mine")))
def test_a_view_kept_in_step_equals_one_made_anew(steps: list, chosen: GlobalFilter, name: str) -> None:
    desk = desk_with(row(1), row(2, priority=1))
    view = QueueView(desk, chosen, name)
    for seq, (number, state, priority, waited, assignee, role) in enumerate(steps, 11):
        news = row(
            number,
            state=state,
            priority=priority,
            waited=waited,
            assignee=None if state == "waiting" else assignee,
            queue_role=role,
            revision=seq,
        )
        before = (view.ids(), view.counts, view.hidden_waiting, view.waiting_by_priority)
        changed = view.apply(desk.fold(event(seq, news)))
        after = (view.ids(), view.counts, view.hidden_waiting, view.waiting_by_priority)
        assert changed or before == after
    anew = QueueView(desk, chosen, name)
    assert view.ids() == anew.ids()
    assert view.counts == anew.counts
    assert view.hidden_waiting == anew.hidden_waiting
    assert view.waiting_by_priority == anew.waiting_by_priority
    assert view.waiting == anew.waiting
    assert view.oldest_waiting == anew.oldest_waiting
    rows = [desk.rows.get(one) for one in view.ids()]
    keys = [queue_key(one.priority, one.queued_at, one.id) for one in rows if one is not None]
    assert keys == sorted(keys)


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 20))))
def test_an_ordered_list_is_a_sorted_set(steps: list[tuple[bool, int]]) -> None:
    kept: Ordered[int] = Ordered()
    model: set[int] = set()
    for add, key in steps:
        (kept.add if add else kept.discard)(key)
        (model.add if add else model.discard)(key)
    assert list(kept) == sorted(model)
    assert [kept.find(key) for key in sorted(model)] == list(range(len(model)))


def test_an_event_costs_little_at_a_hundred_thousand_rows() -> None:
    many = [row(number, waited=number % 5000, priority=number % 5 + 1) for number in range(1, 100_001)]
    desk = desk_with(*many)
    views = SimpleNamespace(
        all=QueueView(desk), some=QueueView(desk, GlobalFilter(priorities=frozenset({2})))
    )
    picks = random.Random(1).sample(many, 500)
    started = time.perf_counter()
    for seq, one in enumerate(picks, 11):
        changes = desk.fold(event(seq, taken(int(one.id[-6:]), by=EBBA, priority=one.priority)))
        views.all.apply(changes)
        views.some.apply(changes)
    each = (time.perf_counter() - started) / len(picks)
    assert each < 0.002
    assert views.all.counts == (100_000, 100_000, 0)


def test_who_waits_most_is_offered_next_and_nobody_whose_visit_is_over() -> None:
    wrote = {"last_resident_at": NOW, "last_staff_at": NOW - timedelta(minutes=5)}
    desk = Desk()
    desk.load(
        snapshot(
            taken(1, by=ME, state="in_progress"),
            taken(2, by=ME, state="ended_unsigned", unread=3),
            taken(3, by=ME, state="accepted"),
            taken(4, by=ME, state="in_progress", **wrote),
            taken(5, by=ME, state="in_progress", unread=1, **wrote),
            taken(6, by=EBBA, state="in_progress", unread=1, **wrote),
        )
    )
    order: list[str] = []
    for _step in range(4):
        found = selectors.next_waiting(desk, case_id(1))
        if found is None:
            break
        order.append(found.id)
        desk.fold(event(0, replace(found, assignee=EBBA, revision=found.revision + 1)))
    assert order == [case_id(5), case_id(4), case_id(3)]
