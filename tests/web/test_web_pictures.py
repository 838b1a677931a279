from __future__ import annotations

import dataclasses
import io

import pytest
from PIL import Image

from bot.domain.job import Job, JobState, new_job_id
from bot.domain.people import Destination, Person
from bot.domain.request import ImageRequest
from tests.fakes.memory_picture_store import MemoryPictureStore
from tests.fakes.model import PICTURE
from tests.fakes.pictures import stored
from tests.web.conftest import LOCAL_SECRET, Site

TOKEN = "a long random text of the operator"
SECRET = {"Authorization": f"Bearer {LOCAL_SECRET}"}


async def drawn(page: Site, text: str = "a fox", headers: dict[str, str] | None = None) -> str:
    _, answer = await page.post("/api/commands", {"text": text}, headers=headers)
    job_id: str = answer["job"]["id"]
    await page.finished(job_id)
    return job_id


async def drawn_elsewhere(page: Site, platform: str = "fake", media_type: str = "image/png") -> Job:
    """A finished job that this page's engine knows nothing of."""
    request = ImageRequest(prompt="of a channel that guests of the page aren't in")
    job = Job(
        id=new_job_id(),
        author=Person(platform=platform, community_id="guild", user_id="ann", name="ann"),
        destination=Destination(platform=platform, community_id="guild", channel_id="general"),
        request=request,
        prompt_sent=request.prompt,
        created_at=page.clock.now(),
    )
    await page.store.add(job, page.limits)
    key = f"{job.id}/1.png"
    page.picture_store.kept[key] = PICTURE
    for state in (JobState.SUBMITTING, JobState.GENERATING, JobState.DELIVERING, JobState.DONE):
        changes = (
            {"pictures": (dataclasses.replace(stored(key, PICTURE), media_type=media_type),)}
            if state is JobState.DELIVERING
            else {}
        )
        job = await page.store.move(job, state, **changes)
    return await page.store.note(job.id, card_open=False)


async def test_a_picture_as_it_was_delivered_with_its_label(page: Site) -> None:
    job_id = await drawn(page)
    async with page.client.get(f"{page.server.url}/pictures/{job_id}/1") as response:
        assert response.status == 200
        assert response.headers["Content-Type"] == "image/png"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Cache-Control"] == "private, max-age=31536000, immutable"
        assert response.headers["Content-Disposition"] == f'inline; filename="easel-{job_id}-1.png"'
        data = await response.read()
    assert b"trainedAlgorithmicMedia" in data
    with Image.open(io.BytesIO(data)) as image:
        assert image.size == (64, 36)


async def test_a_download_has_a_name(page: Site) -> None:
    job_id = await drawn(page)
    async with page.client.get(f"{page.server.url}/pictures/{job_id}/1?download") as response:
        assert response.headers["Content-Disposition"] == f'attachment; filename="easel-{job_id}-1.png"'


async def test_a_small_one_for_the_grid(page: Site) -> None:
    job_id = await drawn(page)
    async with page.client.get(f"{page.server.url}/pictures/{job_id}/1?size=thumb") as response:
        assert response.headers["Content-Type"] == "image/webp"
        with Image.open(io.BytesIO(await response.read())) as image:
            assert image.format == "WEBP"


@pytest.mark.parametrize(
    "path",
    [
        "/pictures/000000000000/1",
        "/pictures/{}/0",
        "/pictures/{}/2",
        "/pictures/{}/-1",
        "/pictures/{}/1.png",
        "/pictures/{}/%2e%2e",
        "/pictures/..%2f..%2fetc%2fpasswd/1",
        "/pictures/%00/1",
        "/static/../config.py",
        "/static/..%2f..%2fconfig.py",
        "/static/x/app.js",
    ],
)
async def test_nothing_but_pictures(page: Site, path: str) -> None:
    status, answer = await page.get(path.format(await drawn(page)))
    assert (status, answer["error"]["code"]) == (404, "not-found")


async def test_a_deleted_picture_is_gone(page: Site) -> None:
    job_id = await drawn(page)
    await page.post(f"/api/jobs/{job_id}/delete")
    for query in ("", "?size=thumb"):
        assert (await page.get(f"/pictures/{job_id}/1{query}"))[0] == 404


async def test_a_file_that_was_lost_or_spoilt_is_a_404_too(page: Site) -> None:
    job_id = await drawn(page)
    key = next(iter(page.picture_store.kept))
    page.picture_store.kept[key] = page.picture_store.kept[key][:50]
    assert (await page.get(f"/pictures/{job_id}/1"))[0] == 404
    page.picture_store.kept.clear()
    assert (await page.get(f"/pictures/{job_id}/1"))[0] == 404


async def test_a_kind_that_is_no_picture_is_never_served(page: Site) -> None:
    job = await drawn_elsewhere(page, platform="web", media_type="text/html")
    assert (await page.get(f"/pictures/{job.id}/1"))[0] == 404


async def test_pictures_of_other_platforms_are_not_for_guests_of_the_page(page: Site) -> None:
    job = await drawn_elsewhere(page)
    assert (await page.get(f"/pictures/{job.id}/1"))[0] == 404
    assert (await page.get(f"/pictures/{job.id}/1", headers=SECRET))[0] == 404
    assert page.server.picture_link(job.id, 1) is None


async def test_the_terminal_s_pictures_are_for_this_machine_s_secret(page: Site) -> None:
    job_id = await drawn(page, headers=SECRET | {"X-Easel-Platform": "terminal"})
    assert (await page.get(f"/pictures/{job_id}/1"))[0] == 404
    async with page.client.get(f"{page.server.url}/pictures/{job_id}/1", headers=SECRET) as response:
        assert response.status == 200


async def test_a_signed_link_shows_one_picture_to_whoever_was_given_it(site: Site) -> None:
    async with site.open(token=TOKEN, public_url="https://easel.example.org") as page:
        job = await drawn_elsewhere(page)
        link = page.server.picture_link(job.id, 1)
        assert link is not None
        assert link.startswith(f"https://easel.example.org/pictures/{job.id}/1?key=")
        path = link.removeprefix("https://easel.example.org")
        host = {"Host": "easel.example.org", "Sec-Fetch-Site": "cross-site"}
        async with page.client.get(f"{page.server.url}{path}", headers=host) as response:
            assert response.status == 200
        assert (await page.get(f"/pictures/{job.id}/1?key=", headers=host))[0] == 401
        assert (await page.get(path[:-1] + ("0" if path[-1] != "0" else "1"), headers=host))[0] == 401
        assert (await page.get(path.replace("/1?", "/2?"), headers=host))[0] == 401
        await page.store.note(job.id, deleted_at=page.clock.now())
        assert (await page.get(path, headers=host))[0] == 404


async def test_a_picture_store_that_is_away_is_a_sentence(page: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    job_id = await drawn(page)

    async def away(_shelf: MemoryPictureStore, _key: str) -> bytes:
        raise OSError("connection refused")

    monkeypatch.setattr(MemoryPictureStore, "get", away)
    for size in ("", "?size=thumb"):
        status, answer = await page.get(f"/pictures/{job_id}/1{size}")
        assert (status, answer["error"]["code"]) == (503, "pictures-away")
