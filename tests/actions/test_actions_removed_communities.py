"""A community that removes the bot is told to the operator and forgotten after a while, but not if it returns."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.domain.community import Exceptions
from bot.domain.errors import Undeliverable
from bot.domain.job import JobState
from bot.domain.moderation import AuditAction, Block
from bot.domain.operator_channel import OperatorChannel
from bot.domain.ports import Draft, NewAudit, RemovedCommunity, UsageFilter, UsageGroup
from db.tables import metadata
from tests.actions.house import House, open_house
from tests.db.orders import NOON, PLENTY, bring, order, person

DAY = 24 * 3600.0
ELSEWHERE = person("eve", "elsewhere")
# What stays of a community: bare numbers, of which the counters end with their period, the operator's own exceptions,
# and that it removed the bot.
NUMBERS = {"usage", "counters"}
STAYS = NUMBERS | {"limit_exceptions", "installed_communities"}


@pytest.fixture
async def watched(engine: AsyncEngine) -> AsyncIterator[House]:
    channel = OperatorChannel(platform="discord", channel_id="ops", community_id="home")
    async with open_house(engine, operator_channel=channel) as house:
        yield house


async def furnish(house: House, community_id: str) -> None:
    """Something of this community in every table that can have it."""
    await house.drawn("secret words", by=person("ann", community_id))
    await house.drawn("more secrets", by=person("bob", community_id), n=2)
    audit = NewAudit(
        platform="discord",
        community_id=community_id,
        actor_id="boss",
        actor_name="Boss",
        action=AuditAction.SETTINGS_CHANGED,
    )
    before = await house.communities.community("discord", community_id)
    await house.communities.save_community(dataclasses.replace(before, retention_days=7), audit)
    limits = Exceptions(user_daily=99)
    await house.communities.save_exceptions(limits, audit)
    block = Block(platform="discord", community_id=community_id, user_id="ann", until=None, reason="spam")
    await house.communities.add_block(block, audit)
    await house.communities.add_strike("ann", NOON, dataclasses.replace(audit, target="ann"))
    author = person("ann", community_id)
    await house.store.save_draft(Draft(id=f"draft-{community_id}", author=author, text="secret offer", created_at=NOON))
    await house.ledger.warn_once("discord", community_id, "2026-11", 80)


async def tables_with(engine: AsyncEngine, word: str) -> set[str]:
    """The tables in which this word is, in any column."""
    found = set()
    async with engine.connect() as connection:
        for table in metadata.tables.values():
            for row in await connection.execute(select(table)):
                if any(word in str(value) for value in row):
                    found.add(table.name)
    return found


async def forget(house: House) -> None:
    await house.clock.until(house.actions.removed_communities.forget_due(), real_seconds=20)


async def test_a_community_is_forgotten_thirty_days_after_it_removed_the_bot(
    watched: House, engine: AsyncEngine
) -> None:
    communities = watched.actions.removed_communities
    await furnish(watched, "leaving")
    await watched.drawn(by=ELSEWHERE)
    await communities.added("discord", "leaving", "elsewhere")
    await communities.removed("discord", "leaving")
    before = await watched.ledger.view(UsageGroup.COMMUNITY, UsageFilter(platform="discord"))
    await watched.clock.advance(29.9 * DAY)
    await forget(watched)
    assert {"jobs", "audit", "communities", "blocks", "drafts"} <= await tables_with(engine, "leaving")
    await watched.clock.advance(0.2 * DAY)
    await forget(watched)
    assert await tables_with(engine, "leaving") == STAYS
    assert await tables_with(engine, "secret") == set()
    assert len(watched.picture_store.kept) == 1  # of the community that stayed
    after = await watched.ledger.view(UsageGroup.COMMUNITY, UsageFilter(platform="discord"))
    assert {row.key: row.charged for row in before} == {row.key: row.charged for row in after}
    persons = await watched.ledger.view(UsageGroup.PERSON, UsageFilter(platform="discord", community_id="leaving"))
    assert not {"ann", "bob"} & {row.key for row in persons}
    assert watched.chat.taken_away == []  # its messages are its own


async def test_the_operator_is_told_once_of_all_that_left_and_of_each_that_is_forgotten(watched: House) -> None:
    communities = watched.actions.removed_communities
    await furnish(watched, "one")
    await communities.added("discord", "one", "two", "three")
    await communities.compare("discord", {"three"})
    await communities.tell()
    await communities.tell()
    [(_, channel, card, _)] = watched.moderator_channel.posted
    assert channel == "ops"
    assert card.heading == "2 communities removed the bot"
    assert card.notes == (("discord:one, discord:two",),)
    await watched.clock.advance(31 * DAY)
    await forget(watched)
    headings = {card.heading for _, _, card, _ in watched.moderator_channel.posted[1:]}
    assert headings == {
        f"discord:{name} is deleted: it removed the bot and has not added it again" for name in ("one", "two")
    }
    await forget(watched)
    assert len(watched.moderator_channel.posted) == 3


async def test_a_community_that_returns_keeps_everything_also_while_it_is_being_forgotten(
    watched: House, engine: AsyncEngine
) -> None:
    communities = watched.actions.removed_communities
    await furnish(watched, "leaving")
    await communities.added("discord", "leaving")
    await communities.removed("discord", "leaving")
    await watched.clock.advance(31 * DAY)
    [due] = await watched.stores.installed.due(watched.clock.now())
    batch = await watched.personal.forget_community(due, 1)
    assert batch is not None
    assert (batch.jobs, batch.more) == (1, True)
    await communities.added("discord", "leaving")
    assert await watched.personal.forget_community(due, 1) is None
    await forget(watched)
    assert {"jobs", "audit", "communities", "blocks"} <= await tables_with(engine, "leaving")
    # Removed a second time, it has thirty days again.
    await communities.removed("discord", "leaving")
    assert await watched.stores.installed.due(watched.clock.now() - timedelta(days=30)) == []


async def test_jobs_under_way_end_first(watched: House, engine: AsyncEngine) -> None:
    communities = watched.actions.removed_communities
    job = order(by=person("ann", "leaving"))
    await watched.store.add(job, PLENTY)
    await communities.added("discord", "leaving")
    await communities.removed("discord", "leaving")
    await watched.clock.advance(31 * DAY)
    await forget(watched)
    assert await watched.store.get(job.id) is not None
    assert watched.moderator_channel.posted == []
    await bring(watched.store, job, JobState.FAILED, card_open=False)
    await forget(watched)
    assert await watched.store.get(job.id) is None
    assert await tables_with(engine, "leaving") == NUMBERS | {"installed_communities"}


async def test_what_people_with_an_app_of_their_own_asked_there_later_stays(watched: House) -> None:
    communities = watched.actions.removed_communities
    await communities.added("discord", "leaving")
    await watched.drawn(by=person("ann", "leaving"), days_ago=1)
    await communities.removed("discord", "leaving")
    later = await watched.drawn(by=person("ann", "leaving"), days_ago=-1)
    await watched.clock.advance(31 * DAY)
    await forget(watched)
    assert [job.id for job in [job async for job in watched.personal.jobs_of("discord", "ann")]] == [later.id]


async def test_guilds_of_another_gateway_are_none_of_its_business(watched: House) -> None:
    communities = watched.actions.removed_communities
    await communities.added("discord", "1", "2", "3")
    await communities.compare("discord", {"1"}, responsible=lambda guild: guild in {"1", "2"})
    assert [one.community_id for one in await watched.stores.installed.all_removed()] == ["2"]
    assert set(await watched.stores.installed.installed("discord")) == {"1", "3"}
    await communities.compare("slack", set())
    assert set(await watched.stores.installed.installed("discord")) == {"1", "3"}


async def test_a_guild_that_never_had_the_bot_is_not_noted(watched: House) -> None:
    await watched.actions.removed_communities.removed("discord", "stranger")
    assert await watched.stores.installed.all_removed() == []


async def test_a_second_removal_keeps_the_first_moment(watched: House) -> None:
    communities = watched.actions.removed_communities
    await communities.added("discord", "leaving")
    await communities.removed("discord", "leaving")
    await watched.clock.advance(DAY)
    await communities.removed("discord", "leaving")
    assert await watched.stores.installed.all_removed() == [
        RemovedCommunity(platform="discord", community_id="leaving", removed_at=NOON)
    ]


async def test_messages_left_behind_are_tried_as_soon_as_the_bot_is_there_again(watched: House) -> None:
    job = await watched.drawn()
    watched.chat.kept_back.append(Undeliverable("403"))
    await watched.actions.jobs.delete(job.id, person())
    await watched.actions.removed_communities.added("discord", "another")
    await watched.actions.removals.again()
    assert watched.chat.taken_away == []
    await watched.actions.removed_communities.added("discord", "guild")
    await watched.actions.removals.again()
    assert watched.chat.taken_away == [job.id]
