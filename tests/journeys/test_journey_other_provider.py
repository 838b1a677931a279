"""What the documents leave open, on the real program, with a provider that is not the sandbox."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.engine.test_engine_spellings import spelled
from tests.fakes.other_provider import OtherProvider, gateway_says
from tests.fakes.pictures import encoded, smooth
from tests.journeys.bot_program import BotProgram
from tests.journeys.quick_program import QuickProgram

pytestmark = [pytest.mark.journey, pytest.mark.asyncio(loop_scope="module")]


def settings_for(provider: OtherProvider) -> dict[str, str]:
    return {**provider.account, "SEEDREAM_QPS": "50"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(
    quick: QuickProgram, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[BotProgram, OtherProvider]]:
    home = tmp_path_factory.mktemp("bot")
    async with OtherProvider() as provider, BotProgram(home, settings_for(provider), quick) as bot:
        await bot.start()
        yield bot, provider
        await bot.stop()


@pytest_asyncio.fixture(loop_scope="module")
async def alone(quick: QuickProgram, tmp_path: Path) -> AsyncIterator[tuple[BotProgram, OtherProvider]]:
    """A program that has heard of no other task: it tells a list's spelling by those that it knows."""
    async with OtherProvider() as provider, BotProgram(tmp_path, settings_for(provider), quick) as bot:
        await bot.start()
        yield bot, provider
        await bot.stop()


@pytest.fixture
def provider(running: tuple[BotProgram, OtherProvider]) -> OtherProvider:
    """As the documents have it, until a test says otherwise."""
    _, provider = running
    as_new = OtherProvider()
    for name in ("spelling", "fates", "gateway", "ending", "pictures"):
        setattr(provider, name, getattr(as_new, name))
    provider.fetched.clear()
    return provider


@pytest.fixture
def bot(running: tuple[BotProgram, OtherProvider]) -> BotProgram:
    return running[0]


async def drawn(bot: BotProgram, text: str) -> tuple[dict[str, Any], float]:
    """The job at its end, and how many seconds that took."""
    began = time.monotonic()
    job_id = await bot.imagine(text)
    await bot.settled()
    return await bot.job(job_id), time.monotonic() - began


def delivered(bot: BotProgram, job: Mapping[str, Any]) -> int:
    """What the job was settled with."""
    (row,) = bot.rows("SELECT sum(pictures) AS total FROM usage WHERE kind = 'settle' AND job_id = ?", job["id"])
    return int(row["total"])


def late_links(_: dict[str, Any], links: list[str], seconds: float) -> Mapping[str, Any]:
    return {"output_url": links[: 0 if seconds < 2 else 1 if seconds < 4 else 2]}


def other_words(_: dict[str, Any], links: list[str], seconds: float) -> Mapping[str, Any]:
    return {"progress_desc": "SUCCEEDED", "output_url": [{"url": f" {links[0]} "}, *links[1:]]}


async def test_success_comes_before_its_links_and_in_other_words(bot: BotProgram, provider: OtherProvider) -> None:
    provider.ending = late_links
    job, _ = await drawn(bot, "a fox n:2")
    assert (job["state"], len(job["pictures"]), delivered(bot, job)) == ("done", 2, 2)
    provider.ending = other_words
    job, seconds = await drawn(bot, "a hen n:2")
    assert (job["state"], len(job["pictures"]), delivered(bot, job)) == ("done", 2, 2)
    assert seconds < 30


async def test_what_a_gateway_says_is_no_verdict(bot: BotProgram, provider: OtherProvider) -> None:
    provider.gateway = {
        "access_token": deque([gateway_says(429, 429), gateway_says(403, 403)]),
        "submit": deque([gateway_says(429, 429)]),
        "page": deque([gateway_says(404, 404), gateway_says(502, "502")]),
    }
    jobs = [await bot.imagine("a fox"), await bot.imagine("a hen")]
    await bot.settled()
    assert [(await bot.job(job_id))["state"] for job_id in jobs] == ["done", "done"]


async def test_pictures_of_every_kind_and_one_that_is_none(bot: BotProgram, provider: OtherProvider) -> None:
    mpo = encoded(smooth(64, 48), "MPO", save_all=True, append_images=[smooth(64, 48)])
    provider.pictures = {0: encoded(smooth(64, 48), "AVIF"), 1: encoded(smooth(64, 48), "GIF"), 2: mpo}
    job, _ = await drawn(bot, "a fox n:3")
    assert (job["state"], len(job["pictures"]), delivered(bot, job)) == ("done", 3, 3)
    kinds = [(await bot.picture(picture["url"]))[:4] for picture in job["pictures"]]
    assert kinds == [b"\x89PNG", b"\x89PNG", b"\xff\xd8\xff\xe0"]

    provider.fetched.clear()
    provider.pictures = {0: b"\0\0\0\x18ftypheic" + bytes(100)}
    job, seconds = await drawn(bot, "a hen n:2")
    assert (job["state"], len(job["pictures"]), delivered(bot, job)) == ("done", 1, 1)
    assert len(provider.fetched) == 3, "the other one at once, and this one twice"
    assert seconds < 30


SPELLINGS = [
    {"prompt": "null", "time": "milliseconds"},
    {"photo": "null", "time": "null"},
    {"prompt": "cut at 80", "n": "zero", "ratio": "pixels"},
    {"prompt": "lower", "clarity": "null", "time": "iso"},
    {"prompt": "escaped", "ratio": "empty", "time": "text"},
    {"photo": "list", "prompt": "nfkc", "n": "text"},
]


# Many more, without a program of their own: tests/engine/test_engine_spellings.py.
@pytest.mark.parametrize(
    "names", [SPELLINGS[0], *(pytest.param(names, marks=pytest.mark.slow) for names in SPELLINGS[1:])], ids=str
)
async def test_a_lost_order_is_found_however_the_list_spells_it(
    alone: tuple[BotProgram, OtherProvider], names: dict[str, Any]
) -> None:
    bot, provider = alone
    provider.spelling = spelled(**names)
    await drawn(bot, "A <Boat> & ｔｗｏ gulls, seen from far above, seen from far above, seen from far above, at noon")
    provider.fates.append("lost")
    prompt = "A “Red” Fox & <b>one</b> ｈｅｎ, in the snow at night, in the snow at night, in the snow at night, off"
    job, seconds = await drawn(bot, f"{prompt} 16:9")
    assert provider.books.tasks[1].prompt.startswith("A “Red” Fox"), "it was taken"
    assert len(provider.books.tasks) == 2, "and paid once"
    assert job["state"] == "done"
    assert seconds < 25, "at once: the first task has shown how this list spells"


@pytest.mark.slow  # half a minute until the provider's list proves it
async def test_an_order_that_never_arrived_is_sent_again(alone: tuple[BotProgram, OtherProvider]) -> None:
    bot, provider = alone
    provider.spelling = spelled(prompt="null", time="null")
    await drawn(bot, "a boat")
    provider.fates.append("vanished")
    job, _ = await drawn(bot, "a fox")
    assert job["state"] == "done"
    assert (provider.ordered("a boat"), provider.ordered("a fox")) == (1, 1)
