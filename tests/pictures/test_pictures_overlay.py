"""The label that is drawn on the picture itself."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from bot.domain.job import StoredPicture
from bot.domain.ports import PictureStore
from bot.pictures.fit import PictureFitter
from bot.pictures.overlay import Overlay
from tests.fakes.pictures import Format, decoded, encoded, stored

JOB = "0123456789ab"
MIB = 1024 * 1024


async def _keep(store: PictureStore, data: bytes) -> StoredPicture:
    await store.put("job/1", data)
    return stored("job/1", data)


async def test_the_visible_label_is_drawn_in_the_corner(store: PictureStore) -> None:
    picture = await _keep(store, encoded(Image.new("RGB", (600, 400), "green")))
    fitter = PictureFitter(store, overlay=Overlay())
    (fitted,) = await fitter.fitted([picture], job_id=JOB, per_file=MIB, together=MIB, webp=True)
    assert (fitted.media_type, fitted.reduced) == ("image/png", False)
    image = decoded(fitted.data)
    assert image.size == (600, 400)
    bright = image.convert("L").point(lambda value: 255 if value > 200 else 0).getbbox()
    assert bright is not None
    left, top, right, bottom = bright
    assert bottom - top >= 0.05 * 400
    assert left > 300
    assert top > 300
    assert right < 600
    assert bottom < 400


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "WEBP"])
async def test_the_visible_label_is_on_downloads_and_previews_too(store: PictureStore, file_format: Format) -> None:
    picture = await _keep(store, encoded(Image.new("RGB", (600, 400), "green"), file_format))
    fitter = PictureFitter(store, overlay=Overlay())
    download = await fitter.labelled(picture, job_id=JOB, index=1)
    assert Image.open(io.BytesIO(download)).format == file_format
    for data in (download, await fitter.thumbnail(picture, job_id=JOB, index=1)):
        image = decoded(data).convert("L").point(lambda value: 255 if value > 200 else 0)
        bright = image.getbbox()
        assert bright is not None
        assert bright[0] > image.width // 2
        assert bright[1] > image.height * 3 // 4
    assert await store.get(picture.key) == await fitter.original(picture)


def test_a_label_that_is_too_long_for_the_picture_gets_smaller() -> None:
    drawn = Overlay(text="AI-generated, AI-generated").on(Image.new("RGB", (200, 300), "green"))
    bright = drawn.convert("L").point(lambda value: 255 if value > 200 else 0).getbbox()
    assert bright is not None
    assert 0 < bright[0] < bright[2] < 200


def test_a_font_that_is_not_there_is_said() -> None:
    with pytest.raises(OSError, match="resource"):
        Overlay(font=Path("/no/such/font.ttf")).on(Image.new("RGB", (100, 100)))
