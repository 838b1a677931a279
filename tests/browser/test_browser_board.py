"""What is running, word of what is ready, help by topic, wide cards, and the sandbox's faults in the studio."""

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


async def test_the_board_shows_what_runs_and_what_failed(programs: Callable[..., Program], look: Look) -> None:
    program = programs(SANDBOX_SPEED="40", LIMIT_USER_RUNNING="1")
    await program.start()
    page = await look(program.url)
    await say(page, "a fox [[fail]]")
    await expect(page.get_by_role("article").last).to_contain_text("This one didn't work", timeout=DRAWN)
    await say(page, "a tower [[never]]")
    await say(page, "a garden n:2")
    await expect(page.get_by_role("article")).to_have_count(3)  # the answer is there, and the box has the focus again
    await expect(page.locator("#prompt")).to_have_value("")
    await page.locator("#prompt").press("Escape")
    await page.keyboard.press("b")
    board = page.locator(".board")
    section = {
        name: board.locator("section").filter(has=page.get_by_role("heading", name=name))
        for name in ("Being drawn", "In line", "Failed in the last day")
    }
    await expect(section["Being drawn"].get_by_role("listitem")).to_contain_text("a tower [[never]]")
    await expect(section["Being drawn"].locator("time")).to_be_visible()
    await expect(section["In line"].get_by_role("listitem")).to_contain_text("next in line")
    await expect(section["Failed in the last day"].get_by_role("listitem")).to_contain_text("couldn't draw it")
    await expect(page.get_by_role("link", name="What is running: 2 requests of yours")).to_be_visible()
    await section["In line"].get_by_role("button", name="Cancel").click()
    await expect(section["In line"]).to_have_count(0)
    await section["Failed in the last day"].get_by_role("button", name="Try again").click()
    await expect(page.locator(".bubble").last).to_have_text("/imagine a fox [[fail]]")
    assert await page.evaluate("location.hash") in {"", "#/"}


async def test_who_looks_elsewhere_is_told_once_it_is_ready(easel: Program, look: Look) -> None:
    page = await look(easel.url)
    await page.context.add_init_script(
        "window.asked = 0; window.told = [];"
        "class Told extends EventTarget { static permission = 'default';"
        " static async requestPermission() { window.asked += 1; Told.permission = 'granted'; return 'granted'; }"
        " constructor(title, how) { super(); window.told.push([title, how.body]); } close() {} };"
        "window.Notification = Told;"
    )
    await page.reload()
    await say(page, "a fox")
    await expect(page.locator("[data-done]")).to_have_count(1, timeout=DRAWN)
    assert await page.evaluate("[asked, told.length]") == [1, 0]  # the page was looked at
    await page.evaluate("Object.defineProperty(document, 'hidden', { get: () => true })")
    await say(page, "a heron")
    await expect(page.locator("[data-done]")).to_have_count(2, timeout=DRAWN)
    assert await page.evaluate("[asked, told]") == [1, [["Your picture is ready", "a heron"]]]
    await expect(page).to_have_title("(1) Easel")


async def test_help_is_by_topic_and_its_examples_go_into_the_box(shared: Program, look: Look) -> None:
    page = await look(shared.url)
    await say(page, "/help")
    helping = page.get_by_role("article").last
    await helping.get_by_role("button", name="Several variants at once").click()
    await expect(helping.get_by_role("button", name="Several variants at once")).to_be_focused()
    await helping.get_by_role("button", name="/imagine {red|blue} fox in {ink|clay}").click()
    await expect(page.locator("#prompt")).to_have_value("/imagine {red|blue} fox in {ink|clay}")
    await expect(page.locator("#prompt")).to_be_focused()
    await helping.get_by_role("button", name="Usage and limits").click()
    await expect(helping).to_contain_text("/usage everybody week")


async def test_a_single_picture_is_large_with_its_details_beside_it(shared: Program, look: Look) -> None:
    job_id = await shared.drawn("a heron ratio:16:9")
    page = await look(shared.url)
    turn = page.locator(f"#m-{job_id}")
    picture, status = turn.locator(".frame").first, turn.locator(".status")
    wide, beside = await picture.bounding_box(), await status.bounding_box()
    assert wide is not None
    assert beside is not None
    assert wide["width"] > 500
    assert beside["x"] > wide["x"] + wide["width"]
    assert (await turn.inner_text()).count("a heron") == 1  # the prompt stands once
    await page.set_viewport_size({"width": 320, "height": 640})
    narrow, below = await picture.bounding_box(), await status.bounding_box()
    assert narrow is not None
    assert below is not None
    assert below["x"] < narrow["x"] + narrow["width"]


async def test_the_sandbox_fails_on_demand_and_the_card_copes(easel: Program, look: Look) -> None:
    page = await look(f"{easel.url}/#/studio", extra_http_headers=easel.operator)
    faults = page.locator("section").filter(has=page.get_by_role("heading", name="What the sandbox does wrong"))
    await expect(faults).to_contain_text("It behaves.")
    await faults.get_by_role("button", name="Refuse the next").click()
    await expect(faults).to_contain_text("The next request fails at the provider.")
    await expect(faults.get_by_role("button", name="Refuse the next")).to_be_focused()
    await page.keyboard.press("Escape")
    await say(page, "a fox")
    await expect(page.get_by_role("article").last).to_contain_text("Not charged", timeout=DRAWN)
    await page.get_by_role("link", name="Studio").click()
    await expect(faults).to_contain_text("It behaves.")
    await faults.get_by_role("button", name="Slow").click()
    await expect(faults).to_contain_text("Everything takes ten times as long.")
    await faults.get_by_role("button", name="Behave again").click()
    await expect(faults).to_contain_text("It behaves.")
    await expect(faults.get_by_role("button", name="Slow")).to_have_attribute("aria-pressed", "false")


@pytest.mark.core
async def test_a_narrow_phone_has_room_for_every_tool(shared: Program, look: Look) -> None:
    for locale in ("en-US", "zh-CN"):
        size = {"width": 320, "height": 640}
        page = await look(shared.url, viewport=size, locale=locale, extra_http_headers=shared.operator)
        await expect(page.locator("#studio")).to_be_visible()
        for tool in await page.locator(".bar-tools .tool:visible").all():
            box = await tool.bounding_box()
            assert box is not None
            assert box["x"] + box["width"] <= size["width"], await tool.get_attribute("id")
            assert box["height"] <= 44  # no word is broken into two lines
