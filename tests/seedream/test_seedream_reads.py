from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
import structlog

from bot.domain.errors import ModelAccountRefused, ModelError, ModelRejected, ModelUnavailable
from bot.domain.ports import TaskState
from bot.seedream.retry import ATTEMPTS
from tests.seedream.conftest import Bench, MakeBench
from tests.seedream.scripted_provider import (
    PAGE_PATH,
    TASK_PATH,
    TOKEN_PATH,
    Provider,
    a_page,
    a_task,
    bad_gateway,
    dropping,
    ok,
    raw,
    redirecting,
    refusing,
)


async def test_fifty_tasks_are_asked_for_in_one_call(bench: Bench, provider: Provider) -> None:
    ids = [f"t{index}" for index in range(50)]
    provider.on(PAGE_PATH, ok(a_page(*(a_task(one) for one in ids))))
    tasks = await bench.run(bench.client.tasks(ids))
    assert list(tasks) == ids
    asked = provider.last(PAGE_PATH)
    assert asked.method == "POST"
    assert asked.body == {"unique_ids": ids, "type": 3, "page": 1, "page_size": 50}
    assert asked.headers["access_token"] == "token-1"


async def test_more_than_fifty_are_a_mistake_and_none_need_no_call(bench: Bench, provider: Provider) -> None:
    with pytest.raises(ValueError, match="51"):
        await bench.client.tasks([str(index) for index in range(51)])
    assert await bench.client.tasks([]) == {}
    assert provider.asked == []


async def test_an_id_named_twice_counts_once(bench: Bench, provider: Provider) -> None:
    provider.on(PAGE_PATH, ok(a_page(a_task("t1"))))
    assert list(await bench.run(bench.client.tasks(["t1"] * 60))) == ["t1"]
    assert provider.last(PAGE_PATH).body["unique_ids"] == ["t1"]


async def test_missing_ids_are_missing_and_others_are_ignored(bench: Bench, provider: Provider) -> None:
    provider.on(PAGE_PATH, ok(a_page(a_task("t1"), a_task("stranger"))))
    assert set(await bench.run(bench.client.tasks(["t1", "t2"]))) == {"t1"}


async def test_a_task_is_read_with_its_echo(bench: Bench, provider: Provider) -> None:
    urls = ["https://res.chanjing.cc/1.png", "https://res.chanjing.cc/2.png"]
    provider.on(PAGE_PATH, ok(a_page(a_task("t1", "Success", output_url=urls))))
    task = (await bench.run(bench.client.tasks(["t1"])))["t1"]
    assert task.state is TaskState.SUCCEEDED
    assert task.urls == tuple(urls)
    assert task.created_at == datetime.fromtimestamp(1_790_000_000, UTC)
    assert (task.prompt, task.ratio, task.clarity, task.n) == ("a red fox", "16:9", 2048, 2)


@pytest.mark.parametrize("progress", ["Error", "Fail"])
async def test_a_failed_task_carries_the_providers_words(bench: Bench, provider: Provider, progress: str) -> None:
    provider.on(PAGE_PATH, ok(a_page(a_task("t1", progress, err_msg="生成失败，未扣费"))))
    task = (await bench.run(bench.client.tasks(["t1"])))["t1"]
    assert (task.state, task.error) == (TaskState.FAILED, "生成失败，未扣费")


async def test_an_unknown_state_waits_and_is_logged_once_per_value(bench: Bench, provider: Provider) -> None:
    provider.always(PAGE_PATH, ok(a_page(a_task("t1", "Polishing"), a_task("t2", "Polishing"), a_task("t3", ""))))
    with structlog.testing.capture_logs() as logs:
        await bench.run(bench.client.tasks(["t1", "t2", "t3"]))
        tasks = await bench.run(bench.client.tasks(["t1", "t2", "t3"]))
    assert {task.state for task in tasks.values()} == {TaskState.WAITING}
    assert [entry["progress"] for entry in logs if entry["event"] == "unknown_progress"] == ["Polishing", "(empty)"]


@pytest.mark.parametrize(
    ("urls", "kept"),
    [
        (None, ()),
        ([], ()),
        ("https://a/1.png", ("https://a/1.png",)),
        (" https://a/1.png\n", ("https://a/1.png",)),
        ({"url": "https://a/1.png"}, ("https://a/1.png",)),
        (
            [{"url": " https://a/1.png "}, {"url": None}, {}, [], "https://a/2.png"],
            ("https://a/1.png", "https://a/2.png"),
        ),
        (
            "https://a/1.png,x, https://a/2.png\nhttps://a/3.png",
            ("https://a/1.png,x", "https://a/2.png", "https://a/3.png"),
        ),
        ('["https://a/1.png", {"url": "https://a/2.png"}]', ("https://a/1.png", "https://a/2.png")),
        ("[not json", ("[not", "json")),
        ("", ()),
        (7, ()),
        (["https://a/1.png"], ("https://a/1.png",)),
        (["1", "2", "3", "4", "5"], ("1", "2", "3", "4", "5")),
        ([None, 3, "", " ", "https://a/1.png"], ("https://a/1.png",)),
    ],
)
async def test_links_are_read_however_they_are_written(
    bench: Bench, provider: Provider, urls: Any, kept: tuple[str, ...]
) -> None:
    provider.on(PAGE_PATH, ok(a_page(a_task("t1", "Success", output_url=urls))))
    assert (await bench.run(bench.client.tasks(["t1"])))["t1"].urls == kept


async def test_one_broken_entry_spoils_no_other(bench: Bench, provider: Provider) -> None:
    broken = [None, 7, {}, {"unique_id": 3}, a_task("t9") | {"progress_desc": None}]
    provider.on(PAGE_PATH, ok(a_page(*broken, a_task("t1", "Success"), a_task("t2", create_time=10**30))))
    tasks = await bench.run(bench.client.tasks(["t1", "t2", "t9"]))
    assert set(tasks) == {"t1", "t2", "t9"}
    assert tasks["t9"].state is TaskState.WAITING


async def test_an_empty_list_may_be_null(bench: Bench, provider: Provider) -> None:
    provider.on(PAGE_PATH, ok({"list": None, "total": 0, "page_info": None}))
    assert await bench.run(bench.client.tasks(["t1"])) == {}


PASSING = {
    "50000": refusing(50000),
    "unknown code": refusing(12345),
    "over the limit": refusing(40001),
    "html 502": bad_gateway(),
    "dropped": dropping,
    "redirect": redirecting("/elsewhere"),
    "no data": ok(None),
    "no list": ok({"total": 3}),
    "null list of three": ok({"list": None, "total": 3}),
    "no json": raw("{"),
}


@pytest.mark.parametrize("name", PASSING)
async def test_a_read_call_that_fails_is_made_again(bench: Bench, provider: Provider, name: str) -> None:
    provider.on(PAGE_PATH, PASSING[name], ok(a_page(a_task("t1"))))
    assert set(await bench.run(bench.client.tasks(["t1"]))) == {"t1"}
    assert provider.times(PAGE_PATH) == 2
    assert max(bench.clock.slept) >= 0.5


@pytest.mark.parametrize("name", PASSING)
async def test_a_read_call_that_keeps_failing_is_unavailable_in_the_end(
    bench: Bench, provider: Provider, name: str
) -> None:
    provider.always(PAGE_PATH, PASSING[name])
    with pytest.raises(ModelUnavailable):
        await bench.run(bench.client.tasks(["t1"]))
    assert provider.times(PAGE_PATH) == ATTEMPTS


async def test_a_read_call_that_times_out_is_unavailable(make_bench: MakeBench, provider: Provider) -> None:
    bench = make_bench(timeout=aiohttp.ClientTimeout(total=0.03), fixed_token="t")
    provider.always(PAGE_PATH, provider.hang)
    with pytest.raises(ModelUnavailable):
        await bench.run(bench.client.tasks(["t1"]))


@pytest.mark.parametrize("code", [400, 40000])
async def test_a_read_call_that_is_refused_is_not_repeated(bench: Bench, provider: Provider, code: int) -> None:
    provider.on(PAGE_PATH, refusing(code))
    with pytest.raises(ModelRejected):
        await bench.run(bench.client.tasks(["t1"]))


async def test_a_read_call_renews_a_refused_token(bench: Bench, provider: Provider) -> None:
    provider.on(PAGE_PATH, refusing(10400), ok(a_page(a_task("t1"))))
    assert set(await bench.run(bench.client.tasks(["t1"]))) == {"t1"}
    assert provider.times(TOKEN_PATH) == 2


async def test_a_read_call_with_a_refused_fixed_token_needs_the_operator(
    make_bench: MakeBench, provider: Provider
) -> None:
    provider.on(PAGE_PATH, refusing(10400))
    bench = make_bench(fixed_token="t")
    with pytest.raises(ModelAccountRefused):
        await bench.run(bench.client.tasks(["t1"]))


async def test_one_task_is_asked_for_by_itself(bench: Bench, provider: Provider) -> None:
    provider.on(TASK_PATH, ok(a_task("t 1&x", "Success")))
    task = await bench.run(bench.client.task("t 1&x"))
    assert task is not None
    assert task.state is TaskState.SUCCEEDED
    asked = provider.last(TASK_PATH)
    assert (asked.method, asked.query) == ("GET", {"unique_id": "t 1&x"})


@pytest.mark.parametrize("answer", [ok(None), ok({}), refusing(40000), refusing(400), ok(a_task("another"))])
async def test_a_task_that_the_provider_doesnt_know_is_none(bench: Bench, provider: Provider, answer: Any) -> None:
    provider.on(TASK_PATH, answer)
    assert await bench.run(bench.client.task("t1")) is None


@pytest.mark.parametrize("answer", [ok([1]), ok({"unique_id": "t1"}), refusing(50000), bad_gateway()])
async def test_one_task_that_cant_be_read_is_unavailable(bench: Bench, provider: Provider, answer: Any) -> None:
    provider.always(TASK_PATH, answer)
    with pytest.raises(ModelUnavailable):
        await bench.run(bench.client.task("t1"))


async def test_a_listing_pages_through_all_tasks(bench: Bench, provider: Provider) -> None:
    now = datetime.fromtimestamp(1_790_000_000, UTC)
    tasks = [a_task(f"t{index}", create_time=1_790_000_000 - index) for index in range(60)]
    provider.on(PAGE_PATH, ok(a_page(*tasks[:50], total=60)), ok(a_page(*tasks[50:], total=60)))
    listing = await bench.run(bench.client.tasks_since(now - timedelta(hours=1)))
    assert listing.complete
    assert [task.id for task in listing.tasks] == [f"t{index}" for index in range(60)]
    bodies = [asked.body for asked in provider.asked if asked.path == PAGE_PATH]
    assert [body["page"] for body in bodies] == [1, 2]
    assert all(body["unique_ids"] == [] and body["type"] == 3 and "is_success" not in body for body in bodies)


async def test_a_listing_of_which_a_page_fails_is_unavailable(bench: Bench, provider: Provider) -> None:
    tasks = [a_task(f"t{index}") for index in range(50)]
    provider.on(PAGE_PATH, ok(a_page(*tasks, total=60)))
    provider.always(PAGE_PATH, refusing(50000))
    with pytest.raises(ModelUnavailable):
        await bench.run(bench.client.tasks_since(bench.clock.now()))


async def test_errors_of_reads_are_of_the_family_with_the_trace(bench: Bench, provider: Provider) -> None:
    provider.always(PAGE_PATH, refusing(50000, "系统内部错误"))
    with pytest.raises(ModelError) as caught:
        await bench.run(bench.client.tasks(["t1"]))
    assert (caught.value.trace_id, caught.value.code, caught.value.detail) == ("trace-1", 50000, "系统内部错误")
