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
TOKEN = "a long random text"
# The best practices are part of it: landmarks, headings, names.
_RUN = """async () => {
    const { violations } = await axe.run(document, { resultTypes: ["violations"] });
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target, failureSummary }) =>
        `${target.join(" ")} (${failureSummary.split("\\n").slice(1, 2).join("").trim()})`).slice(0, 3).join("; ")}`);
}"""


@pytest.mark.core
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

    async def go(self, address: str, there: str) -> None:
        """`there` is in the view once it is drawn. What lies above another view is closed first."""
        await self.page.keyboard.press("Escape")
        await self.page.evaluate(f"location.hash = '{address}'")
        await expect(self.page.locator(there).first).to_be_visible()


async def conversation(axe: Checked, program: Program) -> None:
    page = axe.page
    await expect(page.locator("#chips .chip").first).to_be_visible()
    await axe.check("begin")
    job_id = await program.drawn("a heron n:2")
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
    for option in ("ratio", "style"):
        await page.locator(f"[data-option={option}]").click()
        await axe.check(f"picker of {option}")
        await page.keyboard.press("Escape")
    await page.locator("[data-option=history]").click()
    await expect(page.locator(".past-prompt").first).to_be_visible()
    await axe.check("history")
    await page.keyboard.press("Escape")
    await page.locator("#prompt").fill("/")
    await expect(page.locator(".suggestion").first).to_be_visible()
    await axe.check("suggestions")
    await page.locator("#prompt").fill("")
    for press in ("more", "edit", "delete"):
        await page.locator(f"#m-{job_id} [data-press={press}]").click()
        await axe.check(press)
        await page.keyboard.press("Escape")


async def views(axe: Checked, program: Program) -> None:
    page = axe.page
    first = await program.drawn("a red fox 在雪地里 n:2")
    second = await program.drawn("a blue fox 在雪山里 n:2", parent=first)
    failed = (await program.ask("a tower [[fail]]"))["id"]
    await axe.go(f"#/picture/{second}/2", ".panel-prompt")
    await axe.check("picture")
    await axe.go(f"#/show/{second}", "#view .card [data-done]")
    await axe.check("details")
    await axe.go(f"#/lineage/{second}", ".node.current")
    await axe.check("lineage")
    await axe.go(f"#/compare?of={first}/1,{second}/1", ".compared figure")
    await axe.check("compare")
    await axe.go(f"#/compare?of={first}/1,{first}/2&way=slider", ".slider")
    await axe.check("slider")
    await axe.go("#/compare?of=", ".compare .nothing")
    await axe.check("nothing to compare")
    await axe.go("#/gallery", ".tile")
    await axe.check("gallery")
    await page.locator(".tile").first.focus()
    await page.locator(".tile-box").first.check(force=True)
    await axe.check("chosen")
    await axe.go("#/gallery?q=nothing+like+it", ".gallery .nothing")
    await axe.check("nothing found")
    await axe.go("#/board", f'.run[data-id="{failed}"]')
    await axe.check("board")
    await axe.go("#/studio", ".faults")
    await page.locator("[data-act=fault-slow]").click()
    await expect(page.locator("[data-act=fault-calm]")).to_be_visible()
    await axe.check("studio")
    await page.locator("[data-act=fault-calm]").click()
    await page.locator("h2").first.focus()
    await page.keyboard.press("?")
    await axe.check("keys")


WALKS = {"conversation": conversation, "views": views}
LOOKS = [
    pytest.param("light", "en-US", 1200, marks=pytest.mark.core),
    ("dark", "en-US", 360),
    ("light", "zh-CN", 360),
    ("dark", "zh-CN", 1200),
]


@pytest.mark.parametrize("walk", WALKS)
@pytest.mark.parametrize(("scheme", "locale", "width"), LOOKS)
async def test_no_view_has_a_violation(
    shared: Program, look: Look, walk: str, scheme: str, locale: str, width: int
) -> None:
    how = {"viewport": {"width": width, "height": 800}, "color_scheme": scheme, "locale": locale}
    axe = Checked(await look(shared.url, **how, extra_http_headers=shared.operator))
    await WALKS[walk](axe, shared)
    assert not axe.found, "\n".join(axe.found)


@pytest.mark.parametrize(("scheme", "locale"), [("light", "en-US"), ("dark", "zh-CN")])
async def test_no_door_has_a_violation(programs: Callable[..., Program], look: Look, scheme: str, locale: str) -> None:
    program = programs(WEB_TOKEN=TOKEN)
    await program.start()
    axe = Checked(await look(program.url, color_scheme=scheme, locale=locale))
    page = axe.page
    await expect(page.locator("#sign-in")).to_be_visible()
    await axe.check("sign in")
    await page.locator("#token").fill("a guess")
    await page.locator("#sign-in [type=submit]").click()
    await expect(page.locator("#sign-in-error")).to_be_visible()
    await axe.check("a wrong token")
    await page.locator("#token").fill(TOKEN)
    await page.locator("#sign-in [type=submit]").click()
    await page.locator("#account").click()
    await page.locator("#add-device").click()
    await expect(page.locator(".device-code")).to_be_visible()
    await axe.check("account")
    assert not axe.found, "\n".join(axe.found)


@pytest.mark.parametrize(("scheme", "locale"), [("dark", "en-US"), ("light", "zh-CN")])
async def test_nothing_shared_has_a_violation(
    programs: Callable[..., Program], look: Look, scheme: str, locale: str
) -> None:
    program = programs(SANDBOX_SPEED="40", SHARE_LINK_DAYS="30")
    await program.start()
    job_id = await program.drawn("a harbour n:2")
    axe = Checked(await look(f"{program.url}/#/picture/{job_id}/1", color_scheme=scheme, locale=locale))
    page = axe.page
    await page.get_by_role("button", name="Share link…" if locale == "en-US" else "分享链接…").click()
    dialog = page.locator("dialog:has([name=prompt][type=checkbox])")
    await dialog.locator("[name=prompt]").check()
    await dialog.locator("[type=submit]").click()
    address = await dialog.locator("code").text_content()
    await axe.check("a link is made")
    await page.keyboard.press("Escape")
    await axe.go("#/links", ".links li")
    await axe.check("all links")
    await page.locator(".links .danger").click()
    await axe.check("end it?")
    await page.goto(address or "")
    await expect(page.get_by_role("img")).to_have_count(2)
    await axe.check("what a stranger sees")
    await page.goto(f"{address}x")
    await axe.check("nothing to see")
    assert not axe.found, "\n".join(axe.found)
