"""A share link from the picture seen large to a stranger's window, and its end."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Program

Look = Callable[..., Awaitable[Page]]


@pytest.mark.core
async def test_a_link_is_made_opened_by_a_stranger_and_ended(programs: Callable[..., Program], look: Look) -> None:
    program = programs(SANDBOX_SPEED="40", SHARE_LINK_DAYS="30")
    await program.start()
    job_id = await program.drawn("a secret harbour n:2")

    page = await look(f"{program.url}/#/picture/{job_id}/1")
    await page.get_by_role("dialog").get_by_role("button", name="Share link…").click()
    dialog = page.get_by_role("dialog", name="Share this result")
    await dialog.get_by_label("It ends after").select_option("30 days")
    await dialog.get_by_role("button", name="Make the link").click()
    address = await dialog.locator("code").text_content()
    assert address is not None

    stranger = await page.context.new_page()
    complaints: list[str] = []
    stranger.on("console", lambda message: complaints.append(message.text))  # a policy that is broken says so here
    await stranger.goto(address)
    pictures = stranger.get_by_role("img")
    await expect(pictures).to_have_count(2)
    for place in range(2):
        await pictures.nth(place).scroll_into_view_if_needed()
        assert await pictures.nth(place).evaluate("image => image.decode().then(() => image.naturalWidth)") > 500
    assert await stranger.evaluate("getComputedStyle(document.body).display") == "flex"  # the policy lets its style in
    assert "harbour" not in await stranger.content()
    assert not [one for one in complaints if "favicon" not in one and not one.startswith("Failed to load")]

    await dialog.get_by_role("link", name="All my share links").click()
    await expect(page).to_have_title("All my share links · Easel")
    entry = page.locator(".links li")
    await expect(entry).to_have_count(1)
    await expect(entry.locator("code")).to_have_text(address)
    await entry.get_by_role("button", name="End it").click()
    await page.get_by_role("dialog").get_by_role("button", name="End it").click()
    await expect(entry).to_have_count(0)
    await expect(page.get_by_text("You have no share links.")).to_be_visible()
    await stranger.reload()
    await expect(stranger.get_by_role("heading", name="There is nothing to see here")).to_be_visible()

    # From the card, by More, with the prompt.
    await page.goto(f"{program.url}/#/show/{job_id}")
    await page.get_by_role("article").get_by_role("button", name="More").click()
    await page.locator("#more").get_by_role("button", name="Share link…").click()
    await dialog.get_by_label("Show the prompt, too").check()
    await dialog.get_by_role("button", name="Make the link").click()
    await stranger.goto(await dialog.locator("code").text_content() or "")
    await expect(stranger.get_by_text("a secret harbour")).to_be_visible()


async def test_without_the_setting_nothing_offers_a_link(shared: Program, look: Look) -> None:
    job_id = await shared.drawn("a fox")
    page = await look(f"{shared.url}/#/picture/{job_id}/1")
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_role("button", name=re.compile("^Edit"))).to_be_visible()
    await expect(dialog.get_by_role("button", name="Share link…")).to_have_count(0)
