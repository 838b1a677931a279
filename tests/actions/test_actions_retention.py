import asyncio
import contextlib
from collections.abc import Sequence

import pytest

from bot.actions.retention import INTERVAL, Retention
from bot.domain.community import Community
from bot.domain.moderation import AuditAction
from bot.domain.ports import NewAudit
from tests.actions.house import House
from tests.db.orders import person
from tests.fakes.picture_shelf import PictureShelf


def retention_of(house: House, default_days: int | None = None) -> Retention:
    return Retention(
        personal=house.personal,
        ledger=house.ledger,
        communities=house.communities,
        pictures=house.shelf,
        clock=house.clock,
        default_days=default_days,
    )


async def keep(house: House, days: int, community_id: str = "guild") -> None:
    audit = NewAudit(
        platform="discord",
        community_id=community_id,
        actor_id="boss",
        actor_name="Boss",
        action=AuditAction.SETTINGS_CHANGED,
    )
    settings = Community(platform="discord", community_id=community_id, retention_days=days)
    await house.communities.save_community(settings, audit)


async def test_each_community_has_its_own_days(house: House) -> None:
    await keep(house, 10)
    old, young = await house.drawn(n=2, days_ago=11), await house.drawn(days_ago=9)
    starred = await house.drawn(days_ago=400)
    await house.gallery.star(starred.id, person("bob"), starred=True)
    elsewhere = await house.drawn(by=person("ann", "elsewhere"), days_ago=400)
    slack = await house.drawn(by=person(platform="slack"), days_ago=400)
    deleted = await house.clock.until(retention_of(house).expire())
    assert deleted == 2
    kept = {picture.key for job in (young, starred, elsewhere, slack) for picture in job.pictures}
    assert set(house.shelf.kept) == kept
    found = await house.store.get(old.id)
    assert found is not None
    assert (found.request.prompt, found.pictures) == ("", ())


async def test_the_operators_days_hold_where_nobody_decided(house: House) -> None:
    await keep(house, 500)
    kept = await house.drawn(days_ago=400)
    await house.drawn(by=person("ann", "elsewhere"), days_ago=400)
    await house.drawn(by=person(platform="slack"), days_ago=400)
    assert await house.clock.until(retention_of(house, 365).expire()) == 2
    assert set(house.shelf.kept) == {kept.pictures[0].key}


async def test_no_days_keep_for_ever(house: House) -> None:
    await house.drawn(days_ago=4000)
    assert await house.clock.until(retention_of(house).expire()) == 0
    assert len(house.shelf.kept) == 1


async def test_files_that_a_failing_store_kept_go_in_the_next_round(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await keep(house, 10)
    await house.drawn(n=3, days_ago=20)

    async def failing(_: PictureShelf, keys: Sequence[str]) -> None:
        raise OSError("down")

    with monkeypatch.context() as patched:
        patched.setattr(PictureShelf, "delete", failing)
        with pytest.raises(OSError, match="down"):
            await retention_of(house).expire()
    # Another life, which knows of nothing.
    assert await house.clock.until(retention_of(house).expire()) == 3
    assert house.shelf.kept == {}


async def test_it_comes_round_and_survives_what_fails(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    await keep(house, 10)
    rounds = 0
    real = house.personal.prune

    async def prune(*arguments: object) -> Sequence[str]:
        nonlocal rounds
        rounds += 1
        if rounds == 1:
            raise OSError("the disk is full")
        return await real(house.clock.now())

    monkeypatch.setattr(house.personal, "prune", prune)
    await house.drawn(days_ago=20)
    running = asyncio.create_task(retention_of(house).run())
    try:

        async def second() -> None:
            while house.shelf.kept:
                await house.clock.sleep(600)

        began = house.clock.monotonic()
        await house.clock.until(second())
        assert rounds == 2
        assert house.clock.monotonic() - began >= INTERVAL
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
