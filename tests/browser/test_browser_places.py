"""The reader's place: older messages, results that arrive meanwhile, other views, deletions."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Program
from tests.browser.seeding import repeat

Look = Callable[..., Awaitable[Page]]
SCROLLED = "document.getElementById('chat').scrollTop"
TOP_OF = "id => document.getElementById('m-' + id).getBoundingClientRect().top"


async def shown(page: Page, count: int) -> None:
    """Waits until so many messages are there and the newest is looked at, where the page begins."""
    await expect(page.get_by_role("article")).to_have_count(count)
    await expect(page.locator("#log article").last).to_be_in_viewport()


async def scroll_to(page: Page, pixels: int) -> None:
    await page.evaluate("pixels => document.getElementById('chat').scrollTop = pixels", pixels)
    await page.wait_for_timeout(150)  # what comes near is drawn with the next frames


async def test_older_messages_come_as_one_scrolls_up_without_a_jump(easel: Program, look: Look) -> None:
    ids = repeat(easel.data, await easel.drawn("a fox"), 130)
    page = await look(easel.url)
    await shown(page, 50)
    assert await page.evaluate("document.querySelectorAll('#log *').length") < 2500
    # Twice: each time one article of the middle stays where it is while fifty others come above it.
    for count, seen in ((100, ids[47]), (131, ids[97])):
        await page.locator(f"#m-{seen}").scroll_into_view_if_needed()
        before = await page.evaluate(TOP_OF, seen)
        await expect(page.get_by_role("article")).to_have_count(count)
        await page.wait_for_timeout(200)
        assert abs(await page.evaluate(TOP_OF, seen) - before) < 2
    await scroll_to(page, 0)
    await expect(page.locator(f"#m-{ids[-1]}")).to_contain_text("seeded 130")
    assert await page.evaluate("document.querySelectorAll('#log *').length") < 2500


async def test_older_messages_come_to_who_waits_at_the_top(easel: Program, look: Look) -> None:
    repeat(easel.data, await easel.drawn("a fox"), 70)
    page = await look(easel.url)
    await shown(page, 50)
    await page.route("**/api/history?*before=*", lambda route: route.abort(), times=1)
    await scroll_to(page, 0)
    await expect(page.get_by_role("article")).to_have_count(71, timeout=15_000)


@pytest.mark.core
async def test_a_result_moves_nobody_who_reads_further_up(easel: Program, look: Look) -> None:
    repeat(easel.data, await easel.drawn("a fox"), 20)
    page = await look(easel.url)
    await shown(page, 21)
    await scroll_to(page, 1500)
    before = await page.evaluate(SCROLLED)
    await page.evaluate(
        """async () => { for (const text of ["one", "two", "three"]) await fetch("/api/commands", {
            method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ text }) }) }"""
    )
    pill = page.get_by_role("button", name="3 new below")
    await expect(pill).to_be_visible()
    await expect(page.get_by_role("article")).to_have_count(24)
    assert abs(await page.evaluate(SCROLLED) - before) < 2
    await pill.click()
    await expect(page.locator("#log article").last).to_be_in_viewport()
    await expect(pill).to_be_hidden()


async def test_back_from_the_gallery_finds_the_same_place(easel: Program, look: Look) -> None:
    repeat(easel.data, await easel.drawn("a fox"), 20)
    page = await look(easel.url)
    await shown(page, 21)
    await scroll_to(page, 1500)
    before = await page.evaluate(SCROLLED)
    await page.get_by_role("link", name="Gallery").click()
    await expect(page).to_have_title("Gallery · Easel")
    await page.go_back()
    await expect(page).to_have_title("Easel")
    assert abs(await page.evaluate(SCROLLED) - before) < 2


async def test_the_focus_stays_in_the_conversation_after_a_deletion(easel: Program, look: Look) -> None:
    repeat(easel.data, await easel.drawn("a fox"), 2)
    page = await look(easel.url)
    middle = page.get_by_role("article").nth(1)
    await middle.get_by_role("button", name="Delete").click()
    await page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await expect(page.get_by_role("article")).to_have_count(2)
    assert await page.evaluate("document.activeElement.closest('article') !== null")


async def test_what_was_sent_comes_back_after_a_reload(slow_easel: Program, look: Look) -> None:
    page = await look(slow_easel.url)
    box = page.locator("#prompt")
    await box.fill("a fox before the reload")
    await box.press("Enter")
    await expect(page.get_by_role("article")).to_have_count(1)
    await page.reload()
    await expect(page.get_by_role("article")).to_have_count(1)
    await box.focus()
    await box.press("ArrowUp")
    await expect(box).to_have_value("a fox before the reload")


async def test_an_address_cut_in_the_middle_of_a_letter_breaks_nothing(shared: Program, look: Look) -> None:
    page = await look(f"{shared.url}/#/show/%E0%A4%A")
    await expect(page.locator("#log")).to_contain_text(re.compile("no longer|not there|gone|exist"))


async def test_the_sandbox_banner_is_put_away_for_good(shared: Program, look: Look) -> None:
    page = await look(shared.url, viewport={"width": 360, "height": 740})
    banner = page.locator("#sandbox")
    await expect(banner).to_be_visible()
    box = await banner.bounding_box()
    assert box is not None
    assert box["height"] < 60
    await banner.get_by_role("button", name="Put this notice away").click()
    await expect(banner).to_be_hidden()
    await page.reload()
    await page.wait_for_selector("html[data-ready]", state="attached")
    await page.wait_for_timeout(300)
    await expect(banner).to_be_hidden()
