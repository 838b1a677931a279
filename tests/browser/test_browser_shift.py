"""Nothing moves by itself: the layout shifts of a start and of the gallery, as the browser counts them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tests.browser.conftest import Program

Look = Callable[..., Awaitable[Any]]
MOST = 0.001
# Before anything of the page runs; with what moved, for whoever must find it.
_WATCH = """window.shifts = [];
const place = ({ x, y, width, height }) => [x, y, width, height].map(Math.round).join(" ");
const moved = ({ node, previousRect, currentRect }) =>
    `${node?.id || node?.className || node?.nodeName}: ${place(previousRect)} to ${place(currentRect)}`;
new PerformanceObserver((list) => {
    for (const { value, hadRecentInput, sources } of list.getEntries()) {
        if (!hadRecentInput) shifts.push([value, ...sources.map(moved)]);
    }
}).observe({ type: "layout-shift", buffered: true });"""


async def shifts(browser: Browser, url: str, settled: str, **how: Any) -> list[Any]:
    how = {"viewport": {"width": 1200, "height": 800}, "locale": "en-US", "reduced_motion": "reduce"} | how
    context = await browser.new_context(**how)
    page = await context.new_page()
    await page.add_init_script(_WATCH)
    # As on a line that is slower than this machine, so that each step is painted.
    cdp = await context.new_cdp_session(page)
    slow = {"offline": False, "latency": 40, "downloadThroughput": -1, "uploadThroughput": -1}
    await cdp.send("Network.emulateNetworkConditions", slow)
    await page.goto(url)
    await page.wait_for_selector("html[data-ready]", state="attached")
    await expect(page.locator(settled).first).to_be_visible()
    await page.wait_for_timeout(1000)  # the last pictures come, and the browser reports the last frame
    found: list[Any] = await page.evaluate("shifts")
    await context.close()
    return found


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"locale": "zh-CN"},
        {"viewport": {"width": 360, "height": 740}, "color_scheme": "dark"},
    ],
    ids=["wide", "chinese", "phone"],
)
async def test_nothing_moves_at_the_start_nor_in_the_gallery(
    shared: Program, browser: Browser, how: dict[str, Any]
) -> None:
    await shared.drawn("a fox ratio:16:9")
    await shared.drawn("a hen ratio:3:4 n:2")
    who = {"extra_http_headers": shared.operator}
    for address, settled in (("", ".frame img"), ("#/gallery", ".tile img")):
        for visitor in ({}, who):
            found = await shifts(browser, f"{shared.url}/{address}", settled, **how, **visitor)
            assert sum(value for value, *_ in found) < MOST, found


@pytest.mark.core
async def test_nothing_moves_where_nothing_was_drawn(programs: Callable[..., Program], browser: Browser) -> None:
    program = programs()
    await program.start()
    found = await shifts(browser, program.url, ".example")
    assert sum(value for value, *_ in found) < MOST, found
