"""Beyond asking: variants, opinions, galleries, reports, moderators, `/easel`, the Home tab."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.moderation import AuditAction
from db.communities import SqlCommunityStore

if TYPE_CHECKING:
    from tests.fakes.slack import Message

    from .conftest import Bot


async def test_hd_is_a_new_picture_at_the_next_clarity(bot: Bot) -> None:
    result = await bot.result("a red fox clarity:1024")
    await (await bot.fake.press(bot.bob, result, "HD · uses 1")).acked()
    other = await bot.posted(before={result.ts})
    assert "2048" in other.words
    assert other.pings == {bot.bob.id}


async def test_more_tells_the_price_and_draws_another_shape(bot: Bot) -> None:
    result = await bot.result("a red fox")
    more = await (await bot.fake.press(bot.bob, result, "More")).opened()
    assert "/imagine a red fox" in more.words
    assert "Spoiler" not in more.labels
    await (await bot.fake.press(bot.bob, more, "16:9 wide")).acked()
    await bot.soon(lambda: "On its way" in more.words)
    other = await bot.posted(before={result.ts})
    assert "16:9" in other.words
    assert other.pings == {bot.bob.id}


async def test_more_stays_in_the_thread_and_says_alone_what_cannot_be(bot: Bot) -> None:
    bot.fake.join(bot.channel, bot.fake.bot())
    begun = bot.fake.say(bot.bob, bot.channel, "look")
    await (await bot.fake.mention(bot.ann, bot.channel, "a red fox", thread=begun)).acked()
    result = await bot.posted()
    more = await (await bot.fake.press(bot.bob, result, "More")).opened()
    await (await bot.fake.press(bot.bob, more, "16:9 wide")).acked()
    other = await bot.posted(before={result.ts})
    assert other.thread_ts == begun.ts
    more = await (await bot.fake.press(bot.bob, result, "More")).opened()
    await bot.decide(paused=True)
    refused = await bot.fake.press(bot.bob, more, "16:9 wide")
    assert (await refused.told("paused")).ephemeral_for == bot.bob.id
    assert "On its way" not in more.words


async def test_more_that_comes_too_late_for_a_form_is_said_alone(bot: Bot) -> None:
    result = await bot.result("a red fox")
    bot.fake.faults.fail("views.open", error="expired_trigger_id")
    pressed = await bot.fake.press(bot.bob, result, "More")
    more = await pressed.told("/imagine a red fox")
    await (await bot.fake.press(bot.bob, more, "16:9 wide")).acked()
    assert "16:9" in (await bot.posted(before={result.ts})).words


async def test_stars_and_votes_are_counted_on_the_buttons_and_nothing_else_changes(bot: Bot) -> None:
    result = await bot.result("a red fox n:2")
    words, pictures = result.words, [one.file_id for one in result.pictures]
    await (await bot.fake.press(bot.bob, result, "Star")).told("Starred")
    await bot.until(lambda: "Star" not in result.labels)
    vote = await bot.fake.press(bot.bob, result, "2")
    await vote.told("picture 2")
    await bot.until(lambda: "2" not in result.labels)
    assert any("1" in label for label in result.labels if label not in {"1", "2"})
    assert result.words == words
    assert [one.file_id for one in result.pictures] == pictures


async def test_a_star_by_its_author_hangs_it_in_the_gallery_channel_until_it_is_deleted(bot: Bot) -> None:
    wall = bot.fake.add_channel("gallery", bot.ann)
    await bot.decide(gallery_channel=wall.id)
    result = await bot.result()
    await (await bot.fake.press(bot.ann, result, "Star")).acked()
    hung = await bot.posted(wall)
    assert hung.pings == set()
    await (await bot.fake.press(bot.ann, result, "Delete")).told("Deleted")
    assert bot.fake.world.files[str(hung.pictures[0].file_id)].deleted
    assert hung.ts not in {one.ts for one in bot.messages(wall)}


async def reported(bot: Bot) -> tuple[Message, Message]:
    """A result, and the moderators' card of it."""
    room = bot.fake.add_channel("moderators", bot.admin)
    await bot.decide(moderation_channel=room.id)
    result = await bot.result("a red fox")
    more = await (await bot.fake.press(bot.bob, result, "More")).opened()
    view = await (await bot.fake.press(bot.bob, more, "Report")).opened()
    sent = await bot.fake.submit_view(bot.bob, view, {"What is wrong with it?": "too <red>"})
    await sent.acked()
    found = await bot.until(lambda: [one for one in bot.messages(room) if "too" in one.words])
    await bot.until(lambda: any(one.files for one in bot.messages(room)))
    await bot.until(lambda: sent.shown)  # thanked once it is all noted
    job = (await bot.all_jobs())[0]
    trail = await SqlCommunityStore(bot.engine, bot.clock).audit_trail(
        "slack", bot.team.id, target=job.id, action=AuditAction.REPORTED
    )
    report = await SqlCommunityStore(bot.engine, bot.clock).report(trail[0].detail["report"])
    assert report is not None
    assert report.message_id == f"{room.id}:{found[0].ts}"
    return result, found[0]


async def test_a_report_reaches_the_moderators_with_the_pictures_in_the_thread(bot: Bot) -> None:
    result, card = await reported(bot)
    room = bot.fake.world.channels[card.channel_id]
    (pictures,) = [one for one in bot.messages(room) if one.files]
    assert pictures.thread_ts == card.ts
    assert not result.deleted


async def test_moderators_remove_and_take_it_back(bot: Bot) -> None:
    result, card = await reported(bot)
    await (await bot.fake.press(bot.admin, card, "Remove")).acked()
    await bot.until(lambda: result.deleted)
    undo = await bot.until(lambda: next((one for one in card.labels if one.startswith("Undo")), None))
    await (await bot.fake.press(bot.admin, card, undo)).acked()
    again = await bot.posted(before={result.ts})
    assert "a red fox" in again.words


async def test_only_moderators_may_remove(bot: Bot) -> None:
    result, card = await reported(bot)
    bot.fake.world.channels[card.channel_id].members.add(bot.bob.id)
    pressed = await bot.fake.press(bot.bob, card, "Remove")
    await bot.until(lambda: bool(pressed.shown))
    assert not result.deleted


async def test_easel_tells_what_was_used_and_made(bot: Bot) -> None:
    await bot.result("a red fox n:2")
    used = await bot.fake.slash(bot.ann, bot.channel, "/easel", "usage")
    assert "2" in (await used.told()).words
    await (await bot.fake.slash(bot.ann, bot.channel, "/easel", "why")).told()
    await (await bot.fake.slash(bot.ann, bot.channel, "/easel", "")).told("/easel usage")
    await (await bot.fake.slash(bot.ann, bot.channel, "/easel", "dance")).told("/easel usage")


async def test_the_home_tab_shows_usage_with_a_chart_and_what_was_made(bot: Bot) -> None:
    result = await bot.result("a red fox n:2")
    await bot.fake.open_home(bot.ann)
    await bot.until(lambda: bot.ann.home is not None and bot.ann.home.pictures, seconds=20)
    home = bot.ann.home
    assert home is not None
    assert "a red fox" in home.words
    chart, made = home.pictures
    assert "2" in chart.alt_text
    assert (made.file_id, made.alt_text) == (result.pictures[0].file_id, result.pictures[0].alt_text)
    assert len(bot.fake.calls("upload")) == 3
    await bot.fake.open_home(bot.ann)
    await bot.until(lambda: len(home.versions) >= 4)
    assert len(bot.fake.calls("upload")) == 3
    edit = await bot.fake.press(bot.ann, home, "Edit")
    assert (await edit.opened()).filled["What you'd like to see"] == "a red fox"
    begin = await bot.fake.press(bot.ann, home, "Draw a picture")
    assert "Where it is shown" in (await begin.opened()).inputs


async def test_without_anything_plugged_in_home_still_says_how_to_ask(bot: Bot) -> None:
    await bot.fake.open_home(bot.ann)
    await bot.soon(lambda: bot.ann.home is not None)
    assert bot.ann.home is not None
    assert "/imagine" in bot.ann.home.words


async def test_the_original_behind_more_comes_to_the_conversation_as_it_is_kept(bot: Bot) -> None:
    result = await bot.result("a red fox")
    more = await (await bot.fake.press(bot.bob, result, "More")).opened()
    await (await bot.fake.press(bot.bob, more, "Original")).acked()
    talk = bot.fake.add_dm(bot.bob)
    told = "Picture 1 of 1, the original"
    message = await bot.until(lambda: next((one for one in bot.messages(talk) if told in one.words), None))
    assert len(message.files) == 1
