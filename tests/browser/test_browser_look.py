"""What it looks like: the lightbox, the themes, a phone. BROWSER_SHOTS names a directory for the pictures taken."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Program

Look = Callable[..., Awaitable[Page]]
DRAWN = 30_000  # milliseconds
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}


@pytest.fixture
def shots(tmp_path: Path) -> Path:
    folder = Path(os.environ.get("BROWSER_SHOTS", tmp_path))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


async def draw(page: Page, text: str, count: int) -> None:
    box = page.locator("#prompt")
    await box.fill(text)
    await box.press("Enter")
    await expect(page.get_by_role("button", name="View picture")).to_have_count(count, timeout=DRAWN)


async def sideways(page: Page) -> int:
    """By how many pixels anything reaches beyond the right edge."""
    beyond: int = await page.evaluate(
        "Math.max(document.documentElement.scrollWidth, document.getElementById('chat').scrollWidth) - innerWidth"
    )
    return beyond


@pytest.mark.core
async def test_the_lightbox_and_its_keys(easel: Program, look: Look) -> None:
    page = await look(easel.url)
    await draw(page, "a fox ratio:4:3 n:3", 3)
    await page.get_by_role("button", name="View picture 2 of 3").click()
    box = page.get_by_role("dialog")
    await expect(box).to_contain_text("2 / 3")
    image = box.get_by_role("img").first
    await expect(image).to_have_attribute("src", "".join(await page.evaluate(_ADDRESS)))
    await page.keyboard.press("ArrowRight")
    await expect(box).to_contain_text("3 / 3")
    await expect(box.get_by_role("button", name="Next picture")).to_be_hidden()
    await page.keyboard.press("ArrowRight")
    await expect(box).to_contain_text("3 / 3")
    await page.keyboard.press("Home")
    await expect(box).to_contain_text("1 / 3")
    await expect(box.get_by_text("a fox", exact=True)).to_be_visible()
    async with page.expect_download() as download:
        await box.get_by_role("link", name="Download the original").click()
    assert (await download.value).suggested_filename.startswith("easel-")
    await page.keyboard.press("Escape")
    await expect(box).to_be_hidden()
    await expect(page.get_by_role("button", name="View picture 2 of 3")).to_be_focused()


_ADDRESS = "new URL(document.querySelectorAll('.frame img')[1].src).pathname"


@pytest.mark.core
async def test_dark_and_light(easel: Program, look: Look, shots: Path) -> None:
    page = await look(easel.url, color_scheme="dark")
    await draw(page, "a lighthouse in a storm ratio:16:9 n:2", 2)
    ground = "getComputedStyle(document.body).backgroundColor"
    dark = await page.evaluate(ground)
    await page.screenshot(path=shots / "chat-dark.png")
    await page.get_by_role("button", name="Use the light theme").click()
    light = await page.evaluate(ground)
    assert light != dark
    await page.screenshot(path=shots / "chat-light.png")
    await page.reload()
    await expect(page.get_by_role("button", name="Use the dark theme")).to_be_visible()
    assert await page.evaluate(ground) == light


@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
async def test_a_phone_never_scrolls_sideways(easel: Program, look: Look, shots: Path, locale: str) -> None:
    page = await look(easel.url, **PHONE, locale=locale)
    assert await sideways(page) <= 0
    await page.screenshot(path=shots / f"phone-welcome-{locale}.png")
    box = page.locator("#prompt")
    await box.fill("a fox " + "ratio:9:16 n:4" if locale == "en-US" else "一只狐狸" + "很" * 200 + " n:4")
    await box.press("Enter")
    await expect(page.locator("button.frame")).to_have_count(4, timeout=DRAWN)
    assert await sideways(page) <= 0
    await page.screenshot(path=shots / f"phone-chat-{locale}.png")
    await page.locator("[data-press=edit]").first.tap()
    await expect(page.locator("#edit")).to_be_visible()
    assert await sideways(page) <= 0
    await page.screenshot(path=shots / f"phone-edit-{locale}.png")
    await page.locator("#edit-cancel").tap()
    await page.locator("button.frame").first.tap()
    await expect(page.locator("#lightbox")).to_be_visible()
    assert await sideways(page) <= 0
    assert await page.evaluate("document.documentElement.lang") == locale.replace("en-US", "en")


async def test_long_words_stay_in_their_card(slow_easel: Program, look: Look) -> None:
    page = await look(slow_easel.url, **PHONE)
    box = page.locator("#prompt")
    await box.fill("w" * 300)
    await box.press("Enter")
    await expect(page.get_by_role("article")).to_have_count(1)
    assert await sideways(page) <= 0


async def test_the_other_language_is_one_click(slow_easel: Program, look: Look) -> None:
    page = await look(slow_easel.url)
    await page.get_by_role("button", name="中文").click()
    await expect(page.get_by_role("heading", name="想画点什么？")).to_be_visible()
    await page.reload()
    await expect(page.get_by_role("heading", name="想画点什么？")).to_be_visible()


async def test_the_keyboard_reaches_the_box_first(slow_easel: Program, look: Look) -> None:
    page = await look(slow_easel.url)
    await expect(page.locator("#prompt")).to_be_focused()
    await page.locator("#prompt").blur()
    await page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the message box")
    await page.evaluate("document.activeElement.blur()")
    await skip.focus()
    await expect(skip).to_be_in_viewport()
    await page.keyboard.press("Enter")
    await expect(page.locator("#prompt")).to_be_focused()
