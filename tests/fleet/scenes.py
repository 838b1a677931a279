"""What is done to a fleet: the tests play little of it, `make fleet` plays all of it and prints the figures."""

from __future__ import annotations

import asyncio
import random
import signal
import time
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from bot.sandbox.tasks import SECONDS_BY_CLARITY, SECONDS_PER_FURTHER_PICTURE
from tests.db.server import PostgresServer
from tests.fleet.cable import Cable
from tests.fleet.fleet import APART, LEFT, Member
from tests.fleet.stage import Stage
from tests.journeys.programs import until

# Longer than it takes to be taken for dead.
STANDSTILL = 12.0
MINUTE = 60.0
AT_ONCE = 20
# People wait for some before they ask for more: whoever dies has some, at the end as at the beginning.
MOST_UNDER_WAY = 60

_UNDER_WAY = "SELECT count(*) AS jobs FROM jobs WHERE state NOT IN ('done', 'failed', 'cancelled')"
_OF_THE_DEAD = "SELECT now() AS at, count(*) AS jobs FROM jobs WHERE owner = ANY(?)"
_OWNERS = "SELECT owner FROM jobs WHERE owner IS NOT NULL AND state NOT IN ('done', 'failed', 'cancelled')"
_UNTOLD = "SELECT now() AS at, card_open FROM jobs WHERE id = ?"


@dataclass(frozen=True, slots=True)
class Deaths:
    workers: int = 0
    gateways: int = 0
    standstills: int = 0

    @property
    def all(self) -> int:
        return self.workers + self.gateways + self.standstills


async def at_any_moment(stage: Stage, moments: random.Random, *, requests: int, deaths: int) -> Deaths:
    """Two gateways, three workers; any of them is killed or stands still while people ask. Until all is at rest."""
    await stage.open_gateways(2)
    await stage.fleet.start("worker", "worker", "worker")
    turns = asyncio.Semaphore(AT_ONCE)
    asked = 0

    async def ask() -> None:
        nonlocal asked
        async with turns:
            await until(lambda: stage.fleet.rows(_UNDER_WAY)[0]["jobs"] < MOST_UNDER_WAY, within=300)
            await stage.ask()
            asked += 1

    async def strike() -> Deaths:
        """Spread over the requests, so that the last ones are met, too."""
        counts = {"worker": 0, "gateway": 0, "standstill": 0}
        for number in range(deaths):
            await until(lambda due=number * requests // deaths: asked >= due, within=7200)  # type: ignore[misc]
            await asyncio.sleep(moments.uniform(0.1, 1.5))
            if asked == requests and not stage.fleet.rows(LEFT):
                break  # on a busy machine a death takes longer than the requests that it was meant for
            fate = moments.choice(["worker", "worker", "worker", "standstill", "gateway"])
            if fate == "gateway":
                place = moments.randrange(len(stage.gateways))
                await stage.gateways[place].program.kill()
                await stage.replace_gateway(place)
            else:
                victim = moments.choice(stage.fleet.of_role("worker"))
                if fate == "worker":
                    await victim.program.kill()
                    await stage.fleet.start("worker")
                else:
                    victim.program.send(signal.SIGSTOP)
                    await asyncio.sleep(STANDSTILL)
                    victim.program.send(signal.SIGCONT)
            counts[fate] += 1
        return Deaths(counts["worker"], counts["gateway"], counts["standstill"])

    async with asyncio.TaskGroup() as group:
        struck = group.create_task(strike())
        for _ in range(requests):
            group.create_task(ask())
    await stage.fleet.settled(within=300 + requests)
    return struck.result()


@dataclass(frozen=True, slots=True)
class TakeOver:
    in_flight: int
    first: float  # seconds from the kill until another had the first of the jobs, and the last
    last: float
    late: float  # of what was finished: how long after the kill or, where that was later, after the provider was done


async def a_worker_dies(stage: Stage, *, jobs: int) -> TakeOver:
    """One worker has them all in flight and is killed beside two that have nothing to do. Until all is at rest."""
    await stage.open_gateways(1)
    (victim,) = await stage.fleet.start("worker")
    # So that none is done before all are asked for and the others have started.
    drawn_in = timedelta(seconds=40 + jobs / 2)
    await stage.sandbox.change(speed=SECONDS_BY_CLARITY[1024] / drawn_in.total_seconds())
    turns = asyncio.Semaphore(AT_ONCE)

    async def ask() -> None:
        async with turns:
            await stage.ask()

    await asyncio.gather(*(ask() for _ in range(jobs + 1 + jobs // 20)))  # a few may wait for a turn
    await until(
        lambda: stage.fleet.rows("SELECT count(*) AS jobs FROM jobs WHERE state = 'generating'")[0]["jobs"] >= jobs,
        within=300,
        what="all of them in flight",
    )
    await stage.fleet.start("worker", "worker")
    theirs = [row["owner"] for row in stage.fleet.rows(_OWNERS)]
    killed = stage.fleet.rows("SELECT now() AS at")[0]["at"]
    await victim.program.kill()
    first = last = 0.0
    until_when = time.monotonic() + 120
    while not last:
        assert time.monotonic() < until_when, "nobody took them over"
        row = stage.fleet.rows(_OF_THE_DEAD, theirs)[0]
        passed = (row["at"] - killed).total_seconds()
        if row["jobs"] < len(theirs) and not first:
            first = passed
        if not row["jobs"]:
            last = passed
        await asyncio.sleep(0.05)
    await stage.fleet.settled(within=300)
    late = [
        (row["finished_at"] - max(killed, row["generating_at"] + drawn_in * _share(row["n"]))).total_seconds()
        for row in stage.fleet.rows("SELECT n, generating_at, finished_at FROM jobs")
    ]
    return TakeOver(len(theirs), first, last, max(late))


def _share(pictures: int) -> float:
    """How many times as long so many pictures take as one."""
    return 1 + (pictures - 1) * SECONDS_PER_FURTHER_PICTURE / SECONDS_BY_CLARITY[1024]


async def cancels(stage: Stage, *, jobs: int) -> list[float]:
    """Cancelled at a gateway while a worker runs them: seconds from the saved cancel until each is told."""
    gateway = stage.gateways[0]
    # Long enough for all the cancels; what was ordered is followed to its end afterwards.
    await stage.sandbox.change(speed=SECONDS_BY_CLARITY[1024] / 40)
    ids = [await stage.fleet.imagine(gateway, f"a fox nobody wants, number {number} 1k") for number in range(jobs)]
    waiting = "SELECT count(*) AS jobs FROM jobs WHERE id = ANY(?) AND state <> 'generating'"
    await until(lambda: not stage.fleet.rows(waiting, ids)[0]["jobs"], what="all of them in flight")
    took = []
    for job_id in ids:
        status, _ = await stage.fleet.call(gateway, "POST", f"/api/jobs/{job_id}/cancel", {})
        assert status == 200
        cancelled = stage.fleet.rows("SELECT finished_at AS at FROM jobs WHERE id = ?", job_id)[0]["at"]
        until_when = time.monotonic() + 60
        while (row := stage.fleet.rows(_UNTOLD, job_id)[0])["card_open"]:
            assert time.monotonic() < until_when, "its card says nothing of it"
            await asyncio.sleep(0.01)
        took.append((row["at"] - cancelled).total_seconds())
    stage.cancelled.update(ids)
    await stage.fleet.settled(within=300)
    return took


async def a_version_comes(stage: Stage, *, jobs: int) -> Member:
    """Processes of the next version take the places of these, one by one, and bring more tables. Until all is at rest.

    Returns a process of the version before that was started afterwards.
    """
    fleet, next_version = stage.fleet, "tests.fleet.next_version"
    await stage.open_gateways(1)
    (worker,) = await fleet.start("worker")
    await stage.sandbox.change(speed=SECONDS_BY_CLARITY[1024] / 15)

    async def ask() -> None:
        await asyncio.gather(*(stage.ask() for _ in range(jobs // 4)))

    await ask()
    new = fleet.launch("worker", stage.next_version(), module=next_version)
    await asyncio.gather(fleet.ready(new), ask())  # the old gateway and the old worker go on meanwhile and afterwards
    await ask()
    (old,) = stage.gateways
    old.program.send(signal.SIGTERM)
    assert await old.program.exit_code() == 0, old.program.said[-4000:]
    stage.gateways[0] = fleet.launch("gateway", {**stage.next_version(), "DISCORD_GATEWAY": "0/1"}, module=next_version)
    await fleet.ready(stage.gateways[0])
    await stage.connected()
    await ask()
    worker.program.send(signal.SIGTERM)
    assert await worker.program.exit_code() == 0, worker.program.said[-4000:]
    await fleet.settled(within=300)
    late = fleet.launch("worker")
    await late.program.exit_code()
    return late


async def nobody_may_connect(stage: Stage, *, jobs: int) -> None:
    """PostgreSQL ends every connection and takes too few new ones, under load. Until all is at rest."""
    await stage.open_gateways(1)
    await stage.fleet.start("worker", "worker")
    await stage.sandbox.change(speed=SECONDS_BY_CLARITY[1024] / 6)
    await asyncio.gather(*(stage.ask() for _ in range(jobs)))
    with stage.fleet.too_few_connections(1):
        asked = [asyncio.create_task(stage.ask()) for _ in range(jobs)]
        await asyncio.sleep(20)
    await asyncio.gather(*asked)
    await stage.fleet.settled(within=300)


async def connections_end(stage: Stage, *, jobs: int, times: int) -> int:
    """The server ends the connections of all processes, again and again under load. Until all is at rest; how many."""
    await stage.open_gateways(1)
    await stage.fleet.start("worker", "worker")
    await stage.sandbox.change(speed=SECONDS_BY_CLARITY[1024] / 3)
    asked = [asyncio.create_task(stage.ask()) for _ in range(jobs)]
    ended = 0
    for _ in range(times):
        await asyncio.sleep(0.3)
        ended += stage.fleet.end_connections()
    await asyncio.gather(*asked)
    await stage.fleet.settled(within=300)
    return ended


async def locks_are_held(stage: Stage, statement: str, *, jobs: int, seconds: float) -> None:
    """Somebody holds these locks under load, longer than the processes' lock_timeout. Until all is at rest."""
    stage.fleet.rows(f"ALTER ROLE {APART} SET lock_timeout = '100ms'")
    await stage.open_gateways(1)
    await stage.fleet.start("worker", "worker")
    await stage.sandbox.change(speed=SECONDS_BY_CLARITY[1024] / 3)
    await asyncio.gather(*(stage.ask() for _ in range(jobs)))
    with stage.fleet.held(statement):
        asked = [asyncio.create_task(stage.ask()) for _ in range(jobs)]
        await asyncio.sleep(seconds)
    await asyncio.gather(*asked)
    await stage.fleet.settled(within=300)


@dataclass(frozen=True, slots=True)
class Sharing:
    accepted: int
    refused: int
    seconds: float


async def one_account(stage: Stage, *, jobs: int, qps: int) -> Sharing:
    """Three workers and an account with a limit that none of them knows, under load. Until all is at rest."""
    await stage.open_gateways(1)
    await stage.fleet.start("worker", "worker", "worker")
    await stage.sandbox.change(qps=qps)
    began = time.monotonic()
    await asyncio.gather(*(stage.ask() for _ in range(jobs)))
    await stage.fleet.settled(within=300)
    seconds = time.monotonic() - began
    codes: Counter[str] = Counter()
    for answers in (await stage.sandbox.calls()).values():
        codes.update(answers)
    return Sharing(accepted=codes["0"], refused=codes["40001"], seconds=seconds)


async def stands_still(stage: Stage, *, jobs: int) -> int:
    """A worker stands still for a minute, some of its calls half done, and wakes. Until all is at rest.

    Returns how many jobs others took from it.
    """
    await stage.open_gateways(1)
    (zombie,) = await stage.fleet.start("worker")
    await stage.sandbox.change(speed=SECONDS_BY_CLARITY[1024] / 20)
    await asyncio.gather(*(stage.ask() for _ in range(jobs)))
    await stage.fleet.start("worker")
    late = [asyncio.create_task(stage.ask()) for _ in range(jobs // 2)]
    await asyncio.sleep(0.3)
    theirs = [row["owner"] for row in stage.fleet.rows(_OWNERS)]
    zombie.program.send(signal.SIGSTOP)
    began = time.monotonic()
    await asyncio.gather(*late)
    await stage.fleet.settled(within=300)
    taken = len(theirs) - sum(row["owner"] in theirs for row in stage.fleet.rows("SELECT owner FROM jobs"))
    await asyncio.sleep(max(0.0, began + MINUTE - time.monotonic()))
    zombie.program.send(signal.SIGCONT)
    await until(lambda: "heartbeat_late" in zombie.program.said, within=60, what="the awakening")
    await asyncio.gather(*(stage.ask() for _ in range(jobs // 2)))
    await stage.fleet.settled(within=300)
    return taken


async def the_database_restarts(stage: Stage, server: PostgresServer, *, jobs: int) -> None:
    """Three times under load, each time without a warning. Until all is at rest."""
    await stage.open_gateways(1)
    await stage.fleet.start("worker", "worker")
    await stage.sandbox.change(speed=SECONDS_BY_CLARITY[1024] / 3)
    for _ in range(3):
        asked = [asyncio.create_task(stage.ask()) for _ in range(jobs)]
        await asyncio.sleep(1.0)
        await asyncio.to_thread(server.restart, "immediate")
        await asyncio.gather(*asked)
    await stage.fleet.settled(within=300)


async def cut_off(stage: Stage, *, jobs: int) -> None:
    """The network between a worker and PostgreSQL is gone while it has jobs, and comes back. Until all is at rest."""
    async with Cable(stage.fleet.database_url) as cable:
        await stage.open_gateways(1)
        away = stage.fleet.launch("worker", {"DATABASE_URL": cable.url})
        await stage.fleet.ready(away)
        await stage.sandbox.change(speed=SECONDS_BY_CLARITY[1024] / 20)
        await asyncio.gather(*(stage.ask() for _ in range(jobs)))
        await stage.fleet.start("worker")
        cable.cut()
        theirs = [row["owner"] for row in stage.fleet.rows(_OWNERS)]
        await until(lambda: not stage.fleet.rows(_OF_THE_DEAD, theirs)[0]["jobs"], within=120, what="a take-over")
        await stage.fleet.settled(within=300)
        cable.mend()
        await asyncio.gather(*(stage.ask() for _ in range(jobs)))
        await stage.fleet.settled(within=300)
        away.program.send(signal.SIGTERM)
        assert await away.program.exit_code() == 0, away.program.said[-4000:]
