"""The page's gallery over many results, beside an older commit's: `python -m bench.page --beside 7c58ac1`.

In a headless Chromium: how soon the first picture is there, what blocks it, how large the page is then and after a long
scroll, and how much of it moved by itself. The older page is taken from git and run with this environment.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, CDPSession, async_playwright

from bench.older import ROOT, older
from bench.tables import Table
from tests.browser.conftest import Program, chromium
from tests.browser.seeding import repeat

SHAPES = ("16:9", "3:4", "1:1", "9:16", "4:3")
FIRST_PICTURE = "#view img"
_WATCH = """
window.seen = { long: 0, shift: 0, first: 0 };
new PerformanceObserver((list) => list.getEntries().forEach((entry) => (seen.long += entry.duration)))
  .observe({ type: "longtask", buffered: true });
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) seen.shift += entry.value;
}).observe({ type: "layout-shift", buffered: true });
document.addEventListener("load", (event) => {
  if (!seen.first && event.target.matches?.("#view img")) seen.first = performance.now();
}, true);
"""


async def _figures(cdp: CDPSession) -> Mapping[str, float]:
    await cdp.send("HeapProfiler.collectGarbage")
    metrics = {one["name"]: one["value"] for one in (await cdp.send("Performance.getMetrics"))["metrics"]}
    return {"nodes": metrics["Nodes"], "heap": metrics["JSHeapUsedSize"] / 2**20}


async def look(browser: Browser, url: str) -> Mapping[str, str]:
    """What is seen of a gallery, by figure."""
    context = await browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    page = await context.new_page()
    await page.add_init_script(_WATCH)
    cdp = await context.new_cdp_session(page)
    await cdp.send("Performance.enable")
    await page.goto(f"{url}/#/gallery")
    async with asyncio.timeout(60):
        while not await page.evaluate("window.seen.first"):
            await page.wait_for_timeout(50)
    await page.wait_for_timeout(1000)
    seen: dict[str, Any] = await page.evaluate("window.seen")
    begin = await _figures(cdp)
    reached = await page.evaluate(
        """async () => { const view = document.getElementById("view"), until = performance.now() + 15_000;
            while (performance.now() < until) { view.scrollTop += 1500; await new Promise((go) => setTimeout(go, 50)); }
            return view.scrollTop; }"""
    )
    end = await _figures(cdp)
    after: dict[str, Any] = await page.evaluate("window.seen")
    await context.close()
    return {
        "first picture": f"{seen['first']:.0f} ms",
        "long tasks until then": f"{seen['long']:.0f} ms",
        "scrolled in 15 s": f"{reached:.0f} pixels",
        "long tasks in all": f"{after['long']:.0f} ms",
        "layout shift": f"{after['shift']:.3f}",
        "nodes at first, after the scroll": f"{begin['nodes']:.0f}, {end['nodes']:.0f}",
        "heap at first, after the scroll": f"{begin['heap']:.1f}, {end['heap']:.1f} MiB",
    }


async def measure(browser: Browser, code: Path, results: int) -> Mapping[str, str]:
    """The figures of the page as the program in `code` serves it."""
    with tempfile.TemporaryDirectory(prefix="easel-page-") as folder:
        program = Program(Path(folder), {"SANDBOX_SPEED": "40", "PYTHONPATH": str(code)})
        await program.start()
        try:
            for shape in SHAPES:
                repeat(program.data, await program.drawn(f"a harbour ratio:{shape}"), results // len(SHAPES) - 1)
            await look(browser, program.url)  # thumbnails are made once
            return await look(browser, program.url)
        finally:
            await program.stop()


async def main(results: int, beside: str) -> None:
    """Print both."""
    with older(beside) as before:
        if beside and before is None:
            raise SystemExit(f"there is no commit {beside} here")
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
            for name, code in ((beside, before), ("now", ROOT)):
                if code is not None:
                    rows = await measure(browser, code, results)
                    print(Table(f"A gallery of {results} results, {name}", list(rows.items())))
            await browser.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--results", type=int, default=10_000)
    parser.add_argument("--beside", default="", help="an older commit, such as 7c58ac1")
    options = parser.parse_args()
    asyncio.run(main(options.results, options.beside))
