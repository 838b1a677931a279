from __future__ import annotations

from tests.discord.conftest import Bot
from tests.fakes.discord import Interaction, Message, Modal


async def imagine_this(bot: Bot, message: Message) -> Interaction:
    asked = await bot.fake.context_menu(bot.ann, bot.channel, "Imagine this", message)
    await asked.answered()
    return asked


def form(asked: Interaction) -> Modal:
    assert asked.modal is not None
    return asked.modal


async def test_the_words_of_a_message_become_the_prompt(bot: Bot) -> None:
    message = bot.fake.say(bot.bob, bot.channel, f"<@{bot.ann.id}> what about a *red* fox <:party:123> ratio:16:9?")
    asked = await imagine_this(bot, message)
    assert form(asked).values["What you'd like to see"] == "@Ann what about a *red* fox party"
    assert form(asked).values["Ratio"] == ["16:9"]
    sent = await bot.fake.submit_modal(bot.ann, asked, {"prompt": "a red fox"})
    assert "a red fox" in (await sent.shown()).text
    await bot.posted()
    (job,) = await bot.all_jobs()
    assert (job.request.ratio, job.parent_id) == ("16:9", None)


async def test_words_that_look_like_a_wrong_option_don_t_get_in_the_way(bot: Bot) -> None:
    asked = await imagine_this(bot, bot.fake.say(bot.bob, bot.channel, "a fox ratio:7:1"))
    assert form(asked).values["What you'd like to see"] == "a fox"


async def test_a_result_of_ours_gives_its_prompt(bot: Bot) -> None:
    asked = await imagine_this(bot, await bot.result("a red fox"))
    assert form(asked).values["What you'd like to see"] == "a red fox"


async def test_the_longest_message_is_cut_to_what_a_prompt_may_be(bot: Bot) -> None:
    asked = await imagine_this(bot, bot.fake.say(bot.bob, bot.channel, "fox " * 500))
    assert len(form(asked).values["What you'd like to see"]) <= 2000


async def test_a_message_without_words(bot: Bot) -> None:
    asked = await imagine_this(bot, bot.fake.say(bot.bob, bot.channel, "<t:1767398400:R>"))
    refused = await asked.shown()
    assert refused.ephemeral
    assert "no words" in refused.text


async def test_a_form_that_was_open_during_a_restart(bot: Bot) -> None:
    asked = await imagine_this(bot, bot.fake.say(bot.bob, bot.channel, "a red fox"))
    await bot.kill()
    await bot.start()
    sent = await bot.fake.submit_modal(bot.ann, asked, {})
    assert "a red fox" in (await sent.shown()).text


async def test_a_picture_is_reported_from_the_menu(bot: Bot) -> None:
    desk = bot.fake.add_channel(bot.guild, "mods")
    await bot.decide(moderation_channel=str(desk.id))
    message = await bot.result("a red fox")
    asked = await bot.fake.context_menu(bot.bob, bot.channel, "Report picture", message)
    await asked.answered()
    sent = await bot.fake.submit_modal(bot.bob, asked, {"text": "that is my fox"})
    assert "moderators" in (await sent.shown()).text
    await bot.soon(lambda: [one for one in desk.messages if "that is my fox" in one.text])


async def test_what_is_no_picture_of_ours_can_t_be_reported(bot: Bot) -> None:
    message = bot.fake.say(bot.bob, bot.channel, "a red fox")
    asked = await bot.fake.context_menu(bot.ann, bot.channel, "Report picture", message)
    refused = await asked.shown()
    assert refused.ephemeral
    assert "isn't one of my pictures" in refused.text


async def test_menus_and_commands_are_known_in_chinese(bot: Bot) -> None:
    commands = {one["name"]: one for one in bot.fake.commands[None].values()}
    assert commands["Imagine this"]["name_localizations"]["zh-CN"] == "把这段话画出来"
    assert commands["usage"]["description_localizations"]["zh-TW"] == "用了多少，还剩多少"
    for command in commands.values():
        for part in (command, *(command.get("options") or [])):
            assert not part.get("description") or "zh-CN" in part["description_localizations"], part["name"]
        for option in command.get("options") or []:
            for choice in option.get("choices") or []:
                assert "zh-CN" in choice["name_localizations"], (option["name"], choice["name"])


async def test_commands_are_told_once(bot: Bot) -> None:
    told = len(bot.fake.calls("PUT", "/applications/*"))
    await bot.kill()
    await bot.start()
    assert len(bot.fake.calls("PUT", "/applications/*")) == told == 1
