from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from bot.composition.account import LOOK_AGAIN_SECONDS, LOOK_SECONDS, account_check, drawing_check, watch_account
from bot.composition.who_draws import last_known
from bot.domain.ports import AccountState
from tests.fakes.clock import FakeClock
from tests.fakes.model import FakeModel


class Kept(dict[str, str]):
    """Implements Facts."""

    async def get(self, key: str) -> str | None:  # type: ignore[override]
        return super().get(key)

    async def set(self, key: str, value: str) -> None:
        self[key] = value


REFUSED = AccountState(accepted=False, since=datetime(2026, 1, 1, 12, tzinfo=UTC))


async def test_the_account_is_looked_at_from_the_start_and_again() -> None:
    clock = FakeClock()
    model = FakeModel(clock)
    model.account = REFUSED
    watching = asyncio.create_task(watch_account(model, clock, facts=Kept()))
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


async def test_that_a_sandbox_draws_is_kept_from_the_moment_it_is_known() -> None:
    clock, facts = FakeClock(), Kept()
    model = FakeModel(clock, sandbox=None)
    watching = asyncio.create_task(watch_account(model, clock, facts=facts))
    await clock.settle()
    assert await last_known(facts) is None
    for sandbox in (True, False):
        model.sandbox = sandbox
        await clock.advance(LOOK_SECONDS)
        known = await last_known(facts)
        assert known is not None
        assert (known.sandbox, known.since) == (sandbox, clock.now())
    await clock.advance(LOOK_SECONDS)
    again = await last_known(facts)
    assert again is not None
    assert again.since < clock.now(), "since when, and not the last look"
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
