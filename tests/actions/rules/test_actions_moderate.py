import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.card import Button, ButtonAction
from bot.domain.errors import NotAllowed, PlatformUnavailable, Refused
from bot.domain.job import Failure, FailureCode, JobState
from bot.domain.moderation import STRIKE_LASTS, AuditAction
from bot.domain.people import Person
from bot.domain.request import MAX_PROMPT
from tests.actions.rules.court import MANAGER, MOD, OPERATOR, OTHER_MOD, STRANGER, Court, person, place
from tests.db.orders import NOON, bring
from tests.fakes.chat import FakeChat


def presses(court: Court, message: str = "report-1") -> list[ButtonAction]:
    return [button.press for button in court.moderator_channel.cards[message].buttons]


def undo_button(court: Court, message: str = "report-1") -> Button:
    return next(
        button for button in court.moderator_channel.cards[message].buttons if button.press is ButtonAction.UNDO
    )


async def code_of(awaitable: object) -> str:
    with pytest.raises(Refused) as caught:
        await awaitable  # type: ignore[misc]
    return caught.value.code


async def blocked(court: Court, user: str = "ann") -> bool:
    return await court.communities.block_of(person(user), court.clock.now()) is not None


# Reports


async def test_a_report_reaches_the_moderators_with_the_picture_and_what_can_be_done(court: Court) -> None:
    await court.decide(moderation_channel="mods")
    job = await court.drawn("a rude fox n:2")
    reported = await court.reports.add(job.id, person("bob"), "  not   nice ")
    assert reported.told
    [(community, channel, card, posted)] = court.moderator_channel.posted
    assert (community, channel, posted) == ("guild", "mods", job)
    assert (card.prompt, card.job_id, len(card.pictures)) == ("a rude fox", job.id, 2)
    assert ("“not nice”",) in card.notes
    assert presses(court) == [ButtonAction.REMOVE, ButtonAction.LOCK, ButtonAction.BLOCK_WORD]
    assert {button.target for button in card.buttons} == {job.id}
    saved = await court.communities.report(reported.report.id)
    assert saved is not None
    assert saved.message_id == "report-1"


async def test_many_reports_of_one_job_are_one_card(court: Court) -> None:
    await court.decide(moderation_channel="mods")
    job = await court.drawn()
    await asyncio.gather(*(court.reports.add(job.id, person(f"user {index}"), f"no {index}") for index in range(4)))
    assert len(court.moderator_channel.posted) == 1
    assert court.moderator_channel.cards["report-1"].heading == "Reported by 4 people"
    assert await code_of(court.reports.add(job.id, person("user 1"))) == "already-reported"
    assert len(await court.trail(AuditAction.REPORTED)) == 4


async def test_without_a_moderators_channel_a_report_is_kept_and_says_so(court: Court) -> None:
    job = await court.drawn()
    assert not (await court.reports.add(job.id, person("bob"))).told
    await court.decide(moderation_channel="mods")
    court.moderator_channel.refusals.append(PlatformUnavailable("away"))
    assert not (await court.reports.add(job.id, person("carol"))).told
    assert (await court.reports.add(job.id, person("dan"))).told
    assert court.moderator_channel.cards["report-1"].heading == "Reported by 3 people"


async def test_what_can_not_be_seen_can_not_be_reported(court: Court) -> None:
    job = (await court.ask()).job
    assert await code_of(court.reports.add(job.id, person("bob"))) == "nothing-to-report"
    job = await court.drawn()
    assert await code_of(court.reports.add(job.id, STRANGER)) == "job-gone"
    assert await code_of(court.reports.add("no job", person("bob"))) == "job-gone"


# Remove and undo


async def test_remove_hides_the_result_and_strikes_and_undo_brings_all_back(court: Court) -> None:
    await court.decide(moderation_channel="mods")
    job = await court.drawn("a fox n:2")
    await court.reports.add(job.id, person("bob"))
    done = await court.moderate.remove(job.id, MOD)
    assert not done.left_over
    assert court.chat.taken_away == [job.id]
    removed = await court.job(job.id)
    assert removed.deleted_at == NOON
    assert removed.pictures == job.pictures
    assert await court.communities.strikes(person(), NOON) == 1
    assert presses(court) == [ButtonAction.LOCK, ButtonAction.BLOCK_WORD, ButtonAction.UNDO]
    assert "Mod removed job" in str(court.moderator_channel.cards["report-1"].notes)

    undone = await court.moderate.undo(int(undo_button(court).target), OTHER_MOD)
    assert not undone.left_over
    back = await court.job(job.id)
    assert back.deleted_at is None
    assert back.result_id == court.chat.messages[job.id]
    assert [report.job.id for report in court.chat.concluded] == [job.id]
    assert await court.communities.strikes(person(), NOON) == 0
    assert presses(court) == [ButtonAction.REMOVE, ButtonAction.LOCK, ButtonAction.BLOCK_WORD]
    actions = [entry.action for entry in reversed(await court.trail())][2:]
    assert actions == [AuditAction.STRUCK, AuditAction.REMOVED, AuditAction.FORGIVEN, AuditAction.RESTORED]


async def test_two_who_press_remove_make_one_strike(court: Court) -> None:
    job = await court.drawn()
    outcomes = await asyncio.gather(
        *(court.moderate.remove(job.id, moderator) for moderator in (MOD, OTHER_MOD)), return_exceptions=True
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Done", "NotAllowed"]
    assert await court.communities.strikes(person(), NOON) == 1
    assert len(await court.trail(AuditAction.REMOVED)) == 1


async def test_however_many_press_undo_it_is_undone_once(court: Court) -> None:
    job = await court.drawn()
    entry = (await court.moderate.remove(job.id, MOD)).entry
    assert entry is not None
    moderators = [replace(MOD, user_id=f"mod {index}", name=f"Mod {index}") for index in range(5)]
    outcomes = await asyncio.gather(
        *(court.moderate.undo(entry.id, moderator) for moderator in moderators), return_exceptions=True
    )
    refusals = [outcome for outcome in outcomes if isinstance(outcome, NotAllowed)]
    assert [refusal.code for refusal in refusals] == ["already-undone"] * 4
    winner = next(index for index, outcome in enumerate(outcomes) if not isinstance(outcome, BaseException))
    assert {refusal.values["by"] for refusal in refusals} == {f"Mod {winner}"}
    assert len(court.chat.concluded) == 1
    assert len(await court.trail(AuditAction.RESTORED)) == 1


async def test_the_third_strike_locks_and_its_undo_unlocks(court: Court) -> None:
    jobs = [await court.drawn() for _ in range(3)]
    for job in jobs[:2]:
        await court.moderate.remove(job.id, MOD)
    assert not await blocked(court)
    entry = (await court.moderate.remove(jobs[2].id, MOD)).entry
    assert await blocked(court)
    [locked] = await court.trail(AuditAction.LOCKED)
    assert (locked.actor_name, locked.target, locked.detail["strikes"]) == ("Easel", "ann", "3")
    assert await code_of(court.ask()) == "locked"
    assert entry is not None
    await court.moderate.undo(entry.id, MOD)
    assert not await blocked(court)
    assert await court.communities.strikes(person(), NOON) == 2


async def test_strikes_fade(court: Court) -> None:
    jobs = [await court.drawn() for _ in range(3)]
    await court.moderate.remove(jobs[0].id, MOD)
    await court.clock.advance(STRIKE_LASTS.total_seconds())
    for job in jobs[1:]:
        await court.moderate.remove(job.id, MOD)
    assert await court.communities.strikes(person(), court.clock.now()) == 2
    assert not await blocked(court)


async def test_undoing_a_removal_leaves_a_managers_block_in_place(court: Court) -> None:
    jobs = [await court.drawn() for _ in range(3)]
    entries = [(await court.moderate.remove(job.id, MOD)).entry for job in jobs]
    await court.people.block(MANAGER, "ann", reason="spam")
    assert entries[2] is not None
    await court.moderate.undo(entries[2].id, MOD)
    block = await court.communities.block_of(person(), NOON)
    assert block is not None
    assert (block.until, block.reason) == (None, "spam")


async def test_a_moderators_own_result_makes_no_strike(court: Court) -> None:
    job = await court.drawn(by=MOD)
    entry = (await court.moderate.remove(job.id, MOD)).entry
    assert await court.communities.strikes(MOD, NOON) == 0
    assert entry is not None
    assert (await court.moderate.undo(entry.id, MOD)).entry is not None


async def test_what_the_chat_can_not_do_now_is_said_and_the_rest_is_done(
    court: Court, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = await court.drawn()

    async def away(*_: object) -> None:
        raise PlatformUnavailable("away")

    monkeypatch.setattr(FakeChat, "take_away", away)
    done = await court.moderate.remove(job.id, MOD)
    assert done.left_over
    assert (await court.job(job.id)).deleted_at is not None
    court.chat.refusals.append(PlatformUnavailable("away"))
    assert done.entry is not None
    undone = await court.moderate.undo(done.entry.id, MOD)
    assert undone.left_over
    assert (await court.job(job.id)).deleted_at is None


async def test_what_was_forgotten_meanwhile_is_not_posted_again(court: Court) -> None:
    job = await bring(court.store, (await court.ask()).job, JobState.DELIVERING, pictures=())
    job = await court.store.move(job, JobState.DONE)
    entry = (await court.moderate.remove(job.id, MOD)).entry
    assert entry is not None
    assert (await court.moderate.undo(entry.id, MOD)).entry is None
    assert court.chat.concluded == []


async def test_only_what_is_finished_and_here_is_removed_and_by_moderators(court: Court) -> None:
    waiting = (await court.ask()).job
    assert await code_of(court.moderate.remove(waiting.id, MOD)) == "nothing-to-delete"
    job = await court.drawn()
    assert await code_of(court.moderate.remove(job.id, person())) == "moderators-only"
    assert await code_of(court.moderate.remove(job.id, STRANGER)) == "job-gone"
    assert await code_of(court.moderate.remove("x", MOD)) == "job-gone"
    await court.moderate.remove(job.id, MOD)
    assert await code_of(court.moderate.remove(job.id, MOD)) == "already-removed"


# Locks, blocks, words on a report's card


async def test_lock_for_an_hour_from_the_card_and_undo(court: Court) -> None:
    await court.decide(moderation_channel="mods")
    job = await court.drawn()
    await court.reports.add(job.id, person("bob"))
    await court.moderate.lock_author(job.id, MOD)
    block = await court.communities.block_of(person(), NOON)
    assert block is not None
    assert block.until == NOON + timedelta(hours=1)
    assert presses(court) == [ButtonAction.REMOVE, ButtonAction.BLOCK_WORD, ButtonAction.UNDO]
    await court.moderate.undo(int(undo_button(court).target), OTHER_MOD)
    assert not await blocked(court)
    assert presses(court) == [ButtonAction.REMOVE, ButtonAction.LOCK, ButtonAction.BLOCK_WORD]


async def test_block_a_word_from_the_card_and_undo(court: Court) -> None:
    await court.decide(moderation_channel="mods")
    job = await court.drawn("a rude fox")
    await court.reports.add(job.id, person("bob"))
    await court.moderate.block_word(job.id, "rude", MOD)
    assert await code_of(court.ask("a RUDE dog")) == "blocked-word"
    assert undo_button(court).label == "Undo: word blocked"
    await court.moderate.undo(int(undo_button(court).target), MOD)
    await court.ask("a rude dog")
    assert ButtonAction.UNDO not in presses(court)


async def test_undoing_a_lock_lifts_that_lock_alone(court: Court) -> None:
    first = await court.people.lock(MOD, "ann", lasting=timedelta(hours=2))
    second = await court.people.lock(MOD, "ann", lasting=timedelta(hours=5))
    await court.moderate.undo(second.id, MOD)
    block = await court.communities.block_of(person(), NOON)
    assert block is not None
    assert block.until == NOON + timedelta(hours=2)
    await court.clock.advance(7200)
    assert (await court.moderate.undo(first.id, MOD)).entry is None


async def test_lifting_is_undone_too(court: Court) -> None:
    await court.people.block(MOD, "ann", reason="spam")
    lifted = await court.people.lift(MOD, "ann")
    assert not await blocked(court)
    await court.moderate.undo(lifted.id, MOD)
    block = await court.communities.block_of(person(), NOON)
    assert block is not None
    assert (block.until, block.reason) == (None, "spam")
    await court.people.lift(MOD, "ann")
    assert await code_of(court.people.lift(MOD, "ann")) == "not-blocked"


async def test_locks_have_their_bounds(court: Court) -> None:
    assert await code_of(court.people.lock(MOD, "ann", lasting=timedelta(days=29))) == "lock-too-long"
    assert await code_of(court.people.lock(MOD, "ann", lasting=timedelta(0))) == "lock-too-long"
    assert await code_of(court.people.block(MOD, "ann", until=NOON)) == "block-over"
    assert await code_of(court.people.lock(MOD, "mod")) == "not-yourself"
    assert await code_of(court.people.lock(person(), "bob")) == "moderators-only"
    assert await court.trail() == []


async def test_strikes_are_forgiven(court: Court) -> None:
    job = await court.drawn()
    await court.moderate.remove(job.id, MOD)
    await court.people.forgive(MOD, "ann")
    assert await court.communities.strikes(person(), NOON) == 0
    assert await code_of(court.people.forgive(MOD, "ann")) == "no-strikes"


async def test_a_manager_lets_somebody_begin_the_day_anew(court: Court) -> None:
    await court.drawn("a fox n:4")
    await court.drawn("a fox n:4")
    assert await code_of(court.people.reset_day(MOD, "ann")) == "managers-only"
    entry = await court.people.reset_day(MANAGER, "ann")
    assert (entry.action, entry.target, entry.detail) == (AuditAction.RESET, "ann", {"points": "8"})
    report = await court.ask("a fox n:4")
    assert report.usage is not None
    assert report.usage.today == 4


# Pauses


async def test_pause_and_its_undo(court: Court) -> None:
    entry = await court.settings.pause(MOD, paused=True)
    assert await code_of(court.settings.pause(MOD, paused=True)) == "already-paused"
    await court.moderate.undo(entry.id, OTHER_MOD)
    assert await code_of(court.settings.pause(MOD, paused=False)) == "not-paused"
    await court.ask()


async def test_an_undo_of_what_is_over_is_no_error(court: Court) -> None:
    entry = await court.settings.pause(MOD, paused=True)
    await court.settings.pause(MOD, paused=False)
    assert (await court.moderate.undo(entry.id, MOD)).entry is None
    await court.ask()


async def test_everything_is_paused_by_the_operator_alone(court: Court) -> None:
    assert await code_of(court.moderate.pause_everywhere(MANAGER, paused=True)) == "operator-only"
    entry = (await court.moderate.pause_everywhere(OPERATOR, paused=True)).entry
    assert entry is not None
    assert await code_of(court.moderate.pause_everywhere(OPERATOR, paused=True)) == "already-paused"
    assert await code_of(court.moderate.undo(entry.id, MANAGER)) == "operator-only"
    await court.moderate.undo(entry.id, OPERATOR)
    await court.ask()


# The trail, and who may undo what


@pytest.mark.parametrize(
    ("who", "code"), [(person("bob"), "moderators-only"), (STRANGER, "nothing-to-undo"), (MOD, "managers-only")]
)
async def test_undo_needs_what_the_deed_needs(court: Court, who: Person, code: str) -> None:
    entry = await court.settings.change(MANAGER, {"user_daily": "5"})
    assert entry is not None
    assert await code_of(court.moderate.undo(entry.id, who)) == code
    assert (await court.communities.community("fake", "guild")).user_daily == 5
    await court.moderate.undo(entry.id, MANAGER)
    assert (await court.communities.community("fake", "guild")).user_daily is None


async def test_what_can_not_be_undone_says_so(court: Court) -> None:
    await court.people.reset_day(MANAGER, "ann")
    [entry] = await court.trail(AuditAction.RESET)
    assert await code_of(court.moderate.undo(entry.id, MANAGER)) == "nothing-to-undo"
    assert await code_of(court.moderate.undo(entry.id + 1000, MANAGER)) == "nothing-to-undo"


async def test_the_trail_is_for_moderators_page_by_page(court: Court) -> None:
    for index in range(15):
        await court.settings.add_word(MOD, f"word{index}")
    assert await code_of(court.moderate.trail(person())) == "moderators-only"
    page = await court.moderate.trail(MOD)
    assert [entry.target for entry in page] == [f"word{index}" for index in range(14, 4, -1)]
    rest = await court.moderate.trail(MOD, before=page[-1].id)
    assert [entry.target for entry in rest] == [f"word{index}" for index in range(4, -1, -1)]
    assert await court.moderate.trail(STRANGER) == []
    assert len(await court.moderate.trail(MOD, target="word3")) == 1


# Why was I refused?


async def test_why_answers_from_the_trail_what_still_holds(court: Court) -> None:
    assert await court.why.refusals(person()) == []
    await court.settings.add_word(MOD, "rude")
    await code_of(court.ask("a rude fox"))
    await court.people.lock(MOD, "ann")
    await code_of(court.ask())
    await code_of(court.ask(by=person("bob"), text="rude"))
    newest, older = await court.why.refusals(person())
    assert (newest.refused.code, newest.holds, newest.refused.values["until"]) == (
        "locked",
        True,
        NOON + timedelta(hours=1),
    )
    assert (older.refused.code, older.refused.values["word"], older.holds) == ("blocked-word", "rude", True)
    await court.clock.advance(3600)
    await court.settings.remove_word(MOD, "rude")
    assert [past.holds for past in await court.why.refusals(person())] == [False, False]


async def test_every_kind_of_refusal_is_explained(court: Court) -> None:
    await court.decide(user_daily=1, allowed_channels=("general",), cooldown=0)
    await court.moderate.pause_everywhere(OPERATOR, paused=True)
    await code_of(court.ask())
    await court.moderate.pause_everywhere(OPERATOR, paused=False)
    await code_of(court.ask(channel="art"))
    await code_of(court.ask("a fox n:2"))
    limit, channel, everywhere = await court.why.refusals(person())
    assert (limit.refused.code, limit.holds, limit.refused.values["limit"]) == ("limit-daily", True, 1)
    assert (channel.refused.code, channel.holds) == ("wrong-channel", True)
    assert (everywhere.refused.code, everywhere.holds) == ("paused-everywhere", False)


@pytest.mark.parametrize(
    ("text", "code", "kept"),
    [
        ("a secret fox ratio:7:1 n:9", "bad-ratio", {"word": "ratio:7:1", "option": "ratio", "nearest": "16:9"}),
        ("a secret fox n:9", "bad-n", {"word": "n:9", "option": "n", "nearest": "4"}),
        ("a secret fox --clarity 9k", "bad-clarity", {"word": "--clarity 9k", "option": "clarity", "nearest": "4096"}),
        ("a secret fox style:sceret", "bad-style", {"word": "style:sceret", "option": "style", "nearest": "none"}),
        ("ratio:16:9", "prompt-empty", {}),
        ("{a|b|c|d} {e|f|g} secret", "matrix-too-large", {"most": "9"}),
        ("secret " * 400, "prompt-too-long", {"length": "2799", "limit": MAX_PROMPT}),
    ],
)
async def test_what_could_not_be_taken_as_typed_is_explained(
    court: Court, text: str, code: str, kept: dict[str, object]
) -> None:
    assert await code_of(court.ask(text)) == code
    (past,) = await court.why.refusals(person())
    assert (past.refused.code, past.holds, past.refused.values) == (code, True, kept)
    (entry,) = await court.moderate.trail(MOD)
    assert "secret" not in " ".join(entry.detail.values())
    assert await court.why.refusals(person("bob")) == []


async def test_of_a_wrong_word_a_bounded_part_is_kept(court: Court) -> None:
    await code_of(court.ask("a fox ratio:" + "9" * 500))
    (past,) = await court.why.refusals(person())
    assert past.refused.values["word"] == "ratio:" + "9" * 94


async def test_an_offer_whose_style_is_gone_is_explained(court: Court) -> None:
    await court.decide(styles={"house": "in our colours"})
    with pytest.raises(Refused) as offered:
        await court.ask("a fox style:house n:9")
    await court.decide(styles={})
    assert offered.value.draft_id is not None
    taken = court.imagine.from_draft(offered.value.draft_id, author=person(), destination=place())
    assert await code_of(taken) == "bad-style"
    assert {past.refused.code for past in await court.why.refusals(person())} == {"bad-n", "bad-style"}


async def test_small_talk_is_no_refusal(court: Court) -> None:
    assert await code_of(court.ask("thanks!")) == "not-a-request"
    assert await court.why.refusals(person()) == []


async def test_what_the_provider_refused_is_told_in_its_own_words(court: Court) -> None:
    await court.decide(user_daily=1)
    job = (await court.ask()).job
    await court.clock.advance(60)
    await bring(court.store, job, JobState.FAILED, failure=Failure(code=FailureCode.TASK_FAILED, detail="not\n this"))
    await court.clock.advance(60)
    await code_of(court.ask("a fox n:2"))
    newest, older = await court.why.refusals(person())
    assert newest.refused.code == "limit-daily"
    assert (older.refused.code, older.refused.values["detail"]) == ("failure-task-failed", "not this")
    assert (older.at, older.holds) == (NOON + timedelta(minutes=1), False)
    assert [past.refused.code for past in await court.why.refusals(person(), count=1)] == ["limit-daily"]
    assert await court.why.refusals(person("bob")) == []


async def test_a_word_is_appealed_once_and_one_press_allows_it(court: Court) -> None:
    await court.decide(moderation_channel="mods")
    await court.settings.add_word(MOD, "cocktail")
    with pytest.raises(Refused) as caught:
        await court.ask("a cocktail")
    entry_id = caught.value.entry_id
    assert entry_id is not None
    assert await court.why.appeal(entry_id, person(), "en")
    [(_, _, card, job)] = court.moderator_channel.posted
    assert job is None
    assert "Ann" in str(card.status)
    assert "cocktail" in str(card.status)
    assert await code_of(court.why.appeal(entry_id, person(), "en")) == "already-appealed"
    await court.moderate.undo(int(card.buttons[0].target), MOD)
    await court.ask("a cocktail")


async def test_only_ones_own_recent_word_is_appealed(court: Court) -> None:
    await court.settings.add_word(MOD, "rude")
    await court.people.lock(MOD, "bob")
    await code_of(court.ask("rude"))
    await code_of(court.ask(by=person("bob")))
    other, mine = await court.trail(AuditAction.REFUSED)
    assert await code_of(court.why.appeal(mine.id, person("bob"), "en")) == "nothing-to-appeal"
    assert await code_of(court.why.appeal(other.id, person("bob"), "en")) == "nothing-to-appeal"
    assert await code_of(court.why.appeal(10**6, person(), "en")) == "nothing-to-appeal"
    await court.clock.advance(86_400)
    assert await code_of(court.why.appeal(mine.id, person(), "en")) == "nothing-to-appeal"


async def test_somebody_elsewhere_is_not_touched(court: Court) -> None:
    await court.people.block(MOD, "ann")
    await court.settings.pause(MOD, paused=True)
    elsewhere = person(community="elsewhere")
    await court.imagine.from_text("a fox", author=elsewhere, destination=place(community="elsewhere"))
