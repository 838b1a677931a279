"""What every CommunityStore must do. An implementation joins by a parameter of `communities`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.community import BlockedWord, Community, Exceptions
from bot.domain.defaults import Defaults
from bot.domain.moderation import STRIKE_LASTS, AuditAction, AuditEntry, Block, Report
from bot.domain.people import Person
from bot.domain.ports import CommunityStore, NewAudit
from bot.domain.terms import Terms
from db.communities import SqlCommunityStore
from tests.contract.conftest import opened_at
from tests.db.databases import DATABASES, emptied
from tests.db.orders import NOON, person
from tests.fakes.clock import FakeClock
from tests.fakes.communities import MemoryCommunities


@pytest.fixture(params=["memory", *DATABASES])
async def communities(
    request: pytest.FixtureRequest, clock: FakeClock, database_file: Path
) -> AsyncIterator[CommunityStore]:
    if request.param == "memory":
        yield MemoryCommunities(clock)
    else:
        async with opened_at(await emptied(request.param, database_file)) as engine:
            yield SqlCommunityStore(engine, clock)


def audit(
    action: AuditAction = AuditAction.SETTINGS_CHANGED, *, by: Person | None = None, **fields: object
) -> NewAudit:
    actor = by or person("mod")
    known = {"platform": actor.platform, "community_id": actor.community_id, **fields}
    return NewAudit(actor_id=actor.user_id, actor_name=actor.name, action=action, **known)  # type: ignore[arg-type]


def block(user: str = "ann", *, hours: float | None = None, reason: str = "", community: str = "guild") -> Block:
    until = None if hours is None else NOON + timedelta(hours=hours)
    return Block(platform="discord", community_id=community, user_id=user, until=until, reason=reason)


def report(name: str = "r1", *, job: str = "0123456789ab", by: str = "bob") -> Report:
    return Report(id=name, job_id=job, reporter_id=by, reason="not nice", created_at=NOON)


CHANGED = Community(
    platform="discord",
    community_id="guild",
    timezone="Asia/Shanghai",
    paused=True,
    user_daily=5,
    user_running=0,
    user_waiting=2,
    monthly=1000,
    cooldown=30,
    role_daily={"boosters": 20, "角色": 0},
    channel_daily={"general": 100},
    weights={4096: 4},
    allowed_channels=("general", "art"),
    blocked_words=(BlockedWord(word="bad"), BlockedWord(word="敏感词", whole=False)),
    moderation_channel="mods",
    gallery_channel="gallery",
    default_ratio="16:9",
    default_clarity=1024,
    default_n=2,
    default_style="ink",
    styles={"house": "in our colours"},
    retention_days=30,
)


async def test_a_community_begins_with_the_defaults(communities: CommunityStore) -> None:
    assert await communities.community("discord", "guild") == Community(platform="discord", community_id="guild")
    assert await communities.audit_trail("discord", "guild") == []


async def test_every_setting_is_kept_and_nobody_else_is_touched(communities: CommunityStore) -> None:
    entry = await communities.save_community(CHANGED, audit(detail={"user_daily": "50 → 5"}, undo={"user_daily": "50"}))
    assert await communities.community("discord", "guild") == CHANGED
    assert entry.detail == {"user_daily": "50 → 5"}
    for platform, community in (("slack", "guild"), ("discord", "other")):
        assert await communities.community(platform, community) == Community(platform=platform, community_id=community)
    again = replace(CHANGED, user_daily=None, blocked_words=(), styles={}, paused=False)
    await communities.save_community(again, audit())
    assert await communities.community("discord", "guild") == again


async def test_the_pause_of_everything(communities: CommunityStore) -> None:
    assert not await communities.paused_everywhere()
    entry = await communities.pause_everywhere(audit(AuditAction.PAUSED, community_id=""), paused=True)
    assert await communities.paused_everywhere()
    assert await communities.audit_entry(entry.id) == entry
    await communities.pause_everywhere(audit(AuditAction.RESUMED, community_id=""), paused=False)
    assert not await communities.paused_everywhere()


async def test_a_block_holds_until_its_end_and_here_only(communities: CommunityStore) -> None:
    await communities.add_block(block(hours=1, reason="spam"), audit(AuditAction.LOCKED, target="ann"))
    assert await communities.block_of(person(), NOON) == block(hours=1, reason="spam")
    assert await communities.block_of(person(), NOON + timedelta(minutes=59)) is not None
    assert await communities.block_of(person(), NOON + timedelta(hours=1)) is None
    for other in (person("bob"), person("ann", "other"), person("ann", platform="slack")):
        assert await communities.block_of(other, NOON) is None
    assert await communities.blocks("discord", "guild", NOON + timedelta(hours=1)) == []


async def test_the_longest_of_several_blocks_is_told(communities: CommunityStore) -> None:
    for one in (block(hours=1), block(hours=5), block(hours=2), block("bob", hours=9)):
        await communities.add_block(one, audit(AuditAction.LOCKED))
    assert await communities.block_of(person(), NOON) == block(hours=5)
    await communities.add_block(block(), audit(AuditAction.BLOCKED))
    assert await communities.block_of(person(), NOON) == block()
    assert len(await communities.blocks("discord", "guild", NOON)) == 5


async def test_what_a_request_is_admitted_by_is_all_that_was_decided(communities: CommunityStore) -> None:
    fresh = await communities.terms(person(), NOON)
    assert fresh == Terms(
        community=await communities.community("discord", "guild"),
        paused_everywhere=False,
        block=None,
        defaults=Defaults(),
    )
    await communities.save_community(CHANGED, audit())
    await communities.save_exceptions(Exceptions(user_daily=7), audit())
    await communities.pause_everywhere(audit(), paused=True)
    for one in (block(hours=-1), block(hours=1), block(hours=5), block("bob"), block(community="other")):
        await communities.add_block(one, audit(AuditAction.LOCKED))
    changed = await communities.terms(person(), NOON)
    assert changed.community == await communities.community("discord", "guild")
    assert (changed.paused_everywhere, changed.block) == (True, block(hours=5))
    await communities.add_block(block(), audit(AuditAction.BLOCKED))
    assert (await communities.terms(person(), NOON)).block == block()
    await communities.pause_everywhere(audit(), paused=False)
    elsewhere = await communities.terms(person("bob", "other"), NOON)
    assert (elsewhere.paused_everywhere, elsewhere.block) == (False, None)


async def test_lifting_takes_one_block_or_all(communities: CommunityStore) -> None:
    for one in (block(hours=1), block(), block("bob"), block(community="other")):
        await communities.add_block(one, audit(AuditAction.BLOCKED))
    lifting = audit(AuditAction.UNBLOCKED, target="ann")
    entry = await communities.lift_blocks("discord", "guild", "ann", lifting, only=block())
    assert entry is not None
    assert (entry.action, entry.target) == (AuditAction.UNBLOCKED, "ann")
    assert await communities.block_of(person(), NOON) == block(hours=1)
    await communities.add_block(block(), audit(AuditAction.BLOCKED))
    assert await communities.lift_blocks("discord", "guild", "ann", lifting) is not None
    assert await communities.block_of(person(), NOON) is None
    assert await communities.block_of(person("bob"), NOON) == block("bob")
    assert await communities.block_of(person("ann", "other"), NOON) is not None
    written = len(await communities.audit_trail("discord", "guild"))
    assert await communities.lift_blocks("discord", "guild", "ann", lifting) is None
    assert await communities.lift_blocks("discord", "guild", "ann", lifting, only=block()) is None
    assert len(await communities.audit_trail("discord", "guild")) == written


async def test_strikes_count_until_they_are_too_old(communities: CommunityStore) -> None:
    strike = audit(AuditAction.STRUCK, target="ann")
    _, first = await communities.add_strike("ann", NOON, strike)
    _, second = await communities.add_strike("ann", NOON + timedelta(days=1), strike)
    assert (first, second) == (1, 2)
    assert await communities.strikes(person(), NOON + STRIKE_LASTS - timedelta(seconds=1)) == 2
    assert await communities.strikes(person(), NOON + STRIKE_LASTS) == 1
    _, third = await communities.add_strike("ann", NOON + STRIKE_LASTS + timedelta(hours=1), strike)
    assert third == 2
    for other in (person("bob"), person("ann", "other"), person("ann", platform="slack")):
        assert await communities.strikes(other, NOON) == 0


async def test_strikes_are_forgiven_one_by_one_or_all(communities: CommunityStore) -> None:
    struck, forgiving = audit(AuditAction.STRUCK, target="ann"), audit(AuditAction.FORGIVEN, target="ann")
    entries = [(await communities.add_strike("ann", NOON, struck))[0] for _ in range(3)]
    await communities.add_strike("bob", NOON, audit(AuditAction.STRUCK, target="bob"))
    assert await communities.forgive_strikes("ann", forgiving, only=entries[0].id) is not None
    assert await communities.strikes(person(), NOON) == 2
    assert await communities.forgive_strikes("ann", forgiving, only=entries[0].id) is None
    assert await communities.forgive_strikes("bob", forgiving, only=entries[1].id) is None
    assert await communities.forgive_strikes("ann", forgiving) is not None
    assert await communities.strikes(person(), NOON) == 0
    assert await communities.forgive_strikes("ann", forgiving) is None
    assert await communities.strikes(person("bob"), NOON) == 1


async def test_a_person_reports_a_job_once(communities: CommunityStore) -> None:
    reported = audit(AuditAction.REPORTED, target="0123456789ab")
    outcomes = await asyncio.gather(*(communities.add_report(report(f"r{index}"), reported) for index in range(5)))
    assert sum(outcome is not None for outcome in outcomes) == 1
    assert await communities.add_report(report("carol's", by="carol"), reported) is not None
    assert await communities.add_report(report("another", job="b" * 12), reported) is not None
    assert len(await communities.audit_trail("discord", "guild")) == 3
    posted = replace(report("carol's", by="carol"), message_id="17", closed_at=NOON)
    await communities.save_report(posted)
    assert await communities.report("carol's") == posted
    assert await communities.report("unknown") is None


async def test_an_entry_is_undone_once_even_if_several_press_at_a_time(communities: CommunityStore) -> None:
    entry = await communities.write_audit(audit(AuditAction.REMOVED, target="job", undo={"job": "x"}))
    outcomes = await asyncio.gather(*(communities.mark_undone(entry.id, f"mod {index}") for index in range(10)))
    assert sum(outcomes) == 1
    undone = await communities.audit_entry(entry.id)
    assert undone is not None
    assert undone.undone_by == f"mod {outcomes.index(True)}"
    assert undone.undone_at == NOON
    assert replace(undone, undone_at=None, undone_by="") == entry
    assert not await communities.mark_undone(entry.id + 1000, "mod")
    assert await communities.audit_entry(entry.id + 1000) is None


async def test_the_trail_tells_who_what_and_when(communities: CommunityStore, clock: FakeClock) -> None:
    await clock.advance(60)
    entry = await communities.write_audit(
        audit(AuditAction.WORD_ADDED, target="敏感词", detail={"whole": "no"}, undo={"words": "[]"})
    )
    assert entry == AuditEntry(
        id=entry.id,
        at=NOON + timedelta(minutes=1),
        platform="discord",
        community_id="guild",
        actor_id="mod",
        actor_name="Mod",
        action=AuditAction.WORD_ADDED,
        target="敏感词",
        detail={"whole": "no"},
        undo={"words": "[]"},
    )
    assert await communities.audit_entry(entry.id) == entry
    plain = await communities.write_audit(audit(AuditAction.PAUSED))
    assert (plain.detail, plain.undo, plain.target) == ({}, None, "")


async def test_the_trail_is_read_newest_first_by_page_and_by_what_it_tells_of(communities: CommunityStore) -> None:
    for index in range(30):
        action = AuditAction.LOCKED if index % 3 == 0 else AuditAction.REFUSED
        await communities.write_audit(audit(action, target="ann" if index % 2 else "bob"))
    await communities.write_audit(audit(by=person("mod", "other")))
    await communities.write_audit(audit(by=person("mod", platform="slack")))
    page = await communities.audit_trail("discord", "guild")
    assert len(page) == 20
    assert [entry.id for entry in page] == sorted((entry.id for entry in page), reverse=True)
    rest = await communities.audit_trail("discord", "guild", before=page[-1].id)
    assert len(rest) == 10
    assert not {entry.id for entry in page} & {entry.id for entry in rest}
    anns = await communities.audit_trail("discord", "guild", target="ann", action=AuditAction.LOCKED, count=3)
    assert len(anns) == 3
    assert {(entry.target, entry.action) for entry in anns} == {("ann", AuditAction.LOCKED)}


async def test_exceptions_are_kept_apart_from_the_settings(communities: CommunityStore) -> None:
    allowed = Exceptions(user_daily=200, cooldown=0, role_daily={"vip": 500})
    entry = await communities.save_exceptions(allowed, audit(AuditAction.EXCEPTIONS_CHANGED))
    assert entry.action is AuditAction.EXCEPTIONS_CHANGED
    found = await communities.community("discord", "guild")
    assert found == Community(platform="discord", community_id="guild", exceptions=allowed)
    assert (await communities.community("discord", "other")).exceptions == Exceptions()
    await communities.save_community(replace(CHANGED, exceptions=Exceptions(user_daily=9**9)), audit())
    assert await communities.community("discord", "guild") == replace(CHANGED, exceptions=allowed)
    assert await communities.communities() == [replace(CHANGED, exceptions=allowed)]
    await communities.save_exceptions(Exceptions(), audit(AuditAction.EXCEPTIONS_CHANGED))
    assert await communities.community("discord", "guild") == CHANGED
