"""OpenAI's own package asks for pictures, and gets those of the person whose token it carries."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from typing import Any

import openai
import pytest

from bot.actions.invites import Invites
from bot.domain.errors import ModelRejected
from bot.domain.limits import Limits
from bot.platforms.web.openai_api import read_size
from tests.fakes.model import PICTURE
from tests.web.conftest import Site

TOKEN = "a long random text of the operator"
PROMPT = "a lighthouse in a storm"
MODEL = "doubao-seedream-3.0-t2i"


@pytest.fixture
async def page(site: Site) -> AsyncIterator[Site]:
    async with site.open(token=TOKEN) as opened:
        yield opened


async def token_of(page: Site, name: str = "Ada") -> str:
    return (await Invites(sign_ins=page.stores.sign_ins, clock=page.clock).token(name)).secret


@pytest.fixture
async def client(page: Site) -> AsyncIterator[openai.AsyncOpenAI]:
    async with client_with(page, await token_of(page)) as made:
        yield made


def client_with(page: Site, token: str, **options: Any) -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(api_key=token, base_url=f"{page.server.url}/v1", **{"max_retries": 0, **options})


async def draw(page: Site, client: openai.AsyncOpenAI, **body: Any) -> Any:
    return await page.clock.until(client.images.generate(**{"prompt": PROMPT, **body}), real_seconds=20)


async def test_pictures_by_address_are_fetched_without_the_token(page: Site, client: openai.AsyncOpenAI) -> None:
    answer = await draw(page, client, n=2, size="1792x1024", model="dall-e-3", quality="hd", user="me")
    assert len(answer.data) == 2
    (job,) = [await page.store.get(made.job_id) for made in page.model.made.values()]
    assert job is not None
    assert (job.request.ratio, job.request.n, job.request.clarity) == ("16:9", 2, 2048)
    assert (job.author.name, job.author.guest) == ("Ada", False)
    assert answer.created == int(job.finished_at.timestamp()) if job.finished_at else False
    page.client.cookie_jar.clear()
    for picture in answer.data:
        for headers in ({}, {"Host": "easel:8080"}):  # a container reaches it by a name of its own
            async with page.client.get(picture.url, headers=headers) as response:
                assert (response.status, response.content_type) == (200, "image/png")
    async with page.client.get(picture.url.partition("?")[0]) as response:
        assert response.status == 401
    async with page.client.get(picture.url[:-1] + "-", headers={"Host": "easel:8080"}) as response:
        assert response.status == 403


async def test_pictures_within_the_answer(page: Site, client: openai.AsyncOpenAI) -> None:
    answer = await draw(page, client, response_format="b64_json")
    data = base64.b64decode(answer.data[0].b64_json)
    assert data.startswith(PICTURE[:8])
    assert answer.data[0].url is None


async def test_they_count_and_show_like_any_other(page: Site, client: openai.AsyncOpenAI) -> None:
    await draw(page, client, n=3)
    bearer = {"Authorization": f"Bearer {client.api_key}"}
    _, usage = await page.get("/api/usage", headers=bearer)
    assert "3" in str(usage)
    _, history = await page.get("/api/history", headers=bearer)
    assert [message["job"]["prompt"] for message in history["messages"]] == [PROMPT]


async def test_a_limit_is_told_at_once_and_not_asked_again(page: Site) -> None:
    page.limits = Limits()
    async with client_with(page, await token_of(page), max_retries=5) as client:
        for _ in range(12):
            await draw(page, client, n=4)
        with pytest.raises(openai.RateLimitError) as refused:
            await draw(page, client, n=4)
    assert refused.value.response.headers["x-should-retry"] == "false"
    assert "retry-after" in refused.value.response.headers
    error: Any = refused.value.body
    assert (error["code"], error["type"], error["param"]) == ("limit-daily", "rate_limit_error", None)
    assert "2 " in error["message"]
    assert len(page.model.made) == 12


@pytest.mark.parametrize(
    ("body", "parameter"),
    [
        ({"prompt": " "}, "prompt"),
        ({"n": 5}, "n"),
        ({"n": 0}, "n"),
        ({"size": "1024"}, "size"),
        ({"size": "5000x5000"}, "size"),
        ({"size": "2560x1080"}, "size"),
        ({"size": "0x0"}, "size"),
        ({"response_format": "jpeg"}, "response_format"),
        ({"extra_body": {"stream": True}}, "stream"),
    ],
)
async def test_what_cannot_be_taken_names_its_parameter(
    page: Site, client: openai.AsyncOpenAI, body: dict[str, Any], parameter: str
) -> None:
    with pytest.raises(openai.BadRequestError) as refused:
        await draw(page, client, **body)
    error: Any = refused.value.body
    assert (error["param"], error["type"]) == (parameter, "invalid_request_error")
    assert error["message"].endswith((".", "。"))
    assert page.model.made == {}


@pytest.mark.parametrize("prompt", ["ratio:17:9 a fox", "{a|b} fox", "x" * 2001])
async def test_what_the_grammar_refuses_costs_nothing(page: Site, client: openai.AsyncOpenAI, prompt: str) -> None:
    with pytest.raises(openai.APIStatusError) as refused:
        await draw(page, client, prompt=prompt)
    error: Any = refused.value.body
    assert refused.value.status_code in {400, 403}
    assert error["message"]
    assert page.model.made == {}


@pytest.mark.parametrize("token", ["wrong", "easel_wrong"])
async def test_nobody_else_comes_in(page: Site, token: str) -> None:
    async with client_with(page, token) as client:
        with pytest.raises(openai.AuthenticationError) as refused:
            await draw(page, client)
        error: Any = refused.value.body
        assert (error["type"], error["code"]) == ("authentication_error", "wrong-token")
        with pytest.raises(openai.AuthenticationError):
            await client.models.list()
    async with page.client.post(f"{page.server.url}/v1/images/generations", json={"prompt": PROMPT}) as response:
        assert (response.status, (await response.json())["error"]["code"]) == (401, "sign-in")


async def test_a_browser_s_cookie_is_no_token(page: Site) -> None:
    await page.sign_in(TOKEN)
    for path in ("/v1/models", f"/v1/models/{MODEL}"):
        assert (await page.get(path))[0] == 401
    assert (await page.post("/v1/images/generations", {"prompt": PROMPT}))[0] == 401


async def test_models(page: Site, client: openai.AsyncOpenAI) -> None:
    assert [model.id async for model in client.models.list()] == [MODEL]
    assert (await client.models.retrieve(MODEL)).id == MODEL
    with pytest.raises(openai.NotFoundError):
        await client.models.retrieve("dall-e-3")


async def test_the_same_body_joins_what_runs_and_orders_again_afterwards(
    page: Site, client: openai.AsyncOpenAI
) -> None:
    bodies = [client.images.generate(prompt=PROMPT) for _ in range(3)]
    answers = await page.clock.until(asyncio.gather(*bodies), real_seconds=20)
    assert len({str(answer.data) for answer in answers}) == 1
    assert len(page.model.made) == 1
    await draw(page, client)
    await draw(page, client)
    assert len(page.model.made) == 3
    await draw(page, client, n=2)
    assert len(page.model.made) == 4


async def test_another_person_s_same_body_is_another_order(page: Site, client: openai.AsyncOpenAI) -> None:
    async with client_with(page, await token_of(page, "Bob")) as other:
        bodies = [one.images.generate(prompt=PROMPT) for one in (client, other)]
        await page.clock.until(asyncio.gather(*bodies), real_seconds=20)
    assert len(page.model.made) == 2


async def test_the_client_s_own_retries_join(page: Site) -> None:
    """It gives up waiting, asks again by itself, and is given what the first of its requests ordered."""
    page.model.draws_for = 30
    async with client_with(page, await token_of(page), max_retries=1, timeout=0.4) as client:
        with pytest.raises(openai.APITimeoutError):
            await client.images.generate(prompt=PROMPT)
    assert len(page.model.made) <= 1
    async with client_with(page, await token_of(page)) as client:
        await draw(page, client)  # the same body while it runs
        assert len(page.model.made) == 1
        retry = {"X-Stainless-Retry-Count": "1"}
        await draw(page, client, extra_headers=retry)  # it ended between two tries
        assert len(page.model.made) == 1
        await page.clock.advance(16 * 60)
        await draw(page, client, extra_headers=retry)
        assert len(page.model.made) == 2


async def test_the_same_body_joins_after_a_restart(site: Site) -> None:
    site.model.draws_for = 30
    async with site.open(token=TOKEN) as page:
        token = await token_of(page)
        async with client_with(page, token, timeout=0.4) as client:
            with pytest.raises(openai.APITimeoutError):
                await client.images.generate(prompt=PROMPT)
    async with site.open(token=TOKEN) as page, client_with(page, token) as client:
        await draw(page, client)
        assert len(site.model.made) == 1


async def test_a_key_orders_once_for_good(page: Site, client: openai.AsyncOpenAI) -> None:
    key = {"Idempotency-Key": "8e03978e-40d5-43e8-bc93-6894a57f9324"}
    first = await draw(page, client, extra_headers=key)
    again = await draw(page, client, extra_headers=key)
    assert first.data[0].url == again.data[0].url
    assert len(page.model.made) == 1
    with pytest.raises(openai.UnprocessableEntityError):
        await draw(page, client, prompt="a dog", extra_headers=key)
    other = {"Idempotency-Key": "another"}
    await draw(page, client, extra_headers=other)
    assert len(page.model.made) == 2


async def test_a_deleted_result_is_drawn_again(page: Site, client: openai.AsyncOpenAI) -> None:
    await draw(page, client)
    (made,) = page.model.made.values()
    bearer = {"Authorization": f"Bearer {client.api_key}"}
    assert (await page.post(f"/api/jobs/{made.job_id}/delete", headers=bearer))[0] == 200
    await draw(page, client)
    assert len(page.model.made) == 2


async def test_what_the_provider_rejects_is_not_asked_again(page: Site) -> None:
    page.model.submits.append(ModelRejected("words that it does not like"))
    async with client_with(page, await token_of(page), max_retries=5) as client:
        with pytest.raises(openai.BadRequestError) as refused:
            await draw(page, client)
    error: Any = refused.value.body
    assert error["code"] == "rejected"
    assert "words that it does not like" in error["message"]


async def test_a_cancelled_request_ends_the_wait(page: Site, client: openai.AsyncOpenAI) -> None:
    page.model.draws_for = 300
    asking = asyncio.create_task(client.images.generate(prompt=PROMPT))

    async def ordered() -> None:
        while not page.model.made:
            await page.clock.sleep(0.1)

    await page.clock.until(ordered())
    (made,) = page.model.made.values()
    bearer = {"Authorization": f"Bearer {client.api_key}"}
    assert (await page.post(f"/api/jobs/{made.job_id}/cancel", headers=bearer))[0] == 200
    with pytest.raises(openai.ConflictError) as refused:
        await page.clock.until(asking, real_seconds=20)
    assert refused.value.response.headers["x-should-retry"] == "false"


@pytest.mark.parametrize(
    ("size", "ratio", "clarity"),
    [
        (None, None, None),
        ("auto", None, None),
        ("256x256", "1:1", 1024),
        ("1024x1024", "1:1", 1024),
        ("1792x1024", "16:9", 2048),
        ("1024x1792", "9:16", 2048),
        ("1536x1024", "4:3", 2048),
        ("1024x1536", "3:4", 2048),
        ("2048x2048", "1:1", 2048),
        ("4096x4096", "1:1", 4096),
        ("3840x2160", "16:9", 4096),
        ("1280x640", "16:9", 1024),
    ],
)
def test_sizes(size: str | None, ratio: str | None, clarity: int | None) -> None:
    assert read_size(size) == (ratio, clarity)
