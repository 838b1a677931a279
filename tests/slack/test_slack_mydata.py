"""What is kept of a person: handed out, and deleted after a second yes."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.fakes.slack import Message

    from .conftest import Bot


async def test_ones_data_comes_as_a_file_for_oneself_alone(full: Bot) -> None:
    await full.result("a red fox n:2")
    await full.result("a secret whale", full.bob)
    asked = await full.fake.slash(full.ann, full.channel, "/easel", "mydata export")
    await full.until(lambda: any("between you and me" in one.words for one in asked.shown))

    def handed() -> Message | None:
        return next((one for one in full.messages(full.fake.add_dm(full.ann)) if one.files), None)

    message = await full.until(handed)
    assert "2 pictures" in message.words
    (file,) = message.files
    assert file.data is not None
    archive = zipfile.ZipFile(io.BytesIO(file.data))
    assert archive.testzip() is None
    told = archive.read("jobs.json").decode()
    assert "a red fox" in told
    assert "whale" not in told
    assert len([name for name in archive.namelist() if name.startswith("pictures/")]) == 2


async def test_deleting_asks_first_and_takes_messages_and_files_along(full: Bot) -> None:
    result = await full.result("a red fox n:2")
    other = await full.result("a whale", full.bob)
    view = await (await full.fake.slash(full.ann, full.channel, "/easel", "mydata delete")).opened()
    await full.fake.close_view(full.ann, view)
    assert result in full.messages()
    view = await (await full.fake.slash(full.ann, full.channel, "/easel", "mydata delete")).opened()
    assert "can't be undone" in view.words
    await (await full.fake.submit_view(full.ann, view)).acked()
    talk = full.fake.add_dm(full.ann)
    await full.until(lambda: any("nothing" in one.words for one in full.messages(talk)))
    assert full.messages() == [other]
    assert all(full.fake.world.files[str(one.file_id)].deleted for one in result.pictures)
    assert {job.author.user_id for job in await full.all_jobs()} == {full.bob.id}


async def test_without_the_action_there_is_no_such_command(bot: Bot) -> None:
    await (await bot.fake.slash(bot.ann, bot.channel, "/easel", "mydata delete")).told("/easel usage")
    assert bot.ann.modals == []
