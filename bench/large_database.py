"""A database of a million jobs and two million ledger rows, and what people and the operator wait for on it.

`python -m bench.large_database [--jobs N] [--keep FILE]`. Every question that a person's command asks is timed, the
slowest of three runs; the operator's commands run as processes of their own, and their memory is compared with that of
the same command on an empty database. Needs a gigabyte of disk.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from bench.figures import table
from bot.domain.people import Person
from bot.domain.ports import GalleryFilter, GalleryQuery, UsageFilter, UsageGroup
from bot.runtime.clock import SystemClock
from db.engine import open_database
from db.gallery import SqlGallery
from db.jobs import SqlJobStore
from db.migrate import migrate
from db.personal import SqlPersonalData
from db.usage import SqlUsageLedger

JOBS = 1_000_000
LARGEST = "81"  # the guild that has a fifth of everything
_RUNS = 3
_COMMANDS = ("usage --since 400d", "usage --since 400d --entries --csv", "jobs", "mydata export discord u35", "backup")

# Job `i` of `:jobs` in a year: of one guild in a hundred, or of the largest, and of one of 5,000 people.
_JOBS = """
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < :jobs - 1)
INSERT INTO jobs (id, author_platform, author_community_id, author_id, author_name, author_locale, platform,
  community_id, channel_id, locale, details, private, prompt, prompt_folded, ratio, n, clarity, prompt_sent,
  fingerprint, points, day, base_day, state, created_at, finished_at, task_id, submit_open, pictures, card_open, stars)
SELECT printf('j%011d', i), 'discord', g, 'u' || (i * 7919 % 5000), 'Name ' || (i * 7919 % 5000), 'en', 'discord',
  g, 'c' || (i % 10), 'en', '{}', i % 4 = 0, p, p, '1:1', 2, 2048, p,
  printf('%064d', i), 1, date(at), date(at), 'done', at, at, 'task-' || i, 0,
  '[{"key": "' || printf('j%011d', i) || '/1.png", "width": 2048, "height": 2048, "size": 900000,'
  || ' "media_type": "image/png"}]', 0, i % 50 = 0
FROM (SELECT i, CASE WHEN i % 5 = 0 THEN '81' ELSE 'g' || (i % 100) END AS g,
  'a lighthouse in a storm, seen from the sea, number ' || i AS p,
  datetime(:began, '+' || (i * 31536000 / :jobs) || ' seconds') || '.000000' AS at FROM n)
"""
_USAGE = """
INSERT INTO usage (job_id, kind, pictures, platform, community_id, channel_id, user_id, points, day, at, roles)
SELECT id, entry, n, platform, community_id, channel_id, author_id, 1, day, created_at, '[]'
FROM jobs CROSS JOIN (SELECT 'reserve' AS entry UNION ALL SELECT 'settle')
"""


async def make(url: str, file: Path, jobs: int) -> float:
    """Seconds."""
    async with open_database(url) as engine:
        await migrate(engine)
    began = time.monotonic()
    await asyncio.to_thread(_fill, file, jobs)
    return time.monotonic() - began


def _fill(file: Path, jobs: int) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("BEGIN")
        indexes = connection.execute(
            "SELECT name, sql FROM sqlite_master"
            " WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN ('jobs', 'usage')"
        ).fetchall()
        for name, _ in indexes:  # built once at the end, which is quicker than row by row
            connection.execute(f'DROP INDEX "{name}"')
        year_ago = datetime.now(UTC) - timedelta(days=365)
        connection.execute(_JOBS, {"jobs": jobs, "began": f"{year_ago:%Y-%m-%d %H:%M:%S}"})
        connection.execute(_USAGE)
        for _, sql in indexes:
            connection.execute(sql)
        connection.execute("COMMIT")


async def ask(url: str) -> Mapping[str, float]:
    """Seconds of each question that a person's command asks."""
    clock, today = SystemClock(), datetime.now(UTC).date()
    person = Person(platform="discord", community_id=LARGEST, user_id="u35", name="Name 35", channels=("c5",))
    year = UsageFilter(since=today - timedelta(days=366), platform="discord", community_id=LARGEST)
    month = UsageFilter(since=today.replace(day=1), platform="discord", community_id=LARGEST)
    async with open_database(url) as engine:
        store, gallery = SqlJobStore(engine, clock), SqlGallery(engine)
        ledger, personal = SqlUsageLedger(engine), SqlPersonalData(engine, clock)

        def search(gallery_filter: GalleryFilter, *words: str) -> Callable[[], Awaitable[object]]:
            query = GalleryQuery(gallery_filter=gallery_filter, person=person, channel_id="c5", words=words)
            return partial(gallery.search, query)

        async def own_data() -> None:
            async for _ in personal.jobs_of("discord", "u35"):
                pass

        questions: dict[str, Callable[[], Awaitable[object]]] = {
            **{f"a guild's year by {group.value}": partial(ledger.view, group, year) for group in UsageGroup},
            "a guild's month by person": partial(ledger.view, UsageGroup.PERSON, month),
            **{f"gallery {one.value}": search(one) for one in GalleryFilter},
            **{f"gallery {one.value}, searched": search(one, "storm", "999") for one in GalleryFilter},
            "completion of a prompt": partial(gallery.recent_prompts, person, beginning="light", count=25),
            "the page's newest": partial(store.recent, person, channel_id="c5", count=50),
            "what limits know": partial(store.usage, person, clock.now()),
            "own data": own_data,
        }
        return {name: max([await _seconds(question) for _ in range(_RUNS)]) for name, question in questions.items()}


async def _seconds(question: Callable[[], Awaitable[object]]) -> float:
    began = time.monotonic()
    await question()
    return time.monotonic() - began


def megabytes(command: str, data: Path) -> tuple[float, float]:
    """The largest resident size of an operator's command, and its seconds."""
    words = [sys.executable, "-m", "bot", *command.split()]
    if command == "backup":
        words.append(str(data.parent / f"backups-{data.name}"))
    environment = {**os.environ, "DATA_DIR": str(data)}
    began = time.monotonic()
    process = subprocess.Popen(words, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603 - our own program
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command} ends with {process.returncode}")
    return used.ru_maxrss / 1024, time.monotonic() - began


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=JOBS)
    parser.add_argument("--keep", type=Path, help="a directory that keeps the database for another run")
    options = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    folder = options.keep or Path(tempfile.mkdtemp(prefix="easel-bench-"))
    try:
        large, empty = folder / "large", folder / "empty"
        url = f"sqlite+aiosqlite:///{large}/easel.db"
        rows: list[tuple[str, object]] = []
        for data in (large, empty):
            data.mkdir(parents=True, exist_ok=True)
        if not (large / "easel.db").exists():
            took = asyncio.run(make(url, large / "easel.db", options.jobs))
            rows.append(("the database is made", f"{took:.1f} s"))
        rows += [(name, f"{took:.2f} s") for name, took in asyncio.run(ask(url)).items()]
        for command in _COMMANDS:
            megabytes("migrate", empty)
            (least, _), (most, took) = megabytes(command, empty), megabytes(command, large)
            rows.append((command, f"{most - least:.0f} MB more than on an empty database, {took:.1f} s"))
        table(f"{options.jobs} jobs, {2 * options.jobs} ledger rows", rows)
    finally:
        if options.keep is None:
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
