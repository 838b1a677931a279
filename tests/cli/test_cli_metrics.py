"""Every documented metric, on the real program, after a story in which everything happens that it counts."""

from __future__ import annotations

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.journeys.bot_program import BotProgram
from tests.journeys.programs import SandboxProgram, until_told
from tests.project.tree import table_rows

pytestmark = [pytest.mark.journey, pytest.mark.slow]

Labels = frozenset[tuple[str, str]]


def _documented() -> dict[str, set[str]]:
    """Each metric's labels."""
    return {
        name.strip("`"): {label.strip("` ") for label in labels.split(",") if label.strip()}
        for name, labels, _ in table_rows("docs/operating.md", "metric")
    }


class Scrapes:
    """What Prometheus would have seen: the highest value of each sample."""

    def __init__(self, bot: BotProgram) -> None:
        self._bot = bot
        self.highest: dict[tuple[str, Labels], float] = {}

    async def look(self) -> None:
        for family in text_string_to_metric_families(await self._bot.text("/metrics")):
            for sample in family.samples:
                key = (sample.name, frozenset(sample.labels.items()))
                self.highest[key] = max(sample.value, self.highest.get(key, 0.0))

    def of(self, name: str, **labels: str) -> float:
        return self.highest.get((name, frozenset(labels.items())), 0.0)

    async def until(self, name: str, **labels: str) -> None:
        async def seen() -> bool:
            await self.look()
            return self.of(name, **labels) > 0

        await until_told(seen, what=f"{name} {labels}")


async def test_every_documented_metric_moves(bot: BotProgram, sandbox: SandboxProgram) -> None:
    # 80 % of the day's total is what the first requests ask for together.
    bot.settings = {**bot.settings, "SEEDREAM_QPS": "4", "LIMIT_TOTAL_DAILY": "15"}
    await sandbox.change(
        speed=4, beans=10_000
    )  # slow enough for the gauge of usage, which is looked at every five seconds
    await bot.start()
    seen = Scrapes(bot)
    # More at once than the account allows in a second, so that calls wait; and one person's fourth job waits in line.
    for number in range(4):
        await bot.imagine(f"fox {number} n:2")
        await bot.imagine(f"hen {number}", terminal=True)
    await seen.until("easel_jobs", state="running")
    await seen.until("easel_jobs", state="waiting")
    await seen.until("easel_limiter_waiting")
    # The gauge is read now and then, so something must stay reserved until it is.
    endless = await bot.imagine("a fox [[never]]")
    await seen.until("easel_usage_today", kind="reserved")
    await bot.call("POST", f"/api/jobs/{endless}/cancel", {})
    await bot.settled()
    status, _ = await bot.call("POST", "/api/commands", {"text": "/imagine a fox ratio:7:9"})
    assert status == 400
    await bot.imagine("a fox [[fail]]")
    await bot.settled()
    slow = await bot.imagine("a fox in the snow")
    await bot.call("POST", f"/api/jobs/{slow}/cancel", {})
    await bot.settled()
    await seen.until("easel_usage_today", kind="charged")
    await seen.look()

    assert seen.of("easel_requests_total", platform="web", outcome="accepted") == 7
    assert seen.of("easel_requests_total", platform="terminal", outcome="accepted") == 4
    refused = [labels for name, labels in seen.highest if name == "easel_requests_total"]
    assert len({dict(labels)["outcome"] for labels in refused}) == 2
    assert seen.of("easel_jobs_finished_total", state="done", failure="") == 8
    assert seen.of("easel_jobs_finished_total", state="failed", failure="task-failed") == 1
    assert seen.of("easel_jobs_finished_total", state="cancelled", failure="") == 2
    assert seen.of("easel_pictures_delivered_total", platform="web") == 8
    assert seen.of("easel_pictures_delivered_total", platform="terminal") == 4
    assert seen.of("easel_posts_total", platform="web", result="posted") == 5
    for part in ("queued", "drawing", "total"):
        assert seen.of("easel_job_seconds_count", part=part) == 8
    assert seen.of("easel_provider_calls_total", call="submit", code="0") >= 9

    for name, labels in _documented().items():
        samples = {
            key: value for key, value in seen.highest.items() if key[0] in {name, f"{name}_count", f"{name}_sum"}
        }
        assert any(value > 0 for value in samples.values()), name
        assert {label for _, pairs in samples for label, _ in pairs} == labels, name
    assert seen.of("process_resident_memory_bytes") > 0
