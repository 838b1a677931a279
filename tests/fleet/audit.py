"""Was every accepted request ordered, answered and charged once? Counted, job by job."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field

from db.engine import open_database
from tests.db.audit import assert_books_agree
from tests.fakes.discord import RemoteFakeDiscord
from tests.fleet.stage import CHANNELS, Stage
from tests.journeys.once import entries_once


@dataclass(slots=True)
class Findings:
    """`lost`: without its pictures, its message or its charge. `doubled`: ordered, posted or charged again."""

    requests: int = 0
    lost: set[str] = field(default_factory=set)
    doubled: set[str] = field(default_factory=set)
    said: list[str] = field(default_factory=list)

    def assert_none(self) -> None:
        assert not self.said, "\n".join(self.said[:20])


async def audit(stage: Stage) -> Findings:
    """The fleet must be at rest. AssertionError: the sums don't agree, or Discord was spoken to wrongly."""
    rows = stage.fleet.rows("SELECT id, prompt_sent, platform, n, state, pictures FROM jobs")
    ledger: dict[str, Counter[tuple[str, int]]] = {}
    for entry in stage.fleet.rows("SELECT job_id, kind, pictures FROM usage"):
        ledger.setdefault(entry["job_id"], Counter())[entry["kind"], entry["pictures"]] += 1
    made = await stage.sandbox.tasks()
    tasks = Counter(task["ref_prompt"] for task in made)
    drawn = {task["ref_prompt"] for task in made if task["progress_desc"] == "Success"}
    posted = await _posted(stage.discord, {row["id"] for row in rows})
    found = Findings(requests=len(rows))
    for missing in stage.promised - {row["id"] for row in rows}:
        found.lost.add(missing)
        found.said.append(f"accepted, and not there: {missing}")
    for row in rows:
        end = "cancelled" if row["id"] in stage.cancelled else "done"
        charged = ledger.get(row["id"], Counter())
        ordered = tasks.pop(row["prompt_sent"], 0)
        spent_as = "done" if end == "done" else "drawn" if row["prompt_sent"] in drawn else "given back"
        once = entries_once(row["n"], ordered=ordered > 0, end=spent_as)
        messages = posted[row["id"]] if row["platform"] == "discord" else 1
        lost = row["state"] != end or not ordered or not messages or once - charged
        doubled = ordered > 1 or messages > 1 or charged - once
        if lost:
            found.lost.add(row["id"])
        if doubled:
            found.doubled.add(row["id"])
        if lost or doubled:
            found.said.append(f"{row} ordered {ordered}, posted {messages}, charged {dict(charged)}")
    for prompt in tasks:
        found.doubled.add(prompt)
        found.said.append(f"a task of nobody: {prompt}")
    async with open_database(stage.fleet.database_url) as engine:
        await assert_books_agree(engine)
    violations = await stage.discord.get("violations")
    assert not violations, violations
    return found


async def _posted(discord: RemoteFakeDiscord, job_ids: set[str]) -> Counter[str]:
    """How many messages with pictures each job has."""
    posted: Counter[str] = Counter()
    for channel in CHANNELS:
        for message in await discord.get("messages", channel=channel):
            if message["files"]:
                words = set(json.dumps(message["components"]).replace('"', ":").split(":"))
                posted.update(dict.fromkeys(job_ids & words, 1))
    return posted
