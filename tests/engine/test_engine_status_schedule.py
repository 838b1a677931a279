"""When the provider is asked for which tasks."""

from __future__ import annotations

import itertools
import math

import pytest

from bench.figures import percentile
from bench.pickup import DRAWING, called_back, compare
from bot.engine.durations import Durations
from bot.engine.status_schedule import BATCH, GATHERING, LONGEST, SHORTEST, StatusSchedule, Watch


def a_schedule(spare: float = 5.0) -> StatusSchedule:
    return StatusSchedule(spare=lambda: spare)


def a_watch(number: int = 0, *, began: float = 0.0, history: tuple[float, ...] = ()) -> Watch:
    return Watch(str(number), began, Durations(history))


TWO_MINUTES = tuple(120.0 + number for number in range(30))


def looks(schedule: StatusSchedule, *, until: float) -> list[float]:
    """The moments of the calls, all of which say that everything is drawn still."""
    moments, now = [], 0.0
    while (now := schedule.next_call(now)) <= until:
        batch = schedule.take(now)
        moments.append(now)
        for watch in batch:
            watch.seen = now
        schedule.looked(batch, now, now)
    return moments


def test_with_a_history_most_looks_come_when_the_others_ended() -> None:
    schedule = a_schedule()
    schedule.add(a_watch(history=TWO_MINUTES), 0.0)
    moments = looks(schedule, until=150)
    assert moments[0] > 20
    inside = [moment for moment in moments if moment >= 119]
    assert len(inside) > len(moments) / 3
    assert max(later - sooner for sooner, later in itertools.pairwise(inside)) < 5


def test_whatever_the_history_says_no_gap_is_longer_than_ten_seconds() -> None:
    schedule = a_schedule()
    schedule.add(a_watch(history=tuple(600.0 + number for number in range(30))), 0.0)
    moments = looks(schedule, until=700)
    assert all(later - sooner <= LONGEST for sooner, later in itertools.pairwise(moments))


def test_without_a_history_the_gap_grows_with_the_age() -> None:
    schedule = a_schedule()
    schedule.add(a_watch(), 0.0)
    moments = looks(schedule, until=200)
    gaps = [later - sooner for sooner, later in itertools.pairwise(moments)]
    assert gaps[0] == pytest.approx(SHORTEST)
    assert gaps[-1] == pytest.approx(LONGEST)
    assert gaps == sorted(gaps)


def test_a_call_is_filled_with_whatever_is_awaited() -> None:
    schedule = a_schedule()
    for number in range(BATCH + 10):
        schedule.add(a_watch(number, began=number / 100), 1.0)
    assert len(schedule.take(schedule.next_call(1.0))) == BATCH


def test_half_of_what_submits_leave_is_used() -> None:
    schedule = a_schedule(spare=2.0)
    for number in range(300):
        schedule.add(a_watch(number, history=tuple(10.0 + number / 10 for number in range(50))), 0.0)
    moments = looks(schedule, until=16)
    assert all(later - sooner >= 1.0 - 1e-9 for sooner, later in itertools.pairwise(moments))


def test_callbacks_within_a_tenth_of_a_second_share_a_call() -> None:
    schedule = a_schedule()
    watches = [a_watch(number, history=TWO_MINUTES) for number in range(3)]
    for watch in watches:
        schedule.add(watch, 0.0)
    for number, watch in enumerate(watches[:2]):
        schedule.call_back(watch, 5 + number * GATHERING / 2)
    moment = schedule.next_call(5 + GATHERING / 2)
    assert moment == pytest.approx(5 + GATHERING)
    assert set(schedule.take(moment)) >= set(watches[:2])


def test_where_callbacks_come_nothing_is_asked_for_until_one_is_overdue() -> None:
    schedule = a_schedule()
    first, second, third = (a_watch(number, history=TWO_MINUTES) for number in range(3))
    schedule.add(first, 0.0)
    schedule.call_back(first, 130.0)
    schedule.take(131.0)
    assert schedule.ended(first, 131.0, 131.0) == (130.0, 130.0)
    schedule.looked([first], 131.0, 131.0)

    second.began = 200.0
    schedule.add(second, 200.0)
    overdue = schedule.next_call(200.0)
    assert overdue > 200 + max(TWO_MINUTES)
    schedule.take(overdue)
    assert schedule.ended(second, overdue, overdue) is None  # it had ended, and nobody had called
    schedule.looked([second], overdue, overdue)

    third.began = 400.0
    schedule.add(third, 400.0)
    assert schedule.next_call(400.0) < 400 + min(TWO_MINUTES)


def test_a_call_that_failed_is_not_repeated_at_once() -> None:
    schedule = a_schedule()
    watch = a_watch(history=TWO_MINUTES)
    schedule.add(watch, 0.0)
    watch.due = 125.0
    for _ in range(5):
        now = schedule.next_call(125.0)
        schedule.looked(schedule.take(now), now, now)
        assert schedule.next_call(now) >= now + SHORTEST


def test_nothing_is_asked_for_when_nothing_is_awaited() -> None:
    schedule = a_schedule()
    watch = a_watch()
    schedule.add(watch, 0.0)
    schedule.remove(watch)
    schedule.take(5.0)
    assert schedule.next_call(5.0) == math.inf


def test_looks_do_not_teach_that_jobs_end_when_they_are_looked_at() -> None:
    durations = Durations()
    for _ in range(50):
        durations.learn(by=30.0, after=20.0)
    assert durations.quantile(0.1) == pytest.approx(21, abs=0.5)
    assert durations.quantile(0.9) == pytest.approx(29, abs=0.5)


@pytest.mark.parametrize("drawing", sorted(DRAWING))
@pytest.mark.parametrize("in_flight", [1, 10])
def test_ends_are_known_sooner_than_by_age_at_no_more_calls_than_that_takes(drawing: str, in_flight: int) -> None:
    found = compare(drawing, in_flight, 200, only=["by age (before)", "learned"])
    before, learned = found["by age (before)"], found["learned"]
    assert sum(learned.pickups) < sum(before.pickups)
    assert learned.calls < 1.15 * before.calls


@pytest.mark.parametrize(("drawing", "then"), [("120-150 s", "25-33 s"), ("25-33 s", "120-150 s")])
def test_a_provider_that_draws_otherwise_from_one_day_on_is_followed(drawing: str, then: str) -> None:
    found = compare(drawing, 10, 200, then=then, only=["by age (before)", "learned"])
    assert sum(found["learned"].pickups) < sum(found["by age (before)"].pickups)


@pytest.mark.parametrize(("drawing", "in_flight"), [("25-33 s", 1), ("25-33 s", 10), ("120-150 s", 100)])
def test_a_callback_costs_a_call_at_most_and_is_followed_at_once(drawing: str, in_flight: int) -> None:
    found = called_back(drawing, in_flight, 200)
    assert found.calls <= len(found.pickups)
    assert percentile(found.pickups, 0.5) <= 0.3
