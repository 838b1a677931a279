import asyncio
import contextlib
from collections.abc import Sequence
from datetime import timedelta

import pytest

from bot.actions.retention import INTERVAL, Retention
from bot.domain.community import Community
from bot.domain.job import JobState, StoredPicture
from bot.domain.moderation import AuditAction
from bot.domain.ports import NewAudit
from tests.actions.house import House
from tests.db.orders import NOON, PLENTY, bring, order, person
from tests.fakes.memory_picture_store import MemoryPictureStore
from tests.fakes.model import PICTURE


def retention_of(house: House, default_days: int | None = None) -> Retention:
    return Retention(
        personal=house.personal,
        ledger=house.ledger,
        communities=house.communities,
        pictures=house.picture_store,
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
    assert set(house.picture_store.kept) == kept
    found = await house.store.get(old.id)
    assert found is not None
    assert (found.request.prompt, found.pictures) == ("", ())


async def test_the_operators_days_hold_where_nobody_decided(house: House) -> None:
    await keep(house, 500)
    kept = await house.drawn(days_ago=400)
    await house.drawn(by=person("ann", "elsewhere"), days_ago=400)
    await house.drawn(by=person(platform="slack"), days_ago=400)
    assert await house.clock.until(retention_of(house, 365).expire()) == 2
    assert set(house.picture_store.kept) == {kept.pictures[0].key}


async def test_no_days_keep_for_ever(house: House) -> None:
    await house.drawn(days_ago=4000)
    assert await house.clock.until(retention_of(house).expire()) == 0
    assert len(house.picture_store.kept) == 1


async def test_files_that_a_failing_store_kept_go_in_the_next_round(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await keep(house, 10)
    await house.drawn(n=3, days_ago=20)

    async def failing(_: MemoryPictureStore, keys: Sequence[str]) -> None:
        raise OSError("down")

    with monkeypatch.context() as patched:
        patched.setattr(MemoryPictureStore, "delete", failing)
        with pytest.raises(OSError, match="down"):
            await retention_of(house).expire()
    # Another life, which knows of nothing.
    assert await house.clock.until(retention_of(house).expire()) == 3
    assert house.picture_store.kept == {}


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
            while house.picture_store.kept:
                await house.clock.sleep(600)

        began = house.clock.monotonic()
        await house.clock.until(second())
        assert rounds == 2
        assert house.clock.monotonic() - began >= INTERVAL
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running


def in_all(house: House, most_bytes: int) -> Retention:
    """No days, but so many bytes for everything."""
    retention = retention_of(house)
    retention._most_bytes = most_bytes
    return retention


async def test_beyond_their_bytes_the_oldest_go_wherever_they_are(house: House) -> None:
    size = len(PICTURE)
    oldest = await house.drawn(n=2, by=person("ann", "elsewhere"), days_ago=30)
    starred = await house.drawn(n=4, days_ago=20)
    await house.gallery.star(starred.id, person("bob"), starred=True)
    old, young = await house.drawn(days_ago=10), await house.drawn(n=3)
    retention = in_all(house, 8 * size)
    assert await house.personal.picture_bytes() == 10 * size
    assert await house.clock.until(retention.fit()) == 2
    assert await house.personal.picture_bytes() == 8 * size
    assert await house.clock.until(retention.fit()) == 0
    kept = {picture.key for job in (starred, old, young) for picture in job.pictures}
    assert set(house.picture_store.kept) == kept
    gone = await house.store.get(oldest.id)
    assert gone is not None
    assert (gone.request.prompt, gone.pictures, gone.deleted_at is None) == ("", (), False)
    retention._most_bytes = 7 * size
    assert await house.clock.until(retention.fit()) == 1
    assert set(house.picture_store.kept) == {picture.key for job in (starred, young) for picture in job.pictures}


async def test_starred_ones_stay_though_they_are_too_many(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    starred = await house.drawn(n=4, days_ago=20)
    await house.gallery.star(starred.id, person("bob"), starred=True)
    await house.drawn()
    retention = in_all(house, len(PICTURE))
    for _ in range(3):
        await house.clock.until(retention.fit())
    assert set(house.picture_store.kept) == {picture.key for picture in starred.pictures}
    assert capsys.readouterr().out.count("starred_pictures_over_limit") == 1


async def test_what_is_under_way_is_not_taken_away(house: House) -> None:
    job = order("a fox", at=NOON - timedelta(days=1))
    await house.store.add(job, PLENTY)
    key = f"{job.id}/1.png"
    await house.picture_store.put(key, PICTURE)
    kept = StoredPicture(key=key, width=64, height=36, size=len(PICTURE), media_type="image/png")
    await bring(house.store, job, JobState.DELIVERING, pictures=(kept,))
    assert await house.clock.until(in_all(house, 1).fit()) == 0
    assert set(house.picture_store.kept) == {key}


async def test_it_looks_at_the_bytes_more_often_than_at_the_days(house: House) -> None:
    retention = in_all(house, len(PICTURE))
    await house.drawn(n=2, days_ago=1)
    running = asyncio.create_task(retention.run())
    try:

        async def emptied() -> None:
            while house.picture_store.kept:
                await house.clock.sleep(60)

        await house.clock.until(emptied())
        await house.drawn(n=2, days_ago=1)
        began = house.clock.monotonic()
        await house.clock.until(emptied())
        # The clock goes on while the database works, so a busy machine adds to it.
        assert house.clock.monotonic() - began < INTERVAL
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
