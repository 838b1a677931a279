"""Three engines over one PostgreSQL, each with connections of its own: no limit is exceeded, and no books differ."""

from __future__ import annotations

import asyncio
import dataclasses
import random
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from bot.domain.errors import OverLimit, StaleJob, SubmitBusy
from bot.domain.job import Failure, FailureCode, Job, JobState
from bot.domain.limits import Ceilings, Limits
from bot.domain.people import Person
from db.engine import open_database
from db.jobs import SqlJobStore
from db.usage import SqlUsageLedger
from tests.db.audit import assert_books_agree
from tests.db.databases import DATABASES, emptied
from tests.db.orders import NOON, order, pictures
from tests.db.template import migrated
from tests.fakes.clock import FakeClock

LIMITS = Limits(
    user_daily=40,
    user_running=3,
    user_waiting=7,
    community_monthly=90,
    ceilings=Ceilings(
        user_daily=50, user_unfinished=12, community_monthly=100, total_daily=150, total_monthly=170, guests_daily=20
    ),
)
ENGINES, RACERS, TURNS = 3, 4, 30


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "easel.db"
    file.write_bytes(migrated())
    return file


@pytest.mark.parametrize("database", DATABASES)
async def test_engines_that_race_spend_no_more_than_is_allowed(database: str, file: Path) -> None:
    url = await emptied(database, file)
    clock = FakeClock(NOON)
    known: list[Job] = []
    async with AsyncExitStack() as stack:
        engines = [await stack.enter_async_context(open_database(url)) for _ in range(ENGINES)]
        racers = [
            Racer(SqlJobStore(engine, clock), SqlUsageLedger(engine), known, random.Random(7 * place + turn))  # noqa: S311 - repeated
            for place, engine in enumerate(engines)
            for turn in range(RACERS)
        ]
        await asyncio.gather(*(racer.run() for racer in racers))
        assert sum(racer.refused for racer in racers) > 0
        assert await assert_books_agree(engines[0]) > 50
        usage = await racers[0].store.usage(person_of(0, "one"), NOON)
        assert usage.ceilings.total_today <= 150
        assert usage.ceilings.total_month <= 170
        for user in range(5):
            for community in ("one", "two", "web"):
                usage = await racers[0].store.usage(person_of(user, community), NOON)
                assert usage.ceilings.user_today <= 50
                assert usage.ceilings.user_unfinished <= 12
                assert usage.ceilings.community_month <= 100
                assert (usage.today, usage.unfinished, usage.community_month) <= (40, 10, 90)
                assert (usage.ceilings.guests_today or 0) <= 20


def person_of(user: int, community: str) -> Person:
    platform = "web" if community == "web" else "discord"
    return Person(
        platform=platform, community_id=community, user_id=f"u{user}", name="U", guest=community == "web" and user > 0
    )


@dataclasses.dataclass
class Racer:
    store: SqlJobStore
    ledger: SqlUsageLedger
    known: list[Job]
    random: random.Random
    refused: int = 0

    async def run(self) -> None:
        for _ in range(TURNS):
            try:
                await self.random.choice([self.ask, self.ask, self.advance, self.advance, self.cancel, self.reset])()
            except OverLimit:
                self.refused += 1
            except (StaleJob, SubmitBusy):
                pass

    async def ask(self) -> None:
        who = person_of(self.random.randrange(5), self.random.choice(["one", "two", "web"]))
        job = order(f"fox {self.random.random()}", n=self.random.randint(1, 4), by=who)
        await self.store.add(job, LIMITS)
        self.known.append(job)

    async def _some(self) -> Job | None:
        return await self.store.get(self.random.choice(self.known).id) if self.known else None

    async def cancel(self) -> None:
        some = [job.id for _ in range(3) if (job := await self._some()) is not None]
        await self.store.cancel(some)

    async def reset(self) -> None:
        if (job := await self._some()) is not None and self.random.random() < 0.2:
            await self.ledger.reset_today(job.author, NOON, "UTC")

    async def advance(self) -> None:
        job = await self._some()
        if job is None or job.settled:
            return
        if job.state.finished:
            await self.store.update_order(job, **self._learned(job))
            return
        if self.random.random() < 0.1:
            await self.store.move(job, JobState.FAILED, failure=self._failure())
            return
        changes: dict[str, Any] = {}
        to = {
            JobState.QUEUED: JobState.SUBMITTING,
            JobState.SUBMITTING: JobState.GENERATING,
            JobState.GENERATING: JobState.DELIVERING,
            JobState.DELIVERING: JobState.DONE,
        }[job.state]
        if to is JobState.GENERATING:
            changes["task_id"] = f"task-{job.id}"
        elif to is JobState.DELIVERING:
            changes["pictures"] = pictures(self.random.randint(1, job.request.n))
        await self.store.move(job, to, **changes)

    def _failure(self) -> Failure:
        return Failure(code=self.random.choice([FailureCode.TASK_FAILED, FailureCode.UNCLEAR, FailureCode.TIMED_OUT]))

    def _learned(self, job: Job) -> dict[str, Any]:
        if job.task_open:
            drawn = self.random.random() < 0.5
            return {
                "task_open": False,
                **({"pictures": pictures(job.request.n)} if drawn else {"failure": self._failure()}),
            }
        went_out = self.random.random() < 0.5
        return {"submit_open": False, **({"task_open": True, "task_id": f"task-{job.id}"} if went_out else {})}
