from __future__ import annotations

import pytest

from tests.discord.conftest import Bot
from tests.fakes.discord import CannotDoThat, Interaction, Message, User
from tests.fakes.discord.messages import walk

SECTION, THUMBNAIL = 9, 11


async def gallery(bot: Bot, user: User | None = None, **options: object) -> Message:
    asked = await bot.fake.slash(user or bot.ann, bot.channel, "gallery", options)
    return await asked.shown()


async def several(bot: Bot, count: int) -> None:
    for number in range(count):
        await bot.result(f"fox number {number}")


async def test_a_page_of_small_pictures_for_oneself_alone(bot: Bot) -> None:
    await bot.result("a red fox")
    await bot.result("a blue whale", bot.bob)
    page = await gallery(bot)
    assert page.ephemeral
    assert "Your pictures" in page.text
    assert "a red fox" in page.text
    assert "blue whale" not in page.text
    (picture,) = page.shown_files
    assert picture.filename.endswith(".webp")
    assert "a red fox" in str(picture.description)
    (section,) = [one for one in walk(page.components) if one["type"] == SECTION]
    assert section["components"][0]["content"].startswith("**1** · a red fox\n1:1 · 1 picture · 2048 · <t:")
    assert section["accessory"]["type"] == THUMBNAIL
    assert page.labels == []


async def test_pages_flip_in_place_also_after_a_restart(bot: Bot) -> None:
    await several(bot, 8)
    page = await gallery(bot)
    assert "Page 1 of 2" in page.text
    assert len(page.shown_files) == 6
    await bot.kill()
    await bot.start()
    await bot.fake.press(bot.ann, page, "›")
    await bot.soon(lambda: "Page 2 of 2" in page.text)
    assert len(page.shown_files) == 2
    assert len(page.files) == 2, "the pictures of the page before are gone"
    await bot.fake.press(bot.ann, page, "‹")
    await bot.soon(lambda: "Page 1 of 2" in page.text)


async def test_search_words_are_kept_from_page_to_page(bot: Bot) -> None:
    await several(bot, 7)
    await bot.result("a blue whale")
    page = await gallery(bot, words="FOX number")
    assert "Page 1 of 2" in page.text
    await bot.fake.press(bot.ann, page, "›")
    await bot.soon(lambda: "Page 2 of 2" in page.text)
    assert "whale" not in page.text


async def test_what_others_made_here_and_what_is_starred(bot: Bot) -> None:
    whale = await bot.result("a blue whale", bot.bob)
    assert "blue whale" in (await gallery(bot, shelf="here")).text
    assert "starred anything" in (await gallery(bot, shelf="Starred here")).text
    await bot.fake.press(bot.bob, whale, next(one for one in whale.labels if "Star" in one))
    await bot.said_to(bot.bob, "tar")
    assert "blue whale" in (await gallery(bot, shelf="starred")).text


async def test_a_picture_that_is_gone_leaves_its_line(bot: Bot) -> None:
    await bot.result("a red fox")
    await bot.picture_store.delete(list(bot.picture_store.kept))
    page = await gallery(bot)
    assert "a red fox" in page.text
    assert page.shown_files == []


async def test_its_numbers_show_the_whole_of_it(bot: Bot) -> None:
    await bot.result("a red fox", n=2)
    page = await gallery(bot)
    pressed = await bot.fake.select(bot.ann, page, "Open one of these", "1 · a red fox")
    shown = await pressed.shown()
    assert shown.id != page.id
    assert shown.ephemeral
    assert len(shown.shown_files) == 2
    assert "/imagine a red fox n:2" in shown.text


async def shown(bot: Bot, job_id: str, **options: object) -> Interaction:
    return await bot.fake.slash(bot.ann, bot.channel, "show", {"id": job_id, **options})


async def test_show_by_id_to_oneself_or_to_everybody(bot: Bot) -> None:
    await bot.result("a red fox")
    (job,) = await bot.all_jobs()
    private = await (await shown(bot, job.id.upper())).shown()
    assert private.ephemeral
    assert len(private.shown_files) == 1
    public = await (await shown(bot, job.id, everybody=True)).shown()
    assert not public.ephemeral
    assert public.pings == set()
    assert job.id in public.text


async def test_what_is_nobodys_business_is_gone(bot: Bot) -> None:
    await bot.result("a red fox")
    (job,) = await bot.all_jobs()
    await bot.store.note(job.id, deleted_at=bot.clock.now())
    asked = await shown(bot, job.id, everybody=True)
    refused = await bot.said_to(bot.ann, "gone")
    assert refused.ephemeral
    assert asked.message is None, "nothing public stays"


async def test_ids_of_ones_own_jobs_are_proposed(bot: Bot) -> None:
    await bot.result("a red fox")
    await bot.result("a blue whale", bot.bob)
    await bot.settled()
    (job, _) = await bot.all_jobs()
    for typed in ("", "FOX", job.id[:4]):
        asked = await bot.fake.autocomplete(bot.ann, bot.channel, "show", "id", typed)
        await asked.answered()
        assert [(one["value"], one["name"]) for one in asked.choices] == [(job.id, f"{job.id} · a red fox")]
    asked = await bot.fake.autocomplete(bot.ann, bot.channel, "show", "id", "whale")
    await asked.answered()
    assert asked.choices == []


async def test_a_made_up_page_is_answered(bot: Bot) -> None:
    await several(bot, 7)
    page = await gallery(bot)
    with pytest.raises(CannotDoThat):
        await bot.fake.press(bot.bob, page, "›")


async def test_pictures_of_an_age_restricted_channel_are_hidden_elsewhere(bot: Bot) -> None:
    there = bot.fake.add_channel(bot.guild, "after-dark", nsfw=True)
    await bot.result("a red fox", channel=there)
    (job,) = await bot.jobs_in(there)
    public = await (await shown(bot, job.id, everybody=True)).shown()
    assert all(file.filename.startswith("SPOILER_") for file in public.files)
    page = await gallery(bot)
    assert [file.spoiler for file in page.shown_files] == [True]
    at_home = await (await bot.fake.slash(bot.ann, there, "gallery", {})).shown()
    assert [file.spoiler for file in at_home.shown_files] == [False]
