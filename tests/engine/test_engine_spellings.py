"""A lost submit on a provider whose list echoes orders in another spelling: one paid task, and never somebody else's.

The engine's part is played in short (`Engine`), so that many histories can be: order, lose, look up, order again only
where that is said to be safe.
"""

from __future__ import annotations

import asyncio
import html
import unicodedata
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from bot.domain.job import Failure, FailureCode, Job, JobState, new_job_id
from bot.domain.people import Destination, Person
from bot.domain.ports import ModelTask
from bot.domain.request import ImageRequest
from bot.engine import lost_submit
from bot.engine.listings import GIVEN_UP_COUNT, SharedListings
from bot.engine.lost_submit import LostSubmit
from tests.fakes.clock import FakeClock
from tests.fakes.orders import Orders
from tests.fakes.provider_books import ABSENT, Books, Spelling, as_it_is

Fate = Literal["lost", "vanished"]
LONG = "A “Red” Fox & <b>two</b>  cafés,\nｆｕｌｌ ｗｉｄｔｈ, " + "in the snow at night " * 6

PROMPTS = {
    "as it is": as_it_is,
    "nfkc": lambda text: unicodedata.normalize("NFKC", text),
    "nfd": lambda text: unicodedata.normalize("NFD", text),
    "cut at 80": lambda text: text[:80],
    "cut with dots": lambda text: text if len(text) <= 80 else text[:77] + "...",
    "escaped": html.escape,
    "escaped and cut": lambda text: html.escape(text)[:23],
    "lower": str.lower,
    "upper": str.upper,
    "collapsed": lambda text: " ".join(text.split()),
    "crlf": lambda text: text.replace("\n", "\r\n"),
    "stripped": str.strip,
    "quotes": lambda text: text.replace("“", '"').replace("”", '"'),
    "no signs": lambda text: "".join(one for one in text if one.isalnum() or one.isspace()),
    "empty": lambda _: "",
    "null": lambda _: None,
    "absent": lambda _: ABSENT,
}
NUMBERS = {
    "as it is": as_it_is,
    "zero": lambda _: 0,
    "null": lambda _: None,
    "text": str,
    "text zero": lambda _: "0",
    "float": float,
    "absent": lambda _: ABSENT,
}
RATIOS = {
    "as it is": as_it_is,
    "empty": lambda _: "",
    "null": lambda _: None,
    "absent": lambda _: ABSENT,
    "pixels": lambda ratio: {"16:9": "2560x1440", "1:1": "2048x2048"}[ratio],
    "x": lambda ratio: ratio.replace(":", "x"),
    "slash": lambda ratio: ratio.replace(":", "/"),
}
PHOTOS = {
    "as it is": as_it_is,
    "null": lambda _: None,
    "list": lambda photo: [photo],
    "empty list": lambda _: [],
    "text": lambda _: "",
}
TIMES = {
    "as it is": as_it_is,
    "milliseconds": lambda time: time * 1000,
    "text": str,
    "iso": lambda time: datetime.fromtimestamp(time, UTC).isoformat(),
    "iso, no zone": lambda time: datetime.fromtimestamp(time, UTC).replace(tzinfo=None).isoformat(),
    "null": lambda _: None,
    "zero": lambda _: 0,
    "float": lambda time: time + 0.25,
    "words": lambda _: "just now",
}


def spelled(**names: Any) -> Spelling:
    tables: dict[str, dict[str, Any]] = {
        "prompt": PROMPTS, "ratio": RATIOS, "clarity": NUMBERS, "n": NUMBERS, "photo": PHOTOS, "time": TIMES
    }  # fmt: skip
    return Spelling(**{name: tables[name][way] if name in tables else way for name, way in names.items()})


SPELLINGS = st.builds(
    spelled,
    prompt=st.sampled_from(sorted(PROMPTS)),
    ratio=st.sampled_from(sorted(RATIOS)),
    clarity=st.sampled_from(sorted(NUMBERS)),
    n=st.sampled_from(sorted(NUMBERS)),
    photo=st.sampled_from(["as it is"] * 3 + sorted(PHOTOS)),
    time=st.sampled_from(sorted(TIMES)),
    beside=st.booleans(),
)


@dataclass
class Engine:
    """Orders and looks up as Steps does. `outcomes`: what a job came to: a task, or "unclear"."""

    clock: FakeClock = field(default_factory=FakeClock)
    books: Books = field(init=False)
    orders: Orders = field(default_factory=Orders)
    outcomes: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.books = Books(self.clock)
        self.listings = SharedListings(self.books, self.orders)  # type: ignore[arg-type]  # the list is all that is asked

    def job(self, prompt: str = LONG, ratio: str = "16:9", n: int = 2, clarity: int = 2048) -> Job:
        request = ImageRequest(prompt=prompt.strip(), ratio=ratio, n=n, clarity=clarity)
        job = Job(
            id=new_job_id(),
            author=Person(platform="web", community_id="page", user_id="1", name="Ada"),
            destination=Destination(platform="web", community_id="page", channel_id="c"),
            request=request,
            prompt_sent=request.prompt_sent,
            created_at=self.clock.now(),
        )
        self.orders.jobs[job.id] = job
        return job

    def save(self, job: Job, **changes: Any) -> Job:
        saved = self.orders.jobs[job.id] = replace(job, **changes)
        return saved

    def begins(self, job: Job) -> Job:
        return self.save(job, state=JobState.SUBMITTING, submit_open=True, submitted_at=self.clock.now())

    def owns(self, job: Job, task_id: str) -> None:
        self.save(job, state=JobState.GENERATING, submit_open=False, task_id=task_id)
        self.outcomes[job.id] = task_id

    def completed(self, *jobs: Job) -> None:
        """Jobs that went well, and were drawn by now."""
        for job in jobs:
            self.owns(self.begins(job), self.books.order(job))

    def stranger(self, prompt: str = "somebody else's castle", ratio: str = "16:9", n: int = 2) -> None:
        self.books.take("", prompt, ratio, 2048, n)

    async def lose(self, job: Job, fate: Fate) -> None:
        """Submit without an answer, look it up, and order again where that is said to be safe."""
        while any(other.submit_open and self._order(other) == self._order(job) for other in self.orders.jobs.values()):
            await self.clock.sleep(0.5)
        job = self.begins(job)
        if fate == "lost":
            self.books.order(job)
        sent_at = self.clock.monotonic()
        while True:
            found = await lost_submit.find(job, listings=self.listings, clock=self.clock, sent_at=sent_at)
            if isinstance(found, ModelTask):
                if await self.orders.owned_tasks([found.id]):
                    continue
                self.owns(job, found.id)
            elif found is LostSubmit.NEVER_HAPPENED:
                self.owns(self.begins(job), self.books.order(job))
            else:
                unclear = Failure(code=FailureCode.UNCLEAR)
                self.save(job, state=JobState.FAILED, submit_open=False, failure=unclear)
                self.outcomes[job.id] = "unclear"
            return

    async def play(self, *lost: tuple[Job, Fate], seconds: float = 9000) -> float:
        """All of them at once, to their ends; how many seconds that took."""
        began = self.clock.monotonic()
        playing = [asyncio.create_task(self.lose(job, fate)) for job, fate in lost]
        while not all(task.done() for task in playing):
            assert self.clock.monotonic() - began < seconds
            await self.clock.advance(1 if self.clock.monotonic() - began < 70 else 30)
        await asyncio.gather(*playing)
        return self.clock.monotonic() - began

    @staticmethod
    def _order(job: Job) -> tuple[object, ...]:
        return job.prompt_sent, job.request.ratio, job.request.clarity, job.request.n

    def holds(self, *jobs: Job) -> None:
        """Nothing is paid twice, and nobody has another's task."""
        for job in jobs:
            ordered = self.books.ordered_by(job)
            assert len(ordered) <= 1, "paid twice"
            assert self.outcomes[job.id] in {*ordered, "unclear"}, "another's task"


FIELDS = [
    *({"prompt": way} for way in PROMPTS),
    *({"ratio": way} for way in RATIOS),
    *({"n": way} for way in NUMBERS),
    *({"clarity": way} for way in NUMBERS),
    *({"photo": way} for way in PHOTOS),
    *({"time": way} for way in TIMES),
    *({"beside": True, "time": way} for way in TIMES),
]


@pytest.mark.parametrize("names", FIELDS, ids=str)
@pytest.mark.parametrize("ours_alone", [True, False])
@pytest.mark.parametrize("known", [True, False])
async def test_one_field_in_another_spelling_is_found_or_left(
    names: dict[str, Any], *, known: bool, ours_alone: bool
) -> None:
    """`known`: an earlier job completed there. On an account of its own, such a task is found, as none can be else."""
    engine = Engine()
    engine.books.spelling = spelled(**names)
    if known:
        engine.completed(engine.job("An <Ink> drawing & ｓｅａ\n  at night, " + "seen from far above " * 6))
    await engine.clock.advance(600)
    if not ours_alone:
        engine.stranger()
    job = engine.job()
    took = await engine.play((job, "lost"))
    engine.holds(job)
    says_nothing = names.get("prompt") in {"empty", "null", "absent"} or names.get("photo") in {
        "null", "empty list", "text"
    }  # fmt: skip
    is_silent = says_nothing or any(
        names.get(name) in {"zero", "null", "text zero", "absent", "empty"} for name in ("n", "clarity", "ratio")
    )
    if ours_alone and (known or not says_nothing) and names.get("prompt") != "no signs":
        assert engine.outcomes[job.id] != "unclear"
        assert took <= 60
    if not ours_alone and is_silent:
        assert engine.outcomes[job.id] == "unclear", "nobody knows whose it is"


@pytest.mark.parametrize("names", FIELDS, ids=str)
async def test_one_that_never_arrived_is_ordered_again_where_the_list_can_tell(names: dict[str, Any]) -> None:
    engine = Engine()
    engine.books.spelling = spelled(**names)
    engine.completed(engine.job("a boat"))
    await engine.clock.advance(600)
    job = engine.job()
    took = await engine.play((job, "vanished"))
    engine.holds(job)
    assert engine.outcomes[job.id] != "unclear"
    assert took <= 60


@pytest.mark.parametrize("fate", ["lost", "vanished"])
async def test_a_faithful_list_is_as_quick_as_ever(fate: Fate) -> None:
    """With strangers, with another of ours that differs in a capital letter alone, and without any history."""
    engine = Engine()
    engine.stranger()
    engine.stranger(LONG + "!")
    engine.stranger(LONG, ratio="1:1")
    engine.stranger(LONG, n=1)
    job, other = engine.job(), engine.job(LONG.upper())
    took = await engine.play((job, fate), (other, "lost"))
    engine.holds(job, other)
    assert "unclear" not in engine.outcomes.values() or fate == "vanished"
    assert took <= 2 or fate == "vanished"


async def test_what_cannot_be_told_ends_after_minutes_and_not_after_half_an_hour() -> None:
    engine = Engine()
    engine.books.spelling = spelled(prompt="null")
    engine.stranger()
    job = engine.job()
    took = await engine.play((job, "lost"))
    assert engine.outcomes[job.id] == "unclear"
    assert took < 6 * 60


async def test_two_of_ours_that_are_spelled_alike_are_left_in_peace() -> None:
    engine = Engine()
    engine.books.spelling = spelled(prompt="null")
    engine.books.late = 5
    engine.completed(engine.job("a boat"))
    await engine.clock.advance(60)
    jobs = engine.job("a fox"), engine.job("a dog"), engine.job("a cow", n=1)
    await engine.play(*((job, "lost") for job in jobs))
    engine.holds(*jobs)
    assert [engine.outcomes[job.id] for job in jobs[:2]] == ["unclear", "unclear"]
    assert engine.outcomes[jobs[2].id] != "unclear", "its number tells it apart"


@pytest.mark.parametrize("prompt", ["null", "lower"])
async def test_one_task_for_two_of_ours_is_neither_s(prompt: str) -> None:
    engine = Engine()
    engine.books.spelling = spelled(prompt=prompt)
    engine.books.late = 5
    engine.completed(engine.job("A Boat"))
    await engine.clock.advance(60)
    gone, there = engine.job("a Fox"), engine.job("A fox")
    await engine.play((gone, "vanished"), (there, "lost"))
    engine.holds(gone, there)
    assert set(engine.outcomes.values()) > {"unclear"}, "neither of them can tell"


@pytest.mark.parametrize("time", ["as it is", "null"])
async def test_the_task_of_an_order_that_was_given_up_is_nobody_s(time: str) -> None:
    engine = Engine()
    engine.books.spelling = spelled(prompt="null", time=time)
    engine.stranger()
    given_up = engine.job("a fox")
    await engine.play((given_up, "lost"))
    assert engine.outcomes[given_up.id] == "unclear"
    engine.books.tasks = [task for task in engine.books.tasks if task.by]  # the provider forgets strangers
    engine.completed(engine.job("a boat"))
    await engine.clock.advance(600)
    gone, there = engine.job("a dog"), engine.job("a dog", n=1)
    await engine.play((gone, "vanished"), (there, "lost"))
    engine.holds(gone, there)
    assert engine.outcomes[there.id] != "unclear"
    assert (engine.outcomes[gone.id] == "unclear") == (time == "null")


@pytest.mark.parametrize("fate", ["lost", "vanished"])
async def test_nothing_is_paid_twice_after_an_order_that_was_given_up_is_forgotten(fate: Fate) -> None:
    """The worst list: no prompt and no time, so that the task of long ago may be of this moment."""
    engine = Engine()
    engine.books.spelling = spelled(prompt="null", time="null")
    engine.stranger()
    given_up = engine.job("a fox")
    await engine.play((given_up, "lost"))
    assert engine.outcomes[given_up.id] == "unclear"
    engine.clock.jump((GIVEN_UP_COUNT + timedelta(days=1)).total_seconds())
    late = engine.job("a fox")
    await engine.play((late, fate))
    assert len(engine.books.ordered_by(late)) == (1 if fate == "lost" else 0)


async def test_two_identical_orders_lost_at_once_have_a_task_each() -> None:
    for prompt in ("as it is", "lower", "cut at 80"):
        engine = Engine()
        engine.books.spelling = spelled(prompt=prompt)
        engine.completed(engine.job("A boat, " + "seen from far above " * 6))
        await engine.clock.advance(60)
        jobs = engine.job(), engine.job()
        await engine.play(*((job, "lost") for job in jobs))
        engine.holds(*jobs)
        assert "unclear" not in engine.outcomes.values()


async def test_times_in_another_zone_say_nothing() -> None:
    engine = Engine()
    engine.books.spelling = Spelling(time=lambda time: time - 8 * 3600)
    engine.completed(engine.job("a boat"))
    await engine.clock.advance(60)
    jobs = engine.job(), engine.job("a fox")
    await engine.play((jobs[0], "lost"), (jobs[1], "vanished"))
    engine.holds(*jobs)
    assert engine.outcomes[jobs[0].id] != "unclear"


async def test_an_echo_that_is_something_else_altogether_forbids_a_second_order() -> None:
    engine = Engine()
    engine.books.spelling = Spelling(prompt=lambda _: "一只狐狸", n=lambda _: 1)
    engine.completed(engine.job("a boat"))
    await engine.clock.advance(60)
    job = engine.job("a fox")
    engine.stranger()
    await engine.play((job, "lost"))
    engine.holds(job)


@settings(max_examples=40, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(
    spelling=SPELLINGS,
    history=st.integers(0, 3),
    lost=st.lists(
        st.tuples(
            st.sampled_from([LONG, LONG.lower(), "a fox", "A Fox", "a fox in the snow", "一只狐狸"]),
            st.sampled_from(["16:9", "1:1"]),
            st.sampled_from([1, 2]),
            st.sampled_from(["lost", "vanished"]),
        ),
        min_size=1,
        max_size=4,
    ),
    strangers=st.just([]) | st.lists(st.sampled_from(["a dog", "a castle", "a fox!", ""]), min_size=2, max_size=3),
    late=st.sampled_from([0.0, 5.0, 29.0]),
    oldest_first=st.booleans(),
    page_size=st.sampled_from([50, 2]),
    total=st.sampled_from([as_it_is, lambda real: real + 1, lambda real: min(real, 50), lambda _: None]),
    twice=st.booleans(),
)
async def test_no_order_is_paid_twice_however_the_list_is_spelled(
    spelling: Spelling,
    history: int,
    lost: list[tuple[str, str, int, Fate]],
    strangers: list[str],
    late: float,
    page_size: int,
    total: Any,
    *,
    oldest_first: bool,
    twice: bool,
) -> None:
    """Histories are not made smaller when one fails: each takes up to a second.

    An account's first stranger ever, at the very moment of an order that vanished, in a list that echoes nothing, is
    the one who can't be told from it by anybody: there are none or several of them here.
    """
    engine = Engine()
    books = engine.books
    books.spelling, books.late, books.oldest_first = spelling, late, oldest_first
    books.page_size, books.total, books.twice = page_size, total, twice
    engine.completed(*(engine.job(f"A Boat, {number} times, " + "at sea " * 12) for number in range(history)))
    await engine.clock.advance(600)
    for prompt in strangers:
        engine.stranger(prompt, n=1)
    jobs = [(engine.job(prompt, ratio, n), fate) for prompt, ratio, n, fate in lost]
    await engine.play(*jobs)
    made = {task.id: task.prompt for task in books.tasks if task.by}
    for job, _ in jobs:
        assert len(books.ordered_by(job)) <= 1, "paid twice"
        came = engine.outcomes[job.id]
        assert came == "unclear" or made[came].casefold() == job.prompt_sent.casefold(), "somebody else's"
