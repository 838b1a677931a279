"""Random histories: whatever is done in whatever order, the books agree and the limits hold."""

from __future__ import annotations

import asyncio
import dataclasses
import tempfile
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule

from bot.domain.errors import OverLimit, StaleJob, SubmitBusy
from bot.domain.job import TRANSITIONS, Failure, FailureCode, Job, JobState
from bot.domain.limits import Limits, check
from db.engine import open_database
from db.jobs import SqlJobStore
from db.usage import SqlUsageLedger
from tests.db.audit import assert_books_agree
from tests.db.orders import NOON, order, person, pictures
from tests.db.template import migrated
from tests.fakes.clock import FakeClock

ROLES = {"ann": ("staff", "boosters"), "bob": ("boosters",)}
LIMITS = Limits(
    user_daily=14,
    user_running=2,
    user_waiting=1,
    channel_daily=18,
    community_monthly=26,
    cooldown=1800,
    weights={2048: 2},
)


class Histories(RuleBasedStateMachine):
    """Jobs as callers hold them, old copies included, against a store that restarts now and then."""

    copies: Bundle[Job] = Bundle("copies")

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.files = tempfile.TemporaryDirectory()
        Path(self.files.name, "easel.db").write_bytes(migrated())
        self.clock = FakeClock(NOON)
        self.jobs: dict[str, Job] = {}

    def run(self, awaitable: Any) -> Any:
        async def bounded() -> Any:
            async with asyncio.timeout(20):
                return await awaitable

        return self.runner.run(bounded())

    @initialize()
    def start(self) -> None:
        self.stack = AsyncExitStack()

        async def start() -> None:
            self.engine = await self.stack.enter_async_context(open_database(f"sqlite:///{self.files.name}/easel.db"))
            self.store = SqlJobStore(self.engine, self.clock)

        self.run(start())

    @rule()
    def restart(self) -> None:
        self.run(self.stack.aclose())
        self.start()

    @rule(hours=st.integers(1, 400))
    def time_passes(self, hours: int) -> None:
        self.clock.jump(timedelta(hours=hours).total_seconds())

    @rule(
        target=copies,
        prompt=st.sampled_from(["fox", "owl"]),
        n=st.integers(1, 4),
        user=st.sampled_from(["ann", "bob"]),
        community=st.sampled_from(["one", "two"]),
        channel=st.sampled_from(["general", "art"]),
        minutes=st.sampled_from([0, 29, 30, 31]),
    )
    def add(self, prompt: str, n: int, user: str, community: str, channel: str, minutes: int) -> Any:
        self.clock.jump(60 * minutes)
        author = dataclasses.replace(person(user, community), roles=ROLES[user])
        job = order(prompt, n=n, by=author, channel=channel, at=self.clock.now())
        before = self.run(self.store.usage(job.author, self.clock.now(), channel_id=channel))
        try:
            check(LIMITS, before, job.request, self.clock.now())
        except OverLimit as expected:
            with pytest.raises(OverLimit) as refused:
                self.run(self.store.add(job, LIMITS))
            assert (refused.value.code, refused.value.values) == (expected.code, expected.values)  # noqa: PT017 - of another
            return multiple()
        after = self.run(self.store.add(job, LIMITS))
        assert after == dataclasses.replace(
            before,
            today=before.today + 2 * n,
            unfinished=before.unfinished + 1,
            channel_today=before.channel_today + 2 * n,
            community_month=before.community_month + 2 * n,
            last_at=self.clock.now(),
            ceilings=dataclasses.replace(
                before.ceilings,
                user_today=before.ceilings.user_today + n,
                user_here=before.ceilings.user_here + n,
                user_unfinished=before.ceilings.user_unfinished + 1,
                community_month=before.ceilings.community_month + n,
                total_today=before.ceilings.total_today + n,
                total_month=before.ceilings.total_month + n,
            ),
        )
        job = dataclasses.replace(job, points=2)
        self.jobs[job.id] = job
        return job

    @rule(user=st.sampled_from(["ann", "bob"]))
    def reset(self, user: str) -> None:
        now = self.clock.now()
        before = self.run(self.store.usage(person(user, "one"), now))
        back = self.run(SqlUsageLedger(self.engine).reset_today(person(user, "one"), now, "UTC"))
        assert self.run(self.store.usage(person(user, "one"), now)) == dataclasses.replace(
            before, today=before.today - back
        )

    @rule(target=copies, job=copies, to=st.sampled_from(JobState), delivered=st.integers(0, 4))
    def move(self, job: Job, to: JobState, delivered: int) -> Any:
        if to not in TRANSITIONS[job.state]:
            return multiple()
        changes: dict[str, Any] = {}
        if to is JobState.GENERATING:
            changes["task_id"] = f"task-{job.id}"
        if to is JobState.DELIVERING:
            changes["pictures"] = pictures(min(delivered, job.request.n))
        current = self.jobs[job.id]
        busy = any(
            other.submit_open and other.id != job.id and other.request == job.request for other in self.jobs.values()
        )
        try:
            moved: Job = self.run(self.store.move(job, to, **changes))
        except StaleJob:
            assert current.state is not job.state
            return multiple()
        except SubmitBusy:
            assert to is JobState.SUBMITTING
            assert busy
            return multiple()
        assert current.state is job.state
        assert not (busy and to is JobState.SUBMITTING)
        assert moved.state is to
        self.jobs[job.id] = moved
        return moved

    @rule(job=copies, card_open=st.booleans())
    def note(self, job: Job, **changes: bool) -> None:
        noted = self.run(self.store.note(job.id, **changes))
        assert noted == dataclasses.replace(self.jobs[job.id], **changes)  # type: ignore[arg-type] # all are booleans
        self.jobs[job.id] = noted

    @rule(
        target=copies,
        job=copies,
        learned=st.sampled_from(["went out", "never went out", "nobody knows", "drawn", "failed", "no end"]),
        drawn=st.integers(0, 4),
    )
    def update_order(self, job: Job, learned: str, drawn: int) -> Any:
        if not job.state.finished:
            return multiple()
        failures = {
            "nobody knows": FailureCode.UNCLEAR,
            "failed": FailureCode.TASK_FAILED,
            "no end": FailureCode.TIMED_OUT,
        }
        changes: dict[str, Any] = {"failure": Failure(code=failures[learned])} if learned in failures else {}
        if job.submit_open and learned in {"went out", "never went out", "nobody knows"}:
            changes["submit_open"] = False
            if learned == "went out":
                changes |= {"task_open": True, "task_id": f"task-{job.id}"}
        elif job.task_open and learned in {"drawn", "failed", "no end"}:
            changes["task_open"] = False
            if learned == "drawn":
                changes["pictures"] = pictures(min(drawn, job.request.n))
        else:
            return multiple()
        current = self.jobs[job.id]
        try:
            updated: Job = self.run(self.store.update_order(job, **changes))
        except StaleJob:
            assert (current.submit_open, current.task_open) != (job.submit_open, job.task_open)
            return multiple()
        assert (current.submit_open, current.task_open) == (job.submit_open, job.task_open)
        self.jobs[job.id] = updated
        return updated

    @invariant()
    def the_books_agree(self) -> None:
        if hasattr(self, "engine"):
            assert self.run(assert_books_agree(self.engine)) == len(self.jobs)

    @invariant()
    def unfinished_is_what_needs_something(self) -> None:
        if hasattr(self, "engine"):
            found = {job.id: job for job in self.run(self.store.unfinished())}
            assert found == {job.id: job for job in self.jobs.values() if not job.settled or job.card_open}

    def teardown(self) -> None:
        if hasattr(self, "stack"):
            self.run(self.stack.aclose())
        self.runner.close()
        self.files.cleanup()


TestHistories = Histories.TestCase
TestHistories.settings = settings(
    max_examples=8, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)
