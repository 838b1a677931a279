"""People who ask, cancel and reset at random, and engines that bring their jobs on, over one store.

`python -m tests.money.racer URL SEED` is one process of several that race over the same limits; it prints how many
requests were accepted and how many were refused, as JSON.
"""

from __future__ import annotations

import asyncio
import dataclasses
import json
import random
import sys
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.domain.errors import OverLimit, StaleJob, SubmitBusy, TaskTaken
from bot.domain.job import Failure, FailureCode, Job, JobState
from bot.domain.limits import Ceilings, Limits
from bot.domain.people import Person
from db.engine import open_database
from db.jobs import SqlJobStore
from db.tables import jobs
from db.usage import SqlUsageLedger
from tests.db.orders import NOON, order, pictures
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
RACERS, TURNS = 4, 30
USERS, COMMUNITIES = 5, ("one", "two", "web")


def person_of(user: int, community: str) -> Person:
    platform = "web" if community == "web" else "discord"
    return Person(
        platform=platform, community_id=community, user_id=f"u{user}", name="U", guest=community == "web" and user > 0
    )


@dataclasses.dataclass
class Racer:
    engine: AsyncEngine
    random: random.Random
    accepted: int = 0
    refused: int = 0

    def __post_init__(self) -> None:
        self.store = SqlJobStore(self.engine, FakeClock(NOON))
        self.ledger = SqlUsageLedger(self.engine)

    async def run(self) -> None:
        for _ in range(TURNS):
            try:
                await self.random.choice([self.ask, self.ask, self.advance, self.advance, self.cancel, self.reset])()
            except OverLimit:
                self.refused += 1
            except (StaleJob, SubmitBusy, TaskTaken):
                pass

    async def ask(self) -> None:
        who = person_of(self.random.randrange(USERS), self.random.choice(COMMUNITIES))
        job = order(f"fox {self.random.random()}", n=self.random.randint(1, 4), by=who)
        await self.store.add(job, LIMITS)
        self.accepted += 1

    async def _some(self) -> Job | None:
        """Any job, whichever process asked for it."""
        async with self.engine.connect() as connection:
            known = sorted((await connection.execute(select(jobs.c.id))).scalars())
        return await self.store.get(self.random.choice(known)) if known else None

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


async def race(engine: AsyncEngine, seed: int) -> list[Racer]:
    """Several at once on one engine, each repeatable by its seed."""
    racers = [Racer(engine, random.Random(7 * seed + turn)) for turn in range(RACERS)]  # noqa: S311 - repeated
    await asyncio.gather(*(racer.run() for racer in racers))
    return racers


async def _main(url: str, seed: int) -> None:
    async with open_database(url) as engine:
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.readline)  # until all processes are there
        racers = await race(engine, seed)
    result = {"accepted": sum(racer.accepted for racer in racers), "refused": sum(racer.refused for racer in racers)}
    sys.stdout.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1], int(sys.argv[2])))
