"""The gallery with many results, and a picture seen large: filters, choosing several, undo, keys, zoom, Back."""

from __future__ import annotations

import asyncio
import re
import zipfile
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Page, Route, expect

from tests.browser.conftest import Program
from tests.browser.seeding import repeat

Look = Callable[..., Awaitable[Page]]
MANY = 2000
NODES = "document.querySelectorAll('*').length"
SHIFTS = """() => { window.shifted = 0; new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
}).observe({ type: "layout-shift" }) }"""
# Most tiles that are elements are out of view, where a click of Playwright's would scroll to.
CLICK_ONE_IN_VIEW = """[...document.querySelectorAll(".tile")].find((tile) => {
    const { top, bottom } = tile.getBoundingClientRect();
    return top > 200 && bottom < innerHeight;
}).click()"""


def _change(place: int) -> dict[str, Any]:
    return {"prompt": f"harbour {place}", "prompt_folded": f"harbour {place}"}


def _by_ada(_: int) -> dict[str, Any]:
    """Shared with everybody."""
    words = {"prompt": "a quay", "prompt_folded": "a quay"}
    return {"author_id": "n-ada", "author_name": "Ada", "shared_at": "2026-01-01 00:00:00.000000"} | words


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def full(tmp_path_factory: Any) -> Any:
    """Runs, with two thousand results of a few shapes."""
    program = Program(tmp_path_factory.mktemp("full"), {"SANDBOX_SPEED": "40"})
    await program.start()
    drawn = [await program.drawn(f"a harbour ratio:{ratio} n:2") for ratio in ("16:9", "3:4")]
    for job_id in drawn:
        repeat(program.data, job_id, MANY // 2, _change)
    repeat(program.data, drawn[0], 1, _by_ada)
    yield program
    await program.stop()


async def test_two_thousand_results_are_few_elements_and_nothing_shifts(full: Program, look: Look) -> None:
    page = await look(f"{full.url}/#/gallery")
    await expect(page.locator(".tile").first).to_be_visible()
    await page.evaluate(SHIFTS)
    view = page.locator("#view")
    for _ in range(100):  # as fast as more of them come
        if await view.evaluate("view => (view.scrollTop += 2500)") > 10_000:
            break
        await page.wait_for_timeout(80)
    await expect(page.locator(".tile").first).to_be_visible()
    assert await view.evaluate("view => view.scrollTop") > 8000
    assert await page.evaluate(NODES) < 2500
    assert await page.evaluate("window.shifted") < 0.01
    # Every row is as wide as the wall, but for the last of a day.
    widths = await page.evaluate(
        """[...document.querySelectorAll(".wall-row")].slice(0, -1).map((row) =>
            row.getBoundingClientRect().right - row.lastElementChild.getBoundingClientRect().right)"""
    )
    assert all(abs(width) < 2 for width in widths)
    place = await view.evaluate("view => view.scrollTop")
    await page.evaluate(CLICK_ONE_IN_VIEW)
    await expect(page).to_have_url(re.compile("#/picture/"))
    await page.go_back()
    await expect(page.get_by_role("dialog")).to_be_hidden()
    assert abs(await view.evaluate("view => view.scrollTop") - place) < 2


async def test_search_and_filters_narrow(full: Program, look: Look) -> None:
    page = await look(f"{full.url}/#/gallery?ratio=3%3A4")
    await page.get_by_role("searchbox").fill("harbour 77")
    await expect(page.locator(".tile")).to_have_count(19)  # 77 to 977, and 770 to 779
    shape = await page.locator(".tile img[src]").first.evaluate(
        "image => image.decode().then(() => image.naturalWidth / image.naturalHeight)"
    )
    assert shape < 1


async def test_one_person_of_everybody_is_chosen(full: Program, look: Look) -> None:
    page = await look(f"{full.url}/#/gallery")
    person = page.get_by_label("Anybody")
    await expect(page.locator(".tile").first).to_be_visible()
    await expect(person).to_be_hidden()  # among one's own
    await page.get_by_role("link", name="Everybody's").click()
    await person.select_option("Ada")
    await expect(page.locator(".tile")).to_have_count(1)
    await expect(page).to_have_url(re.compile("person=Ada"))
    await page.get_by_role("link", name="What is running").click()
    await page.go_back()
    await expect(person).to_have_value("Ada")
    await page.get_by_role("link", name="Mine").click()
    await expect(person).to_be_hidden()
    await expect(page.locator(".tile").nth(2)).to_be_visible()


async def test_a_press_while_the_page_begins_waits_for_what_it_needs(full: Program, look: Look) -> None:
    page = await look(full.url)
    held = asyncio.Event()

    async def hold(route: Route) -> None:
        await held.wait()
        await route.continue_()

    await page.context.route("**/api/options", hold)
    await page.reload()
    await page.get_by_role("link", name="Gallery").click()
    held.set()
    await page.get_by_label("Any ratio").select_option("3:4")
    await expect(page.locator(".tile").first).to_be_visible()


async def test_several_are_deleted_and_come_back(full: Program, look: Look) -> None:
    page = await look(f"{full.url}/#/gallery?ratio=3%3A4&q=harbour+88")
    tiles = page.locator(".tile")
    await expect(tiles).to_have_count(19)
    for place in (0, 1):
        await page.locator(".tile-box").nth(place).check(force=True)
    bar = page.get_by_role("region", name="Chosen results")
    await expect(bar).to_contain_text("2 chosen")
    await bar.get_by_role("button", name="Delete").click()
    await expect(tiles).to_have_count(17)
    await expect(bar.get_by_role("button", name="Undo")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(tiles).to_have_count(19)
    await page.reload()
    await expect(tiles).to_have_count(19)
    await page.locator(".tile-box").first.check(force=True)
    await bar.get_by_role("button", name="Delete").click()
    await expect(bar).to_be_hidden(timeout=15_000)  # it can't be undone any more
    await page.reload()
    await expect(tiles).to_have_count(18)


async def test_a_star_on_a_tile(full: Program, look: Look) -> None:
    page = await look(f"{full.url}/#/gallery?q=harbour+999&ratio=16%3A9")
    await page.locator("figure").hover()
    star = page.locator("figure").get_by_role("button", name="Star")
    await star.click()
    await expect(star).to_have_attribute("aria-pressed", "true")
    await page.get_by_role("link", name="Starred").click()
    await expect(page.locator(".tile")).to_have_count(1)


async def test_the_lightbox_goes_through_the_whole_list(full: Program, look: Look) -> None:
    page = await look(f"{full.url}/#/gallery?ratio=16%3A9")
    await page.locator(".tile").first.click()
    box = page.get_by_role("dialog")
    await expect(box).to_contain_text("1 / 120")
    await page.keyboard.press("End")
    await expect(box).to_contain_text("120 / 240")  # more were fetched behind the last
    first = page.url
    await page.keyboard.press("ArrowRight")
    await expect(box).to_contain_text("121 / 240")
    assert page.url != first
    await expect(box.get_by_role("button", name="Again")).to_be_visible()
    # A click goes to the original's pixels, another back.
    image = page.locator("#lightbox-image")
    small = await image.evaluate("image => image.getBoundingClientRect().width")
    await image.click()
    await expect(page.locator("#lightbox-stage")).to_have_class(re.compile("zoomed"))
    large = await image.evaluate("image => image.getBoundingClientRect().width")
    assert large >= 2 * small
    await page.keyboard.press("0")
    await expect(page.locator("#lightbox-stage")).not_to_have_class(re.compile("zoomed"))
    address = page.url
    await page.keyboard.press("Escape")
    await expect(box).to_be_hidden()
    await expect(page).to_have_url(re.compile("#/gallery"))
    await page.goto("about:blank")
    await page.goto(address)
    await expect(box).to_contain_text("harbour")
    await page.keyboard.press("Escape")
    await expect(page).to_have_url(re.compile("#/show/"))
    await expect(page.get_by_role("article")).to_be_visible()


@pytest.mark.core
async def test_a_result_is_followed_back_and_compared(shared: Program, look: Look) -> None:
    first = await shared.drawn("a red fox 在雪地里 n:2")
    page = await look(f"{shared.url}/#/picture/{first}/1")
    panel = page.get_by_role("dialog").locator("#lightbox-panel")
    await panel.get_by_role("button", name="Vote for picture 1 (0)").click()
    await expect(panel.get_by_role("button", name="Vote for picture 1 (1)", pressed=True)).to_be_visible()
    await panel.get_by_role("link", name="Compare these pictures").click()
    await expect(page.locator(".compared img")).to_have_count(2)
    await page.get_by_role("link", name="Slider").click()
    slider = page.get_by_role("slider", name="Where the two pictures meet")
    await slider.focus()
    await page.keyboard.press("Home")
    await expect(page.locator(".slider .over")).to_have_css("clip-path", "inset(0px 0px 0px 0%)")
    second = await shared.drawn("a blue fox 在雪山里", parent=first)
    await page.goto(f"{shared.url}/#/lineage/{second}")
    current = page.locator(".node.current")
    await expect(current.locator("del")).to_have_text(["red", "雪地"])
    await expect(current.locator("ins")).to_have_text(["blue", "雪山"])
    await current.get_by_role("link", name="Compare with the one before").click()
    await expect(page.locator(".compared figure")).to_have_count(2)


async def test_chosen_results_are_compared_or_downloaded(shared: Program, look: Look) -> None:
    ids = [await shared.drawn(f"a lynx {number}") for number in range(2)]
    page = await look(f"{shared.url}/#/gallery?q=lynx")
    for job_id in ids:
        await page.locator(f'figure[data-id="{job_id}"]').hover()
        await page.locator(f'figure[data-id="{job_id}"] .tile-box').check()
    async with page.expect_download() as download:
        await page.get_by_role("link", name="Download").click()
    with zipfile.ZipFile(await (await download.value).path()) as archive:
        assert sorted(archive.namelist()) == sorted(f"easel-{job_id}-1.png" for job_id in ids)
    await page.get_by_role("button", name="Compare").click()
    await expect(page.locator(".compared img")).to_have_count(2)
    await page.go_back()
    await expect(page.locator(".tile")).to_have_count(2)


async def test_a_picture_is_taken_along_as_the_original(shared: Program, look: Look) -> None:
    job_id = await shared.drawn("a lynx to go")
    page = await look(f"{shared.url}/#/picture/{job_id}/1")
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await page.get_by_role("button", name="Copy this picture").click()
    await expect(page.locator("#lightbox-said")).to_have_text("Picture copied")
    assert await page.evaluate("navigator.clipboard.read().then(([item]) => item.types)") == ["image/png"]
    carried = await page.evaluate(
        """() => { const carrier = new DataTransfer(), image = document.getElementById("lightbox-image");
            image.dispatchEvent(new DragEvent("dragstart", { bubbles: true, dataTransfer: carrier }));
            return [carrier.getData("DownloadURL"), carrier.getData("text/uri-list")]; }"""
    )
    url = f"{shared.url}/pictures/{job_id}/1"
    assert carried == [f"application/octet-stream:easel-{job_id}-1.png:{url}", url]
