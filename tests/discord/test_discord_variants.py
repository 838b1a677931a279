from __future__ import annotations

import asyncio

import pytest

from bot.domain.job import new_job_id
from bot.domain.limits import Limits
from bot.domain.models import MODEL
from tests.discord.conftest import Bot
from tests.fakes.discord import Message, Reply
from tests.fakes.discord.messages import BUTTON, walk


async def more(bot: Bot, result: Message) -> Message:
    pressed = await bot.fake.press(bot.ann, result, "More")
    assert (await pressed.answered()).type is Reply.DEFERRED_MESSAGE
    return await pressed.shown()


async def test_more_tells_the_price_before_the_press(bot: Bot) -> None:
    card = await more(bot, await bot.result("a red fox style:ink", n=2))
    assert card.ephemeral_for == bot.ann.id
    assert card.is_v2
    assert "uses 2 of the 18 you have left today" in card.text
    assert "/imagine a red fox n:2 style:ink" in card.text
    assert {"HD", "Spoiler", "Report"} <= set(card.labels)
    assert len(card.labels) == len(MODEL.ratios) - 1 + 4


async def test_hd_says_what_it_counts_on_the_result_and_wherever_it_is_shown(idle: Bot) -> None:
    bot = idle
    bot.limits = Limits(weights={4096: 3})
    await bot.start()
    assert "HD · uses 6 points" in (await bot.result("a red fox", n=2)).labels
    bot.guild.locale = "zh-CN"
    assert "高清 · 计 3 点" in (await bot.result("a blue fox")).labels


async def test_hd_is_a_new_job_at_the_next_clarity(bot: Bot) -> None:
    result = await bot.result("a red fox")
    pressed = await bot.fake.press(bot.bob, result, "HD · uses 1")
    assert "4096" in (await pressed.shown()).text
    await bot.posted(before={result.id})
    first, second = await bot.all_jobs()
    assert (second.parent_id, second.request.clarity) == (first.id, 4096)
    assert second.author.user_id == str(bot.bob.id)


@pytest.mark.parametrize("restarted", [False, True])
async def test_another_shape_from_more(bot: Bot, *, restarted: bool) -> None:
    card = await more(bot, await bot.result("a red fox"))
    if restarted:
        await bot.kill()
        await bot.start()
    (label,) = [label for label in card.labels if label.startswith("16:9")]
    pressed = await bot.fake.press(bot.ann, card, label)
    shown = await pressed.shown()
    assert "16:9 · 1 picture" in shown.text
    assert not shown.ephemeral


async def test_hd_of_the_sharpest_says_so_though_its_button_is_made_up(bot: Bot) -> None:
    result = await bot.result("a red fox", clarity=4096)
    assert not any(label.startswith("HD") for label in result.labels)
    (job,) = await bot.all_jobs()
    for custom_id in (f"im:hd:{job.id}", f"im:shape:{job.id}:999", f"im:shape:{job.id}"):
        button = next(part for part in walk(result.components) if part["type"] == BUTTON)
        button["custom_id"] = custom_id
        pressed = await bot.fake.press(bot.ann, result, custom_id)
        await pressed.answered()
    await bot.said_to(bot.ann, "highest clarity")
    await bot.said_to(bot.ann, "can't be drawn in that shape")
    assert len(await bot.all_jobs()) == 1


@pytest.mark.parametrize("label", ["Again", "HD · uses 1"])
async def test_a_slip_of_the_finger_orders_once(bot: Bot, label: str) -> None:
    result = await bot.result("a red fox")
    bot.store.gate = asyncio.Event()
    presses = [await bot.fake.press(bot.bob, result, label) for _ in range(2)]
    for press in presses:
        await press.answered()
    bot.store.gate.set()
    await bot.said_to(bot.bob, "a moment ago")
    await bot.posted(before={result.id})
    assert len(await bot.all_jobs()) == 2
    await (await bot.fake.press(bot.ann, result, label)).shown()  # somebody else's is no slip
    await bot.clock.advance(4)
    await (await bot.fake.press(bot.bob, result, label)).shown()
    await bot.settled()
    assert len(await bot.all_jobs()) == 4


async def test_every_button_of_a_deleted_job_is_answered_with_a_sentence(bot: Bot) -> None:
    result = await bot.result("a red fox", n=2)
    (job,) = await bot.all_jobs()
    await bot.store.note(job.id, deleted_at=bot.clock.now())
    for label in result.labels:
        pressed = await bot.fake.press(bot.bob, result, label)
        await pressed.answered()
        if label == "Edit":  # the form, filled from what the message shows
            assert pressed.modal is not None
            continue
        said = await bot.said_to(bot.bob, "gone")
        bot.fake.delete_message(said)
    assert len(await bot.all_jobs()) == 0


async def test_every_button_answers_a_stranger_with_a_sentence_or_does_it_for_them(bot: Bot) -> None:
    result = await bot.result("a red fox", n=2)
    for label, said in {"Star": "Starred", "1": "picture 1", "Delete": "isn't yours"}.items():
        await bot.fake.press(bot.bob, result, label)
        await bot.said_to(bot.bob, said)
    assert "uses" in (await (await bot.fake.press(bot.bob, result, "More")).shown()).text
    for label in ("Again", "HD · uses 2"):
        assert "a red fox" in (await (await bot.fake.press(bot.bob, result, label)).shown()).text
    form = await bot.fake.press(bot.bob, result, "Edit")
    await form.answered()
    assert form.modal is not None
    await bot.settled()
    assert {job.author.user_id for job in await bot.all_jobs()} == {str(bot.ann.id), str(bot.bob.id)}


@pytest.mark.parametrize("press", ["hd", "shape", "more", "star", "vote", "spoiler"])
async def test_a_job_that_is_gone_or_never_was_is_answered_with_a_sentence(bot: Bot, press: str) -> None:
    result = await bot.result()
    (job,) = await bot.all_jobs()
    await bot.store.note(job.id, deleted_at=bot.clock.now())
    button = next(part for part in walk(result.components) if part["type"] == BUTTON)
    for target in (job.id, new_job_id(), "../x"):
        button["custom_id"] = f"im:{press}:{target}:1"
        pressed = await bot.fake.press(bot.bob, result, button["custom_id"])
        await pressed.answered()
        said = await bot.said_to(bot.bob, "gone")
        bot.fake.delete_message(said)
    assert len(await bot.all_jobs()) == 0


class TestOpinions:
    async def test_a_star_counts_on_the_message_and_says_so_to_who_pressed(self, bot: Bot) -> None:
        result = await bot.result("a *red* fox", n=2)
        text, shown = result.text, [file.filename for file in result.shown_files]
        pressed = await bot.fake.press(bot.bob, result, "Star")
        assert (await pressed.answered()).type is Reply.DEFERRED_UPDATE
        await bot.said_to(bot.bob, "Starred")
        await bot.until(lambda: "★ 1" in result.labels)
        assert result.text == text
        assert [file.filename for file in result.shown_files] == shown
        assert len(shown) == 2
        assert bot.ann.notified == [result]

    async def test_pressed_again_it_is_taken_back(self, bot: Bot) -> None:
        result = await bot.result()
        await bot.fake.press(bot.bob, result, "Star")
        await bot.until(lambda: "★ 1" in result.labels)
        await bot.fake.press(bot.bob, result, "★ 1")
        await bot.said_to(bot.bob, "No longer starred")
        await bot.until(lambda: "Star" in result.labels)

    async def test_a_vote_pressed_twice_is_taken_back_and_said_so(self, bot: Bot) -> None:
        result = await bot.result(n=2)
        await bot.fake.press(bot.bob, result, "2")
        await bot.said_to(bot.bob, "Your vote is for picture 2")
        await bot.until(lambda: "2 · 1" in result.labels)
        await bot.fake.press(bot.bob, result, "2 · 1")
        await bot.said_to(bot.bob, "taken back")
        await bot.until(lambda: "2" in result.labels)

    async def test_votes_of_several_people_become_few_edits(self, bot: Bot) -> None:
        result = await bot.result(n=4)
        people = [bot.fake.join(bot.guild, bot.fake.add_user(f"voter-{n}")).user for n in range(8)]
        edits = len(bot.fake.calls("PATCH"))
        for user in people:
            await bot.fake.press(user, result, result.buttons[5 + 1].custom_id or "")
        for user in people:
            await bot.said_to(user, "Your vote is for picture 2")
        await bot.until(lambda: "2 · 8" in result.labels)
        assert len(bot.fake.calls("PATCH")) - edits <= 4

    async def test_after_a_restart_and_in_a_place_of_the_persons_own(self, bot: Bot) -> None:
        cat = bot.fake.add_user("cat", has_app=True)
        group = bot.fake.add_group(cat, bot.bob)
        result = await bot.result("a red fox", cat, channel=group, n=2)
        await bot.kill()
        await bot.start()
        bot.clock.jump(3600)
        await bot.fake.press(cat, result, "1")
        await bot.said_to(cat, "picture 1", group)
        await bot.until(lambda: "1 · 1" in result.labels)

    async def test_the_best_hangs_on_the_wall(self, bot: Bot) -> None:
        wall = bot.fake.add_channel(bot.guild, "gallery")
        await bot.decide(gallery_channel=str(wall.id))
        result = await bot.result("a red fox", n=2)
        await bot.fake.press(bot.ann, result, "2")
        await bot.said_to(bot.ann, "picture 2")
        await bot.fake.press(bot.ann, result, "Star")
        await bot.soon(lambda: wall.messages)
        (hung,) = wall.messages
        assert hung.is_v2
        assert len(hung.shown_files) == 1
        assert hung.pings == set()
        assert hung.labels == ["Again", "Details"]
        assert not any(file.spoiler for file in hung.shown_files)
        await bot.clock.advance(10)
        label = next(one for one in result.labels if one.startswith("2"))
        await bot.fake.press(bot.ann, result, label)  # takes the vote back
        await bot.fake.press(bot.bob, result, "1")
        await bot.soon(lambda: hung.deleted and wall.messages)
        assert "picture 1" in str(wall.messages[0].shown_files[0].description).lower()
        await bot.fake.press(bot.ann, result, "Delete")
        await bot.soon(lambda: not wall.messages)

    async def test_what_was_drawn_for_adults_hangs_hidden(self, bot: Bot) -> None:
        wall = bot.fake.add_channel(bot.guild, "gallery")
        await bot.decide(gallery_channel=str(wall.id))
        late = bot.fake.add_channel(bot.guild, "late", nsfw=True)
        result = await bot.result("a red fox", channel=late)
        await bot.fake.press(bot.ann, result, "Star")
        await bot.soon(lambda: wall.messages)
        assert [file.spoiler for file in wall.messages[0].shown_files] == [True]

    async def test_whatever_draws_the_result_again_shows_the_counts_of_now(self, bot: Bot) -> None:
        result = await bot.result("a red fox", n=2)
        await bot.fake.press(bot.bob, result, "2")
        await bot.fake.press(bot.bob, result, "Star")
        await bot.until(lambda: {"★ 1", "2 · 1"} <= set(result.labels))
        card = await more(bot, result)
        assert "★ 1" in card.text
        await bot.fake.press(bot.ann, card, "Spoiler")
        await bot.said_to(bot.ann, "Hidden")
        assert {"★ 1", "2 · 1"} <= set(result.labels)

    async def test_counts_keep_the_files_by_their_ids(self, bot: Bot) -> None:
        result = await bot.result("a red fox", n=2)
        await bot.fake.press(bot.bob, result, "Star")
        await bot.until(lambda: "★ 1" in result.labels)
        sent = [call.payload for call in bot.fake.calls("PATCH", "/webhooks/*") if call.payload.get("attachments")]
        assert [one["id"] for one in sent[-1]["attachments"]] == [str(file.id) for file in result.files]


class TestSpoiler:
    @pytest.mark.parametrize("who", ["ann", "moderator"])
    async def test_its_author_and_moderators_hide_the_pictures(self, bot: Bot, who: str) -> None:
        result = await bot.result("a red fox", n=2)
        user = getattr(bot, who)
        pressed = await bot.fake.press(user, result, "More")
        await bot.fake.press(user, await pressed.shown(), "Spoiler")
        await bot.said_to(user, "Hidden")
        assert all(file.spoiler for file in result.shown_files)
        assert len(result.shown_files) == 2
        await bot.fake.press(bot.bob, result, "Star")
        await bot.until(lambda: "★ 1" in result.labels)
        (gallery,) = [part for part in walk(result.components) if part.get("items")]
        assert [item["spoiler"] for item in gallery["items"]] == [True, True]

    async def test_a_stranger_may_not(self, bot: Bot) -> None:
        result = await bot.result()
        card = await more(bot, result)
        (button,) = [one for one in walk(card.components) if one.get("label") == "Spoiler"]
        more_of_bob = await (await bot.fake.press(bot.bob, result, "More")).shown()
        (made_up,) = [one for one in walk(more_of_bob.components) if one.get("label") == "Report"]
        made_up["custom_id"] = button["custom_id"]
        await bot.fake.press(bot.bob, more_of_bob, "Report")
        await bot.said_to(bot.bob, "isn't yours")
        assert not any(file.spoiler for file in result.shown_files)

    async def test_a_result_that_is_out_of_reach_is_said(self, bot: Bot) -> None:
        result = await bot.result()
        card = await more(bot, result)
        bot.fake.delete_message(result)
        await bot.fake.press(bot.ann, card, "Spoiler")
        await bot.said_to(bot.ann, "couldn't reach that message")
