"""A database of a million jobs and two million ledger rows, and what people and the operator wait for on it.

`python -m bench.large_database [--size quick] [--keep DIR]`. Every question that a person's command asks is timed, the
slowest of three runs, for somebody who has a tenth of all jobs; the operator's commands run as processes of their own,
and their memory is compared with that of `doctor` on an empty database. Needs three gigabytes of disk.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from bench.tables import Size, Table
from bot.domain.cursor import Cursor
from bot.domain.people import Person
from bot.domain.ports import GalleryFilter, GalleryQuery, ResultQuery, UsageFilter, UsageGroup
from bot.runtime.clock import SystemClock
from db.engine import open_database
from db.gallery import SqlGallery
from db.jobs import SqlJobStore
from db.migrate import migrate
from db.personal import SqlPersonalData
from db.usage import SqlUsageLedger

JOBS = 1_000_000
LARGEST = "81"  # the guild that has a fifth of everything
MOST = "most"  # the person of that guild who has a tenth
FIRST = "j00000000000"
Question = Callable[[], Awaitable[object]]
_OPEN = (UsageGroup.DAY, UsageGroup.MONTH)
_RUNS = 3
_SECONDS, _MEGABYTES = 1.0, 150.0  # that a person's question and an operator's command may take
# Each is a process of its own.
_COMMANDS = (
    "doctor",
    "usage --since 400d",
    "usage --since 400d --group day",
    "usage --since 400d --group channel --platform discord --community 81",
    "usage --since 30d --entries --csv",
    "usage --since 30d --entries --json",
    "jobs list",
    "jobs list --state failed",
    "jobs list --count 5000",
    "jobs show {job}",
    "limits show --platform discord --community 81",
    "words list --platform discord --community 81",
    "audit list --platform discord --community 81",
    "invites",
    "mydata export discord most --out {folder}",
    "backup --out {folder}/backups",
    "restored",
    "mydata delete discord u36 --yes --leave-messages",
)

# Job `i` of `:jobs` in a year: of one guild in a hundred, or of the largest, and of one of 5,000 people; but a tenth of
# all is one person's.
_JOBS = """
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < :jobs - 1)
INSERT INTO jobs (id, author_platform, author_community_id, author_id, author_name, author_locale, platform,
  community_id, channel_id, locale, details, private, prompt, prompt_folded, ratio, n, clarity, prompt_sent,
  fingerprint, points, day, base_day, state, created_at, finished_at, task_id, submit_open, pictures, card_open, stars)
SELECT printf('j%011d', i), 'discord', g, u, 'Name ' || u, 'en', 'discord',
  g, CASE WHEN :every = 1 THEN 'c5' ELSE 'c' || (i / 10 % 10) END, 'en', '{}',
  i % 4 = 1, p, p, CASE WHEN i % 100 = 5 THEN '16:9' ELSE '1:1' END, 2, 2048, p,
  printf('%064d', i), 1, date(at), date(at), 'done', at, at, 'task-' || i, 0,
  '[{"key": "' || printf('%03d/1.png', i % 1000) || '", "width": 2048, "height": 2048, "size": 900000,'
  || ' "media_type": "image/png"}]', 0, i % 50 = 0
FROM (SELECT i, CASE WHEN i % 5 = 0 OR :every = 1 THEN '81' ELSE 'g' || (i % 100) END AS g,
  CASE WHEN i % :every = 0 THEN 'most' ELSE 'u' || (i * 7919 % 5000) END AS u,
  'a lighthouse in a storm, seen from the sea, number ' || i AS p,
  datetime(:began, '+' || (i * 31536000 / :jobs) || ' seconds') || '.000000' AS at FROM n)
"""
_USAGE = """
INSERT INTO usage (job_id, kind, pictures, platform, community_id, channel_id, user_id, points, day, at, roles)
SELECT id, entry, n, platform, community_id, channel_id, author_id, 1, day, created_at,
  CASE WHEN author_id LIKE '%5' THEN '["81384788765712384", "81384788765712399"]' ELSE '[]' END
FROM jobs CROSS JOIN (SELECT 'reserve' AS entry UNION ALL SELECT 'settle')
"""


async def make(url: str, file: Path, jobs: int, *, every: int = 10) -> float:
    """Seconds. Of so many jobs one is of the person who has most; with 1 all are, in one channel."""
    async with open_database(url) as engine:
        await migrate(engine)
    began = time.monotonic()
    await asyncio.to_thread(_fill, file, jobs, every)
    return time.monotonic() - began


def _fill(file: Path, jobs: int, every: int) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = OFF")  # each page is written once
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA cache_size = -400000")  # KB, so that the indexes are sorted in memory
        connection.execute("BEGIN")
        indexes = connection.execute(
            "SELECT name, sql FROM sqlite_master"
            " WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN ('jobs', 'usage')"
        ).fetchall()
        for name, _ in indexes:  # built once at the end, which is quicker than row by row
            connection.execute(f'DROP INDEX "{name}"')
        year_ago = datetime.now(UTC) - timedelta(days=365)
        connection.execute(_JOBS, {"jobs": jobs, "every": every, "began": f"{year_ago:%Y-%m-%d %H:%M:%S}"})
        connection.execute(_USAGE)
        for _, sql in indexes:
            connection.execute(sql)
        connection.execute("COMMIT")


def _draw(folder: Path) -> None:
    """The files that the jobs name: few, which many jobs share, so that they are made quickly."""
    for number in range(1000):
        file = folder / f"{number:03}/1.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"a picture" * 100)


async def ask(url: str) -> Mapping[str, tuple[float, float]]:
    """Of each question that a person's command asks, the slowest of some runs: seconds, and of a processor."""
    clock, today = SystemClock(), datetime.now(UTC).date()
    person = Person(platform="discord", community_id=LARGEST, user_id=MOST, name="Name", channels=("c5",))
    year = UsageFilter(since=today - timedelta(days=366), platform="discord", community_id=LARGEST)
    mine = replace(year, user_id=MOST)
    everywhere = UsageFilter(since=year.since)
    async with open_database(url) as engine:
        store, gallery = SqlJobStore(engine, clock), SqlGallery(engine)
        ledger, personal = SqlUsageLedger(engine), SqlPersonalData(engine, clock)
        shelf = ResultQuery(gallery_filter=GalleryFilter.MINE, person=person, channel_id="c5", count=60)
        newest = await gallery.results(shelf)

        def search(gallery_filter: GalleryFilter, *words: str) -> Question:
            query = GalleryQuery(gallery_filter=gallery_filter, person=person, channel_id="c5", words=words)
            return partial(gallery.search, query)

        def results(**narrowed: Any) -> Question:
            return partial(gallery.results, replace(shelf, **narrowed))

        async def handed_out() -> None:
            async for _ in personal.jobs_of("discord", MOST):
                pass
            async for _ in ledger.export(UsageFilter(platform="discord", user_id=MOST)):
                pass

        ids = [job.id for job in newest]
        questions: dict[str, Question] = {
            **{f"/usage, a guild's year by {group.value}": partial(ledger.view, group, year) for group in UsageGroup},
            **{f"/usage, one's own year by {group}": partial(ledger.view, group, mine) for group in _OPEN},
            "/usage, limits": partial(store.usage, person, clock.now()),
            **{f"/gallery {one.value}": search(one) for one in GalleryFilter},
            **{f"/gallery {one.value}, two words": search(one, "storm", "999") for one in GalleryFilter},
            "completion of a prompt": partial(gallery.recent_prompts, person, beginning="light", count=25),
            "completion of a prompt that isn't there": partial(
                gallery.recent_prompts, person, beginning="zz", count=25
            ),
            "/show": partial(store.get, ids[0]),
            "/show, what people think of it": partial(gallery.opinion, ids[0], person),
            "/why": partial(store.declined, person, 3),
            "the page's history": partial(store.recent, person, channel_id="c5", count=50),
            "/api/results, stars": partial(gallery.starred_among, ids, person),
            **{f"/api/results {one.value}": results(gallery_filter=one) for one in GalleryFilter},
            "/api/results by words": results(words=("storm", "999")),
            "/api/results by words that aren't there": results(words=("zebra",)),
            "/api/results by ratio": results(ratio="16:9"),
            "/api/results by clarity": results(clarity=4096),
            "/api/results by style": results(style="ink"),
            "/api/results, older": results(before=Cursor.behind(newest[-1])),
            "operator: everybody's year by day": partial(ledger.view, UsageGroup.DAY, everywhere),
            "operator: everybody's year by person": partial(ledger.view, UsageGroup.PERSON, everywhere),
            "in the background: all of a person's data": handed_out,
        }
        return {name: max([await _seconds(question) for _ in range(_RUNS)]) for name, question in questions.items()}


async def _seconds(question: Question) -> tuple[float, float]:
    began, used = time.monotonic(), time.process_time()
    await question()
    return time.monotonic() - began, time.process_time() - used


def megabytes(command: str, data: Path) -> tuple[float, float]:
    """The largest resident size of an operator's command, and its seconds."""
    words = [sys.executable, "-m", "bot", *command.split()]
    environment = {**os.environ, "DATA_DIR": str(data)}
    began = time.monotonic()
    process = subprocess.Popen(words, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603 - our own program
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command} ends with {process.returncode}")
    return used.ru_maxrss / 1024, time.monotonic() - began


def measure(folder: Path, jobs: int) -> list[Table]:
    large, empty = folder / "large", folder / "empty"
    url = f"sqlite+aiosqlite:///{large}/easel.db"
    for data in (large, empty):
        data.mkdir(parents=True, exist_ok=True)
    _draw(large / "pictures")
    title = f"{jobs:,} jobs, {2 * jobs:,} ledger rows"
    made: list[tuple[object, ...]] = []
    if not (large / "easel.db").exists():
        made = [("the database is made in", f"{asyncio.run(make(url, large / 'easel.db', jobs)):.1f} s", "")]
    asked = sorted(asyncio.run(ask(url)).items(), key=lambda one: -one[1][0])
    slow = [name for name, (took, _) in asked if took > _SECONDS]
    questions = [(name, f"{1000 * took:.0f} ms", f"{1000 * used:.0f} ms") for name, (took, used) in asked]
    megabytes("migrate", empty)
    least, _ = megabytes("doctor", empty)
    commands, large_ones = [], []
    for command in _COMMANDS:
        filled = command.format(folder=folder, job=FIRST)
        most, took = megabytes(filled, large)
        commands.append((f"`{command.partition(' --out')[0]}`", f"{most - least:.0f} MB", f"{took:.1f} s"))
        if most - least > _MEGABYTES:
            large_ones.append(command)
    columns = "the slowest of three", "of a processor"
    over = [
        (f"questions of over {_SECONDS:.0f} s", len(slow), ", ".join(slow)),
        (f"commands with over {_MEGABYTES:.0f} MB more", len(large_ones), ", ".join(large_ones)),
    ]
    return [
        Table(f"{title}: what people wait for, who has a tenth of all jobs", [*made, *questions], columns),
        Table(f"{title}: operator's commands", commands, ("memory beyond doctor's on an empty database", "took")),
        Table(f"{title}: targets missed", over, ("", "")),
    ]


def figures(size: Size, keep: Path | None = None) -> list[Table]:
    jobs = size.pick(whole=JOBS, quick=50_000, tiny=500)
    folder = keep or Path(tempfile.mkdtemp(prefix="easel-bench-"))
    try:
        return measure(folder, jobs)
    finally:
        if keep is None:
            shutil.rmtree(folder)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=Size, choices=list(Size), default=Size.WHOLE, help="(%(default)s)")
    parser.add_argument("--keep", type=Path, help="a directory that keeps the database for another run")
    options = parser.parse_args()
    for table in figures(options.size, options.keep):
        print(table)


if __name__ == "__main__":
    main()
