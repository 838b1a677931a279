from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.actions.invites import Invites
from bot.platforms.web.handler import WebInput
from tests.web.conftest import LOCAL_SECRET, Site
from tests.web.test_web_presses import drawn

TOKEN = "a long random text of the operator"


@pytest.fixture
async def page(site: Site) -> AsyncIterator[Site]:
    """On loopback, opened by whoever runs it."""
    async with site.open() as opened:
        await opened.manage()
        yield opened


async def studio(page: Site) -> dict[str, Any]:
    status, answer = await page.get("/api/studio?lang=en")
    assert status == 200, answer
    return answer


def field(answer: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in answer["fields"] if each["name"] == name)
    return found


async def test_settings_are_changed_told_and_taken_back(page: Site) -> None:
    assert (field(await studio(page), "user_daily")["value"], field(await studio(page), "user_daily")["otherwise"]) == (
        "",
        "50",
    )
    changes = {"user_daily": "12", "default_ratio": "16:9", "timezone": "asia/shanghai"}
    status, answer = await page.post("/api/studio/settings", {"changes": changes})
    assert (status, answer["done"]["undo"] is not None) == (200, True)
    shown = await studio(page)
    assert [field(shown, name)["value"] for name in changes] == ["12", "16:9", "Asia/Shanghai"]
    assert (await page.ask("a fox"))["ratio"] == "16:9"
    status, _ = await page.post(f"/api/studio/undo/{answer['done']['id']}")
    assert status == 200
    assert field(await studio(page), "default_ratio")["value"] == "1:1"
    status, answer = await page.post(f"/api/studio/undo/{answer['done']['id']}")
    assert (status, answer["error"]["code"]) == (403, "already-undone")


async def test_nothing_changed_is_nothing_done(page: Site) -> None:
    _, answer = await page.post("/api/studio/settings", {"changes": {"default_n": "1"}})
    assert answer["done"] is None
    assert (await studio(page))["audit"] == []


async def test_a_wrong_value_names_its_field(page: Site) -> None:
    changes = {"user_daily": "3", "timezone": "Shangri-La"}
    status, answer = await page.post("/api/studio/settings?lang=en", {"changes": changes})
    assert (status, answer["error"]["field"]) == (400, "timezone")
    assert "Shangri-La" in answer["error"]["message"]
    assert field(await studio(page), "user_daily")["value"] == ""  # all or nothing


@pytest.mark.parametrize("body", [{}, {"changes": []}, {"changes": {"user_daily": [3]}}])
async def test_settings_of_nonsense_are_a_400(page: Site, body: dict[str, Any]) -> None:
    assert (await page.post("/api/studio/settings", body))[0] == 400


async def test_words_come_and_go(page: Site) -> None:
    status, _ = await page.post("/api/studio/words", {"word": "octopus", "whole": False, "blocked": True})
    assert status == 200
    assert (await studio(page))["words"] == [{"word": "octopus", "whole": False}]
    status, answer = await page.post("/api/studio/words", {"word": "octopus", "blocked": True})
    assert (status, answer["error"]["code"]) == (403, "word-there")
    await page.post("/api/studio/words", {"word": "octopus", "blocked": False})
    assert (await studio(page))["words"] == []


async def test_a_report_is_acted_on_and_taken_back(page: Site) -> None:
    job_id = await drawn(page)
    await page.post(f"/api/jobs/{job_id}/report", {"reason": "no"})
    async with page.watching() as stream:
        await stream.next("reset")
        status, answer = await page.post(f"/api/studio/reports/{job_id}/remove")
        assert status == 200
        assert (await stream.next("gone")).data["id"] == job_id
        assert (await page.get("/api/history"))[1]["messages"] == []
        # Whoever decides may still look at it.
        async with page.client.get(f"{page.server.url}/pictures/{job_id}/1?size=thumb") as response:
            assert response.status == 200
        (card,) = (await studio(page))["reports"]
        assert "remove" not in {button["press"] for button in card["buttons"]}
        status, _ = await page.post(f"/api/studio/undo/{answer['done']['id']}")
        assert status == 200
        assert (await stream.next("result")).data["message"]["id"] == job_id
    assert len((await page.get("/api/history"))[1]["messages"]) == 1


async def test_a_word_of_a_report_is_blocked(page: Site) -> None:
    job_id = await drawn(page, "an octopus")
    await page.post(f"/api/jobs/{job_id}/report")
    status, _ = await page.post(f"/api/studio/reports/{job_id}/word", {"word": "octopus"})
    assert status == 200
    assert (await page.post("/api/commands", {"text": "an octopus"}))[0] == 403
    assert (await page.post(f"/api/studio/reports/{job_id}/word", {}))[0] == 400
    assert (await page.post(f"/api/studio/reports/{job_id}/burn"))[0] == 404


async def test_who_used_what(page: Site) -> None:
    await drawn(page, "a fox x3")
    shown = await studio(page)
    assert [(row["name"], row["delivered"]) for row in shown["usage"]["rows"]] == [("You", 3)]
    assert shown["month"] == {"taken": 3, "limit": None}


async def test_whoever_runs_it_is_spoken_to_in_both_languages(page: Site) -> None:
    await page.post("/api/studio/words", {"word": "octopus", "blocked": True})
    status, _ = await page.post("/api/commands", {"text": "an octopus"})
    assert status == 403

    async def told(locale: str) -> list[str]:
        audit = (await page.get(f"/api/studio?lang={locale}"))[1]["audit"]
        return ["".join(part for part in entry["text"] if isinstance(part, str)) for entry in audit]

    refused, blocked = await told("en")
    assert "You were refused" in refused
    assert "You blocked the word “octopus”" in blocked
    refused, blocked = await told("zh-CN")
    assert "你 的请求没有通过" in refused
    assert "你 屏蔽了词“octopus”" in blocked


async def test_the_trail_has_pages(page: Site) -> None:
    for number in range(12):
        await page.post("/api/studio/words", {"word": f"word{number}", "blocked": True})
    first = (await studio(page))["audit"]
    assert len(first) == 10
    _, answer = await page.get(f"/api/studio/audit?before={first[-1]['id']}")
    assert len(answer["audit"]) == 2
    assert (await page.get("/api/studio/audit?before=x"))[0] == 403


async def test_a_pause_twice(page: Site) -> None:
    assert (await page.post("/api/studio/pause", {"paused": True}))[0] == 200
    status, answer = await page.post("/api/studio/pause", {"paused": True})
    assert (status, answer["error"]["code"]) == (403, "already-paused")
    assert (await page.post("/api/studio/pause", {"paused": "no"}))[0] == 400


async def test_guests_have_no_studio(site: Site) -> None:
    async with site.open(token=TOKEN) as page:
        await page.sign_in(TOKEN)
        assert (await page.get("/api/session"))[1]["manager"] is False
        assert (await page.get("/api/studio"))[0] == 403
        for path in ("settings", "pause", "words", "styles", "people", "undo/1", "reports/000000000000/remove"):
            status, answer = await page.post(f"/api/studio/{path}", {"paused": True, "word": "fox", "changes": {}})
            assert (status, answer["error"]["code"]) == (403, "moderators-only"), path
        status, answer = await page.post("/api/commands", {"text": "/studio"})
        assert (status, answer["error"]["code"]) == (403, "managers-only")
        _, options = await page.get("/api/options")
        assert "/studio" not in {command["name"] for command in options["commands"]}
        operator = {"Authorization": f"Bearer {LOCAL_SECRET}"}
        assert (await page.get("/api/studio", headers=operator))[0] == 200


async def test_another_site_changes_nothing(page: Site) -> None:
    foreign = {"Origin": "https://elsewhere.example"}
    assert (await page.post("/api/studio/pause", {"paused": True}, headers=foreign))[0] == 403
    assert (await page.post("/api/mydata/delete", {"sure": True}, headers=foreign))[0] == 403
    assert (await studio(page))["paused"] is False


async def test_own_styles_come_change_and_go_and_can_be_typed(page: Site) -> None:
    status, answer = await page.post("/api/studio/styles", {"name": "House", "words": " bold \n lines: on cream "})
    assert (status, answer["done"]["undo"] is not None) == (200, True)
    shown = await studio(page)
    assert shown["styles"] == [{"name": "house", "words": "bold lines: on cream"}]
    assert field(shown, "default_style")["choices"][0] == {"value": "house", "label": "house"}
    assert (await page.ask("a fox style:house"))["state"] == "queued"
    await page.post("/api/studio/styles", {"name": "house", "words": "thin lines"})
    assert (await studio(page))["styles"] == [{"name": "house", "words": "thin lines"}]
    await page.post("/api/studio/styles", {"name": "house"})
    assert (await studio(page))["styles"] == []
    status, answer = await page.post("/api/studio/styles", {"name": "house"})
    assert (status, answer["error"]["code"]) == (400, "style-gone")


@pytest.mark.parametrize(("name", "words"), [("ink", "black"), ("two words", "black"), ("x", "y" * 301), ("a:b", "c")])
async def test_a_style_that_cannot_be_says_what_would_do(page: Site, name: str, words: str) -> None:
    status, answer = await page.post("/api/studio/styles?lang=en", {"name": name, "words": words})
    assert (status, answer["error"]["code"]) == (400, "style-unfit")
    assert "300 characters" in answer["error"]["hint"]
    assert (await studio(page))["styles"] == []


async def test_styles_of_the_page_are_completed(page: Site) -> None:
    await page.post("/api/studio/styles", {"name": "house", "words": "bold lines"})
    _, answer = await page.get("/api/options")
    styles = next(option["values"] for option in answer["options"] if option["name"] == "style")
    assert [value["value"] for value in styles[-2:]] == ["house", "none"]
    assert styles[-2] == {
        "value": "house",
        "label": "house",
        "insert": "style:house",
        "short": [],
        "words": "bold lines",
    }


async def guest(site: Site) -> str:
    """The id of somebody who has signed in and drawn something."""
    await site.sign_in(TOKEN)
    job = await site.store.get((await site.ask("a fox"))["id"])
    assert job is not None
    return job.author.user_id


async def test_people_are_blocked_lifted_locked_and_begin_anew(site: Site) -> None:
    async with site.open(token=TOKEN) as page:
        operator = {"Authorization": f"Bearer {LOCAL_SECRET}"}

        async def act(deed: str, reason: str = "") -> tuple[int, dict[str, Any]]:
            body = {"person": person, "deed": deed, "reason": reason}
            return await page.post("/api/studio/people?lang=en", body, headers=operator)

        async def blocked() -> list[dict[str, Any]]:
            _, answer = await page.get("/api/studio", headers=operator)
            found: list[dict[str, Any]] = answer["blocked"]
            return found

        person = await guest(page)
        name = f"Guest {person[2:6]}"
        _, answer = await page.get("/api/studio", headers=operator)
        assert (answer["people"], answer["blocked"]) == ([{"id": person, "name": name}], [])
        status, answer = await act("block", "spam")
        assert (status, answer["done"]["undo"] is not None) == (200, True)
        assert await blocked() == [{"id": person, "name": name, "until": None, "reason": "spam"}]
        assert (await page.post("/api/commands", {"text": "a fox"}))[1]["error"]["code"] == "blocked-person"
        assert (await act("lift"))[0] == 200
        assert await blocked() == []
        assert (await act("lift"))[1]["error"]["code"] == "not-blocked"
        await act("lock")
        assert [block["until"] is None for block in await blocked()] == [False]
        await act("lift")
        assert (await act("forgive"))[1]["error"]["code"] == "no-strikes"
        await page.clock.until(page.dispatcher.stop(), real_seconds=5)
        status, answer = await act("reset")
        assert status == 200
        assert "reset today's usage" in "".join(part for part in answer["done"]["text"] if isinstance(part, str))
        assert (await act("hug"))[0] == 400


async def test_nobody_blocks_themselves(page: Site) -> None:
    status, answer = await page.post("/api/studio/people", {"person": "local", "deed": "block"})
    assert (status, answer["error"]["code"]) == (403, "not-yourself")


async def test_what_moderators_are_told_outlives_a_restart_in_the_readers_language(site: Site) -> None:
    async with site.open() as page:
        await page.manage()
        await page.post("/api/studio/words", {"word": "octopus", "blocked": True})
        _, answer = await page.post("/api/commands", {"text": "an octopus"})
        (button,) = answer["error"]["card"]["buttons"]
        assert (await page.post(f"/api/appeals/{button['target']}"))[0] == 200
        await drawn(page, "a fox x4")
        await page.post("/api/studio/settings", {"changes": {"monthly": "5"}})
    async with site.open() as page:
        budget, appeal = (await studio(page))["notes"]
        assert budget["heading"] == "80 % of this month's budget is used"
        assert "octopus" in "".join(part for part in appeal["status"] if isinstance(part, str))
        _, answer = await page.get("/api/studio?lang=zh-CN")
        assert answer["notes"][0]["heading"] != budget["heading"]
        (allow,) = appeal["buttons"]
        assert (await page.post(f"/api/studio/undo/{allow['target']}"))[0] == 200
        assert [card["heading"] for card in (await studio(page))["notes"]] == [budget["heading"]]


@pytest.mark.parametrize("value", ["-3", "1e9", "٣", "50 pictures", "NaN", 3.5, "５０", 10**300, True])
async def test_a_limit_that_is_no_number_is_told_with_bounds_and_an_example(page: Site, value: Any) -> None:
    status, answer = await page.post("/api/studio/settings?lang=en", {"changes": {"user_daily": value}})
    assert (status, answer["error"]["field"]) == (400, "user_daily")
    said = answer["error"]["message"]
    assert "from 0 to 50" in said
    assert "such as 20" in said or "such as 50" in said
    assert str(value)[:20].lower() in said.lower()
    assert field(await studio(page), "user_daily")["value"] == ""


async def test_a_manager_sets_no_more_than_the_operator_allows(page: Site) -> None:
    shown = field(await studio(page), "user_daily")
    assert (shown["least"], shown["most"], shown["hint"]) == (0, 50, "At most 50, set by the operator")
    status, answer = await page.post("/api/studio/settings?lang=en", {"changes": {"user_daily": "100000"}})
    assert (status, answer["error"]["code"]) == (400, "setting-ceiling")
    assert "the operator allows: at most 50" in answer["error"]["message"]
    assert (await page.post("/api/studio/settings", {"changes": {"user_daily": 49}}))[0] == 200


async def test_people_with_a_name_are_called_by_it(site: Site) -> None:
    async with site.open(token=TOKEN) as page:
        invite = await Invites(sign_ins=page.stores.sign_ins, clock=page.clock).invite("Ada")
        url = f"{page.server.url}/api/session"
        async with page.client.post(url, json={"invite": invite.secret}) as signed_in:
            assert signed_in.status == 204
        await page.ask("a fox")
        operator = {"Authorization": f"Bearer {LOCAL_SECRET}"}
        block = {"person": invite.person.user_id, "deed": "block"}
        status, answer = await page.post("/api/studio/people?lang=en", block, headers=operator)
        assert status == 200
        assert "Ada" in str(answer["done"]["text"])
        _, shown = await page.get("/api/studio?lang=en", headers=operator)
        assert [each["name"] for each in (*shown["people"], *shown["blocked"])] == ["Ada", "Ada"]


async def test_what_is_done_to_somebody_with_a_name_names_them(site: Site) -> None:
    async with site.open() as page:
        named = await page.server._visitors._sign_ins.add_person("Ada Lovelace")
        names = await page.server._visitors.names()
    assert names.name(named.user_id, "en") == "Ada Lovelace"
    given = WebInput.__new__(WebInput)
    given.locale, given.names = "en", page.server._visitors.names
    assert (await given.names_in(()))(named.user_id) == "Ada Lovelace"
