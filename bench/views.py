"""Pictures of every view of the page, into docs/images/page: `python -m bench.views [--only gallery] [--into DIR]`.

The real program with its sandbox draws a few results, and a headless Chromium looks at each view: wide in both themes,
in Chinese, on a phone.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.async_api import Browser, Page, async_playwright

from tests.browser.conftest import Program, chromium

INTO = Path(__file__).parents[1] / "docs" / "images" / "page"
PROMPTS = (
    "a lighthouse on a cliff at dusk, waves breaking below ratio:16:9",
    "a red fox asleep in fresh snow ratio:4:3",
    "红狐在雪地里睡觉 ratio:3:4",
    "a paper boat on a rainy street n:2",
    "a tiny greenhouse on a city rooftop at dusk ratio:9:16 style:watercolor",
    "an owl reading by candlelight n:4",
    "terraced rice fields in the morning fog ratio:16:9",
    "a bowl of ramen, seen from above, steam rising",
)
LIGHT, DARK = "light", "dark"
WIDE, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}


@dataclass(frozen=True)
class Look:
    """One way to look at a view."""

    name: str
    scheme: Any
    locale: str
    viewport: Any


LOOKS = (
    Look("light", LIGHT, "en-US", WIDE),
    Look("dark", DARK, "en-US", WIDE),
    Look("chinese", LIGHT, "zh-CN", WIDE),
    Look("phone", LIGHT, "en-US", PHONE),
)


async def _say(page: Page, text: str) -> None:
    await page.locator("#prompt").fill(text)
    await page.locator("#prompt").press("Enter")


def views(ids: Mapping[str, str]) -> Mapping[str, tuple[str, Callable[[Page], Awaitable[object]] | None]]:
    """Each view: its address within the page, and what is done there."""
    fox, edited, owl, boats = ids["fox"], ids["edited"], ids["owl"], ids["boats"]
    return {
        "conversation": ("", None),
        "refused": ("", lambda page: _say(page, "/imagine a fox ratio:5:1")),
        "usage": ("", lambda page: _say(page, "/usage")),
        "help": ("", lambda page: _say(page, "/help")),
        "gallery": ("#/gallery", None),
        "picture": (f"#/picture/{owl}/2", None),
        "lineage": (f"#/lineage/{edited}", None),
        "compare": (f"#/compare?of={fox}/1,{edited}/1", None),
        "slider": (f"#/compare?of={boats}/1,{boats}/2&way=slider", None),
        "details": (f"#/show/{boats}", None),
        "studio": ("#/studio", None),
    }


async def take(browser: Browser, program: Program, look: Look, only: str, into: Path, ids: Mapping[str, str]) -> None:
    """A picture of each view, in this look."""
    secret = (program.data / "local-secret").read_text().strip()
    context = await browser.new_context(
        viewport=look.viewport,
        locale=look.locale,
        color_scheme=look.scheme,
        reduced_motion="reduce",
        device_scale_factor=1,
    )
    page = await context.new_page()
    await page.goto(f"{program.url}/#local={secret}")
    await page.wait_for_selector("html[data-ready]", state="attached")
    for name, (address, act) in views(ids).items():
        if only and name != only:
            continue
        await page.goto(f"{program.url}/{address}")
        await page.reload()
        await page.wait_for_selector("html[data-ready]", state="attached")
        if act is not None:
            await act(page)
        await page.wait_for_timeout(1500)  # the stream never lets the network rest
        shot = Image.open(io.BytesIO(await page.screenshot()))
        file = into / f"{name}-{look.name}.webp"
        await asyncio.to_thread(shot.convert("RGB").save, file, quality=82, method=6)
        print(file)
    await context.close()


async def main(only: str, into: Path) -> None:
    """Draw the results, then look."""
    await asyncio.to_thread(into.mkdir, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="easel-views-") as folder:
        program = Program(Path(folder), {"SANDBOX_SPEED": "40", "SANDBOX_PAINTING": "scene"})
        await program.start()
        try:
            drawn = [await program.drawn(prompt) for prompt in PROMPTS]
            edited = await program.drawn("a blue fox asleep in deep snow ratio:4:3", parent=drawn[1])
            ids = {"fox": drawn[1], "edited": edited, "boats": drawn[3], "owl": drawn[5]}
            async with async_playwright() as playwright:
                browser = await playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
                for look in LOOKS:
                    await take(browser, program, look, only, into, ids)
                await browser.close()
        finally:
            await program.stop()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="one view")
    parser.add_argument("--into", type=Path, default=INTO)
    options = parser.parse_args()
    asyncio.run(main(options.only, options.into))
