"""What must be true at the end of every journey: each request was ordered, charged and answered exactly once."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any, Protocol

from db.engine import open_database
from tests.db.audit import assert_books_agree
from tests.fakes.discord import RemoteFakeDiscord

from .bot_program import BotProgram
from .programs import SandboxProgram


class Books(Protocol):
    """A running Easel whose database can be looked into."""

    @property
    def database_url(self) -> str: ...

    def rows(self, query: str, *values: object) -> list[dict[str, Any]]: ...


async def assert_ordered_once(bot: Books, sandbox: SandboxProgram) -> None:
    """One task per job and no task without a job; prompts must be unique in the test."""
    jobs = {row["prompt_sent"]: row["task_id"] for row in bot.rows("SELECT prompt_sent, task_id FROM jobs")}
    tasks = [(task["ref_prompt"], task["unique_id"]) for task in await sandbox.tasks()]
    assert sorted(tasks) == sorted(jobs.items())


def entries_once(n: int, *, ordered: bool, end: str) -> Counter[tuple[str, int]]:
    """What the ledger has of a job of `n` pictures that ended once: `end` is done, or cancelled, drawn or given back.

    `ordered`: the provider has a task for it.
    """
    entries = [("reserve", n), *([("order", n)] if ordered else [])]
    match end:
        case "done":
            entries += [("settle", n)]
        case "drawn":
            entries += [("charge", n)]
        case _:
            entries += [("release", -n), ("refund", -n)]
    return Counter(entries)


async def assert_charged_once(bot: Books) -> None:
    """Every job is done, its card closed; each entry of the ledger is there once, and the sums agree."""
    jobs = bot.rows("SELECT id, prompt, n, state, card_open, submit_open FROM jobs")
    for job in jobs:
        assert (job["state"], job["card_open"], job["submit_open"]) == ("done", 0, 0), job
        ledger = bot.rows("SELECT kind, pictures FROM usage WHERE job_id = ?", job["id"])
        found = Counter((row["kind"], row["pictures"]) for row in ledger)
        assert found == entries_once(job["n"], ordered=True, end="done"), job
    async with open_database(bot.database_url) as engine:
        assert await assert_books_agree(engine) == len(jobs)


async def assert_answered_once(bot: Books, discord: RemoteFakeDiscord, *channels: str) -> None:
    """In these channels is one message with pictures per job, each with all of them, and nothing else."""
    jobs = {row["id"]: row["n"] for row in bot.rows("SELECT id, n FROM jobs WHERE platform = 'discord'")}
    messages: list[dict[str, Any]] = []
    for channel in channels:
        messages += await discord.get("messages", channel=channel)
    found: Counter[str] = Counter()
    for message in messages:
        buttons = json.dumps(message["components"])
        (job_id,) = [job_id for job_id in jobs if job_id in buttons]
        assert len(message["files"]) == jobs[job_id], message
        assert message["pings"], message
        found[job_id] += 1
    assert found == Counter(list(jobs))
    assert await discord.get("violations") == []


async def assert_on_page_once(bot: BotProgram) -> None:
    """The page's history has one message per job of its people, done, with all its pictures to be had."""
    jobs = {row["id"]: row["n"] for row in bot.rows("SELECT id, n FROM jobs WHERE platform = 'web'")}
    _, history = await bot.call("GET", "/api/history")
    assert Counter(message["id"] for message in history["messages"]) == Counter(list(jobs))
    for message in history["messages"]:
        job = message["job"]
        assert (job["state"], len(job["pictures"])) == ("done", jobs[message["id"]]), message
        for picture in job["pictures"]:
            assert (await bot.picture(picture["url"])).startswith(b"\x89PNG")
