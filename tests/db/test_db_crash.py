"""A writer killed at any moment leaves books that agree, and loses nothing that it was told is saved."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from pathlib import Path

from bot.domain.job import JobState
from db.engine import open_database
from db.jobs import SqlJobStore
from db.migrate import migrate
from tests.db.audit import assert_books_agree
from tests.db.orders import NOON
from tests.fakes.clock import FakeClock

REPOSITORY = Path(__file__).parents[2]
WRITE = """
import asyncio, dataclasses, itertools, sys
from db.engine import open_database
from db.jobs import SqlJobStore
from bot.runtime.clock import SystemClock
from bot.domain.job import JobState
from tests.db.orders import PLENTY, bring, order, person

async def writer(store, name):
    for number in itertools.count():
        roles = ("staff",) if number % 2 else ()
        author = dataclasses.replace(person(f"u{number % 3}"), roles=roles)
        job = order(f"{name} {number}", n=3, by=author, channel=f"c{number % 2}")
        await store.add(job, PLENTY)
        print(job.id, "queued", flush=True)
        end = (JobState.DONE, JobState.FAILED, JobState.GENERATING)[number % 3]
        await bring(store, job, end)
        print(job.id, end.value, flush=True)

async def main():
    async with open_database(sys.argv[1]) as engine:
        store = SqlJobStore(engine, SystemClock())
        await asyncio.gather(*(writer(store, f"{sys.argv[2]} {index}") for index in range(5)))

asyncio.run(main())
"""
KILLS = 3


def test_sigkill_in_the_midst_of_writing(url: str) -> None:
    async def look() -> tuple[int, dict[str, JobState]]:
        async with open_database(url) as engine:
            await migrate(engine)
            store = SqlJobStore(engine, FakeClock(NOON))
            count = await assert_books_agree(engine)
            found = {job_id: await store.get(job_id) for job_id in said}
            return count, {job_id: job.state for job_id, job in found.items() if job is not None}

    said: dict[str, JobState] = {}
    asyncio.run(look())
    for kill in range(KILLS):
        process = subprocess.Popen(  # noqa: S603 - our own words
            [sys.executable, "-c", WRITE, url, str(kill)], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        first = process.stdout.readline()
        time.sleep(0.1 + kill * 0.037)
        process.kill()
        rest, _ = process.communicate()
        for line in [first, *rest.splitlines(keepends=True)]:
            if line.endswith("\n"):  # the last may be cut off
                job_id, state = line.split()
                said[job_id] = JobState(state)
        count, states = asyncio.run(look())
        assert count >= len(said) > kill
        assert states.keys() == said.keys()
        for job_id, state in said.items():
            # It may be further than it could say.
            assert state is JobState.QUEUED or states[job_id] is state
