"""Moderation in Slack: who may not ask, what is decided about a person, and what was done here."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.platforms.slack.people_form import read_decision
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


async def test_somebody_is_blocked_until_it_is_undone(full: Bot) -> None:
    await decide(full, full.ann, "block", "rude <@U1> & loud")
    saved = await told(full, "admin blocked ann: rude")
    assert saved.pings == set()
    assert [(block.user_id, block.until) for block in await held(full)] == [(full.ann.id, None)]
    await (await full.imagine()).told("rude")
    assert await full.all_jobs() == []
    await (await full.fake.press(full.admin, saved, "Undo: blocked")).told("admin unblocked ann")
    assert await held(full) == []


async def test_a_lock_lasts_as_long_as_was_chosen(full: Bot) -> None:
    await decide(full, full.ann, "Lock for a week")
    await told(full, "admin locked ann")
    (block,) = await held(full)
    assert block.until is not None
    assert timedelta(days=6, hours=23) < block.until - full.clock.now() <= timedelta(days=7)


async def test_who_may_not_ask_is_listed_and_let_in_again_in_place(full: Bot) -> None:
    await decide(full, full.ann, "block", "spam")
    await told(full, "blocked ann")
    await decide(full, full.bob, "lock-day")
    await told(full, "locked bob")
    view = await opened(full)
    assert f"<@{full.ann.id}> – until somebody lifts it · spam" in view.words
    assert view.labels.count("Lift") == 2
    await decide(full, full.bob, "lift")
    await told(full, "admin unblocked bob")
    view = await opened(full)
    await (await full.fake.press(full.admin, view, "Lift")).acked()
    await full.soon(lambda: "Nobody is locked or blocked" in view.words)
    assert "admin unblocked ann" in view.words
    assert await held(full) == []
    assert (await full.result()).pictures


async def test_somebodys_day_begins_anew(full: Bot) -> None:
    await full.decide(user_daily=1)
    await full.result()
    await (await full.imagine("a whale")).told("of your pictures")
    await decide(full, full.ann, "reset")
    await told(full, "let ann begin the day anew (+1)")
    assert (await full.result("a whale")).pictures


async def test_what_cannot_be_done_is_said_beside_the_person(full: Bot) -> None:
    for user, deed, words in (
        (full.admin, "block", "can't lock yourself"),
        (full.ann, "lift", "neither locked nor blocked"),
        (full.ann, "forgive", "no strikes"),
    ):
        view = await decide(full, user, deed)
        assert words in view.errors["person"]
    assert await held(full) == []


async def test_the_trail_is_read_and_taken_back_in_place(full: Bot) -> None:
    await decide(full, full.ann, "block", "spam")
    await told(full, "blocked ann")
    view = await opened(full, "audit")
    await full.soon(lambda: "admin blocked ann: spam" in view.words)
    await (await full.fake.press(full.admin, view, "Undo")).acked()
    await full.soon(lambda: "admin unblocked ann" in view.words)
    assert "undone" in view.words
    assert await held(full) == []
    assert "Undo" not in view.labels


async def test_its_pages_turn(full: Bot) -> None:
    for number in range(12):
        await full.decide(user_daily=number + 1)
    view = await opened(full, "audit")
    assert len([block for block in view.blocks if block["type"] == "section"]) == 10
    await (await full.fake.press(full.admin, view, "Older ›")).acked()
    await full.soon(lambda: len([block for block in view.blocks if block["type"] == "section"]) == 2)
    assert "Older ›" not in view.labels


async def test_the_settings_and_the_home_tab_lead_there(full: Bot) -> None:
    settings = await opened(full, "settings")
    people = await (await full.fake.press(full.admin, settings, "People…")).opened()
    assert full.admin.modals == [settings, people]
    await full.fake.open_home(full.admin)
    await full.until(lambda: full.admin.home is not None)
    assert full.admin.home is not None
    audit = await (await full.fake.press(full.admin, full.admin.home, "What was done…")).opened()
    assert "Nothing yet" in audit.words


async def test_others_have_none_of_it(full: Bot) -> None:
    for what in ("people", "audit"):
        await (await full.fake.slash(full.ann, full.channel, "/easel", what)).told("moderat")
    assert full.ann.modals == []
    await full.fake.open_home(full.ann)
    await full.until(lambda: full.ann.home is not None)
    assert full.ann.home is not None
    assert "People…" not in full.ann.home.labels


async def test_who_is_no_admin_any_more_decides_nothing(full: Bot) -> None:
    await decide(full, full.ann, "block")
    await told(full, "blocked ann")
    people = await opened(full)
    full.admin.is_admin = False
    await (await full.fake.press(full.admin, people, "Lift")).acked()
    await told(full, "moderat")
    sent = await full.fake.submit_view(full.admin, people, {"person": full.bob, "deed": "block"})
    await sent.acked()
    assert "moderat" in people.errors["person"]
    assert [block.user_id for block in await held(full)] == [full.ann.id]


async def test_a_form_that_was_wrong_is_sent_again_and_done_once(full: Bot) -> None:
    view = await decide(full, full.admin, "block")
    assert view.errors
    sent = await full.fake.submit_view(full.admin, view, {"person": full.ann})
    await sent.acked()
    full.fake.resend(sent)
    await told(full, "blocked ann")
    assert len(await held(full)) == 1
    audit = await opened(full, "audit")
    await full.soon(lambda: "blocked ann" in audit.words)
    assert audit.words.count("blocked") == 1


def test_a_form_made_up_by_somebody_decides_nothing() -> None:
    for values in ({}, {"person": {"person": {}}, "deed": {"deed": {"selected_option": None}}}):
        read = read_decision({"state": {"values": values}})
        assert (read.user_id, read.deed, read.reason) == ("", "", "")
