"""Galleries and single jobs with their pictures, for one person: in the conversation with the bot."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.domain.job import Job
from tests.fakes.slack import Message

if TYPE_CHECKING:
    from tests.fakes.slack import User

    from .conftest import Bot


async def shown_to(bot: Bot, user: User, words: str) -> Message:
    """The newest message with these words and pictures in somebody's conversation with the bot."""
    talk = bot.fake.add_dm(user)

    def newest() -> Message | None:
        found = [one for one in bot.messages(talk) if words in one.words and one.pictures]
        return found[-1] if found else None

    message = await bot.until(newest)
    assert isinstance(message, Message)
    return message


async def asked(bot: Bot, text: str, user: User | None = None) -> None:
    act = await bot.fake.slash(user or bot.ann, bot.channel, "/easel", text)
    await bot.until(lambda: any("in our direct messages" in one.words for one in act.shown))


async def test_a_gallery_shows_the_posted_files_and_uploads_nothing(bot: Bot) -> None:
    foxes = await bot.result("a red fox n:2")
    whale = await bot.result("a whale")
    uploads = len(bot.fake.calls("upload"))
    await asked(bot, "gallery")
    listed = await shown_to(bot, bot.ann, "a whale")
    assert [one.file_id for one in listed.pictures] == [whale.pictures[0].file_id, foxes.pictures[0].file_id]
    assert all(one.alt_text for one in listed.pictures)
    assert len(bot.fake.calls("upload")) == uploads
    pressed = await bot.fake.press(bot.ann, listed, "2")
    await pressed.acked()
    shown = await shown_to(bot, bot.ann, "/imagine a red fox n:2")
    assert [one.file_id for one in shown.pictures] == [one.file_id for one in foxes.pictures]
    assert bot.bob.notified == []


async def seven(bot: Bot) -> None:
    """Results "fox 0" to "fox 6", one after the other."""
    for number in range(7):
        await bot.result(f"fox {number}")


async def test_pages_turn_in_place_with_their_pictures(bot: Bot) -> None:
    await seven(bot)
    await asked(bot, "gallery fox")
    listed = await shown_to(bot, bot.ann, "fox 6")
    assert len(listed.pictures) == 6
    await (await bot.fake.press(bot.ann, listed, "›")).acked()
    await bot.until(lambda: "fox 0" in listed.words)
    assert len(listed.pictures) == 1
    assert len(bot.messages(bot.fake.add_dm(bot.ann))) == 1


async def test_one_job_is_shown_with_all_of_its_pictures(bot: Bot) -> None:
    result = await bot.result("a red fox n:3")
    job = (await bot.all_jobs())[0]
    await asked(bot, f"show {job.id}", bot.bob)
    shown = await shown_to(bot, bot.bob, "a red fox")
    assert [one.alt_text for one in shown.pictures] == [one.alt_text for one in result.pictures]


async def without_files(bot: Bot) -> Job:
    """A result as an earlier version left it: nobody noted its files."""
    job = (await bot.all_jobs())[0]
    details = {name: value for name, value in job.destination.details.items() if name != "files"}
    return await bot.store.note(job.id, destination=replace(job.destination, details=details))


async def test_what_is_not_known_is_uploaded_once_and_deleted_with_the_result(bot: Bot) -> None:
    result = await bot.result("a red fox n:2")
    job = await without_files(bot)
    await asked(bot, f"show {job.id}")
    shown = await shown_to(bot, bot.ann, "a red fox")
    files = {one.file_id for one in shown.pictures}
    assert files.isdisjoint({one.file_id for one in result.pictures})
    uploads = len(bot.fake.calls("upload"))
    await asked(bot, "gallery")
    assert (await shown_to(bot, bot.ann, "1.")).pictures[0].file_id in files
    assert len(bot.fake.calls("upload")) == uploads
    await (await bot.fake.press(bot.ann, result, "Delete")).told("Deleted")
    assert all(bot.fake.world.files[str(number)].deleted for number in files)


async def test_a_file_that_somebody_deleted_is_uploaded_anew(bot: Bot) -> None:
    result = await bot.result("a red fox")
    bot.fake.world.files[str(result.pictures[0].file_id)].deleted = True
    await asked(bot, "gallery")
    listed = await shown_to(bot, bot.ann, "a red fox")
    assert listed.pictures[0].file_id != result.pictures[0].file_id


async def test_where_no_picture_can_be_shown_the_words_are(bot: Bot) -> None:
    await bot.result("a red fox")
    bot.fake.faults.fail("conversations.open", error="user_disabled")
    act = await bot.fake.slash(bot.ann, bot.channel, "/easel", "gallery")
    await act.told("a red fox")


async def test_what_was_deleted_is_in_no_gallery(bot: Bot) -> None:
    result = await bot.result("a red fox")
    job = (await bot.all_jobs())[0]
    await (await bot.fake.press(bot.ann, result, "Delete")).told("Deleted")
    act = await bot.fake.slash(bot.ann, bot.channel, "/easel", f"show {job.id}")
    await act.told()
    assert not [one for one in bot.messages(bot.fake.add_dm(bot.ann)) if one.pictures]


async def test_pages_turn_after_a_restart(bot: Bot) -> None:
    await seven(bot)
    await asked(bot, "gallery fox")
    listed = await shown_to(bot, bot.ann, "fox 6")
    await bot.stop()
    await bot.start()
    await (await bot.fake.press(bot.ann, listed, "›")).acked()
    await bot.until(lambda: "fox 0" in listed.words)
