"""The rule of visibility at every action that takes an id, and at everything that leaves the place of a job."""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable

import pytest

from bot.domain.errors import NotAllowed
from bot.domain.job import Job, JobState
from bot.domain.people import Destination, Person
from bot.domain.ports import GalleryFilter
from tests.actions.house import HERE, House
from tests.actions.test_actions_gallery import hang_in
from tests.db.orders import PLENTY, bring, order, person, pictures

ANN, BOB = person("ann"), person("bob")
IN_OPEN = dataclasses.replace(BOB, channels=("general",))
IN_SECRET = dataclasses.replace(BOB, channels=("secret",))

Try = Callable[[House, str, Person], Awaitable[object]]
TRIES: dict[str, Try] = {
    "show": lambda house, job, who: house.actions.gallery.show(job, who),
    "show aloud": lambda house, job, who: house.actions.gallery.show(job, who, aloud=True),
    "report of a job": lambda house, job, who: house.actions.jobs.show(job, who),
    "star": lambda house, job, who: house.actions.gallery.star(job, who, starred=True),
    "vote": lambda house, job, who: house.actions.gallery.vote(job, who, 1),
    "more": lambda house, job, who: house.actions.variants.more(job, person=who),
    "again": lambda house, job, who: house.actions.imagine.again(job, author=who, destination=HERE),
    "hd": lambda house, job, who: house.actions.variants.hd(job, author=who, destination=HERE),
    "shape": lambda house, job, who: house.actions.variants.shape(job, 2, author=who, destination=HERE),
    "report": lambda house, job, who: house.actions.reports.add(job, who),
    "series": lambda house, job, who: house.actions.jobs.series(job, who),
    "share": lambda house, job, who: house.actions.gallery.share(job, who),
    "delete": lambda house, job, who: house.actions.jobs.delete(job, who),
    "cancel": lambda house, job, who: house.actions.jobs.cancel(job, who),
}


async def secret(house: House, prompt: str = "a secret fox", *, channel: str = "secret", parent: str = "") -> Job:
    job = dataclasses.replace(order(prompt, n=2, by=ANN, channel=channel, private=True), parent_id=parent or None)
    await house.store.add(job, PLENTY)
    job = await bring(house.store, job, JobState.DELIVERING, pictures=pictures(2))
    return await house.store.move(job, JobState.DONE, result_id="message", card_open=False)


@pytest.mark.parametrize("deed", TRIES)
async def test_an_id_from_a_private_place_is_gone_for_others_elsewhere(house: House, deed: str) -> None:
    job = await secret(house)
    with pytest.raises(NotAllowed) as refused:
        await TRIES[deed](house, job.id, IN_OPEN)
    assert refused.value.code == "job-gone"


@pytest.mark.parametrize("deed", ["show", "star", "vote", "more", "again", "hd", "shape", "report", "series"])
async def test_where_it_was_asked_everybody_goes_on_with_it(house: House, deed: str) -> None:
    job = await secret(house)
    async with house.running():
        await TRIES[deed](house, job.id, IN_SECRET)


async def test_a_star_publishes_nothing(house: House) -> None:
    await hang_in(house, "wall")
    job = await secret(house, channel="dm")
    await house.actions.gallery.star(job.id, ANN, starred=True)
    for _ in range(3):
        await house.actions.gallery.vote(job.id, ANN, 1)
    assert house.gallery_channel.hung == []
    found = await house.actions.gallery.search(IN_OPEN, gallery_filter=GalleryFilter.STARRED)
    assert not found.page.jobs
    own = await house.actions.gallery.search(ANN, gallery_filter=GalleryFilter.STARRED)
    assert [one.id for one in own.page.jobs] == [job.id]


async def test_sharing_publishes_and_can_be_taken_back(house: House) -> None:
    await hang_in(house, "wall")
    job = await secret(house)
    await house.actions.gallery.star(job.id, ANN, starred=True)
    await house.actions.gallery.share(job.id, ANN)
    assert [hung[0] for hung in house.gallery_channel.hung] == [job.id]
    found = await house.actions.gallery.search(IN_OPEN, gallery_filter=GalleryFilter.STARRED)
    assert [one.id for one in found.page.jobs] == [job.id]
    assert (await house.actions.gallery.show(job.id, IN_OPEN)).report.job.id == job.id
    await house.actions.gallery.share(job.id, ANN, shared=False)
    with pytest.raises(NotAllowed):
        await house.actions.gallery.show(job.id, IN_OPEN)
    assert not (await house.actions.gallery.search(IN_OPEN, gallery_filter=GalleryFilter.STARRED)).page.jobs


async def test_only_its_author_shares(house: House) -> None:
    job = await secret(house)
    with pytest.raises(NotAllowed) as refused:
        await house.actions.gallery.share(job.id, dataclasses.replace(IN_SECRET, moderator=True))
    assert refused.value.code == "only-author-shares"


async def test_a_conversation_has_nobody_to_share_with(house: House) -> None:
    alone = person("ann", community="dm-7")
    job = order(by=alone, channel="7", private=True)
    await house.store.add(job, PLENTY)
    job = await bring(house.store, job, JobState.DELIVERING, pictures=pictures(1))
    await house.store.move(job, JobState.DONE, result_id="message", card_open=False)
    with pytest.raises(NotAllowed) as refused:
        await house.actions.gallery.share(job.id, alone)
    assert refused.value.code == "nobody-to-share-with"


async def test_the_line_of_descent_does_not_tell_of_a_private_parent(house: House) -> None:
    parent = await secret(house)
    there = Destination(platform="discord", community_id="guild", channel_id="secret")
    async with house.running():
        told = await house.imagine.from_text("a red fox", author=ANN, destination=HERE, parent_id=parent.id)
        await house.clock.advance(60)
        shown = await house.actions.jobs.show(told.job.id, IN_OPEN)
        assert shown.job.parent_id == parent.id
        assert shown.parent is None
        assert (await house.actions.jobs.show(told.job.id, ANN)).parent is not None
        aloud = await house.actions.gallery.show(
            told.job.id, dataclasses.replace(ANN, channels=("general",)), aloud=True
        )
        assert aloud.report.parent is None
        posted = house.chat.concluded_of(told.job.id)
        assert posted.parent is None
        inside = await house.imagine.from_text("a blue fox", author=ANN, destination=there, parent_id=parent.id)
        await house.clock.advance(60)
        assert house.chat.concluded_of(inside.job.id).parent is not None
