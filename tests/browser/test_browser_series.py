"""A prompt with combinations: its price is a question, and its sheet stands at one place, live and after a reload."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Program

Look = Callable[..., Awaitable[Page]]
DRAWN = 30_000  # milliseconds


async def say(page: Page, text: str) -> None:
    await page.locator("#prompt").fill(text)
    await page.locator("#prompt").press("Enter")


async def turns(page: Page) -> list[str]:
    """What stands in the conversation from top to bottom: words that were typed, results, sheets."""
    kinds: list[str] = await page.locator("#log > *").evaluate_all(
        "turns => turns.map(one => one.querySelector('.ask') ? `ask ${one.querySelector('.bubble').textContent}` :"
        " one.querySelector('.asked')?.textContent ?? 'sheet')"
    )
    return kinds


@pytest.mark.core
async def test_the_sheet_stands_below_its_results_live_and_after_a_reload(easel: Program, look: Look) -> None:
    page = await look(easel.url)
    await say(page, "a calm sea")
    await expect(page.locator("[data-done]")).to_have_count(1, timeout=DRAWN)
    await say(page, "a {red|blue} fox")
    question = page.get_by_role("article").last
    await expect(question.locator(".card")).to_have_attribute("data-tone", "asking")
    await expect(question).to_contain_text("That's 2 combinations: 2 pictures")
    await question.get_by_role("button", name="Never mind").click()
    await expect(page.get_by_role("article")).to_have_count(1)
    await say(page, "a {red|blue} fox")
    await page.get_by_role("button", name="Draw all 2").click()
    await expect(page.locator("[data-done]")).to_have_count(4, timeout=DRAWN)
    live = await turns(page)
    assert live == [
        "ask /imagine a calm sea",
        "ask /imagine a {red|blue} fox",
        "a red fox",
        "a blue fox",
        "sheet",
    ]
    await page.reload()
    await expect(page.locator("[data-done]")).to_have_count(4)
    assert await turns(page) == live
    sheet = page.get_by_role("article").last
    await sheet.get_by_role("button", name="Delete").click()
    await page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await expect(page.get_by_text("/imagine a {red|blue} fox")).to_have_count(0)


async def test_fewer_combinations_are_named_before_the_press(easel: Program, look: Look) -> None:
    page = await look(easel.url)
    await say(page, "{a|b|c|d} {e|f|g} fox")
    refusal = page.get_by_role("article").last
    await expect(refusal).to_contain_text("“Use fewer” draws: {a|b|c} {e|f|g} fox")
    await refusal.get_by_role("button", name="Use fewer").click()
    await expect(page.get_by_role("button", name="Draw all 9")).to_be_visible()


async def test_a_habit_is_told_before_or_beside_what_it_costs(easel: Program, look: Look) -> None:
    page = await look(easel.url)
    await say(page, "a fox --v 6 --stylize 250")
    refusal = page.get_by_role("article")
    await expect(refusal).to_contain_text("“--v 6 --stylize 250” belongs to another image generator")
    await expect(refusal).to_contain_text("Nothing was charged")
    await refusal.get_by_role("button", name="Draw without it").click()
    await expect(page.locator(".bubble")).to_have_text("/imagine a fox")
    await expect(page.locator("[data-done]")).to_have_count(1, timeout=DRAWN)
    await say(page, "{red|blue fox 16:10")
    beside = page.get_by_role("article").last
    await expect(beside).to_contain_text("its brace is never closed")
    await expect(beside).to_contain_text("“16:10” is drawn as words. For the shape, write ratio:16:9.")
