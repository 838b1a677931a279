"""What is kept of a person: handed out, and deleted after a second yes."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.fakes.slack import Message

    from .conftest import Bot


async def test_ones_data_comes_as_a_file_for_oneself_alone(bot: Bot) -> None:
    await bot.result("a red fox n:2")
    await bot.result("a secret whale", bot.bob)
    asked = await bot.fake.slash(bot.ann, bot.channel, "/easel", "mydata export")
    await bot.until(lambda: any("our direct messages" in one.words for one in asked.shown))

    def handed() -> Message | None:
        return next((one for one in bot.messages(bot.fake.add_dm(bot.ann)) if one.files), None)

    message = await bot.until(handed)
    assert "2 pictures" in message.words
    (file,) = message.files
    assert file.data is not None
    archive = zipfile.ZipFile(io.BytesIO(file.data))
    assert archive.testzip() is None
    told = archive.read("jobs.json").decode()
    assert "a red fox" in told
    assert "whale" not in told
    assert len([name for name in archive.namelist() if name.startswith("pictures/")]) == 2


async def test_deleting_asks_first_and_takes_messages_and_files_along(bot: Bot) -> None:
    result = await bot.result("a red fox n:2")
    other = await bot.result("a whale", bot.bob)
    view = await (await bot.fake.slash(bot.ann, bot.channel, "/easel", "mydata delete")).opened()
    await bot.fake.close_view(bot.ann, view)
    assert result in bot.messages()
    view = await (await bot.fake.slash(bot.ann, bot.channel, "/easel", "mydata delete")).opened()
    assert "can't be undone" in view.words
    await (await bot.fake.submit_view(bot.ann, view)).acked()
    talk = bot.fake.add_dm(bot.ann)
    await bot.until(lambda: any("words are deleted" in one.words for one in bot.messages(talk)))
    assert bot.messages() == [other]
    assert all(bot.fake.world.files[str(one.file_id)].deleted for one in result.pictures)
    assert {job.author.user_id for job in await bot.all_jobs()} == {bot.bob.id}
