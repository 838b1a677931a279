from __future__ import annotations

import asyncio
import csv
import io
import zipfile

import pytest
from structlog.testing import capture_logs

from bot.actions.admission import Admission
from bot.actions.gallery import GalleryActions
from bot.domain.community import BlockedWord
from bot.domain.errors import NotAllowed
from bot.domain.people import Destination
from bot.domain.request import ImageRequest
from tests.discord.conftest import Bot, person
from tests.fakes.discord import Message, User
from tests.fakes.raster import PlainRaster


@pytest.fixture
def raster(bot: Bot) -> PlainRaster:
    return bot.raster


@pytest.fixture
def boss(bot: Bot) -> User:
    boss = bot.fake.add_user("boss")
    bot.fake.join(bot.guild, boss, bot.fake.add_role(bot.guild, "bosses", manage_guild=True))
    return boss


async def usage(bot: Bot, user: User, **options: object) -> Message:
    asked = await bot.fake.slash(user, bot.channel, "usage", options)
    return await asked.shown()


async def test_ones_own_usage_with_its_chart(bot: Bot, raster: PlainRaster) -> None:
    await bot.result("a red fox", n=2)
    answer = await usage(bot, bot.ann)
    assert answer.ephemeral
    assert "Your usage" in answer.text
    assert "2 pictures" in answer.text
    assert "Today: 2 of your 20 used, 18 left" in answer.text
    (chart,) = answer.shown_files
    assert (chart.filename, chart.content_type) == ("usage.png", "image/png")
    assert "2 pictures" in str(chart.description)
    assert len(raster.drawn) == 1


async def test_a_thread_is_part_of_its_channel_but_a_gallery_of_its_own(bot: Bot) -> None:
    thread = bot.fake.add_thread(bot.channel, "foxes", bot.ann)
    await bot.result("a red fox", n=2, channel=thread)
    for place in (bot.channel, thread):
        asked = await bot.fake.slash(bot.ann, place, "usage", {"of": "channel"})
        assert "2 pictures" in (await asked.shown()).text
    asked = await bot.fake.slash(bot.ann, thread, "gallery", {"shelf": "here"})
    assert "a red fox" in (await asked.shown()).text
    asked = await bot.fake.slash(bot.ann, bot.channel, "gallery", {"shelf": "here"})
    assert "a red fox" not in (await asked.shown()).text, "a thread may be private"


async def test_without_a_chart_the_words_are_there(bot: Bot, raster: PlainRaster) -> None:
    raster.broken = True
    answer = await usage(bot, bot.ann)
    assert "Your usage" in answer.text
    assert answer.files == []


async def test_in_ones_own_language(bot: Bot) -> None:
    asked = await bot.fake.slash(bot.ann, bot.channel, "usage", {}, locale="zh-TW")
    assert "我的用量" in (await asked.shown()).text


@pytest.mark.parametrize("by", ["person", "channel", "role"])
async def test_who_used_what_is_for_managers(bot: Bot, boss: User, by: str) -> None:
    await bot.result("a red fox", n=2)
    refused = await usage(bot, bot.ann, of="community", by=by)
    assert "Only managers can see" in refused.text
    answer = await usage(bot, boss, of="community", by=by)
    assert {"person": "Ann 2", "channel": "#general", "role": "Usage of this community"}[by] in answer.text


async def test_days_of_the_channel_are_for_everybody(bot: Bot) -> None:
    await bot.result("a red fox", n=2)
    assert "Usage of this channel" in (await usage(bot, bot.bob, of="channel", period="week")).text


async def test_every_entry_as_a_file(bot: Bot, boss: User) -> None:
    await bot.result("a red fox")
    asked = await bot.fake.slash(boss, bot.channel, "usage", {"of": "community", "by": "person", "file": True})
    sent = await asked.followed_up()
    assert sent.ephemeral
    (file,) = sent.files
    rows = list(csv.DictReader(io.StringIO(file.data.decode("utf-8-sig"))))
    assert len(rows) >= 2
    assert file.filename == "easel-usage.csv"


async def test_a_file_that_is_too_large_is_said(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    await bot.result("a red fox")
    monkeypatch.setattr("bot.platforms.discord.replying.room_for_file", lambda _: 10)
    asked = await bot.fake.slash(bot.ann, bot.channel, "usage", {"file": True})
    assert "too large" in (await asked.followed_up()).text


async def test_why_was_i_refused(bot: Bot) -> None:
    asked = await bot.fake.slash(bot.ann, bot.channel, "why", {})
    assert "haven't been refused" in (await asked.shown()).text


async def test_what_is_kept_of_one_as_a_zip(bot: Bot) -> None:
    await bot.result("a red fox", n=2)
    asked = await bot.fake.slash(bot.ann, bot.channel, "mydata export", {})
    await asked.answered()
    message = await bot.soon(
        lambda: next((one for one in bot.channel.seen_by(bot.ann) if one.ephemeral and one.files), None)
    )
    assert message.ephemeral
    assert "1 request, 2 pictures" in message.text
    with zipfile.ZipFile(io.BytesIO(message.files[0].data)) as archive:
        names = archive.namelist()
    assert {"README.txt", "jobs.json", "usage.csv"} <= set(names)
    assert sum(name.startswith("pictures/") for name in names) == 2


async def test_pictures_without_room_are_left_out_and_it_says_so(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    await bot.result("a red fox", n=2)
    monkeypatch.setattr("bot.platforms.discord.replying.room_for_file", lambda _: 18_600)
    await bot.fake.slash(bot.ann, bot.channel, "mydata export", {})
    message = await bot.soon(
        lambda: next((one for one in bot.channel.seen_by(bot.ann) if one.ephemeral and one.files), None)
    )
    assert "too large to send" in message.text


async def test_to_delete_is_asked_once_more_also_across_a_restart(bot: Bot) -> None:
    result = await bot.result("a red fox")
    asked = await bot.fake.slash(bot.ann, bot.channel, "mydata delete", {})
    question = await asked.shown()
    assert question.ephemeral
    assert "can't be undone" in question.text
    assert await bot.all_jobs(), "nothing yet"
    await bot.kill()
    await bot.start()
    await bot.fake.press(bot.ann, question, "Yes, delete it all")
    await bot.soon(lambda: "Done: your requests, pictures and words are deleted" in question.text)
    assert question.labels == []
    assert result.deleted
    assert await bot.all_jobs() == []
    assert bot.picture_store.kept == {}


async def test_or_kept(bot: Bot) -> None:
    await bot.result("a red fox")
    question = await (await bot.fake.slash(bot.ann, bot.channel, "mydata delete", {})).shown()
    await bot.fake.press(bot.ann, question, "Keep it")
    await bot.soon(lambda: "Nothing was deleted" in question.text)
    assert len(await bot.all_jobs()) == 1


async def test_help_has_every_command_that_one_is_offered(bot: Bot, boss: User) -> None:
    asked = await bot.fake.slash(bot.ann, bot.channel, "help", {})
    said = (await asked.shown()).text
    for name in (
        "/defaults",
        "/gallery",
        "/imagine",
        "/mydata delete",
        "/mydata export",
        "/show",
        "/usage",
        "/why",
        "ratio:",
        "Imagine this",
    ):
        assert name in said
    assert "/studio" not in said
    asked = await bot.fake.slash(boss, bot.channel, "help", {}, locale="zh-CN")
    said = (await asked.shown()).text
    ids = {command["name"]: command["id"] for command in bot.fake.commands[None].values()}
    assert f"</studio:{ids['studio']}> – 设置、限额" in said
    assert f"</help:{ids['help']}> – 可以怎么写" in said
    assert f"</mydata export:{ids['mydata']}> – " in said


async def test_help_is_by_topic_with_examples_and_changes_in_place(bot: Bot) -> None:
    page = await (await bot.fake.slash(bot.ann, bot.channel, "help", {})).shown()
    assert "-# " not in page.text, "no small print"
    assert "```\n/imagine a lighthouse in a storm ratio:16:9 n:2\n" in page.text
    for topic, told in (("Several variants at once", "{red|blue} fox"), ("Options", "1024"), ("Your data", "/mydata")):
        await bot.fake.select(bot.ann, page, "Choose a topic", topic)
        await bot.soon(lambda topic=topic, told=told: topic in page.text and told in page.text)  # type: ignore[misc]
        assert "> – " not in page.text


async def test_own_prompts_are_proposed_behind_what_is_typed(bot: Bot) -> None:
    await bot.result("a red fox in the snow")
    await bot.result("x" * 101)
    asked = await bot.fake.autocomplete(bot.ann, bot.channel, "imagine", "prompt", "fox")
    await asked.answered()
    assert [one["value"] for one in asked.choices] == ["fox", "a red fox in the snow"]
    for typed in ("whale", "a red fox in the snow", "f" * 101):
        asked = await bot.fake.autocomplete(bot.ann, bot.channel, "imagine", "prompt", typed)
        await asked.answered()
        assert asked.choices == []
    asked = await bot.fake.autocomplete(bot.bob, bot.channel, "imagine", "prompt", "")
    await asked.answered()
    assert asked.choices == [], "nobody is proposed another's"


async def test_styles_are_proposed_the_servers_own_first(bot: Bot) -> None:
    await bot.decide(styles={"house": "teal and coral", "inkwell": "black"})

    async def proposed(typed: str, locale: str | None = None) -> list[tuple[str, str]]:
        asked = await bot.fake.autocomplete(bot.ann, bot.channel, "imagine", "style", typed, locale=locale)
        await asked.answered()
        return [(one["value"], one["name"]) for one in asked.choices]

    assert (await proposed(""))[:2] == [("house", "house"), ("inkwell", "inkwell")]
    assert [value for value, _ in await proposed("INK")] == ["inkwell", "ink"]
    assert ("ink", "墨线") in await proposed("ink", locale="zh-CN")
    assert await proposed("no such style") == []


async def test_a_blocked_word_is_explained_and_can_be_called_harmless(bot: Bot) -> None:
    desk = bot.fake.add_channel(bot.guild, "mods")
    await bot.decide(moderation_channel=str(desk.id), blocked_words=(BlockedWord(word="fox"),))
    admission = Admission(communities=bot.communities, clock=bot.clock, limits=bot.limits)
    there = Destination(platform="discord", community_id=str(bot.guild.id), channel_id=str(bot.channel.id))
    terms = await admission.terms(person(bot, bot.ann))
    with pytest.raises(NotAllowed):
        await admission.check(ImageRequest(prompt="a red fox"), person(bot, bot.ann), there, terms)
    answer = await (await bot.fake.slash(bot.ann, bot.channel, "why", {})).shown()
    assert "“fox”" in answer.text
    assert (await (await bot.fake.slash(bot.bob, bot.channel, "why", {})).shown()).text != answer.text
    await bot.fake.press(bot.ann, answer, "It's harmless")
    await bot.said_to(bot.ann, "will look at the word")
    assert "Ann" in (await bot.soon(lambda: desk.messages))[0].text
    await bot.fake.press(bot.ann, answer, "It's harmless")
    await bot.said_to(bot.ann, "told the moderators about this word already")


async def test_a_completion_that_came_too_late_is_one_line(
    bot: Bot, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed, go_on = asyncio.Event(), asyncio.Event()

    async def slowly(*_: object) -> list[str]:
        typed.set()
        await go_on.wait()
        return ["a red fox"]

    monkeypatch.setattr(GalleryActions, "recent_prompts", slowly)
    with capture_logs() as logs:
        asked = await bot.fake.autocomplete(bot.ann, bot.channel, "imagine", "prompt", "fox")
        await typed.wait()
        bot.fake.clock.advance(4)
        go_on.set()
        await bot.soon(lambda: any(line["event"] == "autocomplete_late" for line in logs))
    assert asked.choices == []
    (line,) = [line for line in logs if line["event"] == "autocomplete_late"]
    assert (line["log_level"], line["command"]) == ("info", "imagine")
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


async def test_a_completion_that_fails_otherwise_is_an_error(
    bot: Bot, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: object) -> list[str]:
        raise RuntimeError("a bug")

    monkeypatch.setattr(GalleryActions, "recent_prompts", fails)
    await bot.fake.autocomplete(bot.ann, bot.channel, "imagine", "prompt", "fox")
    await bot.soon(lambda: any("autocomplete" in record.getMessage() for record in caplog.records))
