"""What the buttons do, for whom, and long after."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.job import JobState

if TYPE_CHECKING:
    from .conftest import Bot


async def test_cancel_ends_the_job_and_the_card_says_so(bot: Bot) -> None:
    card = await bot.card()
    await (await bot.fake.press(bot.ann, card, "Cancel")).acked()
    await bot.until(lambda: "Cancelled" in card.words)
    await bot.settled()
    assert (await bot.all_jobs())[0].state is JobState.CANCELLED
    assert bot.messages() == [card]


async def test_only_its_author_and_admins_may_cancel(bot: Bot) -> None:
    card = await bot.card()
    pressed = await bot.fake.press(bot.bob, card, "Cancel")
    await pressed.told("isn't yours")
    await (await bot.fake.press(bot.admin, card, "Cancel")).acked()
    await bot.until(lambda: "Cancelled" in card.words)


async def test_again_draws_the_same_on_the_account_of_whoever_presses(bot: Bot) -> None:
    result = await bot.result("a red fox ratio:4:3")
    await (await bot.fake.press(bot.bob, result, "Again")).acked()
    other = await bot.posted(before={result.ts})
    assert "4:3" in other.words
    assert other.pings == {bot.bob.id}


async def test_edit_fills_the_form_in_and_remembers_where_it_came_from(bot: Bot) -> None:
    result = await bot.result("a red fox ratio:4:3 n:2 style:ink")
    pressed = await bot.fake.press(bot.bob, result, "Edit")
    view = await pressed.opened()
    assert view.filled == {
        "What you'd like to see": "a red fox",
        "Ratio": "4:3",
        "How many": "2",
        "Clarity": "2048",
        "Style": "ink",
    }
    await (await bot.fake.submit_view(bot.bob, view, {"prompt": "a blue fox", "Style": "none"})).acked()
    other = await bot.posted(before={result.ts})
    assert "a blue fox" in other.words
    first, second = await bot.all_jobs()
    assert second.parent_id == first.id
    assert second.request.style is None


async def test_delete_takes_the_message_and_the_files_away(bot: Bot) -> None:
    result = await bot.result("a red fox n:2")
    files = [str(one.file_id) for one in result.pictures]
    await (await bot.fake.press(bot.bob, result, "Delete")).told("isn't yours")
    pressed = await bot.fake.press(bot.ann, result, "Delete")
    await pressed.told("Deleted")
    assert result.deleted
    assert all(bot.fake.world.files[one].deleted for one in files)


async def test_a_double_press_on_delete_is_answered_at_once(bot: Bot) -> None:
    result = await bot.result("a red fox")
    gate = bot.fake.faults.hold("chat.delete")
    first = await bot.fake.press(bot.ann, result, "Delete")
    await gate.arrived.wait()
    await (await bot.fake.press(bot.ann, result, "Delete")).told("not removed the message yet")
    assert not result.deleted
    gate.open()
    await first.told("Deleted, for good")
    assert result.deleted


async def test_buttons_work_after_a_restart(bot: Bot) -> None:
    result = await bot.result()
    await bot.stop()
    await bot.start()
    await (await bot.fake.press(bot.ann, result, "Again")).acked()
    await bot.posted(before={result.ts})


async def test_edit_of_something_gone_still_opens_the_form(bot: Bot) -> None:
    result = await bot.result("a red fox")
    job = (await bot.all_jobs())[0]
    await bot.store.note(job.id, deleted_at=bot.clock.now())
    view = await (await bot.fake.press(bot.ann, result, "Edit")).opened()
    assert view.filled["What you'd like to see"] == "a red fox"
    refused = await bot.fake.press(bot.ann, result, "Again")
    await refused.told("gone")


async def test_an_offer_is_taken_once(bot: Bot) -> None:
    refusal = await (await bot.imagine("a red fox n:9")).told("1 to 4")
    label = refusal.labels[0]
    first = await bot.fake.press(bot.ann, refusal, label)
    second = await bot.fake.press(bot.ann, refusal, label)
    await first.acked()
    await second.acked()
    await bot.posted()
    assert len(await bot.all_jobs()) == 1


async def test_somebody_elses_offer_is_not_taken(bot: Bot) -> None:
    refusal = await (await bot.imagine("a red fox n:9")).told("1 to 4")
    refusal.ephemeral_for = bot.bob.id
    pressed = await bot.fake.press(bot.bob, refusal, refusal.labels[0])
    await pressed.told("isn't yours")


async def test_a_button_of_a_later_version_is_answered(bot: Bot) -> None:
    result = await bot.result()
    result.blocks[-1]["elements"][0]["action_id"] = "im:teleport:3"
    pressed = await bot.fake.press(bot.ann, result, "im:teleport:3")
    await pressed.told("gone")
