"""Many requests at once against a provider that takes few calls a second: `python -m bench.burst`.

Beside it, in the same run and on the same provider, a naive client: one coroutine per request that submits, asks for
its task once a second, and tries again a second later when it was one call too many.
"""

from __future__ import annotations

import asyncio
import math
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

import aiohttp

from bench.figures import memory
from bench.tables import Size, Table, show
from tests.journeys.bot_program import BotProgram
from tests.journeys.programs import APP_ID, SECRET_KEY, SandboxProgram

TASK = "/open/v1/ai_creation/task"
_NAMES = ("done", "within", "done a second", "status calls a finished job", "one call too many (40001)")
Calls = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Outcome:
    done: int
    seconds: float
    status_calls: int
    refused: int  # calls that were one too many

    def rows(self) -> list[object]:
        status = self.status_calls / self.done if self.done else math.inf
        return [self.done, f"{self.seconds:.0f} s", f"{self.done / self.seconds:.1f}", f"{status:.2f}", self.refused]


async def burst(directory: Path, sandbox: SandboxProgram, jobs: int, running: int) -> tuple[Outcome, Table]:
    """Easel: five sixths of the requests are one person's, then come another's."""
    plenty = {"LIMIT_USER_DAILY": "10000", "LIMIT_USER_RUNNING": str(running), "LIMIT_USER_WAITING": "10000"}
    async with BotProgram(directory, {**sandbox.account, **plenty}) as bot:
        await bot.start()
        second = jobs // 6
        began = time.monotonic()
        await asyncio.gather(*(bot.imagine(f"hare {number} clarity:1024") for number in range(jobs - second)))
        asked = datetime.now(UTC).timestamp()
        await asyncio.gather(
            *(bot.imagine(f"tortoise {number} clarity:1024", terminal=True) for number in range(second))
        )
        accepted = time.monotonic() - began
        await bot.settled(within=900)
        took = time.monotonic() - began
        prompts = [task["ref_prompt"].split()[0] for task in await sandbox.tasks() if task["created_at"] > asked]
        runs = [(who, len(list(them))) for who, them in groupby(prompts)]
        last = max(place for place, who in enumerate(prompts) if who == "tortoise")
        done = sum(state == "done" for state in bot.states().values())
        outcome = _outcome(await sandbox.calls(), {}, done, took)
        fairness = Table(
            f"Easel: {jobs} requests at once, at most {running} of a person at a time",
            [
                ("accepted within", f"{accepted:.1f} s"),
                ("memory", f"{memory(bot.life.pid):.0f} MB"),
                ("the first person's submits before the second's first", runs[0][1] if runs[0][0] == "hare" else 0),
                ("… before the second's last", sum(who == "hare" for who in prompts[:last])),
            ],
        )
        await bot.stop()
        return outcome, fairness


async def naive(sandbox: SandboxProgram, jobs: int, seconds: float) -> Outcome:
    before = await sandbox.calls()
    done = 0
    async with aiohttp.ClientSession(sandbox.url, connector=aiohttp.TCPConnector(limit=0)) as session:

        async def call(method: str, path: str, **more: object) -> dict[str, object]:
            while True:
                async with session.request(method, path, **more) as answer:  # type: ignore[arg-type]  # passed on
                    body: dict[str, object] = await answer.json()
                if body["code"] == 0:
                    return body
                await asyncio.sleep(1)

        account = {"app_id": APP_ID, "secret_key": SECRET_KEY}
        given = await call("POST", "/open/v1/access_token", json=account)
        token = {"access_token": given["data"]["access_token"]}  # type: ignore[index]  # as documented

        async def one(number: int) -> None:
            nonlocal done
            order = {
                "model_code": "doubao-seedream-3.0-t2i",
                "creation_type": 3,
                "ref_prompt": f"naive {number}",
                "aspect_ratio": "1:1",
                "clarity": 1024,
                "number_of_images": 1,
            }
            task = await call("POST", f"{TASK}/submit", json=order, headers=token)
            while True:
                await asyncio.sleep(1)
                found = await call("GET", TASK, params={"unique_id": str(task["data"])}, headers=token)
                if found["data"]["progress_desc"] == "Success":  # type: ignore[index]  # as documented
                    done += 1
                    return

        began = time.monotonic()
        tasks = [asyncio.create_task(one(number)) for number in range(jobs)]
        await asyncio.wait(tasks, timeout=seconds)
        took = time.monotonic() - began
        for task in tasks:
            task.cancel()
        for outcome in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(outcome, Exception):
                raise outcome
    return _outcome(await sandbox.calls(), before, done, took)


def _outcome(calls: Calls, before: Calls, done: int, seconds: float) -> Outcome:
    """What was called since `before`."""
    refused = status = 0
    for path, codes in calls.items():
        since = {code: count - before.get(path, {}).get(code, 0) for code, count in codes.items()}
        refused += since.get("40001", 0)
        status += sum(since.values()) if path in {TASK, f"{TASK}/page"} else 0
    return Outcome(done, seconds, status, refused)


async def measure(directory: Path, jobs: int, qps: int, drawing: float, running: int) -> list[Table]:
    speed = 2.0 / drawing  # a picture of 1024 takes the sandbox 2 s
    async with SandboxProgram(directory / "provider", qps=str(qps), speed=str(speed)) as sandbox:
        ours, fairness = await burst(directory, sandbox, jobs, running)
        theirs = await naive(sandbox, jobs, ours.seconds)
        await sandbox.change(qps=0)
        free = await naive(sandbox, jobs, ours.seconds)
    compared = Table(
        f"{jobs} requests at once; the provider takes {qps} calls a second and draws for {drawing:.0f} s",
        list(zip(_NAMES, ours.rows(), theirs.rows(), free.rows(), strict=True)),
        ("Easel", "a naive client, for as long", "the same, and no limit holds it up"),
    )
    return [compared, fairness]


def figures(size: Size) -> list[Table]:
    jobs = size.pick(whole=300, quick=60, tiny=6)
    drawing = size.pick(whole=20.0, quick=6.0, tiny=1.0)
    with tempfile.TemporaryDirectory() as directory:
        return asyncio.run(measure(Path(directory), jobs, 5, drawing, 120))


if __name__ == "__main__":
    show(figures, __doc__)
