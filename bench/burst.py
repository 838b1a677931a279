"""Many requests at once against a provider that takes few calls a second: `python -m bench.burst`.

Beside it, in the same run and on the same provider, a naive client: one coroutine per request that submits, asks for
its task once a second, and tries again a second later when it was one call too many.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

import aiohttp

from bench.figures import memory, table
from tests.journeys.bot_program import BotProgram
from tests.journeys.programs import APP_ID, SECRET_KEY, SandboxProgram

TASK = "/open/v1/ai_creation/task"
Calls = Mapping[str, Mapping[str, int]]


async def burst(directory: Path, sandbox: SandboxProgram, jobs: int, running: int) -> float:
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
        table(
            f"Easel: {jobs} requests at once, at most {running} of a person at a time",
            [
                ("accepted within", f"{accepted:.1f} s"),
                ("done", f"{done} in {took:.0f} s"),
                ("memory", f"{memory(bot.life.pid):.0f} MB"),
                ("the first person's submits before the second's first", runs[0][1] if runs[0][0] == "hare" else 0),
                ("… before the second's last", sum(who == "hare" for who in prompts[:last])),
                *calls_of(await sandbox.calls(), {}, done),
            ],
        )
        await bot.stop()
        return took


async def naive(sandbox: SandboxProgram, jobs: int, seconds: float, title: str) -> None:
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
    rows: list[tuple[str, object]] = [("done", f"{done} of {jobs} in {took:.0f} s")]
    table(title, [*rows, *calls_of(await sandbox.calls(), before, done)])


def calls_of(calls: Calls, before: Calls, done: int) -> list[tuple[str, object]]:
    """What was called since `before`, and what that is per finished job."""
    rows: list[tuple[str, object]] = []
    refused = status = 0
    for path, codes in sorted(calls.items()):
        since = {code: count - before.get(path, {}).get(code, 0) for code, count in codes.items()}
        since = {code: count for code, count in since.items() if count}
        if since:
            rows.append((path, ", ".join(f"code {code}: {count}" for code, count in sorted(since.items()))))
        refused += since.get("40001", 0)
        status += sum(since.values()) if path in {TASK, f"{TASK}/page"} else 0
    rows.append(("status calls per finished job", f"{status / done:.2f}" if done else "none finished"))
    rows.append(("one call too many (40001)", refused))
    return rows


async def measure(directory: Path, chosen: argparse.Namespace) -> None:
    speed = 2.0 / chosen.drawing  # a picture of 1024 takes the sandbox 2 s
    async with SandboxProgram(directory / "provider", qps=str(chosen.qps), speed=str(speed)) as sandbox:
        print(f"The provider takes {chosen.qps} calls a second and draws for {chosen.drawing:.0f} s.")
        took = await burst(directory, sandbox, chosen.jobs, chosen.running)
        await naive(sandbox, chosen.jobs, took, "A naive client, for as long as that took")
        await sandbox.change(qps=0)
        await naive(sandbox, chosen.jobs, took, "A naive client that no limit holds up")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=300)
    parser.add_argument("--qps", type=int, default=5, help="calls a second that the provider takes")
    parser.add_argument("--drawing", type=float, default=20.0, help="seconds that the provider draws")
    parser.add_argument("--running", type=int, default=120, help="jobs of one person at a time")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        asyncio.run(measure(Path(directory), chosen))


if __name__ == "__main__":
    main()
