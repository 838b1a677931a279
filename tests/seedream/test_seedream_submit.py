from __future__ import annotations

import asyncio
import socket
from typing import Any

import aiohttp
import pytest
import structlog
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.errors import (
    ModelAccountRefused,
    ModelError,
    ModelRejected,
    ModelUnavailable,
    ModelUnclear,
    StaleJob,
)
from bot.seedream.api import LARGEST_ANSWER, Api
from bot.seedream.circuit import MOST_FAILURES, SILENCE
from bot.seedream.limiter import Lane
from bot.seedream.payloads import Envelope
from tests.seedream.conftest import SECRET, Bench, MakeBench
from tests.seedream.scripted_provider import (
    PAGE_PATH,
    SUBMIT_PATH,
    TOKEN_PATH,
    TRACE,
    Provider,
    a_job,
    bad_gateway,
    cut,
    dropping,
    ok,
    raw,
    redirecting,
    refusing,
)


async def submit(bench: Bench) -> str:
    return await bench.run(bench.client.submit(a_job(), before_call=bench.before))


async def test_it_sends_the_customers_body_with_the_token_and_gives_the_id(bench: Bench, provider: Provider) -> None:
    provider.on(SUBMIT_PATH, ok("a60747d7"))
    assert await submit(bench) == "a60747d7"
    asked = provider.last(SUBMIT_PATH)
    assert asked.method == "POST"
    assert asked.body == {
        "ref_prompt": "a red fox",
        "creation_type": 3,
        "aspect_ratio": "16:9",
        "clarity": 2048,
        "number_of_images": 2,
        "model_code": "doubao-seedream-3.0-t2i",
    }
    assert asked.headers["access_token"] == "token-1"
    assert asked.headers["Content-Type"] == "application/json"
    assert "Authorization" not in asked.headers
    assert bench.saved == 1


async def test_it_sends_the_prompt_with_its_style_in_any_language_and_the_callback(
    bench: Bench, provider: Provider
) -> None:
    provider.on(SUBMIT_PATH, ok("t1"))
    job = a_job("赛博朋克 \U0001f98a", style="ink")
    await bench.run(bench.client.submit(job, before_call=bench.before, callback_url="https://easel.example/hook"))
    body = provider.last(SUBMIT_PATH).body
    assert body["ref_prompt"] == job.prompt_sent
    assert body["callback"] == "https://easel.example/hook"


async def test_the_base_url_may_have_a_path(make_bench: MakeBench, provider: Provider) -> None:
    provider.on(f"/proxy{TOKEN_PATH}", ok({"access_token": "t", "expire_in": 4_000_000_000}))
    provider.on(f"/proxy{SUBMIT_PATH}", ok("t1"))
    assert await submit(make_bench(f"{provider.url}/proxy/")) == "t1"


async def test_the_intent_is_saved_after_the_token_and_right_before_the_call(bench: Bench, provider: Provider) -> None:
    provider.on(SUBMIT_PATH, ok("t1"))
    seen: list[list[str]] = []

    async def before() -> None:
        seen.append([asked.path for asked in provider.asked])

    await bench.run(bench.client.submit(a_job(), before_call=before))
    assert seen == [[TOKEN_PATH]]


async def test_a_submit_that_is_called_off_makes_no_call_and_gives_its_turn_back(
    bench: Bench, provider: Provider
) -> None:
    async def before() -> None:
        raise StaleJob

    await bench.run(bench.tokens.get())
    await bench.clock.advance(10)
    start = bench.clock.monotonic()
    for _ in range(20):
        with pytest.raises(StaleJob):
            await bench.run(bench.client.submit(a_job(), before_call=before))
    assert provider.times(SUBMIT_PATH) == 0
    assert bench.clock.monotonic() == start


async def test_a_refused_token_is_renewed_once_and_the_call_made_once_more(bench: Bench, provider: Provider) -> None:
    provider.on(SUBMIT_PATH, refusing(10400), ok("t1"))
    assert await submit(bench) == "t1"
    tokens = [asked.headers["access_token"] for asked in provider.asked if asked.path == SUBMIT_PATH]
    assert tokens == ["token-1", "token-2"]
    assert bench.saved == 1


async def test_a_token_that_was_replaced_while_a_submit_waited_in_line_is_not_used(
    bench: Bench, provider: Provider
) -> None:
    provider.on(SUBMIT_PATH, ok("t1"))
    await bench.run(bench.tokens.get())
    waiting = asyncio.create_task(bench.client.submit(a_job(), before_call=bench.before))
    await bench.clock.settle()
    assert bench.limiter.waiting[Lane.SUBMIT] == 1
    assert await bench.run(bench.tokens.replacement("token-1")) == "token-2"
    await bench.run(waiting)
    assert provider.last(SUBMIT_PATH).headers["access_token"] == "token-2"


async def test_a_token_refused_twice_is_unavailable_without_a_third_call(bench: Bench, provider: Provider) -> None:
    provider.on(SUBMIT_PATH, refusing(10400), refusing(10400))
    with pytest.raises(ModelUnavailable) as caught:
        await submit(bench)
    assert caught.value.code == 10400
    assert caught.value.after > 1
    assert provider.times(SUBMIT_PATH) == 2
    assert provider.times(TOKEN_PATH) == 2


async def test_many_submits_with_a_refused_token_renew_it_once(make_bench: MakeBench, provider: Provider) -> None:
    bench = make_bench(qps=1000)

    async def answer(request: web.Request) -> web.StreamResponse:
        old = request.headers["access_token"] == "token-1"
        return await (refusing(10400) if old else ok("t1"))(request)

    provider.always(SUBMIT_PATH, answer)
    await bench.run(bench.tokens.get())
    submits = (bench.client.submit(a_job(), before_call=bench.before) for _ in range(5))
    assert await bench.run(asyncio.gather(*submits)) == ["t1"] * 5
    assert provider.tokens_given == 2


async def test_a_fixed_token_that_is_refused_needs_the_operator(make_bench: MakeBench, provider: Provider) -> None:
    bench = make_bench(fixed_token="mine")
    provider.on(SUBMIT_PATH, refusing(10400))
    with pytest.raises(ModelAccountRefused):
        await submit(bench)
    assert provider.last(SUBMIT_PATH).headers["access_token"] == "mine"
    assert provider.times(TOKEN_PATH) == 0


async def test_over_the_limit_slows_down_and_is_certainly_not_taken(bench: Bench, provider: Provider) -> None:
    provider.on(SUBMIT_PATH, refusing(40001))
    with pytest.raises(ModelUnavailable) as caught:
        await submit(bench)
    assert caught.value.code == 40001
    assert bench.limiter.rate == 2.5
    assert provider.times(SUBMIT_PATH) == 1


async def test_a_gateway_that_says_429_slows_down_too(bench: Bench, provider: Provider) -> None:
    provider.on(SUBMIT_PATH, raw("<html>", status=429, content_type="text/html"))
    with pytest.raises(ModelUnavailable):
        await submit(bench)
    assert bench.limiter.rate == 2.5


@pytest.mark.parametrize("code", [400, 40000, 40002, 41000])
async def test_a_request_that_is_refused_is_rejected_with_the_providers_words(
    bench: Bench, provider: Provider, code: int
) -> None:
    provider.on(SUBMIT_PATH, refusing(code, "提示词\n包含敏感内容"))
    with pytest.raises(ModelRejected) as caught:
        await submit(bench)
    assert caught.value.detail == "提示词 包含敏感内容"
    assert caught.value.trace_id == TRACE
    assert caught.value.code == code
    assert provider.times(SUBMIT_PATH) == 1


GATEWAYS = [(status, code) for status in (403, 404, 408, 499, 500, 502, 503, 504) for code in (status, 40003, 1, -1)]


@pytest.mark.parametrize(("status", "code"), [*GATEWAYS, (200, 403), (200, 404), (200, 502), (302, 302), (403, 429)])
async def test_a_gateways_own_code_is_no_verdict_on_a_submit(
    bench: Bench, provider: Provider, status: int, code: int
) -> None:
    """It may have been passed on before: the list of tasks knows."""
    provider.on(SUBMIT_PATH, refusing(code, status=status))
    with pytest.raises(ModelUnclear):
        await submit(bench)
    assert provider.times(SUBMIT_PATH) == 1


@pytest.mark.parametrize(("status", "code"), [(401, 401), (401, 1), (200, 401), (429, 429), (429, 1), (200, 429)])
async def test_what_a_gateway_refuses_to_pass_on_was_not_taken(
    bench: Bench, provider: Provider, status: int, code: int
) -> None:
    provider.on(SUBMIT_PATH, refusing(code, status=status))
    with pytest.raises(ModelUnavailable):
        await submit(bench)
    assert bench.limiter.rate == (2.5 if 429 in {status, code} else 5)


@pytest.mark.parametrize("code", [50000, 50001, 503, 1, -1, 10401, 99999])
async def test_internal_and_unknown_codes_are_unclear(bench: Bench, provider: Provider, code: int) -> None:
    provider.on(SUBMIT_PATH, refusing(code))
    with pytest.raises(ModelUnclear) as caught:
        await submit(bench)
    assert caught.value.trace_id == TRACE
    assert provider.times(SUBMIT_PATH) == 1


@pytest.mark.parametrize(("status", "code", "family"), [(500, 0, None), (401, 40000, ModelRejected)])
async def test_the_code_decides_and_not_the_http_status(
    bench: Bench, provider: Provider, status: int, code: int, family: type[Exception] | None
) -> None:
    provider.on(SUBMIT_PATH, refusing(code, data="t1", status=status))
    if family is None:
        assert await submit(bench) == "t1"
    else:
        with pytest.raises(family):
            await submit(bench)


UNREADABLE = {
    "cut json": raw('{"code": 0, "data": "t'),
    "html 502": bad_gateway(),
    "empty": raw(""),
    "list": raw("[]"),
    "no code": raw('{"data": "t1"}'),
    "code a string": refusing("0", data="t1"),
    "code true": refusing(True, data="t1"),
    "code null": refusing(None, data="t1"),
    "no data": raw('{"code": 0, "trace_id": "trace-1"}'),
    "data null": ok(None),
    "data empty": ok(""),
    "data blank": ok("  "),
    "data a number": ok(7),
    "data an object": ok({"unique_id": "t1"}),
    "data endless": ok("x" * 1000),
    "data no text": ok("\ud800"),
    "broken utf-8": raw(b'{"code": 0, "data": "\xff"}'),
    "deep": raw("[" * 200_000),
    "not gzip": raw("no", encoding="gzip"),
    "endless": raw(b" " * (LARGEST_ANSWER + 1)),
    "dropped": dropping,
    "half": cut(b'{"code"', 500),
    "redirect": redirecting("/elsewhere"),
}


@pytest.mark.parametrize("name", UNREADABLE)
async def test_an_answer_that_is_lost_or_unreadable_is_unclear_and_never_repeated(
    bench: Bench, provider: Provider, name: str
) -> None:
    provider.on(SUBMIT_PATH, UNREADABLE[name])
    with pytest.raises(ModelUnclear):
        await submit(bench)
    assert [asked.path for asked in provider.asked] == [TOKEN_PATH, SUBMIT_PATH]


async def test_a_time_out_after_sending_is_unclear(make_bench: MakeBench, provider: Provider) -> None:
    bench = make_bench(timeout=aiohttp.ClientTimeout(total=0.05), fixed_token="t")
    provider.on(SUBMIT_PATH, provider.hang)
    with pytest.raises(ModelUnclear):
        await submit(bench)


async def test_an_idle_connection_that_the_provider_closed_is_unclear_and_not_repeated(
    make_bench: MakeBench, provider: Provider
) -> None:
    bench = make_bench(fixed_token="t")
    provider.on(SUBMIT_PATH, ok("t1"), dropping)
    assert await submit(bench) == "t1"
    with pytest.raises(ModelUnclear):
        await submit(bench)
    assert provider.times(SUBMIT_PATH) == 2


async def test_nobody_there_is_unavailable(make_bench: MakeBench) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        bench = make_bench(f"http://127.0.0.1:{held.getsockname()[1]}", fixed_token="t")
        with pytest.raises(ModelUnavailable):
            await submit(bench)
    assert bench.saved == 1


async def test_no_tls_is_unavailable(make_bench: MakeBench, provider: Provider) -> None:
    with pytest.raises(ModelUnavailable):
        await submit(make_bench(provider.url.replace("http:", "https:"), fixed_token="t"))


class NoSuchName(AbstractResolver):
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        raise OSError("no such name")

    async def close(self) -> None:
        """Nothing is open."""


async def test_no_such_name_is_unavailable(make_bench: MakeBench) -> None:
    bench = make_bench(fixed_token="t")
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(resolver=NoSuchName())) as session:
        bench.client._api = Api(session, "http://provider.test", clock=bench.clock, circuit=bench.circuit)
        with pytest.raises(ModelUnavailable):
            await submit(bench)


async def test_a_session_that_was_closed_is_unavailable(make_bench: MakeBench, session: aiohttp.ClientSession) -> None:
    bench = make_bench(fixed_token="t")
    await session.close()
    with pytest.raises(ModelUnavailable):
        await submit(bench)


async def test_a_submit_that_was_unclear_about_its_token_is_unavailable(bench: Bench, provider: Provider) -> None:
    provider.always(TOKEN_PATH, bad_gateway())
    with pytest.raises(ModelUnavailable):
        await submit(bench)
    assert bench.saved == 0
    assert provider.times(TOKEN_PATH) == 3


async def test_what_is_logged_and_raised_has_no_secrets(make_bench: MakeBench, provider: Provider) -> None:
    bench = make_bench(fixed_token="fixed-secret-token")
    provider.always(SUBMIT_PATH, dropping)
    provider.always(PAGE_PATH, dropping)
    with structlog.testing.capture_logs() as logs:
        for _ in range(MOST_FAILURES - 1):
            with pytest.raises(ModelUnclear):
                await submit(bench)
            await bench.clock.advance(SILENCE)
        with pytest.raises(ModelUnclear) as caught:
            await submit(bench)
    assert [entry["event"] for entry in logs if entry["log_level"] != "debug"] == ["provider_away"]
    for text in (str(logs), repr(caught.value), repr(caught.value.__cause__), repr(bench.tokens), repr(bench.client)):
        assert "fixed-secret" not in text
        assert SECRET not in text
        assert "red fox" not in text


@pytest.mark.parametrize("url", ["open-api.chanjing.cc", "ftp://a", "http://", "https://a/?x=1", "https://a/#b", ""])
def test_a_base_url_that_is_none_is_told_at_once(url: str) -> None:
    with pytest.raises(ValueError, match="base URL"):
        Api(None, url, clock=None, circuit=None)  # type: ignore[arg-type]  # not reached


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=9,
)
CODES = st.sampled_from([0, 400, 10400, 40000, 40001, 50000]) | st.integers()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=30)
@given(code=CODES, data=JSON)
async def test_any_envelope_ends_in_the_family(make_bench: MakeBench, code: int, data: Any) -> None:
    bench = make_bench(fixed_token="t", qps=1e6)

    async def call(*_: object, **__: object) -> Envelope:
        return Envelope(code=code, data=data)

    bench.api.call = call  # type: ignore[method-assign]
    for made in (
        bench.client.submit(a_job(), before_call=bench.before),
        bench.client.tasks(["t1"]),
        bench.client.task("t1"),
        bench.client.tasks_since(bench.clock.now()),
    ):
        running = asyncio.ensure_future(made)
        while not running.done():
            await bench.clock.advance(10)
        if running.exception() is not None:
            assert isinstance(running.exception(), ModelError)
