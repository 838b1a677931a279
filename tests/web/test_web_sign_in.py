"""Guests, people with a name, their programs and devices: who is who, and what ends it."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import ipaddress
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any, Self

import aiohttp
import pytest
from yarl import URL

from bot.actions.invites import Invites
from bot.domain.limits import Ceilings, Limits
from bot.domain.sign_in import CODE_LASTS, INVITE_LASTS, SESSION_LASTS
from bot.platforms.web.guesses import WRONG_CODES, WRONG_GUESSES
from tests.web.conftest import LOCAL_SECRET, OPERATOR, Site

TOKEN = "a long random text of the operator"


@pytest.fixture
async def page(site: Site) -> AsyncIterator[Site]:
    """Open with a token; nobody is signed in."""
    async with site.open(token=TOKEN) as opened:
        yield opened


def invites(page: Site) -> Invites:
    return Invites(sign_ins=page.stores.sign_ins, clock=page.clock)


async def invited(page: Site, name: str = "Ada") -> str:
    return (await invites(page).invite(name)).secret


class Browser:
    """One more browser, with cookies of its own."""

    def __init__(self, page: Site) -> None:
        self.page = page
        self.client = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.client.close()

    async def call(self, method: str, path: str, body: object = None, **headers: str) -> tuple[int, Any]:
        url = f"{self.page.server.url}{path}"
        json = {} if body is None and method == "POST" else body
        async with self.client.request(method, url, json=json, headers=headers) as answer:
            return answer.status, await answer.json() if answer.status != 204 else None

    async def sign_in(self, **secret: str) -> tuple[int, Any]:
        return await self.call("POST", "/api/session", secret)

    async def who(self) -> dict[str, Any]:
        status, answer = await self.call("GET", "/api/session")
        assert status == 200, answer
        found: dict[str, Any] = answer
        return found

    @property
    def cookie(self) -> str:
        return next(cookie.value for cookie in self.client.cookie_jar if cookie.key == "easel")


@pytest.fixture
async def browser(page: Site) -> AsyncIterator[Browser]:
    async with Browser(page) as one:
        yield one


@pytest.fixture
async def phone(page: Site) -> AsyncIterator[Browser]:
    async with Browser(page) as one:
        yield one


async def author(page: Site, job_id: str) -> Any:
    job = await page.store.get(job_id)
    assert job is not None
    return job.author


async def asked(browser: Browser, text: str = "a fox", **headers: str) -> str:
    status, answer = await browser.call("POST", "/api/commands", {"text": text}, **headers)
    assert status == 202, answer
    return str(answer["job"]["id"])


# guests and named people


async def test_who_is_a_guest(page: Site, browser: Browser) -> None:
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    assert (await browser.call("GET", "/api/session", **bearer))[1]["guest"] is True
    assert (await browser.call("GET", "/api/session", **OPERATOR))[1]["guest"] is False
    await browser.sign_in(token=TOKEN)
    who = await browser.who()
    assert (who["guest"], who["named"], who["manager"]) == (True, False, False)
    await browser.sign_in(invite=await invited(page))
    who = await browser.who()
    assert (who["name"], who["guest"], who["named"], who["manager"]) == ("Ada", False, True, False)


async def test_cleared_cookies_give_guests_no_more_than_all_of_them_have(site: Site) -> None:
    site.limits = Limits(user_daily=4, ceilings=Ceilings(user_daily=4, guests_daily=10))
    async with site.open(token=TOKEN) as page:
        accepted, codes = 0, set()
        for _ in range(30):
            async with Browser(page) as browser:
                await browser.sign_in(token=TOKEN)
                status, answer = await browser.call("POST", "/api/commands", {"text": "a fox n:4"})
                if status == 202:
                    accepted += 4
                else:
                    codes.add(answer["error"]["code"])
        assert (accepted, codes) == (8, {"limit-guests-daily"})
        async with Browser(page) as named:
            await named.sign_in(invite=await invited(page))
            await asked(named, "a fox n:4")
            status, answer = await named.call("POST", "/api/commands", {"text": "a fox"})
            assert (status, answer["error"]["code"]) == (429, "limit-daily")
        await asked(browser := Browser(page), "a fox n:4", **OPERATOR)
        await browser.client.close()


async def test_opening_an_invite_does_not_use_it(page: Site, browser: Browser) -> None:
    secret = await invited(page)
    for _ in range(2):
        assert await browser.call("POST", "/api/invite", {"invite": secret}) == (200, {"name": "Ada"})
    for method in ("GET", "HEAD"):
        async with browser.client.request(method, f"{page.server.url}/#invite={secret}") as answer:
            assert answer.status == 200
    assert (await browser.sign_in(invite=secret))[0] == 204
    status, answer = await browser.call("POST", "/api/invite", {"invite": secret})
    assert (status, answer["error"]["code"]) == (410, "used-invite")


async def test_an_invite_is_for_one_browser(page: Site, browser: Browser, phone: Browser) -> None:
    secret = await invited(page)
    statuses = [
        status for status, _ in await asyncio.gather(browser.sign_in(invite=secret), phone.sign_in(invite=secret))
    ]
    assert sorted(statuses) == [204, 410]
    status, answer = await browser.sign_in(invite=secret)
    assert (status, answer["error"]["code"]) == (410, "used-invite")


async def test_an_invite_ends(page: Site, browser: Browser) -> None:
    secret = await invited(page)
    await page.clock.advance(INVITE_LASTS.total_seconds())
    status, answer = await browser.sign_in(invite=secret)
    assert (status, answer["error"]["code"]) == (410, "expired-invite")
    status, answer = await browser.sign_in(invite="no invite at all")
    assert (status, answer["error"]["code"]) == (401, "wrong-invite")


async def test_a_guests_own_pictures_come_along(page: Site, browser: Browser) -> None:
    await browser.sign_in(token=TOKEN)
    done = await asked(browser)
    await page.finished(done)
    await browser.call("POST", f"/api/jobs/{done}/star", {"starred": True})
    waiting = await asked(browser, "an octopus")
    await browser.sign_in(invite=await invited(page))
    _, history = await browser.call("GET", "/api/history")
    assert [(message["mine"], message["author"]) for message in history["messages"]] == [(True, "Ada")] * 2
    _, gallery = await browser.call("GET", "/api/gallery")
    assert [item["id"] for item in gallery["items"]] == [done]
    assert await page.finished(waiting) == {"state": "done"}
    assert (await page.store.usage(await author(page, done), page.clock.now())).today == 2


async def test_another_invite_adds_a_device(page: Site, browser: Browser, phone: Browser) -> None:
    for one in (browser, phone):
        await one.sign_in(invite=await invited(page))
    job_id = await asked(browser)
    _, history = await phone.call("GET", "/api/history")
    assert [(message["id"], message["mine"]) for message in history["messages"]] == [(job_id, True)]


async def test_a_token_for_programs_is_the_person(page: Site, browser: Browser, phone: Browser) -> None:
    issued = await invites(page).token("Ada")
    bearer = {"Authorization": f"Bearer {issued.secret}", "Host": "whatever:1"}
    await browser.sign_in(invite=await invited(page))
    by_browser, by_program = await asked(browser), await asked(phone, "an octopus", **bearer)
    assert (await author(page, by_browser)).user_id == (await author(page, by_program)).user_id
    assert (await phone.call("GET", "/api/session", **bearer))[1]["name"] == "Ada"
    assert (await phone.call("GET", "/api/studio", **bearer))[0] == 403
    await invites(page).uninvite("Ada")
    assert (await phone.call("GET", "/api/session", **bearer))[0] == 401


async def test_uninvite_ends_sessions_links_and_streams(page: Site, browser: Browser) -> None:
    unused = await invited(page)
    await browser.sign_in(invite=await invited(page))
    page.client.cookie_jar.update_cookies({"easel": browser.cookie}, URL(page.server.url))
    async with page.watching() as stream:
        await stream.next("reset")
        await invites(page).uninvite("ada")
        assert (await browser.call("GET", "/api/session"))[0] == 401
        assert (await browser.sign_in(invite=unused))[0] == 401
        await page.clock.advance(20)
        with pytest.raises(EOFError):
            await stream.next()


async def test_without_a_token_names_work_and_nobody_needs_one(site: Site) -> None:
    async with site.open() as page, Browser(page) as browser:
        assert ((await browser.who())["guest"], (await browser.who())["signed_in"]) == (False, False)
        await browser.sign_in(invite=await invited(page))
        assert (await browser.who())["name"] == "Ada"
        await browser.call("DELETE", "/api/session")
        assert (await browser.who())["name"] == "You"


# sessions


async def test_signing_out_ends_the_session_whoever_has_its_cookie(page: Site, browser: Browser) -> None:
    await browser.sign_in(token=TOKEN)
    stolen = {"Cookie": f"easel={browser.cookie}"}
    assert (await page.get("/api/session", headers=stolen))[0] == 200
    assert (await browser.call("DELETE", "/api/session"))[0] == 204
    assert (await page.get("/api/session", headers=stolen))[0] == 401


async def test_a_session_in_use_goes_on(page: Site, browser: Browser) -> None:
    await browser.sign_in(invite=await invited(page))
    for _ in range(3):
        await page.clock.advance(timedelta(days=60).total_seconds())
        await browser.who()
    await page.clock.advance(SESSION_LASTS.total_seconds())
    assert (await browser.call("GET", "/api/session"))[0] == 401


async def test_another_token_signs_guests_out_and_not_those_with_a_name(site: Site) -> None:
    async with site.open(token=TOKEN) as page, Browser(page) as guest, Browser(page) as named:
        await guest.sign_in(token=TOKEN)
        job_id = await asked(guest)
        await named.sign_in(invite=await invited(page))
        cookies = guest.cookie, named.cookie
    async with site.open(token="another long token since") as page, Browser(page) as guest, Browser(page) as named:
        for one, cookie in zip((guest, named), cookies, strict=True):
            one.client.cookie_jar.update_cookies({"easel": cookie}, URL(page.server.url))
        assert (await guest.call("GET", "/api/session"))[0] == 401
        assert (await named.who())["name"] == "Ada"
        await guest.sign_in(token="another long token since")
        _, history = await guest.call("GET", "/api/history")
        assert [(message["id"], message["mine"]) for message in history["messages"]] == [(job_id, True)]


def signed_before(user_id: str) -> str:
    """A cookie as WEB_TOKEN signed it."""
    return f"{user_id}.{hmac.new(TOKEN.encode(), f'browser:{user_id}'.encode(), hashlib.sha256).hexdigest()}"


async def test_what_the_token_signed_before_is_still_read(site: Site) -> None:
    until = datetime.now(UTC) + SESSION_LASTS
    async with site.open(token=TOKEN, legacy_until=until) as page, Browser(page) as browser, Browser(page) as other:
        old = signed_before("b-0123456789abcdef")
        browser.client.cookie_jar.update_cookies({"easel": old}, URL(page.server.url))
        job_id = await asked(browser)
        assert (await author(page, job_id)).user_id == "b-0123456789abcdef"
        await browser.who()
        assert browser.cookie != old  # it has a session now
        other.client.cookie_jar.update_cookies({"easel": old}, URL(page.server.url))
        await browser.call("DELETE", "/api/session")
        assert (await other.call("GET", "/api/session"))[0] == 401
        forged = signed_before("b-0123456789abcdef")[:-1] + "x"
        assert (await page.get("/api/session", headers={"Cookie": f"easel={forged}"}))[0] == 401


async def test_cookies_of_before_are_read_for_as_long_as_a_browser_keeps_one(site: Site) -> None:
    ended = datetime(2020, 1, 1, tzinfo=UTC)
    async with site.open(token=TOKEN, legacy_until=ended) as page:
        cookie = {"Cookie": f"easel={signed_before('b-0123456789abcdef')}"}
        assert (await page.get("/api/session", headers=cookie))[0] == 401


async def test_links_to_pictures_outlive_the_token_and_links_of_before_it(site: Site) -> None:
    async with site.open(token=TOKEN) as page, Browser(page) as browser:
        job_id = await asked(browser, Authorization=f"Bearer {TOKEN}")
        await page.finished(job_id)
        key = page.server._visitors.picture_key(job_id, 1)
        before = hmac.new(TOKEN.encode(), f"picture:{job_id}/1".encode(), hashlib.sha256).hexdigest()[:32]
        for each in (key, before):
            async with browser.client.get(f"{page.server.url}/pictures/{job_id}/1?key={each}") as answer:
                assert answer.status == 200
    async with (
        site.open(token="another long token since") as page,
        Browser(page) as browser,
        browser.client.get(f"{page.server.url}/pictures/{job_id}/1?key={key}") as answer,
    ):
        assert answer.status == 200


# the local secret


async def test_the_studio_asks_for_the_local_secret_and_chatting_for_nothing(site: Site) -> None:
    async with site.open() as page, Browser(page) as browser:
        await asked(browser)
        for method, path in (("GET", "/api/studio"), ("POST", "/api/studio/pause")):
            assert (await browser.call(method, path, {"paused": True}))[0] == 403
        assert (await browser.call("POST", "/api/commands", {"text": "/studio"}))[0] == 403
        assert (await browser.sign_in(secret="a guess"))[0] == 401
        assert (await browser.sign_in(secret=LOCAL_SECRET))[0] == 204
        who = await browser.who()
        assert (who["manager"], who["moderator"], who["guest"]) == (True, True, False)
        assert (await browser.call("GET", "/api/studio"))[0] == 200
        await browser.call("DELETE", "/api/session")
        assert (await browser.call("GET", "/api/studio"))[0] == 403


async def test_another_local_secret_ends_the_operators_sessions(site: Site) -> None:
    async with site.open() as page, Browser(page) as browser:
        await browser.sign_in(secret=LOCAL_SECRET)
        cookie = browser.cookie
    async with site.open(local_secret="another secret of this machine") as page:
        answer = await page.get("/api/session", headers={"Cookie": f"easel={cookie}"})
        assert answer[1]["manager"] is False


# a second device


async def test_a_code_signs_a_second_device_in_as_the_same_person(page: Site, browser: Browser, phone: Browser) -> None:
    await browser.sign_in(token=TOKEN)
    job_id = await asked(browser)
    status, offer = await browser.call("POST", "/api/session/code")
    assert status == 200
    typed = offer["code"].lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert (await phone.sign_in(code=typed))[0] == 204
    _, history = await phone.call("GET", "/api/history")
    assert [(message["id"], message["mine"]) for message in history["messages"]] == [(job_id, True)]
    status, answer = await phone.sign_in(code=offer["code"])
    assert (status, answer["error"]["code"]) == (401, "wrong-code")


async def test_a_code_is_short_lived_and_replaced_by_the_next(page: Site, browser: Browser, phone: Browser) -> None:
    await browser.sign_in(invite=await invited(page))
    first = (await browser.call("POST", "/api/session/code"))[1]["code"]
    second = (await browser.call("POST", "/api/session/code"))[1]["code"]
    assert (await phone.sign_in(code=first))[0] == 401
    await page.clock.advance(CODE_LASTS.total_seconds())
    assert (await phone.sign_in(code=second))[0] == 401


async def test_programs_and_the_operator_have_no_code(page: Site, browser: Browser) -> None:
    for headers in (OPERATOR, {"Authorization": f"Bearer {TOKEN}"}):
        assert (await browser.call("POST", "/api/session/code", **headers))[0] == 403
    await browser.sign_in(secret=LOCAL_SECRET)
    assert (await browser.call("POST", "/api/session/code"))[0] == 403
    assert (await page.post("/api/session/code"))[0] == 401


async def test_guessing_codes_is_bounded_for_each_client_and_for_all_together(site: Site) -> None:
    async with (
        site.open(token=TOKEN, trusted_proxies=networks("127.0.0.1")) as page,
        Browser(page) as browser,
        Browser(page) as guesser,
    ):
        await browser.sign_in(token=TOKEN)
        code = (await browser.call("POST", "/api/session/code"))[1]["code"]
        for number in range(WRONG_GUESSES):
            status, _ = await guesser.call("POST", "/api/session", {"code": f"GUESS{number:03}"}, **by("192.0.2.1"))
            assert status == 401
        # Even the right one: it is too short to be safe from guesses without an end.
        assert (await guesser.call("POST", "/api/session", {"code": code}, **by("192.0.2.1")))[0] == 429
        for number in range(WRONG_GUESSES, WRONG_CODES):
            await guesser.call(
                "POST", "/api/session", {"code": "GUESSING"}, **by(f"198.51.{number // 250}.{number % 250}")
            )
        assert (await guesser.call("POST", "/api/session", {"code": code}, **by("203.0.113.9")))[0] == 429
        # Nobody is kept out who has the token.
        assert (await guesser.call("POST", "/api/session", {"token": TOKEN}, **by("192.0.2.1")))[0] == 204


# guesses and proxies


def networks(*texts: str) -> tuple[Any, ...]:

    return tuple(ipaddress.ip_network(text) for text in texts)


def by(client: str) -> dict[str, str]:
    return {"X-Forwarded-For": client}


async def test_a_right_token_is_never_refused(page: Site, browser: Browser) -> None:
    for number in range(30):
        status, _ = await browser.sign_in(token=f"guess {number}")
        assert status == (401 if number < WRONG_GUESSES else 429)
    assert int((await browser.call("POST", "/api/session", {"token": "x"}))[0]) == 429
    assert (await browser.sign_in(token=TOKEN))[0] == 204
    assert (await browser.call("GET", "/api/session", Authorization=f"Bearer {TOKEN}"))[0] == 200


async def test_wrong_guesses_are_counted_per_client_as_a_trusted_proxy_names_it(site: Site) -> None:
    async with site.open(token=TOKEN, trusted_proxies=networks("127.0.0.0/8")) as page, Browser(page) as one:
        for _ in range(WRONG_GUESSES):
            await one.call("GET", "/api/history", Authorization="Bearer wrong", **by("6.6.6.6, 192.0.2.1"))
        for client, expected in (("192.0.2.1", 429), ("192.0.2.2", 401), ("192.0.2.2, 192.0.2.1, 127.0.0.9", 429)):
            status, _ = await one.call("GET", "/api/history", Authorization="Bearer wrong", **by(client))
            assert status == expected, client


@pytest.mark.parametrize("token", [TOKEN, None])
async def test_without_trusted_proxies_nobodys_word_is_taken(site: Site, token: str | None) -> None:
    async with site.open(token=token) as page, Browser(page) as one:
        statuses = [
            (await one.call("GET", "/api/history", Authorization="Bearer wrong", **by(f"192.0.2.{number}")))[0]
            for number in range(WRONG_GUESSES + 1)
        ]
        assert statuses == [401] * WRONG_GUESSES + [429]
        headers = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}
        async with one.client.post(
            f"{page.server.url}/api/session", json={"secret": LOCAL_SECRET}, headers=headers
        ) as answer:
            assert answer.status == 204
            assert "secure" not in answer.headers["Set-Cookie"].lower()


@pytest.mark.parametrize(
    "headers",
    [{"Host": "evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {}],
)
@pytest.mark.parametrize("path", ["/api/history", "/api/operator/jobs/x/cancel", "/metrics", "/", "/pictures/x/1"])
async def test_wrong_guesses_are_counted_wherever_they_come(page: Site, path: str, headers: dict[str, str]) -> None:
    for number in range(WRONG_GUESSES + 2):
        status, answer = await page.get(path, headers={"Authorization": f"Bearer guess{number}", **headers})
        assert (status, answer["error"]["code"]) == (
            (401, "wrong-token") if number < WRONG_GUESSES else (429, "slow-down")
        )


async def test_what_counts_guesses_does_not_grow_for_ever(site: Site) -> None:
    async with site.open(token=TOKEN, trusted_proxies=networks("127.0.0.1")) as page:
        guesses = page.server._visitors.guesses
        for number in range(5000):
            guesses.wrong(str(number), "wrong-token")
            for _ in range(20):
                guesses.wrong("one", "wrong-token")
        assert len(guesses._clients) <= 1000
        assert max(map(len, guesses._clients.values())) <= WRONG_GUESSES


async def test_a_trusted_proxy_says_how_and_by_what_name_the_browser_came(site: Site) -> None:
    async with site.open(
        token=TOKEN, public_url="https://easel.example.org", trusted_proxies=networks("127.0.0.1")
    ) as page:
        headers = {
            "X-Forwarded-Host": "easel.example.org",
            "X-Forwarded-Proto": "https",
            "Origin": "https://easel.example.org",
        }
        async with page.client.post(f"{page.server.url}/api/session", json={"token": TOKEN}, headers=headers) as answer:
            assert answer.status == 204
            assert "secure" in answer.headers["Set-Cookie"].lower()
        foreign = headers | {"X-Forwarded-Host": "evil.example.org"}
        assert (await page.post("/api/session", {"token": TOKEN}, headers=foreign))[0] == 403


# metrics


async def test_a_token_for_the_metrics_alone(site: Site) -> None:
    async with site.open(token=TOKEN, metrics_token="only for the metrics") as page:
        scraper = {"Authorization": "Bearer only for the metrics"}

        async def status(path: str, headers: dict[str, str]) -> int:
            async with page.client.get(f"{page.server.url}{path}", headers=headers) as answer:
                return answer.status

        assert await status("/metrics", scraper) == 200
        assert await status("/api/history", scraper) == 401
        assert await status("/metrics", {"Authorization": f"Bearer {TOKEN}"}) == 401
        assert await status("/metrics", OPERATOR) == 200
