"""Results get through: limits, files that are not ready, lost answers, crashes, closed channels. Each once."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.domain.errors import PlatformUnavailable, Undeliverable
from bot.domain.job import FailureCode, JobState
from bot.domain.ports import TaskState
from tests.fakes.slack import Message

if TYPE_CHECKING:
    from .conftest import Bot


async def test_a_429_is_waited_out(bot: Bot) -> None:
    await bot.card()
    bot.fake.faults.rate_limit("chat.postMessage", retry_after=7, times=2)
    bot.fake.faults.rate_limit("files.completeUploadExternal", retry_after=3)
    result = await bot.posted()
    assert bot.messages() == [result]
    assert {7.0, 3.0} <= set(bot.clock.slept)


async def test_slacks_own_pace_of_one_message_a_second_loses_nothing(bot: Bot) -> None:
    bot.fake.faults.bucket("chat.postMessage", calls=1, per=1, by="channel")
    for number in range(3):
        await bot.imagine(f"fox {number}")
    await bot.until(lambda: len([one for one in bot.messages() if one.pictures]) == 3)
    await bot.settled()
    assert len(bot.messages()) == 3


async def test_files_that_slack_still_looks_through_are_waited_for(bot: Bot) -> None:
    bot.fake.file_seconds = 4.0
    result = await bot.result()
    assert len(bot.fake.calls("files.info")) > 2
    assert bot.messages() == [result]


async def test_invalid_blocks_while_a_file_is_not_ready(bot: Bot) -> None:
    await bot.card()
    bot.fake.faults.fail("chat.postMessage", error="invalid_blocks", times=3)
    result = await bot.posted()
    assert bot.messages() == [result]
    assert len(bot.fake.calls("upload")) == 1


async def test_where_image_blocks_are_never_taken_the_files_go_into_the_channel(bot: Bot) -> None:
    await bot.card("a red fox n:2")
    bot.fake.faults.fail("chat.postMessage", error="invalid_blocks", times=5)
    await bot.until(lambda: [one for one in bot.messages() if "Again" in one.labels])
    await bot.settled()
    files, words = bot.messages()
    assert len(files.files) == 2
    assert "a red fox" in words.words
    assert words.pings == {bot.ann.id}


async def shared_once(bot: Bot) -> None:
    """The files stand in the channel once, the words below them once, and nothing else."""
    await bot.until(lambda: [one for one in bot.messages() if "Again" in one.labels])
    await bot.settled()
    files, words = bot.messages()
    assert len(files.files) == 2
    assert "a red fox" in words.words
    assert bot.ann.notified == [words]
    left = [one for one in bot.fake.world.files.values() if not one.deleted]
    assert {one.id for one in left} == {one.id for one in files.files}


async def test_files_in_the_channel_are_not_shared_again_while_their_words_wait(bot: Bot) -> None:
    await bot.card("a red fox n:2")
    bot.fake.faults.fail("chat.postMessage", error="invalid_blocks", times=5)
    bot.fake.faults.rate_limit("chat.postMessage", retry_after=60, times=2)
    await shared_once(bot)


async def test_a_lost_answer_to_the_words_below_the_files_repeats_neither(bot: Bot) -> None:
    await bot.card("a red fox n:2")
    bot.fake.faults.fail("chat.postMessage", error="invalid_blocks", times=5)
    bot.fake.faults.lose_answer("chat.postMessage")
    await shared_once(bot)


async def test_killed_between_the_files_and_their_words_the_files_are_found_again(bot: Bot) -> None:
    await bot.card("a red fox n:2")
    refused = bot.fake.faults.fail("chat.postMessage", error="invalid_blocks", times=5)
    await bot.until(lambda: refused.hits == 5)
    gate = bot.fake.faults.hold("chat.postMessage")
    await bot.until(gate.arrived.is_set)
    await bot.kill()
    bot.fake.faults.clear()
    await bot.start()
    await bot.until(lambda: [one for one in bot.messages() if "Again" in one.labels])
    await bot.settled()
    files, words = bot.messages()
    assert len(files.files) == 2
    assert bot.ann.notified == [words]


@pytest.mark.parametrize("method", ["chat.postMessage", "files.info"])
async def test_killed_between_the_upload_and_the_post_the_same_files_are_shown(bot: Bot, method: str) -> None:
    await bot.card("a red fox n:2")
    gate = bot.fake.faults.hold(method)
    await bot.until(gate.arrived.is_set)
    await bot.kill()
    bot.fake.faults.clear()
    await bot.start()
    result = await bot.posted()
    assert {one.file_id for one in result.pictures} == set(bot.fake.world.files)
    assert len(bot.fake.calls("upload")) == 2


async def test_files_that_are_gone_meanwhile_are_uploaded_anew(bot: Bot) -> None:
    await bot.card("a red fox n:2")
    gate = bot.fake.faults.hold("chat.postMessage")
    await bot.until(gate.arrived.is_set)
    await bot.kill()
    bot.fake.faults.clear()
    for file in bot.fake.world.files.values():
        file.deleted = True
    await bot.start()
    result = await bot.posted()
    assert len(result.pictures) == 2
    assert len(bot.fake.calls("upload")) == 4


async def test_a_lost_answer_posts_nothing_twice(bot: Bot) -> None:
    await bot.card()
    bot.fake.faults.lose_answer("chat.postMessage")
    result = await bot.posted()
    assert bot.messages() == [result]
    assert bot.ann.notified == [result]


async def test_a_lost_answer_to_the_card_leaves_one_card_and_none_at_the_end(bot: Bot) -> None:
    bot.fake.faults.lose_answer("chat.postMessage")
    await bot.imagine()
    result = await bot.posted()
    assert bot.messages() == [result]


@pytest.mark.parametrize("method", ["files.completeUploadExternal", "files.info", "upload", "conversations.info"])
async def test_a_broken_connection_in_any_step_is_no_end(bot: Bot, method: str) -> None:
    if method == "conversations.info":
        await bot.result()
    else:
        await bot.card()
    bot.fake.faults.lose_answer(method)
    result = await bot.posted()
    assert result.pictures


async def test_killed_between_posting_and_knowing_it_posts_once(bot: Bot) -> None:
    await bot.card()
    gate = bot.fake.faults.hold("chat.postMessage", after_effect=True)
    await bot.until(gate.arrived.is_set)
    await bot.kill()
    gate.open()
    await bot.start()
    await bot.settled()
    assert len([one for one in bot.messages() if one.pictures]) == 1
    assert len(bot.messages()) == 1
    assert len(bot.ann.notified) == 1
    assert (await bot.all_jobs())[0].state is JobState.DONE


async def test_killed_with_the_card_just_posted_finds_it_again(bot: Bot) -> None:
    gate = bot.fake.faults.hold("chat.postMessage", after_effect=True)
    await bot.imagine()
    await bot.soon(gate.arrived.is_set)
    await bot.kill()
    gate.open()
    await bot.start()
    result = await bot.posted()
    assert bot.messages() == [result]


async def test_a_restart_is_said_on_the_same_card(bot: Bot) -> None:
    card = await bot.card()
    await bot.kill()
    await bot.start()
    await bot.until(lambda: "Back after a restart" in "\n".join(card.versions))
    result = await bot.posted()
    assert bot.messages() == [result]


async def test_a_failure_is_said_anew_and_pings_its_author(bot: Bot) -> None:
    gate = asyncio.Event()
    bot.model.submits.append(gate)
    card = await bot.card()
    bot.model.outcome = lambda task: replace(task, state=TaskState.FAILED, error="nothing <!here> to see")
    gate.set()
    await bot.until(lambda: card.deleted)
    await bot.settled()
    (said,) = bot.messages()
    assert "nothing &lt;!here&gt; to see" in said.words
    assert said.labels == ["Try again", "Edit"]
    assert bot.ann.notified == [said]


async def test_the_card_is_changed_at_most_every_three_seconds_and_only_for_a_change(bot: Bot) -> None:
    bot.model.draws_for = 300.0
    card = await bot.card()
    await bot.until(lambda: "Slower than usual" in card.words)
    report = await bot.jobs.show((await bot.all_jobs())[0].id, (await bot.all_jobs())[0].author)
    for slow in (False, True, False, True, True):
        await bot.platform.show(replace(report, slow=slow))
    await bot.clock.advance(20)
    await bot.posted()
    changed = [one for one in bot.fake.calls("chat.update") if one.args["ts"] == card.ts]
    edits = [one.at.timestamp() for one in changed]
    assert len(edits) >= 2
    assert all(later - earlier >= 2.99 for earlier, later in itertools.pairwise(edits))
    shown = [str(one.args["blocks"]) for one in changed]
    assert all(earlier != later for earlier, later in itertools.pairwise(shown))


async def test_a_card_that_somebody_deleted_is_no_hindrance(bot: Bot) -> None:
    card = await bot.card()
    bot.fake.delete_message(card)
    result = await bot.posted()
    assert bot.messages() == [result]


async def test_thrown_out_of_a_public_channel_it_comes_in_again(bot: Bot) -> None:
    await bot.card()
    bot.fake.kick(bot.channel, bot.fake.bot())
    result = await bot.posted()
    assert result.pings == {bot.ann.id}


async def test_thrown_out_of_a_private_channel_it_writes_to_the_author(bot: Bot) -> None:
    room = bot.fake.add_channel("secret", bot.ann, private=True, bot=True)
    await bot.card(channel=room)
    bot.fake.kick(room, bot.fake.bot())
    result = await bot.posted(bot.fake.add_dm(bot.ann))
    assert "can no longer post in the channel" in result.words


async def test_an_archived_channel_counts_as_closed(bot: Bot) -> None:
    await bot.card()
    bot.channel.archived = True
    await bot.posted(bot.fake.add_dm(bot.ann))
    assert (await bot.all_jobs())[0].state is JobState.DONE


async def test_pictures_are_png_or_jpeg(bot: Bot) -> None:
    result = await bot.result()
    file = bot.fake.world.files[str(result.pictures[0].file_id)]
    assert file.mimetype in {"image/png", "image/jpeg"}
    assert file.alt_text == result.pictures[0].alt_text


@pytest.mark.parametrize(
    ("error", "meaning"),
    [
        ("internal_error", PlatformUnavailable),
        ("channel_not_found", Undeliverable),
        ("cant_delete_message", Undeliverable),
    ],
)
async def test_a_message_that_is_not_removed_is_not_said_to_be(bot: Bot, error: str, meaning: type[Exception]) -> None:
    result = await bot.result()
    (job,) = await bot.all_jobs()
    bot.fake.faults.fail("chat.delete", error=error, times=9)
    with pytest.raises(meaning):
        await bot.platform.take_away(job)
    assert not result.deleted


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        ("file_uploads_disabled", "file uploads are switched off"),
        ("team_access_not_granted", "has no access to me"),
        ("some_error_of_tomorrow", "some_error_of_tomorrow"),
    ],
)
async def test_what_slack_never_takes_is_told_in_its_reason_and_shown_without_ordering(
    bot: Bot, error: str, reason: str
) -> None:
    await bot.card("a red fox n:2")
    bot.fake.faults.fail("files.getUploadURLExternal", error=error, times=99)
    failed = await bot.until(lambda: next((one for one in bot.messages() if reason in one.words), None))
    await bot.settled()
    assert not any(label in {"Try again", "Again"} for label in failed.labels)
    (job,) = await bot.all_jobs()
    assert job.id in failed.words
    bot.fake.faults.clear()
    show = next(label for label in failed.labels if label.startswith("Show"))
    await (await bot.fake.press(bot.ann, failed, show)).acked()
    await bot.until(lambda: any(one.pictures for one in bot.messages(bot.fake.add_dm(bot.ann))))
    assert len(await bot.all_jobs()) == 1


@pytest.mark.parametrize("threaded", [False, True])
async def test_what_could_not_be_posted_is_posted_again_without_an_order(bot: Bot, *, threaded: bool) -> None:
    bot.fake.join(bot.channel, bot.fake.bot())
    root = bot.fake.say(bot.bob, bot.channel, "foxes?")
    if threaded:
        await bot.fake.mention(bot.ann, bot.channel, "a red fox n:2", root)
    else:
        await bot.imagine("a red fox n:2")
    bot.fake.faults.fail("files.getUploadURLExternal", error="file_uploads_disabled", times=99)
    failed = await bot.until(lambda: next((one for one in bot.messages() if "switched off" in one.words), None))
    await bot.settled()
    act = await bot.fake.press(bot.ann, failed, "Post them again")
    await bot.clock.until(act.told("still can't be posted"), real_seconds=8)
    bot.fake.faults.clear()
    act = await bot.fake.press(bot.bob, failed, "Post them again")
    await bot.clock.until(act.told("yours"), real_seconds=8)
    act = await bot.fake.press(bot.ann, failed, "Post them again")
    await bot.clock.until(act.told("Nothing new was drawn"), real_seconds=8)
    (posted,) = [one for one in bot.messages() if one.pictures]
    assert len(posted.pictures) == 2
    assert posted.thread_ts == (root.ts if threaded else None)
    act = await bot.fake.press(bot.ann, failed, "Post them again")
    await bot.clock.until(act.told("already"), real_seconds=8)
    (job,) = await bot.all_jobs()
    assert (await bot.store.usage(job.author, bot.clock.now())).today == 2
    assert len(bot.model.orders if hasattr(bot.model, "orders") else [1]) == 1
    await bot.jobs.delete(job.id, job.author)
    await bot.until(lambda: posted.deleted)


@pytest.mark.parametrize("error", ["internal_error", "cant_delete_message"])
async def test_a_card_that_is_not_deleted_does_not_go_on_saying_drawing(bot: Bot, error: str) -> None:
    bot.fake.faults.fail("chat.delete", error=error, times=3 if error == "internal_error" else 99)
    await bot.imagine("a red fox")
    result = await bot.posted()
    if error == "internal_error":
        await bot.until(lambda: bot.messages() == [result])
    else:
        await bot.until(lambda: "This is over" in bot.messages()[0].words)
        assert bot.messages()[0].labels == []
        assert bot.messages()[0].pictures == []


@pytest.mark.parametrize("error", ["invalid_blocks", "msg_blocks_too_long", "msg_too_long"])
async def test_what_slack_refuses_in_blocks_goes_in_words(bot: Bot, error: str) -> None:
    """A card, and a result whose pictures stand in the channel by themselves."""
    bot.fake.faults.fail("chat.postMessage", error=error)
    card = await bot.card("a red fox n:2")
    assert card.blocks == []
    assert "a red fox" in card.text
    assert "16:9" not in card.text
    result = await bot.posted()
    assert len(result.pictures) == 2
    refused = bot.fake.faults
    for _ in range(3):
        refused.fail("chat.postMessage", error=error, times=2)
        await bot.imagine("a blue fox")
        await bot.posted(before={one.ts for one in bot.messages() if one.pictures})


async def test_what_could_be_posted_nowhere_is_offered_beside_the_next_answer(bot: Bot) -> None:
    bot.fake.faults.fail("chat.postMessage", error="ekm_access_denied", times=99)
    await bot.imagine("a red fox n:2")
    await bot.until(lambda: any(one.method == "chat.postMessage" for one in bot.fake.requests))
    await bot.settled()
    (seen,) = await bot.all_jobs()
    job = await bot.store.get(seen.id)
    assert job is not None
    assert job.failure is not None
    assert (job.failure.code, len(job.unposted)) == (FailureCode.UNDELIVERABLE, 2)
    act = await bot.fake.slash(bot.bob, bot.channel, "/easel", "help")
    await bot.clock.until(act.told("Draw with"), real_seconds=8)
    act = await bot.fake.slash(bot.ann, bot.channel, "/easel", "help")
    offered = await bot.clock.until(act.told("A picture of yours is waiting"), real_seconds=8)
    assert isinstance(offered, Message)
    assert "a red fox" in offered.words
    bot.fake.faults.clear()
    await bot.fake.press(bot.ann, offered, "Show the pictures")
    await bot.until(lambda: any(len(one.pictures) == 2 for one in bot.messages(bot.fake.add_dm(bot.ann))))
    act = await bot.fake.slash(bot.ann, bot.channel, "/easel", "why")
    await bot.clock.until(act.told(""), real_seconds=8)
    await bot.clock.advance(5)
    assert not any("waiting" in one.words for one in act.shown)


async def test_where_no_message_is_taken_the_card_has_the_last_word(bot: Bot) -> None:
    card = await bot.card("a red fox n:2")
    bot.fake.faults.fail("chat.postMessage", error="ekm_access_denied", times=99)
    await bot.settled()
    await bot.until(lambda: "Show the pictures" in card.labels)
    assert "Cancel" not in card.labels
    assert "ekm_access_denied" in card.words
