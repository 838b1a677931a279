"""A request that is sent twice orders once."""

from __future__ import annotations

import asyncio

import pytest

from tests.web.conftest import LOCAL_SECRET, Site
from tests.web.test_web_presses import drawn

KEY = {"Idempotency-Key": "8e03978e-40d5-43e8-bc93-6894a57f9324"}
ASK = {"text": "/imagine a fox"}


async def test_the_same_key_is_answered_with_the_job_there_is(page: Site) -> None:
    status, first = await page.post("/api/commands", ASK, headers=KEY)
    again = [await page.post("/api/commands", ASK, headers=KEY) for _ in range(2)]
    assert status == 202
    assert {(status, answer["job"]["id"]) for status, answer in again} == {(202, first["job"]["id"])}
    await page.finished(first["job"]["id"])
    status, late = await page.post("/api/commands", ASK, headers=KEY)
    assert (status, late["job"]["id"], late["job"]["state"]) == (202, first["job"]["id"], "done")
    _, history = await page.get("/api/history")
    assert len(history["messages"]) == 1


async def test_racers_with_one_key_get_one_job(page: Site) -> None:
    answers = await asyncio.gather(*(page.post("/api/commands", ASK, headers=KEY) for _ in range(8)))
    assert {status for status, _ in answers} == {202}
    assert len({answer["job"]["id"] for _, answer in answers}) == 1


async def test_without_a_key_each_is_an_order(page: Site) -> None:
    answers = await asyncio.gather(*(page.post("/api/commands", ASK) for _ in range(5)))
    assert len({answer["job"]["id"] for _, answer in answers}) == 5


async def test_the_same_key_for_something_else_is_refused_with_a_sentence(page: Site) -> None:
    await page.post("/api/commands", ASK, headers=KEY)
    for path, body in (("/api/commands", {"text": "/imagine a dog"}), ("/api/commands", {**ASK, "priced": True})):
        status, answer = await page.post(path, body, headers=KEY)
        assert (status, answer["error"]["code"]) == (422, "event-reused")
        assert "Idempotency-Key" in answer["error"]["message"]


@pytest.mark.parametrize("key", ["", " ", "a b", "x" * 256])
async def test_a_key_that_can_be_none_is_refused_and_costs_nothing(page: Site, key: str) -> None:
    status, answer = await page.post("/api/commands", ASK, headers={"Idempotency-Key": key})
    assert (status, answer["error"]["code"]) == (400, "bad-idempotency-key")
    _, history = await page.get("/api/history")
    assert history["messages"] == []


async def test_what_was_refused_takes_no_key(page: Site) -> None:
    status, _ = await page.post("/api/commands", {"text": "/imagine a fox ratio:17:9"}, headers=KEY)
    assert status == 400
    status, _ = await page.post("/api/commands", ASK, headers=KEY)
    assert status == 202


@pytest.mark.parametrize("action", ["again", "hd"])
async def test_a_button_pressed_twice_at_once_orders_once(page: Site, action: str) -> None:
    job_id = await drawn(page, "a fox clarity:1024")
    answers = await asyncio.gather(*(page.post(f"/api/jobs/{job_id}/{action}") for _ in range(4)))
    assert {status for status, _ in answers} == {202}
    assert len({answer["job"]["id"] for _, answer in answers}) == 1
    await page.clock.advance(4)
    _, later = await page.post(f"/api/jobs/{job_id}/{action}")
    assert later["job"]["id"] not in {answer["job"]["id"] for _, answer in answers}


async def test_two_shapes_are_two_orders(page: Site) -> None:
    job_id = await drawn(page, "a fox ratio:1:1")
    answers = [await page.post(f"/api/jobs/{job_id}/shape", {"index": index}) for index in (1, 2, 1)]
    ids = [answer["job"]["id"] for _, answer in answers]
    assert ids[0] == ids[2] != ids[1]


async def test_an_offer_taken_twice_is_one_job(page: Site) -> None:
    _, refused = await page.post("/api/commands", {"text": "/imagine a fox ratio:17:9"})
    draft = refused["error"]["draft"]
    answers = await asyncio.gather(*(page.post(f"/api/drafts/{draft}/use") for _ in range(3)))
    assert {(status, answer["job"]["id"]) for status, answer in answers} == {(202, draft)}


async def test_keys_of_two_visitors_have_nothing_to_do_with_each_other(page: Site) -> None:
    _, first = await page.post("/api/commands", ASK, headers=KEY)
    terminal = {"Authorization": f"Bearer {LOCAL_SECRET}", "X-Easel-Platform": "terminal"}
    _, other = await page.post("/api/commands", ASK, headers={**KEY, **terminal})
    assert first["job"]["id"] != other["job"]["id"]
