"""Jobs a second, and what one costs, in one process and with 1 to 6 workers on PostgreSQL: `python -m bench.scale`.

The provider draws at once and takes as many calls as come. What each kind of process has used of the processors is read
from /proc when all jobs are done; statements are counted in the server's log (`log_statement = all`), BEGIN and COMMIT
among them.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import shutil
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import psycopg

from bench.tables import Size, Table, ratio, show
from db.engine import open_database
from db.migrate import migrate
from tests.db.server import PostgresServer
from tests.fleet.fleet import Fleet
from tests.journeys.bot_program import BotProgram
from tests.journeys.programs import SandboxProgram

AT_ONCE = 40
WORKERS = (1, 2, 4, 6)
_COLUMNS = (
    "jobs a second",
    "processors a job",
    "gateway + workers + database",
    "statements a job",
    "the first of these",
)
_STATEMENT = re.compile(r"LOG:  (?:statement|execute [^:]+):")
SETTINGS = {
    "SEEDREAM_QPS": "1000",
    "LIMIT_USER_DAILY": "1000000",
    "LIMIT_GUESTS_DAILY": "1000000",
    "LIMIT_USER_RUNNING": "200",
    "LIMIT_USER_WAITING": "1000000",
}


def used(*pids: int) -> float:
    """Seconds of processors by these and whatever they have started and waited for."""
    ticks = 0
    for pid in pids:
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # a connection that has just ended
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += sum(int(fields[place]) for place in (11, 12, 13, 14))
    return ticks / os.sysconf("SC_CLK_TCK")


def statements(directory: Path) -> int:
    """How many the server was sent since its log began: simple ones, and executions of prepared ones."""
    return len(_STATEMENT.findall((directory / "log").read_text(errors="replace")))


def backends(directory: Path) -> list[int]:
    """The server's processes that are there now."""
    main = int((directory / "postmaster.pid").read_text().split()[0])
    children = Path(f"/proc/{main}/task/{main}/children").read_text().split()
    return [main, *map(int, children)]


async def asked_and_done(imagine: Callable[[str], Awaitable[str]], settled: Awaitable[None], jobs: int) -> float:
    turns = asyncio.Semaphore(AT_ONCE)

    async def one(number: int) -> None:
        async with turns:
            await imagine(f"hare of number {number}, running clarity:1024")

    began = time.monotonic()
    await asyncio.gather(*(one(number) for number in range(jobs)))
    await settled
    return time.monotonic() - began


async def alone(directory: Path, sandbox: SandboxProgram, jobs: int) -> tuple[float, float]:
    """SQLite, one process: seconds in all, and of a processor."""
    async with BotProgram(directory, {**sandbox.account, **SETTINGS}) as bot:
        await bot.start()
        before = used(bot.life.pid)
        took = await asked_and_done(bot.imagine, bot.settled(within=900), jobs)
        cost = used(bot.life.pid) - before
        await bot.stop()
        return took, cost


async def together(
    directory: Path, sandbox: SandboxProgram, server: PostgresServer, place: Path, workers: int, jobs: int
) -> tuple[float, float, float, float, int]:
    """Seconds in all, and of a processor: the gateway, the workers, the database; and statements."""
    name = f"workers_{workers}"
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
        connection.execute(f"ALTER DATABASE {name} SET log_statement = 'all'".encode())
    async with open_database(server.url(name)) as engine:
        await migrate(engine)
    async with Fleet(directory, server.url(name), {**sandbox.account, **SETTINGS}) as fleet:
        gateway, *others = await fleet.start("gateway", *["worker"] * workers)
        pids = [member.program.pid for member in others]
        before = used(gateway.program.pid), used(*pids), used(*backends(place))
        asked = statements(place)
        took = await asked_and_done(lambda text: fleet.imagine(gateway, text), fleet.settled(within=900), jobs)
        asked = statements(place) - asked
        after = used(gateway.program.pid), used(*pids), used(*backends(place))
        await fleet.stop()
    costs = [end - begin for begin, end in zip(before, after, strict=True)]
    return took, costs[0], costs[1], costs[2], asked


async def measure(jobs: int, chosen: Sequence[int]) -> list[Table]:
    place = Path(tempfile.mkdtemp(prefix="easel-bench-"))
    server = PostgresServer(place)
    rows: list[tuple[object, ...]] = []
    try:
        with tempfile.TemporaryDirectory() as folder:
            directory = Path(folder)
            async with SandboxProgram(directory / "provider") as sandbox:
                began = used(sandbox.pid)
                took, cost = await alone(directory / "alone", sandbox, jobs)
                rows.append(("one process, SQLite", f"{jobs / took:.1f}", f"{1000 * cost / jobs:.1f} ms", "", "", ""))
                provider = used(sandbox.pid) - began
                one = 0.0
                for workers in chosen:
                    *costs, asked = await together(directory / f"with-{workers}", sandbox, server, place, workers, jobs)
                    gateway, theirs, database = (1000 * one / jobs for one in costs[1:])
                    cost = gateway + theirs + database
                    one = one or cost
                    parts = f"{gateway:.1f} + {theirs:.1f} + {database:.1f}"
                    figures = f"{jobs / costs[0]:.1f}", f"{cost:.1f} ms", parts, f"{asked / jobs:.0f}", ratio(cost, one)
                    rows.append((f"PostgreSQL, {workers} workers", *figures))
                rows.append(("the provider, meanwhile", "", f"{1000 * provider / jobs:.1f} ms", "", "", ""))
    finally:
        server.stop("immediate")
        shutil.rmtree(place, ignore_errors=True)
        place.with_suffix(".lock").unlink(missing_ok=True)
    return [Table(f"{jobs} jobs of one small picture, {AT_ONCE} at a time, drawn at once", rows, _COLUMNS)]


def figures(size: Size) -> list[Table]:
    jobs = size.pick(whole=300, quick=150, tiny=10)
    return asyncio.run(measure(jobs, size.pick(whole=WORKERS, quick=(1, 4), tiny=(1,))))


if __name__ == "__main__":
    show(figures, __doc__)
