from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from bot.domain.errors import ModelAccountRefused, ModelUnavailable
from bot.domain.ports import AccountState
from bot.seedream.client import PAGE_PATH
from bot.seedream.token import REFUSAL_RESTS
from tests.seedream.conftest import Bench, MakeBench
from tests.seedream.scripted_provider import TOKEN_PATH, Provider, bad_gateway, ok, refusing

GIVEN = ok({"access_token": "first", "expire_in": 7200})
NO_TASKS = ok({"list": [], "page_info": {"total": 0}})


async def test_an_account_is_unknown_until_a_call_that_needs_it_is_answered(bench: Bench, provider: Provider) -> None:
    assert bench.client.account == AccountState()
    provider.on(TOKEN_PATH, GIVEN)
    provider.on(PAGE_PATH, NO_TASKS)
    await bench.run(bench.client.check_account())
    assert bench.client.account == AccountState(accepted=True, since=bench.clock.now())


async def test_wrong_credentials_are_a_refused_account_until_they_are_accepted(
    bench: Bench, provider: Provider
) -> None:
    provider.on(TOKEN_PATH, refusing(40000, "secret_key error"), GIVEN)
    provider.on(PAGE_PATH, NO_TASKS)
    with capture_logs() as logs:
        for _ in range(2):  # the second is spared the provider
            with pytest.raises(ModelAccountRefused):
                await bench.run(bench.client.check_account())
        refused = bench.client.account
        assert (refused.accepted, refused.since) == (False, bench.clock.now())
        await bench.clock.advance(REFUSAL_RESTS + 1)
        await bench.run(bench.client.check_account())
    assert bench.client.account.accepted is True
    told = [entry["event"] for entry in logs if entry["event"].startswith("account_")]
    assert told == ["account_refused", "account_accepted"]


async def test_a_refused_fixed_token_is_a_refused_account(make_bench: MakeBench, provider: Provider) -> None:
    bench = make_bench(fixed_token="mine")
    provider.on(PAGE_PATH, refusing(10400, "access_token invalid"), NO_TASKS)
    with pytest.raises(ModelAccountRefused):
        await bench.run(bench.client.check_account())
    assert bench.client.account.accepted is False
    await bench.run(bench.client.check_account())
    assert bench.client.account.accepted is True


async def test_a_provider_in_trouble_says_nothing_of_the_account(bench: Bench, provider: Provider) -> None:
    provider.on(TOKEN_PATH, GIVEN)
    provider.on(PAGE_PATH, bad_gateway())
    with pytest.raises(ModelUnavailable):
        await bench.run(bench.client.check_account())
    assert bench.client.account.accepted is None


async def test_a_provider_without_the_word_is_no_sandbox(bench: Bench, provider: Provider) -> None:
    assert bench.client.sandbox is None
    provider.on(TOKEN_PATH, GIVEN)
    provider.on(PAGE_PATH, NO_TASKS)
    await bench.run(bench.client.check_account())
    assert bench.client.sandbox is False


async def test_a_gateway_before_a_sandbox_makes_no_provider_of_it(make_bench: MakeBench, provider: Provider) -> None:
    bench = make_bench(fixed_token="mine")
    bench.api.sandbox = True
    provider.on(PAGE_PATH, bad_gateway(), refusing(40001))
    for _ in range(2):
        with pytest.raises(ModelUnavailable):
            await bench.run(bench.client.check_account())
    assert bench.client.sandbox is True
