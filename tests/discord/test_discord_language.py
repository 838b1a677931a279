"""What one person sees is in that person's language, what all see in the server's."""

from __future__ import annotations

import pytest

from tests.discord.conftest import Bot


async def test_an_english_member_of_a_chinese_server(bot: Bot) -> None:
    bot.guild.locale = "zh-CN"
    refusal = await (await bot.imagine("a fox ratio:2:1")).shown()
    assert "Nothing was charged" in refusal.text
    assert refusal.labels == ["Use 16:9"]
    card = await bot.card("a fox", n=2)
    assert "排队中" in card.text
    result = await bot.posted()
    assert result.labels[:5] == ["再来一次", "修改", "高清 · 计 2 张", "收藏", "更多"]
    assert "AI 生成" in result.text
    await bot.fake.press(bot.ann, result, "1")
    await bot.said_to(bot.ann, "Your vote is for picture 1")
    await bot.until(lambda: any("1 · 1" in label for label in result.labels))
    form = await bot.fake.press(bot.ann, result, "修改")
    await form.answered()
    assert form.modal is not None
    assert "Ratio" in form.modal.values


@pytest.mark.parametrize("locale", ["zh-CN", "zh-TW"])
async def test_a_chinese_member_of_an_english_server(bot: Bot, locale: str) -> None:
    bot.ann.locale = locale
    refusal = await (await bot.imagine("狐狸 ratio:2:1")).shown()
    assert "没有扣费" in refusal.text
    result = await bot.result("狐狸", n=2)
    assert "Delete" in result.labels
    await bot.fake.press(bot.ann, result, "Delete")
    await bot.soon(lambda: result.deleted)


async def test_what_is_sent_to_somebody_privately_is_in_their_language(bot: Bot) -> None:
    bot.guild.locale, bot.ann.locale = "zh-CN", "en-US"
    bot.model.draws_for = 60.0
    card = await bot.card()
    await bot.until(lambda: "Drawing" in card.text or "正在画" in card.text)
    bot.fake.permit(bot.fake.bot, bot.channel, send_messages=False)
    result = await bot.posted(bot.fake.add_dm(bot.ann))
    assert "I can no longer post in the channel" in result.text
    assert "AI-generated" in result.text
    assert {"Again", "Edit", "Delete"} <= set(result.labels)


async def test_a_server_in_traditional_chinese_reads_simplified(bot: Bot) -> None:
    bot.guild.locale = "zh-TW"
    card = await bot.card("一隻狐狸 比例:16:9")
    assert "排队中" in card.text
    assert "16:9" in card.text


@pytest.mark.parametrize("locale", ["de", "ja", "en-GB"])
async def test_everybody_else_reads_english(bot: Bot, locale: str) -> None:
    bot.ann.locale = bot.guild.locale = locale
    assert "Queued" in (await bot.card()).text
    assert "Nothing was charged" in (await (await bot.imagine("a fox ratio:2:1")).shown()).text
