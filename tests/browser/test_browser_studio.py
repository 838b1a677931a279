"""Whoever runs the page, in the studio; and what refusals look like. One program, put back as it was by each story."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Program

Look = Callable[..., Awaitable[Page]]


async def say(page: Page, text: str) -> None:
    box = page.locator("#prompt")  # the studio, on its way out, has comboboxes of its own
    await expect(page.locator("#chips button").first).to_be_visible()  # who is here is known
    await box.fill(text)
    await box.press("Enter")


async def test_a_report_from_its_button_to_undo(shared: Program, look: Look) -> None:
    job_id = await shared.drawn("a rude fox")
    page = await look(shared.url, extra_http_headers=shared.operator)
    await page.locator(f"#m-{job_id}").get_by_role("button", name="More").click()
    await page.get_by_role("dialog", name="More").get_by_role("button", name="Report").click()
    question = page.get_by_role("dialog", name="Report this picture")
    await expect(question.get_by_label("What is wrong with it?")).to_be_focused()
    await question.get_by_label("What is wrong with it?").fill("it is rude")
    await question.get_by_role("button", name="Send").click()
    await expect(page.get_by_text("Thank you. The moderators have it now.")).to_be_visible()
    studio = page.get_by_role("link", name="Studio")
    await expect(studio.locator(".news")).to_be_visible()
    await studio.click()
    await expect(studio.locator(".news")).to_be_hidden()
    room = page.locator("#view")
    await expect(room).to_contain_text("“it is rude”")
    await expect(room.get_by_role("button", name="Hidden: show picture 1 of 1")).to_be_visible()
    await room.get_by_role("button", name="Remove", exact=True).click()
    await expect(room.get_by_role("status")).to_contain_text(f"You removed job {job_id}")
    await expect(page.locator(f"#m-{job_id}")).to_have_count(0)
    await room.get_by_role("status").get_by_role("button").click()
    await expect(room.get_by_role("button", name="Remove", exact=True)).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.locator(f"#m-{job_id}")).to_be_visible()


@pytest.mark.core
async def test_settings_hold_at_once_and_go_back(shared: Program, look: Look) -> None:
    page = await look(f"{shared.url}/#/studio", extra_http_headers=shared.operator)
    room = page.locator("#view")
    await room.get_by_label("Time zone").fill("Shangri-La")
    await room.get_by_role("button", name="Save", exact=True).click()
    await expect(room.get_by_role("alert")).to_contain_text("I don't know the time zone “Shangri-La”")
    await expect(room.get_by_label("Time zone")).to_be_focused()
    await room.get_by_label("Time zone").fill("UTC")
    await room.get_by_label("Pictures per person per day").fill("2")
    await room.get_by_label("Default clarity").select_option("1024")
    await room.get_by_role("button", name="Save", exact=True).click()
    await expect(room.get_by_role("status")).to_contain_text("You changed the settings")
    await page.get_by_role("link", name="Back to the conversation").click()
    await say(page, "a fox n:3")
    refusal = page.get_by_role("article").last
    await expect(refusal).to_contain_text("More in about")
    await expect(refusal.locator("time")).to_be_visible()
    await page.get_by_role("link", name="Studio").click()
    await room.locator(".trail").get_by_role("button", name="Undo").first.click()
    await expect(room.get_by_label("Pictures per person per day")).to_have_value("")


async def test_a_pause_and_a_blocked_word(shared: Program, look: Look) -> None:
    page = await look(f"{shared.url}/#/studio", extra_http_headers=shared.operator)
    room = page.locator("#view")
    await room.get_by_role("button", name="Pause drawing").click()
    await expect(room.get_by_role("button", name="Resume drawing")).to_be_focused()
    await page.get_by_role("link", name="Back to the conversation").click()
    await say(page, "a fox")
    await expect(page.get_by_text("Drawing is paused in this community")).to_be_visible()
    await page.get_by_role("link", name="Studio").click()
    await room.get_by_role("button", name="Resume drawing").click()
    await expect(room.get_by_role("button", name="Pause drawing")).to_be_visible()
    await room.get_by_label("Word", exact=True).fill("octopus")
    await room.get_by_role("button", name="Block", exact=True).click()
    await expect(room.get_by_role("button", name="Allow “octopus” again")).to_be_visible()
    await page.get_by_role("link", name="Back to the conversation").click()
    await say(page, "an octopus")
    await page.get_by_role("button", name="It's harmless").click()
    await expect(page.get_by_text("The moderators will look at the word")).to_be_visible()
    await say(page, "/why")
    await expect(page.get_by_role("article").last).to_contain_text("a blocked word")
    await page.get_by_role("link", name="Studio").click()
    await room.get_by_role("button", name="Allow the word").click()
    await expect(room.get_by_role("button", name="Allow “octopus” again")).to_have_count(0)


async def test_guests_see_no_studio(programs: Callable[..., Program], look: Look) -> None:
    program = programs(WEB_TOKEN="a long random text", SANDBOX_SPEED="10")
    await program.start()
    page = await look(f"{program.url}/#token=a+long+random+text")
    await expect(page.locator("#prompt")).to_be_visible()
    await expect(page.get_by_role("link", name="Studio")).to_be_hidden()
    await say(page, "/studio")
    await expect(page.get_by_text("Only the operator of this page can open the studio.")).to_be_visible()
    await page.evaluate("location.hash = '#/studio'")
    await expect(page.locator("#prompt")).to_be_visible()


async def test_a_style_of_ones_own_is_completed_drawn_and_taken_away(shared: Program, look: Look) -> None:
    page = await look(f"{shared.url}/#/studio", extra_http_headers=shared.operator)
    room = page.locator("#view")
    await room.get_by_label("Name", exact=True).fill("ink")
    await room.get_by_label("Words it adds to the prompt").fill("bold lines on cream")
    await room.get_by_role("button", name="Save the style").click()
    await expect(room.get_by_role("status")).to_contain_text("I can't use the style ink")
    await room.get_by_label("Name", exact=True).fill("house")
    await room.get_by_role("button", name="Save the style").click()
    await expect(room.get_by_text("style:house")).to_be_visible()
    await expect(room.get_by_label("Name", exact=True)).to_have_value("")
    await expect(room.get_by_label("Default style").locator("option", has_text="house")).to_have_count(1)
    await page.get_by_role("link", name="Back to the conversation").click()
    box = page.locator("#prompt")
    await box.press_sequentially("a fox style:hou")
    await expect(page.get_by_role("option", name="bold lines on cream")).to_be_visible()
    await box.press("Enter")
    await expect(box).to_have_value("a fox style:house ")
    await box.press("Enter")
    asked = page.get_by_role("article").filter(has_text="/imagine a fox style:house")
    await asked.get_by_role("button", name="Edit").click()
    await expect(page.get_by_role("dialog").get_by_role("radio", name="house")).to_be_checked()
    await page.get_by_role("button", name="Never mind").click()
    await page.get_by_role("link", name="Studio").click()
    await room.get_by_role("button", name="Change the style house").click()
    await expect(room.get_by_label("Words it adds to the prompt")).to_have_value("bold lines on cream")
    await room.get_by_role("button", name="Remove the style house").click()
    await expect(room.get_by_text("style:house")).to_have_count(0)
    await room.get_by_role("status").get_by_role("button", name="Undo").click()
    await expect(room.get_by_text("style:house")).to_be_visible()
    await room.get_by_role("button", name="Remove the style house").click()
    await expect(room.get_by_text("style:house")).to_have_count(0)


async def test_somebody_is_blocked_and_lifted(programs: Callable[..., Program], look: Look) -> None:
    token = "a long random text"
    program = programs(WEB_TOKEN=token, SANDBOX_SPEED="40")
    await program.start()
    guest = await look(f"{program.url}/#token={token.replace(' ', '+')}")
    await say(guest, "a fox")
    await expect(guest.get_by_role("article")).to_have_count(1)
    page = await look(f"{program.url}/#/studio", extra_http_headers=program.operator)
    room = page.locator("#view")
    await room.get_by_role("radio", name="Block until somebody lifts it").check()
    await room.get_by_label("Reason (they will read it)").fill("too many foxes")
    await room.get_by_role("button", name="Do it").click()
    people = room.locator("section").filter(has=page.get_by_role("heading", name="People"))
    await expect(people.get_by_role("listitem")).to_contain_text("blocked until somebody lifts it · too many foxes")
    await say(guest, "a fox")
    await expect(guest.get_by_role("article").last).to_contain_text("too many foxes")
    await room.get_by_role("button", name="draw again").click()
    await expect(people.get_by_role("listitem")).to_have_count(0)
    await say(guest, "another fox")
    await expect(guest.get_by_text("another fox").first).to_be_visible()
