"""What every JobStore must count of an order that was cancelled, failed or lost: charged, and spent."""

from __future__ import annotations

import asyncio
import dataclasses
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.domain.errors import OverLimit, StaleJob
from bot.domain.job import Failure, FailureCode, Job, JobState
from bot.domain.limits import Ceilings, Limits, Usage
from bot.domain.people import Person
from bot.domain.ports import JobStore, UsageFilter, UsageGroup, UsageLedger, UsageRow
from tests.db.orders import NOON, PLENTY, bring, order, person, pictures

ORDERED = (JobState.GENERATING, JobState.DELIVERING)


async def asked(store: JobStore, n: int = 4, by: Person | None = None) -> Job:
    job = order(n=n, by=by)
    await store.add(job, PLENTY)
    return job


async def sums(store: JobStore, by: Person | None = None) -> tuple[int, int, int]:
    """Charged to the person, spent by everybody, and the person's unfinished jobs."""
    usage = await store.usage(by or person(), NOON, channel_id="general")
    assert usage.today == usage.ceilings.user_today
    spent = {usage.channel_today, usage.community_month, usage.ceilings.community_month}
    spent |= {usage.ceilings.total_today, usage.ceilings.total_month}
    assert len(spent) == 1, usage
    assert usage.unfinished == usage.ceilings.user_unfinished
    return usage.today, spent.pop(), usage.unfinished


async def row(ledger: UsageLedger) -> UsageRow:
    [found] = await ledger.view(UsageGroup.COMMUNITY, UsageFilter())
    return found


async def cancelled(store: JobStore, state: JobState) -> Job:
    return await store.move(await bring(store, await asked(store), state), JobState.CANCELLED)


async def test_a_cancel_before_the_order_is_free(store: JobStore, ledger: UsageLedger) -> None:
    job = await store.move(await asked(store), JobState.CANCELLED)
    assert (job.settled, job.charged, job.spent) == (True, 0, 0)
    assert await sums(store) == (0, 0, 0)
    found = await row(ledger)
    assert (found.ordered, found.charged, found.given_back, found.spent) == (0, 0, 4, 0)


async def test_an_order_that_was_cancelled_stays_counted_until_its_end_is_known(store: JobStore) -> None:
    job = await cancelled(store, JobState.GENERATING)
    assert (job.state, job.task_open, job.charged, job.spent) == (JobState.CANCELLED, True, None, None)
    assert await sums(store) == (4, 4, 1)
    assert [found.id for found in await store.unfinished()] == [job.id]


@pytest.mark.parametrize(
    ("learned", "charged", "spent", "delivered"),
    [
        ({"pictures": pictures(4)}, 4, 4, 0),
        ({"pictures": pictures(3)}, 3, 4, 0),
        ({"failure": Failure(code=FailureCode.TASK_FAILED)}, 0, 0, 0),
        ({"failure": Failure(code=FailureCode.NO_PICTURES)}, 0, 4, 0),
        ({"failure": Failure(code=FailureCode.TIMED_OUT)}, 4, 4, 0),
    ],
)
async def test_the_end_of_a_cancelled_order_says_what_it_counts(
    store: JobStore, ledger: UsageLedger, learned: dict[str, Any], charged: int, spent: int, delivered: int
) -> None:
    job = await cancelled(store, JobState.GENERATING)
    ended = await store.update_order(job, task_open=False, **learned)
    assert (ended.state, ended.settled, ended.charged, ended.spent) == (JobState.CANCELLED, True, charged, spent)
    assert await sums(store) == (charged, spent, 0)
    found = await row(ledger)
    assert (found.ordered, found.delivered, found.charged) == (4, delivered, charged)
    assert (found.given_back, found.spent, found.reserved, found.points) == (4 - charged, spent, 0, charged)


async def test_pictures_that_are_drawn_when_their_delivery_is_cancelled_count(store: JobStore) -> None:
    job = await cancelled(store, JobState.DELIVERING)
    assert (job.settled, job.charged, job.spent) == (True, 4, 4)
    assert await sums(store) == (4, 4, 0)


async def test_a_cancel_during_the_submit_waits_for_its_outcome(store: JobStore) -> None:
    for learned, counted in (
        ({}, (0, 0, 0)),  # it never arrived
        ({"failure": Failure(code=FailureCode.UNCLEAR)}, (0, 4, 0)),
        ({"task_open": True, "task_id": "t"}, (4, 8, 1)),  # beside the unclear one
    ):
        job = await cancelled(store, JobState.SUBMITTING)
        assert job.charged is None
        before = await sums(store)
        assert before[0] == 4
        job = await store.update_order(job, submit_open=False, **learned)
        assert await sums(store) == counted, learned


async def test_what_is_unclear_counts_for_everybody_and_not_for_the_person(store: JobStore) -> None:
    job = await bring(store, await asked(store), JobState.SUBMITTING)
    job = await store.move(job, JobState.FAILED, failure=Failure(code=FailureCode.UNCLEAR))
    assert await sums(store) == (0, 4, 0)
    found = await store.update_order(job, submit_open=False, task_open=True, task_id="found")
    assert await sums(store) == (0, 4, 0)
    await store.update_order(found, task_open=False, failure=Failure(code=FailureCode.TASK_FAILED))
    assert await sums(store) == (0, 0, 0)


@pytest.mark.parametrize("code", [FailureCode.NO_PICTURES, FailureCode.TIMED_OUT, FailureCode.UNDELIVERABLE])
async def test_an_order_that_ended_badly_here_is_spent_all_the_same(store: JobStore, code: FailureCode) -> None:
    job = await bring(store, await asked(store), JobState.GENERATING)
    await store.move(job, JobState.FAILED, failure=Failure(code=code))
    assert await sums(store) == (0, 4, 0)


async def test_fewer_pictures_are_charged_and_all_are_spent(store: JobStore, ledger: UsageLedger) -> None:
    job = await bring(store, await asked(store), JobState.DELIVERING, pictures=pictures(3))
    await store.move(job, JobState.DONE)
    assert await sums(store) == (3, 4, 0)
    found = await row(ledger)
    assert (found.ordered, found.delivered, found.charged, found.given_back, found.spent) == (4, 3, 3, 1, 4)


async def test_what_becomes_of_an_order_is_learned_once(store: JobStore) -> None:
    job = await cancelled(store, JobState.GENERATING)
    outcomes = await asyncio.gather(
        *(store.update_order(job, task_open=False, pictures=pictures(4)) for _ in range(20)), return_exceptions=True
    )
    assert sum(isinstance(outcome, Job) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, StaleJob) for outcome in outcomes) == 19
    assert await sums(store) == (4, 4, 0)
    with pytest.raises(ValueError, match="state"):
        await store.update_order(order(), task_open=False)


async def test_cancelling_again_and_again_orders_no_more_than_the_limit(store: JobStore) -> None:
    limits = Limits(user_daily=4)
    ordered = 0
    for _ in range(5):
        job = order(n=4)
        try:
            await store.add(job, limits)
        except OverLimit:
            continue
        await store.move(await bring(store, job, JobState.GENERATING), JobState.CANCELLED)
        ordered += 4
    assert ordered == 4


# The operator's limits

OPERATORS = [
    ("limit-daily", Ceilings(user_daily=4), person("ann", "elsewhere")),
    ("limit-unfinished", Ceilings(user_unfinished=1), person("ann", "elsewhere")),
    ("limit-community-monthly", Ceilings(community_monthly=4), person("bob")),
    ("limit-total-daily", Ceilings(total_daily=4), person("bob", "elsewhere", "slack")),
    ("limit-total-monthly", Ceilings(total_monthly=4), person("bob", "elsewhere", "slack")),
    ("limit-guests-daily", Ceilings(guests_daily=4), person("bob", "web", "web")),
]


@pytest.mark.parametrize(("code", "ceilings", "other"), OPERATORS)
async def test_the_operators_limits_hold_beyond_a_community(
    store: JobStore, code: str, ceilings: Ceilings, other: Person
) -> None:
    guest = code == "limit-guests-daily"
    first = dataclasses.replace(person("ann", "web", "web"), guest=True) if guest else person()
    limits = dataclasses.replace(PLENTY, ceilings=ceilings)
    await store.add(order(n=3, by=first), limits)
    with pytest.raises(OverLimit) as caught:
        await store.add(order(n=2, by=dataclasses.replace(other, guest=guest)), limits)
    assert caught.value.code == code
    if code != "limit-unfinished":
        assert (caught.value.values["limit"], caught.value.values["used"], caught.value.values["fits"]) == (4, 3, 1)
        await store.add(order(n=1, by=dataclasses.replace(other, guest=guest)), limits)
    if guest:
        await store.add(order(n=2, by=other), limits)  # somebody with a name


@pytest.mark.parametrize(("code", "ceilings", "other"), OPERATORS)
async def test_racers_get_exactly_what_the_operator_allows(
    store: JobStore, code: str, ceilings: Ceilings, other: Person
) -> None:
    limits = dataclasses.replace(PLENTY, ceilings=ceilings)
    refusals: set[str] = set()

    async def race(index: int) -> bool:
        by = dataclasses.replace(other, guest=True, user_id="ann" if "user" in code else f"user {index}")
        if code in {"limit-daily", "limit-unfinished"}:
            by = dataclasses.replace(by, user_id="ann", community_id=f"guild {index}")
        try:
            await store.add(order(by=by), limits)
        except OverLimit as refused:
            refusals.add(refused.code)
            return False
        return True

    served = await asyncio.gather(*(race(index) for index in range(200)))
    assert sum(served) == (1 if code == "limit-unfinished" else 4)
    assert refusals == {code}


async def test_one_day_over_all_communities_of_a_platform(store: JobStore) -> None:
    limits = dataclasses.replace(PLENTY, ceilings=Ceilings(user_daily=10))
    for community, n in (("one", 1), ("two", 2), ("dm-5", 4)):
        await store.add(order(n=n, by=person("ann", community)), limits)
    usage = await store.usage(person("ann", "two"), NOON)
    assert (usage.today, usage.ceilings.user_today, usage.elsewhere_today) == (2, 7, 5)
    assert usage.left_today(dataclasses.replace(limits, user_daily=9)) == 3
    assert usage.left_today(dataclasses.replace(limits, user_daily=4)) == 2
    # A Slack user id is unique within one organization or workspace alone.
    for workspace in ("T1", "T2"):
        await store.add(order(n=4, by=person("ann", workspace, "slack")), limits)
    assert (await store.usage(person("ann", "T1", "slack"), NOON)).ceilings.user_today == 4


async def test_the_operators_day_begins_at_the_operators_midnight(store: JobStore) -> None:
    shanghai = Ceilings(user_daily=2, timezone="Asia/Shanghai")
    limits = dataclasses.replace(PLENTY, user_daily=8, ceilings=shanghai)
    evening = datetime(2026, 11, 30, 15, 59, tzinfo=UTC)
    await store.add(order(n=2, at=evening), limits)
    with pytest.raises(OverLimit) as caught:
        await store.add(order(at=evening), limits)
    assert caught.value.values["resets_at"] == evening + timedelta(minutes=1)
    await store.add(order(n=2, at=evening + timedelta(minutes=1)), limits)


async def test_the_operator_weighs_pictures_by_itself(store: JobStore) -> None:
    ceilings = Ceilings(user_daily=12, weights={2048: 3})
    limits = dataclasses.replace(PLENTY, weights={2048: 2}, ceilings=ceilings)
    job = order(n=3)
    usage = await store.add(job, limits)
    assert (usage.today, usage.ceilings.user_today, usage.ceilings.total_today) == (6, 9, 9)
    with pytest.raises(OverLimit) as caught:
        await store.add(order(n=2), limits)
    assert (caught.value.values["points"], caught.value.values["fits"]) == (3, 1)
    saved = await store.get(job.id)
    assert saved is not None
    done = await bring(store, saved, JobState.DELIVERING, pictures=pictures(1))
    await store.move(done, JobState.DONE)
    usage = await store.usage(person(), NOON)
    assert (usage.today, usage.ceilings.user_today, usage.ceilings.total_today) == (2, 3, 9)


async def test_a_reset_gives_back_the_communitys_limit_and_never_the_operators(
    store: JobStore, ledger: UsageLedger
) -> None:
    limits = dataclasses.replace(PLENTY, user_daily=4, ceilings=Ceilings(user_daily=6))
    await bring(store, (await added(store, order(n=4), limits)), JobState.DONE)
    held = await added(store, order(n=2, by=person("bob")), limits)
    await store.move(await bring(store, held, JobState.GENERATING), JobState.CANCELLED)
    assert await ledger.reset_today(person(), NOON, "UTC") == 4
    assert await ledger.reset_today(person("bob"), NOON, "UTC") == 0  # its order is not known to have ended
    usage = await store.usage(person(), NOON)
    assert (usage.today, usage.ceilings.user_today) == (0, 4)
    await store.add(order(n=2), limits)
    with pytest.raises(OverLimit) as caught:
        await store.add(order(n=1), limits)
    assert (caught.value.code, caught.value.values["limit"]) == ("limit-daily", 6)


async def added(store: JobStore, job: Job, limits: Limits) -> Job:
    await store.add(job, limits)
    return job


async def test_a_guest_is_one_when_the_order_ends_too(store: JobStore) -> None:
    guest = dataclasses.replace(person("cookie", "web", "web"), guest=True)
    job = await asked(store, by=guest)
    saved = await store.get(job.id)
    assert saved is not None
    assert saved.author == guest
    assert (await store.usage(guest, NOON)).ceilings.guests_today == 4
    await store.move(saved, JobState.CANCELLED)
    assert (await store.usage(guest, NOON)).ceilings.guests_today == 0
    assert (await store.usage(person("local", "web", "web"), NOON)).ceilings == Usage().ceilings
