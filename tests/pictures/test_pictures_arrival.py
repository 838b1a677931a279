"""A picture on its way in: unpacked once, to verify it, to make it small and to make it fit."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import ExifTags, Image, PngImagePlugin

from bot.domain.errors import PictureBroken
from bot.domain.job import Job, JobState, StoredPicture, new_job_id
from bot.domain.people import Destination, Person
from bot.domain.ports import FittedPicture, Make, Room
from bot.domain.request import ImageRequest
from bot.pictures import arrivals as module
from bot.pictures import prepared as prepared_module
from bot.pictures.arrivals import ArrivingPictures
from bot.pictures.fit import PictureFitter, PictureGone
from bot.pictures.keys import thumbnail_key
from bot.pictures.ladder import Fitted, fit
from bot.pictures.prepared import PreparedFile
from bot.pictures.store import open_pictures
from bot.runtime.clock import SystemClock
from bot.seedream.decode import decoded as verified
from tests.fakes.pictures import Format, decoded, encoded, noise, smooth, stored


def job(platform: str = "web", series_id: str | None = None, n: int = 1) -> Job:
    request = ImageRequest(prompt="a fox", n=n)
    return Job(
        id=new_job_id(),
        author=Person(platform=platform, community_id="c", user_id="ann", name="ann"),
        destination=Destination(platform=platform, community_id="c", channel_id="general"),
        request=request,
        prompt_sent=request.prompt,
        series_id=series_id,
        created_at=SystemClock().now(),
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "pictures"


@pytest.fixture
def fitter(folder: Path) -> PictureFitter:
    return PictureFitter(open_pictures(f"file://{folder}"))


ROOM = Room(per_file=1_000_000, together=1_500_000, webp=True)  # for two pictures


@pytest.fixture
def arrivals(fitter: PictureFitter) -> ArrivingPictures:
    found = ArrivingPictures(fitter, small_on={"web"})
    found.rooms["discord"] = lambda _: ROOM
    return found


def maker(arrivals: ArrivingPictures, of: Job | None = None, index: int = 1) -> Make:
    found = arrivals.making(of or job(), index)
    assert found is not None
    return found


def files(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob("*.*")]


@pytest.fixture
def unpacked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every unpacking of a PNG's pixels, by Pillow or by zlib."""
    seen: list[str] = []

    def watched(real: Callable[..., Any], name: str) -> Callable[..., Any]:
        def call(*args: Any, **more: Any) -> Any:
            seen.append(name)
            return real(*args, **more)

        return call

    monkeypatch.setattr(
        PngImagePlugin.PngImageFile, "load_end", watched(PngImagePlugin.PngImageFile.load_end, "Pillow")
    )
    monkeypatch.setattr(zlib, "decompressobj", watched(zlib.decompressobj, "zlib"))
    return seen


async def test_a_png_is_unpacked_once_for_the_page(
    arrivals: ArrivingPictures, fitter: PictureFitter, folder: Path, unpacked: list[str]
) -> None:
    data, of = encoded(noise(1200, 600)), job()
    picture, kept = verified(data, maker(arrivals, of, 3)), stored(f"{of.id}/2.png", data)
    await arrivals.keep(kept, picture.made)
    shown = await fitter.thumbnail(kept, job_id=of.id, index=3)
    assert unpacked == ["Pillow"]
    assert (decoded(shown).size, decoded(shown).format) == ((1024, 512), "WEBP")
    assert b"trainedAlgorithmicMedia" in shown
    assert f"{of.id}-3".encode() in shown
    assert files(folder) == ["2.png.thumbnail.webp"]


async def test_a_png_is_unpacked_once_for_a_chat(
    arrivals: ArrivingPictures, fitter: PictureFitter, folder: Path, unpacked: list[str]
) -> None:
    of = job("discord", n=2)
    pictures = []
    for index in range(2):
        data = encoded(noise(800, 600, seed=index))
        pictures.append(stored(f"{of.id}/{index}.png", data))
        await open_pictures(f"file://{folder}").put(pictures[-1].key, data)
        await arrivals.keep(pictures[-1], verified(data, maker(arrivals, of, index + 1)).made)
    posted = await fitted(fitter, of, pictures)
    assert unpacked == ["Pillow"] * 2
    unpacked.clear()
    again = await fitted(fitter, of, pictures)
    assert unpacked == ["Pillow"] * 2, "each is given once, and made again from the original"
    assert [one.name for one in posted] == [one.name for one in again]
    for first, second in zip(posted, again, strict=True):
        assert first.reduced
        assert (first.data, first.media_type) == (second.data, second.media_type)


async def fitted(
    fitter: PictureFitter, of: Job, pictures: list[StoredPicture], room: Room = ROOM
) -> list[FittedPicture]:
    how = {"per_file": room.per_file, "together": room.together}
    return list(await fitter.fitted(pictures, job_id=of.id, webp=room.webp, **how))


@pytest.mark.parametrize(
    "otherwise",
    [
        Room(per_file=1_000_000, together=1_000_000, webp=True),  # refused as too large
        Room(per_file=1_500_000, together=3_000_000, webp=True),  # much more than was expected
        Room(per_file=1_000_000, together=1_500_000, webp=False),
    ],
)
async def test_what_is_posted_otherwise_is_made_again(
    arrivals: ArrivingPictures, fitter: PictureFitter, folder: Path, otherwise: Room
) -> None:
    of, data = job("discord", n=2), encoded(noise(800, 600))
    picture = stored(f"{of.id}/0.png", data)
    await open_pictures(f"file://{folder}").put(picture.key, data)
    await arrivals.keep(picture, verified(data, maker(arrivals, of)).made)
    found = await fitted(fitter, of, [picture] * 2, otherwise)
    expected = fit(data, otherwise.together * 99 // 200, fitter.label(of.id, 1), webp=otherwise.webp)
    assert found[0].data == expected.data


async def test_what_fits_is_left_alone(arrivals: ArrivingPictures, unpacked: list[str]) -> None:
    picture = verified(encoded(noise(400, 400)), maker(arrivals, job("discord")))
    assert picture.made is None
    assert unpacked == ["Pillow"]


async def test_what_nobody_posts_does_not_stay_for_ever(fitter: PictureFitter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepared_module, "_MOST", 2500)
    label, fit_ = (
        fitter.label("job", 1),
        Fitted(data=b"x" * 1000, width=1, height=1, media_type="image/jpeg", reduced=True),
    )
    file = PreparedFile(fitted=fit_, label=label, budget=1000, webp=True)
    for key in "abc":
        fitter.prepared.put(key, file)
    assert fitter.prepared.take("a", label, 1000, webp=True) is None
    assert fitter.prepared.take("b", label, 1000, webp=True) is fit_
    monkeypatch.setattr(prepared_module, "_SECONDS", 0)
    fitter.prepared.put("c", file)
    await asyncio.sleep(0.01)
    assert fitter.prepared.take("c", label, 1000, webp=True) is None


MODES: dict[Format, tuple[str, ...]] = {
    "PNG": ("RGB", "P", "RGBA", "I;16"),
    "JPEG": ("RGB", "CMYK"),
    "WEBP": ("RGB", "P", "RGBA", "CMYK", "I;16"),
    "AVIF": ("RGB", "P", "RGBA", "CMYK", "I;16"),
    "GIF": ("RGB", "P", "RGBA", "I;16"),
    "MPO": ("RGB", "CMYK"),
}


@pytest.mark.parametrize(("file_format", "mode"), [(name, mode) for name, modes in MODES.items() for mode in modes])
async def test_it_is_the_one_that_is_made_when_somebody_asks(
    arrivals: ArrivingPictures, fitter: PictureFitter, folder: Path, file_format: Format, mode: str
) -> None:
    turned = Image.Exif()
    turned[ExifTags.Base.Orientation] = 6
    image = smooth(600, 300).convert("L" if mode == "I;16" else "RGB").convert(mode)
    data = encoded(image, file_format, exif=turned)
    await open_pictures(f"file://{folder}").put("job/1", data)
    asked = await fitter.thumbnail(stored("job/1", data), job_id="job", index=1)
    await arrivals.keep(stored("job/2", data), verified(data, maker(arrivals)).made)
    small = await fitter.thumbnail(stored("job/2", data), job_id="job", index=2)
    assert decoded(small).size == decoded(asked).size
    if file_format == "PNG":  # a JPEG that is only made small is not decoded in full size
        assert decoded(small).tobytes() == decoded(asked).tobytes()


def test_what_is_broken_is_not_made_small(arrivals: ArrivingPictures, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "small_file", lambda *_, **__: pytest.fail("made small"))
    whole = encoded(noise(600, 400))
    for data in (whole[:-30], whole[: len(whole) // 2], b"<html>"):
        with pytest.raises(PictureBroken):
            verified(data, maker(arrivals))


def test_a_picture_that_can_not_be_made_small_is_a_picture(
    arrivals: ArrivingPictures, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object, **__: object) -> bytes:
        raise MemoryError

    monkeypatch.setattr(module, "small_file", failing)
    picture = verified(encoded(noise(600, 400)), maker(arrivals))
    assert (picture.width, picture.made) == (600, None)


def test_only_where_somebody_looks_at_small_ones(arrivals: ArrivingPictures) -> None:
    assert arrivals.making(job("terminal"), 1) is None
    assert arrivals.making(job("terminal", series_id="a sheet"), 1) is not None
    assert verified(encoded(noise(200, 256)), maker(arrivals)).made is None, "as small as a thumbnail already"
    assert arrivals.making(replace(job("discord"), state=JobState.CANCELLED), 1) is None, "kept, and not posted"


async def test_two_who_ask_at_once_have_the_same(fitter: PictureFitter, folder: Path, unpacked: list[str]) -> None:
    data = encoded(noise(600, 400))
    await open_pictures(f"file://{folder}").put("job/1.png", data)
    picture = stored("job/1.png", data)
    unpacked.clear()
    both = await asyncio.gather(*(fitter.thumbnail(picture, job_id="job", index=1) for _ in range(2)))
    assert both[0] == both[1]
    assert unpacked == ["Pillow"]


async def test_nothing_stays_of_a_picture_that_is_deleted_meanwhile(
    fitter: PictureFitter, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, data = open_pictures(f"file://{folder}"), encoded(noise(600, 400))
    await store.put("job/1.png", data)
    keep = fitter.keep_thumbnail

    async def late(*args: Any) -> None:
        await store.delete(["job/1.png"])
        await keep(*args)

    monkeypatch.setattr(fitter, "keep_thumbnail", late)
    with pytest.raises(PictureGone):
        await fitter.thumbnail(stored("job/1.png", data), job_id="job", index=1)
    assert files(folder) == []


async def test_it_goes_with_its_picture(fitter: PictureFitter, folder: Path) -> None:
    store, data = open_pictures(f"file://{folder}"), encoded(noise(600, 400))
    await store.put("job/1.png", data)
    await fitter.keep_thumbnail(stored("job/1.png", data), b"small")
    assert await store.get(thumbnail_key("job/1.png")) == b"small"
    await store.delete(["job/1.png"])
    assert files(folder) == []
