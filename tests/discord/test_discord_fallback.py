"""Where Discord takes no components v2: embeds and files."""

from __future__ import annotations

from typing import Any

import pytest

from tests.discord.conftest import Bot
from tests.fakes.discord import FakeDiscord
from tests.fakes.discord import rules as fake_rules
from tests.fakes.discord.messages import IS_COMPONENTS_V2, TEXT, walk


@pytest.fixture
def refused(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """From now on Discord answers 400 to components v2; the text of each such message."""
    met: list[str] = []
    real = fake_rules.message_problems

    def strict(body: Any, *, flags: int, **rest: Any) -> Any:
        yield from real(body, flags=flags, **rest)
        if (body.get("flags") or 0) & IS_COMPONENTS_V2:
            met.append("\n".join(one["content"] for one in walk(body["components"]) if one["type"] == TEXT))
            yield "components", "not today"

    monkeypatch.setattr(fake_rules, "message_problems", strict)
    return met


@pytest.fixture(autouse=True)
def expected(fake: FakeDiscord) -> Any:
    """These refusals are arranged; anything else that breaks a rule is still a failure."""
    yield
    fake.violations[:] = [one for one in fake.violations if "not today" not in one.message]


async def test_everything_goes_on_as_embeds_and_the_refusal_is_met_once(bot: Bot, refused: list[str]) -> None:
    card = await bot.card("a *red* fox", n=2)
    assert not card.is_v2
    assert card.embeds
    result = await bot.posted()
    assert not result.is_v2
    assert len(result.attachments) == 2
    assert r"a \*red\* fox" in result.text
    assert result.pings == {str(bot.ann.id)}
    assert result.labels == ["Again", "Edit", "HD · counts 2", "Star", "More", "1", "2", "Delete"]
    await bot.result("a blue fox", bot.bob)
    await (await bot.imagine("a fox ratio:2:1")).shown()
    assert len(refused) == 1


async def test_a_refusal_is_shown_as_an_embed(bot: Bot, refused: list[str]) -> None:
    message = await (await bot.imagine("a fox ratio:2:1")).shown()
    assert message.embeds
    assert message.ephemeral
    assert message.labels == ["Use 16:9"]
    assert len(refused) == 1


async def test_a_form_is_filled_from_an_embed_too(bot: Bot, refused: list[str]) -> None:
    result = await bot.result("a *red* fox")
    (job,) = await bot.all_jobs()
    await bot.store.note(job.id, deleted_at=bot.clock.now())
    pressed = await bot.fake.press(bot.ann, result, "Edit")
    await pressed.answered()
    assert pressed.modal is not None
    assert "a *red* fox" in pressed.modal.values.values()
    assert refused


async def test_stars_count_and_spoilers_hide_on_an_embed_too(bot: Bot, refused: list[str]) -> None:
    result = await bot.result("a red fox", n=2)
    embeds, files = result.embeds, [one.id for one in result.attachments]
    await bot.fake.press(bot.bob, result, "Star")
    await bot.until(lambda: "★ 1" in result.labels)
    assert (result.embeds, [one.id for one in result.attachments]) == (embeds, files)
    card = await (await bot.fake.press(bot.ann, result, "More")).shown()
    await bot.fake.press(bot.ann, card, "Spoiler")
    await bot.said_to(bot.ann, "Hidden")
    assert [one.spoiler for one in result.attachments] == [True, True]
    assert refused


async def test_a_card_from_before_stays_as_it_was_made(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    bot.model.draws_for = 60.0
    card = await bot.card()
    await bot.until(lambda: "Drawing" in card.text)
    assert card.is_v2
    real = fake_rules.message_problems

    def strict(body: Any, *, flags: int, **rest: Any) -> Any:
        yield from real(body, flags=flags, **rest)
        if (body.get("flags") or 0) & IS_COMPONENTS_V2 and any("items" in one for one in walk(body["components"])):
            yield "components", "not today"

    monkeypatch.setattr(fake_rules, "message_problems", strict)
    result = await bot.posted()
    assert not result.is_v2
    assert card.deleted


async def test_a_message_that_no_form_suits_fails_the_job(bot: Bot) -> None:
    bot.fake.faults.fail("POST", "/channels/*/messages", status=400, code=50035, times=2)
    await bot.card()
    await bot.settled()
    (told,) = bot.channel.messages
    assert "pictures are kept" in told.text
    assert told.is_v2, "two refusals in a row say nothing about components v2"
