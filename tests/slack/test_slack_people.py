"""Moderation in Slack: who may not ask, what is decided about a person, and what was done here."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from db.communities import SqlCommunityStore
from tests.fakes.slack import Message

if TYPE_CHECKING:
    from bot.domain.moderation import Block
    from tests.fakes.slack import User, View

    from .conftest import Bot


async def held(bot: Bot) -> list[Block]:
    return list(await SqlCommunityStore(bot.engine, bot.clock).blocks("slack", bot.team.id, bot.clock.now()))


async def opened(bot: Bot, what: str = "people", user: User | None = None) -> View:
    asked = await bot.fake.slash(user or bot.admin, bot.channel, "/easel", what)
    return await asked.opened()


async def decide(bot: Bot, user: User, deed: str, reason: str = "") -> View:
    """Fill the form in and send it."""
    view = await opened(bot)
    sent = await bot.fake.submit_view(bot.admin, view, {"person": user, "deed": deed, "reason": reason})
    await sent.acked()
    return view


async def told(bot: Bot, words: str) -> Message:
    """The newest message with these words in the admin's conversation with the bot."""
    talk = bot.fake.add_dm(bot.admin)

    def newest() -> Message | None:
        found = [one for one in bot.messages(talk) if words in one.words]
        return found[-1] if found else None

    message = await bot.until(newest)
    assert isinstance(message, Message)
    return message


async def test_somebody_is_blocked_until_it_is_undone(bot: Bot) -> None:
    await decide(bot, bot.ann, "block", "rude <@U1> & loud")
    saved = await told(bot, "admin blocked ann: rude")
    assert saved.pings == set()
    assert [(block.user_id, block.until) for block in await held(bot)] == [(bot.ann.id, None)]
    await (await bot.imagine()).told("rude")
    assert await bot.all_jobs() == []
    await (await bot.fake.press(bot.admin, saved, "Undo: blocked")).told("admin unblocked ann")
    assert await held(bot) == []


async def test_a_lock_lasts_as_long_as_was_chosen(bot: Bot) -> None:
    await decide(bot, bot.ann, "Lock for a week")
    await told(bot, "admin locked ann")
    (block,) = await held(bot)
    assert block.until is not None
    assert timedelta(days=6, hours=23) < block.until - bot.clock.now() <= timedelta(days=7)


async def test_who_may_not_ask_is_listed_and_let_in_again_in_place(bot: Bot) -> None:
    await decide(bot, bot.ann, "block", "spam")
    await told(bot, "blocked ann")
    await decide(bot, bot.bob, "lock-day")
    await told(bot, "locked bob")
    view = await opened(bot)
    assert f"<@{bot.ann.id}> – until somebody lifts it · spam" in view.words
    assert view.labels.count("Lift") == 2
    await decide(bot, bot.bob, "lift")
    await told(bot, "admin unblocked bob")
    view = await opened(bot)
    await (await bot.fake.press(bot.admin, view, "Lift")).acked()
    await bot.soon(lambda: "Nobody is locked or blocked" in view.words)
    assert "admin unblocked ann" in view.words
    assert await held(bot) == []
    assert (await bot.result()).pictures


async def test_somebodys_day_begins_anew(bot: Bot) -> None:
    await bot.decide(user_daily=1)
    await bot.result()
    await (await bot.imagine("a whale")).told("of your pictures")
    await decide(bot, bot.ann, "reset")
    await told(bot, "reset today's usage of ann (+1)")
    assert (await bot.result("a whale")).pictures


async def test_what_cannot_be_done_is_said_beside_the_person(bot: Bot) -> None:
    for user, deed, words in (
        (bot.admin, "block", "can't lock or block yourself"),
        (bot.ann, "lift", "neither locked nor blocked"),
        (bot.ann, "forgive", "no strikes"),
    ):
        view = await decide(bot, user, deed)
        assert words in view.errors["person"]
    assert await held(bot) == []


async def test_the_trail_is_read_and_taken_back_in_place(bot: Bot) -> None:
    await decide(bot, bot.ann, "block", "spam")
    await told(bot, "blocked ann")
    view = await opened(bot, "audit")
    await bot.soon(lambda: "admin blocked ann: spam" in view.words)
    await (await bot.fake.press(bot.admin, view, "Undo")).acked()
    await bot.soon(lambda: "admin unblocked ann" in view.words)
    assert "undone" in view.words
    assert await held(bot) == []
    assert "Undo" not in view.labels


async def test_its_pages_turn(bot: Bot) -> None:
    for number in range(12):
        await bot.decide(user_daily=number + 1)
    view = await opened(bot, "audit")
    assert len([block for block in view.blocks if block["type"] == "section"]) == 10
    await (await bot.fake.press(bot.admin, view, "Older")).acked()
    await bot.soon(lambda: len([block for block in view.blocks if block["type"] == "section"]) == 2)
    assert "Older" not in view.labels


async def test_the_settings_and_the_home_tab_lead_there(bot: Bot) -> None:
    settings = await opened(bot, "settings")
    people = await (await bot.fake.press(bot.admin, settings, "People…")).opened()
    assert bot.admin.modals == [settings, people]
    await bot.fake.open_home(bot.admin)
    await bot.until(lambda: bot.admin.home is not None)
    assert bot.admin.home is not None
    audit = await (await bot.fake.press(bot.admin, bot.admin.home, "What was done…")).opened()
    assert "Nothing yet" in audit.words


async def test_others_have_none_of_it(bot: Bot) -> None:
    for what in ("people", "audit"):
        await (await bot.fake.slash(bot.ann, bot.channel, "/easel", what)).told("moderat")
    assert bot.ann.modals == []
    await bot.fake.open_home(bot.ann)
    await bot.until(lambda: bot.ann.home is not None)
    assert bot.ann.home is not None
    assert "People…" not in bot.ann.home.labels


async def test_who_is_no_admin_any_more_decides_nothing(bot: Bot) -> None:
    await decide(bot, bot.ann, "block")
    await told(bot, "blocked ann")
    people = await opened(bot)
    bot.admin.is_admin = False
    await (await bot.fake.press(bot.admin, people, "Lift")).acked()
    await told(bot, "moderat")
    sent = await bot.fake.submit_view(bot.admin, people, {"person": bot.bob, "deed": "block"})
    await sent.acked()
    assert "moderat" in people.errors["person"]
    assert [block.user_id for block in await held(bot)] == [bot.ann.id]


async def test_a_former_admin_deletes_nothing_of_others_at_once(bot: Bot) -> None:
    result = await bot.result()
    await bot.result("a badger", bot.admin)  # Slack has said that she is an admin
    bot.admin.is_admin = False
    pressed = await bot.fake.press(bot.admin, result, "Delete")
    await pressed.told("yours")
    assert not result.deleted


async def test_while_slack_does_not_say_who_is_an_admin_nobody_moderates(bot: Bot) -> None:
    result = await bot.result()
    await bot.result("a badger", bot.admin)
    bot.fake.faults.fail("users.info", error="missing_scope", times=9)
    pressed = await bot.fake.press(bot.admin, result, "Delete")
    await pressed.told("Slack did not say")
    assert not result.deleted
    people = await bot.fake.slash(bot.admin, bot.channel, "/easel", "people")
    await people.told("Slack did not say")
    assert bot.admin.modals == []


async def test_a_form_that_was_wrong_is_sent_again_and_done_once(bot: Bot) -> None:
    view = await decide(bot, bot.admin, "block")
    assert view.errors
    sent = await bot.fake.submit_view(bot.admin, view, {"person": bot.ann})
    await sent.acked()
    bot.fake.resend(sent)
    await told(bot, "blocked ann")
    assert len(await held(bot)) == 1
    audit = await opened(bot, "audit")
    await bot.soon(lambda: "blocked ann" in audit.words)
    assert audit.words.count("blocked") == 1
