"""A person's own defaults: a form behind /defaults, and every request after it."""

from __future__ import annotations

from bot.domain.defaults import Defaults
from tests.discord.conftest import Bot, person
from tests.fakes.discord import Interaction


async def form(bot: Bot, **options: str) -> Interaction:
    asked = await bot.fake.slash(bot.ann, bot.channel, "defaults", {}, **options)
    await asked.answered()
    assert asked.modal is not None
    return asked


async def test_what_is_set_holds_for_ones_own_requests_from_then_on(bot: Bot) -> None:
    sent = await bot.fake.submit_modal(bot.ann, await form(bot), {"Ratio": "16:9", "How many": "2"})
    said = await sent.shown()
    assert said.ephemeral
    assert "Your defaults are saved." in said.text
    result = await bot.result("a red fox")
    assert "16:9" in result.text
    assert len(result.attachments) == 2
    assert "1:1" in (await bot.result("a red fox ratio:1:1 n:1")).text
    assert len((await bot.result("a whale", bot.bob)).attachments) == 1


async def test_the_form_shows_what_holds_and_takes_it_away(bot: Bot) -> None:
    await bot.decide(styles={"house": "in our colours"})
    await bot.defaults.change(person(bot, bot.ann), {"clarity": "4096", "style": "house"})
    asked = await form(bot)
    await (await bot.fake.submit_modal(bot.ann, asked, {})).shown()
    assert await bot.defaults.read(person(bot, bot.ann)) == Defaults(clarity=4096, style="house")
    sent = await bot.fake.submit_modal(bot.ann, await form(bot), {"Style": "Same as for everybody here"})
    await sent.shown()
    assert await bot.defaults.read(person(bot, bot.ann)) == Defaults(clarity=4096)


async def test_a_style_of_another_place_stays_on_offer(bot: Bot) -> None:
    await bot.decide(styles={f"own-{number}": "plain" for number in range(20)} | {"far": "far away"})
    await bot.defaults.change(person(bot, bot.ann), {"style": "far"})
    await bot.decide(styles={f"own-{number}": "plain" for number in range(20)})
    await (await bot.fake.submit_modal(bot.ann, await form(bot), {"Ratio": "1:1"})).shown()
    assert await bot.defaults.read(person(bot, bot.ann)) == Defaults(ratio="1:1", style="far")


async def test_the_form_speaks_chinese(bot: Bot) -> None:
    asked = await form(bot, locale="zh-CN")
    assert asked.modal is not None
    assert asked.modal.title == "你的默认值"
    sent = await bot.fake.submit_modal(bot.ann, asked, {"张数": "和这里大家一样"}, locale="zh-CN")
    assert "已保存你的默认值。" in (await sent.shown()).text


async def test_a_form_that_was_open_during_a_restart_is_taken(bot: Bot) -> None:
    asked = await form(bot)
    await bot.stop()
    await bot.start()
    await (await bot.fake.submit_modal(bot.ann, asked, {"How many": "3"})).shown()
    assert await bot.defaults.read(person(bot, bot.ann)) == Defaults(n=3)
