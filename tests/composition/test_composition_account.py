from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from bot.composition.account import LOOK_AGAIN_SECONDS, account_check, drawing_check, watch_account
from bot.domain.ports import AccountState
from tests.fakes.clock import FakeClock
from tests.fakes.model import FakeModel

REFUSED = AccountState(accepted=False, since=datetime(2026, 1, 1, 12, tzinfo=UTC))


async def test_the_account_is_looked_at_from_the_start_and_again() -> None:
    clock = FakeClock()
    model = FakeModel(clock)
    model.account = REFUSED
    watching = asyncio.create_task(watch_account(model, clock))
    await clock.settle()
    assert model.account == REFUSED
    model.account = AccountState()  # the operator has corrected it at the provider
    await clock.advance(LOOK_AGAIN_SECONDS)
    assert model.account.accepted
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)


def test_what_readiness_says_of_the_account_and_of_drawing() -> None:
    model = FakeModel(FakeClock())
    assert (account_check(model.account).ok, drawing_check(model).detail) == (None, "unknown")
    model.account = AccountState(accepted=True, since=datetime(2026, 1, 1, 12, tzinfo=UTC))
    assert account_check(model.account).detail == "ok since 2026-01-01T12:00:00+00:00"
    assert (drawing_check(model).ok, drawing_check(model).detail) == (True, "ok")
    model.go_away()
    assert drawing_check(model).detail == "waits since 2026-01-02T03:04:05Z"
    model.account = REFUSED
    assert account_check(model.account).ok is False
    assert drawing_check(model).detail == "refused since 2026-01-01T12:00:00Z"
