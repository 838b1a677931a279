"""From the first word to an undone deletion without a mouse: nowhere does the focus get lost."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from playwright.async_api import Page, expect

from tests.browser.conftest import Program

Look = Callable[..., Awaitable[Page]]
DRAWN = 30_000  # milliseconds
MOST = 60  # presses of Tab until somebody gives up
FOCUSED = "selector => Boolean(document.activeElement?.closest(selector))"


async def tab(page: Page, selector: str, key: str = "Tab") -> None:
    """Press the key until what has the focus is one of these."""
    for _ in range(MOST):
        await page.keyboard.press(key)
        if await page.evaluate(FOCUSED, selector):
            return
    raise AssertionError(f"{key} never reaches {selector}")


async def test_the_whole_way_by_keyboard(programs: Callable[..., Program], look: Look) -> None:
    program = programs(SANDBOX_SPEED="40")
    await program.start()
    page = await look(program.url)
    keys = page.keyboard
    box = page.locator("#prompt")
    await expect(box).to_be_focused()
    await keys.type("a heron")
    await keys.press("Escape")  # the focus leaves the box, and Tab goes on from there
    await tab(page, "[data-option=n]")
    await keys.press("Enter")
    await expect(page.locator(".pick[aria-pressed=true]")).to_be_focused()
    await keys.press("ArrowRight")
    await keys.press("Enter")
    await expect(box).to_have_value("a heron n:2 ")
    await expect(box).to_be_focused()
    await keys.press("Enter")
    await expect(page.locator("button.frame")).to_have_count(2, timeout=DRAWN)
    # The result, large; the vote keeps the focus where it was.
    await expect(box).to_be_focused()
    await tab(page, "button.frame", "Shift+Tab")
    await keys.press("Enter")
    lightbox = page.locator("#lightbox")
    await expect(lightbox).to_contain_text("2 / 2")
    await keys.press("ArrowLeft")
    await expect(lightbox).to_contain_text("1 / 2")
    vote = lightbox.locator("[data-press=vote]")
    await expect(vote).to_be_visible()
    await tab(page, "[data-press=vote]")
    await keys.press("Enter")
    await expect(vote).to_have_attribute("aria-pressed", "true")
    await expect(vote).to_be_focused()
    await tab(page, "#lightbox-panel a[href*=compare]", "Shift+Tab")
    await keys.press("Enter")
    await expect(page.locator(".compared figure")).to_have_count(2)
    await expect(page.get_by_role("heading", name="Compare")).to_be_focused()
    await tab(page, ".compare .segments a[href*=slider]")
    await keys.press("Enter")
    await tab(page, ".slider input")
    await keys.press("End")
    await expect(page.locator(".slider .over")).to_have_css("clip-path", "inset(0px 0px 0px 100%)")
    # The gallery: arrows from tile to tile, x chooses, a full stop leads to the bar.
    for text in ("a hen", "a cow", "a goat"):
        await program.drawn(text)
    await page.evaluate("document.activeElement.blur()")
    await keys.press("g")
    await expect(page.get_by_role("heading", name="Gallery")).to_be_focused()
    await expect(page.locator(".tile")).to_have_count(4)
    await tab(page, ".tile")
    await keys.press("x")
    await keys.press("ArrowRight")
    await keys.press("ArrowRight")
    await keys.press("x")
    bar = page.get_by_role("region", name="Chosen results")
    await expect(bar).to_contain_text("2 chosen")
    await expect(page.locator("figure.chosen")).to_have_count(2)
    await keys.press(".")
    await tab(page, ".selection a[download]")
    async with page.expect_download() as download:
        await keys.press("Enter")
    assert (await download.value).suggested_filename.endswith(".zip")
    await tab(page, ".selection .danger")
    await keys.press("Enter")
    await expect(page.locator(".tile")).to_have_count(2)
    await expect(bar.get_by_role("button", name="Undo")).to_be_focused()
    await keys.press("Enter")
    await expect(page.locator(".tile")).to_have_count(4)
    await expect(page.locator(".tile:focus")).to_have_count(1)
    await keys.press("x")
    await keys.press("Escape")
    await expect(bar).to_be_hidden()
    await expect(page.locator(".tile:focus")).to_have_count(1)
    # Who leafs through in the large view goes on at the picture that was looked at last.
    await keys.press("Enter")
    await expect(lightbox).to_be_visible()
    at = await page.locator("#lightbox-count").inner_text()
    await keys.press("ArrowLeft")
    await expect(page.locator("#lightbox-count")).not_to_have_text(at)
    last = page.url.split("/")[-2]
    await keys.press("Escape")
    await expect(lightbox).to_be_hidden()
    await expect(page.locator(f'figure[data-id="{last}"] .tile')).to_be_focused()
    await keys.press("Escape")
    await expect(box).to_be_focused()


async def test_who_deletes_in_the_large_view_stays_in_the_gallery(shared: Program, look: Look) -> None:
    job_id = await shared.drawn("a lynx that goes")
    page = await look(f"{shared.url}/#/gallery?q=lynx+that+goes")
    await page.locator(".tile").click()
    await page.locator("#lightbox-panel [data-press=delete]").click()
    await page.locator("#confirm-yes").click()
    await expect(page.locator("#lightbox")).to_be_hidden()
    await expect(page.locator(f'figure[data-id="{job_id}"]')).to_have_count(0)
    await expect(page.get_by_role("heading", name="Gallery")).to_be_visible()
