"""What every PersonalData must hand out and forget. That nothing stays anywhere is in tests/db/test_db_personal.py."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import timedelta

import pytest

from bot.domain.defaults import Defaults
from bot.domain.job import Failure, FailureCode, Job, JobState, StoredPicture
from bot.domain.moderation import STRIKE_LASTS, AuditAction, Block, Report
from bot.domain.people import Person
from bot.domain.ports import (
    CommunityStore,
    Draft,
    Gallery,
    GalleryFilter,
    GalleryQuery,
    JobStore,
    NewAudit,
    Opinion,
    PersonalData,
    UsageFilter,
    UsageGroup,
    UsageLedger,
)
from tests.db.orders import NOON, PLENTY, bring, order, person
from tests.fakes.clock import FakeClock

DAY = timedelta(days=1)


def kept_pictures(job: Job) -> tuple[StoredPicture, ...]:
    return tuple(
        StoredPicture(key=f"{job.id}/{index}.png", width=1, height=1, size=1, media_type="image/png")
        for index in range(1, job.request.n + 1)
    )


def keys(*jobs: Job) -> set[str]:
    return {picture.key for job in jobs for picture in job.pictures}


async def finished(
    store: JobStore, prompt: str = "a fox", *, n: int = 1, by: Person | None = None, days_ago: float = 0
) -> Job:
    job = order(prompt, n=n, by=by, at=NOON - days_ago * DAY)
    await store.add(job, PLENTY)
    job = await bring(store, job, JobState.DELIVERING, pictures=kept_pictures(job))
    return await store.move(job, JobState.DONE, card_open=False)


async def mine(gallery: Gallery, by: Person) -> Sequence[Job]:
    return (await gallery.search(GalleryQuery(gallery_filter=GalleryFilter.MINE, person=by))).jobs


def said(action: AuditAction, *, by: str = "mod", target: str = "") -> NewAudit:
    return NewAudit(
        platform="discord", community_id="guild", actor_id=by, actor_name=by.title(), action=action, target=target
    )


# handing out


async def test_all_of_a_persons_jobs_are_handed_out(
    store: JobStore, personal: PersonalData, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = await finished(store, days_ago=1)
    first = await finished(store, by=person(community="other"), days_ago=2)
    gone = await store.note((await finished(store)).id, deleted_at=NOON)
    waiting = order(at=NOON + DAY)
    await store.add(waiting, PLENTY)
    await finished(store, by=person("bob"))
    await finished(store, by=person(platform="slack"))
    theirs = [first, second, gone, waiting]
    assert [job async for job in personal.jobs_of("discord", "ann")] == theirs
    assert [job async for job in personal.jobs_of("discord", "ann", newest_first=True)] == theirs[::-1]
    monkeypatch.setattr("db.personal.BATCH", 1)
    assert [job async for job in personal.jobs_of("discord", "ann")] == theirs
    assert [job async for job in personal.jobs_of("discord", "ann", newest_first=True)] == theirs[::-1]
    assert [job async for job in personal.jobs_of("discord", "nobody")] == []


async def test_defaults_are_a_persons_own_on_their_platform(personal: PersonalData) -> None:
    assert await personal.defaults_of("discord", "ann") == Defaults()
    await personal.keep_defaults("discord", "ann", Defaults(ratio="16:9", n=2))
    await personal.keep_defaults("slack", "ann", Defaults(style="ink"))
    assert await personal.defaults_of("discord", "ann") == Defaults(ratio="16:9", n=2)
    await personal.keep_defaults("discord", "ann", Defaults(clarity=4096, style="ink"))
    assert (await personal.defaults_of("discord", "ann")).clarity == 4096
    assert (await personal.defaults_of("discord", "ann")).ratio is None
    await personal.keep_defaults("discord", "ann", Defaults())
    assert await personal.defaults_of("discord", "ann") == Defaults()
    assert await personal.defaults_of("slack", "ann") == Defaults(style="ink")


async def test_defaults_are_forgotten_with_their_person(personal: PersonalData) -> None:
    await personal.keep_defaults("discord", "ann", Defaults(n=4))
    await personal.keep_defaults("discord", "bob", Defaults(n=3))
    await personal.forget("discord", "ann")
    assert await personal.defaults_of("discord", "ann") == Defaults()
    assert await personal.defaults_of("discord", "bob") == Defaults(n=3)


# forgetting


async def test_forgetting_leaves_others_alone(
    store: JobStore, personal: PersonalData, gallery: Gallery, ledger: UsageLedger
) -> None:
    anns = [await finished(store, n=n, by=person(community=f"c{n}")) for n in (1, 2, 3)]
    others = [await finished(store, by=by) for by in (person("bob"), person(platform="slack"))]
    before = {group: await ledger.view(group, UsageFilter()) for group in UsageGroup}
    assert set(await personal.forget("discord", "ann")) == keys(*anns)
    assert [job async for job in personal.jobs_of("discord", "ann")] == []
    for job in anns:
        assert await store.get(job.id) is None
    for job in others:
        assert await store.get(job.id) == job
    assert await mine(gallery, person("bob")) == (others[0],)
    # The numbers stay, without a person.
    for group in set(UsageGroup) - {UsageGroup.PERSON}:
        assert list(await ledger.view(group, UsageFilter())) == list(before[group])
    people = await ledger.view(UsageGroup.PERSON, UsageFilter(platform="discord"))
    assert sorted(line.delivered for line in people) == [1, 1, 2, 3]
    assert [line.name for line in people if line.key != "bob"] == ["", "", ""]
    assert [entry async for entry in ledger.export(UsageFilter(platform="discord", user_id="ann"))] == []
    entries = [entry async for entry in ledger.export(UsageFilter())]
    assert not {entry["job"] for entry in entries} & {job.id for job in anns}
    assert await personal.forget("discord", "ann") == []


async def test_a_job_under_way_is_forgotten_after_its_end(
    store: JobStore, personal: PersonalData, ledger: UsageLedger
) -> None:
    job = order(n=2)
    await store.add(job, PLENTY)
    job = await bring(store, job, JobState.DELIVERING, pictures=kept_pictures(job))
    lost = order("lost")
    await store.add(lost, PLENTY)
    lost = await bring(store, lost, JobState.SUBMITTING)
    lost = await store.move(lost, JobState.CANCELLED, card_open=False)  # whose submit may still have its effect
    assert await personal.forget("discord", "ann") == []
    assert await store.get(job.id) == job
    assert await personal.prune(NOON) == []
    done = await store.move(job, JobState.DONE)
    assert await personal.prune(NOON) == []  # its card is still open
    await store.note(job.id, card_open=False)
    await store.update_order(lost, submit_open=False)
    assert set(await personal.prune(NOON)) == keys(done)
    assert await store.get(job.id) is None
    assert await store.get(lost.id) is None
    [line] = await ledger.view(UsageGroup.PERSON, UsageFilter())
    assert (line.key == "ann", line.delivered, line.reserved) == (False, 2, 0)


async def test_whoever_comes_back_begins_anew(store: JobStore, personal: PersonalData, gallery: Gallery) -> None:
    await finished(store)
    await personal.forget("discord", "ann")
    job = await finished(store)
    assert await mine(gallery, person()) == (job,)
    assert not keys(job) & set(await personal.prune(NOON))
    assert await store.get(job.id) == job


async def test_forgetting_is_no_way_around_limits_and_blocks(
    store: JobStore, personal: PersonalData, communities: CommunityStore
) -> None:
    await finished(store, n=3)
    block = Block(platform="discord", community_id="guild", user_id="ann", until=NOON + DAY)
    await communities.add_block(block, said(AuditAction.BLOCKED, target="ann"))
    await communities.add_strike("ann", NOON, said(AuditAction.STRUCK, target="ann"))
    before = await store.usage(person(), NOON, channel_id="general")
    await personal.forget("discord", "ann")
    assert await store.usage(person(), NOON, channel_id="general") == before
    assert await communities.block_of(person(), NOON) == block
    assert await communities.strikes(person(), NOON) == 1


async def test_the_tasks_of_the_forgotten_stay_taken(store: JobStore, personal: PersonalData) -> None:
    job = await finished(store)
    assert job.task_id is not None
    await personal.forget("discord", "ann")
    assert await store.owned_tasks([job.task_id, "other"]) == {job.task_id}
    assert await store.orders_of([job.task_id]) == {}, "nobody knows what it was"


async def test_stars_votes_drafts_and_reports_are_forgotten(
    store: JobStore, personal: PersonalData, gallery: Gallery, communities: CommunityStore
) -> None:
    job = await finished(store, n=2, by=person("bob"))
    for fan in (person(), person("carol"), person(platform="slack")):
        await gallery.star(job.id, fan, starred=True)
        await gallery.vote(job.id, fan, 2)
    await store.save_draft(Draft(id="anns", author=person(), text="x", created_at=NOON))
    await store.save_draft(Draft(id="bobs", author=person("bob"), text="x", created_at=NOON))
    report = Report(id="r", job_id=job.id, reporter_id="ann", reason="my own words", created_at=NOON)
    await communities.add_report(report, said(AuditAction.REPORTED, by="ann", target=job.id))
    await personal.forget("discord", "ann")
    assert await gallery.opinion(job.id, person()) == Opinion(stars=2, votes={2: 2})
    starred = GalleryQuery(gallery_filter=GalleryFilter.STARRED, person=person())
    assert [found.id for found in (await gallery.search(starred)).jobs] == [job.id]
    assert await store.draft("anns") is None
    assert await store.draft("bobs") is not None
    # Moderators can still do something about it.
    found = await communities.report("r")
    assert found is not None
    assert found == dataclasses.replace(report, reporter_id=found.reporter_id, reason="")
    assert found.reporter_id != "ann"


async def test_the_trail_tells_what_but_not_who(personal: PersonalData, communities: CommunityStore) -> None:
    entries = [
        said(AuditAction.REPORTED, by="ann", target="job"),
        dataclasses.replace(said(AuditAction.LOCKED, target="ann"), detail={"why": "spam"}, undo={"user": "ann"}),
        dataclasses.replace(said(AuditAction.REMOVED, target="job"), detail={"author": "ann", "n": "2"}),
        said(AuditAction.WORD_ADDED, target="ann"),  # a word that merely looks like somebody
        dataclasses.replace(said(AuditAction.LOCKED, target="bob"), undo={"user": "bob", "note": "not ann"}),
    ]
    for entry in entries:
        await communities.write_audit(entry)
    await personal.forget("discord", "ann")
    bob, word, removed, locked, reported = await communities.audit_trail("discord", "guild")
    assert (reported.actor_id, reported.actor_name, reported.target) == ("forgotten", "", "job")
    assert (locked.actor_id, locked.target, locked.detail, locked.undo) == ("mod", "forgotten", {}, None)
    assert removed.detail == {"author": "forgotten", "n": "2"}
    assert word.target == "ann"
    assert bob.undo == {"user": "bob", "note": "not ann"}


# what is kept for a while only


async def test_old_jobs_lose_their_words_and_pictures_but_for_starred_ones(
    store: JobStore, personal: PersonalData, gallery: Gallery, ledger: UsageLedger
) -> None:
    old, older, oldest = [await finished(store, f"fox {age}", n=2, days_ago=age) for age in (31, 32, 33)]
    starred, young = await finished(store, days_ago=40), await finished(store, days_ago=29)
    elsewhere = await finished(store, by=person(community="other"), days_ago=40)
    waiting = order(at=NOON - 40 * DAY)
    await store.add(waiting, PLENTY)
    await gallery.star(starred.id, person("bob"), starred=True)
    before = await ledger.view(UsageGroup.PERSON, UsageFilter())

    async def expire() -> set[str]:
        return set(await personal.expire("discord", "guild", NOON - 30 * DAY, 2))

    assert await expire() == keys(oldest, older)
    assert await expire() == keys(old)
    assert await expire() == set()
    for job in (starred, young, elsewhere, waiting):
        assert await store.get(job.id) == job
    found = await store.get(old.id)
    assert found is not None
    assert (found.request.prompt, found.prompt_sent, found.pictures) == ("", "", ())
    assert found.deleted_at == NOON
    assert list(await ledger.view(UsageGroup.PERSON, UsageFilter())) == list(before)
    assert old.task_id is not None
    assert await store.owned_tasks([old.task_id]) == {old.task_id}


async def test_jobs_without_pictures_don_t_end_an_expiry(store: JobStore, personal: PersonalData) -> None:
    for index in range(5):
        failed = order(f"never {index}", at=NOON - 9 * DAY)
        await store.add(failed, PLENTY)
        failure = Failure(code=FailureCode.REJECTED, detail="its words: never")
        await store.move(failed, JobState.FAILED, failure=failure, card_open=False)
    drawn = await finished(store, days_ago=8)
    assert set(await personal.expire("discord", "guild", NOON, 2)) == keys(drawn)
    assert not await personal.expire("discord", "guild", NOON, 2)
    assert {job.request.prompt for job in [job async for job in personal.jobs_of("discord", "ann")]} == {""}
    assert {job.failure.detail for job in [job async for job in personal.jobs_of("discord", "ann")] if job.failure} == {
        ""
    }


async def test_keys_come_again_until_their_files_are_gone(store: JobStore, personal: PersonalData) -> None:
    expired, forgotten = await finished(store, days_ago=9), await finished(store, n=2, by=person("bob"))
    await personal.expire("discord", "guild", NOON - DAY, 9)
    await personal.forget("discord", "bob")
    for _ in range(2):  # as after a crash
        assert set(await personal.prune(NOON)) == keys(expired, forgotten)
    await personal.pictures_gone(sorted(keys(expired)))
    assert set(await personal.prune(NOON)) == keys(forgotten)
    await personal.pictures_gone([*sorted(keys(forgotten)), "unknown"])
    assert await personal.prune(NOON) == []


async def test_what_has_no_use_any_more_is_dropped(
    store: JobStore, personal: PersonalData, communities: CommunityStore, ledger: UsageLedger, clock: FakeClock
) -> None:
    await finished(store, n=3)
    await store.save_draft(Draft(id="d", author=person(), text="x", created_at=NOON))
    block = Block(platform="discord", community_id="guild", user_id="bob", until=NOON + DAY)
    forever = dataclasses.replace(block, until=None)
    for each in (block, forever):
        await communities.add_block(each, said(AuditAction.BLOCKED, target="bob"))
    await communities.add_strike("bob", NOON, said(AuditAction.STRUCK, target="bob"))
    closed = Report(id="c", job_id="j", reporter_id="bob", reason="words", created_at=NOON, closed_at=NOON)
    still = dataclasses.replace(closed, id="o", job_id="k", closed_at=None)
    for report in (closed, still):
        await communities.add_report(report, said(AuditAction.REPORTED, by="bob"))
    assert await ledger.warn_once("discord", "guild", "2026-11", 80)

    await personal.prune(NOON + DAY)
    assert await store.draft("d") is not None
    assert (await store.usage(person(), NOON, channel_id="general")).today == 3
    assert await communities.strikes(person("bob"), NOON) == 1
    assert await communities.report("c") == closed
    assert not await ledger.warn_once("discord", "guild", "2026-11", 80)

    clock.jump(100 * 86_400)
    await personal.prune(NOON + 100 * DAY)
    assert await store.draft("d") is None
    taken = await store.usage(person(), NOON, channel_id="general")
    assert (taken.today, taken.channel_today, taken.community_month, taken.last_at) == (0, 0, 0, None)
    assert await communities.block_of(person("bob"), NOON) == forever
    assert len(await communities.blocks("discord", "guild", NOON)) == 1
    assert await communities.strikes(person("bob"), NOON + STRIKE_LASTS / 2) == 0
    assert await communities.report("c") == dataclasses.replace(closed, reason="")
    assert await communities.report("o") == still
    assert await ledger.warn_once("discord", "guild", "2026-11", 80)
    assert [line.delivered for line in await ledger.view(UsageGroup.PERSON, UsageFilter())] == [3]
