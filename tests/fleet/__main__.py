"""`python -m tests.fleet`: what several processes survive, played large, and what it made of the requests.

Exit code 1 if a request was lost or doubled, or a scene could not be played; its logs are then kept.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from tests.chaos.frame import Row
from tests.chaos.table import markdown, show, write
from tests.db.server import PostgresServer
from tests.fleet import scenes
from tests.fleet.audit import audit
from tests.fleet.fleet import APART
from tests.fleet.stage import Stage, staged

SEED = 20261123
# What a log may say: a process is refused whose tables are of the next version; a store that is away is waited for.
FORGIVEN = ("was made by a newer version", "store_unavailable")
# Calls a second that the account takes when three workers share it, and the share of calls that may be one too many.
QPS, MOST_REFUSED = 20, 0.2
# How long a take-over and a cancel may take, in seconds.
TAKEN_OVER, CANCELLED = 15.0, 2.0


@dataclass(frozen=True, slots=True)
class Given:
    options: argparse.Namespace
    server: PostgresServer


async def at_any_moment(stage: Stage, given: Given) -> tuple[str, int, str]:
    moments = random.Random(given.options.seed)  # noqa: S311 - the same in every run
    deaths = await scenes.at_any_moment(
        stage, moments, requests=given.options.requests, deaths=given.options.requests // 30
    )
    note = f"{deaths.workers} workers and {deaths.gateways} gateways killed, {deaths.standstills} stood still for 12 s"
    return "2 gateways, 3 workers: kill -9 and SIGSTOP at any moment", deaths.all, note


async def take_over(stage: Stage, given: Given) -> tuple[str, int, str]:
    took = await scenes.a_worker_dies(stage, jobs=given.options.in_flight)
    if max(took.last, took.late) > TAKEN_OVER:
        raise AssertionError(f"too late: {took}")
    taken = f"others had the first after {took.first:.1f} s, all after {took.last:.1f} s"
    note = f"{taken}; done {took.late:.1f} s after the kill or their own time"
    return f"kill -9 of a worker with {took.in_flight} jobs in flight", 1, note


async def cancels(stage: Stage, given: Given) -> tuple[str, int, str]:
    await stage.open_gateways(1)
    await stage.fleet.start("worker")
    took = await scenes.cancels(stage, jobs=given.options.cancels)
    if max(took) > CANCELLED:
        raise AssertionError(f"too late: {took}")
    note = f"its card says so {max(took):.2f} s after the cancel at most"
    return "cancelled while another process runs it", len(took), note


async def cut_off(stage: Stage, given: Given) -> tuple[str, int, str]:
    await scenes.cut_off(stage, jobs=given.options.jobs)
    return (
        "a worker is cut off from PostgreSQL, and connected again",
        1,
        "others took its jobs; back, it doubled none of them",
    )


async def too_few(stage: Stage, given: Given) -> tuple[str, int, str]:
    await scenes.nobody_may_connect(stage, jobs=given.options.jobs)
    return "PostgreSQL drops all connections and takes one only for 20 s", 1, "everything waits, and goes on"


async def upgrade(stage: Stage, given: Given) -> tuple[str, int, str]:
    late = await scenes.a_version_comes(stage, jobs=given.options.jobs)
    if late.program.process.returncode != 1 or "was made by a newer version" not in late.program.said:
        raise AssertionError(f"an old version started on new tables:\n{late.program.said[-2000:]}")
    return "the next version comes with a migration, process by process", 3, "an old process goes on; none starts anew"


async def one_account(stage: Stage, given: Given) -> tuple[str, int, str]:
    shared = await scenes.one_account(stage, jobs=4 * given.options.jobs, qps=QPS)
    share = shared.refused / (shared.accepted + shared.refused)
    if share > MOST_REFUSED:
        raise AssertionError(f"too many calls were refused: {shared}")
    rate = shared.accepted / shared.seconds
    note = f"{rate:.1f} calls a second taken, {shared.refused} of {shared.accepted + shared.refused} refused"
    return f"three workers, each set to 100 calls a second, and an account that takes {QPS}", 1, note


async def stands_still(stage: Stage, given: Given) -> tuple[str, int, str]:
    taken = await scenes.stands_still(stage, jobs=given.options.jobs)
    if not taken:
        raise AssertionError("nobody took anything from it")
    return "SIGSTOP of a worker for a minute", 1, f"others took {taken} jobs; awake, it doubled none of them"


async def restarts(stage: Stage, given: Given) -> tuple[str, int, str]:
    await scenes.the_database_restarts(stage, given.server, jobs=given.options.jobs)
    return "PostgreSQL is restarted under load", 3, "everything waits, and goes on"


Scene = Callable[[Stage, Given], Awaitable[tuple[str, int, str]]]
SCENES: dict[str, Scene] = {
    "moments": at_any_moment,
    "take-over": take_over,
    "cancel": cancels,
    "account": one_account,
    "standstill": stands_still,
    "cut-off": cut_off,
    "connections": too_few,
    "restart": restarts,
    "upgrade": upgrade,
}


async def play(name: str, server: PostgresServer, options: argparse.Namespace, directory: Path) -> Row:
    database = f"scene_{name.replace('-', '_')}"
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {database} OWNER {APART}".encode())
    url = make_url(server.url(database))
    apart = {"DATABASE_URL": url.set(username=APART).render_as_string(hide_password=False)}
    began = time.monotonic()
    try:
        async with staged(directory / name, server.url(database), apart) as stage:
            title, times, note = await SCENES[name](stage, Given(options, server))
            found = await audit(stage)
            await stage.fleet.stop()
            stage.fleet.assert_untroubled(*FORGIVEN)
    except Exception as error:
        return Row(name=name, faults=0, requests=0, error=f"{type(error).__name__}: {error}"[:2000])
    return Row(
        name=title,
        faults=times,
        requests=found.requests,
        lost=len(found.lost),
        doubled=len(found.doubled),
        note=note,
        error="\n".join(found.said[:10]),
        seconds=time.monotonic() - began,
    )


async def play_all(options: argparse.Namespace, directory: Path) -> list[Row]:
    place = Path(tempfile.mkdtemp(prefix="easel-postgres-"))
    server = PostgresServer(place)
    rows = []
    try:
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute(f"CREATE ROLE {APART} LOGIN".encode())
        for name in options.only or SCENES:
            rows.append(await play(name, server, options, directory))
            sys.stderr.write(f"{'ok' if rows[-1].good else 'BAD':4}{rows[-1].seconds:5.0f} s  {rows[-1].name}\n")
    finally:
        server.stop("immediate")
        shutil.rmtree(place, ignore_errors=True)
        place.with_suffix(".lock").unlink(missing_ok=True)
    return rows


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fleet", description=__doc__)
    parser.add_argument("--seed", type=int, default=SEED, help="what happens by chance follows from it (%(default)s)")
    parser.add_argument("--requests", type=int, default=1000, help="while processes die (%(default)s)")
    parser.add_argument("--in-flight", type=int, default=200, help="when one worker dies (%(default)s)")
    parser.add_argument("--cancels", type=int, default=20, help="of running jobs (%(default)s)")
    parser.add_argument("--jobs", type=int, default=40, help="in each of the other scenes (%(default)s)")
    parser.add_argument("--only", action="append", choices=SCENES, help="these; all of them without it")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="put the table there too")
    options = parser.parse_args()
    directory = Path(tempfile.mkdtemp(prefix="easel-fleet-"))
    began = time.monotonic()
    rows = asyncio.run(play_all(options, directory))
    seconds = time.monotonic() - began
    show(rows, options.seed, seconds)
    if options.markdown:
        write(options.markdown, markdown(rows, options.seed, seconds), "make fleet")
    if not all(row.good for row in rows):
        sys.stderr.write(f"What happened is in {directory}\n")
        return 1
    shutil.rmtree(directory, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
