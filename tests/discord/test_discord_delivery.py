from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest

from bot.domain.errors import ModelRejected, PlatformUnavailable, Undeliverable
from bot.domain.job import FailureCode, Job, JobState
from bot.domain.ports import TaskState
from tests.db.orders import reader
from tests.discord.conftest import Bot
from tests.fakes.discord import Message
from tests.fakes.discord.core import MIB
from tests.fakes.pictures import noisy_png

POST = "/channels/*/messages"


async def last_job(bot: Bot) -> Job:
    return (await bot.all_jobs())[-1]


async def test_a_failed_job_is_told_to_its_author_and_offers_to_try_again(bot: Bot) -> None:
    bot.model.submits.append(ModelRejected("no dragons today"))
    card = await bot.card("a dragon")
    await bot.settled()
    (told,) = bot.channel.messages
    assert told.pings == {str(bot.ann.id)}
    assert "no dragons today" in told.text
    assert "Not charged" in told.text
    assert told.labels == ["Try again", "Edit"]
    assert card.deleted
    again = await bot.fake.press(bot.ann, told, "Try again")
    assert "a dragon" in (await again.shown()).text


async def test_words_of_the_provider_are_only_shown(bot: Bot) -> None:
    bot.model.outcome = lambda task: dataclasses.replace(task, state=TaskState.FAILED, error="@everyone **no**")
    await bot.card()
    await bot.settled()
    (told,) = bot.channel.messages
    assert told.pings == {str(bot.ann.id)}
    assert r"\*\*no" in told.text


async def test_after_fifteen_minutes_the_bot_goes_by_its_own_account(bot: Bot) -> None:
    bot.model.draws_for = 14 * 60.0 + 50
    card = await bot.card()
    await bot.until(lambda: "Slower" in card.text)
    await bot.clock.advance(14 * 60)
    result = await bot.posted()
    assert result.attachments
    assert card.deleted
    assert bot.fake.calls("DELETE", f"/channels/{bot.channel.id}/messages/{card.id}")


async def test_a_card_is_edited_by_the_bots_account_when_the_token_is_dead(bot: Bot) -> None:
    bot.model.draws_for = 3600.0
    card = await bot.card()
    await bot.until(lambda: "Drawing" in card.text)
    job = await last_job(bot)
    await bot.kill()
    bot.clock.jump(16 * 60)
    bot.model.made[job.task_id or ""].ends_at += timedelta(hours=1)
    await bot.start()
    await bot.until(lambda: "Back after a restart" in card.text)
    assert bot.fake.calls("PATCH", f"/channels/{bot.channel.id}/messages/{card.id}")


@pytest.mark.parametrize("code", [50027, 0])
async def test_a_token_that_died_early_is_noticed(bot: Bot, code: int) -> None:
    bot.model.draws_for = 60.0
    card = await bot.card()
    bot.fake.faults.fail("PATCH", "/webhooks/*", status=401, code=code, times=99)
    bot.fake.faults.fail("DELETE", "/webhooks/*", status=401, code=code, times=99)
    await bot.until(lambda: "Drawing" in card.text)
    await bot.posted()
    assert card.deleted
    assert bot.platform.ready


@pytest.mark.parametrize("state", [JobState.GENERATING, JobState.DELIVERING])
async def test_a_job_is_finished_by_the_next_life(bot: Bot, state: JobState) -> None:
    bot.model.draws_for = 30.0
    card = await bot.card()
    if state is JobState.DELIVERING:
        gate = bot.fake.faults.hold("POST", POST)
        await bot.until(gate.arrived.is_set)
    else:
        await bot.until(lambda: "Drawing" in card.text)
    await bot.kill()
    bot.fake.faults.clear()
    assert (await bot.store.unfinished())[0].state is state
    await bot.start()
    result = await bot.posted()
    assert [one for one in bot.channel.messages if one.attachments] == [result]
    assert card.deleted
    assert len(bot.model.made) == 1


async def test_a_result_whose_answer_was_lost_is_found_again(bot: Bot) -> None:
    lost = bot.fake.faults.lose_answer("POST", POST)
    result = await bot.result()
    assert lost.hits == 1
    assert [one for one in bot.channel.messages if one.attachments] == [result]
    assert (await last_job(bot)).result_id == str(result.id)
    assert len(bot.fake.calls("POST", POST)) == 1, "the message was looked for, not posted again"


async def test_where_the_bot_may_not_read_the_history_the_nonce_tells(bot: Bot) -> None:
    bot.fake.permit(bot.fake.bot, bot.channel, read_message_history=False)
    lost = bot.fake.faults.lose_answer("POST", POST, times=2)
    result = await bot.result()
    assert lost.hits == 2
    assert len(bot.fake.calls("POST", POST)) == 3
    assert [one for one in bot.channel.messages if one.attachments] == [result]


async def test_a_result_that_was_posted_before_a_crash_is_found_hours_later(bot: Bot) -> None:
    gate = bot.fake.faults.hold("POST", POST, after_effect=True)
    await bot.card()
    await bot.until(gate.arrived.is_set)
    await bot.kill()
    bot.fake.faults.clear()
    (posted,) = [one for one in bot.channel.messages if one.attachments]
    for number in range(120):
        bot.fake.say(bot.bob, bot.channel, f"chatter {number}")
    bot.clock.jump(3 * 3600)
    await bot.start()
    await bot.settled()
    assert [one for one in bot.channel.messages if one.attachments] == [posted]
    assert (await last_job(bot)).result_id == str(posted.id)


@pytest.mark.parametrize("wrong", [timedelta(hours=3), timedelta(days=-3)])
async def test_a_result_is_found_by_discords_clock_where_ours_was_wrong(bot: Bot, wrong: timedelta) -> None:
    gate = bot.fake.faults.hold("POST", POST, after_effect=True)
    card = await bot.card()
    await bot.until(gate.arrived.is_set)
    await bot.kill()
    bot.fake.faults.clear()
    (posted,) = [one for one in bot.channel.messages if one.attachments]
    job = await last_job(bot)
    assert job.ready_at is not None
    await bot.store.note(job.id, ready_at=job.ready_at + wrong)  # as our clock had it
    for number in range(120):
        bot.fake.say(bot.bob, bot.channel, f"chatter {number}")
    bot.clock.jump(3 * 3600)  # so long that the nonce is forgotten
    await bot.start()
    await bot.settled()
    assert [one for one in bot.channel.messages if one.attachments] == [posted]
    assert (await last_job(bot)).result_id == str(posted.id)
    assert card.deleted


async def test_a_server_error_after_the_effect_posts_nothing_twice(bot: Bot) -> None:
    bot.fake.faults.fail("POST", POST, status=502, after_effect=True, times=2)
    result = await bot.result()
    assert [one for one in bot.channel.messages if one.attachments] == [result]


async def test_an_outage_is_waited_out(bot: Bot) -> None:
    outage = bot.fake.faults.fail("POST", POST, status=503, times=7)
    result = await bot.result()
    assert outage.hits == 7
    assert [one for one in bot.channel.messages if one.attachments] == [result]


async def test_a_rate_limit_is_waited_out(bot: Bot, slept: list[float]) -> None:
    bot.fake.faults.rate_limit("POST", POST, retry_after=7.0)
    bot.fake.faults.rate_limit("PATCH", "/webhooks/*", retry_after=3.0)
    await bot.result()
    assert {3.0, 7.0} <= set(slept)


@pytest.mark.parametrize("via", [True, False])
async def test_a_long_rate_limit_is_waited_out_by_the_job(bot: Bot, *, via: bool) -> None:
    bot.fake.faults.rate_limit("POST", POST, retry_after=120.0, via=via)
    began = bot.clock.monotonic()
    await bot.result()
    # The engine's own back-off spreads what Discord asked for by a quarter either way.
    assert bot.clock.monotonic() - began >= 0.75 * 120.0
    assert len(bot.fake.calls("POST", POST)) <= 3


class TestSizes:
    """Pictures as large as the place takes them. The provider's are 12 MiB here."""

    @pytest.fixture(autouse=True)
    def large(self, bot: Bot, monkeypatch: pytest.MonkeyPatch) -> bytes:
        data = noisy_png(2048, 2048)
        monkeypatch.setattr("tests.fakes.model.PICTURE", data)
        return data

    async def test_the_original_where_it_is_taken(self, bot: Bot, large: bytes) -> None:
        bot.fake.file_limit = 20 * MIB
        result = await bot.result()
        assert result.attachments[0].size >= len(large)
        assert "Compressed" not in result.text

    async def test_a_smaller_one_where_less_is_announced(self, bot: Bot, large: bytes) -> None:
        bot.fake.file_limit = 10 * MIB
        result = await bot.result()
        assert result.attachments[0].size <= 10 * MIB
        assert result.attachments[0].filename.endswith(".jpg")
        assert "Compressed to fit Discord; the original is kept" in result.text
        assert "https://" not in result.text
        assert len(bot.fake.calls("POST", POST)) == 1

    async def test_down_the_ladder_where_the_announcement_was_wrong(self, bot: Bot, large: bytes) -> None:
        bot.fake.announced_file_limit = 500 * MIB
        bot.fake.file_limit = 10 * MIB
        bot.public_url = "https://easel.example"
        result = await bot.result()
        assert result.attachments[0].size <= 10 * MIB
        (job,) = await bot.all_jobs()
        assert f"[Original 1](<https://easel.example/pictures/{job.id}/1?key=a_b_c>)" in result.text
        posts = bot.fake.calls("POST", POST)
        assert [post.status for post in posts] == [413, 200]

    async def test_on_a_card_of_a_user_installed_app_too(self, bot: Bot, large: bytes) -> None:
        bot.fake.announced_file_limit = 500 * MIB
        bot.fake.file_limit = 10 * MIB
        cat = bot.fake.add_user("cat", has_app=True)
        group = bot.fake.add_group(cat, bot.bob)
        result = await bot.result("a fox", cat, channel=group)
        assert result.attachments[0].size <= 10 * MIB


async def test_no_size_is_taken(bot: Bot) -> None:
    bot.fake.faults.fail("POST", POST, status=413, code=40005, times=1)
    await bot.card()
    await bot.settled()
    job = await last_job(bot)
    assert job.state is JobState.FAILED
    assert job.failure is not None
    assert job.failure.code is FailureCode.UNDELIVERABLE
    (told,) = bot.channel.messages
    assert "too large for this place, even compressed. They are kept" in told.text


class TestClosedChannel:
    """Posting was allowed when the request came, and is not any more."""

    @pytest.fixture
    async def card(self, bot: Bot) -> Message:
        bot.model.draws_for = 60.0
        card = await bot.card()
        await bot.until(lambda: "Drawing" in card.text)
        bot.fake.permit(bot.fake.bot, bot.channel, send_messages=False)
        return card

    async def test_the_result_goes_to_its_author_privately(self, bot: Bot, card: Message) -> None:
        private = bot.fake.add_dm(bot.ann)
        result = await bot.posted(private)
        assert "can no longer post in the channel" in result.text
        assert result.attachments
        assert card.deleted
        assert (await last_job(bot)).state is JobState.DONE

    async def test_the_channel_is_not_asked_again_for_minutes(self, bot: Bot, card: Message) -> None:
        bot.fake.permit(bot.fake.bot, bot.channel, send_messages=True)
        bot.model.draws_for = 120.0
        later = await bot.card("a blue fox", bot.bob)
        await bot.until(lambda: "Drawing" in later.text)
        bot.fake.permit(bot.fake.bot, bot.channel, send_messages=False)
        await bot.posted(bot.fake.add_dm(bot.ann))
        await bot.posted(bot.fake.add_dm(bot.bob))
        assert len([call for call in bot.fake.calls("POST", POST) if call.status == 403]) == 1

    async def test_once_the_permission_is_back_the_channel_is_used_again(self, bot: Bot, card: Message) -> None:
        await bot.posted(bot.fake.add_dm(bot.ann))
        bot.fake.permit(bot.fake.bot, bot.channel, send_messages=True)
        assert (await bot.result("a blue fox")).pings == {str(bot.ann.id)}

    async def test_without_private_messages_the_card_becomes_the_result(self, bot: Bot, card: Message) -> None:
        bot.ann.dms_open = False
        assert await bot.posted() is card

    async def test_with_no_way_left_the_pictures_are_kept_for_show_and_count(self, bot: Bot, card: Message) -> None:
        bot.ann.dms_open = False
        bot.clock.jump(16 * 60)
        await bot.settled()
        job = await last_job(bot)
        assert job.failure is not None
        assert job.failure.code is FailureCode.UNDELIVERABLE
        assert (await bot.store.usage(job.author, bot.clock.now())).today == 1
        shown = await (await bot.fake.slash(bot.ann, bot.channel, "show", {"id": job.id})).shown()
        await bot.soon(lambda: shown.attachments)
        assert "It is kept for you and counts" in shown.text
        other = await (await bot.fake.slash(bot.bob, bot.channel, "show", {"id": job.id})).shown()
        assert not other.attachments


async def test_a_channel_that_was_deleted(bot: Bot) -> None:
    bot.model.draws_for = 60.0
    card = await bot.card()
    await bot.until(lambda: "Drawing" in card.text)
    bot.fake.delete_channel(bot.channel)
    result = await bot.posted(bot.fake.add_dm(bot.ann))
    assert result.attachments


async def test_a_user_installed_app_whose_interaction_is_over_writes_to_its_author(bot: Bot) -> None:
    bot.model.draws_for = 60.0
    cat = bot.fake.add_user("cat", has_app=True)
    group = bot.fake.add_group(cat, bot.bob)
    card = await bot.card("a red fox", cat, channel=group)
    await bot.until(lambda: "Drawing" in card.text)
    bot.clock.jump(16 * 60)
    result = await bot.posted(bot.fake.add_dm(cat))
    assert result.attachments


async def test_a_late_word_does_not_overwrite_a_result(bot: Bot) -> None:
    cat = bot.fake.add_user("cat", has_app=True)
    group = bot.fake.add_group(cat, bot.bob)
    result = await bot.result("a red fox", cat, channel=group)
    drawn = list(result.versions)
    (report,) = await bot.jobs.recent(reader(str(group.id), f"dm-{group.id}"), channel_id=str(group.id), count=1)
    late = dataclasses.replace(report.job, state=JobState.GENERATING)
    await bot.platform.show(bot.dispatcher.report(late))
    await bot.clock.advance(10)
    assert result.versions == drawn
    assert result.attachments


async def test_a_picture_that_is_gone_from_the_disk(bot: Bot) -> None:
    gate = bot.fake.faults.fail("POST", POST, status=503, times=5)
    await bot.card()
    await bot.until(lambda: gate.hits == 5)
    bot.picture_store.kept.clear()
    await bot.settled()
    job = await last_job(bot)
    assert job.failure is not None
    assert job.failure.code is FailureCode.NO_PICTURES
    assert job.charged == 0


async def test_concluding_twice_gives_the_same_message(bot: Bot) -> None:
    result = await bot.result()
    job = await last_job(bot)
    report = bot.dispatcher.report(job)
    assert await bot.platform.conclude(report) == str(result.id)
    forgotten = dataclasses.replace(report, job=dataclasses.replace(job, result_id=None), perhaps_posted=True)
    assert await bot.platform.conclude(forgotten) == str(result.id)
    await bot.kill()
    await bot.start()
    bot.clock.jump(3600)
    assert await bot.platform.conclude(forgotten) == str(result.id)
    assert [one for one in bot.channel.messages if one.attachments] == [result]


async def test_taking_away_what_is_gone_is_fine(bot: Bot) -> None:
    await bot.result()
    job = await last_job(bot)
    await bot.platform.take_away(job)
    await bot.platform.take_away(job)
    assert bot.channel.messages == []


@pytest.mark.parametrize(
    ("status", "code", "meaning"),
    [
        (503, 0, PlatformUnavailable),
        (403, 50001, Undeliverable),  # missing access
        (404, 10003, Undeliverable),  # unknown channel
    ],
)
async def test_a_message_that_is_not_removed_is_not_said_to_be(
    bot: Bot, status: int, code: int, meaning: type[Exception]
) -> None:
    result = await bot.result()
    job = await last_job(bot)
    bot.fake.faults.fail("DELETE", f"{POST}/*", status=status, code=code, times=99)
    with pytest.raises(meaning):
        await bot.clock.until(bot.platform.take_away(job), real_seconds=10)
    assert not result.deleted


async def test_what_can_never_be_posted_is_undeliverable(bot: Bot) -> None:
    await bot.result()
    job = dataclasses.replace(await last_job(bot), result_id=None)
    bot.clock.jump(3600)
    bot.fake.faults.fail("GET", POST, status=400, code=50035)
    report = dataclasses.replace(bot.dispatcher.report(job), perhaps_posted=True)
    with pytest.raises(Undeliverable):
        await bot.platform.conclude(report)


async def test_before_the_login_a_delivery_is_told_to_come_back(idle: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.platforms.discord.platform.LOGIN_SECONDS", 0.01)
    await idle.start()
    await idle.result()
    report = idle.dispatcher.report(await last_job(idle))
    await idle.stop()
    with pytest.raises(PlatformUnavailable):
        await idle.platform.conclude(report)
    await idle.platform.show(report)


@pytest.mark.parametrize("call", [("POST", POST), ("GET", "/channels/*/messages*"), ("PATCH", "/webhooks/*")])
async def test_a_sign_in_page_in_the_middle_of_a_day_fails_no_job(bot: Bot, call: tuple[str, str]) -> None:
    """Its pictures are paid for. What answers in Discord's place is looked at as an outage."""
    await bot.card("a red fox", n=2)
    bot.fake.faults.page(*call, times=4)
    if call[0] == "GET":  # only after a lost answer is the channel looked through
        bot.fake.faults.lose_answer("POST", POST)
    result = await bot.posted()
    assert len(result.attachments) == 2
    (job,) = await bot.all_jobs()
    assert job.state is JobState.DONE
    assert len([one for one in bot.channel.messages if one.attachments]) == 1


async def test_where_no_message_is_taken_the_card_has_the_last_word(bot: Bot) -> None:
    card = await bot.card("a red fox", n=2)
    bot.fake.faults.fail("POST", POST, status=400, code=50035, times=99)
    await bot.settled()
    await bot.until(lambda: "Show the pictures" in card.labels)
    assert "Cancel" not in card.labels
    shown = await (await bot.fake.press(bot.ann, card, "Show the pictures")).shown()
    assert len(shown.attachments) == 2


async def test_what_could_not_be_posted_is_posted_again_without_an_order(bot: Bot) -> None:
    card = await bot.card("a red fox", n=2)
    bot.fake.faults.fail("POST", POST, status=400, code=50035, times=99)
    await bot.settled()
    await bot.until(lambda: "Post them again" in card.labels)
    await bot.fake.press(bot.ann, card, "Post them again")
    await bot.said_to(bot.ann, "still can't be posted")
    bot.fake.faults.clear()
    await bot.fake.press(bot.ann, card, "Post them again")
    await bot.said_to(bot.ann, "Nothing new was drawn")
    (posted,) = [one for one in bot.channel.messages if one.attachments]
    assert len(posted.attachments) == 2
    (job,) = await bot.all_jobs()
    assert (await bot.store.usage(job.author, bot.clock.now())).today == 2
