import asyncio
import dataclasses
from datetime import timedelta

import pytest

from bot.domain.community import BlockedWord
from bot.domain.errors import BadOption, NotAllowed, OverLimit, Refused
from bot.domain.moderation import EASEL, AuditAction
from bot.domain.people import Person
from bot.domain.request import ImageRequest
from bot.grammar.parse import TypedOptions
from tests.actions.rules.court import MANAGER, MOD, OPERATOR, Court, person, place
from tests.db.orders import NOON


async def refused(court: Court, text: str = "a fox", *, by: Person | None = None, channel: str = "general") -> Refused:
    """The refusal; nothing was saved or reserved with it."""
    author = by or person()
    before = await court.store.usage(author, court.clock.now())
    with pytest.raises(Refused) as caught:
        await court.ask(text, by=by, channel=channel)
    assert await court.store.usage(author, court.clock.now()) == before
    return caught.value


async def test_without_any_decision_everybody_may_ask(court: Court) -> None:
    report = await court.ask("a fox n:2")
    assert report.usage is not None
    assert (report.usage.today, report.usage.unfinished, report.usage.community_month) == (2, 1, 2)
    assert report.limits is not None
    assert report.limits.user_daily == 10
    assert await court.trail() == []


async def test_reasons_are_told_from_the_widest_to_the_narrowest(court: Court) -> None:
    await court.moderate.pause_everywhere(OPERATOR, paused=True)
    await court.settings.pause(MOD, paused=True)
    await court.people.lock(MOD, "ann", reason="too many foxes")
    await court.settings.change(MANAGER, {"allowed_channels": "art, drafts"})
    await court.settings.add_word(MOD, "fox")
    assert (await refused(court)).code == "paused-everywhere"
    await court.moderate.pause_everywhere(OPERATOR, paused=False)
    assert (await refused(court)).code == "paused"
    await court.settings.pause(MOD, paused=False)
    locked = await refused(court)
    assert (locked.code, locked.values) == (
        "locked",
        {"until": NOON + timedelta(hours=1), "reason": "too many foxes"},
    )
    await court.people.lift(MOD, "ann")
    channel = await refused(court)
    assert (channel.code, channel.values) == ("wrong-channel", {"channels": "art drafts"})
    word = await refused(court, "a F.O.X", channel="art")
    assert (word.code, word.values) == ("blocked-word", {"word": "fox"})
    assert (await court.ask("a dog", channel="art")).job.points == 1


async def test_a_block_without_end_has_no_moment(court: Court) -> None:
    await court.people.block(MOD, "ann")
    blocked = await refused(court)
    assert (blocked.code, blocked.values) == ("blocked-person", {"reason": "nothing"})
    await court.ask(by=person("bob"))


async def test_a_lock_ends_by_itself(court: Court) -> None:
    await court.people.lock(MOD, "ann")
    await refused(court)
    await court.clock.advance(3600)
    await court.ask()


async def test_every_refusal_is_in_the_trail_without_its_prompt(court: Court) -> None:
    await court.decide(blocked_words=(BlockedWord(word="fox"),), user_daily=2)
    word = await refused(court, "a secret fox")
    limit = await refused(court, "a secret dog n:3")
    with pytest.raises(BadOption):
        await court.ask("a secret cat n:99")
    wrong, newest, older = await court.trail(AuditAction.REFUSED)
    assert wrong.detail == {"code": "bad-n", "channel": "general", "word": "n:99", "option": "n", "nearest": "4"}
    assert (older.id, older.target, older.actor_id) == (word.entry_id, "ann", EASEL)
    assert older.detail == {"code": "blocked-word", "word": "fox", "channel": "general"}
    assert (newest.id, newest.detail["code"], newest.detail["limit"]) == (limit.entry_id, "limit-daily", "2")
    assert "secret" not in repr([newest, older])


async def test_the_communitys_defaults_hold_for_what_nobody_said(court: Court) -> None:
    await court.decide(default_ratio="16:9", default_n=2, default_clarity=1024, default_style="ink")
    asked = await court.ask()
    assert asked.job.request == ImageRequest(prompt="a fox", ratio="16:9", n=2, clarity=1024, style="ink")
    asked = await court.ask("a fox ratio:1:1 x1 2k style:none")
    assert asked.job.request == ImageRequest(prompt="a fox")
    typed = await court.imagine.read("a fox", author=person(), typed=TypedOptions(n=3, style="none"))
    assert typed == ImageRequest(prompt="a fox", ratio="16:9", n=3, clarity=1024)
    await court.decide(default_style="a style that is gone")
    assert (await court.imagine.read("a fox", author=person())).style is None


async def test_a_repair_stays_what_it_was_whatever_the_defaults(court: Court) -> None:
    await court.decide(default_n=4, user_daily=1)
    over = await refused(court)
    assert over.draft_id is not None
    taken = await court.imagine.from_draft(over.draft_id, author=person(), destination=place())
    assert taken.job.request == ImageRequest(prompt="a fox", n=1)


async def test_limits_follow_role_and_channel(court: Court) -> None:
    await court.decide(user_daily=1, role_daily={"boosters": 3, "newcomers": 2}, channel_daily={"art": 4})
    assert (await refused(court, "a fox n:2")).values["limit"] == 1
    booster = person("bea", "newcomers", "boosters")
    assert (await court.ask("a fox n:3", by=booster, channel="art")).limits is not None
    assert (await refused(court, by=booster)).values["limit"] == 3
    full = await refused(court, "a fox n:2", by=person("bob", "newcomers"), channel="art")
    assert (full.code, full.values["left"]) == ("limit-channel-daily", 1)
    await court.ask("a fox n:2", by=person("bob", "newcomers"))


async def test_a_thread_has_the_limit_of_its_channel(court: Court) -> None:
    await court.decide(channel_daily={"art": 2})
    thread = dataclasses.replace(place("foxes"), details={"parent": "art"})
    await court.imagine.from_text("a fox n:2", author=person(), destination=thread)
    with pytest.raises(OverLimit) as caught:
        await court.imagine.from_text("a fox", author=person("bob"), destination=thread)
    assert caught.value.code == "limit-channel-daily"
    assert (await refused(court, channel="art")).code == "limit-channel-daily"
    await court.ask()


async def test_a_pause_between_two_requests(court: Court) -> None:
    await court.decide(cooldown=30)
    await court.ask()
    slower = await refused(court)
    assert (slower.code, slower.values["resets_at"]) == ("limit-cooldown", NOON + timedelta(seconds=30))
    assert slower.repair is None
    await court.ask(by=person("bob"))
    await court.clock.advance(30)
    await court.ask()


@pytest.mark.parametrize(
    ("used", "asked", "offered"),
    [
        (0, "a fox n:3 4k", "a fox n:2 clarity:4096"),  # fewer
        (7, "a fox n:3 4k", "a fox n:3"),  # not one of them, so a lower clarity
        (8, "a fox n:4 4k", "a fox n:2"),  # and fewer
        (8, "a fox n:3", "a fox n:2"),
        (10, "a fox", None),
    ],
)
async def test_over_a_limit_what_would_fit_now_is_offered(
    court: Court, used: int, asked: str, offered: str | None
) -> None:
    await court.decide(weights={4096: 4}, user_daily=10)
    for n in (used // 4) * [4] + [used % 4] * bool(used % 4):
        await court.ask(f"a dog n:{n}")
    over = await refused(court, asked)
    assert isinstance(over, OverLimit)
    assert (over.repair.text if over.repair else None) == offered
    if offered is not None:
        assert over.draft_id is not None
        taken = await court.imagine.from_draft(over.draft_id, author=person(), destination=place())
        assert taken.usage is not None
        assert taken.usage.today <= 10


async def test_what_is_offered_fits_every_limit_at_once(court: Court) -> None:
    await court.decide(user_daily=3, monthly=2)
    over = await refused(court, "a fox n:4")
    assert over.code == "limit-daily"
    assert over.repair is not None
    assert over.repair.request.n == 2


async def test_points_are_saved_with_the_job(court: Court) -> None:
    await court.decide(weights={4096: 4})
    report = await court.ask("a fox 4k n:2")
    assert report.job.points == 4
    assert (await court.job(report.job.id)).points == 4
    assert report.usage is not None
    assert report.usage.today == 8


async def test_the_moderators_are_warned_at_80_and_100_per_cent_once(court: Court) -> None:
    await court.decide(monthly=10, user_daily=100, moderation_channel="mods")
    await court.ask("a fox n:4")
    await court.ask("a fox n:3", by=person("bob"))
    assert court.moderator_channel.posted == []
    await court.ask()
    await court.ask()
    await court.budget.close()
    [(community, channel, card, job)] = court.moderator_channel.posted
    assert (community, channel, job) == ("guild", "mods", None)
    assert card.heading == "80 % of this month's budget is used"
    await court.ask(by=person("bob"))
    await refused(court)
    await court.budget.close()
    assert [card.heading for _, _, card, _ in court.moderator_channel.posted[1:]] == [
        "100 % of this month's budget is used"
    ]
    await court.clock.advance(10 * 86_400)
    for _ in range(2):
        await court.ask("a fox n:4")
    await court.budget.close()
    assert len(court.moderator_channel.posted) == 3


async def test_a_budget_that_is_too_small_for_what_is_asked_counts_as_used(court: Court) -> None:
    await court.decide(monthly=3, moderation_channel="mods")
    await asyncio.gather(*(refused(court, "a fox n:4", by=person(f"user{index}")) for index in range(3)))
    await court.budget.close()
    assert [card.heading for _, _, card, _ in court.moderator_channel.posted] == [
        "100 % of this month's budget is used"
    ]


async def test_nobody_is_refused_because_the_warning_found_no_way(court: Court) -> None:
    await court.decide(monthly=1)
    await court.ask()
    court.moderator_channels.clear()
    await court.decide(monthly=2, moderation_channel="mods")
    await court.ask()
    await court.budget.close()
    assert court.moderator_channel.posted == []


async def test_a_shut_door_is_no_refusal_of_the_person(court: Court) -> None:
    with pytest.raises(NotAllowed) as caught:
        await court.imagine.from_draft("nothing", author=person(), destination=place())
    assert caught.value.code == "draft-gone"
    assert await court.trail(AuditAction.REFUSED) == []


async def test_the_result_tells_what_is_left_by_the_communitys_own_limits(court: Court) -> None:
    await court.decide(user_daily=4, role_daily={"boosters": 9}, weights={4096: 4}, timezone="Asia/Shanghai")
    life = asyncio.create_task(court.dispatcher.run())

    async def concluded() -> None:
        while not court.chat.concluded:
            await court.clock.sleep(1)

    await court.ask("a fox 4k n:2", by=person("ann", "boosters"))
    await court.clock.until(concluded(), real_seconds=10)
    [report] = court.chat.concluded
    assert report.usage is not None
    assert report.limits is not None
    assert (report.usage.today, report.usage.left_today(report.limits)) == (8, 1)
    await court.dispatcher.stop()
    await court.clock.until(life, real_seconds=10)
