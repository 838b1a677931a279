from __future__ import annotations

import asyncio
from typing import Any

import pytest
import structlog

from bot.domain.errors import ModelAccountRefused, ModelUnavailable
from bot.seedream.payloads import LONGEST_TOKEN
from bot.seedream.token import ASSUMED_LIFE, LONGEST_LIFE, MARGIN, REFUSAL_RESTS, SHORTEST_LIFE, FixedToken
from tests.seedream.conftest import APP_ID, SECRET, Bench
from tests.seedream.scripted_provider import TOKEN_PATH, Provider, bad_gateway, ok, refusing


def token(name: str, **expiry: Any) -> Any:
    return ok({"access_token": name} | expiry)


def in_seconds(bench: Bench, seconds: float) -> int:
    return int(bench.clock.now().timestamp() + seconds)


async def test_a_token_is_asked_for_with_the_credentials_and_kept(bench: Bench, provider: Provider) -> None:
    provider.on(TOKEN_PATH, token("first", expire_in=in_seconds(bench, 86_400)))
    seen = [bench.tokens.newest]
    assert await bench.run(bench.tokens.get()) == "first"
    assert await bench.run(bench.tokens.get()) == "first"
    assert [*seen, bench.tokens.newest] == [None, "first"]
    asked = provider.last(TOKEN_PATH)
    assert asked.method == "POST"
    assert asked.body == {"app_id": APP_ID, "secret_key": SECRET}
    assert "access_token" not in asked.headers
    assert provider.times(TOKEN_PATH) == 1


@pytest.mark.parametrize(
    ("expire_in", "life"),
    [
        ("in 10000 s", 10_000 - MARGIN),
        ("in 400 s", 200),
        ("in 3 s", SHORTEST_LIFE / 2),
        ("an hour ago", SHORTEST_LIFE / 2),
        (7200, 7200 - MARGIN),  # a duration
        (1, SHORTEST_LIFE / 2),
        (0, ASSUMED_LIFE - MARGIN),
        (-5, ASSUMED_LIFE - MARGIN),
        (None, ASSUMED_LIFE - MARGIN),
        ("soon", ASSUMED_LIFE - MARGIN),
        (True, ASSUMED_LIFE - MARGIN),
        (4_000_000_000_000, LONGEST_LIFE - MARGIN),  # milliseconds
        (10**400, LONGEST_LIFE - MARGIN),
    ],
)
async def test_it_is_renewed_in_time_whatever_is_said_of_its_end(
    bench: Bench, provider: Provider, expire_in: Any, life: float
) -> None:
    seconds = {"in 10000 s": 10_000, "in 400 s": 400, "in 3 s": 3, "an hour ago": -3600}.get(expire_in)
    if seconds is not None:
        expire_in = in_seconds(bench, seconds)
    provider.on(TOKEN_PATH, token("first", expire_in=expire_in))
    await bench.run(bench.tokens.get())
    await bench.clock.advance(life - 2)
    assert await bench.run(bench.tokens.get()) == "first"
    await bench.clock.advance(4)
    assert await bench.run(bench.tokens.get()) == "token-1"


async def test_a_wall_clock_that_jumps_ends_no_token(bench: Bench, provider: Provider) -> None:
    provider.on(TOKEN_PATH, token("first", expire_in=in_seconds(bench, 86_400)))
    await bench.run(bench.tokens.get())
    bench.clock.jump(10**7)
    assert await bench.run(bench.tokens.get()) == "first"


async def test_callers_at_the_same_time_share_one_renewal(bench: Bench, provider: Provider) -> None:
    tokens = await bench.run(asyncio.gather(*(bench.tokens.get() for _ in range(20))))
    assert set(tokens) == {"token-1"}
    assert provider.times(TOKEN_PATH) == 1


async def test_a_caller_who_leaves_takes_nothing_from_the_others(bench: Bench, provider: Provider) -> None:
    first = asyncio.create_task(bench.tokens.get())
    second = asyncio.create_task(bench.tokens.get())
    await asyncio.sleep(0)  # both wait now, and nothing was sent yet
    first.cancel()
    assert await bench.run(second) == "token-1"
    assert first.cancelled()
    assert provider.times(TOKEN_PATH) == 1


async def test_a_renewal_that_fails_fails_for_all_and_is_tried_anew_by_the_next(
    bench: Bench, provider: Provider
) -> None:
    provider.on(TOKEN_PATH, *[refusing(50000)] * 3)
    results = await bench.run(asyncio.gather(*(bench.tokens.get() for _ in range(3)), return_exceptions=True))
    assert all(isinstance(result, ModelUnavailable) for result in results)
    assert provider.times(TOKEN_PATH) == 3
    assert await bench.run(bench.tokens.get()) == "token-1"


@pytest.mark.parametrize(
    "passing",
    [
        refusing(50000),
        refusing(40001),
        refusing(77),
        bad_gateway(),
        ok(None),
        ok({"access_token": ""}),
        ok({"access_token": 3}),
        token("two words"),
        token("line\r\nbreak"),
        token("令牌"),
        token("x" * (LONGEST_TOKEN + 1)),
    ],
)
async def test_a_renewal_is_repeated_when_it_may_help(bench: Bench, provider: Provider, passing: Any) -> None:
    provider.on(TOKEN_PATH, passing)
    assert await bench.run(bench.tokens.get()) == "token-1"


@pytest.mark.parametrize("code", [400, 10400, 40000, 40100])
async def test_wrong_credentials_are_told_at_once_and_not_tried_again_for_a_while(
    bench: Bench, provider: Provider, code: int
) -> None:
    provider.on(TOKEN_PATH, refusing(code, "app_id 不存在"))
    for _ in range(3):
        with pytest.raises(ModelAccountRefused) as caught:
            await bench.run(bench.tokens.get())
        assert (caught.value.detail, caught.value.code) == ("app_id 不存在", code)
    assert provider.times(TOKEN_PATH) == 1
    await bench.clock.advance(REFUSAL_RESTS)
    assert await bench.run(bench.tokens.get()) == "token-1"


async def test_only_the_present_token_is_replaced(bench: Bench, provider: Provider) -> None:
    await bench.run(bench.tokens.get())
    assert await bench.run(bench.tokens.replacement("token-1")) == "token-2"
    assert await bench.run(bench.tokens.replacement("token-1")) == "token-2"
    assert await bench.run(bench.tokens.replacement("an older one")) == "token-2"
    assert provider.times(TOKEN_PATH) == 2


async def test_renewals_take_their_turn_and_slow_down_when_told(bench: Bench, provider: Provider) -> None:
    provider.on(TOKEN_PATH, refusing(40001))
    await bench.run(bench.tokens.get())
    assert bench.limiter.rate < 3


async def test_closing_ends_a_renewal_under_way(bench: Bench, provider: Provider) -> None:
    provider.on(TOKEN_PATH, provider.hang)
    waiting = asyncio.create_task(bench.tokens.get())
    await asyncio.sleep(0.02)
    await bench.tokens.aclose()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await bench.tokens.aclose()


async def test_a_renewal_that_everybody_left_and_that_failed_leaves_no_noise(bench: Bench, provider: Provider) -> None:
    provider.on(TOKEN_PATH, refusing(40000))
    waiting = asyncio.create_task(bench.tokens.get())
    await asyncio.sleep(0)
    waiting.cancel()
    # Whoever comes next joins the renewal under way, or finds its refusal: nothing was left unseen in between.
    with pytest.raises(ModelAccountRefused):
        await bench.run(bench.tokens.get())
    assert provider.times(TOKEN_PATH) == 1


async def test_no_token_and_no_secret_in_logs_or_reprs(bench: Bench, provider: Provider) -> None:
    provider.on(TOKEN_PATH, token("very-secret-token", expire_in=5_000))
    with structlog.testing.capture_logs() as logs:
        await bench.run(bench.tokens.get())
    assert [entry["event"] for entry in logs] == ["token_renewed"]
    fixed = FixedToken("very-secret-token")
    for text in (str(logs), repr(bench.tokens), str(bench.tokens), repr(fixed), str(fixed)):
        assert "very-secret" not in text
        assert SECRET not in text


async def test_a_fixed_token_is_given_and_never_replaced() -> None:
    fixed = FixedToken(" mine \n")
    assert await fixed.get() == fixed.newest == "mine"
    with pytest.raises(ModelAccountRefused):
        await fixed.replacement("mine")
    assert await fixed.get() == "mine"


@pytest.mark.parametrize("text", ["", "  ", "two words", "line\nbreak", "令牌"])
def test_a_fixed_token_that_is_none_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="access token"):
        FixedToken(text)
