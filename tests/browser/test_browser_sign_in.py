"""An invite's button, a code for a second device, the operator's link, and signing out."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import ROOT, Program

Look = Callable[..., Awaitable[Page]]
TOKEN = "a long random text"


async def told(program: Program, *arguments: str) -> str:
    """What a command of the operator's prints."""
    settings = {"DATA_DIR": str(program.data), "WEB_PORT": str(program.port), "PYTHONPATH": str(ROOT)}
    command = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *arguments,
        env=os.environ | settings | program.settings,
        cwd=program.data,
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await command.communicate()
    assert command.returncode == 0
    return out.decode().strip()


async def test_an_invite_is_used_by_its_button_and_a_code_adds_a_device(
    programs: Callable[..., Program], look: Look
) -> None:
    program = programs(WEB_TOKEN=TOKEN, SANDBOX_SPEED="40")
    await program.start()
    link = await told(program, "invite", "Ada")

    page = await look(f"{program.url}/#token={TOKEN.replace(' ', '+')}")
    await page.locator("#prompt").fill("a red fox")
    await page.locator("#prompt").press("Enter")
    await expect(page.get_by_role("article")).to_have_count(1)
    for _ in range(2):  # opening and reloading use nothing up
        await page.goto("about:blank")
        await page.goto(link)
        await expect(page.get_by_role("dialog", name="Sign in as Ada?")).to_be_visible()
    await page.get_by_role("button", name="Sign in as Ada").click()
    await expect(page.get_by_role("button", name="Signed in as Ada")).to_be_visible()
    await expect(page.get_by_role("article").get_by_role("button", name="Delete")).to_be_visible()
    assert "invite" not in page.url

    await page.get_by_role("button", name="Signed in as Ada").click()
    await page.get_by_role("button", name="Add a device").click()
    code = await page.locator(".device-code").text_content()
    phone = await look(program.url)
    form = phone.get_by_role("dialog", name="Sign in to Easel")
    await form.get_by_label("code from another device").fill("WRNG-CDE1")
    await form.get_by_role("button", name="Sign in").click()
    await expect(form.get_by_role("alert")).to_contain_text("This code doesn't work")
    await form.get_by_label("code from another device").fill(code or "")
    await form.get_by_role("button", name="Sign in").click()
    await expect(phone.get_by_role("button", name="Signed in as Ada")).to_be_visible()

    other = await look(link)
    await expect(other.get_by_role("dialog", name="Sign in to Easel").get_by_role("alert")).to_contain_text("used")

    await phone.get_by_role("button", name="Signed in as Ada").click()
    await phone.get_by_role("button", name="Sign out").click()
    await expect(form).to_be_visible()
    await told(program, "uninvite", "Ada")
    await page.reload()
    await expect(page.get_by_role("dialog", name="Sign in to Easel")).to_be_visible()


@pytest.mark.core
async def test_the_operators_link_opens_the_studio(shared: Program, look: Look) -> None:
    page = await look(shared.url)
    await expect(page.get_by_role("link", name="Studio")).to_be_hidden()
    await page.goto("about:blank")
    await page.goto(await told(shared, "link"))
    await expect(page.get_by_role("link", name="Studio")).to_be_visible()
    assert "local" not in page.url
    assert await page.evaluate("document.cookie") == ""
