from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from sqlalchemy import Engine, event
from structlog.testing import capture_logs

from bot.domain.cursor import Cursor
from bot.domain.errors import ModelRejected, StoreUnavailable
from bot.domain.job import Job, JobState, new_job_id
from bot.domain.limits import Limits
from bot.domain.people import Destination, Person
from bot.domain.request import ImageRequest
from db.jobs import SqlJobStore
from tests.db.orders import PLENTY, order
from tests.web.conftest import Site


async def test_a_command_becomes_a_job_and_then_pictures(page: Site) -> None:
    status, answer = await page.post("/api/commands", {"text": "/imagine a fox ratio:16:9 n:2"})
    assert status == 202
    job = answer["job"]
    assert (job["state"], job["prompt"], job["ratio"], job["n"], job["clarity"]) == ("queued", "a fox", "16:9", 2, 2048)
    assert job["pictures"] == []
    assert job["finished_at"] is None
    assert answer["message"]["mine"] is True

    await page.finished(job["id"])
    status, answer = await page.get(f"/api/jobs/{job['id']}")
    assert status == 200
    assert answer["job"]["state"] == "done"
    assert [picture["url"] for picture in answer["job"]["pictures"]] == [
        f"/pictures/{job['id']}/1",
        f"/pictures/{job['id']}/2",
    ]
    card = answer["message"]["card"]
    assert card["tone"] == "done"
    presses = ["again", "edit", "hd", "star", "more", "vote", "vote", "delete"]
    assert [button["press"] for button in card["buttons"]] == presses


async def test_text_without_a_slash_is_a_prompt(page: Site) -> None:
    assert (await page.ask("a fox x2"))["n"] == 2


async def test_a_prompt_keeps_its_characters(page: Site) -> None:
    prompt = '红狐 <b>&amp;</b> "ratio:1:1" 🦊'
    job = await page.ask(f"/imagine {prompt}")
    assert job["prompt"] == prompt


async def test_the_location_of_what_was_accepted(page: Site) -> None:
    async with page.client.post(f"{page.server.url}/api/commands", json={"text": "a fox"}) as response:
        assert response.headers["Location"] == f"/api/jobs/{(await response.json())['job']['id']}"


async def test_a_wrong_option_is_refused_with_the_button_that_repairs_it(page: Site) -> None:
    status, answer = await page.post("/api/commands", {"text": "/imagine a fox ratio:16:7 n:2"})
    assert status == 400
    error = answer["error"]
    assert error["code"] == "bad-ratio"
    assert "16:7" in error["message"]
    assert error["hint"]
    button = error["card"]["buttons"][0]
    assert (button["press"], button["target"]) == ("use", error["draft"])

    status, answer = await page.post(f"/api/drafts/{error['draft']}/use")
    assert status == 202
    assert (answer["job"]["ratio"], answer["job"]["n"]) == ("16:9", 2)


async def test_the_refusal_speaks_the_reader_s_language(page: Site) -> None:
    _, english = await page.post("/api/commands", {"text": "a fox ratio:16:7"}, headers={"Accept-Language": "de, en"})
    _, chinese = await page.post("/api/commands", {"text": "a fox ratio:16:7"}, headers={"Accept-Language": "zh-TW"})
    _, asked = await page.post("/api/commands?lang=zh-CN", {"text": "a fox ratio:16:7"})
    assert "Closest: " in english["error"]["message"]
    assert "最接近" in chinese["error"]["message"]
    assert chinese["error"]["message"] == asked["error"]["message"]


async def test_typed_options_win_over_the_text(page: Site) -> None:
    job = await page.ask("/imagine a fox ratio:1:1", options={"ratio": "9:16", "n": 3, "style": "none"})
    assert (job["ratio"], job["n"]) == ("9:16", 3)


async def test_a_parent_from_elsewhere_is_no_parent(page: Site) -> None:
    """Its id is no reason to learn its options, or whether there is such a job."""
    elsewhere = order("a secret fox", n=4)  # on Discord
    await page.store.add(elsewhere, PLENTY)
    for parent in (elsewhere.id, "000000000000"):
        job = await page.ask("a red fox", parent=parent)
        await page.finished(job["id"])
        _, answer = await page.get(f"/api/jobs/{job['id']}")
        assert answer["message"]["parent"] is None
        kept = await page.store.get(job["id"])
        assert kept is not None
        assert kept.parent_id is None
        _, shown = await page.get(f"/api/show/{job['id']}")
        assert "4 pictures" not in json.dumps(shown)
        # The repair of a refusal remembers its parent too.
        _, refused = await page.post("/api/commands", {"text": "a red fox ratio:16:10", "parent": parent})
        status, used = await page.post(f"/api/drafts/{refused['error']['draft']}/use")
        assert (status, used["message"]["parent"]) == (202, None)


async def test_an_edit_remembers_its_parent(page: Site) -> None:
    first = await page.ask("a fox")
    second = await page.ask("a red fox", parent=first["id"])
    _, answer = await page.get(f"/api/jobs/{second['id']}")
    assert answer["message"]["parent"] == first["id"]


async def test_what_the_form_is_filled_with_means_the_same_again(page: Site) -> None:
    first = await page.ask(r"a sign that says \n:2 ratio:16:9")
    assert first["prompt"] == "a sign that says n:2"
    _, answer = await page.get(f"/api/jobs/{first['id']}")
    request = answer["message"]["request"]
    again = await page.ask(f"/imagine {request['prompt']}", options={"ratio": request["ratio"], "n": request["n"]})
    assert (again["prompt"], again["n"]) == (first["prompt"], 1)


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"{",
        b"\xff\xfe",
        b'{"text": 5}',
        b'{"text": ""}',
        b'{"text": "  "}',
        b"{}",
        b"",
        b"[" * 20_000,
        b'{"text": "a fox", "parent": 5}',
        b'{"text": "a fox", "parent": "../../etc"}',
        b'{"text": "a fox", "options": []}',
        b'{"text": "a fox", "options": {"seed": 1}}',
        b'{"text": "a fox", "options": {"n": "2"}}',
        b'{"text": "a fox", "options": {"n": true}}',
        b'{"text": "a fox", "options": {"ratio": "16:7"}}',
        b'{"text": "/imagine"}',
        b'{"text": "/imagine ratio:16:9"}',
    ],
)
async def test_nonsense_is_a_400_with_a_sentence(page: Site, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    async with page.client.post(f"{page.server.url}/api/commands", data=body, headers=headers) as response:
        assert response.status == 400
        error = (await response.json())["error"]
    assert error["message"]
    assert page.model.made == {}


async def test_half_a_character_harms_nobody(page: Site) -> None:
    headers = {"Content-Type": "application/json"}
    body = b'{"text": "a fox \\ud83e"}'
    async with page.client.post(f"{page.server.url}/api/commands", data=body, headers=headers) as response:
        assert response.status == 202
    status, answer = await page.get("/api/history")
    assert status == 200
    assert answer["messages"][0]["job"]["prompt"] == "a fox \ufffd"


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
async def test_only_json_is_taken(page: Site, content_type: str) -> None:
    headers = {"Content-Type": content_type}
    body = b'{"text": "a fox"}'
    for path in ("/api/commands", "/api/jobs/000000000000/cancel", "/api/drafts/000000000000/use", "/api/session"):
        async with page.client.post(f"{page.server.url}{path}", data=body, headers=headers) as response:
            assert response.status == 415
            assert (await response.json())["error"]["message"]


@pytest.mark.parametrize("chunked", [False, True])
async def test_too_much_is_a_413(page: Site, *, chunked: bool) -> None:
    body = json.dumps({"text": "x" * 70_000}).encode()

    async def pieces() -> Any:
        for start in range(0, len(body), 5000):
            yield body[start : start + 5000]

    headers = {"Content-Type": "application/json"}
    data = pieces() if chunked else body
    async with page.client.post(f"{page.server.url}/api/commands", data=data, headers=headers) as response:
        assert response.status == 413
        assert (await response.json())["error"]["code"] == "too-large"


async def test_unknown_commands_get_the_nearest(page: Site) -> None:
    status, answer = await page.post("/api/commands", {"text": "/imagin a fox"})
    assert (status, answer["error"]["code"]) == (400, "nearly-command")
    assert "/imagine" in answer["error"]["message"]
    status, answer = await page.post("/api/commands", {"text": "/quit now"})
    assert (status, answer["error"]["code"]) == (400, "unknown-command")
    status, answer = await page.post("/api/commands", {"text": "/{0.__class__} {x}"})
    assert "/{0.__class__}" in answer["error"]["message"]


async def test_help_costs_nothing(page: Site) -> None:
    status, answer = await page.post("/api/commands", {"text": "/help"})
    assert status == 200
    assert "ratio" in json.dumps(answer["help"])


async def test_a_limit_is_a_429_that_says_when(site: Site) -> None:
    site.limits = Limits(user_daily=2)
    async with site.open() as page:
        await page.ask("a fox")
        async with page.client.post(f"{page.server.url}/api/commands", json={"text": "a fox n:2"}) as response:
            assert response.status == 429
            assert 0 < int(response.headers["Retry-After"]) <= 86_400
            error = (await response.json())["error"]
        assert error["draft"]
        status, answer = await page.post(f"/api/drafts/{error['draft']}/use")
        assert (status, answer["job"]["n"]) == (202, 1)


async def test_shutting_down_is_a_503(page: Site) -> None:
    await page.dispatcher.stop()
    status, answer = await page.post("/api/commands", {"text": "a fox"})
    assert status == 503
    assert answer["error"]["message"]


async def test_a_database_that_is_away_is_a_503_with_a_sentence(page: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(*_: object) -> None:
        raise StoreUnavailable("disk full")

    with capture_logs() as logs, monkeypatch.context() as patch:
        patch.setattr(SqlJobStore, "add", away)
        status, answer = await page.post("/api/commands", {"text": "a fox"})
    assert (status, answer["error"]["code"]) == (503, "storage-away")
    assert "I can't save anything right now" in answer["error"]["message"]
    assert [line for line in logs if line["log_level"] in {"error", "critical"}] == []
    assert (await page.ask("a fox"))["state"] == "queued"


async def test_cancel_and_what_cannot_be_cancelled_any_more(page: Site) -> None:
    job = await page.ask("a fox")
    status, answer = await page.post(f"/api/jobs/{job['id']}/cancel")
    assert (status, answer["job"]["state"]) == (200, "cancelled")
    status, answer = await page.post(f"/api/jobs/{job['id']}/cancel")
    assert (status, answer["error"]["code"]) == (409, "already-finished")


async def test_again_orders_the_same_once_more(page: Site) -> None:
    first = await page.ask("a fox ratio:3:4 x2")
    status, answer = await page.post(f"/api/jobs/{first['id']}/again")
    assert status == 202
    again = answer["job"]
    assert again["id"] != first["id"]
    assert (again["prompt"], again["ratio"], again["n"]) == ("a fox", "3:4", 2)


async def test_delete_takes_the_message_and_the_pictures_away(page: Site) -> None:
    job = await page.ask("a fox")
    status, answer = await page.post(f"/api/jobs/{job['id']}/delete")
    assert (status, answer["error"]["code"]) == (409, "nothing-to-delete")
    await page.finished(job["id"])
    status, answer = await page.post(f"/api/jobs/{job['id']}/delete")
    assert (status, answer) == (200, {"deleted": job["id"]})
    assert page.picture_store.kept == {}
    assert (await page.get("/api/history"))[1]["messages"] == []
    for path in ("", "/again", "/cancel"):
        status, _ = await (page.post if path else page.get)(f"/api/jobs/{job['id']}{path}")
        assert status == 404


@pytest.mark.parametrize("path", ["/api/jobs/{}/cancel", "/api/jobs/{}/again", "/api/drafts/{}/use"])
@pytest.mark.parametrize("job_id", ["000000000000", "x", "..%2F..%2Fetc", "%00", "'; drop table jobs"])
async def test_what_never_was_is_a_404(page: Site, path: str, job_id: str) -> None:
    status, answer = await page.post(path.format(job_id))
    assert status == 404
    assert answer["error"]["message"]


async def test_jobs_of_other_platforms_are_not_there(page: Site) -> None:
    request = ImageRequest(prompt="a secret of another channel")
    job = Job(
        id=new_job_id(),
        author=Person(platform="fake", community_id="guild", user_id="local", name="ann"),
        destination=Destination(platform="fake", community_id="guild", channel_id="general"),
        request=request,
        prompt_sent=request.prompt,
        created_at=page.clock.now(),
    )
    await page.store.add(job, page.limits)
    assert (await page.get(f"/api/jobs/{job.id}"))[0] == 404
    for action in ("cancel", "again", "delete"):
        assert (await page.post(f"/api/jobs/{job.id}/{action}"))[0] == 404
    await page.store.move(job, JobState.CANCELLED)
    await page.store.note(job.id, card_open=False)


async def test_a_failure_says_why_in_the_job(page: Site) -> None:
    page.model.submits.append(ModelRejected("no such thing"))
    job = await page.ask("a fox")
    await page.finished(job["id"])
    _, answer = await page.get(f"/api/jobs/{job['id']}")
    assert answer["job"]["state"] == "failed"
    assert "no such thing" in answer["job"]["error"]["message"]
    assert [button["press"] for button in answer["message"]["card"]["buttons"]] == ["again", "edit"]


async def test_history_is_the_last_fifty_oldest_first(site: Site) -> None:
    site.limits = Limits(user_daily=None, user_waiting=1000)
    async with site.open() as page:
        for number in range(53):
            await page.ask(f"fox number {number}")
            page.clock.jump(1)
        status, answer = await page.get("/api/history")
        assert status == 200
        assert [message["job"]["prompt"] for message in answer["messages"]] == [f"fox number {n}" for n in range(3, 53)]


async def test_the_history_takes_as_many_statements_for_many_results_as_for_one(page: Site) -> None:
    statements, taken = 0, []

    def count(*_: object) -> None:
        nonlocal statements
        statements += 1

    event.listen(Engine, "before_cursor_execute", count)
    try:
        for more in (1, 9):
            for number in range(more):
                await page.finished((await page.ask(f"fox {number} of {more}"))["id"])
            statements = 0
            _, answer = await page.get("/api/history")
            taken.append((len(answer["messages"]), statements))
    finally:
        event.remove(Engine, "before_cursor_execute", count)
    (one, few), (ten, many) = taken
    assert (one, ten) == (1, 10)
    assert few == many > 0


async def test_the_options_are_the_table(page: Site) -> None:
    status, answer = await page.get("/api/options?lang=zh-CN")
    assert status == 200
    assert [command["name"] for command in answer["commands"]][:2] == ["/imagine", "/gallery"]
    assert not answer["commands"][0]["why"].isascii()
    assert [option["name"] for option in answer["options"]] == ["ratio", "n", "clarity", "style"]
    assert not answer["options"][0]["description"].isascii()


async def test_a_body_that_does_not_arrive_is_not_awaited_for_ever(page: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.platforms.web.requests.BODY_SECONDS", 0.05)
    reader, writer = await asyncio.open_connection("127.0.0.1", page.server.port)
    writer.write(
        f"POST /api/commands HTTP/1.1\r\nHost: 127.0.0.1:{page.server.port}\r\n"
        "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{".encode()
    )
    async with asyncio.timeout(5):
        assert b" 408 " in await reader.readline()
    writer.close()
    await writer.wait_closed()


async def test_an_unknown_address_and_method_are_json_too(page: Site) -> None:
    status, answer = await page.get("/api/nothing")
    assert (status, answer["error"]["code"]) == (404, "not-found")
    status, answer = await page.get("/api/commands")
    assert (status, answer["error"]["code"]) == (405, "no-method")


@pytest.mark.parametrize(
    ("lang", "text", "hint"),
    [
        ("en", "/imagine a fox ratio:16:10", '"double quotes". Nothing was charged.'),
        ("zh-CN", "/imagine 一只红狐 比例:16:10", "请给它加上双引号。没有扣费。"),
    ],
)
async def test_the_hint_of_a_refusal_is_whole_sentences(page: Site, lang: str, text: str, hint: str) -> None:
    _, answer = await page.post(f"/api/commands?lang={lang}", {"text": text})
    assert answer["error"]["hint"].endswith(hint)


@pytest.mark.parametrize(
    ("said", "answer"), [("help", "Draw with /imagine"), ("thanks", "You're welcome"), ("?", "Draw")]
)
async def test_what_is_no_request_is_answered_in_kind_and_drawn_by_a_press(page: Site, said: str, answer: str) -> None:
    status, body = await page.post("/api/commands?lang=en", {"text": f"/imagine {said}"})
    assert (status, body["error"]["code"]) == (400, "not-a-request")
    assert answer in body["error"]["message"]
    _, history = await page.get("/api/history")
    assert history["messages"] == []
    status, answered = await page.post(f"/api/drafts/{body['error']['draft']}/use")
    assert (status, answered["job"]["prompt"]) == (202, said)


async def test_the_history_goes_on_behind_its_oldest_message(page: Site) -> None:
    asked = [(await page.post("/api/commands", {"text": f"fox {index}"}))[1]["job"]["id"] for index in range(3)]
    first = sorted(asked)  # all at one moment of this clock
    _, answer = await page.get("/api/history")
    assert ([one["id"] for one in answer["messages"]], answer["older"]) == (first, None)
    newest = await page.store.get(first[2])
    assert newest is not None
    _, answer = await page.get(f"/api/history?before={Cursor.behind(newest)}")
    assert [one["id"] for one in answer["messages"]] == first[:2]


@pytest.mark.parametrize("before", ["", "1", "x-000000000000", "99999999999999999999-000000000000", "1-../../etc"])
async def test_a_cursor_that_is_none_is_refused(page: Site, before: str) -> None:
    assert (await page.get(f"/api/history?before={before}"))[0] == 400
