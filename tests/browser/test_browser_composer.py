"""The box one writes in: chips with pickers, the price while typing, what was asked before, keys."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Program

Look = Callable[..., Awaitable[Page]]


@pytest.mark.core
async def test_chips_follow_the_text_and_change_it(shared: Program, look: Look) -> None:
    page = await look(shared.url)
    box, cost = page.locator("#prompt"), page.locator("#cost")
    await box.fill("a calm sea x2 16:10")
    await expect(page.get_by_role("button", name="How many pictures, 1 to 4: 2 pictures")).to_be_visible()
    await expect(cost).to_contain_text("2 pictures, uses 2 of the ")
    await expect(page.locator("#told")).to_contain_text("“16:10” is drawn as words")
    await page.get_by_role("button", name="Width to height: 1:1 square").click()
    picker = page.get_by_role("dialog", name="Width to height")
    await expect(picker.locator(".shape")).to_have_count(5)
    await expect(picker.get_by_role("button", name="1:1 square")).to_be_focused()
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("Enter")
    await expect(picker).to_be_hidden()
    await expect(box).to_be_focused()
    await expect(box).to_have_value("a calm sea x2 16:10 ratio:4:3 ")
    await page.get_by_role("button", name="How many pictures, 1 to 4: 2 pictures").click()
    await page.get_by_role("button", name="4 pictures", exact=True).click()
    await expect(box).to_have_value("a calm sea n:4 16:10 ratio:4:3 ")
    await expect(cost).to_contain_text("4 pictures, uses 4 of the ")
    await page.get_by_role("button", name="Width to height: 4:3 landscape").click()
    await page.get_by_role("button", name="1:1 square", exact=True).click()  # what holds anyway needs no word
    await expect(box).to_have_value("a calm sea n:4 16:10 ")
    await box.fill("a {red|blue} fox n:2")
    await expect(cost).to_contain_text("4 pictures, uses 4")
    await box.fill("a fox --v 6")
    await expect(page.locator("#told")).to_contain_text("“--v 6” belongs to another image generator")
    await expect(cost).to_be_empty()


async def test_styles_are_chosen_by_an_example_picture(shared: Program, look: Look) -> None:
    page = await look(shared.url)
    chip = page.locator("[data-option=style]")
    await chip.click()
    picker = page.get_by_role("dialog", name="Draw it in this style")
    sketches = picker.get_by_role("img", name="Sketch of a fox in this style")
    await expect(sketches).to_have_count(10)
    for sketch in await sketches.all():
        await expect(sketch).to_have_js_property("complete", value=True)
        assert await sketch.evaluate("image => image.naturalWidth") == 300
    await expect(picker).to_contain_text("Sketches by the sandbox, not by Seedream.")
    await picker.get_by_role("button", name="Ink drawing").click()
    await expect(page.locator("#prompt")).to_have_value("style:ink ")
    await expect(picker).to_be_hidden()
    job_id = await shared.drawn("a stork style:ink")
    await chip.click()
    own = picker.get_by_role("button", name="Ink drawing").get_by_role("img")
    await expect(own).to_have_attribute("src", f"/pictures/{job_id}/1?size=thumb")
    await expect(own).to_have_attribute("alt", "Your picture: AI-generated picture 1 of 1: a stork")
    await expect(sketches).to_have_count(9)
    await page.set_viewport_size({"width": 360, "height": 640})
    await chip.click()
    box = await picker.bounding_box()
    assert box is not None
    assert box["y"] >= 0  # what doesn't fit is scrolled to
    assert box["width"] <= 360


async def test_what_was_asked_before_is_found_again(shared: Program, look: Look) -> None:
    await shared.drawn("a heron in the reeds")
    await shared.drawn("a {plain} wall")
    page = await look(shared.url)  # another window than any that has sent this
    box = page.locator("#prompt")
    await page.get_by_role("button", name="What you asked before").click()
    menu = page.get_by_role("dialog", name="What you asked before")
    await expect(menu.get_by_role("button").first).to_have_text("a {plain} wall")
    await menu.get_by_role("searchbox").fill("heron")
    await expect(menu.get_by_role("button")).to_have_count(1)
    await menu.get_by_role("searchbox").press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(box).to_have_value("a heron in the reeds")
    await box.fill("")
    await box.press("ArrowUp")
    await expect(box).to_have_value("a {plain} wall")
    await page.reload()  # what was not sent stays
    await expect(box).to_have_value("a {plain} wall")


async def test_keys_lead_somewhere_while_nobody_types(shared: Program, look: Look) -> None:
    page = await look(shared.url)
    box = page.locator("#prompt")
    await box.press_sequentially("g?")
    await expect(box).to_have_value("g?")
    await box.fill("/")
    await expect(page.locator("#suggestions")).to_be_visible()
    await box.press("Shift+Tab")
    await expect(page.locator("#suggestions")).to_be_hidden()
    assert await page.evaluate("document.activeElement !== document.body")
    await box.fill("")
    await box.press("Escape")
    await page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keys")
    await expect(keys).to_contain_text("open the gallery")
    await page.keyboard.press("g")  # a dialog has the keyboard for itself
    await expect(keys).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(keys).to_be_hidden()
    await page.keyboard.press("g")
    await expect(page.get_by_role("heading", name="Gallery")).to_be_visible()
    await page.keyboard.press("b")
    await expect(page.get_by_role("heading", name="What is running")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(box).to_be_visible()
    await box.press("Escape")
    await page.keyboard.press("/")
    await expect(box).to_be_focused()
    await expect(box).to_have_value("")
