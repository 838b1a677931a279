"""The examples in the picker of styles: sketches that come with the page, and what the reader has drawn."""

from __future__ import annotations

import re

from bot.domain.style import STYLES
from tests.web.conftest import Site
from tests.web.test_web_presses import drawn

MOST_BYTES = 100_000  # of all sketches together


async def test_every_built_in_style_has_a_small_sketch(page: Site) -> None:
    async with page.client.get(page.server.url) as response:
        root = re.findall(r'src="(/static/[^"]+/)app.js"', await response.text())[0]
    together = 0
    for style in STYLES:
        async with page.client.get(f"{page.server.url}{root}styles/{style}.webp") as response:
            assert response.status == 200, f"{style}: `make examples` draws it"
            assert response.headers["Content-Type"] == "image/webp"
            assert "immutable" in response.headers["Cache-Control"]
            together += len(await response.read())
    assert together < MOST_BYTES


async def examples(page: Site) -> dict[str, str]:
    status, answer = await page.get("/api/styles")
    assert status == 200
    return {style: picture["url"] for style, picture in answer["examples"].items()}


async def test_ones_own_newest_picture_in_a_style_is_its_example(page: Site) -> None:
    assert await examples(page) == {}
    ids = []
    for text in ("a fox style:ink", "a hen style:ink n:2", "a cow style:oil", "a goat"):
        ids.append(await drawn(page, text))
        page.clock.jump(60)
    first, second, painted, _ = ids
    assert await examples(page) == {"ink": f"/pictures/{second}/1", "oil": f"/pictures/{painted}/1"}
    await page.post(f"/api/jobs/{first}/star")
    assert (await examples(page))["ink"] == f"/pictures/{first}/1"  # chosen, so it comes before what is newer
    await page.post(f"/api/jobs/{painted}/spoiler", {"hidden": True})
    assert await examples(page) == {"ink": f"/pictures/{first}/1"}


async def test_other_peoples_pictures_are_nobodys_example(site: Site) -> None:
    token = "a long random text of the operator"
    async with site.open(token=token) as page:
        await page.sign_in(token)
        job_id = await drawn(page, "a fox style:ink")
        mine = await examples(page)
        assert mine == {"ink": f"/pictures/{job_id}/1"}
        page.client.cookie_jar.clear()
        await page.sign_in(token)
        await page.post(f"/api/jobs/{job_id}/star")
        assert await examples(page) == {}
