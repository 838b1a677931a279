"""Make the pictures of docs/cards.md anew: `python -m bench.cards`, with a Chromium (or CHROMIUM naming one)."""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from pathlib import Path

from playwright.async_api import async_playwright

from bench.tables import Table
from tests.browser.conftest import chromium
from tests.fakes import quiet_loop

from .scenes import SCENES
from .stage import open_stage

FOLDER = Path(__file__).parents[2] / "docs/images/cards"


async def main(folder: Path, wanted: list[str]) -> None:
    with tempfile.TemporaryDirectory() as directory:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
            async with open_stage(browser, folder, Path(directory) / "easel.db") as stage:
                for scene in SCENES:
                    if not wanted or scene.__name__ in wanted:
                        await scene(stage)
            await browser.close()
    sizes = {name: (folder / f"{name}.webp").stat().st_size for name in stage.taken}
    rows: list[tuple[str, object]] = [(name, f"{size / 1024:.0f} KB") for name, size in sizes.items()]
    print(Table(f"Pictures in {folder}", [*rows, ("together", f"{sum(sizes.values()) / 1024:.0f} KB")]))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=FOLDER)
    parser.add_argument("scenes", nargs="*", help="only these: " + ", ".join(scene.__name__ for scene in SCENES))
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    quiet_loop.install(subprocesses=False)
    asyncio.run(main(given.out, given.scenes))
