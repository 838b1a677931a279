"""Pictures of every view of the page: `python -m bench.views [--only gallery,studio] [--looks light,vast]`.

The real program with its sandbox draws a few results, and a headless Chromium looks at each view: in light, or as
--looks says in the dark, in Chinese, on a phone, as narrow and as wide as it goes.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import io
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
from PIL import Image
from playwright.async_api import Browser, Page, async_playwright
from playwright.async_api import TimeoutError as PlaywrightTimeout

from tests.browser.conftest import Program, chromium

Views = Mapping[str, tuple[str, Callable[[Page], Awaitable[object]] | None]]

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
    "ثعلب أحمر نائم في الثلج ratio:16:9",
    "a castle above the clouds ratio:16:9 style:ink",
)
WAITING = ("a harbour at dawn ratio:16:9 n:2", "an astronaut on a horse", "a bonsai in a glass dome ratio:3:4 n:4")
LIGHT, DARK = "light", "dark"
WIDE, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
NARROWEST, WIDEST = {"width": 320, "height": 640}, {"width": 2560, "height": 1300}
QUALITY = 68
LOADED_AT_MOST = 15_000  # milliseconds
_LOADED = """() => [...document.images].every((image) => {
    const { top, bottom, width } = image.getBoundingClientRect();
    return !width || bottom < 0 || top > innerHeight || (image.hasAttribute("src") && image.complete);
})"""
TOKEN = "a long random text"  # noqa: S105 - of a program that lives for a minute


@dataclass(frozen=True)
class Look:
    """One way to look at a view."""

    name: str
    scheme: Any
    locale: str
    viewport: Any


LOOKS = {
    look.name: look
    for look in (
        Look("light", LIGHT, "en-US", WIDE),
        Look("dark", DARK, "en-US", WIDE),
        Look("chinese", LIGHT, "zh-CN", WIDE),
        Look("phone", LIGHT, "en-US", PHONE),
        Look("narrow", DARK, "zh-CN", NARROWEST),
        Look("vast", LIGHT, "en-US", WIDEST),
    )
}


async def _say(page: Page, text: str) -> None:
    await page.locator("#prompt").fill(text)
    await page.locator("#prompt").press("Enter")


async def _pick(page: Page, option: str) -> None:
    await page.locator("#prompt").fill("a fox in the snow")
    await page.locator(f"[data-option={option}]").click()


async def _choose(page: Page) -> None:
    await page.locator(".tile").first.wait_for()
    for place in range(3):
        await page.locator(".tile-box").nth(place).check(force=True)


async def _press(page: Page, job_id: str, press: str) -> None:
    await page.locator(f"#m-{job_id} [data-press={press}]").click()


async def _keys(page: Page) -> None:
    await page.locator("#prompt").press("Escape")
    await page.keyboard.press("?")


EMPTY: Views = {"welcome": ("", None), "empty-gallery": ("#/gallery", None), "empty-board": ("#/board", None)}
DOOR: Views = {"sign-in": ("", None)}
BOARD: Views = {"board": ("#/board", None), "waiting": ("", None)}


def views(ids: Mapping[str, str]) -> Views:
    """Each view: its address within the page, and what is done there."""
    fox, edited, owl, boats = ids["fox"], ids["edited"], ids["owl"], ids["boats"]
    return {
        "conversation": ("", None),
        "refused": ("", lambda page: _say(page, "/imagine a fox ratio:5:1")),
        "price": ("", lambda page: _say(page, "/imagine {red|blue} fox in {ink|clay}")),
        "usage": ("", lambda page: _say(page, "/usage")),
        "help": ("", lambda page: _say(page, "/help")),
        "styles": ("", lambda page: _pick(page, "style")),
        "shapes": ("", lambda page: _pick(page, "ratio")),
        "history": ("", lambda page: _pick(page, "history")),
        "more": ("", lambda page: _press(page, edited, "more")),
        "edit": ("", lambda page: _press(page, edited, "edit")),
        "keys": ("", _keys),
        "gallery": ("#/gallery", None),
        "chosen": ("#/gallery", _choose),
        "picture": (f"#/picture/{owl}/2", None),
        "lineage": (f"#/lineage/{edited}", None),
        "compare": (f"#/compare?of={fox}/1,{edited}/1", None),
        "slider": (f"#/compare?of={boats}/1,{boats}/2&way=slider", None),
        "details": (f"#/show/{boats}", None),
        "studio": ("#/studio", None),
    }


@dataclass(frozen=True)
class Photographer:
    """Looks at the views of one program: all, or those that `only` names."""

    browser: Browser
    program: Program
    looks: tuple[Look, ...]
    only: frozenset[str]
    into: Path

    async def take(self, views: Views, *, operator: bool = True) -> None:
        """A picture of each view in each look."""
        for look in self.looks:
            context = await self.browser.new_context(
                viewport=look.viewport,
                locale=look.locale,
                color_scheme=look.scheme,
                reduced_motion="reduce",
                extra_http_headers=self.program.operator if operator else {},
            )
            page = await context.new_page()
            for name, (address, act) in views.items():
                if not self.only or name in self.only:
                    await self._picture(page, address, act, self.into / f"{name}-{look.name}.webp")
            await context.close()

    async def _picture(
        self, page: Page, address: str, act: Callable[[Page], Awaitable[object]] | None, file: Path
    ) -> None:
        await page.goto("about:blank")  # another fragment alone loads nothing anew
        await page.goto(f"{self.program.url}/{address}")
        await page.wait_for_selector("html[data-ready]", state="attached")
        if act is not None:
            await act(page)
        with contextlib.suppress(PlaywrightTimeout):  # what waits out of view may go on waiting
            await page.wait_for_function(_LOADED, timeout=LOADED_AT_MOST)
        await page.wait_for_timeout(500)  # the stream never lets the network rest
        shot = Image.open(io.BytesIO(await page.screenshot()))
        await asyncio.to_thread(shot.convert("RGB").save, file, quality=QUALITY, method=6)
        print(file)


async def _results(program: Program) -> Mapping[str, str]:
    jobs = [await program.ask(prompt) for prompt in PROMPTS]
    drawn = [await program.finished(job) for job in jobs]
    edited = await program.drawn("a blue fox asleep in deep snow ratio:4:3", parent=drawn[1])
    return {"fox": drawn[1], "edited": edited, "boats": drawn[3], "owl": drawn[5]}


async def _make_busy(program: Program) -> None:
    """One that failed, and more under way than are drawn at once."""
    async with aiohttp.ClientSession(headers=program.operator) as client:

        async def misbehave(deed: str) -> None:
            async with client.post(f"{program.url}/api/studio/sandbox", json={"deed": deed}) as response:
                response.raise_for_status()

        await misbehave("refuse")
        job = await program.ask("a lighthouse made of paper")
        await misbehave("slow")
        for prompt in WAITING:
            await program.ask(prompt)
        async with asyncio.timeout(60):
            while job["state"] != "failed":
                async with client.get(f"{program.url}/api/jobs/{job['id']}") as response:
                    job = (await response.json())["job"]
                await asyncio.sleep(0.1)


async def main(only: frozenset[str], looks: tuple[Look, ...], into: Path) -> None:
    """Look at nothing, at what was drawn, at what is under way, and at a closed door."""
    await asyncio.to_thread(into.mkdir, parents=True, exist_ok=True)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        with tempfile.TemporaryDirectory(prefix="easel-views-") as folder:
            settings = {"SANDBOX_SPEED": "5", "SANDBOX_PAINTING": "scene", "LIMIT_USER_RUNNING": "2"}
            program = Program(Path(folder), settings | {"LIMIT_USER_WAITING": "20"})
            await program.start()
            try:
                photographer = Photographer(browser, program, looks, only, into)
                await photographer.take(EMPTY)
                await photographer.take(views(await _results(program)))
                await _make_busy(program)
                await photographer.take(BOARD)
            finally:
                await program.stop()
        with tempfile.TemporaryDirectory(prefix="easel-views-") as folder:
            program = Program(Path(folder), {"WEB_TOKEN": TOKEN})
            await program.start()
            try:
                await Photographer(browser, program, looks, only, into).take(DOOR, operator=False)
            finally:
                await program.stop()
        await browser.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="some views")
    parser.add_argument("--looks", default="light", help=f"some of {', '.join(LOOKS)}")
    parser.add_argument("--into", type=Path, default=INTO)
    options = parser.parse_args()
    only = frozenset(filter(None, options.only.split(",")))
    asyncio.run(main(only, tuple(LOOKS[name] for name in options.looks.split(",")), options.into))
