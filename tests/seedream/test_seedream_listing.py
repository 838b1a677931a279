from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.errors import ModelRejected
from bot.domain.ports import TaskListing
from bot.seedream.listing import MOST_PAGES, MOST_PASSES, list_since
from bot.seedream.payloads import Page, read_page
from tests.seedream.scripted_provider import a_page, a_task

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
Entry = dict[str, Any]


def entry(name: str, age: float, **changes: Any) -> Entry:
    return a_task(name, **({"create_time": int((NOW - timedelta(seconds=age)).timestamp())} | changes))


class Account:
    """A list of tasks that may change between two pages."""

    def __init__(self, entries: Sequence[Entry], *, size: int = 50) -> None:
        self.entries = list(entries)
        self.size = size
        self.asked: list[int] = []
        self.total: Callable[[int], Any] = lambda real: real
        self.meanwhile: Callable[[int], None] = lambda _: None

    async def page(self, number: int) -> Page:
        self.asked.append(number)
        start = (number - 1) * self.size
        page = a_page(*self.entries[start : start + self.size], total=self.total(len(self.entries)))
        self.meanwhile(len(self.asked))
        return read_page(page)

    async def since(self, seconds: float) -> TaskListing:
        return await list_since(NOW - timedelta(seconds=seconds), self.page)


def names(listing: TaskListing) -> set[str]:
    return {task.id for task in listing.tasks}


def newest_first(count: int) -> list[Entry]:
    return [entry(f"t{age}", age) for age in range(count)]


async def test_an_empty_account_is_complete() -> None:
    listing = await Account([]).since(60)
    assert listing == TaskListing(tasks=(), complete=True)


async def test_reading_stops_once_a_newest_first_list_has_gone_past_the_moment() -> None:
    account = Account(newest_first(1000))
    listing = await account.since(59)
    assert listing.complete
    assert names(listing) == {f"t{age}" for age in range(60)}
    assert account.asked == [1, 2]


async def test_the_moment_is_a_whole_second_as_the_provider_counts() -> None:
    account = Account([entry("same-second", 5), entry("before", 6)])
    listing = await account.since(4.2)
    assert names(listing) == {"same-second"}


@pytest.mark.parametrize("order", ["oldest first", "shuffled"])
async def test_another_order_is_read_to_the_end(order: str) -> None:
    entries = newest_first(120)
    entries.reverse()
    if order == "shuffled":
        random.Random(1).shuffle(entries)  # noqa: S311 - the same every time
    account = Account(entries)
    listing = await account.since(9)
    assert listing.complete
    assert names(listing) == {f"t{age}" for age in range(10)}
    assert account.asked == [1, 2, 3]


async def test_the_provider_may_give_smaller_pages_than_asked_for() -> None:
    account = Account(newest_first(35), size=10)
    listing = await account.since(3600)
    assert listing.complete
    assert len(listing.tasks) == 35


async def test_a_full_page_that_counts_only_itself_is_not_believed() -> None:
    account = Account(newest_first(120))
    account.total = lambda _: 50
    listing = await account.since(3600)
    assert len(listing.tasks) == 120


async def test_a_list_of_exactly_one_page_is_complete() -> None:
    for beyond in ("empty", "counts nothing", "again"):
        account = Account(newest_first(50))
        if beyond == "counts nothing":
            account.total = lambda real, account=account: 0 if account.asked[-1] > 1 else real  # type: ignore[misc]
        if beyond == "again":
            page = account.page
            listing = await list_since(NOW - timedelta(hours=1), lambda _, page=page: page(1))  # type: ignore[misc]
        else:
            listing = await account.since(3600)
        assert listing.complete, beyond
        assert len(listing.tasks) == 50


async def test_without_a_total_the_end_of_the_list_proves_nothing() -> None:
    account = Account(newest_first(60))
    account.total = lambda _: "many"
    listing = await account.since(3600)
    assert not listing.complete
    assert len(listing.tasks) == 60


async def test_without_a_total_a_newest_first_list_that_goes_past_is_complete() -> None:
    account = Account(newest_first(60))
    account.total = lambda _: "many"
    assert (await account.since(55)).complete


async def test_a_list_that_hides_a_task_is_not_complete() -> None:
    account = Account(newest_first(60))
    account.total = lambda real: real + 1
    assert not (await account.since(3600)).complete


async def test_arrivals_while_reading_newest_first_hide_nothing() -> None:
    account = Account(newest_first(200))

    def arrive(call: int) -> None:
        account.entries[:0] = [entry(f"new{call}-{index}", -call) for index in range(3)]

    account.meanwhile = arrive
    listing = await account.since(120)
    assert listing.complete
    assert names(listing) >= {f"t{age}" for age in range(121)}
    assert account.asked == [1, 2, 3]


async def test_an_arrival_in_a_list_read_to_its_end_is_found_by_a_second_pass() -> None:
    account = Account(newest_first(120))
    account.meanwhile = lambda call: account.entries.insert(0, entry("new", -1)) if call == 1 else None
    listing = await account.since(3600)
    assert listing.complete
    assert "new" in names(listing)


async def test_a_task_taken_out_while_reading_leads_to_a_second_pass() -> None:
    account = Account(newest_first(200))

    def take_away(call: int) -> None:
        if call == 1:
            del account.entries[0]

    account.meanwhile = take_away
    listing = await account.since(120)
    assert listing.complete
    assert "t50" in names(listing)  # slipped to the first page while the second was read
    assert account.asked == [1, 2, 3, 1, 2, 3]


async def test_an_unstable_order_among_equals_is_noticed() -> None:
    entries = [entry(f"t{index}", 0) for index in range(100)] + [entry("old", 500)]
    account = Account(entries)

    def swap(call: int) -> None:
        account.entries[49], account.entries[50] = account.entries[50], account.entries[49]

    account.meanwhile = swap
    listing = await account.since(60)
    assert not listing.complete
    assert len(account.asked) >= MOST_PASSES


async def test_a_list_that_never_rests_ends_somewhere() -> None:
    account = Account(newest_first(60))
    account.meanwhile = lambda call: account.entries.extend(entry(f"n{call}-{i}", -call) for i in range(60))
    listing = await account.since(3600)
    assert not listing.complete
    assert len(account.asked) <= MOST_PAGES


async def test_an_endless_list_is_read_up_to_the_cap() -> None:
    account = Account(newest_first(MOST_PAGES * 50 + 100))
    listing = await account.since(10**7)
    assert not listing.complete
    assert len(account.asked) == MOST_PAGES


async def test_a_server_that_ignores_the_page_number_is_not_complete() -> None:
    account = Account(newest_first(120))
    listing = await list_since(NOW - timedelta(hours=1), lambda _: account.page(1))
    assert not listing.complete


async def test_an_entry_without_an_id_leaves_the_listing_open() -> None:
    account = Account([entry("t1", 1), {}, entry("t2", 100)])
    for since in (60.0, 3600.0):
        listing = await account.since(since)
        assert not listing.complete
        assert "t1" in names(listing)


@pytest.mark.parametrize("time", [None, 0, "yesterday", "2026-01-01T00:00:00", [], True, -5, 1e30, float("nan")])
async def test_a_task_without_a_time_is_listed_whatever_is_asked_for(time: Any) -> None:
    account = Account([entry("t1", 1), entry("x", 5, create_time=time), entry("t2", 100)])
    for since in (3.0, 3600.0):
        listing = await account.since(since)
        assert names(listing) >= {"t1", "x"}
        assert listing.complete, "all were counted"


async def test_a_list_with_a_task_without_a_time_is_complete_only_where_all_were_seen() -> None:
    account = Account([entry("x", 0, create_time=None), *newest_first(200)])
    listing = await account.since(60)
    assert not listing.complete
    assert "x" in names(listing)


@pytest.mark.parametrize(
    "photo", [None, [], "", {"ref_prompt": 7}, {"ref_prompt": None, "number_of_images": 0, "clarity": None}]
)
async def test_a_task_without_its_order_is_listed_with_nothing(photo: Any) -> None:
    listing = await Account([entry("x", 5, photo_info=photo)]).since(60)
    [task] = listing.tasks
    assert (task.prompt, task.clarity, task.n) == ("", 0, 0)


async def test_what_is_older_shows_how_the_provider_spells() -> None:
    listing = await Account([entry("t1", 1), entry("t2", 100)]).since(60)
    assert names(listing) == {"t1"}
    assert [task.id for task in listing.older] == ["t2"]


@pytest.mark.parametrize("beyond", ["empty", "refused"])
@pytest.mark.parametrize("count", [2, 40])
async def test_a_page_that_counts_itself_is_not_believed_where_the_order_is_not_known(count: int, beyond: str) -> None:
    """Smaller pages than asked for, oldest first, each with a total of its own."""
    account = Account([entry(f"t{age}", 0) for age in range(3 * count)], size=count)
    account.total = lambda _: count

    async def page(number: int) -> Page:
        if number > 3 and beyond == "refused":
            raise ModelRejected("no such page")
        return await account.page(number)

    listing = await list_since(NOW - timedelta(hours=1), page)
    assert len(listing.tasks) == 3 * count


async def test_the_first_tasks_of_an_oldest_first_list_are_not_taken_for_its_last() -> None:
    account = Account([entry("a", 600), entry("b", 600), entry("new", 1)], size=2)
    account.total = lambda _: None
    listing = await account.since(60)
    assert names(listing) == {"new"}


@settings(deadline=None, max_examples=80)
@given(
    count=st.integers(0, 130),
    order=st.sampled_from(["newest", "oldest", "shuffled", "same second"]),
    since=st.integers(0, 140),
    arrivals=st.lists(st.integers(0, 60), max_size=6),
    where=st.sampled_from(["front", "back", "anywhere"]),
    seed=st.integers(0, 99),
)
async def test_complete_is_never_claimed_wrongly(
    count: int, order: str, since: int, arrivals: list[int], where: str, seed: int
) -> None:
    dice = random.Random(seed)  # noqa: S311 - dice that can be thrown again
    entries = [entry(f"t{age}", 0 if order == "same second" else age) for age in range(count)]
    if order == "oldest":
        entries.reverse()
    if order == "shuffled":
        dice.shuffle(entries)
    account = Account(entries)

    def arrive(call: int) -> None:
        for index in range(arrivals[call - 1] if call <= len(arrivals) else 0):
            place = {"front": 0, "back": len(account.entries), "anywhere": dice.randint(0, len(account.entries))}[where]
            account.entries.insert(place, entry(f"n{call}-{index}", -call))

    account.meanwhile = arrive
    listing = await account.since(since)
    ours = {f"t{age}" for age in range(count) if order == "same second" or age <= since}
    if listing.complete:
        assert names(listing) >= ours
    if not arrivals:
        assert listing.complete
