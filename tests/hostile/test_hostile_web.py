"""Every address of the page with everything that can be sent to it: an answer each time, never a 500."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import pytest
from aiohttp import ClientResponse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from yarl import URL

from tests.hostile.strategies import ANY_CHARACTER, JSON, NUMBERS, TEXTS
from tests.web.conftest import CALLBACK_SECRET, LOCAL_SECRET, Site

THOROUGH = settings(
    deadline=None,
    max_examples=int(os.environ.get("EASEL_EXAMPLES", "300")),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
# What an address or a body may carry; the names are those that some handler reads.
QUERY = ("lang", "job", "after", "before", "q", "page", "shelf", "scope", "group", "period", "size", "key", "download")
BODY = (
    *("text", "options", "parent", "token", "index", "starred", "hidden", "reason", "changes", "paused"),
    *("word", "whole", "blocked", "sure", "unique_id", "data"),
)
WORDS = ("mine", "channel", "starred", "everybody", "community", "day", "week", "month", "person", "platform", "thumb")
NAMED = st.sampled_from(WORDS)
OPTIONS = st.fixed_dictionaries({}, optional=dict.fromkeys(("ratio", "n", "clarity", "style", "seed"), JSON))
CHANGES = st.dictionaries(
    st.sampled_from(["user_daily", "monthly", "weights", "timezone", "retention_days", "default_style"]) | TEXTS,
    TEXTS | NAMED,
    max_size=3,
)
BODIES = st.fixed_dictionaries({}, optional=dict.fromkeys(BODY, JSON)) | st.fixed_dictionaries(
    {}, optional={"text": TEXTS, "options": OPTIONS, "changes": CHANGES, "index": NUMBERS, "word": TEXTS}
)
# What can stand in a header of HTTP/1.1; the client itself refuses the rest.
HEADER = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=60)
PARAMETER = re.compile(r"\{(\w+)(?::([^{}]*))?\}")


def addresses(page: Site) -> list[tuple[str, str]]:
    """Every method and path that the server answers but for the streams, which don't end."""
    found = {(route.method, route.path) for route in page.server._routes}
    assert len(found) > 35
    return sorted(found - {("GET", "/api/events")})


@st.composite
def requests(draw: st.DrawFn, routes: list[tuple[str, str]], ids: list[str]) -> tuple[str, str, dict[str, str], Any]:
    method, path = draw(st.sampled_from(routes))
    known = st.sampled_from(ids) | NUMBERS.map(str)

    def fill(found: re.Match[str]) -> str:
        if found.group(1) == "secret" and draw(st.booleans()):
            return CALLBACK_SECRET
        if found.group(2) and draw(st.booleans()):
            return draw(st.from_regex(found.group(2), fullmatch=True))
        value = draw(known | TEXTS)
        return quote(value.encode(errors="surrogatepass"), safe="" if draw(st.booleans()) else "/.%")

    address = PARAMETER.sub(fill, path)
    asked = draw(st.dictionaries(st.sampled_from(QUERY) | TEXTS, NAMED | TEXTS | known, max_size=3))
    pairs = [[quote(part.encode(errors="surrogatepass"), safe="") for part in pair] for pair in asked.items()]
    query = "&".join("=".join(pair) for pair in pairs)
    headers = draw(
        st.fixed_dictionaries({}, optional=dict.fromkeys(("Accept-Language", "X-Easel-Platform", "Cookie"), HEADER))
    )
    if draw(st.booleans()):
        headers["Authorization"] = f"Bearer {LOCAL_SECRET}"
    body = draw(BODIES | JSON)
    return method, f"{address}{'?' if query else ''}{query}", headers, body


@dataclass(frozen=True, slots=True)
class Target:
    page: Site
    routes: list[tuple[str, str]]
    ids: list[str]


@pytest.fixture
async def target(page: Site) -> Target:
    """The page with something on it: a job, a refusal with its draft, a report."""
    job = await page.ask("a fox")
    await page.finished(job["id"])
    refused = (await page.post("/api/commands", {"text": "a fox ratio:7:9"}))[1]["error"]
    await page.post(f"/api/jobs/{job['id']}/report", {"reason": "no"})
    return Target(page, addresses(page), [job["id"], str(refused.get("draft", "1")), "0" * 12])


def _is_page_of_a_link(address: str, response: ClientResponse) -> bool:
    """A share link is opened by people: what it says, it says on a page."""
    return address.startswith("/share/") and response.content_type == "text/html"


@THOROUGH
@given(data=st.data())
async def test_whatever_is_sent_is_answered_and_nothing_breaks(target: Target, data: st.DataObject) -> None:
    asked = method, address, headers, body = data.draw(requests(target.routes, target.ids))
    # Built by hand: a client that mends addresses would hide what a hostile one sends.
    url = URL(f"{target.page.server.url}{address}", encoded=True)
    sent = json.dumps(body).encode() if method != "GET" else None
    headers = {"Content-Type": "application/json", **headers}
    client = target.page.client
    async with client.request(method, url, data=sent, headers=headers, allow_redirects=False) as response:
        answer = await response.read()
        assert response.status < 500, (asked, answer)
        if response.status >= 400 and not _is_page_of_a_link(address, response):
            error = json.loads(answer)["error"]
            assert error["message"], asked
            assert error["code"], asked


@THOROUGH
@given(
    raw=st.binary(max_size=300),
    kind=st.sampled_from(["application/json", "text/plain", "text/json"]),
)
async def test_any_bytes_are_a_command_or_a_4xx(page: Site, raw: bytes, kind: str) -> None:
    async with page.client.post(
        f"{page.server.url}/api/commands", data=raw, headers={"Content-Type": kind}
    ) as response:
        assert response.status in {200, 202, 400, 413, 415, 429}


@THOROUGH
@given(text=st.text(ANY_CHARACTER, max_size=120) | TEXTS)
async def test_any_text_is_a_job_or_a_sentence(page: Site, text: str) -> None:
    async with page.client.post(
        f"{page.server.url}/api/commands", data=json.dumps({"text": text}), headers={"Content-Type": "application/json"}
    ) as response:
        assert response.status in {200, 202, 400, 403, 404, 429}
        assert await response.json()


@pytest.mark.parametrize("length", [6000, 60_000])
async def test_a_prompt_of_thousands_of_characters_is_refused_and_costs_nothing(page: Site, length: int) -> None:
    status, answer = await page.post("/api/commands", {"text": "狐" * length})
    assert (status, answer["error"]["code"]) in {(400, "prompt-too-long"), (413, "too-large")}
    assert (await page.get("/api/history"))[1]["messages"] == []
