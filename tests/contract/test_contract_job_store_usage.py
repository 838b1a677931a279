"""What every JobStore must count: limits, usage, and what is settled or given back."""

from __future__ import annotations

import asyncio
import dataclasses
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from bot.domain.community import Community
from bot.domain.errors import OverLimit
from bot.domain.job import Failure, FailureCode, Job, JobState
from bot.domain.limits import Limits, Usage
from bot.domain.moderation import AuditAction
from bot.domain.ports import (
    CommunityStore,
    JobStore,
    NewAudit,
    UsageDay,
    UsageFilter,
    UsageGroup,
    UsageLedger,
)
from tests.db.orders import NOON, PLENTY, bring, counted, here, order, person, pictures
from tests.fakes.clock import FakeClock


async def test_adding_gives_the_usage_with_the_job_counted_in(store: JobStore) -> None:
    first = here(await store.add(order(n=3), PLENTY))
    assert first == Usage(today=3, channel_today=3, unfinished=1, community_month=3, last_at=NOON)
    later = NOON + timedelta(seconds=1, microseconds=7)
    second = here(await store.add(order(n=2, channel="art", at=later), PLENTY))
    assert second == Usage(today=5, channel_today=2, unfinished=2, community_month=5, last_at=later)
    bob = here(await store.add(order(n=1, by=person("bob")), PLENTY))
    assert bob == Usage(today=1, channel_today=4, unfinished=1, community_month=6, last_at=NOON)
    assert here(await store.usage(person("bob"), NOON, channel_id="general")) == bob
    assert here(await store.usage(person("bob"), NOON)) == dataclasses.replace(bob, channel_today=0)


REFUSALS = [
    (Limits(user_daily=5), 4, "limit-daily", {"limit": 5, "used": 3, "wanted": 4, "fits": 2}),
    (Limits(user_daily=2), 3, "limit-daily", {"limit": 2, "used": 3, "fits": 0}),
    (Limits(community_monthly=4), 3, "limit-community-monthly", {"limit": 4, "used": 3, "wanted": 3, "fits": 1}),
    (Limits(user_running=1, user_waiting=0), 1, "limit-unfinished", {"limit": 1, "used": 1}),
    (Limits(channel_daily=4), 3, "limit-channel-daily", {"limit": 4, "used": 3, "wanted": 3, "fits": 1, "room": 1}),
    (Limits(cooldown=1), 1, "limit-cooldown", {"limit": 1, "resets_at": NOON + timedelta(seconds=1)}),
    (Limits(user_daily=4, channel_daily=3, cooldown=0), 2, "limit-daily", {"used": 3, "fits": 1, "room": 0}),
]


@pytest.mark.parametrize(("limits", "wanted", "code", "values"), REFUSALS)
async def test_a_limit_refuses_with_its_numbers_and_leaves_nothing(
    store: JobStore, limits: Limits, wanted: int, code: str, values: dict[str, Any]
) -> None:
    await store.add(order(n=3), PLENTY)
    refused = order(n=wanted)
    with pytest.raises(OverLimit) as caught:
        await store.add(refused, limits)
    assert caught.value.code == code
    assert values.items() <= caught.value.values.items()
    assert await store.get(refused.id) is None
    assert counted(await store.usage(person(), NOON)) == Usage(today=3, unfinished=1, community_month=3)
    assert [day.jobs for day in await store.usage_by_day(since=date(2026, 1, 1))] == [1]


async def test_what_no_limit_could_hold_is_refused_on_an_empty_store(store: JobStore) -> None:
    nothing = Limits(user_running=0, user_waiting=0)
    for limits in (Limits(user_daily=1), Limits(community_monthly=1), Limits(channel_daily=1), nothing):
        with pytest.raises(OverLimit):
            await store.add(order(n=2), limits)
    assert counted(await store.usage(person(), NOON)) == Usage()


async def test_exactly_up_to_the_limit_is_fine(store: JobStore) -> None:
    limits = Limits(user_daily=4, community_monthly=4, user_running=1, user_waiting=1)
    await store.add(order(n=2), limits)
    await store.add(order(n=2), limits)
    assert counted(await store.usage(person(), NOON)) == Usage(today=4, unfinished=2, community_month=4)


PERSONAL = dataclasses.replace(PLENTY, user_daily=40)
COMMON = dataclasses.replace(PLENTY, community_monthly=40)
CHANNEL = dataclasses.replace(PLENTY, channel_daily=40)


@pytest.mark.parametrize(("limits", "racers"), [(PERSONAL, 1000), (COMMON, 200), (CHANNEL, 200)])
async def test_racers_get_exactly_the_last_pictures(store: JobStore, limits: Limits, racers: int) -> None:
    await store.add(order(n=2), limits)

    async def race(index: int) -> bool:
        user = "ann" if limits is PERSONAL else f"user {index}"
        try:
            await store.add(order(n=2, by=person(user)), limits)
        except OverLimit:
            return False
        return True

    served = await asyncio.gather(*(race(index) for index in range(racers)))
    assert sum(served) == 19
    assert (await store.usage(person(), NOON)).community_month == 40
    assert sum(day.reserved for day in await store.usage_by_day(since=NOON.date())) == 40


async def test_the_channels_of_a_community_count_for_themselves(store: JobStore) -> None:
    limits = Limits(channel_daily=2)
    await store.add(order(n=2), limits)
    for other in (order(n=2, channel="art"), order(n=2, by=person("bob", "elsewhere"))):
        await store.add(other, limits)
    with pytest.raises(OverLimit) as caught:
        await store.add(order(by=person("bob")), limits)
    assert caught.value.code == "limit-channel-daily"
    assert (await store.usage(person("bob"), NOON, channel_id="general")).channel_today == 2
    await store.add(order(n=2, at=NOON + timedelta(days=1)), limits)


async def test_a_thread_counts_for_the_channel_that_it_is_in(store: JobStore, ledger: UsageLedger) -> None:
    limits = Limits(channel_daily=3)
    threads = [in_thread(order(n=1), thread) for thread in ("first", "second")]
    for job in threads:
        await store.add(job, limits)
    with pytest.raises(OverLimit) as caught:
        await store.add(in_thread(order(n=2), "third"), limits)
    assert (caught.value.code, caught.value.values["used"]) == ("limit-channel-daily", 2)
    with pytest.raises(OverLimit):
        await store.add(order(n=2), limits)
    await store.add(order(n=1), limits)
    assert (await store.usage(person(), NOON, channel_id="general")).channel_today == 3
    assert (await store.usage(person(), NOON, channel_id="first")).channel_today == 0
    kept = await store.get(threads[0].id)
    assert kept is not None
    assert kept.destination.channel_id == "first"
    await store.move(kept, JobState.FAILED)
    assert (await store.usage(person(), NOON, channel_id="general")).channel_today == 2
    assert [(row.key, row.reserved) for row in await ledger.view(UsageGroup.CHANNEL, UsageFilter())] == [("general", 2)]
    assert [entry["channel"] async for entry in ledger.export(UsageFilter(channel_id="general"))] == ["general"] * 5


def in_thread(job: Job, thread: str) -> Job:
    details = {"parent": job.destination.channel_id}
    return dataclasses.replace(
        job, destination=dataclasses.replace(job.destination, channel_id=thread, details=details)
    )


async def test_what_is_given_back_goes_to_the_channel_of_acceptance(store: JobStore) -> None:
    job = order(n=2)
    await store.add(job, PLENTY)
    await store.note(job.id, destination=dataclasses.replace(job.destination, channel_id="moved"))
    moved = await store.get(job.id)
    assert moved is not None
    await store.move(moved, JobState.FAILED)
    assert (await store.usage(person(), NOON, channel_id="general")).channel_today == 0
    assert (await store.usage(person(), NOON, channel_id="moved")).channel_today == 0


async def test_a_pause_between_requests_to_the_microsecond(store: JobStore) -> None:
    limits = Limits(cooldown=30)
    first = order(at=NOON)
    await store.add(first, limits)
    await store.move(first, JobState.FAILED)  # what was accepted counts, whatever became of it
    again = NOON + timedelta(seconds=30)
    for at in (NOON, again - timedelta(microseconds=1), NOON - timedelta(hours=1)):
        with pytest.raises(OverLimit) as caught:
            await store.add(order(at=at), limits)
        assert (caught.value.code, caught.value.values["resets_at"]) == ("limit-cooldown", again)
    for other in (person("bob"), person("ann", "other"), person("ann", platform="slack")):
        await store.add(order(by=other, at=NOON), limits)
    assert (await store.add(order(at=again), limits)).last_at == again
    # A request that is refused for something else doesn't begin the pause anew.
    later = again + timedelta(seconds=31)
    with pytest.raises(OverLimit, match="daily"):
        await store.add(order(at=later), dataclasses.replace(limits, user_daily=0))
    assert (await store.usage(person(), later)).last_at == again


async def test_of_many_requests_at_once_one_passes_the_pause(store: JobStore) -> None:
    limits = dataclasses.replace(PLENTY, cooldown=1)
    outcomes = await asyncio.gather(*(store.add(order(), limits) for _ in range(100)), return_exceptions=True)
    assert sum(isinstance(outcome, Usage) for outcome in outcomes) == 1
    assert {outcome.code for outcome in outcomes if isinstance(outcome, OverLimit)} == {"limit-cooldown"}


async def test_racers_get_exactly_the_last_places_in_line(store: JobStore) -> None:
    limits = Limits(user_daily=None, user_running=3, user_waiting=7)
    outcomes = await asyncio.gather(*(store.add(order(), limits) for _ in range(100)), return_exceptions=True)
    assert sum(isinstance(outcome, Usage) for outcome in outcomes) == 10
    assert sum(isinstance(outcome, OverLimit) for outcome in outcomes) == 90


async def test_a_day_and_a_month_begin_anew_in_utc(store: JobStore) -> None:
    limits = Limits(user_daily=2, community_monthly=4, user_running=100)
    late = datetime(2026, 11, 29, 23, 59, 59, 999999, tzinfo=UTC)
    await store.add(order(n=2, at=late), limits)
    with pytest.raises(OverLimit):
        await store.add(order(at=late), limits)
    # Half past eight in Shanghai: the next day in UTC.
    next_day = datetime(2026, 11, 30, 8, 30, tzinfo=timezone(timedelta(hours=8)))
    assert (await store.usage(person(), next_day)).today == 0
    await store.add(order(n=2, at=next_day), limits)
    next_month = datetime(2026, 12, 1, tzinfo=UTC)
    with pytest.raises(OverLimit) as caught:
        await store.add(order(n=1, at=next_month - timedelta(seconds=1)), dataclasses.replace(limits, user_daily=9))
    assert caught.value.code == "limit-community-monthly"
    assert caught.value.values["resets_at"] == next_month
    assert counted(await store.usage(person(), next_month)) == Usage(today=0, unfinished=2, community_month=0)


async def test_each_community_counts_for_itself(store: JobStore) -> None:
    await store.add(order(n=2, by=person("ann", "one")), PLENTY)
    await store.add(order(n=1, by=person("ann", "two")), PLENTY)
    await store.add(order(n=4, by=person("ann", "one", platform="slack")), PLENTY)
    await store.add(order(n=3, by=person("bob", "one")), PLENTY)
    assert counted(await store.usage(person("ann", "one"), NOON)) == Usage(today=2, unfinished=1, community_month=5)


async def test_points_are_taken_and_given_back_as_at_acceptance(store: JobStore) -> None:
    weighty = Limits(user_daily=20, weights={2048: 5})
    job = order(n=3)
    assert (await store.add(job, weighty)).today == 15
    with pytest.raises(OverLimit) as caught:
        await store.add(order(n=2), weighty)
    assert (caught.value.values["wanted"], caught.value.values["used"], caught.value.values["fits"]) == (10, 15, 1)
    saved = await store.get(job.id)
    assert saved is not None
    assert saved.points == 5
    saved = await bring(store, saved, JobState.DELIVERING, pictures=pictures(2))
    await store.move(saved, JobState.DONE)
    assert counted(await store.usage(person(), NOON)) == Usage(today=10, unfinished=0, community_month=15)


async def test_the_day_begins_where_the_community_is(store: JobStore) -> None:
    limits = Limits(user_daily=2, timezone="Asia/Shanghai")
    evening = datetime(2026, 11, 22, 15, 59, tzinfo=UTC)
    first = order(n=2, at=evening)
    await store.add(first, limits)
    with pytest.raises(OverLimit) as caught:
        await store.add(order(at=evening), limits)
    assert caught.value.values["resets_at"] == evening + timedelta(minutes=1)
    await store.add(order(n=2, at=evening + timedelta(minutes=1)), limits)
    # What is given back goes to the day it was taken from.
    await store.move(first, JobState.FAILED)
    await store.add(order(n=2, at=evening), limits)
    assert [day.day.day for day in await store.usage_by_day(since=NOON.date())] == [22, 23]


async def test_what_is_taken_today_is_asked_where_the_community_is(
    store: JobStore, communities: CommunityStore
) -> None:
    shanghai = Community(platform="discord", community_id="guild", timezone="Asia/Shanghai")
    settled = NewAudit(
        platform="discord", community_id="guild", actor_id="m", actor_name="M", action=AuditAction.SETTINGS_CHANGED
    )
    await communities.save_community(shanghai, settled)
    limits = Limits(timezone="Asia/Shanghai")
    evening = datetime(2026, 11, 30, 15, 59, tzinfo=UTC)
    await store.add(order(n=2, at=evening), limits)
    assert counted(await store.usage(person(), evening)) == Usage(today=2, unfinished=1, community_month=2)
    midnight = evening + timedelta(minutes=1)
    assert counted(await store.usage(person(), midnight)) == Usage(unfinished=1)
    # Another community has its own days.
    await store.add(order(n=2, by=person("ann", "other"), at=evening), Limits())
    assert (await store.usage(person("ann", "other"), midnight)).today == 2


async def test_usage_by_day_and_person(store: JobStore) -> None:
    yesterday = NOON - timedelta(days=1)
    await store.add(order(n=4, at=NOON - timedelta(days=9)), PLENTY)
    done = order(n=3, at=yesterday)
    await store.add(done, PLENTY)
    await bring(store, done, JobState.DONE)
    failed = order(n=2, at=yesterday)
    await store.add(failed, PLENTY)
    await store.move(failed, JobState.FAILED)
    await store.add(order(n=1), PLENTY)
    await store.add(order(n=2, by=person("bob")), PLENTY)
    await store.add(order(n=2, by=person("bob", "other")), PLENTY)
    await store.add(order(n=4, by=person("bob", platform="slack")), PLENTY)

    def day(
        user: str, when: datetime, *counts: int, back: int = 0, community: str = "guild", platform: str = "discord"
    ) -> UsageDay:
        jobs, delivered, reserved = counts
        return UsageDay(
            platform=platform, community_id=community, user_id=user, day=when.date(),
            jobs=jobs, delivered=delivered, reserved=reserved, ordered=delivered, charged=delivered,
            given_back=back, spent=delivered + reserved,
        )  # fmt: skip

    ann_yesterday, ann = day("ann", yesterday, 2, 3, 0, back=2), day("ann", NOON, 1, 0, 1)
    bob, bob_other = day("bob", NOON, 1, 0, 2), day("bob", NOON, 1, 0, 2, community="other")
    bob_slack = day("bob", NOON, 1, 0, 4, platform="slack")
    since = yesterday.date()
    assert list(await store.usage_by_day(since=since)) == [ann_yesterday, ann, bob, bob_other, bob_slack]
    assert list(await store.usage_by_day(since=NOON.date())) == [ann, bob, bob_other, bob_slack]
    assert list(await store.usage_by_day(since=since, platform="slack")) == [bob_slack]
    assert list(await store.usage_by_day(since=since, platform="discord", community_id="other")) == [bob_other]
    assert list(await store.usage_by_day(since=since, platform="discord", user_id="bob")) == [bob, bob_other]


@pytest.mark.parametrize("delivered", [4, 2, 0])
async def test_done_settles_what_was_delivered(store: JobStore, delivered: int) -> None:
    job = order(n=4)
    await store.add(job, PLENTY)
    failed = Failure(code=FailureCode.TASK_FAILED)
    await bring(store, await bring(store, job, JobState.GENERATING), JobState.FAILED, failure=failed)
    job = order(n=4)
    await store.add(job, PLENTY)
    job = await bring(store, job, JobState.DELIVERING, pictures=pictures(delivered))
    assert (await store.usage(person(), NOON)).today == 4
    await store.move(job, JobState.DONE)
    assert counted(await store.usage(person(), NOON)) == Usage(today=delivered, unfinished=0, community_month=4)
    [day] = await store.usage_by_day(since=NOON.date())
    assert (day.jobs, day.ordered, day.delivered, day.charged) == (2, 8, delivered, delivered)
    assert (day.given_back, day.spent, day.reserved) == (8 - delivered, 4, 0)


@pytest.mark.parametrize(
    ("end", "states"),
    [
        (JobState.FAILED, (JobState.QUEUED, JobState.SUBMITTING, JobState.GENERATING, JobState.DELIVERING)),
        (JobState.CANCELLED, (JobState.QUEUED, JobState.SUBMITTING)),
    ],
)
async def test_an_end_without_an_order_gives_the_reservation_back(
    store: JobStore, clock: FakeClock, end: JobState, states: tuple[JobState, ...]
) -> None:
    for state in states:
        job = order(n=3)
        await store.add(job, PLENTY)
        if state is not JobState.QUEUED:
            job = await bring(store, job, state)
        failure = Failure(code=FailureCode.TASK_FAILED, detail="违规内容") if end is JobState.FAILED else None
        await clock.advance(86_400)  # it goes back to the day of acceptance
        ended = await store.move(job, end, failure=failure, submit_open=False)
        assert ended == await store.get(job.id)
        assert (ended.finished_at, ended.failure) == (clock.now(), failure)
        assert counted(await store.usage(person(), NOON)) == Usage()
