"""What the documents leave open, on the real program, with a provider that is not the sandbox."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.engine.test_engine_spellings import spelled
from tests.fakes.other_provider import OtherProvider, gateway_says
from tests.fakes.pictures import encoded, smooth
from tests.journeys.bot_program import BotProgram

pytestmark = pytest.mark.journey


@pytest.fixture
async def provider() -> AsyncIterator[OtherProvider]:
    async with OtherProvider() as provider:
        yield provider


@pytest.fixture
async def bot(provider: OtherProvider, tmp_path: Path) -> AsyncIterator[BotProgram]:
    async with BotProgram(tmp_path, {**provider.account, "SEEDREAM_QPS": "50"}) as bot:
        await bot.start()
        yield bot
        await bot.stop()


async def drawn(bot: BotProgram, text: str) -> tuple[dict[str, Any], float]:
    """The job at its end, and how many seconds that took."""
    began = time.monotonic()
    job_id = await bot.imagine(text)
    await bot.settled()
    return await bot.job(job_id), time.monotonic() - began


def delivered(bot: BotProgram) -> dict[str, int]:
    """What each job was settled with, by its prompt."""
    query = (
        "SELECT prompt, sum(usage.pictures) AS total FROM usage JOIN jobs ON jobs.id = job_id"
        " WHERE usage.kind = 'settle' GROUP BY prompt"
    )
    return {row["prompt"]: row["total"] for row in bot.rows(query)}


def late_links(_: dict[str, Any], links: list[str], seconds: float) -> Mapping[str, Any]:
    return {"output_url": links[: 0 if seconds < 2 else 1 if seconds < 4 else 2]}


def other_words(_: dict[str, Any], links: list[str], seconds: float) -> Mapping[str, Any]:
    return {"progress_desc": "SUCCEEDED", "output_url": [{"url": f" {links[0]} "}, *links[1:]]}


async def test_success_comes_before_its_links_and_in_other_words(bot: BotProgram, provider: OtherProvider) -> None:
    provider.ending = late_links
    job, _ = await drawn(bot, "a fox n:2")
    assert (job["state"], len(job["pictures"])) == ("done", 2)
    provider.ending = other_words
    job, seconds = await drawn(bot, "a hen n:2")
    assert (job["state"], len(job["pictures"])) == ("done", 2)
    assert seconds < 30
    assert delivered(bot) == {"a fox": 2, "a hen": 2}


async def test_what_a_gateway_says_is_no_verdict(bot: BotProgram, provider: OtherProvider) -> None:
    provider.gateway = {
        "access_token": deque([gateway_says(429, 429), gateway_says(403, 403)]),
        "submit": deque([gateway_says(429, 429)]),
        "page": deque([gateway_says(404, 404), gateway_says(502, "502")]),
    }
    await bot.imagine("a fox")
    await bot.imagine("a hen")
    await bot.settled()
    assert bot.states() == {"a fox": "done", "a hen": "done"}


async def test_pictures_of_every_kind_and_one_that_is_none(bot: BotProgram, provider: OtherProvider) -> None:
    mpo = encoded(smooth(64, 48), "MPO", save_all=True, append_images=[smooth(64, 48)])
    provider.pictures = {0: encoded(smooth(64, 48), "AVIF"), 1: encoded(smooth(64, 48), "GIF"), 2: mpo}
    job, _ = await drawn(bot, "a fox n:3")
    assert (job["state"], len(job["pictures"])) == ("done", 3)
    kinds = [(await bot.picture(picture["url"]))[:4] for picture in job["pictures"]]
    assert kinds == [b"\x89PNG", b"\x89PNG", b"\xff\xd8\xff\xe0"]

    provider.fetched.clear()
    provider.pictures = {0: b"\0\0\0\x18ftypheic" + bytes(100)}
    job, seconds = await drawn(bot, "a hen n:2")
    assert (job["state"], len(job["pictures"])) == ("done", 1)
    assert len(provider.fetched) == 3, "the other one at once, and this one twice"
    assert seconds < 30
    assert delivered(bot) == {"a fox": 3, "a hen": 1}


SPELLINGS = [
    {"prompt": "null", "time": "milliseconds"},
    {"photo": "null", "time": "null"},
    {"prompt": "cut at 80", "n": "zero", "ratio": "pixels"},
    {"prompt": "lower", "clarity": "null", "time": "iso"},
    {"prompt": "escaped", "ratio": "empty", "time": "text"},
    {"photo": "list", "prompt": "nfkc", "n": "text"},
]


@pytest.mark.parametrize("names", SPELLINGS, ids=str)
async def test_a_lost_order_is_found_however_the_list_spells_it(
    bot: BotProgram, provider: OtherProvider, names: dict[str, Any]
) -> None:
    provider.spelling = spelled(**names)
    await drawn(bot, "A <Boat> & ｔｗｏ gulls, seen from far above, seen from far above, seen from far above, at noon")
    provider.fates.append("lost")
    prompt = "A “Red” Fox & <b>one</b> ｈｅｎ, in the snow at night, in the snow at night, in the snow at night, off"
    job, seconds = await drawn(bot, f"{prompt} 16:9")
    assert provider.books.tasks[1].prompt.startswith("A “Red” Fox"), "it was taken"
    assert len(provider.books.tasks) == 2, "and paid once"
    assert job["state"] == "done"
    assert seconds < 25, "at once: the first task has shown how this list spells"


async def test_an_order_that_never_arrived_is_sent_again(bot: BotProgram, provider: OtherProvider) -> None:
    provider.spelling = spelled(prompt="null", time="null")
    await drawn(bot, "a boat")
    provider.fates.append("vanished")
    job, _ = await drawn(bot, "a fox")
    assert job["state"] == "done"
    assert (provider.ordered("a boat"), provider.ordered("a fox")) == (1, 1)
