"""Where Discord takes no components v2: embeds and files."""

from __future__ import annotations

from typing import Any

import pytest

from bot.platforms.discord.outgoing import CLASSIC_SECONDS, DISTINCT_REFUSALS
from tests.discord.conftest import Bot
from tests.discord.refusing import expected, refused
from tests.fakes.discord import Message, User
from tests.fakes.discord import rules as fake_rules
from tests.fakes.discord.messages import IS_COMPONENTS_V2, walk

__all__ = ["expected", "refused"]


async def test_everything_goes_on_as_embeds_and_refusals_are_met_a_few_times(bot: Bot, refused: list[str]) -> None:
    card = await bot.card("a *red* fox", n=2)
    assert not card.is_v2
    assert card.embeds
    result = await bot.posted()
    assert not result.is_v2
    assert len(result.attachments) == 2
    assert r"a \*red\* fox" in result.text
    assert result.pings == {str(bot.ann.id)}
    assert result.labels == ["Again", "Edit", "HD · uses 2", "Star", "More", "1", "2", "Delete"]
    await bot.result("a blue fox", bot.bob)
    for number in range(5):
        await (await bot.imagine(f"a fox {number} ratio:2:1")).shown()
    met = len(refused)
    for number in range(5, 10):
        await (await bot.imagine(f"a fox {number} ratio:2:1")).shown()
    assert len(refused) == met <= 3 * DISTINCT_REFUSALS, "so many for each kind of message"


async def test_one_odd_card_turns_no_other_into_an_embed(bot: Bot, refused: list[str]) -> None:
    """However often it is refused."""
    undo = pytest.MonkeyPatch()
    for _ in range(2 * DISTINCT_REFUSALS):
        assert not (await (await bot.imagine("an odd fox ratio:2:1")).shown()).is_v2
    assert len(refused) == 2 * DISTINCT_REFUSALS
    undo.setattr(fake_rules, "message_problems", lambda *_args, **_rest: iter(()))
    try:
        assert (await (await bot.imagine("a plain fox ratio:2:1")).shown()).is_v2
    finally:
        undo.undo()


async def test_components_are_tried_again_later(bot: Bot, refused: list[str]) -> None:
    for number in range(DISTINCT_REFUSALS + 1):
        await (await bot.imagine(f"a fox {number} ratio:2:1")).shown()
    assert len(refused) == DISTINCT_REFUSALS
    await bot.clock.advance(CLASSIC_SECONDS)
    await (await bot.imagine("a fox once more ratio:2:1")).shown()
    assert len(refused) == DISTINCT_REFUSALS + 1


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


class TestPanels:
    """What is no card: /studio, and what is asked once more before anything is deleted."""

    @pytest.fixture
    def boss(self, bot: Bot) -> User:
        boss = bot.fake.add_user("boss")
        bot.fake.join(bot.guild, boss, bot.fake.add_role(bot.guild, "bosses", manage_guild=True))
        return boss

    async def panel(self, bot: Bot, boss: User) -> Message:
        return await (await bot.fake.slash(boss, bot.channel, "studio", {})).shown()

    async def pressed(self, bot: Bot, boss: User, panel: Message, button: str) -> None:
        before = len(panel.versions)
        await bot.fake.press(boss, panel, button)
        await bot.soon(lambda: len(panel.versions) > before)

    async def test_the_studio_goes_on_as_embeds(self, bot: Bot, boss: User, refused: list[str]) -> None:
        panel = await self.panel(bot, boss)
        assert not panel.is_v2
        assert panel.ephemeral
        assert "Drawing is on" in panel.text
        assert [row["type"] for row in panel.components] == [1, 1]
        await self.pressed(bot, boss, panel, "Pause drawing")
        assert "Drawing is paused" in panel.text
        assert any(label.startswith("Undo") for label in panel.labels)
        await self.pressed(bot, boss, panel, "What was done")
        await self.pressed(bot, boss, panel, "Back")
        await bot.kill()
        await bot.start()
        await self.pressed(bot, boss, panel, "Resume drawing")
        assert len(refused) <= 2 * DISTINCT_REFUSALS, "a few times a life"

    async def test_its_forms_and_its_chart_too(self, bot: Bot, boss: User, refused: list[str]) -> None:
        panel = await self.panel(bot, boss)
        asked = await bot.fake.select(boss, panel, "ez-pick:studio:form", "limits")
        await asked.answered()
        await bot.fake.submit_modal(boss, asked, {"user_daily": "7"})
        await bot.soon(lambda: "Saved" in panel.text)
        await self.pressed(bot, boss, panel, "Who used what")
        assert [file.filename for file in panel.attachments] == ["usage.png"]
        await self.pressed(bot, boss, panel, "Back")
        assert panel.attachments == []

    async def test_to_delete_ones_data_is_asked_as_an_embed(self, bot: Bot, refused: list[str]) -> None:
        asked = await bot.fake.slash(bot.ann, bot.channel, "mydata delete", {})
        question = await asked.shown()
        assert question.embeds
        assert question.ephemeral
        await bot.fake.press(bot.ann, question, question.labels[-1])
        await bot.soon(lambda: "Nothing was deleted" in question.text)
        assert len(refused) <= DISTINCT_REFUSALS
