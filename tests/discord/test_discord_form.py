from __future__ import annotations

import asyncio
import dataclasses

import pytest

from bot.platforms.discord.inputs import ABILITIES
from tests.discord.conftest import Bot
from tests.fakes.discord import Interaction, Message, Modal, Reply


@pytest.fixture
async def result(bot: Bot) -> Message:
    return await bot.result("a *red* fox, n:2 in the snow ratio:16:9 style:ink", n=2)


async def opened(bot: Bot, message: Message) -> tuple[Interaction, Modal]:
    pressed = await bot.fake.press(bot.ann, message, "Edit")
    assert (await pressed.answered()).type is Reply.MODAL
    assert pressed.modal is not None
    return pressed, pressed.modal


async def test_the_form_holds_the_request(bot: Bot) -> None:
    message = await bot.result("a *red* fox ratio:16:9 style:ink", n=2)
    _, form = await opened(bot, message)
    assert form.values == {
        "What you'd like to see": "a *red* fox",
        "Ratio": ["16:9"],
        "How many": "2",
        "Clarity": "2048",
        "Style": ["ink"],
    }


async def test_in_the_language_of_who_pressed(bot: Bot) -> None:
    message = await bot.result()
    pressed = await bot.fake.press(bot.ann, message, "Edit", locale="zh-CN")
    await pressed.answered()
    assert pressed.modal is not None
    assert "想看到的画面" in pressed.modal.values


async def test_what_comes_back_is_a_new_job_with_a_parent(bot: Bot) -> None:
    message = await bot.result("a red fox ratio:16:9", n=2)
    pressed, _ = await opened(bot, message)
    sent = await bot.fake.submit_modal(
        bot.ann, pressed, {"prompt": "a blue fox", "n": "1", "style": "clay", "clarity": "4096"}
    )
    assert (await sent.answered()).type is Reply.DEFERRED_MESSAGE
    card = await sent.shown()
    assert "a blue fox" in card.text
    assert "16:9 · 1 picture · 4096 · Clay model" in card.text
    await bot.posted(before={message.id})
    old, new = await bot.all_jobs()
    assert new.parent_id == old.id


async def test_a_form_that_was_open_during_a_restart_is_taken(bot: Bot) -> None:
    message = await bot.result("a red fox")
    pressed, _ = await opened(bot, message)
    await bot.kill()
    await bot.start()
    sent = await bot.fake.submit_modal(bot.ann, pressed, {"prompt": "a blue fox"})
    assert "a blue fox" in (await sent.shown()).text


async def test_words_that_look_like_options_come_through_unchanged(bot: Bot) -> None:
    message = await bot.result('a sign that says "ratio:1:1"')
    pressed, _ = await opened(bot, message)
    await (await bot.fake.submit_modal(bot.ann, pressed, {"n": "2"})).shown()
    old, new = await bot.all_jobs()
    assert new.request.prompt == old.request.prompt
    assert new.request.n == 2


async def test_a_refused_form_offers_the_repair(bot: Bot) -> None:
    pressed, _ = await opened(bot, await bot.result())
    sent = await bot.fake.submit_modal(bot.ann, pressed, {"prompt": "a fox --style sepia", "style": "none"})
    card = await sent.shown()
    assert not card.ephemeral, "the field wins over the word in the prompt"
    pressed, _ = await opened(bot, (await bot.posted()))
    sent = await bot.fake.submit_modal(bot.ann, pressed, {"prompt": "n:2"})
    refused = await sent.shown()
    assert refused.ephemeral
    assert "Tell me what to draw" in refused.text


async def test_a_slow_database_gives_a_form_with_what_the_card_shows(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    hurried = dataclasses.replace(ABILITIES, form_seconds=0.05)
    monkeypatch.setattr("bot.platforms.discord.inputs.ABILITIES", hurried)
    message = await bot.result("a *red* fox\nwith 3. tails ratio:16:9")
    bot.store.gate = asyncio.Event()
    _, form = await opened(bot, message)
    assert form.values["What you'd like to see"] == "a *red* fox\nwith 3. tails"
    bot.store.gate.set()


async def test_a_job_that_is_gone_gives_a_form_too(bot: Bot) -> None:
    message = await bot.result("a red fox")
    (job,) = await bot.all_jobs()
    await bot.store.note(job.id, deleted_at=bot.clock.now())
    pressed, form = await opened(bot, message)
    assert form.values["What you'd like to see"] == "a red fox"
    await (await bot.fake.submit_modal(bot.ann, pressed, {})).shown()
    (new,) = await bot.all_jobs()
    assert new.parent_id is None


@pytest.mark.parametrize("classic", [False, True])
async def test_of_a_job_that_is_gone_the_options_on_the_message_stay(bot: Bot, *, classic: bool) -> None:
    await bot.decide(styles={"house": "in our colours"})
    if classic:
        bot.platform._handler.answers._forms._kinds["result"].classic_until = float("inf")
    for style, label in (("ink", "ink"), ("house", "house")):
        message = await bot.result(f"a red fox ratio:16:9 n:2 clarity:1024 style:{style}")
        job = (await bot.all_jobs())[-1]
        await bot.store.note(job.id, deleted_at=bot.clock.now())
        _, form = await opened(bot, message)
        assert form.values["Ratio"] == ["16:9"]
        assert form.values["How many"] == "2"
        assert form.values["Clarity"] in (["1024"], "1024")
        assert form.values["Style"] == [label]


async def test_the_longest_prompt_fits_the_form(bot: Bot) -> None:
    message = await bot.result("\\n:2 " * 399 + "fox")
    pressed, _ = await opened(bot, message)
    await (await bot.fake.submit_modal(bot.ann, pressed, {})).shown()
    old, new = await bot.all_jobs()
    assert new.request.prompt == old.request.prompt
