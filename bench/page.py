"""The page's gallery over many results, beside an older commit's: `python -m bench.page --beside 7c58ac1`.

In a headless Chromium: how soon the first picture is there, at first while no thumbnail was made yet, and how soon the
server answers the page meanwhile; what blocks it, how large the page is then and after a long scroll, and how much
of it moved by itself. The older page is taken from git and run with this environment.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sqlite3
import tempfile
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, CDPSession, Page, async_playwright

from bench.older import ROOT, older
from bench.tables import Table
from tests.browser.conftest import Program, chromium
from tests.browser.seeding import repeat

OWN = 60  # results of each shape with files of their own, and so with thumbnails to be made
SHAPES = ("16:9", "3:4", "1:1", "9:16", "4:3")
_ASK = """async () => {
    const begun = performance.now();
    await (await fetch("/api/prompts?q=")).json();
    return performance.now() - begun;
}"""
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


async def _first_picture(page: Page) -> float:
    async with asyncio.timeout(60):
        while not (first := await page.evaluate("window.seen.first")):
            await page.wait_for_timeout(50)
    return float(first)


async def look_cold(browser: Browser, url: str) -> Mapping[str, str]:
    """The first look at a gallery: each thumbnail is still to be made."""
    context = await browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    page = await context.new_page()
    await page.add_init_script(_WATCH)
    await page.goto(f"{url}/#/gallery")
    await page.wait_for_selector("#view img", state="attached")
    answered = await page.evaluate(_ASK)
    first = await _first_picture(page)
    await context.close()
    return {
        "first picture, no thumbnail made yet": f"{first:.0f} ms",
        "an answer of the server meanwhile": f"{answered:.0f} ms",
    }


async def look(browser: Browser, url: str) -> Mapping[str, str]:
    """What is seen of a gallery, by figure."""
    context = await browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    page = await context.new_page()
    await page.add_init_script(_WATCH)
    cdp = await context.new_cdp_session(page)
    await cdp.send("Performance.enable")
    await page.goto(f"{url}/#/gallery")
    await _first_picture(page)
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


def own_files(data: Path, job_id: str) -> Callable[[int], dict[str, Any]]:
    """What gives the first copies of a job pictures of their own."""
    with closing(sqlite3.connect(data / "easel.db")) as database:
        (stored,) = database.execute("SELECT pictures FROM jobs WHERE id = ?", (job_id,)).fetchone()

    def change(place: int) -> dict[str, Any]:
        if place > OWN:
            return {}
        pictures = json.loads(stored)
        for picture in pictures:
            original, picture["key"] = picture["key"], f"{picture['key']}.{place}"
            os.link(data / "pictures" / original, data / "pictures" / picture["key"])
        return {"pictures": json.dumps(pictures)}

    return change


async def measure(browser: Browser, code: Path, results: int) -> Mapping[str, str]:
    """The figures of the page as the program in `code` serves it."""
    with tempfile.TemporaryDirectory(prefix="easel-page-") as folder:
        program = Program(Path(folder), {"SANDBOX_SPEED": "40", "PYTHONPATH": str(code)})
        await program.start()
        try:
            for shape in SHAPES:
                job_id = await program.drawn(f"a harbour ratio:{shape}")
                change = await asyncio.to_thread(own_files, program.data, job_id)
                repeat(program.data, job_id, results // len(SHAPES) - 1, change)
            cold = await look_cold(browser, program.url)
            await look(browser, program.url)  # thumbnails are made once
            return {**cold, **await look(browser, program.url)}
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
