import asyncio
from collections.abc import Sequence

import pytest

from bot.actions.gallery import WINS_AT, GalleryActions
from bot.actions.local_locks import LocalLocks
from bot.domain.community import Community
from bot.domain.errors import NotAllowed, PlatformUnavailable
from bot.domain.job import GalleryCopy
from bot.domain.moderation import AuditAction
from bot.domain.people import Person
from bot.domain.ports import GalleryFilter, NewAudit
from bot.domain.report import JobReport
from db.gallery import SqlGallery
from tests.actions.house import HERE, House
from tests.db.orders import PLENTY, order, person


def actions_of(house: House, gallery: SqlGallery | None = None) -> GalleryActions:
    return GalleryActions(
        store=house.store,
        gallery=gallery or house.gallery,
        communities=house.communities,
        dispatcher=house.dispatcher,
        clock=house.clock,
        gallery_channels={"discord": house.gallery_channel},
        locks=LocalLocks(),
        removals=house.actions.removals,
    )


@pytest.fixture
def actions(house: House) -> GalleryActions:
    return actions_of(house)


async def hang_in(house: House, channel: str) -> None:
    audit = NewAudit(
        platform="discord",
        community_id="guild",
        actor_id="boss",
        actor_name="Boss",
        action=AuditAction.SETTINGS_CHANGED,
    )
    community = Community(platform="discord", community_id="guild", gallery_channel=channel)
    await house.communities.save_community(community, audit)


async def test_pages_and_their_buttons_find_the_same_gallery(house: House, actions: GalleryActions) -> None:
    jobs = [await house.drawn(f"a red fox {number}") for number in range(8)]
    await house.drawn("a blue whale")
    found = await actions.search(person(), gallery_filter=GalleryFilter.MINE, text=" FOX  red ")
    assert found.words == ("FOX", "red")
    assert (found.page.pages, found.page.total) == (2, 8)
    # The button's target survives a restart: the words are in the database.
    again = await actions_of(house).turn(found.target, 1, person=person())
    assert {job.id for job in (*found.page.jobs, *again.page.jobs)} == {job.id for job in jobs}
    assert again.target == found.target
    plain = await actions.search(person(), gallery_filter=GalleryFilter.MINE)
    assert plain.target == "mine"
    assert (await actions.turn("mine", 1, person=person())).page.page == 1


async def test_a_target_fits_a_button(actions: GalleryActions) -> None:
    found = await actions.search(person(), gallery_filter=GalleryFilter.STARRED, text="很长的词 " * 60)
    assert len(found.target) <= 70
    assert ":" not in found.target


@pytest.mark.parametrize("target", ["", "x", "mine.nosuchdraft0", "here.", "mine:1"])
async def test_a_forged_page_is_no_search(actions: GalleryActions, target: str) -> None:
    if target == "here.":
        assert not (await actions.turn(target, 5, person=person())).page.jobs
        return
    with pytest.raises(NotAllowed, match="draft-gone"):
        await actions.turn(target, 0, person=person())


async def test_anothers_search_is_not_yours(actions: GalleryActions) -> None:
    found = await actions.search(person(), gallery_filter=GalleryFilter.MINE, text="secret")
    with pytest.raises(NotAllowed, match="not-yours"):
        await actions.turn(found.target, 0, person=person("bob"))


async def test_a_page_that_is_gone_gives_the_last(house: House, actions: GalleryActions) -> None:
    job = await house.drawn()
    found = await actions.turn("mine", 500, person=person())
    assert [listed.id for listed in found.page.jobs] == [job.id]


async def test_show_is_anywhere_one_may_see(house: House, actions: GalleryActions) -> None:
    mine = await house.drawn(by=person("ann", "elsewhere"))
    theirs = await house.drawn(by=person("bob", "elsewhere"))
    assert (await actions.show(mine.id, person())).report.job == mine
    with pytest.raises(NotAllowed, match="job-gone"):
        await actions.show(theirs.id, person())


async def test_show_knows_the_parent(house: House, actions: GalleryActions) -> None:
    parent = await house.drawn("a fox")
    async with house.running():
        report = await house.imagine.again(parent.id, author=person(), destination=HERE)
    assert (await actions.show(report.job.id, person())).report.parent == parent
    jobs = house.actions.jobs
    assert (await jobs.show(report.job.id, person())).parent == parent


async def test_the_result_is_posted_with_its_parent(house: House) -> None:
    parent = await house.drawn("a fox")
    async with house.running():
        report = await house.imagine.again(parent.id, author=person(), destination=HERE)

        async def posted() -> None:
            while not house.chat.concluded:
                await house.clock.sleep(1)

        await house.clock.until(posted())
    [concluded] = house.chat.concluded
    assert concluded.job.id == report.job.id
    assert concluded.parent == parent


async def test_stars_turn_around(house: House, actions: GalleryActions) -> None:
    job = await house.drawn()
    assert (await actions.star(job.id, person("bob"))).opinion.starred
    assert (await actions.star(job.id, person("bob"), starred=True)).opinion.stars == 1
    assert not (await actions.star(job.id, person("bob"))).opinion.starred


async def test_the_same_vote_again_takes_it_back(house: House, actions: GalleryActions) -> None:
    job = await house.drawn(n=3)
    assert (await actions.vote(job.id, person(), 2)).opinion.vote == 2
    assert (await actions.vote(job.id, person(), 3)).opinion.votes == {3: 1}
    assert (await actions.vote(job.id, person(), 3)).opinion.votes == {}


@pytest.mark.parametrize("index", [None, 0, 3, -1])
async def test_only_pictures_that_are_there(house: House, actions: GalleryActions, index: int | None) -> None:
    job = await house.drawn(n=2)
    with pytest.raises(NotAllowed, match="no-such-picture"):
        await actions.vote(job.id, person(), index)


async def test_only_what_is_drawn(house: House, actions: GalleryActions) -> None:
    job = order()
    await house.store.add(job, PLENTY)
    for pressing in (actions.star(job.id, person()), actions.vote(job.id, person(), 1)):
        with pytest.raises(NotAllowed, match="no-pictures-yet"):
            await pressing


# the wall


async def test_a_winner_hangs_once(house: House, actions: GalleryActions) -> None:
    await hang_in(house, "wall")
    job = await house.drawn(n=4)
    voters = [person(f"v{number}") for number in range(WINS_AT + 2)]
    for voter in voters[: WINS_AT - 1]:
        await actions.vote(job.id, voter, 3)
    assert house.gallery_channel.hung == []
    await asyncio.gather(*(actions.vote(job.id, voter, 3) for voter in voters[WINS_AT - 1 :]))
    await actions_of(house).star(job.id, person())
    assert house.gallery_channel.hung == [(job.id, "wall", (3,))]
    [entry] = await house.communities.audit_trail("discord", "guild", action=AuditAction.EXHIBITED)
    assert (entry.target, entry.detail) == (job.id, {"pictures": "3"})


@pytest.mark.parametrize(("votes", "hung"), [((), (1,)), ((2,), (2,))])
async def test_its_authors_star_hangs_the_best_or_the_first(
    house: House, actions: GalleryActions, votes: Sequence[int], hung: tuple[int, ...]
) -> None:
    await hang_in(house, "wall")
    job = await house.drawn(n=2)
    for number, index in enumerate(votes):
        await actions.vote(job.id, person(f"v{number}"), index)
    await actions.star(job.id, person("bob"))
    assert house.gallery_channel.hung == []
    await actions.star(job.id, person())
    assert house.gallery_channel.hung == [(job.id, "wall", hung)]


async def test_what_hangs_follows_later_votes(house: House, actions: GalleryActions) -> None:
    await hang_in(house, "wall")
    job = await house.drawn(n=4)
    await actions.star(job.id, person())
    for voter, index in (("v1", 3), ("v2", 3), ("v3", 2), ("v4", 2), ("v5", 2)):
        await actions.vote(job.id, person(voter), index)
    assert [indexes for _, _, indexes in house.gallery_channel.hung] == [(1,), (3,), (2,)]
    assert house.chat.taken_away == [f"{job.id}-gallery"] * 2
    entries = await house.communities.audit_trail("discord", "guild", action=AuditAction.EXHIBITED)
    assert [entry.detail["pictures"] for entry in entries if entry.undone_at is None] == ["2"]


async def test_what_the_platform_refused_can_hang_later(house: House, actions: GalleryActions) -> None:
    await hang_in(house, "wall")
    job = await house.drawn()
    house.gallery_channel.refusals.append(PlatformUnavailable("later"))
    assert (await actions.star(job.id, person())).opinion.starred
    assert house.gallery_channel.hung == []
    await actions.star(job.id, person(), starred=True)
    assert len(house.gallery_channel.hung) == 1


async def test_without_a_channel_or_a_wall_nothing_hangs(house: House, actions: GalleryActions) -> None:
    await actions.star((await house.drawn()).id, person())
    other = await house.drawn(by=person("ann", platform="slack"))
    await actions.star(other.id, person("ann", platform="slack"))
    assert house.gallery_channel.hung == []


# completion


async def test_recent_prompts_are_ones_own(house: House, actions: GalleryActions) -> None:
    await house.drawn("a red fox")
    await house.drawn("a Red whale")
    await house.drawn("red secret", by=person("bob"))
    assert set(await actions.recent_prompts(person(), "red")) == {"a red fox", "a Red whale"}


async def test_a_completion_that_takes_too_long_is_none(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    class Slow(SqlGallery):
        async def recent_prompts(self, person: Person, *, beginning: str, count: int) -> Sequence[str]:
            await asyncio.Event().wait()
            return ()

    monkeypatch.setattr("bot.actions.gallery._COMPLETION_SECONDS", 0.01)
    slow = Slow(house.gallery._engine)
    assert not await actions_of(house, slow).recent_prompts(person(), "a")


async def test_a_deleted_result_leaves_the_gallery_channel_too(house: House, actions: GalleryActions) -> None:
    await hang_in(house, "wall")
    first, second = [await house.drawn(f"a fox {number}") for number in range(2)]
    for job in (first, second):
        await actions.star(job.id, person())
    assert len(house.gallery_channel.hung) == 2
    await house.actions.jobs.delete(first.id, person())
    assert house.chat.taken_away == [first.id, f"{first.id}-gallery"]
    await house.actions.mydata.delete(person())
    assert set(house.chat.taken_away[2:]) == {second.id, f"{second.id}-gallery"}


async def test_a_copy_that_a_chat_keeps_is_told_and_tried_again(house: House, actions: GalleryActions) -> None:
    await hang_in(house, "wall")
    job = await house.drawn()
    await actions.star(job.id, person())
    house.chat.refuses_to_remove.add(f"{job.id}-gallery")
    await house.actions.jobs.delete(job.id, person())
    left = await house.actions.removals.left(job.id)
    assert left is not None
    assert left.refused
    assert (left.job.destination.channel_id, left.job.result_id) == ("wall", "wall-1")
    house.chat.refuses_to_remove.clear()
    await house.actions.removed_communities.added("discord", "guild")
    await house.actions.removals.again()
    assert await house.actions.removals.left(job.id) is None


async def test_what_is_not_shared_any_more_leaves_the_gallery_channel_and_may_hang_there_again(
    house: House, actions: GalleryActions
) -> None:
    await hang_in(house, "wall")
    job = await house.drawn(private=True)
    await actions.star(job.id, person())
    assert house.gallery_channel.hung == []
    for number in (1, 2):
        await actions.share(job.id, person())
        assert len(house.gallery_channel.hung) == number
        await actions.share(job.id, person(), shared=False)
        assert house.chat.taken_away == [f"{job.id}-gallery"] * number


async def test_a_result_that_is_deleted_while_it_is_hung_does_not_stay_there(
    house: House, actions: GalleryActions, monkeypatch: pytest.MonkeyPatch
) -> None:
    await hang_in(house, "wall")
    job = await house.drawn()
    post = house.gallery_channel.post

    async def late(report: JobReport, channel_id: str, indexes: Sequence[int]) -> GalleryCopy:
        await house.actions.jobs.delete(job.id, person())
        return await post(report, channel_id, indexes)

    monkeypatch.setattr(house.gallery_channel, "post", late)
    await actions.star(job.id, person())
    assert house.chat.taken_away == [job.id, f"{job.id}-gallery"]
