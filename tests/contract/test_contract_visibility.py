"""Who sees what, where: every person, every place where it was asked, every place from where one looks."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator

import pytest

from bot.domain.job import Job, JobState
from bot.domain.people import Person
from bot.domain.ports import Gallery, GalleryFilter, GalleryQuery, JobStore, ResultQuery
from bot.domain.visibility import may_see
from tests.db.orders import NOON, PLENTY, bring, order, person

OPEN, SECRET, DM = "open", "secret", "dm"
WHO = ("author", "member", "confined", "foreigner", "other platform")
ASKED = {OPEN: False, SECRET: True, DM: True}  # whether the place is private
SHARED = (True, False)
LOOKED = (OPEN, SECRET, DM, "elsewhere")


def looking(who: str, channel: str) -> Person:
    """Somebody in that channel; a foreigner is in a channel of the same name in another community."""
    someone = {
        "author": person("ann"),
        "member": person("bob"),
        "confined": person("cat"),
        "foreigner": person("dan", community="elsewhere"),
        "other platform": person("ann", platform="slack"),
    }[who]
    return dataclasses.replace(someone, channels=(channel,), confined=who == "confined")


def expected(who: str, asked: str, looked: str, *, private: bool, shared: bool) -> bool:
    if who in {"foreigner", "other platform"}:
        return False
    if who == "author" or looked == asked:
        return True
    return (shared or not private) and who != "confined"


async def drawn(store: JobStore, channel: str, *, private: bool, shared: bool) -> Job:
    job = order(f"a fox in {channel}", by=person("ann"), channel=channel, private=private)
    await store.add(job, PLENTY)
    job = await bring(store, job, JobState.DONE)
    return await store.note(job.id, shared_at=NOON) if shared else job


def cells() -> Iterator[tuple[str, str]]:
    yield from itertools.product(WHO, LOOKED)


@pytest.mark.parametrize("shared", SHARED, ids=["shared", "not shared"])
@pytest.mark.parametrize("asked", ASKED)
async def test_the_matrix(store: JobStore, gallery: Gallery, asked: str, *, shared: bool) -> None:
    private = ASKED[asked]
    job = await drawn(store, asked, private=private, shared=shared)
    await gallery.star(job.id, person("ann"), starred=True)
    job = await store.get(job.id) or job
    assert (job.destination.private, job.shared_at is not None) == (private, shared)
    for who, looked in cells():
        reader = looking(who, looked)
        sees = expected(who, asked, looked, private=private, shared=shared)
        assert may_see(job, reader) is sees, (who, looked)
        shelves = {
            "starred": GalleryQuery(gallery_filter=GalleryFilter.STARRED, person=reader),
            "search": GalleryQuery(gallery_filter=GalleryFilter.STARRED, person=reader, words=("fox",)),
            "here": GalleryQuery(gallery_filter=GalleryFilter.HERE, person=reader, channel_id=asked),
            "mine": GalleryQuery(gallery_filter=GalleryFilter.MINE, person=reader),
        }
        for name, query in shelves.items():
            found = bool((await gallery.search(query)).jobs)
            assert found is (sees and (name != "mine" or who == "author")), (who, looked, name)
        narrowed = ResultQuery(gallery_filter=GalleryFilter.HERE, person=reader, channel_id=asked, count=5)
        assert bool(await gallery.results(narrowed)) is sees, (who, looked, "results")
        recent = await store.recent(reader, channel_id=asked, count=5)
        assert bool(recent) is sees, (who, looked, "recent")


async def test_what_is_no_longer_shared_is_seen_where_it_was_asked_alone(store: JobStore) -> None:
    job = await drawn(store, SECRET, private=True, shared=True)
    job = await store.note(job.id, shared_at=None)
    assert not may_see(job, looking("member", OPEN))
    assert may_see(job, looking("member", SECRET))
