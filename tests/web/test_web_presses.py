from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.domain.community import Community
from bot.domain.limits import Limits
from tests.web.conftest import LOCAL_SECRET, Site

TOKEN = "a long random text of the operator"


async def drawn(page: Site, text: str = "a fox x2", **more: Any) -> str:
    job_id: str = (await page.ask(text, **more))["id"]
    await page.finished(job_id)
    return job_id


async def message_of(page: Site, job_id: str) -> dict[str, Any]:
    _, answer = await page.get(f"/api/jobs/{job_id}")
    message: dict[str, Any] = answer["message"]
    return message


async def test_hd_is_the_same_at_the_next_clarity_until_there_is_none(page: Site) -> None:
    job_id = await drawn(page, "a fox clarity:2048 n:3")
    status, answer = await page.post(f"/api/jobs/{job_id}/hd")
    assert (status, answer["job"]["clarity"], answer["job"]["n"]) == (202, 4096, 3)
    assert answer["message"]["parent"] == job_id
    await page.finished(answer["job"]["id"])
    status, answer = await page.post(f"/api/jobs/{answer['job']['id']}/hd")
    assert (status, answer["error"]["code"]) == (403, "hd-largest")


async def test_the_price_of_hd_is_known_before_the_press(page: Site) -> None:
    await page.manage()
    await page.post("/api/studio/settings", {"changes": {"weights": "2048=2, 4096=5"}})
    _, session = await page.get("/api/session")
    assert session["prices"] == {"1024": 1, "2048": 2, "4096": 5}


async def test_another_shape(page: Site) -> None:
    job_id = await drawn(page, "a fox ratio:1:1")
    _, answer = await page.get(f"/api/jobs/{job_id}/more")
    card = answer["card"]
    assert card["command"] == "/imagine a fox"
    shapes = {button["label"]: button["index"] for button in card["buttons"] if button["press"] == "shape"}
    wide = next(index for label, index in shapes.items() if label.startswith("16:9"))
    status, answer = await page.post(f"/api/jobs/{job_id}/shape", {"index": wide})
    assert (status, answer["job"]["ratio"]) == (202, "16:9")
    status, answer = await page.post(f"/api/jobs/{job_id}/shape", {"index": 99})
    assert (status, answer["error"]["code"]) == (403, "no-such-shape")


async def test_more_prices_for_whoever_asks(site: Site) -> None:
    site.limits = Limits(user_daily=5)
    async with site.open() as page:
        job_id = await drawn(page, "a fox x3")
        _, answer = await page.get(f"/api/jobs/{job_id}/more?lang=en")
        assert "needs 3, and you have 2 left today" in "".join(answer["card"]["status"])


async def test_a_star_is_turned_around_and_everybody_hears_of_it(page: Site) -> None:
    job_id = await drawn(page)
    async with page.watching() as stream:
        await stream.next("reset")
        status, answer = await page.post(f"/api/jobs/{job_id}/star")
        assert (status, answer["opinion"]["stars"], answer["opinion"]["starred"]) == (200, 1, True)
        event = await stream.next("opinion")
        assert event.data["id"] == job_id
        assert event.data["opinion"] == {"stars": 1, "votes": {}}  # not who
    _, answer = await page.post(f"/api/jobs/{job_id}/star", {"starred": True})
    assert answer["opinion"]["stars"] == 1
    _, answer = await page.post(f"/api/jobs/{job_id}/star")
    assert answer["opinion"]["stars"] == 0


async def test_votes_move_and_stay_after_a_restart(site: Site) -> None:
    async with site.open() as page:
        job_id = await drawn(page)
        await page.post(f"/api/jobs/{job_id}/vote", {"index": 1})
        _, answer = await page.post(f"/api/jobs/{job_id}/vote", {"index": 2})
        assert answer["opinion"] == {"stars": 0, "votes": {"2": 1}, "starred": False, "vote": 2}
    async with site.open() as page:
        _, history = await page.get("/api/history")
        assert history["messages"][0]["opinion"]["vote"] == 2
        _, answer = await page.post(f"/api/jobs/{job_id}/vote", {"index": 2})
        assert answer["opinion"]["vote"] is None
        status, answer = await page.post(f"/api/jobs/{job_id}/vote", {"index": 3})
        assert (status, answer["error"]["code"]) == (403, "no-such-picture")


@pytest.mark.parametrize("body", [{}, {"index": "2"}, {"index": True}, {"index": 1.5}])
@pytest.mark.parametrize("press", ["vote", "shape"])
async def test_a_number_must_be_one(page: Site, press: str, body: dict[str, Any]) -> None:
    job_id = await drawn(page)
    status, answer = await page.post(f"/api/jobs/{job_id}/{press}", body)
    assert (status, answer["error"]["code"]) == (400, "bad-request")


@pytest.mark.parametrize("press", ["hd", "shape", "star", "vote", "spoiler", "report"])
@pytest.mark.parametrize("job_id", ["000000000000", "x", "..%2F..%2Fetc"])
async def test_what_never_was_has_no_buttons(page: Site, press: str, job_id: str) -> None:
    status, answer = await page.post(f"/api/jobs/{job_id}/{press}", {"index": 1, "hidden": True})
    assert status == 404
    assert answer["error"]["message"]


async def test_a_veil_is_for_everybody_and_survives_a_restart(site: Site) -> None:
    async with site.open() as page:
        job_id = await drawn(page)
        async with page.watching() as stream:
            await stream.next("reset")
            status, answer = await page.post(f"/api/jobs/{job_id}/spoiler", {"hidden": True})
            assert (status, answer["message"]["hidden"]) == (200, True)
            assert (await stream.next("card")).data["message"]["hidden"] is True
    async with site.open() as page:
        assert (await message_of(page, job_id))["hidden"] is True
        _, found = await page.get("/api/gallery")
        assert found["items"][0]["hidden"] is True
        await page.post(f"/api/jobs/{job_id}/spoiler", {"hidden": False})
        assert (await message_of(page, job_id))["hidden"] is False


async def test_a_veil_is_its_author_s_to_lift(site: Site) -> None:
    async with site.open(token=TOKEN) as page:
        await page.sign_in(TOKEN)
        job_id = await drawn(page)
        await page.post(f"/api/jobs/{job_id}/spoiler", {"hidden": True})
        await page.post(f"/api/actions/share/{job_id}")
        other = {"Authorization": f"Bearer {TOKEN}"}
        status, answer = await page.post(f"/api/jobs/{job_id}/spoiler", {"hidden": False}, headers=other)
        assert (status, answer["error"]["code"]) == (403, "not-yours")
        operator = {"Authorization": f"Bearer {LOCAL_SECRET}"}
        assert (await page.post(f"/api/jobs/{job_id}/spoiler", {"hidden": False}, headers=operator))[0] == 200


async def test_a_report_reaches_the_studio_without_any_setting(page: Site) -> None:
    await page.manage()
    job_id = await drawn(page)
    async with page.watching() as stream:
        await stream.next("reset")
        status, answer = await page.post(f"/api/jobs/{job_id}/report?lang=en", {"reason": "not for the office"})
        assert (status, answer["card"]["status"]) == (200, ["Thank you. The moderators have it now."])
        await stream.next("desk")
    _, studio = await page.get("/api/studio")
    (card,) = studio["reports"]
    assert ["“not for the office”"] in card["notes"]
    assert [button["press"] for button in card["buttons"]] == ["remove", "lock", "blockword"]
    assert card["pictures"][0]["url"] == f"/pictures/{job_id}/1"
    status, answer = await page.post(f"/api/jobs/{job_id}/report")
    assert (status, answer["error"]["code"]) == (403, "already-reported")


async def test_guests_hear_nothing_of_the_desk(site: Site) -> None:
    async with site.open(token=TOKEN) as page:
        await page.sign_in(TOKEN)
        job_id = await drawn(page)
        async with page.watching() as stream:
            await stream.next("reset")
            await page.post(f"/api/jobs/{job_id}/report")
            await page.post(f"/api/jobs/{job_id}/star")
            assert (await stream.next()).kind == "opinion"


async def test_two_reports_at_a_time_are_one_card(page: Site) -> None:
    await page.manage()
    job_id = await drawn(page)
    answers = await asyncio.gather(
        page.post(f"/api/jobs/{job_id}/report"), page.post(f"/api/jobs/{job_id}/report", {"reason": "again"})
    )
    assert sorted(status for status, _ in answers) == [200, 403]
    _, studio = await page.get("/api/studio")
    assert len(studio["reports"]) == 1


async def test_refusals_say_why_and_until_when(page: Site) -> None:
    await page.manage()
    await page.post("/api/studio/settings", {"changes": {"cooldown": "60"}})
    await page.ask("a fox")
    status, answer = await page.post("/api/commands", {"text": "a second fox"})
    assert (status, answer["error"]["code"]) == (429, "limit-cooldown")
    assert any(isinstance(part, dict) and "at" in part for part in answer["error"]["card"]["status"])


async def test_paused_and_blocked(page: Site) -> None:
    await page.manage()
    await page.post("/api/studio/words", {"word": "octopus", "blocked": True})
    status, answer = await page.post("/api/commands", {"text": "an OCTOPUS"})
    assert (status, answer["error"]["code"]) == (403, "blocked-word")
    (appeal,) = answer["error"]["card"]["buttons"]
    assert appeal["press"] == "appeal"
    status, said = await page.post(f"/api/appeals/{appeal['target']}?lang=en")
    assert (status, said["card"]["status"]) == (200, ["Thank you. The moderators will look at the word."])
    _, studio = await page.get("/api/studio")
    assert [card["buttons"][0]["press"] for card in studio["notes"]] == ["undo"]
    await page.post("/api/studio/pause", {"paused": True})
    status, answer = await page.post("/api/commands", {"text": "a fox"})
    assert (status, answer["error"]["code"]) == (403, "paused")
    status, answer = await page.post("/api/appeals/notanumber")
    assert (status, answer["error"]["code"]) == (403, "nothing-to-appeal")


async def test_what_the_community_decides_holds_for_the_terminal_no_more_than_before(page: Site) -> None:
    await page.post("/api/studio/pause", {"paused": True})
    terminal = {"Authorization": f"Bearer {LOCAL_SECRET}", "X-Easel-Platform": "terminal"}
    status, _ = await page.post("/api/commands", {"text": "a fox"}, headers=terminal)
    assert status == 202
    assert await page.stores.communities.community("terminal", "terminal") == Community(
        platform="terminal", community_id="terminal"
    )


async def test_every_action_of_a_card_has_one_address(page: Site) -> None:
    job_id = await drawn(page)
    status, answer = await page.post(f"/api/actions/again/{job_id}")
    assert (status, answer["message"]["parent"]) == (202, job_id)
    status, answer = await page.post(f"/api/actions/star/{job_id}")
    assert (status, answer["opinion"]["stars"]) == (200, 1)
    status, answer = await page.post(f"/api/actions/vote/{job_id}", {"index": 2})
    assert (status, answer["opinion"]["vote"]) == (200, 2)
    status, answer = await page.post(f"/api/actions/show/{job_id}")
    assert (status, answer["show"]["id"]) == (200, job_id)
    status, answer = await page.post("/api/actions/page/mine", {"index": 0})
    assert (status, {item["id"] for item in answer["gallery"]["items"]} >= {job_id}) == (200, True)
    status, answer = await page.post(f"/api/actions/teleport/{job_id}")
    assert (status, answer["error"]["code"]) == (404, "job-gone")


async def test_an_action_that_asks_something_brings_its_form(page: Site) -> None:
    job_id = await drawn(page)
    status, answer = await page.post(f"/api/actions/report/{job_id}?lang=en")
    form = answer["form"]
    assert (status, form["form"], form["target"], form["title"]) == (200, "report", job_id, "Report this picture")
    (field,) = form["fields"]
    assert (field["name"], field["kind"], field["required"]) == ("text", "paragraph", False)
    status, answer = await page.post(f"/api/forms/report/{job_id}?lang=en", {"values": {"text": "rude"}})
    assert (status, answer["card"]["status"]) == (200, ["Thank you. The moderators have it now."])


@pytest.mark.parametrize("body", [{"values": []}, {"values": {"text": 5}}, {"values": {"text": [5]}}])
async def test_a_form_holds_texts_and_nothing_else(page: Site, body: dict[str, Any]) -> None:
    status, answer = await page.post("/api/forms/report/000000000000", body)
    assert (status, answer["error"]["code"]) == (400, "bad-request")
