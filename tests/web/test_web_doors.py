"""Who may come in: the Host, the Origin, the token, the secret of this machine."""

from __future__ import annotations

import socket
from http.cookies import SimpleCookie
from typing import Any

import pytest

from bot.platforms.web import CannotServe
from tests.web.conftest import LOCAL_SECRET, Site

TOKEN = "a long random text of the operator"
ASK = {"text": "a fox"}
TERMINAL = {"Authorization": f"Bearer {LOCAL_SECRET}", "X-Easel-Platform": "terminal"}


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:{port}",
        "localhost.evil.example:{port}",
        "127.0.0.1.evil.example:{port}",
        "localhost:1",
        "localhost",
        "192.168.1.5:{port}",
        "[::1]:99999999",
        "[",
        "localhost:{port}@evil.example",
    ],
)
async def test_a_name_that_is_not_ours_is_dns_rebinding(page: Site, host: str) -> None:
    headers = {"Host": host.format(port=page.server.port)}
    for path in ("/", "/api/history", "/api/events", "/pictures/000000000000/1", "/metrics"):
        status, answer = await page.get(path, headers=headers)
        assert (status, answer["error"]["code"]) == (403, "wrong-host")
    assert (await page.post("/api/commands", ASK, headers=headers))[0] == 403


@pytest.mark.parametrize("host", ["localhost:{port}", "LOCALHOST:{port}", "127.0.0.1:{port}", "[::1]:{port}"])
async def test_the_names_of_this_machine_are_ours(page: Site, host: str) -> None:
    status, _ = await page.get("/api/history", headers={"Host": host.format(port=page.server.port)})
    assert status == 200


async def test_orchestrators_may_ask_by_any_name(page: Site) -> None:
    assert (await page.get("/healthz", headers={"Host": "easel"}))[0] == 200
    assert (await page.get("/readyz", headers={"Host": "10.1.2.3"}))[0] == 200


async def test_the_public_name_is_ours_behind_a_proxy(site: Site) -> None:
    async with site.open(token=TOKEN, public_url="https://easel.example.org") as page:
        headers = {"Host": "easel.example.org", "Origin": "https://easel.example.org", "Authorization": ""}
        assert (await page.get("/api/session", headers=headers))[0] == 401
        status, answer = await page.post("/api/session", {"token": "x"}, headers=headers)
        assert (status, answer["error"]["code"]) == (401, "wrong-token")
        other = headers | {"Origin": "https://evil.example.org"}
        assert (await page.post("/api/session", {"token": TOKEN}, headers=other))[0] == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:1"},
        {"Origin": "http://127.0.0.1.evil.example"},
        {"Origin": "file://"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
async def test_other_sites_can_not_write(page: Site, headers: dict[str, str]) -> None:
    job = await page.ask("a fox")
    for path in ("/api/commands", f"/api/jobs/{job['id']}/cancel", f"/api/jobs/{job['id']}/again", "/api/session"):
        status, answer = await page.post(path, ASK, headers=headers)
        assert (status, answer["error"]["code"]) == (403, "foreign")
    assert (await page.get(f"/api/jobs/{job['id']}"))[1]["job"]["state"] != "cancelled"


async def test_other_sites_can_not_hold_streams_open(page: Site) -> None:
    assert (await page.get("/api/events", headers={"Sec-Fetch-Site": "cross-site"}))[0] == 403


async def test_our_own_page_can_write(page: Site) -> None:
    headers = {"Origin": page.server.url, "Sec-Fetch-Site": "same-origin"}
    assert (await page.post("/api/commands", ASK, headers=headers))[0] == 202


async def test_a_link_from_elsewhere_opens_the_page(page: Site) -> None:
    async with page.client.get(page.server.url, headers={"Sec-Fetch-Site": "cross-site"}) as response:
        assert response.status == 200


async def test_no_answer_invites_other_origins(page: Site) -> None:
    async with page.client.options(
        f"{page.server.url}/api/commands",
        headers={"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"},
    ) as response:
        assert response.status == 403
        assert not [name for name in response.headers if name.lower().startswith("access-control")]


async def test_every_answer_carries_the_security_headers(page: Site) -> None:
    for path in ("/", "/api/history", "/api/nothing", "/healthz", "/pictures/x/1", "/static/x/y"):
        async with page.client.get(f"{page.server.url}{path}") as response:
            policy = response.headers["Content-Security-Policy"]
            assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
            for part in ("base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'", "connect-src 'self'"):
                assert part in policy
            assert "unsafe" not in policy
            assert response.headers["X-Content-Type-Options"] == "nosniff"
            assert response.headers["Referrer-Policy"] == "no-referrer"
            assert response.headers["Server"] == "easel"
            assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"
            assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"


async def test_with_a_token_nothing_is_open(site: Site) -> None:
    async with site.open(token=TOKEN) as page:
        for path in (
            "/api/session",
            "/api/history",
            "/api/events",
            "/api/jobs/000000000000",
            "/pictures/000000000000/1",
            "/metrics",
        ):
            status, answer = await page.get(path)
            assert (status, answer["error"]["code"]) == (401, "sign-in"), path
        for path in ("/api/commands", "/api/jobs/000000000000/cancel", "/api/drafts/000000000000/use"):
            assert (await page.post(path, ASK))[0] == 401
        assert (await page.get("/healthz"))[0] == 200
        async with page.client.get(page.server.url) as response:
            assert response.status == 200  # the form to sign in


async def test_signing_in_makes_a_person_of_each_browser(site: Site) -> None:
    async with site.open(token=TOKEN) as page:
        async with page.client.post(f"{page.server.url}/api/session", json={"token": TOKEN}) as response:
            assert response.status == 204
            cookie = SimpleCookie(response.headers["Set-Cookie"])["easel"]
        assert cookie["httponly"]
        assert cookie["samesite"] == "Strict"
        assert TOKEN not in cookie.value
        mine = await page.ask("a fox")
        await page.finished(mine["id"])
        hers = {"Cookie": f"easel={cookie.value}"}
        page.client.cookie_jar.clear()
        async with page.client.post(f"{page.server.url}/api/session", json={"token": TOKEN}) as response:
            assert response.status == 204
            his = {"Cookie": f"easel={SimpleCookie(response.headers['Set-Cookie'])['easel'].value}"}
        page.client.cookie_jar.clear()
        assert (await page.get("/api/history", headers=his))[1]["messages"] == []
        assert (await page.post(f"/api/actions/share/{mine['id']}", headers=hers))[0] == 200
        _, answer = await page.get("/api/history", headers=his)
        assert [message["mine"] for message in answer["messages"]] == [False]
        status, answer = await page.post(f"/api/jobs/{mine['id']}/delete", headers=his)
        assert (status, answer["error"]["code"]) == (403, "not-yours")


async def test_signing_in_again_keeps_the_person(site: Site) -> None:
    async with site.open(token=TOKEN) as page:
        for _ in range(2):
            async with page.client.post(f"{page.server.url}/api/session", json={"token": TOKEN}) as response:
                assert response.status == 204
            if not (await page.get("/api/history"))[1]["messages"]:
                await page.ask("a fox")
        assert (await page.get("/api/history"))[1]["messages"][0]["mine"] is True


async def test_a_forged_or_foreign_cookie_is_no_way_in(site: Site) -> None:
    async with site.open(token=TOKEN) as page:
        for value in ("local.", "local.0000", ".", "", "b-1234", "local.\u00e9"):
            status, _ = await page.get("/api/history", headers={"Cookie": f"easel={value}"})
            assert status == 401
        async with page.client.post(f"{page.server.url}/api/session", json={"token": TOKEN}):
            pass
        assert (await page.get("/api/history"))[0] == 200
    async with site.open(token="another token since") as page:
        assert (await page.get("/api/history"))[0] == 401


async def test_signing_out(site: Site) -> None:
    async with site.open(token=TOKEN) as page:
        async with page.client.post(f"{page.server.url}/api/session", json={"token": TOKEN}):
            pass
        async with page.client.delete(f"{page.server.url}/api/session") as response:
            assert response.status == 204
        assert (await page.get("/api/history"))[0] == 401


async def test_scripts_use_the_token_as_bearer(site: Site) -> None:
    async with site.open(token=TOKEN) as page:
        headers = {"Authorization": f"Bearer {TOKEN}", "Host": "whatever:1"}
        assert (await page.post("/api/commands", ASK, headers=headers))[0] == 202
        status, _ = await page.get("/api/history", headers={"Authorization": "Bearer wrong"})
        assert status == 401


async def test_the_terminal_of_this_machine_comes_in_with_its_secret(site: Site) -> None:
    async with site.open(token=TOKEN) as page:
        status, answer = await page.post("/api/commands", ASK, headers=TERMINAL)
        assert status == 202
        job = await page.store.get(answer["job"]["id"])
        assert job is not None
        assert (job.destination.platform, job.author.platform, job.author.user_id) == ("terminal", "terminal", "local")
        secret = {"Authorization": f"Bearer {LOCAL_SECRET}"}
        assert (await page.get("/api/history", headers=secret))[1]["messages"] == []
        wrong = TERMINAL | {"Authorization": "Bearer wrong"}
        assert (await page.post("/api/commands", ASK, headers=wrong))[0] == 401


async def test_a_bearer_is_judged_even_where_none_is_needed(page: Site) -> None:
    assert (await page.post("/api/commands", ASK, headers={"Authorization": "Bearer wrong"}))[0] == 401


@pytest.mark.parametrize(
    ("config", "setting"),
    [
        ({"host": "0.0.0.0"}, "WEB_TOKEN"),  # noqa: S104
        ({"host": "::"}, "WEB_TOKEN"),
        ({"host": "192.168.1.5"}, "WEB_TOKEN"),
        ({"host": "easel.internal", "token": ""}, "WEB_TOKEN"),
        ({"public_url": "https://easel.example.org"}, "WEB_TOKEN"),
    ],
)
async def test_it_does_not_open_to_strangers(site: Site, config: dict[str, Any], setting: str) -> None:
    with pytest.raises(CannotServe, match=setting):
        async with site.open(**config):
            pass


async def test_beyond_loopback_an_address_is_a_good_host(site: Site) -> None:
    async with site.open(host="0.0.0.0", token=TOKEN) as page:  # noqa: S104
        for host, expected in (("192.168.1.5:9000", 401), ("localhost:9000", 401), ("evil.example", 403)):
            assert (await page.get("/api/history", headers={"Host": host}))[0] == expected


async def test_a_port_in_use_names_the_setting(site: Site) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(CannotServe, match=r"in use.*WEB_PORT"):
            async with site.open(port=taken.getsockname()[1]):
                pass


async def test_secrets_do_not_show_in_the_configuration(site: Site) -> None:
    async with site.open(token=TOKEN) as page:
        shown = repr(page.server._config)
        assert TOKEN not in shown
        assert LOCAL_SECRET not in shown
