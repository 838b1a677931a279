"""The account's balance: told where the provider tells it, and nothing where it doesn't."""

from __future__ import annotations

import asyncio
from collections import deque

from bot.composition.balance import ASK_SECONDS, last_balance, watch_balance
from bot.observability.metrics import Metrics
from db.errors import DatabaseProblem
from tests.fakes.clock import FakeClock
from tests.fakes.model import FakeModel


class Facts:
    def __init__(self) -> None:
        self.kept: dict[str, str] = {}
        self.broken = False

    async def get(self, key: str) -> str | None:
        return self.kept.get(key)

    async def set(self, key: str, value: str) -> None:
        if self.broken:
            raise DatabaseProblem("the disk is full")
        self.kept[key] = value


class Account(FakeModel):
    def __init__(self, clock: FakeClock, *told: float | None) -> None:
        super().__init__(clock)
        self.told = deque(told)

    async def balance(self) -> float | None:
        return self.told.popleft()


def beans(metrics: Metrics) -> float | None:
    return metrics.registry.get_sample_value("easel_account_balance", {"unit": "beans"})


async def test_it_is_kept_up_to_date_and_an_answer_that_fails_changes_nothing() -> None:
    clock, facts, metrics = FakeClock(), Facts(), Metrics()
    model = Account(clock, None, 12.5, None, 7, 3)
    watching = asyncio.create_task(watch_balance(model, facts=facts, metrics=metrics, clock=clock))
    await clock.settle()
    assert beans(metrics) is None, "no 0, which would be an alarm"
    assert await last_balance(facts) is None
    seen = []
    for _ in range(3):
        await clock.advance(ASK_SECONDS)
        seen.append(beans(metrics))
    assert seen == [12.5, 12.5, 7]
    balance = await last_balance(facts)
    assert balance is not None
    assert (balance.beans, balance.at) == (7, clock.now())
    facts.broken = True
    await clock.advance(ASK_SECONDS)
    assert beans(metrics) == 3
    watching.cancel()
    await asyncio.wait({watching})
