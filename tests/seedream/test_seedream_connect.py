from __future__ import annotations

import pytest

from bot.domain.errors import PictureBroken
from bot.domain.ports import ImageModel
from bot.runtime.clock import SystemClock
from bot.seedream.connect import Account, open_seedream
from tests.seedream.scripted_provider import PAGE_PATH, TOKEN_PATH, Provider, a_page, a_task, ok, raw
from tests.seedream.test_seedream_downloads import PNG

ACCOUNT = Account(app_id="app", secret_key="sesame")


async def test_an_account_is_opened_used_and_closed(provider: Provider) -> None:
    provider.on(PAGE_PATH, ok(a_page(a_task("t1"))))
    provider.on("/p", raw(PNG))
    async with open_seedream(base_url=provider.url, account=ACCOUNT, qps=50, clock=SystemClock()) as client:
        model: ImageModel = client
        assert set(await model.tasks(["t1"])) == {"t1"}
        assert (await model.download(f"{provider.url}/p")).data == PNG
        assert client.limiter.rate == 50
    assert provider.last(TOKEN_PATH).body == {"app_id": "app", "secret_key": "sesame"}


async def test_a_fixed_token_needs_no_token_call(provider: Provider) -> None:
    provider.on(PAGE_PATH, ok(a_page()))
    account = Account(access_token="mine")
    async with open_seedream(base_url=provider.url, account=account, qps=50, clock=SystemClock()) as client:
        assert await client.tasks(["t1"]) == {}
    assert provider.times(TOKEN_PATH) == 0


async def test_a_provider_elsewhere_may_not_send_us_to_this_machine(provider: Provider) -> None:
    async with open_seedream(
        base_url="https://open-api.chanjing.cc", account=ACCOUNT, qps=5, clock=SystemClock()
    ) as client:
        with pytest.raises(PictureBroken):
            await client.download(f"{provider.url}/p")
    assert provider.asked == []


def test_an_account_says_nothing_of_its_secrets_and_must_be_one() -> None:
    assert "sesame" not in repr(ACCOUNT)
    assert "mine" not in repr(Account(access_token="mine"))
    for wrong in ({}, {"app_id": "a"}, {"secret_key": "s"}):
        with pytest.raises(ValueError, match="account"):
            Account(**wrong)


async def test_a_base_url_that_is_none_is_told_before_anything_opens() -> None:
    with pytest.raises(ValueError, match="base URL"):
        async with open_seedream(base_url="chanjing", account=ACCOUNT, qps=5, clock=SystemClock()):
            pass


async def test_whoever_watches_is_told_of_every_call(provider: Provider) -> None:
    provider.on(PAGE_PATH, ok(a_page(a_task("t1"))))
    seen: list[tuple[str, int | str]] = []
    async with open_seedream(
        base_url=provider.url,
        account=ACCOUNT,
        qps=50,
        clock=SystemClock(),
        observe=lambda call, code, seconds: seen.append((call, code)) if seconds >= 0 else None,
    ) as client:
        await client.tasks(["t1"])
    assert seen == [("access_token", 0), ("page", 0)]
