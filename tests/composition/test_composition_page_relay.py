"""What other processes tell of jobs is loaded for those who watch, and for nobody else."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

from bot.composition.page_relay import SharedHub
from bot.domain.job import Job
from bot.domain.report import JobReport
from bot.runtime.clock import SystemClock
from tests.db.orders import order, person, reader

JOB = order(by=person("ann", community="web", platform="web"), channel="page")


class Jobs:
    def __init__(self) -> None:
        self.asked: list[str] = []

    async def get(self, job_id: str) -> Job:
        self.asked.append(job_id)
        return JOB


class News:
    page: Callable[[Mapping[str, str]], None] | None = None

    def tell_page(self, **news: str) -> None: ...


def hub_over(jobs: Jobs) -> tuple[SharedHub, Callable[[Mapping[str, str]], None]]:
    report = JobReport(job=JOB, estimate=SimpleNamespace(), position=1, ready_at=None, slow=False, ended=0)  # type: ignore[arg-type]
    core: Any = SimpleNamespace(
        stores=SimpleNamespace(jobs=jobs), clock=SystemClock(), dispatcher=SimpleNamespace(report=lambda _: report)
    )
    news = News()
    hub = SharedHub(core, news)
    assert news.page is not None
    return hub, news.page


async def test_nobody_watches_and_nothing_is_loaded() -> None:
    jobs = Jobs()
    hub, heard = hub_over(jobs)
    seen = hub.last_id
    for _ in range(3):
        heard({"by": "another", "kind": "card", "job": JOB.id})
    await asyncio.sleep(0)
    assert jobs.asked == []
    # Who was here before loads the history; who comes after that misses nothing.
    assert hub.subscribe(reader("page", "web", "web"), after=seen).reset
    assert not hub.subscribe(reader("page", "web", "web"), after=hub.last_id).reset


async def test_somebody_watches_and_sees_it() -> None:
    jobs = Jobs()
    hub, heard = hub_over(jobs)
    subscription = hub.subscribe(JOB.author)
    heard({"by": "another", "kind": "card", "job": JOB.id})
    async with asyncio.timeout(5):
        event = await subscription.next()
    assert event is not None
    assert event.job == JOB
    assert jobs.asked == [JOB.id]
