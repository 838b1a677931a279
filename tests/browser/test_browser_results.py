"""What can be done with a result, and what can be looked up. One program serves all of these stories."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import Program
from tests.browser.test_browser_look import PHONE, sideways

Look = Callable[..., Awaitable[Page]]
DRAWN = 30_000  # milliseconds


def message(page: Page, job_id: str) -> Locator:
    return page.locator(f"#m-{job_id}")


async def say(page: Page, text: str) -> None:
    box = page.locator("#prompt")
    await box.fill(text)
    await box.press("Enter")


@pytest.mark.core
async def test_stars_and_votes_are_seen_by_everybody(shared: Program, look: Look) -> None:
    job_id = await shared.drawn("two foxes n:2")
    one, two = await look(shared.url), await look(shared.url)
    mine, theirs = message(one, job_id), message(two, job_id)
    await mine.get_by_role("button", name="Star (0)").click()
    await expect(mine.get_by_role("button", name="Star (1)", pressed=True)).to_be_visible()
    await expect(theirs.get_by_role("button", name="Star (1)")).to_be_visible()
    vote = mine.get_by_role("button", name="Vote for picture 2")
    await vote.focus()
    await one.keyboard.press("Enter")
    await expect(
        mine.get_by_role("button", name="Vote for picture 2 (1), the best so far", pressed=True)
    ).to_be_focused()
    await expect(theirs.locator(".cell.best .vote")).to_contain_text("2")
    await one.reload()
    await expect(mine.get_by_role("button", name="Vote for picture 2 (1)", pressed=True)).to_be_visible()
    await vote.click()
    await expect(theirs.locator(".cell.best")).to_have_count(0)


async def test_hd_says_its_price_first(shared: Program, look: Look) -> None:
    job_id = await shared.drawn("a fox in high detail clarity:1024 n:2")
    page = await look(shared.url)
    hd = message(page, job_id).get_by_role("button", name="HD · uses 2")
    await expect(hd).to_have_accessible_description("HD: a new drawing at 2048, uses 2")
    await expect(hd).to_contain_text("uses 2")
    await hd.click()
    await expect(page.locator(".bubble").last).to_have_text("/imagine a fox in high detail n:2")


@pytest.mark.core
async def test_more_by_keyboard_another_shape(shared: Program, look: Look) -> None:
    job_id = await shared.drawn("a shapely fox")
    page = await look(shared.url)
    more = message(page, job_id).get_by_role("button", name="More")
    await more.focus()
    await page.keyboard.press("Enter")
    menu = page.get_by_role("dialog", name="More")
    await expect(menu).to_contain_text("/imagine a shapely fox")
    await expect(menu).to_contain_text(re.compile(r"uses 1 of the \d+ you have left today"))
    await page.keyboard.press("Escape")
    await expect(menu).to_be_hidden()
    await expect(more).to_be_focused()
    await page.keyboard.press("Enter")
    await menu.get_by_role("button", name="16:9 wide").click()
    await expect(page.locator(".bubble").last).to_have_text("/imagine a shapely fox ratio:16:9")


async def test_a_command_is_copied(shared: Program, look: Look) -> None:
    job_id = await shared.drawn("a copied fox n:2")
    page = await look(shared.url)
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await message(page, job_id).get_by_role("button", name="More").click()
    menu = page.get_by_role("dialog", name="More")
    await menu.get_by_role("button", name="Copy").click()
    await expect(menu).to_contain_text("Copied")
    assert await page.evaluate("navigator.clipboard.readText()") == "/imagine a copied fox n:2"


async def test_a_spoiler_is_blurred_until_somebody_looks(shared: Program, look: Look) -> None:
    job_id = await shared.drawn("a secret fox n:2")
    one, two = await look(shared.url), await look(shared.url)
    await message(one, job_id).get_by_role("button", name="More").click()
    await one.get_by_role("button", name="Hide as spoiler").click()
    hidden = message(two, job_id).get_by_role("button", name="Hidden: show picture 1 of 2")
    await hidden.click()
    await expect(two.get_by_role("dialog")).to_be_hidden()  # the first click only shows it
    await expect(hidden).to_have_count(0)
    await message(two, job_id).get_by_role("button", name="View picture 1 of 2").click()
    await expect(two.get_by_role("dialog")).to_contain_text("a secret fox")
    await expect(message(one, job_id).get_by_role("button", name="Hidden: show picture 2 of 2")).to_be_visible()
    await two.reload()
    await expect(hidden).to_be_visible()


@pytest.mark.core
async def test_usage_with_its_chart_table_and_file(shared: Program, look: Look) -> None:
    await shared.drawn("a counted fox")
    page = await look(shared.url)
    await say(page, "/usage")
    card = page.locator(".usage")
    await expect(card).to_contain_text("Your usage")
    await expect(card.locator("svg.chart rect.done").first).to_be_attached()
    await card.get_by_role("button", name="12 months").click()
    await expect(card.get_by_role("button", name="12 months", pressed=True)).to_be_focused()
    await card.get_by_role("button", name="Everybody").click()
    await expect(card).to_contain_text("Usage of this community")
    await card.get_by_text("As a table").click()
    await expect(card.get_by_role("columnheader", name="Delivered")).to_be_visible()
    # The entries of a community's file name persons: only its managers are offered it.
    await expect(card.get_by_role("link", name="CSV")).to_have_count(0)
    await card.get_by_role("button", name="Mine").click()
    await assert_file_is_given(page)


async def test_a_manager_gets_the_file_of_everybodys_usage(shared: Program, look: Look) -> None:
    await shared.drawn("a counted hare")
    secret = (shared.data / "local-secret").read_text().strip()
    page = await look(f"{shared.url}/#local={secret}")  # a download sends the cookie, never the window's headers
    await expect(page.get_by_role("link", name="Studio")).to_be_visible()
    await say(page, "/usage everybody")
    await expect(page.locator(".usage")).to_contain_text("Usage of this community")
    await assert_file_is_given(page)


async def assert_file_is_given(page: Page) -> None:
    async with page.expect_download() as download:
        await page.locator(".usage").get_by_role("link", name="CSV").click()
    assert (await download.value).suggested_filename == "easel-usage.csv"
    heads, *entries = (await (await download.value).path()).read_text("utf-8").splitlines()
    assert "," in heads
    assert entries


@pytest.mark.core
async def test_a_gallery_has_an_address(shared: Program, look: Look) -> None:
    for job in [await shared.ask(f"a zebra of stripe {number}") for number in range(7)]:
        await shared.finished(job)
    page = await look(shared.url)
    await page.get_by_role("link", name="Gallery").click()
    await page.get_by_role("searchbox").fill("zebra")
    tiles = page.locator(".tile")
    await expect(page).to_have_url(re.compile(r"#/gallery\?.*q=zebra"))
    await expect(tiles).to_have_count(7)
    await page.get_by_label("Any ratio").select_option("16:9")
    await expect(page.get_by_text("No results match.")).to_be_visible()
    await page.get_by_label("Any ratio").select_option("")
    await page.reload()
    await expect(tiles).to_have_count(7)
    await expect(page.get_by_role("searchbox")).to_have_value("zebra")
    await tiles.last.click()
    lightbox = page.get_by_role("dialog")
    await expect(lightbox).to_contain_text("a zebra of stripe 0")
    await lightbox.get_by_role("link", name="Details").click()
    await expect(lightbox).to_be_hidden()
    await expect(page.get_by_role("article")).to_contain_text("/imagine a zebra of stripe 0")
    await page.go_back()
    await expect(tiles).to_have_count(7)
    await page.keyboard.press("Escape")
    await expect(page.locator("#prompt")).to_be_visible()


async def test_one_result_by_its_id(shared: Program, look: Look) -> None:
    job_id = await shared.drawn("a fox to be shown n:2")
    page = await look(shared.url)
    await say(page, f"/show {job_id}")
    article = page.locator("#view").get_by_role("article")
    await expect(article).to_contain_text(f"Job {job_id}")
    await article.get_by_role("button", name="Star (0)").click()
    await expect(article.get_by_role("button", name="Star (1)", pressed=True)).to_be_visible()
    await article.get_by_role("button", name="Again").click()
    await expect(page.locator("#view")).to_be_hidden()
    await expect(page.locator(".bubble").last).to_have_text("/imagine a fox to be shown n:2")
    await say(page, "/show 000000000000")
    await expect(page.get_by_text("That one is gone")).to_be_visible()


async def test_commands_and_own_prompts_complete(shared: Program, look: Look) -> None:
    await shared.drawn("an armadillo in armour")
    page = await look(shared.url)
    box, offers = page.locator("#prompt"), page.get_by_role("option")
    await box.press_sequentially("/us")
    await box.press("Enter")
    await expect(box).to_have_value("/usage ")
    await expect(offers).to_contain_text(["mine", "everybody", "today", "week", "month", "year"])
    await box.press_sequentially("ev")
    await box.press("Tab")
    await expect(box).to_have_value("/usage everybody ")
    await box.fill("")
    await box.press_sequentially("/imagine armad")
    await expect(offers).to_have_text(["an armadillo in armour"])
    await box.press("ArrowDown")
    await box.press("Enter")
    await expect(box).to_have_value("/imagine an armadillo in armour")


@pytest.mark.parametrize(
    ("locale", "title", "ratio", "save"),
    [("en-US", "Your defaults", "Ratio", "Save"), ("zh-CN", "你的默认值", "比例", "保存")],
)
async def test_ones_own_defaults_by_keyboard(
    shared: Program, look: Look, locale: str, title: str, ratio: str, save: str
) -> None:
    page = await look(shared.url, locale=locale)
    await say(page, "/defaults")
    form = page.get_by_role("dialog", name=title)
    await expect(form.get_by_label(ratio)).to_be_focused()
    await form.get_by_label(ratio).select_option("9:16")
    await form.get_by_role("button", name=save).press("Enter")
    await expect(form).to_be_hidden()
    await expect(page.locator("#prompt")).to_be_focused()
    await say(page, "/defaults")
    await expect(form.get_by_label(ratio)).to_have_value("9:16")
    await form.get_by_label(ratio).select_option("-")
    await page.keyboard.press("Escape")
    await say(page, "/defaults")
    await expect(form.get_by_label(ratio)).to_have_value("9:16")
    await form.get_by_label(ratio).select_option("-")
    await form.get_by_role("button", name=save).press("Enter")
    await expect(form).to_be_hidden()


@pytest.mark.core
async def test_my_data_goes_home(shared: Program, look: Look) -> None:
    await shared.drawn("a fox to keep")
    page = await look(shared.url)
    async with page.expect_download() as download:
        await say(page, "/mydata export")
    assert (await download.value).suggested_filename.endswith(".zip")
    await say(page, "/mydata delete")
    question = page.get_by_role("dialog", name="Delete your data?")
    await question.get_by_role("button", name="Delete my data").click()
    await expect(question).to_contain_text("Really everything?")
    await question.get_by_role("button", name="Keep").click()
    await expect(page.get_by_role("article").first).to_be_visible()


@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
async def test_a_phone_has_it_all_without_scrolling_sideways(shared: Program, look: Look, locale: str) -> None:
    job_id = await shared.drawn("a fox on a phone ratio:9:16 n:4 style:ink")
    page = await look(shared.url, **PHONE, locale=locale, extra_http_headers=shared.operator)
    await message(page, job_id).locator("[data-press=more]").tap()
    await expect(page.locator("#more")).to_be_visible()
    assert await sideways(page) <= 0
    assert await page.evaluate("document.getElementById('more').scrollWidth <= innerWidth")
    await page.locator("#more").get_by_role("button", name="举报" if locale == "zh-CN" else "Report").tap()
    await expect(page.locator("#form")).to_be_visible()
    assert await sideways(page) <= 0
    await page.locator("#form-cancel").tap()
    await say(page, "/usage")
    await expect(page.locator("svg.chart")).to_be_visible()
    assert await sideways(page) <= 0
    for address in ("#/gallery?shelf=here", f"#/show/{job_id}", "#/studio"):
        await page.evaluate(f"location.hash = {json.dumps(address)}")
        await expect(page.locator("#view .room")).to_be_visible()
        assert await page.evaluate("document.getElementById('view').scrollWidth - innerWidth") <= 0, address


async def test_hebrew_turns_none_of_our_words_around(shared: Program, look: Look) -> None:
    """What people wrote has the direction of its letters, wherever it stands, and all around it keeps its own."""
    prompt = "שועל אדום 5"
    job_id = await shared.drawn(prompt)
    page = await look(shared.url)

    async def direction(found: Locator) -> str:
        text: str = await found.evaluate("element => getComputedStyle(element).direction")
        return text

    bubble = message(page, job_id).locator(".bubble")
    assert (await direction(bubble.locator("bdi")), await direction(bubble)) == ("rtl", "ltr")
    assert (await bubble.inner_text()).startswith(f"/imagine {prompt}")
    box = page.locator("#prompt")
    await box.press_sequentially(prompt[:4])
    suggested = page.get_by_role("option", name=prompt).locator(".why")
    assert await direction(suggested) == "rtl"
    await box.fill(f"{prompt} ratio:7:9")
    await box.press("Enter")
    notice = page.locator(".notice").last
    await expect(notice).to_be_visible()
    assert await direction(notice.locator(".bubble bdi")) == "rtl"
    await page.goto(f"{shared.url}/#/show/{job_id}")
    await expect(page.locator("#view .asked").or_(page.locator("#view .bubble")).first).to_be_visible()
    for written in await page.locator("#view .asked, #view .bubble bdi").all():
        assert await direction(written) == "rtl"
    await expect(page.locator("#view code").first).to_have_attribute("dir", "ltr")
