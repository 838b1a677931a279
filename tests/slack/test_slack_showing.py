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
    await bot.until(lambda: any("between you and me" in one.words for one in act.shown))


async def test_a_gallery_shows_the_posted_files_and_uploads_nothing(full: Bot) -> None:
    foxes = await full.result("a red fox n:2")
    whale = await full.result("a whale")
    uploads = len(full.fake.calls("upload"))
    await asked(full, "gallery")
    listed = await shown_to(full, full.ann, "a whale")
    assert [one.file_id for one in listed.pictures] == [whale.pictures[0].file_id, foxes.pictures[0].file_id]
    assert all(one.alt_text for one in listed.pictures)
    assert len(full.fake.calls("upload")) == uploads
    pressed = await full.fake.press(full.ann, listed, "2")
    await pressed.acked()
    shown = await shown_to(full, full.ann, "/imagine a red fox n:2")
    assert [one.file_id for one in shown.pictures] == [one.file_id for one in foxes.pictures]
    assert full.bob.notified == []


async def seven(bot: Bot) -> None:
    """Results "fox 0" to "fox 6", drawn side by side."""
    for number in range(7):
        await bot.card(f"fox {number}")
        await bot.clock.advance(0.01)  # one after the other
    await bot.until(lambda: len([one for one in bot.messages() if one.pictures]) == 7)
    await bot.settled()


async def test_pages_turn_in_place_with_their_pictures(full: Bot) -> None:
    await seven(full)
    await asked(full, "gallery fox")
    listed = await shown_to(full, full.ann, "fox 6")
    assert len(listed.pictures) == 6
    await (await full.fake.press(full.ann, listed, "›")).acked()
    await full.until(lambda: "fox 0" in listed.words)
    assert len(listed.pictures) == 1
    assert len(full.messages(full.fake.add_dm(full.ann))) == 1


async def test_one_job_is_shown_with_all_of_its_pictures(full: Bot) -> None:
    result = await full.result("a red fox n:3")
    job = (await full.all_jobs())[0]
    await asked(full, f"show {job.id}", full.bob)
    shown = await shown_to(full, full.bob, "a red fox")
    assert [one.alt_text for one in shown.pictures] == [one.alt_text for one in result.pictures]


async def without_files(bot: Bot) -> Job:
    """A result as an earlier version left it: nobody noted its files."""
    job = (await bot.all_jobs())[0]
    details = {name: value for name, value in job.destination.details.items() if name != "files"}
    return await bot.store.note(job.id, destination=replace(job.destination, details=details))


async def test_what_is_not_known_is_uploaded_once_and_deleted_with_the_result(full: Bot) -> None:
    result = await full.result("a red fox n:2")
    job = await without_files(full)
    await asked(full, f"show {job.id}")
    shown = await shown_to(full, full.ann, "a red fox")
    files = {one.file_id for one in shown.pictures}
    assert files.isdisjoint({one.file_id for one in result.pictures})
    uploads = len(full.fake.calls("upload"))
    await asked(full, "gallery")
    assert (await shown_to(full, full.ann, "1.")).pictures[0].file_id in files
    assert len(full.fake.calls("upload")) == uploads
    await (await full.fake.press(full.ann, result, "Delete")).told("Deleted")
    assert all(full.fake.world.files[str(number)].deleted for number in files)


async def test_a_file_that_somebody_deleted_is_uploaded_anew(full: Bot) -> None:
    result = await full.result("a red fox")
    full.fake.world.files[str(result.pictures[0].file_id)].deleted = True
    await asked(full, "gallery")
    listed = await shown_to(full, full.ann, "a red fox")
    assert listed.pictures[0].file_id != result.pictures[0].file_id


async def test_where_no_picture_can_be_shown_the_words_are(full: Bot) -> None:
    await full.result("a red fox")
    full.fake.faults.fail("conversations.open", error="user_disabled")
    act = await full.fake.slash(full.ann, full.channel, "/easel", "gallery")
    await act.told("a red fox")


async def test_what_was_deleted_is_in_no_gallery(full: Bot) -> None:
    result = await full.result("a red fox")
    job = (await full.all_jobs())[0]
    await (await full.fake.press(full.ann, result, "Delete")).told("Deleted")
    act = await full.fake.slash(full.ann, full.channel, "/easel", f"show {job.id}")
    await act.told()
    assert not [one for one in full.messages(full.fake.add_dm(full.ann)) if one.pictures]


async def test_pages_turn_after_a_restart(full: Bot) -> None:
    await seven(full)
    await asked(full, "gallery fox")
    listed = await shown_to(full, full.ann, "fox 6")
    await full.stop()
    await full.start()
    await (await full.fake.press(full.ann, listed, "›")).acked()
    await full.until(lambda: "fox 0" in listed.words)
