"""What every Gallery must do."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.cursor import Cursor
from bot.domain.job import Failure, FailureCode, Job, JobState
from bot.domain.people import Person
from bot.domain.ports import Gallery, GalleryFilter, GalleryPage, GalleryQuery, JobStore, Opinion, ResultQuery
from tests.db.orders import NOON, PLENTY, bring, order, person

MINE, HERE, STARRED = GalleryFilter.MINE, GalleryFilter.HERE, GalleryFilter.STARRED


async def drawn(
    store: JobStore,
    prompt: str = "a fox",
    *,
    minute: int = 0,
    n: int = 1,
    by: Person | None = None,
    channel: str = "general",
    end: JobState = JobState.DONE,
) -> Job:
    job = order(prompt, n=n, by=by, channel=channel, at=NOON + timedelta(minutes=minute))
    await store.add(job, PLENTY)
    if end is JobState.DONE:
        return await bring(store, job, end)
    return await bring(store, await bring(store, job, JobState.DELIVERING), end)


async def found(gallery: Gallery, gallery_filter: GalleryFilter, *words: str, by: Person | None = None) -> list[Job]:
    query = GalleryQuery(
        gallery_filter=gallery_filter, person=by or person(), channel_id="general", words=words, page_size=50
    )
    return list((await gallery.search(query)).jobs)


# shelves


async def test_mine_are_mine_wherever_they_are(store: JobStore, gallery: Gallery) -> None:
    first = await drawn(store)
    second = await drawn(store, minute=1, channel="art")
    third = await drawn(store, minute=2, by=person("ann", "elsewhere"))
    await drawn(store, minute=3, by=person("bob"))
    await drawn(store, minute=4, by=person("ann", platform="slack"))
    assert await found(gallery, MINE) == [third, second, first]


async def test_here_is_this_channel(store: JobStore, gallery: Gallery) -> None:
    first = await drawn(store)
    second = await drawn(store, minute=1, by=person("bob"))
    await drawn(store, channel="art")
    await drawn(store, by=person("ann", "elsewhere"))
    await drawn(store, by=person("ann", platform="slack"))
    assert await found(gallery, HERE) == [second, first]


async def test_the_starred_are_this_communitys_best_first(store: JobStore, gallery: Gallery) -> None:
    jobs = [await drawn(store, minute=minute, channel=f"c{minute}") for minute in range(4)]
    elsewhere = await drawn(store, by=person("ann", "elsewhere"))
    for job, fans in ((jobs[0], 2), (jobs[1], 1), (jobs[2], 1), (elsewhere, 3)):
        for fan in range(fans):
            await gallery.star(job.id, person(f"fan {fan}"), starred=True)
    assert await found(gallery, STARRED) == [jobs[0], jobs[2], jobs[1]]
    await gallery.star(jobs[2].id, person("fan 0"), starred=False)
    assert await found(gallery, STARRED) == [jobs[0], jobs[1]]


async def test_only_what_was_delivered_and_not_taken_away(store: JobStore, gallery: Gallery) -> None:
    kept = await drawn(store)
    gone = await drawn(store, minute=1)
    await store.note(gone.id, deleted_at=NOON)
    empty = order(at=NOON)
    await store.add(empty, PLENTY)
    await store.move(await bring(store, empty, JobState.DELIVERING, pictures=()), JobState.DONE)
    waiting = order(at=NOON)
    await store.add(waiting, PLENTY)
    for end in (JobState.CANCELLED, JobState.FAILED):
        await drawn(store, end=end)
    for job in (kept, gone, empty, waiting):
        await gallery.star(job.id, person("bob"), starred=True)
    for gallery_filter in GalleryFilter:
        assert await found(gallery, gallery_filter) == [kept]


async def test_what_could_be_posted_nowhere_is_its_authors_and_untold_until_it_is_told(
    store: JobStore, gallery: Gallery
) -> None:
    job = order(at=NOON)
    await store.add(job, PLENTY)
    job = await bring(store, job, JobState.DELIVERING)
    job = await store.move(job, JobState.FAILED, failure=Failure(code=FailureCode.UNDELIVERABLE))
    assert [one.id for one in await found(gallery, MINE)] == [job.id]
    assert await found(gallery, HERE) == []
    assert await store.untold(person(), 3) == []  # its card has not come to its end yet
    await store.note(job.id, card_open=False)
    assert [one.id for one in await store.untold(person(), 3)] == [job.id]
    assert await store.untold(person("bob"), 3) == []
    await store.note(job.id, result_id="alone-1")
    assert await store.untold(person(), 3) == []


# words


@pytest.mark.parametrize(
    ("prompt", "words"),
    [
        ("A Red FOX in the snow", ("fox", "RED")),
        ("ein GROSSER Weg", ("großer",)),
        ("ΟΔΥΣΣΕΥΣ at sea", ("οδυσσευς",)),
        ("лиса В СНЕГУ", ("снегу", "ЛИСА")),
        ("一只狐狸在雪里", ("狐狸", "雪")),
        ("Ｆｕｌｌ width", ("full", "ＷＩＤＴＨ")),
        ("100% of_it \\ a/b", ("100%", "of_it", "\\", "a/b")),
        ("İstanbul", ("İSTANBUL",)),
        ("it's 'quoted'", ("'quoted'",)),
        ("a fox", ("", "fox")),
    ],
)
async def test_all_words_are_in_the_prompt(
    store: JobStore, gallery: Gallery, prompt: str, words: tuple[str, ...]
) -> None:
    job = await drawn(store, prompt)
    for gallery_filter in (MINE, HERE):
        assert await found(gallery, gallery_filter, *words) == [job]
        assert await found(gallery, gallery_filter, *words, "owl") == []


async def test_signs_of_a_pattern_stand_for_themselves(store: JobStore, gallery: Gallery) -> None:
    await drawn(store, "a fox")
    for word in ("%", "_", "a%x", "f_x", "[a-z]", "*", "a' OR '1'='1", "\\"):
        assert await found(gallery, MINE, word) == []
    assert await found(gallery, MINE, "fox " * 500) == []


# pages


async def test_pages_hold_everything_once(store: JobStore, gallery: Gallery) -> None:
    jobs = [await drawn(store, minute=minute // 2) for minute in range(7)]

    async def page(number: int) -> GalleryPage:
        return await gallery.search(GalleryQuery(gallery_filter=MINE, person=person(), page=number, page_size=3))

    pages = [await page(number) for number in range(3)]
    assert [(len(each.jobs), each.page, each.pages, each.total) for each in pages] == [
        (3, 0, 3, 7),
        (3, 1, 3, 7),
        (1, 2, 3, 7),
    ]
    seen = [job for each in pages for job in each.jobs]
    assert {job.id for job in seen} == {job.id for job in jobs}
    assert [job.created_at for job in seen] == sorted((job.created_at for job in jobs), reverse=True)
    assert await page(99) == pages[2]
    assert await page(-1) == pages[0]


async def test_a_gallery_ends_somewhere_and_says_so(
    store: JobStore, gallery: Gallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("db.gallery.MOST_FOUND", 4)
    for minute in range(5):
        await drawn(store, minute=minute)

    async def page(number: int) -> GalleryPage:
        return await gallery.search(GalleryQuery(gallery_filter=MINE, person=person(), page=number, page_size=2))

    first, last = await page(0), await page(9)
    assert (first.pages, first.total, first.more) == (2, 4, True)
    assert (last.page, len(last.jobs)) == (1, 2)
    monkeypatch.setattr("db.gallery.MOST_FOUND", 5)
    exact = await page(0)
    assert (exact.pages, exact.total, exact.more) == (3, 5, False)


async def test_nothing_found_has_no_pages(gallery: Gallery) -> None:
    query = GalleryQuery(gallery_filter=MINE, person=person(), page=4)
    assert await gallery.search(query) == GalleryPage(jobs=(), page=0, pages=0, total=0)


# opinions


async def test_stars_count_people(store: JobStore, gallery: Gallery) -> None:
    job = await drawn(store)
    assert await gallery.opinion(job.id, person()) == Opinion()
    for _ in range(2):
        assert await gallery.star(job.id, person(), starred=True) == Opinion(stars=1, starred=True)
    assert await gallery.star(job.id, person(platform="slack"), starred=True) == Opinion(stars=2, starred=True)
    assert await gallery.opinion(job.id, person("bob")) == Opinion(stars=2)
    for _ in range(2):
        assert await gallery.star(job.id, person(), starred=False) == Opinion(stars=1)
    await gallery.star(job.id, person("ann", platform="slack"), starred=False)
    assert await found(gallery, STARRED) == []


async def test_many_star_and_vote_at_once(store: JobStore, gallery: Gallery) -> None:
    job = await drawn(store, n=2)
    fans = [person(f"fan {index % 20}") for index in range(60)]
    await asyncio.gather(*(gallery.star(job.id, fan, starred=True) for fan in fans))
    await asyncio.gather(*(gallery.vote(job.id, fan, 1 + index % 2) for index, fan in enumerate(fans)))
    opinion = await gallery.opinion(job.id, person())
    assert (opinion.stars, sum(opinion.votes.values())) == (20, 20)
    await asyncio.gather(*(gallery.star(job.id, fan, starred=False) for fan in fans))
    assert (await gallery.opinion(job.id, person())).stars == 0
    assert await found(gallery, STARRED) == []


async def test_a_vote_moves_and_can_be_taken_back(store: JobStore, gallery: Gallery) -> None:
    job = await drawn(store, n=4)
    assert await gallery.vote(job.id, person(), 2) == Opinion(votes={2: 1}, vote=2)
    assert await gallery.vote(job.id, person("bob"), 2) == Opinion(votes={2: 2}, vote=2)
    assert await gallery.vote(job.id, person(), 4) == Opinion(votes={2: 1, 4: 1}, vote=4)
    assert await gallery.vote(job.id, person(), None) == Opinion(votes={2: 1})
    assert await gallery.vote(job.id, person(), None) == Opinion(votes={2: 1})
    assert await gallery.opinion(job.id, person("bob")) == Opinion(votes={2: 1}, vote=2)


async def test_opinions_of_several_jobs_are_those_of_each(store: JobStore, gallery: Gallery) -> None:
    starred, voted, untouched = [await drawn(store, n=2) for _ in range(3)]
    for fan in (person(), person("bob")):
        await gallery.star(starred.id, fan, starred=True)
    await gallery.vote(voted.id, person(), 2)
    await gallery.vote(voted.id, person("bob"), 1)
    assert await gallery.opinions([starred.id, voted.id, untouched.id, "nosuchjobxxx"], person()) == {
        starred.id: Opinion(stars=2, starred=True),
        voted.id: Opinion(votes={1: 1, 2: 1}, vote=2),
        untouched.id: Opinion(),
        "nosuchjobxxx": Opinion(),
    }


async def test_what_is_not_there_takes_no_stars(gallery: Gallery) -> None:
    with pytest.raises(KeyError):
        await gallery.star("nosuchjobxxx", person(), starred=True)
    with pytest.raises(KeyError):
        await gallery.vote("nosuchjobxxx", person(), 1)
    assert await gallery.opinion("nosuchjobxxx", person()) == Opinion()


# recent prompts


async def test_recent_prompts_newest_first_and_each_once(store: JobStore, gallery: Gallery) -> None:
    for minute, prompt in enumerate(["an owl", "a fox", "A Fox", "a fox", "a bear", "100% cat"]):
        await drawn(store, prompt, minute=minute, by=person(community=f"c{minute}"))
    await drawn(store, "bob's fox", minute=9, by=person("bob"))
    await drawn(store, "slack's fox", minute=9, by=person(platform="slack"))
    gone = await drawn(store, "a gone fox", minute=9)
    await store.note(gone.id, deleted_at=NOON)
    await store.add(order("a fox to come", at=NOON + timedelta(minutes=10)), PLENTY)

    async def recent(beginning: str, count: int = 25) -> list[str]:
        return list(await gallery.recent_prompts(person(), beginning=beginning, count=count))

    assert await recent("") == ["a fox to come", "100% cat", "a bear", "a fox", "A Fox", "an owl"]
    assert await recent("FOX") == ["a fox to come", "a fox", "A Fox"]
    assert await recent("", 2) == ["a fox to come", "100% cat"]
    assert await recent("fox", 1) == ["a fox to come"]
    for minute in range(20):  # more of one prompt than are looked at first
        await drawn(store, "a bear", minute=20 + minute)
    assert await recent("", 2) == ["a bear", "a fox to come"]
    assert await recent("%") == ["100% cat"]
    assert await recent("_") == []


# results: a gallery that goes on behind a cursor


async def results(gallery: Gallery, gallery_filter: GalleryFilter = MINE, **narrowed: Any) -> list[Job]:
    query = ResultQuery(gallery_filter=gallery_filter, person=person(), channel_id="general", count=50)
    return list(await gallery.results(replace(query, **narrowed)))


async def test_results_go_on_behind_a_cursor(store: JobStore, gallery: Gallery) -> None:
    jobs = [await drawn(store, minute=place // 2) for place in range(5)]
    await drawn(store, by=person("bob"))
    await store.note((await drawn(store, minute=9)).id, deleted_at=NOON)
    told: list[Job] = []
    before: Cursor | None = None
    while page := await results(gallery, count=2, before=before):
        told += page
        before = Cursor.behind(page[-1])
    assert told == sorted(jobs, key=lambda job: (job.created_at, job.id), reverse=True)


async def test_results_are_found_by_prompt_style_and_person(store: JobStore, gallery: Gallery) -> None:
    plain = await drawn(store, "a Fox")
    ink = order(at=NOON + timedelta(minutes=1))
    ink = replace(ink, request=replace(ink.request, prompt="an owl", style="ink", ratio="16:9"))
    await store.add(ink, PLENTY)
    ink = await bring(store, ink, JobState.DONE)
    hers = await drawn(store, "a bear", minute=2, by=replace(person("bob"), name="Bob 100%"))
    assert await results(gallery, HERE) == [hers, ink, plain]
    for words, wanted in ((("fox",), [plain]), (("INK", "owl"), [ink]), (("bob",), [hers]), (("%",), [hers])):
        assert await results(gallery, HERE, words=words) == wanted
    assert await results(gallery, HERE, ratio="16:9") == await results(gallery, HERE, style="ink") == [ink]
    assert await results(gallery, HERE, clarity=ink.request.clarity + 1) == []
    await gallery.star(ink.id, person(), starred=True)
    assert await gallery.starred_among([plain.id, ink.id], person()) == {ink.id}
    assert await gallery.starred_among([plain.id, ink.id], person("bob")) == frozenset()


async def test_authors_are_of_what_a_reader_sees_on_the_shelf(store: JobStore, gallery: Gallery) -> None:
    hers = await drawn(store, "a bear", by=person("bob"))
    own = await drawn(store)
    await drawn(store, by=person("bob"), minute=1)
    await drawn(store, by=person("eve"), channel="elsewhere")
    hidden = order(by=person("mallory"), private=True)
    await store.add(hidden, PLENTY)
    await bring(store, hidden, JobState.DONE)
    await store.note((await drawn(store, by=person("ted"))).id, deleted_at=NOON)
    query = ResultQuery(gallery_filter=HERE, person=person(), channel_id="general", count=9)
    assert list(await gallery.authors(query)) == ["Ann", "Bob"]
    assert list(await gallery.authors(replace(query, count=1))) == ["Ann"]
    assert list(await gallery.authors(replace(query, gallery_filter=MINE))) == ["Ann"]
    assert list(await gallery.authors(replace(query, gallery_filter=STARRED))) == []
    await gallery.star(hers.id, person(), starred=True)
    assert list(await gallery.authors(replace(query, gallery_filter=STARRED))) == ["Bob"]
    assert await results(gallery, HERE, author="Ann") == [own]
    assert await results(gallery, HERE, author="Bo") == []


# family: what a result descends from, and what was made of it


async def made_of(store: JobStore, parent: Job, prompt: str, *, minute: int, **how: Any) -> Job:
    job = replace(order(prompt, at=NOON + timedelta(minutes=minute), **how), parent_id=parent.id)
    await store.add(job, PLENTY)
    return await bring(store, job, JobState.DONE)


async def test_a_family_is_found_from_each_of_its_members(store: JobStore, gallery: Gallery) -> None:
    first = await drawn(store, "a fox")
    second = await made_of(store, first, "a red fox", minute=1)
    third = await made_of(store, second, "a red fox at night", minute=2)
    other = await made_of(store, first, "a blue fox", minute=3)
    await drawn(store, "an owl", minute=4)
    for one in (first, second, third, other):
        assert list(await gallery.family(one.id, person(), count=9)) == [first, second, third, other]
    assert list(await gallery.family(first.id, person(), count=2)) == [first, other]
    assert list(await gallery.family("000000000000", person(), count=9)) == []


async def test_what_cannot_be_seen_ends_a_family(store: JobStore, gallery: Gallery) -> None:
    first = await drawn(store, "a fox")
    gone = await made_of(store, first, "a red fox", minute=1)
    behind = await made_of(store, gone, "a red fox at night", minute=2)
    await store.note(gone.id, deleted_at=NOON)
    theirs = await made_of(store, first, "a secret fox", minute=3, by=person("bob"), channel="secret", private=True)
    assert list(await gallery.family(first.id, person(), count=9)) == [first]
    assert list(await gallery.family(behind.id, person(), count=9)) == [behind]
    assert list(await gallery.family(theirs.id, person("bob"), count=9)) == [first, theirs]
    assert list(await gallery.family(theirs.id, person(), count=9)) == []
