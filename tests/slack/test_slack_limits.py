"""Within Slack's limits: one message a second in a channel, history once a minute; and nothing is left behind."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.slack import Act, Message

if TYPE_CHECKING:
    from .conftest import Bot


def _has(message: Message, label: str) -> bool:
    return label in message.labels


def _tells(asked: Act, word: str) -> bool:
    return any(word in one.words for one in asked.shown)


def unseen(bot: Bot) -> set[str]:
    """Files that stand in no message."""
    messages = [message for room in bot.fake.world.channels.values() for message in bot.messages(room)]
    shown = {picture.file_id for message in messages for picture in message.pictures}
    return {file.id for file in bot.fake.world.files.values() if file.data and not file.deleted} - shown


async def test_twelve_requests_in_one_channel_are_not_refused(bot: Bot) -> None:
    bucket = bot.fake.faults.bucket("chat.postMessage", calls=1, per=1, by="channel")
    people = [bot.fake.add_user(f"person{n}") for n in range(4)]
    bot.channel.members |= {one.id for one in people}
    for n in range(12):
        await bot.imagine(f"fox {n}", people[n % 4])
    await bot.until(lambda: len([one for one in bot.messages() if one.pictures]) == 12, seconds=30)
    await bot.settled()
    assert bucket.refused == 0


async def test_stars_show_though_history_may_be_read_once_a_minute(bot: Bot) -> None:
    bot.fake.faults.fail("conversations.history", error="ratelimited", times=99)
    result = await bot.result("a red fox n:2")
    read = len(bot.fake.calls("conversations.history"))
    for number, person in enumerate((bot.ann, bot.bob, bot.admin), start=1):
        await (await bot.fake.press(person, result, "Star" if number == 1 else f"★ {number - 1}")).acked()
        await bot.until(partial(_has, result, f"★ {number}"))
    assert "a red fox" in result.words
    assert len(result.pictures) == 2
    assert len(bot.fake.calls("conversations.history")) == read


async def test_a_star_from_elsewhere_redraws_what_was_posted(bot: Bot) -> None:
    result = await bot.result("a red fox n:2")
    read = len(bot.fake.calls("conversations.history"))
    (job,) = await bot.all_jobs()
    pictures, pings = [one.file_id for one in result.pictures], result.pings
    shown = await bot.built.actions.gallery.star(job.id, job.author, starred=True)
    bot.platform._delivery.results.refresh(shown.report, shown.opinion)
    await bot.until(lambda: "★ 1" in result.labels)
    assert [one.file_id for one in result.pictures] == pictures
    assert result.pings == pings
    assert len(bot.fake.calls("conversations.history")) == read


async def test_after_a_kill_results_are_posted_without_reading_history(bot: Bot) -> None:
    for number in range(4):
        await bot.imagine(f"fox {number}", bot.ann if number % 2 else bot.bob)
    await bot.until(lambda: len(bot.messages()) == 4)
    gate = bot.fake.faults.hold("files.getUploadURLExternal")
    await bot.until(gate.arrived.is_set)
    await bot.kill()
    bot.fake.faults.clear()
    bot.fake.faults.rate_limit("conversations.history", retry_after=60, times=99)
    await bot.start()
    began = bot.clock.monotonic()
    await bot.until(lambda: len([one for one in bot.messages() if one.pictures]) == 4)
    assert bot.clock.monotonic() - began < 55
    await bot.settled()


@pytest.mark.parametrize("after_effect", [False, True])
@pytest.mark.parametrize("times", [1, 2, 4])
async def test_an_upload_that_is_not_completed_leaves_no_file(bot: Bot, times: int, *, after_effect: bool) -> None:
    await bot.card("a red fox n:2")
    bot.fake.faults.fail("files.completeUploadExternal", times=times, after_effect=after_effect)
    result = await bot.posted()
    assert len(result.pictures) == 2
    assert unseen(bot) == set()


async def test_an_upload_that_breaks_half_way_leaves_no_file(bot: Bot) -> None:
    await bot.card("a red fox n:2")
    bot.fake.faults.fail("upload", status=503)
    assert len((await bot.posted()).pictures) == 2
    assert unseen(bot) == set()


async def test_each_usage_takes_the_place_of_the_one_before(bot: Bot) -> None:
    await bot.result()
    for _ in range(3):
        asked = await bot.fake.slash(bot.ann, bot.channel, "/easel", "usage")
        await bot.until(partial(_tells, asked, "chart"))
    talk = bot.fake.add_dm(bot.ann)
    assert len([one for one in bot.messages(talk) if one.pictures]) == 1
    assert unseen(bot) == set()


@pytest.mark.parametrize("error", ["thread_not_found", "message_not_found"])
async def test_where_the_thread_is_gone_the_result_comes_to_the_channel(bot: Bot, error: str) -> None:
    bot.fake.join(bot.channel, bot.fake.bot())
    root = bot.fake.say(bot.bob, bot.channel, "what about foxes?")
    await (await bot.fake.mention(bot.ann, bot.channel, "a red fox", root)).acked()
    await bot.until(bot.messages)
    bot.fake.faults.fail("chat.postMessage", error=error)
    result = await bot.posted()
    assert result.thread_ts is None
    assert "thread you asked in is gone" in result.words
    assert bot.messages(bot.fake.add_dm(bot.ann)) == []


async def test_a_chinese_persons_first_form_is_chinese(idle: Bot) -> None:
    mei = idle.fake.add_user("mei", locale="zh-CN")
    idle.channel.members.add(mei.id)
    await idle.start()
    asked = await idle.fake.slash(mei, idle.channel, "/imagine", "")
    view = await asked.opened()
    assert view.title == "画一张图" or any("\u4e00" <= letter <= "\u9fff" for letter in view.title)


async def test_a_refused_first_connection_asks_for_a_new_address(idle: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    addresses: list[Any] = []
    fresh = idle.fake.sockets.url

    def used_at_first() -> str:
        addresses.append(fresh())
        return f"{idle.fake.origin.replace('http', 'ws')}/link/?ticket=used" if len(addresses) == 1 else addresses[-1]

    monkeypatch.setattr(idle.fake.sockets, "url", used_at_first)
    monkeypatch.setattr(idle.fake, "socket_url", used_at_first, raising=False)
    monkeypatch.setattr("bot.platforms.slack.connection.FIRST_CONNECTION_SECONDS", 0.3)
    await idle.start()
    assert len(addresses) == 2
    assert (await idle.result()).pictures
