"""HTTP events: only what Slack has signed just now, and once."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from bot.platforms.slack.http import BODY_LIMIT

if TYPE_CHECKING:
    from .conftest import Bot


@pytest.fixture
async def listening(idle: Bot) -> Bot:
    idle.http = True
    await idle.start()
    return idle


def payload(bot: Bot, text: str = "a red fox") -> dict[str, Any]:
    return {
        "command": "/imagine",
        "text": text,
        "team_id": bot.team.id,
        "channel_id": bot.channel.id,
        "channel_name": bot.channel.name,
        "user_id": bot.ann.id,
        "user_name": "ann",
        "trigger_id": "1.2.3",
    }


async def test_the_same_story_over_http(listening: Bot) -> None:
    assert await listening.fake.verify_url(listening.url)
    result = await listening.result("a red fox n:2")
    assert len(result.pictures) == 2
    await (await listening.fake.press(listening.ann, result, "Again")).acked()
    await listening.posted(before={result.ts})


async def test_what_is_not_signed_is_refused(listening: Bot) -> None:
    fake, secret = listening.fake, listening.fake.app.signing_secret
    answers = [
        await fake.post_event(listening.url, None, payload(listening)),
        await fake.post_event(listening.url, "another secret", payload(listening)),
        await fake.post_event(listening.url, secret, payload(listening), signature="v0=00"),
    ]
    assert [one.status for one in answers] == [401, 401, 401]
    assert await listening.all_jobs() == []


async def test_what_is_stale_is_refused(listening: Bot) -> None:
    fake, secret = listening.fake, listening.fake.app.signing_secret
    await listening.clock.advance(600)
    for timestamp in (fake.clock.seconds() - 301, fake.clock.seconds() + 400):
        answer = await fake.post_event(listening.url, secret, payload(listening), timestamp=timestamp)
        assert answer.status == 401
    assert await listening.all_jobs() == []


async def test_what_is_replayed_is_refused(listening: Bot) -> None:
    fake, secret = listening.fake, listening.fake.app.signing_secret
    await listening.clock.advance(60)
    moment = fake.clock.seconds() - 10
    first = await fake.post_event(listening.url, secret, payload(listening), timestamp=moment)
    second = await fake.post_event(listening.url, secret, payload(listening), timestamp=moment)
    assert (first.status, second.status) == (200, 401)
    await listening.posted()
    assert len(await listening.all_jobs()) == 1


async def test_what_an_earlier_life_has_received_is_refused(listening: Bot) -> None:
    fake, secret = listening.fake, listening.fake.app.signing_secret
    moment = fake.clock.seconds()
    first = await fake.post_event(listening.url, secret, payload(listening), timestamp=moment)
    await listening.posted()
    await listening.stop()
    await listening.clock.advance(1)
    await listening.start()
    second = await fake.post_event(listening.url, secret, payload(listening), timestamp=moment)
    assert (first.status, second.status) == (200, 401)
    assert len(await listening.all_jobs()) == 1


async def test_a_body_beyond_all_measure_is_refused(listening: Bot) -> None:
    async with aiohttp.ClientSession() as session:
        answer = await session.post(listening.url, data=io.BytesIO(b"x" * (BODY_LIMIT + 1)))
        assert answer.status == 413


async def test_a_large_payload_is_taken(listening: Bot) -> None:
    fake, secret = listening.fake, listening.fake.app.signing_secret
    answer = await fake.post_event(listening.url, secret, payload(listening) | {"filler": "x" * 200_000})
    assert answer.status == 200
    await listening.posted()


async def test_before_and_after_its_life_it_says_later(listening: Bot) -> None:
    fake, secret = listening.fake, listening.fake.app.signing_secret
    await listening.platform.close()
    answer = await fake.post_event(listening.url, secret, payload(listening))
    assert answer.status == 503
