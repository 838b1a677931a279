import asyncio
import io
import time

import aiohttp
import pytest
from PIL import Image

from bot.sandbox import Faults, RunningSandbox, start

from .conftest import Caller, MovedClock, until

SUBMIT = "/open/v1/ai_creation/task/submit"
PAGE = "/open/v1/ai_creation/task/page"


async def finished(caller: Caller, clock: MovedClock, prompt: str = "a cat", **changes: object) -> dict[str, object]:
    unique_id = (await caller.submit(prompt, **changes))["data"]
    clock.move(10)
    task: dict[str, object] = (await caller.task(unique_id))["data"]
    return task


@pytest.mark.parametrize(("fault", "code"), [("40001", 40001), ("50000", 50000), ("10400", 10400)])
async def test_codes_on_demand(caller: Caller, sandbox: RunningSandbox, fault: str, code: int) -> None:
    sandbox.faults.strike_next(fault, 1)
    assert (await caller.page())["code"] == code
    if code == 10400:  # as when another holder renewed it: only a new token helps
        assert (await caller.page())["code"] == 10400
        await caller.log_in()
    assert (await caller.page())["code"] == 0


async def test_a_lost_submit_has_created_the_task(caller: Caller, sandbox: RunningSandbox) -> None:
    sandbox.faults.strike_next("lost_submit")
    with pytest.raises(aiohttp.ClientError):
        await caller.submit()
    assert len(sandbox.state()["tasks"]) == 1
    assert (await caller.page())["data"]["total"] == 1
    assert (await caller.submit())["code"] == 0
    assert sandbox.state()["calls"][SUBMIT] == {"lost_submit": 1, "0": 1}


async def test_a_refused_submit_is_never_lost(caller: Caller, sandbox: RunningSandbox) -> None:
    sandbox.faults.strike_next("lost_submit")
    assert (await caller.submit(number_of_images=9))["code"] == 40000
    with pytest.raises(aiohttp.ClientError):
        await caller.submit()


async def test_a_dropped_submit_has_created_nothing(caller: Caller, sandbox: RunningSandbox) -> None:
    sandbox.faults.strike_next("dropped")
    with pytest.raises(aiohttp.ClientError):
        await caller.submit()
    assert sandbox.state()["tasks"] == []


async def test_garbage_instead_of_an_envelope(caller: Caller, sandbox: RunningSandbox) -> None:
    sandbox.faults.strike_next("not_json")
    async with caller.session.post(caller.url + PAGE, json={}, headers=caller.headers) as response:
        assert response.status == 200
        with pytest.raises(ValueError, match="Unterminated"):
            await response.json()
    sandbox.faults.strike_next("bad_gateway")
    async with caller.session.post(caller.url + PAGE, json={}, headers=caller.headers) as response:
        assert response.status == 502
        assert "<html>" in await response.text()


async def test_slow_is_done_at_once_and_answered_late(caller: Caller, sandbox: RunningSandbox) -> None:
    sandbox.faults.strike_next("slow")
    began = time.monotonic()
    call = asyncio.create_task(caller.submit())
    await until(lambda: sandbox.state()["tasks"])
    assert not call.done()
    assert (await call)["code"] == 0
    assert time.monotonic() - began >= 0.05


@pytest.mark.parametrize(("fault", "progress"), [("error", "Error"), ("fail", "Fail")])
async def test_a_task_that_fails_costs_nothing(
    caller: Caller, sandbox: RunningSandbox, clock: MovedClock, fault: str, progress: str
) -> None:
    sandbox.faults.strike_next(fault)
    task = await finished(caller, clock)
    assert task["progress_desc"] == progress
    assert "未扣费" in str(task["err_msg"])
    assert task["output_url"] == []
    assert (await finished(caller, clock))["progress_desc"] == "Success"


async def test_a_task_that_never_ends(caller: Caller, sandbox: RunningSandbox, clock: MovedClock) -> None:
    sandbox.faults.strike_next("never")
    clock.move(1e6)
    await caller.log_in()
    assert (await finished(caller, clock))["progress_desc"] == "Generating"


async def test_an_unheard_of_progress(caller: Caller, sandbox: RunningSandbox, clock: MovedClock) -> None:
    sandbox.faults.strike_next("odd_progress")
    unique_id = (await caller.submit())["data"]
    clock.move(1)
    assert (await caller.task(unique_id))["data"]["progress_desc"] not in {
        "Queued", "Ready", "Generating", "Success", "Error", "Fail",
    }  # fmt: skip
    clock.move(10)
    assert (await caller.task(unique_id))["data"]["progress_desc"] == "Success"


@pytest.mark.parametrize(("asked", "given"), [(1, 2), (3, 2), (4, 3)])
async def test_another_number_of_pictures(
    caller: Caller, sandbox: RunningSandbox, clock: MovedClock, asked: int, given: int
) -> None:
    sandbox.faults.strike_next("wrong_count")
    task = await finished(caller, clock, number_of_images=asked)
    urls = task["output_url"]
    assert isinstance(urls, list)
    assert len(urls) == given
    async with caller.session.get(urls[-1]) as response:
        assert response.status == 200


async def test_an_id_that_is_missing_from_the_list_once(caller: Caller, sandbox: RunningSandbox) -> None:
    ids = [(await caller.submit())["data"] for _ in range(3)]
    sandbox.faults.strike_next("missing")
    data = (await caller.page(unique_ids=ids))["data"]
    assert len(data["list"]) == data["total"] == 2
    assert (await caller.page(unique_ids=ids))["data"]["total"] == 3


async def test_an_id_that_is_always_missing(caller: Caller) -> None:
    unique_id = (await caller.submit("a cat [[missing]]"))["data"]
    assert (await caller.page(unique_ids=[unique_id]))["data"]["list"] == []
    assert (await caller.task(unique_id))["code"] == 0


async def test_a_task_that_the_list_shows_late(caller: Caller, clock: MovedClock) -> None:
    unique_id = (await caller.submit("a cat [[late]]"))["data"]
    clock.move(9)
    for asked in ([], [unique_id]):
        assert (await caller.page(unique_ids=asked))["data"]["total"] == 0
    assert (await caller.task(unique_id))["data"]["unique_id"] == unique_id
    clock.move(1)
    (listed,) = (await caller.page())["data"]["list"]
    assert listed["unique_id"] == unique_id


async def test_downloads_that_go_wrong_once(caller: Caller, sandbox: RunningSandbox, clock: MovedClock) -> None:
    task = await finished(caller, clock)
    assert isinstance(task["output_url"], list)
    (url,) = task["output_url"]

    sandbox.faults.strike_next("truncated")
    async with caller.session.get(url) as response:
        half = await response.read()
    with pytest.raises(OSError, match="truncated"):
        Image.open(io.BytesIO(half)).load()

    sandbox.faults.strike_next("cut_download")
    with pytest.raises(aiohttp.ClientPayloadError):
        async with caller.session.get(url) as response:
            await response.read()

    sandbox.faults.strike_next("not_a_picture")
    async with caller.session.get(url) as response:
        assert response.content_type == "image/png"
        assert b"<html>" in await response.read()

    sandbox.faults.strike_next("private_redirect")
    async with caller.session.get(url, allow_redirects=False) as response:
        assert response.status == 302
        assert response.headers["Location"].startswith("http://169.254.169.254/")

    async with caller.session.get(url) as response:
        Image.open(io.BytesIO(await response.read())).load()
    assert sandbox.state()["tasks"][0]["downloads"] == 5


async def test_a_prompt_can_ask_for_its_fault(caller: Caller, clock: MovedClock) -> None:
    assert (await finished(caller, clock, "a cat [[fail]]"))["progress_desc"] == "Fail"
    assert (await caller.submit("a cat [[50000]]"))["code"] == 50000
    with pytest.raises(aiohttp.ClientError):
        await caller.submit("a cat [[lost_submit]]")
    assert (await finished(caller, clock, "a cat [fail]"))["progress_desc"] == "Success"


async def test_faults_by_the_control_endpoint(caller: Caller) -> None:
    body = {"faults": {"50000": 1.0}, "next": [{"fault": "40001", "count": 2}, {"fault": "error"}]}
    status, now = await caller.control("POST", "faults", body)
    assert status == 200
    assert now["faults"] == {"50000": 1.0}
    assert now["next"] == [{"fault": "40001", "count": 2}, {"fault": "error", "count": 1}]
    assert [(await caller.page())["code"] for _ in range(4)] == [40001, 40001, 50000, 50000]
    assert (await caller.control("GET", "faults"))[1]["next"] == [{"fault": "error", "count": 1}]
    assert (await caller.control("DELETE", "faults"))[1]["faults"] == {}
    assert (await caller.page())["code"] == 0


@pytest.mark.parametrize(
    "body",
    [{"faults": {"nonsense": 1}}, {"faults": {"slow": 2}}, {"next": [{"fault": "slow", "count": 0}]}, {"next": 5}, []],
)
async def test_wrong_faults_are_refused(caller: Caller, body: object) -> None:
    assert (await caller.control("POST", "faults", body))[0] == 400


async def test_a_web_page_cannot_reach_the_control(caller: Caller) -> None:
    async with caller.session.post(f"{caller.url}/sandbox/faults", data='{"faults": {}}') as response:
        assert response.status == 400


async def test_the_state_counts_calls_by_path_and_code(caller: Caller, clock: MovedClock) -> None:
    await caller.submit("a red fox", number_of_images=3)
    await caller.submit(number_of_images=9)
    await caller.page()
    _, state = await caller.control("GET", "state")
    (task,) = state["tasks"]
    assert task["ref_prompt"] == "a red fox"
    assert (task["aspect_ratio"], task["clarity"], task["number_of_images"]) == ("16:9", 1024, 3)
    assert task["created_at"] == clock.now
    assert state["calls"][SUBMIT] == {"0": 1, "40000": 1}
    assert state["calls"][PAGE] == {"0": 1}
    assert state["tokens_issued"] == 1


def test_chances_are_rolled_with_a_seed() -> None:
    def run(seed: int) -> list[bool]:
        faults = Faults({"slow": 0.3}, seed)
        return [faults.strikes(next(iter(faults._chances))) for _ in range(400)]

    assert run(1) == run(1) != run(2)
    assert 80 < sum(run(1)) < 160


async def test_chances_from_the_configuration(clock: MovedClock, session: aiohttp.ClientSession) -> None:
    async with await start(clock=clock, qps=0, faults={"50000": 0.5}, seed=1) as sandbox:
        caller = Caller(session, sandbox.url)
        codes = {(await caller.log_in())["code"] for _ in range(20)}
    assert codes == {0, 50000}
