"""The rooms that decide who may ask, over a real database; chat and moderators' channel keep everything."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.actions.budget import BudgetWatch
from bot.actions.defaults import PersonalDefaults
from bot.actions.exceptions import LimitExceptions
from bot.actions.imagine import Imagine
from bot.actions.moderate import Moderate
from bot.actions.people_rules import PeopleRules
from bot.actions.reports import Reports
from bot.actions.settings import Settings
from bot.actions.why import Why
from bot.composition.acting import Stores
from bot.domain.community import Community
from bot.domain.job import Job, JobState
from bot.domain.limits import Limits
from bot.domain.moderation import AuditAction, AuditEntry
from bot.domain.operator_channel import OperatorChannel
from bot.domain.people import Destination, Person
from bot.domain.ports import ModeratorChannel, NewAudit
from bot.domain.report import JobReport
from bot.engine.in_process import InProcessDispatcher
from db.communities import SqlCommunityStore
from db.jobs import SqlJobStore
from tests.db.orders import NOON, bring
from tests.fakes.chat import FakeChat
from tests.fakes.clock import FakeClock
from tests.fakes.connected import connected
from tests.fakes.memory_picture_store import MemoryPictureStore
from tests.fakes.model import FakeModel
from tests.fakes.moderator_channel import FakeModeratorChannel

LIMITS = Limits(user_daily=10, user_running=3, user_waiting=7)


def person(user: str = "ann", *roles: str, community: str = "guild") -> Person:
    return Person(platform="fake", community_id=community, user_id=user, name=user.title(), roles=roles)


MOD = replace(person("mod"), moderator=True)
OTHER_MOD = replace(person("otto"), moderator=True)
MANAGER = replace(person("mary"), manager=True)
OPERATOR = replace(person("opal"), operator=True)
STRANGER = replace(person("zoe", community="elsewhere"), moderator=True, manager=True)


def place(channel: str = "general", community: str = "guild") -> Destination:
    return Destination(platform="fake", community_id=community, channel_id=channel, private=False)


@dataclass
class Court:
    store: SqlJobStore
    communities: SqlCommunityStore
    clock: FakeClock
    chat: FakeChat
    moderator_channel: FakeModeratorChannel
    moderator_channels: dict[str, ModeratorChannel]
    dispatcher: InProcessDispatcher
    imagine: Imagine
    budget: BudgetWatch
    moderate: Moderate
    people: PeopleRules
    settings: Settings
    exceptions: LimitExceptions
    defaults: PersonalDefaults
    reports: Reports
    why: Why

    async def ask(self, text: str = "a fox", *, by: Person | None = None, channel: str = "general") -> JobReport:
        return await self.imagine.from_text(text, author=by or person(), destination=place(channel))

    async def drawn(self, text: str = "a fox", *, by: Person | None = None) -> Job:
        """A result that everybody can see."""
        job = await bring(self.store, (await self.ask(text, by=by)).job, JobState.DONE)
        self.chat.messages[job.id] = f"result-{job.id}"
        return await self.store.note(job.id, result_id=f"result-{job.id}", card_open=False)

    async def decide(self, **changes: object) -> Community:
        """The community with other settings, as if somebody had changed them before."""
        before = await self.communities.community("fake", "guild")
        after = replace(before, **changes)  # type: ignore[arg-type]
        audit = NewAudit(
            platform="fake", community_id="guild", actor_id="x", actor_name="x", action=AuditAction.SETTINGS_CHANGED
        )
        await self.communities.save_community(after, audit)
        return after

    async def trail(self, action: AuditAction | None = None, target: str | None = None) -> list[AuditEntry]:
        return list(await self.communities.audit_trail("fake", "guild", action=action, target=target, count=100))

    async def job(self, job_id: str) -> Job:
        found = await self.store.get(job_id)
        assert found is not None
        return found


@asynccontextmanager
async def open_court(
    engine: AsyncEngine, limits: Limits = LIMITS, *, operator_channel: OperatorChannel | None = None
) -> AsyncIterator[Court]:
    clock = FakeClock(NOON)
    chat, moderator_channel = FakeChat(), FakeModeratorChannel()
    built = connected(
        Stores.over(engine, clock, MemoryPictureStore(), timezone=limits.ceilings.timezone),
        clock=clock,
        model=FakeModel(clock),
        limits=limits,
        operator_channel=operator_channel,
    )
    built.registry.platforms["fake"] = chat
    built.registry.moderator_channels["fake"] = moderator_channel
    actions = built.actions
    yield Court(
        store=built.stores.jobs,
        communities=built.stores.communities,
        clock=clock,
        chat=chat,
        moderator_channel=moderator_channel,
        moderator_channels=built.registry.moderator_channels,
        dispatcher=built.dispatcher,
        imagine=actions.imagine,
        budget=actions.budget,
        moderate=actions.moderate,
        people=actions.people,
        settings=actions.settings,
        exceptions=actions.exceptions,
        defaults=actions.defaults,
        reports=actions.reports,
        why=actions.why,
    )
    await actions.budget.close()
