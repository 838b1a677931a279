"""The page's events between processes: a card that a worker changes is seen by whoever watches through any gateway."""

from __future__ import annotations

import asyncio
import dataclasses
import secrets
from collections.abc import Callable, Mapping
from typing import Protocol

import structlog

from bot.composition.core import Core
from bot.domain.errors import StoreUnavailable
from bot.domain.job import Job
from bot.domain.people import Person
from bot.domain.ports import Opinion
from bot.domain.report import JobReport
from bot.platforms.web.events import EventHub, EventKind

_log = structlog.get_logger(__name__)

# A result is told when it is posted, some moments before the job is saved as done.
_LOOKS, _PAUSE = 100, 0.05
_NOBODY = Person(platform="web", community_id="web", user_id="", name="")


class News(Protocol):
    """What processes tell one another."""

    page: Callable[[Mapping[str, str]], None] | None

    def tell_page(self, **news: str) -> None: ...


def open_hub(core: Core) -> EventHub:
    """The hub for this process's page; where processes share a database, one that they feed together."""
    return EventHub(run=secrets.token_hex(4)) if core.news is None else SharedHub(core, core.news)


class SharedHub(EventHub):
    """Tells the other processes that something happened to a job, and loads what they tell of."""

    def __init__(self, core: Core, news: News) -> None:
        self._life = secrets.token_hex(4)
        super().__init__(run=self._life)
        self._core = core
        self._news = news
        self._loading: set[asyncio.Task[None]] = set()
        news.page = self._heard

    def publish(
        self, kind: EventKind, job: Job, report: JobReport | None = None, *, opinion: Opinion | None = None
    ) -> None:
        super().publish(kind, job, report, opinion=opinion)
        self._news.tell_page(by=self._life, kind=kind.value, job=job.id)

    def publish_moderation(self, platform: str) -> None:
        super().publish_moderation(platform)
        self._news.tell_page(by=self._life, kind=EventKind.MODERATION.value, platform=platform)

    def _heard(self, news: Mapping[str, str]) -> None:
        if news["by"] == self._life:
            return
        if not self.watchers:
            self.skip()
            return
        if news["kind"] == EventKind.MODERATION:
            super().publish_moderation(news["platform"])
            return
        task = asyncio.create_task(self._load(EventKind(news["kind"]), news["job"]), name="page-relay")
        self._loading.add(task)
        task.add_done_callback(self._loading.discard)

    async def _load(self, kind: EventKind, job_id: str) -> None:
        try:
            job = await self._job(kind, job_id)
            if job is None:
                return
            if kind is EventKind.OPINION:
                opinion = await self._core.stores.gallery.opinion(job.id, _NOBODY)
                super().publish(kind, job, opinion=opinion)
            elif kind in {EventKind.GONE, EventKind.UNSHARED}:
                super().publish(kind, job)
            else:
                super().publish(kind, job, await self._report(kind, job))
        except StoreUnavailable as error:  # the page loads its history when it comes back
            _log.debug("page_event_lost", action="relay", job=job_id, error=str(error))

    async def _job(self, kind: EventKind, job_id: str) -> Job | None:
        for _ in range(_LOOKS):
            job = await self._core.stores.jobs.get(job_id)
            if job is None or kind is not EventKind.RESULT or job.state.finished:
                return job
            await self._core.clock.sleep(_PAUSE)
        return None

    async def _report(self, kind: EventKind, job: Job) -> JobReport:
        report = self._core.dispatcher.report(job)
        if kind is not EventKind.RESULT:
            return report
        jobs = self._core.stores.jobs
        return dataclasses.replace(
            report,
            usage=await jobs.usage(job.author, self._core.clock.now()),
            parent=None if job.parent_id is None else await jobs.get(job.parent_id),
        )
