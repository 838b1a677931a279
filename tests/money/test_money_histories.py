"""Whatever people do in whatever order: nobody spends more than the operator allows, by the provider's own books."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import tempfile
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bot.domain.errors import ModelRejected, ModelUnavailable, Refused
from bot.domain.job import Job, JobKind
from bot.domain.limits import Limits
from bot.domain.people import Person
from bot.domain.report import JobReport
from tests.db.audit import assert_books_agree
from tests.db.template import migrated
from tests.fakes.quiet_loop import QuietLoop
from tests.money.world import PEOPLE, Accepted, World, destination

pytestmark = pytest.mark.slow
HISTORIES = int(os.environ.get("MONEY_HISTORIES", "125"))  # of each of the four below
_MEMORY = "/dev/shm"  # noqa: S108 - a kill of the engine is no kill of the machine: nothing has to be on a disk
_FATES = ("lost", "vanished", "rejected", "unavailable", "held")


class Money(RuleBasedStateMachine):
    """The real store, engine and actions, with a provider in memory."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner(loop_factory=QuietLoop)
        self.files = tempfile.TemporaryDirectory(dir=_MEMORY if Path(_MEMORY).is_dir() else None)
        self.held: list[asyncio.Event] = []
        self.life: asyncio.Task[None] | None = None
        self.words = 0
        self.changed: list[tuple[int, Person]] = []  # entries of the audit list that can be taken back, and by whom

    def run(self, awaitable: Any) -> Any:
        async def bounded() -> Any:
            async with asyncio.timeout(60):
                return await awaitable

        return self.runner.run(bounded())

    @initialize()
    def start(self) -> None:
        file = Path(self.files.name, "easel.db")
        file.write_bytes(migrated())
        self.stack = AsyncExitStack()

        async def begin() -> None:
            self.world = await World.opened(file, self.stack)
            await self._live()

        self.run(begin())

    async def _live(self) -> None:
        self.world.build()
        self.life = asyncio.create_task(self.world.house.dispatcher.run())
        await self.world.clock.settle()

    async def _die(self) -> None:
        if self.life is not None:
            self.life.cancel()
            with suppress(asyncio.CancelledError):
                await self.life
        await self.world.clock.settle()

    # What people do

    @rule(who=st.sampled_from(sorted(PEOPLE)), n=st.integers(1, 4), same=st.booleans())
    def ask(self, who: str, n: int, *, same: bool) -> None:
        self._fox(who, n, same=same)

    def _fox(self, who: str, n: int, *, same: bool = False) -> None:
        self.words += 0 if same else 1
        self.run(self._ask(PEOPLE[who], f"fox {self.words} n:{n}"))

    @rule(
        who=st.sampled_from(sorted(PEOPLE)),
        n=st.sampled_from([1, 2, 3, 4]),
        times=st.integers(2, 4),
        finished=st.booleans(),
    )
    def ask_again_and_again(self, who: str, n: int, times: int, *, finished: bool) -> None:
        for _ in range(times):
            self._fox(who, n)
            if finished:
                self.run(self.world.clock.advance(60.0))

    @rule(where=st.sampled_from([["ann in one"], ["ann in one", "ann alone"], ["bob at work"], ["ann in two"]]))
    def fill_the_queue(self, where: list[str]) -> None:
        for _ in range(6 // len(where)):
            for who in where:
                self._fox(who, 1)

    @rule(n=st.sampled_from([3, 4]), finished=st.booleans())
    def everybody_asks(self, n: int, *, finished: bool) -> None:
        for who in sorted(PEOPLE):
            self._fox(who, n)
            if finished:
                self.run(self.world.clock.advance(45.0))

    @rule(who=st.sampled_from(sorted(PEOPLE)), n=st.integers(1, 2))
    def ask_for_a_series(self, who: str, n: int) -> None:
        self.words += 1
        self.run(self._ask(PEOPLE[who], f"{{red|blue}} fox {self.words} n:{n}"))

    async def _ask(self, person: Person, text: str) -> None:
        imagine, there = self.world.house.actions.imagine, destination(person)
        await self._order(person, imagine.from_text(text, author=person, destination=there, priced=True))

    @rule(data=st.data(), what=st.sampled_from(["again", "hd"]), who=st.sampled_from(sorted(PEOPLE)))
    def press(self, data: st.DataObject, what: str, who: str) -> None:
        if self.world.accepted:
            job_id, person = self._any(data), PEOPLE[who]
            actions, there = self.world.house.actions, destination(person)
            order = actions.imagine.again if what == "again" else actions.variants.hd
            self.run(self._order(person, order(job_id, author=person, destination=there)))

    async def _order(self, person: Person, asking: Any) -> None:
        limits = await self.world.limits_of(person)
        before = [one.at for one in self.world.accepted.values() if _member(one.author) == _member(person)]
        try:
            report: JobReport = await asking
        except Refused:
            return
        jobs = [report.job]
        if report.job.kind is JobKind.SHEET:
            jobs = list(await self.world.stores.jobs.series(report.job.id))
        for job in jobs:
            self._accept(job, limits)
        if limits.cooldown and before:
            first = min(job.created_at for job in jobs)
            assert (first - max(before)).total_seconds() >= limits.cooldown - 1e-3
        await self.world.check_limits(person, limits)
        await self.world.clock.settle()

    def _accept(self, job: Job, limits: Limits) -> None:
        self.world.accepted[job.id] = Accepted(
            job_id=job.id,
            author=job.author,
            n=job.request.n,
            points=limits.points(job.request),
            day=limits.today(job.created_at).isoformat(),
            base_day=limits.ceilings.today(job.created_at).isoformat(),
            at=job.created_at,
        )

    def _any(self, data: st.DataObject) -> str:
        return data.draw(st.sampled_from(list(self.world.accepted)))

    @rule(data=st.data(), seconds=st.sampled_from([0.0, 0.0, 1.0, 5.0, 19.0]))
    def cancel(self, data: st.DataObject, seconds: float) -> None:
        if not self.world.accepted:
            return
        job_id = self._any(data)

        async def press() -> None:
            await self.world.clock.advance(seconds)
            job = await self.world.job(job_id)
            with suppress(Refused):
                await self.world.house.actions.jobs.cancel(job.series_id or job_id, job.author)
            await self.world.clock.settle()

        self.run(press())

    @rule(who=st.sampled_from(sorted(PEOPLE)))
    def reset(self, who: str) -> None:
        person = PEOPLE[who]

        async def give_back() -> None:
            manager = dataclasses.replace(person, user_id="boss", manager=True, moderator=True)
            day = (await self.world.limits_of(person)).today(self.world.clock.now()).isoformat()
            entry = await self.world.house.actions.people.reset_day(manager, person.user_id)
            key = (*_member(person), day)
            self.world.forgiven[key] = self.world.forgiven.get(key, 0) + int(entry.detail["points"])

        self.run(give_back())

    @rule(
        community=st.sampled_from(["one", "two"]),
        change=st.sampled_from(
            [
                {"user_daily": "9"},
                {"user_daily": "3"},
                {"monthly": "13"},
                {"timezone": "Pacific/Kiritimati"},
                {"timezone": "UTC"},
            ]
        ),
    )
    def change_settings(self, community: str, change: dict[str, str]) -> None:
        boss = Person(
            platform="discord", community_id=community, user_id="boss", name="B", manager=True, moderator=True
        )

        async def settle() -> None:
            entry = await self.world.house.actions.settings.change(boss, change)
            if entry is not None:
                self.changed.append((entry.id, boss))

        self.run(settle())

    @rule(data=st.data())
    def undo(self, data: st.DataObject) -> None:
        """Take back any change of settings, also one that others have followed."""
        if self.changed:
            entry_id, boss = data.draw(st.sampled_from(self.changed))

            async def take_back() -> None:
                with suppress(Refused):
                    done = await self.world.house.actions.moderate.undo(entry_id, boss)
                    if done.entry is not None:
                        self.changed.append((done.entry.id, boss))

            self.run(take_back())

    # What happens to us

    @rule(seconds=st.sampled_from([0.5, 3.0, 12.0, 40.0, 200.0]))
    def time_passes(self, seconds: float) -> None:
        self.run(self.world.clock.advance(seconds))

    @rule(hours=st.sampled_from([0.51, 8.51, 24.0, 24 * 31.0]))
    def much_time_passes(self, hours: float) -> None:
        """Over a midnight in one of both zones, a day or a month."""
        self.run(self.world.clock.advance(300.0))
        self.world.clock.jump(hours * 3600)

    @rule(minutes=st.sampled_from([-30.0, -3.0, 3.0]))
    def somebody_sets_the_clock(self, minutes: float) -> None:
        self.world.clock.jump(minutes * 60)

    @rule()
    def kill(self) -> None:
        async def die_and_live() -> None:
            await self._die()
            await self._live()

        self.run(die_and_live())

    @rule(fate=st.sampled_from(_FATES))
    def the_next_submit_goes_wrong(self, fate: str) -> None:
        event = asyncio.Event()
        fates: dict[str, Any] = {
            "rejected": ModelRejected("no"),
            "unavailable": ModelUnavailable("busy"),
            "held": event,
        }
        if fate == "held":
            self.held.append(event)
        self.world.model.submits.append(fates.get(fate, fate))

    @rule()
    def answers_arrive(self) -> None:
        for event in self.held:
            event.set()
        self.run(self.world.clock.settle())

    # What holds

    @invariant()
    def nobody_draws_more_at_once_than_may_run(self) -> None:
        if hasattr(self, "world"):
            assert all(count <= 2 for count in self.world.drawing().values()), self.world.drawing()

    @invariant()
    def what_is_ordered_is_counted(self) -> None:
        async def check() -> None:
            for job_id, job in (await self.world.jobs()).items():
                ordered = self.world.ordered(job_id)
                assert ordered <= (job.request.n if job.spent is None else job.spent), job

        if hasattr(self, "world"):
            self.run(check())

    def teardown(self) -> None:
        if hasattr(self, "world"):
            self.run(self._end())
        self.runner.close()
        self.files.cleanup()

    async def _end(self) -> None:
        try:
            self.world.model.submits.clear()
            for event in self.held:
                event.set()
            for _ in range(40):
                await self.world.clock.advance(120.0)
                if all(job.settled for job in (await self.world.jobs()).values()):
                    break
            await self.world.check_settled()
            await assert_books_agree(self.world.engine)
        finally:
            await self._die()
            await self.stack.aclose()


def _member(person: Person) -> tuple[str, str, str]:
    return (person.platform, person.community_id, person.user_id)


# Four of them, so that they run side by side.
class _First(Money):
    pass


class _Second(Money):
    pass


class _Third(Money):
    pass


class _Fourth(Money):
    pass


_SETTINGS = settings(
    max_examples=HISTORIES,
    stateful_step_count=14,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    report_multiple_bugs=False,
    database=None,
    derandomize=True,  # the same histories each time: what fails can be looked at again
)
TestFirst, TestSecond, TestThird, TestFourth = (_First.TestCase, _Second.TestCase, _Third.TestCase, _Fourth.TestCase)
for case in (TestFirst, TestSecond, TestThird, TestFourth):
    case.settings = _SETTINGS
del case  # pytest would collect it as a fifth test
