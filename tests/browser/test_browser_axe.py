"""axe-core on every view and dialog, in both themes and languages: no violations. `make vendor` renews its copy."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import ROOT, Program

Look = Callable[..., Awaitable[Page]]
AXE = Path(__file__).parent / "vendor/axe.min.js"
DRAWN = 30_000  # milliseconds
# The best practices are part of it: landmarks, headings, names.
_RUN = """async () => {
    const { violations } = await axe.run(document, { resultTypes: ["violations"] });
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target, failureSummary }) =>
        `${target.join(" ")} (${failureSummary.split("\\n").slice(1, 2).join("").trim()})`).slice(0, 3).join("; ")}`);
}"""


async def test_the_vendored_script_is_what_its_sum_says() -> None:
    recipe = (ROOT / "ops/vendor_axe.py").read_text("utf-8")
    assert f'SCRIPT = "{hashlib.sha256(AXE.read_bytes()).hexdigest()}"' in recipe
    assert "Mozilla Public License" in AXE.with_name("axe.LICENSE.txt").read_text("utf-8")


class Checked:
    """Runs axe as what is on the screen changes, and gathers what it says."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.found: list[str] = []

    async def check(self, view: str) -> None:
        # evaluate, unlike a script element, is not held up by the page's own policy
        if not await self.page.evaluate("Boolean(window.axe)"):
            await self.page.evaluate(AXE.read_text("utf-8"))
        said: list[str] = await self.page.evaluate(_RUN)
        self.found += [f"{view}: {line}" for line in said]

    async def say(self, text: str) -> None:
        await self.page.locator("#prompt").fill(text)
        await self.page.locator("#prompt").press("Enter")

    async def go(self, address: str, heading: str) -> None:
        await self.page.evaluate(f"location.hash = '{address}'")
        await expect(self.page.get_by_role("heading", name=heading).first).to_be_attached()


@pytest.mark.parametrize(
    ("scheme", "locale", "width"), [("light", "en-US", 1200), ("dark", "en-US", 360), ("dark", "zh-CN", 1200)]
)
async def test_no_view_has_a_violation(shared: Program, look: Look, scheme: str, locale: str, width: int) -> None:
    chinese = locale == "zh-CN"
    size = {"width": width, "height": 800}
    how = {"viewport": size, "color_scheme": scheme, "locale": locale, "extra_http_headers": shared.operator}
    page = await look(shared.url, **how)
    axe = Checked(page)
    await expect(page.locator("#chips .chip").first).to_be_visible()
    await axe.check("begin")
    job_id = await shared.drawn("a heron n:2")
    await expect(page.locator(f"#m-{job_id} [data-done]")).to_be_visible()
    await axe.say("a {red|blue} fox")
    await expect(page.locator("[data-tone=asking]")).to_be_visible()
    await axe.say("a fox ratio:16:7")
    await expect(page.locator("[data-tone=refused]")).to_be_visible()
    await axe.say("/help")
    await expect(page.locator(".help-topics")).to_be_visible()
    await axe.say("/usage")
    await expect(page.locator(".usage")).to_be_visible()
    await page.locator("#prompt").fill("a fox --v 6")
    await expect(page.locator("#told")).to_be_visible()
    await axe.check("conversation")
    await page.locator("[data-option=ratio]").click()
    await axe.check("picker")
    await page.keyboard.press("Escape")
    await page.locator("[data-option=history]").click()
    await expect(page.locator(".past-prompt").first).to_be_visible()
    await axe.check("history")
    await page.keyboard.press("Escape")
    await page.locator(f"#m-{job_id} [data-press=more]").click()
    await axe.check("more")
    await page.keyboard.press("Escape")
    await page.locator(f"#m-{job_id} [data-press=edit]").click()
    await axe.check("edit")
    await page.keyboard.press("Escape")
    await page.locator(f"#m-{job_id} button.frame").first.click()
    await expect(page.locator(".panel-prompt")).to_be_visible()
    await axe.check("lightbox")
    await page.keyboard.press("Escape")
    await axe.go("#/gallery", "图库" if chinese else "Gallery")
    await expect(page.locator(".tile").first).to_be_visible()
    await axe.check("gallery")
    await axe.go(f"#/show/{job_id}", "详情" if chinese else "Details")
    await axe.check("show")
    await axe.go("#/board", "正在进行" if chinese else "What is running")
    await axe.check("board")
    await axe.go("#/studio", "设置" if chinese else "Studio")
    await expect(page.locator(".faults")).to_be_visible()
    await axe.check("studio")
    await page.locator("h2").first.focus()
    await page.keyboard.press("?")
    await axe.check("keys")
    assert not axe.found, "\n".join(axe.found)
