import asyncio
import time

import aiohttp
import pytest

from bot.sandbox import RunningSandbox, start

from .conftest import Caller, MovedClock


async def test_expire_in_is_the_moment_at_which_a_token_dies(caller: Caller, clock: MovedClock) -> None:
    answer = await caller.log_in()
    assert answer["data"]["expire_in"] == int(clock.now) + 86_400
    clock.now = answer["data"]["expire_in"] - 1
    assert (await caller.page())["code"] == 0
    clock.move(1)
    assert (await caller.page())["code"] == 10400


async def test_a_new_token_replaces_the_old_one(caller: Caller) -> None:
    old = caller.headers
    await caller.log_in()
    assert (await caller.page())["code"] == 0
    caller.headers = old
    assert (await caller.page())["code"] == 10400


async def test_tokens_can_live_side_by_side(clock: MovedClock, session: aiohttp.ClientSession) -> None:
    async with await start(clock=clock, qps=0, replace_tokens=False) as sandbox:
        caller = Caller(session, sandbox.url)
        await caller.log_in()
        old = caller.headers
        await caller.log_in()
        caller.headers = old
        assert (await caller.page())["code"] == 0


@pytest.mark.parametrize("headers", [{}, {"access_token": "x"}, {"access_token": "é"}, {"Authorization": "Bearer x"}])
async def test_without_a_token_nothing_works(caller: Caller, headers: dict[str, str]) -> None:
    caller.headers = headers
    assert (await caller.submit())["code"] == 10400
    assert (await caller.page())["code"] == 10400
    assert (await caller.task("x"))["code"] == 10400


async def test_a_configured_account_is_the_only_one(clock: MovedClock, session: aiohttp.ClientSession) -> None:
    async with await start(clock=clock, qps=0, app_id="mine", secret_key="key") as sandbox:
        caller = Caller(session, sandbox.url)
        assert (await caller.log_in("mine", "wrong"))["code"] == 40000
        assert (await caller.log_in("other", "key"))["code"] == 40000
        assert (await caller.log_in("mine", "key"))["code"] == 0


async def test_the_token_call_is_checked(caller: Caller) -> None:
    assert (await caller.post("/open/v1/access_token", {"app_id": "a"}))["code"] == 400
    assert (await caller.post("/open/v1/access_token", {"app_id": 1, "secret_key": "b"}))["code"] == 400
    assert (await caller.post("/open/v1/access_token", {"app_id": "", "secret_key": "b"}))["code"] == 40000


async def test_qps_holds_for_all_calls_together_in_any_second(
    clock: MovedClock, session: aiohttp.ClientSession
) -> None:
    async with await start(clock=clock, qps=3) as sandbox:
        caller = Caller(session, sandbox.url)
        assert (await caller.log_in())["code"] == 0
        clock.move(0.6)
        assert (await caller.page())["code"] == 0
        assert (await caller.submit())["code"] == 0
        assert (await caller.task("x"))["code"] == 40001
        assert (await caller.log_in())["code"] == 40001
        clock.move(0.41)  # the token call is a second ago, the other two are not
        assert (await caller.page())["code"] == 0
        assert (await caller.page())["code"] == 40001
        clock.move(-3600)  # a wall clock set back
        assert (await caller.page())["code"] == 0


async def test_qps_can_be_changed_while_it_runs(clock: MovedClock, session: aiohttp.ClientSession) -> None:
    async with await start(clock=clock, qps=1) as sandbox:
        caller = Caller(session, sandbox.url)
        await caller.log_in()
        assert (await caller.page())["code"] == 40001
        status, settings = await caller.control("POST", "settings", {"qps": 2, "speed": 10, "token_lifetime": 60})
        assert (status, settings["qps"], settings["speed"]) == (200, 2, 10)
        assert (await caller.page())["code"] == 0
        assert (await caller.page())["code"] == 40001


async def test_the_default_limit_is_five() -> None:
    async with await start() as sandbox, aiohttp.ClientSession() as session:
        caller = Caller(session, sandbox.url)
        await caller.log_in()
        began = time.monotonic()
        answers = await asyncio.gather(*(caller.page() for _ in range(12)))
        assert time.monotonic() - began < 0.9, "too slow a machine to tell"
    assert [answer["code"] for answer in answers].count(0) == 4
    assert [answer["code"] for answer in answers].count(40001) == 8


@pytest.mark.parametrize(
    "body", [{"qps": -1}, {"qps": 1.5}, {"speed": 0}, {"speed": "fast"}, {"replace_tokens": 1}, {"colour": 1}, [1]]
)
async def test_wrong_settings_change_nothing(caller: Caller, sandbox: RunningSandbox, body: object) -> None:
    before = sandbox.control.settings()
    assert (await caller.control("POST", "settings", body))[0] == 400
    assert sandbox.control.settings() == before


async def test_the_balance_is_told_where_it_is_set(caller: Caller, sandbox: RunningSandbox) -> None:
    await caller.log_in()
    assert (await caller.balance())["code"] == 40000
    sandbox.control.change({"beans": 1234})
    assert (await caller.balance())["data"] == {"resi_total_bean": 1234}
