"""A whole Easel over SQLite and a provider that keeps its own books, and what each limit would say of it."""

from __future__ import annotations

import dataclasses
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.actions.admission import Admission
from bot.composition.acting import Stores
from bot.domain.community import Community
from bot.domain.job import FailureCode, Job, JobState
from bot.domain.limits import Ceilings, Limits
from bot.domain.moderation import AuditAction
from bot.domain.people import Destination, Person
from bot.domain.ports import ModelTask, NewAudit, TaskState
from db.engine import open_database
from db.rows import job_of
from db.tables import jobs
from tests.fakes.chat import FakeChat
from tests.fakes.clock import FakeClock
from tests.fakes.connected import Connected, connected
from tests.fakes.memory_picture_store import MemoryPictureStore
from tests.fakes.model import FakeModel

START = datetime.fromisoformat("2026-11-29T15:30:00+00:00")  # half an hour before midnight in Shanghai
LIMITS = Limits(
    user_daily=9,
    user_running=2,
    user_waiting=2,
    community_monthly=13,
    ceilings=Ceilings(
        user_daily=9,
        user_unfinished=4,
        community_monthly=13,
        total_daily=24,
        total_monthly=34,
        guests_daily=7,
        timezone="Asia/Shanghai",
    ),
)
COMMUNITIES = (
    Community(platform="discord", community_id="one", user_daily=7, user_waiting=1, channel_daily={"general": 10}),
    Community(platform="discord", community_id="two", cooldown=40, monthly=6, weights={2048: 2}),
)
PEOPLE = {
    "ann in one": Person(platform="discord", community_id="one", user_id="ann", name="Ann"),
    "ann in two": Person(platform="discord", community_id="two", user_id="ann", name="Ann"),
    "ann alone": Person(platform="discord", community_id="dm-1", user_id="ann", name="Ann"),
    "bob in one": Person(platform="discord", community_id="one", user_id="bob", name="Bob"),
    "bob at work": Person(platform="slack", community_id="T1", user_id="bob", name="Bob"),
    "cookie 1": Person(platform="web", community_id="web", user_id="c1", name="Guest", guest=True),
    "cookie 2": Person(platform="web", community_id="web", user_id="c2", name="Guest", guest=True),
    "cookie 3": Person(platform="web", community_id="web", user_id="c3", name="Guest", guest=True),
    "at the machine": Person(platform="web", community_id="web", user_id="local", name="You"),
}


def destination(person: Person) -> Destination:
    return Destination(platform=person.platform, community_id=person.community_id, channel_id="general")


@dataclass(frozen=True)
class Accepted:
    """A job as it was accepted, and the limits it was accepted under."""

    job_id: str
    author: Person
    n: int
    points: int
    day: str
    base_day: str
    at: datetime


def outcome(task: ModelTask) -> ModelTask:
    """The provider fails every fourth task."""
    if int(task.id.removeprefix("task-")) % 4 == 0:
        return dataclasses.replace(task, state=TaskState.FAILED, error="no")
    return dataclasses.replace(
        task, state=TaskState.SUCCEEDED, urls=tuple(f"{task.id}/{index}" for index in range(task.n))
    )


@dataclass
class World:
    """The store, the provider and the chats outlive the engines that are started and killed over them."""

    clock: FakeClock
    model: FakeModel
    picture_store: MemoryPictureStore
    engine: AsyncEngine
    stores: Stores
    chats: dict[str, FakeChat]
    house: Connected = field(init=False)
    accepted: dict[str, Accepted] = field(default_factory=dict)
    forgiven: dict[tuple[object, ...], int] = field(default_factory=dict)

    @classmethod
    async def opened(cls, file: Path, stack: AsyncExitStack) -> World:
        clock = FakeClock(START)
        engine = await stack.enter_async_context(open_database(f"sqlite:///{file}"))
        picture_store = MemoryPictureStore()
        stores = Stores.over(engine, clock, picture_store, timezone=LIMITS.ceilings.timezone)
        for community in COMMUNITIES:
            done = NewAudit(
                platform=community.platform,
                community_id=community.community_id,
                actor_id="m",
                actor_name="M",
                action=AuditAction.SETTINGS_CHANGED,
            )
            await stores.communities.save_community(community, done)
        chats = {name: FakeChat(name) for name in ("discord", "slack", "web")}
        model = FakeModel(clock, draws_for=20.0, outcome=outcome)
        return cls(clock=clock, model=model, picture_store=picture_store, engine=engine, stores=stores, chats=chats)

    def build(self) -> None:
        """Everything above the store, as a start of the program makes it."""
        self.house = connected(self.stores, clock=self.clock, model=self.model, limits=LIMITS)
        self.house.registry.platforms.update(self.chats)

    async def limits_of(self, person: Person) -> Limits:
        admission = Admission(communities=self.stores.communities, clock=self.clock, limits=LIMITS)
        return await admission.limits(person, "general")

    async def job(self, job_id: str) -> Job:
        found = await self.stores.jobs.get(job_id)
        assert found is not None
        return found

    async def jobs(self) -> dict[str, Job]:
        """What was accepted, as it is now, in one query."""
        async with self.engine.connect() as connection:
            rows = (await connection.execute(select(jobs).where(jobs.c.kind == "pictures"))).mappings()
            return {row["id"]: job_of(row) for row in rows}

    # What the provider says

    def ordered(self, job_id: str) -> int:
        """Pictures that the provider was asked for and has not failed by now."""
        return sum(
            made.task.n
            for made in self.model.made.values()
            if made.job_id == job_id
            and not (self.model.time >= made.ends_at and outcome(made.task).state is TaskState.FAILED)
        )

    def drawing(self) -> dict[tuple[str, str, str], int]:
        """Tasks that the provider draws now, by whose they are."""
        found: dict[tuple[str, str, str], int] = {}
        for made in self.model.made.values():
            if self.model.time < made.ends_at:
                account = self.accepted[made.job_id].author.account
                found[account] = found.get(account, 0) + 1
        return found

    # What each limit says

    async def check_limits(self, person: Person, limits: Limits) -> None:
        """After something of this person was accepted: no limit is exceeded, by sums of our own."""
        found = await self.jobs()
        newest = max((one for one in self.accepted.values() if one.author == person), key=lambda one: one.at)
        charged = {
            name: one.n if (known := found[name].charged) is None else known for name, one in self.accepted.items()
        }
        spent = {
            name: max(one.n if (known := found[name].spent) is None else known, self.ordered(name))
            for name, one in self.accepted.items()
        }

        def total(of: dict[str, int], *, base: bool, **same: object) -> int:
            return sum(
                of[name] * (1 if base else one.points)
                for name, one in self.accepted.items()
                if all(_fact(one, fact) == value for fact, value in same.items())
            )

        here = (person.platform, person.community_id)
        day, base_day = newest.day, newest.base_day
        ceilings = limits.ceilings
        own = total(charged, base=False, member=(*here, person.user_id), day=day)
        own -= self.forgiven.get((*here, person.user_id, day), 0)
        sums = {
            "a member's day": (own, limits.user_daily),
            "an account's day": (
                total(charged, base=True, account=person.account, base_day=base_day),
                ceilings.user_daily,
            ),
            "a channel's day": (total(spent, base=False, community=here, day=day), limits.channel_daily),
            "a community's month": (total(spent, base=False, community=here, month=day[:7]), limits.community_monthly),
            "a community's base month": (
                total(spent, base=True, community=here, base_month=base_day[:7]),
                ceilings.community_monthly,
            ),
            "everybody's day": (total(spent, base=True, base_day=base_day), ceilings.total_daily),
            "everybody's month": (total(spent, base=True, base_month=base_day[:7]), ceilings.total_monthly),
        }
        if person.guest:
            sums["the guests' day"] = (total(spent, base=True, guest=True, base_day=base_day), ceilings.guests_daily)
        open_jobs = [one for name, one in self.accepted.items() if found[name].charged is None]
        sums["a member's open jobs"] = (
            sum(_fact(one, "member") == (*here, person.user_id) for one in open_jobs),
            limits.user_unfinished,
        )
        sums["an account's open jobs"] = (
            sum(one.author.account == person.account for one in open_jobs),
            ceilings.user_unfinished,
        )
        for name, (taken, limit) in sums.items():
            assert limit is None or taken <= limit, f"{name}: {taken} of {limit}"

    async def check_settled(self) -> None:
        """Once nothing is open any more: both sums are what the provider and the chats say."""
        for name, job in (await self.jobs()).items():
            assert job.settled, job
            drawn = self.ordered(name)
            if job.failure is not None and job.failure.code is FailureCode.UNCLEAR:
                assert (job.spent or 0) >= drawn, job  # nobody can tell whether it was ordered, so it counts
            else:
                assert job.spent == drawn, job
            posted = name in self.chats[job.destination.platform].messages and job.state is JobState.DONE
            assert job.charged == (drawn if posted or job.state is JobState.CANCELLED else 0), job
            if job.state is JobState.CANCELLED:
                assert len(job.pictures) == drawn, job


def _fact(one: Accepted, name: str) -> object:
    author = one.author
    return {
        "member": (author.platform, author.community_id, author.user_id),
        "account": author.account,
        "community": (author.platform, author.community_id),
        "guest": author.guest,
        "day": one.day,
        "month": one.day[:7],
        "base_day": one.base_day,
        "base_month": one.base_day[:7],
    }[name]
