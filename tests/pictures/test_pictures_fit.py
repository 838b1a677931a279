from __future__ import annotations

import asyncio
import functools
import threading
import time
from dataclasses import replace
from itertools import groupby
from typing import Any

import pytest
from PIL import ExifTags, Image

from bot.domain.errors import PictureBroken
from bot.domain.job import StoredPicture
from bot.domain.ports import PictureReader, PictureStore
from bot.pictures import fit as fit_module
from bot.pictures import ladder
from bot.pictures.fit import AT_ONCE, PictureFitter, PictureGone
from bot.pictures.keys import thumbnail_key
from bot.pictures.label import AiLabel, save_labelled
from bot.pictures.ladder import JPEG_RUNGS, RUNGS, SMALLEST_BUDGET, Rung, fit, shares
from bot.pictures.overlay import Overlay
from tests.fakes.pictures import Format, decoded, encoded, noise, noisy_png, smooth, stored

LABEL = AiLabel(produce_id="0123456789ab-1")
JOB = "0123456789ab"
MIB = 1024 * 1024


@pytest.fixture
def fitter(store: PictureStore) -> PictureFitter:
    return PictureFitter(store)


async def _keep(store: PictureStore, key: str, data: bytes) -> StoredPicture:
    await store.put(key, data)
    return stored(key, data)


def test_it_is_a_picture_reader(fitter: PictureFitter) -> None:
    reader: PictureReader = fitter
    assert reader is fitter


@pytest.mark.parametrize(("file_format", "extension"), [("PNG", "png"), ("JPEG", "jpg"), ("WEBP", "webp")])
async def test_what_fits_keeps_its_format_and_every_pixel(
    store: PictureStore, fitter: PictureFitter, file_format: Format, extension: str
) -> None:
    data = encoded(noise(64, 48), file_format)
    picture = await _keep(store, f"{JOB}/1", data)
    (fitted,) = await fitter.fitted([picture], job_id=JOB, per_file=MIB, together=MIB, webp=True)
    assert fitted.name == f"easel-{JOB}-1.{extension}"
    assert (fitted.width, fitted.height, fitted.media_type) == (64, 48, picture.media_type)
    assert not fitted.reduced
    assert decoded(fitted.data).tobytes() == decoded(data).tobytes()
    assert b"trainedAlgorithmicMedia" in fitted.data
    assert f"{JOB}-1".encode() in fitted.data
    assert await fitter.original(picture) == data


@pytest.mark.parametrize("file_format", ["AVIF", "GIF"])
@pytest.mark.parametrize("overlay", [None, Overlay()])
async def test_what_not_every_chat_shows_is_posted_and_downloaded_as_png(
    store: PictureStore, file_format: Format, overlay: Overlay | None
) -> None:
    fitter = PictureFitter(store, overlay=overlay)
    data = encoded(smooth(64, 48), file_format)
    picture = await _keep(store, "1", data)
    for webp in (True, False):
        (fitted,) = await fitter.fitted([picture], job_id=JOB, per_file=MIB, together=MIB, webp=webp)
        assert (fitted.name, fitted.media_type, fitted.reduced) == (f"easel-{JOB}-1.png", "image/png", False)
        assert b"trainedAlgorithmicMedia" in fitted.data
    downloaded = await fitter.labelled(picture, job_id=JOB, index=1)
    assert decoded(downloaded).format == "PNG"
    if overlay is None:
        assert decoded(downloaded).convert("RGB").tobytes() == decoded(data).convert("RGB").tobytes()
    assert await fitter.original(picture) == data
    assert decoded(await fitter.thumbnail(picture, job_id=JOB, index=1)).format == "WEBP"


@pytest.mark.parametrize("file_format", ["AVIF", "GIF"])
async def test_what_is_too_large_as_png_goes_down_the_ladder(
    store: PictureStore, fitter: PictureFitter, file_format: Format
) -> None:
    picture = await _keep(store, "1", encoded(noise(400, 400), file_format))
    (fitted,) = await fitter.fitted([picture], job_id=JOB, per_file=100_000, together=MIB, webp=False)
    assert (fitted.media_type, fitted.reduced) == ("image/jpeg", True)
    assert len(fitted.data) <= 100_000


async def test_a_jpeg_with_a_second_picture_stays_what_it_is(store: PictureStore, fitter: PictureFitter) -> None:
    first = smooth(64, 48)
    data = encoded(first, "MPO", save_all=True, append_images=[noise(64, 48)])
    picture = await _keep(store, "1", data)
    (fitted,) = await fitter.fitted([picture], job_id=JOB, per_file=MIB, together=MIB, webp=True)
    assert (fitted.name, fitted.media_type, fitted.reduced) == (f"easel-{JOB}-1.jpg", "image/jpeg", False)
    assert decoded(fitted.data).tobytes() == decoded(data).tobytes()
    assert b"trainedAlgorithmicMedia" in fitted.data


async def test_a_webp_becomes_a_jpeg_where_webp_is_not_wanted(store: PictureStore, fitter: PictureFitter) -> None:
    picture = await _keep(store, "1", encoded(smooth(64, 48), "WEBP"))
    (fitted,) = await fitter.fitted([picture], job_id=JOB, per_file=MIB, together=MIB, webp=False)
    assert fitted.name == f"easel-{JOB}-1.jpg"
    assert fitted.media_type == "image/jpeg"
    assert fitted.reduced
    assert decoded(fitted.data).format == "JPEG"


def _rung_sizes(data: bytes, *, webp: bool) -> list[tuple[int, tuple[int, int]]]:
    """How large the file is on each rung, found by asking for one byte less than the rung before."""
    found: list[tuple[int, tuple[int, int]]] = []
    budget = len(data) - 1
    while True:
        try:
            fitted = fit(data, budget, LABEL, webp=webp)
        except ValueError:
            return found
        assert len(fitted.data) <= budget
        assert fitted.reduced
        assert (fitted.width, fitted.height) == decoded(fitted.data).size
        found.append((len(fitted.data), decoded(fitted.data).size))
        budget = len(fitted.data) - 1


@pytest.mark.parametrize("webp", [True, False])
def test_the_ladder_goes_down_one_rung_at_a_time(monkeypatch: pytest.MonkeyPatch, *, webp: bool) -> None:
    # The same ladder in miniature: a 256 pixel picture for a 4096 pixel one.
    for name, rungs in (("RUNGS", RUNGS), ("JPEG_RUNGS", JPEG_RUNGS)):
        small = tuple(replace(rung, longest=rung.longest and rung.longest // 16) for rung in rungs)
        monkeypatch.setattr(ladder, name, small)
    monkeypatch.setattr(ladder, "_SMALLEST_LONGEST", 8)
    sizes = [size for _, size in _rung_sizes(noisy_png(256, 192), webp=webp)]
    assert [size for size, _ in groupby(sizes)] == [(256, 192), (128, 96), (96, 72), (48, 36), (24, 18), (12, 9)]
    assert sizes.count((256, 192)) >= (4 if webp else 12)  # of noise the best JPEG is larger than its PNG


def test_the_rungs_are_the_promised_ones() -> None:
    for rungs, best in ((RUNGS, 98), (JPEG_RUNGS, 100)):
        assert rungs[0] == Rung(None, best)
        assert all(rung.quality >= 80 for rung in rungs)
        assert not any(rung.halved for rung in rungs if rung.longest is not None), "fewer pixels have all their colours"
        for longest in (None, 2048, 1536):
            steps = [(rung.halved, -rung.quality) for rung in rungs if rung.longest == longest]
            assert steps == sorted(steps)
    four = [None] * 4
    assert [rung.longest for rung in ladder._steps(4096, RUNGS)] == [*four, 2048, 2048, 1536, 1536, 768, 384, 192, 96]
    assert [rung.longest for rung in ladder._steps(2048, RUNGS)] == [*four, 1536, 1536, 768, 384, 192, 96]
    assert [rung.longest for rung in ladder._steps(1024, RUNGS)] == [*four, 512, 256, 128]


def grainy(side: int) -> Image.Image:
    """Soft forms, more grain to the right: tiles must come from all over it."""
    soft = noise(side // 64, side // 64).resize((side, side), Image.Resampling.BICUBIC)
    grain = Image.effect_noise((side, side), 40).convert("RGB")
    return Image.composite(
        Image.blend(soft, grain, 0.15), soft, Image.linear_gradient("L").rotate(90).resize(soft.size)
    )


@functools.cache
def grainy_png(side: int) -> bytes:
    return encoded(grainy(side), compress_level=1)


@pytest.mark.parametrize("share", [0.6, 0.4, 0.2, 0.1])
def test_what_has_to_be_smaller_takes_up_most_of_its_budget(share: float) -> None:
    data = grainy_png(2048)
    budget = int(share * len(data))
    fitted = fit(data, budget, LABEL, webp=True)
    assert (fitted.media_type, fitted.width) == ("image/jpeg", 2048)
    assert 0.7 * budget < len(fitted.data) <= budget


def test_the_tiles_spare_the_encoder_what_will_not_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    encodings: list[int] = []
    real = save_labelled

    def watched(image: Image.Image, *args: Any, **how: Any) -> bytes:
        encodings.append(how["quality"])
        return real(image, *args, **how)

    monkeypatch.setattr(ladder, "save_labelled", watched)
    data = grainy_png(2048)
    fit(data, len(data) // 5, LABEL, webp=True)
    assert len(encodings) <= 2


@pytest.mark.parametrize(
    ("mode", "side", "expected"),
    [("RGB", 1024, "image/jpeg"), ("RGB", 256, "image/webp"), ("RGBA", 1024, "image/webp")],
)
def test_what_is_large_and_opaque_is_reduced_as_jpeg(mode: str, side: int, expected: str) -> None:
    data = encoded(noise(side, side, mode=mode), "PNG", compress_level=0)
    assert fit(data, len(data) - 1, LABEL, webp=True).media_type == expected


def test_an_alpha_channel_without_a_transparent_pixel_counts_as_opaque() -> None:
    image = noise(1024, 1024).convert("RGBA")
    data = encoded(image, "PNG", compress_level=0)
    assert fit(data, len(data) - 1, LABEL, webp=True).media_type == "image/jpeg"


@pytest.mark.parametrize("webp", [True, False])
@pytest.mark.parametrize("size", [(1024, 1024), (1536, 256), (97, 96)])
def test_fifty_kibibytes_are_enough_for_anything(size: tuple[int, int], *, webp: bool) -> None:
    fitted = fit(noisy_png(*size), SMALLEST_BUDGET, LABEL, webp=webp)
    assert len(fitted.data) <= SMALLEST_BUDGET
    assert fitted.width / fitted.height == pytest.approx(size[0] / size[1], rel=0.02)


@pytest.mark.parametrize("budget", [0, 100, 1000, -5])
def test_a_budget_for_nothing_is_a_clear_error(budget: int) -> None:
    with pytest.raises(ValueError, match=f"no picture fits {budget} bytes; {SMALLEST_BUDGET} are always enough"):
        fit(noisy_png(64, 64), budget, LABEL, webp=True)


def test_a_picture_is_decoded_once_however_far_down_it_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[bytes] = []
    real = ladder.decoded

    def counting(data: bytes, *, about: tuple[int, int] | None = None) -> Image.Image:
        calls.append(data)
        return real(data, about=about)

    monkeypatch.setattr(ladder, "decoded", counting)
    fit(noisy_png(512, 512), 12_000, LABEL, webp=True)
    assert len(calls) == 1


@pytest.mark.parametrize("budget", [MIB, 20_000])
def test_a_jpeg_shows_transparency_as_white(budget: int) -> None:
    clear = noise(256, 256, mode="RGBA")
    clear.paste((255, 0, 0, 0), (0, 0, 128, 256))
    fitted = fit(encoded(clear, "WEBP", lossless=True), budget, LABEL, webp=False)
    image = decoded(fitted.data)
    assert image.mode == "RGB"
    assert min(minimum for minimum, _ in image.crop((0, 0, image.width // 4, image.height)).getextrema()) > 240  # type: ignore[misc]  # three bands, so three pairs


def test_webp_keeps_transparency() -> None:
    data = encoded(noise(128, 128, mode="RGBA"), "PNG", compress_level=0)
    assert decoded(fit(data, len(data) - 1, LABEL, webp=True).data).mode == "RGBA"


@pytest.mark.parametrize(
    ("mode", "expected"),
    [("L", "RGB"), ("1", "RGB"), ("I;16", "RGB"), ("P", "RGB"), ("CMYK", "RGB"), ("LA", "RGBA"), ("RGBA", "RGBA")],
)
def test_every_mode_can_be_made_smaller(mode: str, expected: str) -> None:
    image = smooth(200, 100).convert("L" if mode == "I;16" else "RGB").convert(mode)
    data = encoded(image, "JPEG" if mode == "CMYK" else "PNG")
    small = decoded(ladder.thumbnail(data, 64, LABEL))
    assert small.size == (64, 32)
    # A wholly opaque picture needs no alpha, and the encoder leaves it out.
    assert small.mode in {"RGB", expected}


def test_a_reduced_picture_stands_upright() -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    data = encoded(noise(80, 40), "PNG", exif=exif, compress_level=0)
    fitted = fit(data, len(data) - 1, LABEL, webp=True)
    assert (fitted.width, fitted.height) == decoded(fitted.data).size == (40, 80)
    assert ExifTags.Base.Orientation not in decoded(fitted.data).getexif()


# 4096² of grain takes seconds, so it is a quarter of the pixels and of the room.
@pytest.mark.parametrize("webp", [True, False])
async def test_the_noisiest_photograph_fits_a_quarter_of_a_discord_request(
    store: PictureStore, fitter: PictureFitter, *, webp: bool
) -> None:
    side, room = 2048, 25 * MIB // 16
    grain = Image.effect_noise((side, side), 20)
    data = encoded(Image.merge("RGB", [grain, grain.transpose(Image.Transpose.ROTATE_90), grain]), compress_level=0)
    assert len(data) > 7 * room
    picture = await _keep(store, "1", data)
    (fitted,) = await fitter.fitted([picture], job_id=JOB, per_file=20 * MIB, together=room, webp=webp)
    assert len(fitted.data) <= room
    assert fitted.reduced
    assert max(decoded(fitted.data).size) == side


@pytest.mark.parametrize("count", [1, 2, 3, 4])
@pytest.mark.parametrize("webp", [True, False])
async def test_together_they_stay_within_the_request(
    store: PictureStore, fitter: PictureFitter, count: int, *, webp: bool
) -> None:
    pictures = [await _keep(store, f"{number}", noisy_png(200, 150)) for number in range(count)]
    fitted = await fitter.fitted(pictures, job_id=JOB, per_file=80_000, together=160_000, webp=webp)
    extension = "webp" if webp else "jpg"
    assert [file.name for file in fitted] == [f"easel-{JOB}-{number}.{extension}" for number in range(1, count + 1)]
    assert all(len(file.data) <= 80_000 for file in fitted)
    assert sum(len(file.data) for file in fitted) <= 160_000
    assert all(f"{JOB}-{number}".encode() in file.data for number, file in enumerate(fitted, 1))


async def test_small_pictures_leave_their_room_to_the_large(store: PictureStore, fitter: PictureFitter) -> None:
    small = [await _keep(store, f"{number}", encoded(smooth(64, 64))) for number in range(3)]
    large = await _keep(store, "large", noisy_png(128, 128))
    together = large.size + 40_000  # an equal share would be a fraction of the large one
    fitted = await fitter.fitted([large, *small], job_id=JOB, per_file=MIB, together=together, webp=True)
    assert not any(file.reduced for file in fitted)
    assert sum(len(file.data) for file in fitted) <= together


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ([], []),
        ([50], [90]),
        ([500], [90]),
        ([500, 500, 500], [33, 33, 33]),
        ([10, 500], [49, 89]),
        ([500, 10, 20], [69, 33, 44]),
    ],
)
def test_shares(sizes: list[int], expected: list[int]) -> None:
    assert shares(sizes, per_file=90, together=100) == expected


async def test_a_truncated_original_is_broken(store: PictureStore, fitter: PictureFitter) -> None:
    whole = noisy_png(100, 100)
    picture = await _keep(store, "1", whole)
    await store.put("1", whole[:-1000])
    with pytest.raises(PictureBroken):
        await fitter.original(picture)
    for per_file in (MIB, 10_000):
        with pytest.raises(PictureBroken):
            await fitter.fitted([picture], job_id=JOB, per_file=per_file, together=MIB, webp=True)
    with pytest.raises(PictureBroken):
        await fitter.thumbnail(picture, job_id=JOB, index=1)


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "WEBP"])
async def test_one_that_was_kept_truncated_is_broken_too(
    store: PictureStore, fitter: PictureFitter, file_format: Format
) -> None:
    data = encoded(noise(100, 100), file_format)
    half = data[: len(data) // 2]
    await store.put("1", half)
    picture = replace(stored("1", data), size=len(half))
    for per_file in (MIB, 3000):
        with pytest.raises(PictureBroken):
            await fitter.fitted([picture], job_id=JOB, per_file=per_file, together=MIB, webp=True)


async def test_one_that_is_gone_says_so(store: PictureStore, fitter: PictureFitter) -> None:
    picture = await _keep(store, "1", noisy_png(10, 10))
    await store.delete(["1"])
    with pytest.raises(PictureGone, match=r"^the picture 1 is no longer kept$"):
        await fitter.fitted([picture, picture], job_id=JOB, per_file=MIB, together=MIB, webp=True)
    with pytest.raises(KeyError):
        await fitter.original(picture)


async def test_a_download_is_the_original_with_its_label(store: PictureStore, fitter: PictureFitter) -> None:
    data = noisy_png(30, 20)
    picture = await _keep(store, "1", data)
    labelled = await fitter.labelled(picture, job_id=JOB, index=2)
    assert decoded(labelled).tobytes() == decoded(data).tobytes()
    assert f"{JOB}-2".encode() in labelled


async def test_the_loop_goes_on_while_pictures_are_made(store: PictureStore, fitter: PictureFitter) -> None:
    pictures = [await _keep(store, f"{number}", noisy_png(700, 700)) for number in range(2)]
    longest = 0.0
    done = asyncio.Event()

    async def beat() -> None:
        nonlocal longest
        while not done.is_set():
            before = time.monotonic()
            await asyncio.sleep(0.005)
            longest = max(longest, time.monotonic() - before)

    began = time.monotonic()
    heart = asyncio.create_task(beat())
    await fitter.fitted(pictures, job_id=JOB, per_file=200_000, together=MIB, webp=True)
    took = time.monotonic() - began
    done.set()
    await heart
    assert longest < max(0.1, took / 2)


async def test_only_so_many_are_made_at_once(
    store: PictureStore, fitter: PictureFitter, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = threading.Lock()
    running = most = 0
    real = fit

    def watched(data: bytes, budget: int, label: AiLabel, *, webp: bool, overlay: Overlay | None) -> ladder.Fitted:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.02)
        try:
            return real(data, budget, label, webp=webp, overlay=overlay)
        finally:
            with lock:
                running -= 1

    monkeypatch.setattr(fit_module, "fit", watched)
    pictures = [await _keep(store, f"{number}", noisy_png(20, 20)) for number in range(4)]
    await fitter.fitted(pictures, job_id=JOB, per_file=MIB, together=MIB, webp=True)
    assert most == AT_ONCE


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "WEBP"])
async def test_a_thumbnail_is_small_labelled_and_made_once(
    store: PictureStore, fitter: PictureFitter, file_format: Format
) -> None:
    picture = await _keep(store, "job/1", encoded(smooth(1200, 600), file_format))
    small = await fitter.thumbnail(picture, job_id=JOB, index=1)
    assert decoded(small).size == (1024, 512)
    assert decoded(small).format == "WEBP"
    assert b"trainedAlgorithmicMedia" in small
    await store.put(thumbnail_key("job/1"), b"kept")
    assert await fitter.thumbnail(picture, job_id=JOB, index=1) == b"kept"
    await store.delete(["job/1"])
    with pytest.raises(PictureGone):
        await fitter.thumbnail(picture, job_id=JOB, index=1)


async def test_a_thumbnail_never_grows(store: PictureStore, fitter: PictureFitter) -> None:
    picture = await _keep(store, "1", encoded(smooth(100, 50)))
    assert decoded(await fitter.thumbnail(picture, job_id=JOB, index=1)).size == (100, 50)
