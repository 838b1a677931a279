"""What every ShareLinkStore does: a link shows its result until it ends, and goes with it."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.domain.job import Job, JobState, new_job_id
from bot.domain.moderation import AuditAction, Report
from bot.domain.people import Person
from bot.domain.ports import CommunityStore, JobStore, NewAudit, PersonalData, ShareLinkStore
from bot.domain.share_link import SharedResult, ShareLink
from db.share_links import SqlShareLinks
from tests.db.orders import NOON, PLENTY, bring, order, person
from tests.fakes.clock import FakeClock

DAY = timedelta(days=1)


@pytest.fixture
def links(engine: AsyncEngine, clock: FakeClock) -> ShareLinkStore:
    return SqlShareLinks(engine, clock)


async def drawn(store: JobStore, by: Person | None = None) -> Job:
    job = order(by=by)
    await store.add(job, PLENTY)
    return await store.note((await bring(store, job, JobState.DONE)).id, card_open=False)


def to(job: Job, *, days: int = 7, prompt: bool = False) -> ShareLink:
    return ShareLink(
        id=new_job_id(),
        job_id=job.id,
        platform=job.author.platform,
        user_id=job.author.user_id,
        created_at=NOON,
        ends_at=NOON + days * DAY,
        prompt=prompt,
    )


def said(job: Job, action: AuditAction = AuditAction.LINK_MADE) -> NewAudit:
    return NewAudit.by(job.author, action, job.id)


async def added(links: ShareLinkStore, job: Job, *, days: int = 7, prompt: bool = False) -> ShareLink:
    link = to(job, days=days, prompt=prompt)
    assert await links.add(link, said(job), most=10)
    return link


async def test_it_shows_its_result_until_it_ends(store: JobStore, links: ShareLinkStore) -> None:
    job = await drawn(store)
    link = await added(links, job, prompt=True)
    assert await links.open(link.id, NOON) == SharedResult(link, job)
    assert await links.open(link.id, NOON + 7 * DAY - timedelta(seconds=1)) is not None
    assert await links.open(link.id, NOON + 7 * DAY) is None
    assert await links.open(new_job_id(), NOON) is None
    assert await links.find(link.id) == link


async def test_lists_are_of_a_person_or_of_all_and_without_what_has_ended(
    store: JobStore, links: ShareLinkStore
) -> None:
    first, other = await drawn(store), await drawn(store, person("bob"))
    same_id_elsewhere = await drawn(store, person("ann", platform="slack"))
    short, long = await added(links, first, days=1), await added(links, first, days=9)
    theirs, elsewhere = await added(links, other), await added(links, same_id_elsewhere)
    assert set(await links.links(NOON, owner=("discord", "ann"), count=10)) == {short, long}
    assert await links.links(NOON + DAY, owner=("discord", "ann"), count=10) == [long]
    assert set(await links.links(NOON, count=10)) == {short, long, theirs, elsewhere}
    assert len(await links.links(NOON, count=3)) == 3


async def test_a_person_has_only_so_many(store: JobStore, links: ShareLinkStore) -> None:
    job = await drawn(store)
    assert await links.add(to(job, days=1), said(job), most=1)
    assert not await links.add(to(job), said(job), most=1)
    later = dataclasses.replace(to(job), created_at=NOON + DAY)  # the first has ended
    assert await links.add(later, said(job), most=1)


async def test_making_and_ending_are_in_the_trail(
    store: JobStore, links: ShareLinkStore, communities: CommunityStore
) -> None:
    job = await drawn(store)
    link = await added(links, job)
    assert await links.end(link.id, said(job, AuditAction.LINK_ENDED))
    assert not await links.end(link.id, said(job, AuditAction.LINK_ENDED))
    assert await links.open(link.id, NOON) is None
    trail = await communities.audit_trail("discord", "guild", target=job.id)
    assert [entry.action for entry in trail] == [AuditAction.LINK_ENDED, AuditAction.LINK_MADE]


async def test_a_deleted_result_ends_its_links_for_good(store: JobStore, links: ShareLinkStore) -> None:
    job = await drawn(store)
    link = await added(links, job)
    await store.note(job.id, deleted_at=NOON)
    assert not await links.add(to(job), said(job), most=10)
    await store.note(job.id, deleted_at=None)  # a moderator has taken the removal back
    assert await links.open(link.id, NOON) is None
    assert await links.find(link.id) is None


async def test_what_is_reported_shows_nothing_until_it_is_decided(
    store: JobStore, links: ShareLinkStore, communities: CommunityStore
) -> None:
    job = await drawn(store)
    link = await added(links, job)
    report = Report(id="r", job_id=job.id, reporter_id="bob", reason="", created_at=NOON)
    await communities.add_report(report, NewAudit.by(person("bob"), AuditAction.REPORTED, job.id))
    assert await links.is_reported(job.id)
    assert await links.open(link.id, NOON) is None
    await communities.write_audit(NewAudit.by(person("mod"), AuditAction.RESTORED, job.id))  # looked at, and kept
    assert not await links.is_reported(job.id)
    assert await links.open(link.id, NOON) is not None
    again = dataclasses.replace(report, id="s", reporter_id="eve", created_at=NOON + DAY)
    await communities.add_report(again, NewAudit.by(person("eve"), AuditAction.REPORTED, job.id))
    assert await links.open(link.id, NOON) is None
    await communities.save_report(dataclasses.replace(again, closed_at=NOON + DAY))
    assert await links.open(link.id, NOON) is not None


async def test_links_are_forgotten_with_their_person(
    store: JobStore, links: ShareLinkStore, personal: PersonalData
) -> None:
    job, others = await drawn(store), await drawn(store, person("bob"))
    link, theirs = await added(links, job), await added(links, others)
    (row,) = (await personal.traces_of("discord", "ann"))["share_links"]
    assert (row["id"], row["job_id"]) == (link.id, job.id)
    await personal.forget("discord", "ann")
    assert await links.find(link.id) is None
    assert await links.find(theirs.id) == theirs


async def test_links_go_with_what_is_too_old_and_when_they_have_ended(
    store: JobStore, links: ShareLinkStore, personal: PersonalData
) -> None:
    job = await drawn(store)
    short, long = await added(links, job, days=1), await added(links, job, days=30)
    await personal.prune(NOON + DAY)
    assert await links.find(short.id) is None
    assert await links.find(long.id) == long
    await personal.expire("discord", "guild", NOON + DAY, 10)
    assert await links.find(long.id) is None


async def test_a_link_to_what_is_not_done_or_not_there_is_not_kept(store: JobStore, links: ShareLinkStore) -> None:
    waiting = order()
    await store.add(waiting, PLENTY)
    assert not await links.add(to(waiting), said(waiting), most=10)
    assert not await links.add(to(order()), said(order()), most=10)
