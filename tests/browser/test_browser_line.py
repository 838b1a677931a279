"""Breaks of the line: reloads, restarts, signing in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Program

Look = Callable[..., Awaitable[Page]]
BACK = 20_000  # milliseconds


@pytest.mark.core
async def test_a_reload_in_the_middle_of_a_job(slow_easel: Program, look: Look) -> None:
    page = await look(slow_easel.url)
    box = page.locator("#prompt")
    await box.fill("a fox n:3")
    await box.press("Enter")
    await expect(page.get_by_role("article")).to_contain_text("Drawing")
    await box.fill("not sent yet")
    await page.reload()
    message = page.get_by_role("article")
    await expect(message).to_contain_text("Drawing")
    await expect(message.locator(".frame")).to_have_count(3)
    await expect(message.get_by_role("button", name="Cancel")).to_be_visible()
    await expect(box).to_have_value("not sent yet")
    await expect(page.get_by_role("heading", name="What shall I draw?")).to_be_hidden()


async def test_a_restart_of_the_server_loses_nothing(slow_easel: Program, look: Look) -> None:
    page = await look(slow_easel.url)
    box = page.locator("#prompt")
    await box.fill("before")
    await box.press("Enter")
    await expect(page.get_by_role("article")).to_have_count(1)
    await slow_easel.stop()
    await expect(page.get_by_role("status")).to_have_text("Reconnecting…", timeout=BACK)
    await box.fill("meanwhile")
    await box.press("Enter")
    await expect(page.get_by_text("Your text is still here")).to_be_visible()
    await expect(box).to_have_value("meanwhile")
    await slow_easel.start()
    await slow_easel.ask("asked before the page is back")
    await expect(page.locator("#connection")).to_be_hidden(timeout=BACK)
    await expect(page.get_by_role("article").filter(has_text="asked before the page is back")).to_be_visible()
    await expect(page.get_by_role("article").filter(has_text="before").first).to_be_visible()
    await slow_easel.ask("asked after")
    await expect(page.get_by_role("article").filter(has_text="asked after")).to_be_visible()


@pytest.mark.core
async def test_signing_in_with_the_token(programs: Callable[..., Program], look: Look) -> None:
    program = programs(WEB_TOKEN="a long random text", SANDBOX_SPEED="0.1")
    await program.start()
    page = await look(program.url)
    form = page.get_by_role("dialog", name="Sign in to Easel")
    await form.get_by_label("Token").fill("wrong")
    await form.get_by_role("button", name="Sign in").click()
    await expect(form.get_by_role("alert")).to_contain_text("not the token")
    await page.keyboard.press("Escape")
    await expect(form).to_be_visible()
    await form.get_by_label("Token").fill("a long random text")
    await form.get_by_role("button", name="Sign in").click()
    await expect(form).to_be_hidden()
    box = page.locator("#prompt")
    await box.fill("a fox")
    await box.press("Enter")
    await expect(page.get_by_role("article")).to_have_count(1)
    await page.reload()
    await expect(page.get_by_role("article")).to_have_count(1)
    await expect(form).to_be_hidden()
    assert await page.evaluate("document.cookie") == ""


@pytest.mark.core
async def test_a_link_with_the_token_signs_in_and_hides_it(programs: Callable[..., Program], look: Look) -> None:
    program = programs(WEB_TOKEN="a long random text")
    await program.start()
    page = await look(f"{program.url}/#token=a%20long%20random%20text")
    await expect(page.get_by_role("button", name="Width to height: 1:1 square")).to_be_visible()
    await expect(page.get_by_role("dialog")).to_be_hidden()
    assert "token" not in page.url
