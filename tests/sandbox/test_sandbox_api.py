import json
import re
from typing import Any

import aiohttp
import pytest

from bot.sandbox import RunningSandbox, start

from .conftest import Caller, MovedClock, submission

SUBMIT = "/open/v1/ai_creation/task/submit"


async def test_a_picture_from_token_to_download(caller: Caller, clock: MovedClock) -> None:
    answer = await caller.submit(number_of_images=2)
    assert (answer["code"], answer["msg"]) == (0, "success")
    assert re.fullmatch(r"[0-9a-f]{32}", answer["trace_id"])
    assert re.fullmatch(r"sandbox-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", answer["data"])

    seen: list[str] = []
    task: dict[str, Any] = {}
    for _ in range(30):
        task = (await caller.task(answer["data"]))["data"]
        seen.append(task["progress_desc"])
        assert bool(task["output_url"]) == (task["progress_desc"] == "Success")
        clock.move(0.1)
    assert list(dict.fromkeys(seen)) == ["Queued", "Ready", "Generating", "Success"]

    assert task["unique_id"] == answer["data"]
    assert task["type"] == 3
    assert task["number_ai_creation"] == 2
    assert task["aspect_ratio"] == "16:9"
    assert task["model_code"] == "doubao-seedream-3.0-t2i"
    assert task["err_msg"] == ""
    assert task["ref_img_url"] is None
    assert isinstance(task["id"], int)
    assert task["create_time"] == 1_790_000_000
    assert task["photo_info"]["ref_prompt"] == submission()["ref_prompt"]
    assert task["photo_info"]["clarity"] == 1024
    assert len(set(task["output_url"])) == 2
    for url in task["output_url"]:
        async with caller.session.get(url) as response:
            assert response.status == 200
            assert response.content_type == "image/png"
            assert (await response.read()).startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"ref_prompt": ...}, 400),
        ({"creation_type": ...}, 400),
        ({"number_of_images": ...}, 400),
        ({"model_code": ...}, 400),
        ({"aspect_ratio": ...}, 0),
        ({"clarity": ...}, 0),
        ({"ref_prompt": 7}, 400),
        ({"ref_prompt": None}, 400),
        ({"creation_type": "3"}, 400),
        ({"creation_type": 3.0}, 400),
        ({"number_of_images": True}, 400),
        ({"clarity": "2048"}, 400),
        ({"clarity": True}, 400),
        ({"aspect_ratio": 1}, 400),
        ({"model_code": None}, 400),
        ({"callback": 5}, 400),
        ({"negative_prompt": "no"}, 400),
        ({"ref_prompt": ""}, 40000),
        ({"ref_prompt": " \n　"}, 40000),
        ({"ref_prompt": "猫" * 2000}, 0),
        ({"ref_prompt": "猫" * 2001}, 40000),
        ({"creation_type": 4}, 40000),
        ({"aspect_ratio": "2:1"}, 40000),
        ({"aspect_ratio": ""}, 40000),
        ({"clarity": 512}, 40000),
        ({"number_of_images": 0}, 40000),
        ({"number_of_images": 5}, 40000),
        ({"model_code": "doubao-seedream-4.0"}, 40000),
        ({"ref_img_url": "http://example.com/a.png"}, 40000),
        ({"ref_img_url": []}, 40000),
        ({"callback": "ftp://example.com/"}, 40000),
        ({"callback": "http://[broken"}, 40000),
    ],
)
async def test_submit_is_checked_as_the_document_says(
    caller: Caller, sandbox: RunningSandbox, changes: dict[str, object], code: int
) -> None:
    answer = await caller.submit(**changes)  # type: ignore[arg-type]  # wrong types are the point
    assert answer["code"] == code
    assert (answer["data"] is None) == bool(code)
    if code:
        (field,) = changes
        assert field in answer["msg"]
    assert len(sandbox.state()["tasks"]) == (0 if code else 1)


async def test_defaults_are_square_and_2048(caller: Caller) -> None:
    answer = await caller.submit(aspect_ratio=..., clarity=...)
    task = (await caller.task(answer["data"]))["data"]
    assert (task["aspect_ratio"], task["photo_info"]["clarity"]) == ("1:1", 2048)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'"a"', b"null", b"\xff", b"[" * 200_000, b'{"ref_prompt": "\\ud800"}', b"1" * 400_000]
)
async def test_a_body_that_is_no_json_object_is_400(caller: Caller, body: bytes) -> None:
    headers = caller.headers | {"Content-Type": "application/json"}
    async with caller.session.post(caller.url + SUBMIT, data=body, headers=headers) as response:
        assert response.status == 200
        assert (await response.json())["code"] == 400


async def test_another_content_type_is_400(caller: Caller) -> None:
    headers = caller.headers | {"Content-Type": "text/plain"}
    async with caller.session.post(caller.url + SUBMIT, data=json.dumps(submission()), headers=headers) as response:
        assert (await response.json())["code"] == 400


async def test_an_unknown_id_is_a_value_that_is_not_allowed(caller: Caller) -> None:
    assert (await caller.task("a60747d7-dc05-4afc-b2ef-ee4370ed53c6"))["code"] == 40000
    assert (await caller.task(""))["code"] == 400


async def test_pages_have_exact_totals_newest_first(caller: Caller, clock: MovedClock) -> None:
    ids = []
    for _ in range(7):
        ids.append((await caller.submit())["data"])
        clock.move(1)
    first = (await caller.page(page_size=3))["data"]
    last = (await caller.page(page_size=3, page=3))["data"]
    assert [task["unique_id"] for task in first["list"]] == ids[:3:-1]
    assert [task["unique_id"] for task in last["list"]] == ids[:1]
    assert first["total"] == 7
    assert first["page_info"] == {"page": 1, "size": 3, "total_count": 7, "total_page": 3}
    assert (await caller.page(page_size=3, page=4))["data"]["list"] == []

    # The five oldest have had their two seconds.
    done = (await caller.page(is_success=True))["data"]
    assert {task["unique_id"] for task in done["list"]} == {i for n, i in enumerate(ids) if 7 - n >= 2}
    assert done["total"] == done["page_info"]["total_count"] == len(done["list"])
    assert (await caller.page(is_success=False))["data"]["total"] == 7


async def test_a_list_by_ids_leaves_out_what_is_unknown_and_what_is_twice(caller: Caller) -> None:
    one, two = [(await caller.submit())["data"] for _ in range(2)]
    data = (await caller.page(unique_ids=[one, "unknown", two, one]))["data"]
    assert [task["unique_id"] for task in data["list"]] == [two, one]
    assert data["total"] == 2
    empty = (await caller.page(unique_ids=["unknown"]))["data"]
    assert (empty["list"], empty["page_info"]["total_page"]) == ([], 0)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"unique_ids": ["x"] * 50}, 0),
        ({"unique_ids": ["x"] * 51}, 40000),
        ({"unique_ids": "x"}, 400),
        ({"unique_ids": [1]}, 400),
        ({"unique_ids": None}, 400),
        ({"type": 4}, 40000),
        ({"type": True}, 400),
        ({"page": 0}, 40000),
        ({"page": "1"}, 400),
        ({"page_size": 0}, 40000),
        ({"page_size": 51}, 40000),
        ({"page_size": 1.5}, 400),
        ({"is_success": 1}, 400),
        ({"status": 1}, 400),
    ],
)
async def test_the_list_call_is_checked(caller: Caller, changes: dict[str, object], code: int) -> None:
    assert (await caller.page(**changes))["code"] == code


@pytest.mark.parametrize("missing", ["type", "page", "page_size"])
async def test_the_list_call_needs_its_fields(caller: Caller, missing: str) -> None:
    body = {"unique_ids": [], "type": 3, "page": 1, "page_size": 50}
    del body[missing]
    assert (await caller.post("/open/v1/ai_creation/task/page", body))["code"] == 400


async def test_time_grows_with_clarity_and_number_and_shrinks_with_speed(
    clock: MovedClock, session: aiohttp.ClientSession
) -> None:
    async with await start(clock=clock, qps=0, speed=100) as sandbox:
        caller = Caller(session, sandbox.url)
        await caller.log_in()
        for clarity, number in ((1024, 1), (1024, 4), (2048, 4), (4096, 4)):
            await caller.submit(clarity=clarity, number_of_images=number)
        took = [task["ends_at"] - task["created_at"] for task in sandbox.state()["tasks"]]
    assert took == sorted(took)
    assert len(set(took)) == 4
    assert 0.019 < took[0] < took[-1] < 0.081


async def test_durations_are_drawn_where_a_range_is_given_and_the_first_answer_after_the_end_is_noted(
    clock: MovedClock, session: aiohttp.ClientSession
) -> None:
    async with await start(clock=clock, qps=0, drawing=(25, 33)) as sandbox:
        caller = Caller(session, sandbox.url)
        await caller.log_in()
        ids = [(await caller.submit())["data"] for _ in range(20)]
        took = [task["ends_at"] - task["created_at"] for task in sandbox.state()["tasks"]]
        assert 25 <= min(took) < 28
        assert 30 < max(took) <= 33
        for seconds in (20, 20, 20):
            clock.move(seconds)
            await caller.page(unique_ids=ids[:10])
        told = [task["told_at"] for task in sandbox.state()["tasks"]]
    assert told == [clock.now - 20] * 10 + [None] * 10


async def test_pictures_cannot_be_guessed_nor_had_too_early(caller: Caller, clock: MovedClock) -> None:
    unique_id = (await caller.submit())["data"]
    clock.move(3)
    (url,) = (await caller.task(unique_id))["data"]["output_url"]
    assert unique_id not in url
    clock.move(-2)
    for address in (url, url.replace("/0.png", "/1.png"), f"{caller.url}/pictures/{unique_id}/0.png"):
        async with caller.session.get(address) as response:
            assert response.status == 404


async def test_a_forgotten_task_is_unknown(clock: MovedClock, session: aiohttp.ClientSession) -> None:
    async with await start(clock=clock, qps=0, kept_tasks=50) as sandbox:
        caller = Caller(session, sandbox.url)
        await caller.log_in()
        ids = [(await caller.submit())["data"] for _ in range(51)]
        assert (await caller.page())["data"]["total"] == 50
        assert (await caller.task(ids[0]))["code"] == 40000


async def test_picture_addresses_can_be_those_of_a_proxy(clock: MovedClock, session: aiohttp.ClientSession) -> None:
    async with await start(clock=clock, qps=0, public_url="https://pictures.example") as sandbox:
        caller = Caller(session, sandbox.url)
        await caller.log_in()
        unique_id = (await caller.submit())["data"]
        clock.move(9)
        task: dict[str, Any] = (await caller.task(unique_id))["data"]
    assert task["output_url"][0].startswith("https://pictures.example/pictures/")
