"""The order in which waiting jobs run."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.job import Job, JobKind, new_job_id
from bot.domain.people import Destination, Person
from bot.domain.request import ImageRequest
from bot.engine.fair_queue import FairQueue

START = datetime(2026, 1, 1, tzinfo=UTC)


def job(user: str, seconds: int) -> Job:
    return Job(
        id=new_job_id(),
        author=Person(platform="fake", community_id="guild", user_id=user, name=user),
        destination=Destination(platform="fake", community_id="guild", channel_id="general"),
        request=ImageRequest(prompt="a fox"),
        prompt_sent="a fox",
        created_at=START + timedelta(seconds=seconds),
    )


@given(st.lists(st.sampled_from("abcd"), max_size=30), st.integers(1, 4))
def test_nobody_waits_behind_more_than_the_others_turns(users: list[str], limit: int) -> None:
    queue = FairQueue(limit)
    jobs = [job(user, place) for place, user in enumerate(users)]
    for each in jobs:
        queue.add(each)
    order: list[Job] = []
    running: list[Job] = []
    while len(queue):
        while (turn := queue.next()) is not None:
            queue.started(turn)
            order.append(turn)
            running.append(turn)
            assert sum(other.author == turn.author for other in running) <= limit
        queue.stopped(running.pop(0))
    assert {each.id for each in order} == {each.id for each in jobs}
    firsts = {each.author.user_id: place for place, each in reversed(list(enumerate(order)))}
    for place in firsts.values():
        assert place < len(firsts)  # everybody's first job comes before anybody's second
    for user in set(users):
        mine = [each.created_at for each in order if each.author.user_id == user]
        assert mine == sorted(mine)


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=20))
def test_positions_count_without_gaps_in_the_order_that_will_be(users: list[str]) -> None:
    queue = FairQueue(100)
    jobs = [job(user, place) for place, user in enumerate(users)]
    for each in jobs:
        queue.add(each)
    places = {each.id: queue.position(each) for each in jobs}
    assert sorted(place for place in places.values() if place is not None) == list(range(1, len(jobs) + 1))
    for expected in range(1, len(jobs) + 1):
        turn = queue.next()
        assert turn is not None
        assert places[turn.id] == expected
        queue.started(turn)


def test_a_job_that_left_the_line_has_no_position() -> None:
    queue = FairQueue(1)
    first, second = job("a", 0), job("a", 1)
    queue.add(first)
    queue.add(second)
    assert queue.remove(first)
    assert not queue.remove(first)
    assert queue.position(first) is None
    assert queue.position(second) == 1


def test_a_community_may_let_more_or_fewer_of_a_persons_jobs_run() -> None:
    queue = FairQueue(1)
    for place in range(4):
        queue.add(job("a", place), running_limit=2)
    queue.add(job("b", 9))
    queue.add(job("b", 10))
    started = []
    while (turn := queue.next()) is not None:
        queue.started(turn)
        started.append(turn.author.user_id)
    assert sorted(started) == ["a", "a", "b"]


def test_a_sheet_takes_nobodys_turn() -> None:
    queue = FairQueue(running_limit=1)
    first, second = job("ann", 1), job("ann", 2)
    sheet = dataclasses.replace(job("ann", 3), kind=JobKind.SHEET)
    for each in (first, second, sheet):
        queue.add(each)
    assert (len(queue), sheet in queue, queue.position(sheet)) == (2, True, None)
    assert queue.next() is sheet
    queue.started(sheet)
    assert queue.next() is first
    queue.started(first)
    assert queue.next() is None
    queue.stopped(sheet)
    assert queue.next() is None
    queue.stopped(first)
    assert queue.next() is second
    queue.add(sheet)
    assert queue.remove(sheet)
    assert sheet not in queue
