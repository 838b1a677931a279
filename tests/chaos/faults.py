"""A provider that misbehaves, alone and in every mixture, while the account's limit changes under way.

The engine, the database and the client are the real ones, the provider is the sandbox over loopback, and time runs many
times faster than the clock on the wall: half an hour of patience is a minute.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import itertools
import logging
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog

from bot.cards import job_card
from bot.domain.job import FailureCode, Job, JobState, new_job_id
from bot.domain.limits import Limits
from bot.domain.people import Destination, Person
from bot.domain.request import ImageRequest
from bot.engine.in_process import InProcessDispatcher
from bot.engine.settings import EngineSettings
from bot.observability.metrics import Metrics
from bot.sandbox import Fault, RunningSandbox, SandboxConfig, start
from bot.seedream.connect import Account, open_seedream
from db.engine import open_database
from db.jobs import SqlJobStore
from db.migrate import migrate
from tests.db.audit import assert_books_agree
from tests.fakes.chat import FakeChat
from tests.fakes.memory_picture_store import MemoryPictureStore
from tests.fakes.sheets import series_sheets

from .frame import Row, Trial, scenario

HASTE = 20  # seconds of the house in one of the wall
GENEROUS = Limits(user_daily=None, user_running=60, user_waiting=5000)
PEOPLE = 10
REQUESTS = 1000
# One in so many asks for exactly what somebody else has asked for too.
TWINS = 8
QPS = (40, 12, 60, 4, 25)  # the account's limit, one after the other
# What people may be told when a provider does this: it was its doing, or it never came to an end there.
FAIR = frozenset({FailureCode.TASK_FAILED, FailureCode.TIMED_OUT})
# Where so much goes wrong at once that a call fails a dozen times in a row: still a sentence, and nothing to pay.
ALSO = FAIR | {FailureCode.UNAVAILABLE}
LASTS = 400.0  # seconds of the wall, on a machine that has much else to do

CALLS = ("slow", "40001", "50000", "10400", "not_json", "bad_gateway", "dropped", "missing")
TASKS = ("error", "fail", "never", "odd_progress", "wrong_count", "late")
DOWNLOADS = ("truncated", "cut_download", "not_a_picture", "private_redirect")
ALONE = (*CALLS, "lost_submit", *TASKS, *DOWNLOADS)


# Alembic has one context for the whole process, and scenarios are played side by side.
_migrating = asyncio.Lock()


class HastyClock:
    """Time that runs ahead of the wall's from the same start; it never stands still."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._start = datetime.now(UTC)

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        return (time.monotonic() - self._began) * HASTE

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / HASTE)


@dataclass
class House:
    """Everything below the platforms, over one sandbox."""

    store: SqlJobStore
    clock: HastyClock
    sandbox: RunningSandbox
    chat: FakeChat
    dispatcher: InProcessDispatcher
    audit: Callable[[], Awaitable[int]]
    random: random.Random
    asked: list[Job] = field(default_factory=list)
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    async def ask(self, count: int, *, what: str = "fox") -> list[Job]:
        asked = [await self._ask(f"{what} {self._name()}") for _ in range(count)]
        self.asked += asked
        return asked

    def _name(self) -> int:
        number = next(self._numbers)
        return number - 1 if number % TWINS == 0 else number

    async def _ask(self, prompt: str) -> Job:
        user = f"person-{self.random.randrange(PEOPLE)}"
        request = ImageRequest(prompt=prompt, n=2 if self.random.random() < 0.1 else 1, clarity=1024)
        job = Job(
            id=new_job_id(),
            author=Person(platform="fake", community_id="guild", user_id=user, name=user),
            destination=Destination(platform="fake", community_id="guild", channel_id="general"),
            request=request,
            prompt_sent=request.prompt_sent,
            created_at=self.clock.now(),
        )
        await self.store.add(job, GENEROUS)
        self.dispatcher.add(job)
        return job

    async def settled(self) -> Sequence[Job]:
        """All of them once they are at rest. TimeoutError: some request has no end."""
        async with asyncio.timeout(LASTS):
            while await self.store.unfinished():  # noqa: ASYNC110 - the database is all that is looked at
                await asyncio.sleep(1)
        found = [await self.store.get(job.id) for job in self.asked]
        return [job for job in found if job is not None]

    def faults(self) -> int:
        """How often something went wrong at the provider."""
        state = self.sandbox.state()
        calls: int = sum(
            count for codes in state["calls"].values() for code, count in codes.items() if code not in {"0", "200"}
        )
        fates: int = sum(len(task["faults"]) for task in state["tasks"])
        return calls + fates


@contextlib.asynccontextmanager
async def house(
    directory: Path, dice: random.Random, faults: Mapping[str, float] | None = None
) -> AsyncIterator[House]:
    clock, chat, picture_store = HastyClock(), FakeChat(), MemoryPictureStore()
    config = SandboxConfig(
        qps=QPS[0],
        painting="plain",
        kept_pictures=4096,
        slow_seconds=0.2,
        faults=faults or {},
        seed=dice.randrange(2**32),
    )
    # Thousands of lines that nobody reads; what matters is in the audit.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    async with contextlib.AsyncExitStack() as stack:
        running = await stack.enter_async_context(await start(config=config, clock=lambda: clock.now().timestamp()))
        account = Account(app_id="app", secret_key="sesame")
        model = await stack.enter_async_context(
            open_seedream(base_url=running.url, account=account, qps=50, clock=clock)
        )
        engine = await stack.enter_async_context(open_database(f"sqlite+aiosqlite:///{directory}/easel.db"))
        async with _migrating:
            await migrate(engine)
        store = SqlJobStore(engine, clock)
        dispatcher = InProcessDispatcher(
            store=store,
            model=model,
            pictures=picture_store,
            sheets=series_sheets(picture_store),
            platforms={"fake": chat},
            clock=clock,
            metrics=Metrics(),
            settings=EngineSettings(limits=GENEROUS, limits_for=_generous),
        )
        working = asyncio.create_task(dispatcher.run())
        try:
            yield House(store, clock, running, chat, dispatcher, lambda: assert_books_agree(engine), dice)
        finally:
            await dispatcher.stop()
            await working


async def _generous(_: Job) -> Limits:
    return GENEROUS


async def audited(trial: Trial, house: House, *, fair: frozenset[FailureCode], note: str) -> Row:
    """Each request: one end, one message, at most one task; what the provider drew was delivered; the books agree."""
    jobs = await house.settled()
    tasks = {str(task["unique_id"]): task for task in house.sandbox.state()["tasks"]}
    findings: list[str] = []
    lost = doubled = 0
    made, wanted = Counter(str(task["ref_prompt"]) for task in tasks.values()), Counter(job.prompt_sent for job in jobs)
    for prompt, count in made.items():
        if count > wanted[prompt]:
            doubled += count - wanted[prompt]
            findings.append(f"{count} tasks of {wanted[prompt]} requests: {prompt}")
    owners = Counter(job.task_id for job in jobs if job.task_id is not None)
    doubled += sum(count - 1 for count in owners.values())
    for job in jobs:
        told = house.chat.messages.get(job.id)
        code = job.failure.code if job.failure is not None else None
        task = tasks.get(job.task_id or "")
        strangers = task is not None and not _same(job, task)
        done = job.state is JobState.DONE and bool(job.pictures)
        if told is None or strangers or not (done or (code in fair and _says_something(house, job))):
            lost += 1
            findings.append(f"{job.id} {job.state} {code} told {told} {task}")
    unowned = [task for task_id, task in tasks.items() if task_id not in owners]
    lost += len(unowned)  # paid, and nobody has it
    findings += [f"a task of nobody: {task}" for task in unowned]
    lost += len(house.asked) - len(jobs)
    await house.audit()
    (trial.directory / "findings.txt").write_text("\n".join(findings))
    return trial.row(faults=house.faults(), requests=len(house.asked), lost=lost, doubled=doubled, note=note)


def _same(job: Job, task: Mapping[str, object]) -> bool:
    request = job.request
    return (task["ref_prompt"], task["aspect_ratio"], task["clarity"], task["number_of_images"]) == (
        job.prompt_sent,
        request.ratio,
        request.clarity,
        request.n,
    )


def _says_something(house: House, job: Job) -> bool:
    """Whether its author reads a sentence, in both languages, without a word of ours or of the machine."""
    (report,) = (report for report in house.chat.concluded if report.job.id == job.id)
    for locale in ("en", "zh-CN"):
        words = "".join(part for part in job_card(report, locale).status if isinstance(part, str))
        if len(words) < 8 or "Error" in words or "{" in words or "failure-" in words:
            return False
    return True


async def _change_limits(house: House) -> None:
    """The account's limit goes up and down; every now and then another holder of the account renews the token."""
    for qps in itertools.cycle(QPS):
        house.sandbox.control.change({"qps": qps})
        await house.clock.sleep(20)


@contextlib.asynccontextmanager
async def changing_limits(house: House) -> AsyncIterator[None]:
    changing = asyncio.create_task(_change_limits(house))
    try:
        yield
    finally:
        changing.cancel()
        await asyncio.wait({changing})


def mixture(dice: random.Random) -> dict[str, float]:
    """Every fault at once: 10 to 30 % of calls, of tasks and of downloads."""
    chances: dict[str, float] = {}
    for kinds in (CALLS, TASKS, DOWNLOADS):
        share = dice.uniform(0.1, 0.3)
        parts = [dice.random() + 0.1 for _ in kinds]
        chances |= {kind: share * part / sum(parts) for kind, part in zip(kinds, parts, strict=True)}
    return chances | {"lost_submit": dice.uniform(0.1, 0.3)}


@scenario("the provider does everything wrong at once, and its limit changes", short=True, long=True, apart=True)
async def everything_at_once(trial: Trial) -> Row:
    count = 60 if trial.short else REQUESTS
    async with house(trial.directory, trial.random) as here, changing_limits(here):
        for part in range(5):  # another mixture each time
            here.sandbox.faults.set_chances(mixture(trial.random))
            await here.ask(count // 5, what=f"mixture {part}, fox")
            await here.clock.sleep(10 if trial.short else 60)
        return await audited(trial, here, fair=ALSO, note="each ended once, with pictures or a sentence")


@scenario("the provider does one thing wrong", apart=True)
async def one_at_a_time(trial: Trial) -> Row:
    assert set(ALONE) == {fault.value for fault in Fault}, "a fault that nobody plays"
    async with house(trial.directory, trial.random) as here, changing_limits(here):
        for fault in ALONE:
            here.sandbox.faults.set_chances({fault: 0.3})
            await here.ask(15, what=f"{fault}, fox")
            await here.clock.sleep(25)
        return await audited(trial, here, fair=FAIR, note=f"{len(ALONE)} faults, one after the other, in 30 % of calls")


@scenario("the provider is down again and again", short=True, apart=True)
async def down_again_and_again(trial: Trial) -> Row:
    outages = 2 if trial.short else 6
    async with house(trial.directory, trial.random) as here:
        for number in range(outages):
            await here.ask(20, what=f"outage {number}, fox")
            await here.clock.sleep(trial.random.uniform(0, 8))
            how = trial.random.choice(["bad_gateway", "dropped", "50000", "not_json"])
            here.sandbox.faults.set_chances({how: 1.0})
            await here.clock.sleep(10)
            await here.ask(20, what=f"during outage {number}, fox")
            await here.clock.sleep(trial.random.uniform(60, 200))
            here.sandbox.faults.clear()
            await here.clock.sleep(trial.random.uniform(0, 30))
        row = await audited(trial, here, fair=frozenset(), note="it was waited for, and all went on by itself")
        return dataclasses.replace(row, faults=outages)


@scenario("orders whose answer is lost, twins among them", apart=True)
async def lost_answers(trial: Trial) -> Row:
    """Half of the answers never come, half of the tasks appear late, and the list fails and hides some."""
    chances = {"lost_submit": 0.5, "dropped": 0.15, "late": 0.5, "missing": 0.3, "bad_gateway": 0.1}
    async with house(trial.directory, trial.random, faults=chances) as here, changing_limits(here):
        for number in range(40):
            await here.ask(3, what="twins, fox" if number % 2 else f"lost {number}, fox")
            await here.clock.sleep(5)
        return await audited(trial, here, fair=frozenset(), note="never two tasks for one, never another's picture")
