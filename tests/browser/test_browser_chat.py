"""Stories of somebody at the page, on the real program."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, Route, expect

from tests.browser.conftest import Program

Look = Callable[..., Awaitable[Page]]
DRAWN = 30_000  # milliseconds


async def say(page: Page, text: str) -> None:
    box = page.locator("#prompt")
    await box.fill(text)
    await box.press("Enter")


@pytest.mark.core
async def test_from_typing_to_two_pictures(programs: Callable[..., Program], look: Look) -> None:
    program = programs(SANDBOX_SPEED="2")  # what stands there meanwhile is measured, also on a busy machine
    await program.start()
    page = await look(program.url)
    await expect(page.get_by_role("heading", name="What shall I draw?")).to_be_visible()
    await expect(page.get_by_text("Pictures come from a sandbox")).to_be_visible()
    await say(page, "/imagine a lighthouse in a storm ratio:16:9 n:2")
    await expect(page.get_by_role("heading", name="What shall I draw?")).to_be_hidden()
    message = page.get_by_role("article")
    await expect(message).to_have_count(1)
    await expect(message.locator(".bubble")).to_have_text("/imagine a lighthouse in a storm ratio:16:9 n:2")
    await expect(message.get_by_text("16:9 · 2 pictures · 2048")).to_be_visible()
    await expect(page.locator("#prompt")).to_have_value("")
    waiting = message.get_by_label("Being drawn")
    await expect(waiting.locator(".frame")).to_have_count(2)
    before = await waiting.bounding_box()

    pictures = message.get_by_role("button", name="View picture")
    await expect(pictures).to_have_count(2, timeout=DRAWN)
    after = await message.locator(".frames").bounding_box()
    assert before is not None
    assert after is not None
    assert (before["width"], before["height"]) == (after["width"], after["height"])  # nothing jumped
    for index in range(2):
        image = pictures.nth(index).locator("img[src]")
        await expect(image).to_have_js_property("complete", value=True)
        assert await image.evaluate("image => image.naturalWidth") > 100
        assert "a lighthouse in a storm" in (await image.get_attribute("alt") or "")
    for name in ("Again", "Edit", "Delete"):
        await expect(message.get_by_role("button", name=name, exact=True)).to_be_visible()


async def test_an_example_is_one_click(easel: Program, look: Look) -> None:
    page = await look(easel.url)
    await page.get_by_role("button", name="a red fox asleep").click()
    await expect(page.locator(".bubble")).to_have_text("/imagine a red fox asleep in fresh snow style:watercolor")


@pytest.mark.core
async def test_options_complete_by_keyboard(slow_easel: Program, look: Look) -> None:
    page = await look(slow_easel.url)
    box = page.locator("#prompt")
    offers = page.get_by_role("listbox")
    await box.press_sequentially("/im")
    await expect(offers.get_by_role("option")).to_contain_text(["/imagine"])
    await box.press("Enter")
    await expect(box).to_have_value("/imagine ")
    await box.press_sequentially("a storm ra")
    await expect(offers.get_by_role("option")).to_have_count(1)
    await expect(box).not_to_have_attribute("aria-activedescendant", "suggestion-0")  # Enter would send, not complete
    await box.press("Tab")
    await expect(box).to_have_value("/imagine a storm ratio:")
    await expect(offers.get_by_role("option")).to_have_count(5)
    await expect(page.get_by_role("listbox", name="Suggestions")).to_be_visible()
    await expect(box).to_have_attribute("aria-activedescendant", "suggestion-0")
    await box.press("ArrowDown")
    await box.press("ArrowDown")
    await expect(offers.get_by_role("option", selected=True)).to_contain_text("4:3")
    await box.press("ArrowUp")
    await expect(offers.get_by_role("option", selected=True)).to_contain_text("3:4")
    await box.press_sequentially("16")
    await expect(offers.get_by_role("option")).to_have_count(1)
    await box.press("Enter")
    await expect(box).to_have_value("/imagine a storm ratio:16:9 ")
    await expect(offers).to_be_hidden()
    await box.press_sequentially("style:")
    await box.press("Escape")
    await expect(offers).to_be_hidden()
    await expect(box).to_be_focused()
    await expect(page.get_by_role("article")).to_have_count(0)  # nothing was sent on the way


async def test_who_types_before_the_table_of_options_arrives_is_offered_them_then(easel: Program, look: Look) -> None:
    page = await look(easel.url)
    typed = asyncio.Event()

    async def late(route: Route) -> None:
        await typed.wait()
        await route.continue_()

    await page.route("**/api/options*", late)
    await page.reload()
    await page.locator("#prompt").press_sequentially("/im")
    await expect(page.get_by_role("listbox")).to_be_hidden()
    typed.set()
    await expect(page.get_by_role("listbox").get_by_role("option")).to_contain_text(["/imagine"])


async def test_an_option_can_be_had_by_the_mouse(slow_easel: Program, look: Look) -> None:
    page = await look(slow_easel.url)
    box = page.locator("#prompt")
    await box.fill("a fox")
    await page.get_by_role("button", name="Draw it in this style: No style").click()
    await page.get_by_role("button", name="Ink drawing").click()
    await expect(box).to_have_value("a fox style:ink ")
    await expect(box).to_be_focused()


async def test_lines_and_what_was_sent_before(slow_easel: Program, look: Look) -> None:
    page = await look(slow_easel.url)
    box = page.locator("#prompt")
    await box.press_sequentially("a fox")
    await box.press("Shift+Enter")
    await box.press_sequentially("in the snow")
    await expect(box).to_have_value("a fox\nin the snow")
    await box.press("Enter")
    await expect(page.get_by_role("article")).to_have_count(1)
    await say(page, "a second fox")
    await expect(page.get_by_role("article")).to_have_count(2)
    await box.press("ArrowUp")
    await expect(box).to_have_value("a second fox")
    await box.press("ArrowUp")
    await expect(box).to_have_value("a fox\nin the snow")
    await box.press("ArrowDown")
    await box.press("ArrowDown")
    await expect(box).to_have_value("")


@pytest.mark.core
async def test_a_refusal_repairs_itself_with_one_press(slow_easel: Program, look: Look) -> None:
    page = await look(slow_easel.url)
    await say(page, "/imagine a fox ratio:16:7 n:2")
    refusal = page.get_by_role("article")
    await expect(refusal).to_contain_text("16:7")
    await expect(refusal.get_by_text("Only you can see this")).to_be_visible()
    await refusal.get_by_role("button", name="Use 16:9").click()
    await expect(page.get_by_role("article")).to_have_count(1)
    await expect(page.get_by_text("16:9 · 2 pictures · 2048")).to_be_visible()
    await expect(page.get_by_text("Only you can see this")).to_be_hidden()


async def test_a_refusal_can_be_dismissed_and_help_can_be_had(slow_easel: Program, look: Look) -> None:
    page = await look(slow_easel.url)
    await say(page, "/imagin a fox")
    await expect(page.get_by_role("article")).to_contain_text("Did you mean /imagine?")
    await page.get_by_role("button", name="Dismiss").click()
    await expect(page.get_by_role("article")).to_have_count(0)
    await say(page, "/help")
    await expect(page.get_by_role("article")).to_contain_text("ratio:")


@pytest.mark.core
async def test_a_cancel(slow_easel: Program, look: Look) -> None:
    page = await look(slow_easel.url)
    await say(page, "a fox")
    message = page.get_by_role("article")
    await message.get_by_role("button", name="Cancel").click()
    await expect(message).to_contain_text("Cancelled")
    await expect(message.get_by_role("button", name="Cancel")).to_have_count(0)
    await expect(message.get_by_role("button", name="Again")).to_be_visible()
    await expect(message.locator(".frame")).to_have_count(0)


async def test_the_countdown_counts(slow_easel: Program, look: Look) -> None:
    page = await look(slow_easel.url)
    await say(page, "a fox")
    countdown = page.get_by_role("article").locator("time").first
    await expect(countdown).to_contain_text("in ")
    first = await countdown.text_content()
    assert first is not None
    await expect(countdown).not_to_have_text(first)


@pytest.mark.core
async def test_again_and_delete(easel: Program, look: Look) -> None:
    page = await look(easel.url)
    await say(page, "a fox")
    first = page.get_by_role("article").first
    await expect(first.get_by_role("button", name="Delete")).to_be_visible(timeout=DRAWN)
    await first.get_by_role("button", name="Again").click()
    await expect(page.get_by_role("article")).to_have_count(2)
    await first.get_by_role("button", name="Delete").click()
    question = page.get_by_role("dialog", name="Delete these pictures?")
    await question.get_by_role("button", name="Keep").click()
    await expect(page.get_by_role("article")).to_have_count(2)
    await first.get_by_role("button", name="Delete").click()
    await question.get_by_role("button", name="Delete").click()
    await expect(page.get_by_role("article")).to_have_count(1)


@pytest.mark.core
async def test_the_form_that_changes_a_request(slow_easel: Program, look: Look) -> None:
    page = await look(slow_easel.url)
    await say(page, 'a sign that says "n:3" ratio:3:4 n:2')
    await page.get_by_role("article").get_by_role("button", name="Cancel").click()
    await page.get_by_role("button", name="Edit").click()
    form = page.get_by_role("dialog", name="Edit and draw again")
    prompt = form.get_by_label("Prompt")
    await expect(prompt).to_have_value('a sign that says "n:3"')
    await expect(form.get_by_role("radio", name="3:4 portrait")).to_be_checked()
    await expect(form.get_by_role("radio", name="2 pictures")).to_be_checked()
    await prompt.fill('a red sign that says "n:3"')
    await form.get_by_role("radio", name="3:4 portrait").focus()
    await page.keyboard.press("ArrowRight")
    await form.get_by_role("radio", name="Ink drawing").check(force=True)
    await form.get_by_role("button", name="Draw", exact=True).click()
    await expect(form).to_be_hidden()
    await expect(page.get_by_role("article")).to_have_count(2)
    await expect(page.locator(".bubble").last).to_have_text(
        '/imagine a red sign that says "n:3" ratio:4:3 n:2 style:ink'
    )


async def test_what_others_see_and_ask(slow_easel: Program, look: Look) -> None:
    one, two = await look(slow_easel.url), await look(slow_easel.url)
    await say(one, "a fox")
    await expect(two.get_by_role("article")).to_have_count(1)
    await two.get_by_role("button", name="Cancel").click()
    await expect(one.get_by_role("article")).to_contain_text("Cancelled")


@pytest.mark.core
async def test_hostile_words_stay_words(slow_easel: Program, look: Look) -> None:
    page = await look(slow_easel.url)
    words = '<img src=x onerror="document.title=1"> <script>document.title=2</script> & "quotes"'
    await say(page, f"/imagine {words}")
    await expect(page.locator(".bubble")).to_have_text(f"/imagine {words}")
    await expect(page).to_have_title("Easel")
