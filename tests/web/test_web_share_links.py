"""A share link: who makes it, what it shows to whoever has it, and every way in which it ends."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from bot.domain.share_link import MOST_LINKS, offered_days
from bot.platforms.web.guesses import WRONG_GUESSES
from tests.web.conftest import OPERATOR, Site
from tests.web.test_web_presses import drawn

TOKEN = "a long random text of the operator"
DAY = 86_400.0
GONE_WORDS = "There is nothing to see here"


@pytest.fixture
async def page(site: Site) -> AsyncIterator[Site]:
    """Open to guests, with share links of 30 days at most; a guest is signed in."""
    site.share_link_days = 30
    async with site.open(token=TOKEN) as opened:
        await opened.sign_in(TOKEN)
        yield opened


async def shared(page: Site, job_id: str, *, days: int = 7, prompt: bool = False) -> dict[str, Any]:
    status, answer = await page.post(f"/api/jobs/{job_id}/share-links", {"days": days, "prompt": prompt})
    assert status == 201, answer
    link: dict[str, Any] = answer["link"]
    return link


async def opened(page: Site, path: str, **headers: str) -> tuple[int, str, aiohttp.ClientResponse]:
    """As a stranger, without a cookie."""
    async with (
        aiohttp.ClientSession() as stranger,
        stranger.get(f"{page.server.url}{path}", headers=headers) as answer,
    ):
        body = await answer.read()
        return answer.status, body.decode(errors="replace"), answer


async def own(page: Site) -> list[dict[str, Any]]:
    _, answer = await page.get("/api/share-links")
    links: list[dict[str, Any]] = answer["links"]
    return links


async def test_it_shows_the_pictures_and_nothing_else(page: Site) -> None:
    job_id = await drawn(page, "a secret <b>fox</b> x2")
    link = await shared(page, job_id)
    status, text, answer = await opened(page, link["url"], **{"Accept-Language": "en"})
    assert status == 200
    assert re.findall(r'src="([^"]+)"', text) == [f"{link['url']}/1", f"{link['url']}/2"]
    _, session = await page.get("/api/session")
    for unsaid in ("secret", "fox", session["name"], job_id, "<script", 'href="http'):
        assert unsaid not in text
    assert "AI-generated" in text
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow, noarchive"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; img-src 'self'; style-src 'sha256-")
    assert "script" not in policy
    assert "'unsafe" not in policy
    status, _, answer = await opened(page, f"{link['url']}/2")
    assert (status, answer.headers["Content-Type"]) == (200, "image/png")
    assert job_id not in answer.headers["Content-Disposition"]
    assert (answer.headers["Cache-Control"], answer.headers["X-Robots-Tag"].split(",")[0]) == ("no-store", "noindex")
    assert (await opened(page, f"{link['url']}/3"))[0] == 404
    for path in (f"/pictures/{job_id}/1", f"/api/jobs/{job_id}", f"/api/show/{job_id}"):
        assert (await opened(page, path))[0] == 401


async def test_the_prompt_is_shown_if_its_author_says_so_and_can_be_no_markup(page: Site) -> None:
    link = await shared(page, await drawn(page, "a <b>fox</b> in {title}\u202e"), prompt=True)
    _, text, _ = await opened(page, link["url"])
    assert '<p class="prompt" dir="auto">a &lt;b&gt;fox&lt;/b&gt; in {title}</p>' in text


async def test_what_its_author_has_hidden_is_behind_a_word(page: Site) -> None:
    job_id = await drawn(page)
    link = await shared(page, job_id)
    await page.post(f"/api/jobs/{job_id}/spoiler", {"hidden": True})
    assert "<details>" in (await opened(page, link["url"]))[1]


async def test_what_shows_nothing_is_answered_alike_in_the_readers_language(page: Site) -> None:
    ended, deleted, kept = [await shared(page, await drawn(page)) for _ in range(3)]
    assert (await page.client.delete(f"{page.server.url}/api/share-links/{ended['id']}")).status == 204
    await page.post(f"/api/jobs/{deleted['job']}/delete")
    late = await shared(page, kept["job"], days=1)
    page.clock.jump(DAY)
    forged = f"{kept['url'][:-1]}{'0' if kept['url'][-1] != '0' else '1'}"
    gone = (ended["url"], deleted["url"], late["url"], forged, "/share/zzzzzzzzzzzz.0", "/share/x", "/share/%ff")
    answers = [await opened(page, path, **{"Accept-Language": "en"}) for path in gone]
    assert {(status, text) for status, text, _ in answers} == {(404, answers[0][1])}
    assert GONE_WORDS in answers[0][1]
    assert len({tuple(sorted({*answer.headers} - {"Date"})) for _, _, answer in answers}) == 1
    status, text, _ = await opened(page, ended["url"], **{"Accept-Language": "zh-CN"})
    assert (status, '<html lang="zh-CN">' in text, "这里没有内容" in text) == (404, True, True)
    assert (await opened(page, f"{ended['url']}/1"))[0] == 404
    assert (await opened(page, kept["url"]))[0] == 200


async def test_guessing_is_slowed_down_and_a_right_link_is_not(page: Site) -> None:
    link = await shared(page, await drawn(page))
    for _ in range(WRONG_GUESSES):
        assert (await opened(page, "/share/zzzzzzzzzzzz.0"))[0] == 404
    status, text, answer = await opened(page, "/share/zzzzzzzzzzzz.0", **{"Accept-Language": "en"})
    assert (status, "Wait a minute" in text, answer.headers["Retry-After"]) == (429, True, "60")
    assert (await opened(page, f"{link['url']}x/1"))[0] == 429
    assert (await opened(page, link["url"]))[0] == 200
    # Signing in is another matter: its codes wait for wrong codes only.
    assert (await page.post("/api/session", {"code": "7K3M-Q9XA"}))[1]["error"]["code"] == "wrong-code"
    await page.clock.advance(61)
    assert (await opened(page, "/share/zzzzzzzzzzzz.0"))[0] == 404


async def test_own_links_are_listed_and_only_their_owner_ends_them(page: Site) -> None:
    job_id = await drawn(page)
    first, second = await shared(page, job_id, days=1), await shared(page, job_id, prompt=True)
    assert {link["id"] for link in await own(page)} == {first["id"], second["id"]}
    page.clock.jump(DAY)
    assert await own(page) == [second]
    page.client.cookie_jar.clear()
    await page.sign_in(TOKEN)  # somebody else
    assert await own(page) == []
    async with page.client.delete(f"{page.server.url}/api/share-links/{second['id']}") as answer:
        assert (answer.status, (await answer.json())["error"]["code"]) == (404, "share-link-gone")
    status, answer_of_make = await page.post(f"/api/jobs/{job_id}/share-links", {"days": 7})
    assert (status, answer_of_make["error"]["code"]) == (404, "job-gone")
    assert (await opened(page, second["url"]))[0] == 200
    async with page.client.delete(f"{page.server.url}/api/share-links/{second['id']}", headers=OPERATOR) as answer:
        assert answer.status == 204
    assert (await opened(page, second["url"]))[0] == 404


async def test_a_report_hides_it_until_it_is_decided(page: Site) -> None:
    job_id = await drawn(page)
    link = await shared(page, job_id)
    await page.post(f"/api/jobs/{job_id}/report", {"reason": "mine, after all"})
    assert (await opened(page, link["url"]))[0] == 404
    assert (await opened(page, f"{link['url']}/1"))[0] == 404
    status, answer = await page.post(f"/api/jobs/{job_id}/share-links", {"days": 7})
    assert (status, answer["error"]["code"]) == (403, "under-moderation")


async def test_what_a_moderator_removes_or_a_person_has_forgotten_is_gone(page: Site) -> None:
    removed, forgotten = await shared(page, await drawn(page)), await shared(page, await drawn(page))
    await page.post(f"/api/jobs/{removed['job']}/delete", headers=OPERATOR)
    assert (await opened(page, removed["url"]))[0] == 404
    await page.post("/api/mydata/delete", {"sure": True})
    assert (await opened(page, forgotten["url"]))[0] == 404
    assert await page.stores.share_links.find(forgotten["id"]) is None


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 400, "bad-request"),
        ({"days": "7"}, 400, "bad-request"),
        ({"days": True}, 400, "bad-request"),
        ({"days": 7, "prompt": "yes"}, 400, "bad-request"),
        ({"days": 2}, 400, "share-link-days"),
        ({"days": 31}, 400, "share-link-days"),
        ({"days": -1}, 400, "share-link-days"),
    ],
)
async def test_a_wrong_wish_makes_no_link(page: Site, body: dict[str, Any], status: int, code: str) -> None:
    job_id = await drawn(page)
    found, answer = await page.post(f"/api/jobs/{job_id}/share-links", body)
    assert (found, answer["error"]["code"]) == (status, code)
    assert await own(page) == []


async def test_a_person_has_so_many_at_a_time(page: Site) -> None:
    job_id = await drawn(page)
    for _ in range(MOST_LINKS):
        await shared(page, job_id)
    status, answer = await page.post(f"/api/jobs/{job_id}/share-links", {"days": 7})
    assert (status, answer["error"]["code"]) == (403, "too-many-share-links")


async def test_without_the_setting_there_are_none_and_those_there_were_follow_it(site: Site) -> None:
    site.share_link_days = 30
    async with site.open() as page:
        _, session = await page.get("/api/session")
        assert session["share_days"] == [1, 7, 30]
        job_id = await drawn(page)
        link = await shared(page, job_id, days=30)
    site.share_link_days = 7
    async with site.open() as page:
        assert (await opened(page, link["url"]))[0] == 200
        (listed,) = await own(page)
        assert listed["ends_at"] < link["ends_at"]
        page.clock.jump(7 * DAY)
        assert (await opened(page, link["url"]))[0] == 404
    site.share_link_days = None
    async with site.open() as page:
        assert (await page.get("/api/session"))[1]["share_days"] == []
        status, answer = await page.post(f"/api/jobs/{job_id}/share-links", {"days": 7})
        assert (status, answer["error"]["code"]) == (403, "no-share-links")
        assert await own(page) == []


async def test_with_a_public_address_links_begin_with_it(site: Site) -> None:
    site.share_link_days = 1
    async with site.open(token=TOKEN, public_url="https://easel.example.com/") as page:
        await page.sign_in(TOKEN)
        link = await shared(page, await drawn(page), days=1)
        assert link["url"].startswith(f"https://easel.example.com/share/{link['id']}.")
        path = link["url"].removeprefix("https://easel.example.com")
        status, _, _ = await opened(page, path, Host="easel.example.com", **{"Sec-Fetch-Site": "cross-site"})
        assert status == 200


def test_the_days_on_offer_go_up_to_the_operators() -> None:
    assert list(map(offered_days, (None, 1, 5, 30, 365))) == [(), (1,), (1, 5), (1, 7, 30), (1, 7, 30, 90, 365)]
