from __future__ import annotations

import pytest

from bot.domain.errors import NotAllowed
from bot.domain.job import JobState
from bot.domain.ports import AccountState
from tests.actions.house import HERE, House
from tests.db.orders import NOON, person


async def test_a_refused_account_refuses_requests_before_they_are_accepted(house: House) -> None:
    """Ready stays: the sentence is all that happens, until the provider accepts the account again."""
    house.model.account = AccountState(accepted=False, since=NOON)
    parent = await house.drawn()
    before = await house.store.usage(person(), house.clock.now())
    for asked in (
        house.imagine.from_text("a hen", author=person(), destination=HERE),
        house.imagine.again(parent.id, author=person(), destination=HERE),
    ):
        with pytest.raises(NotAllowed, match="provider-account"):
            await asked
    assert await house.store.usage(person(), house.clock.now()) == before
    assert await house.store.unfinished() == []
    house.model.account = AccountState(accepted=True, since=NOON)
    assert (await house.imagine.from_text("a hen", author=person(), destination=HERE)).job.state is JobState.QUEUED
