import io

import pytest
from PIL import Image

from bot.domain.errors import PictureBroken
from bot.domain.ports import FittedPicture
from bot.drawing.raster import Raster
from bot.pictures.sheet import CELL, MOST_TILES, Cell, ContactSheets
from tests.fakes.pictures import encoded, noise, smooth

MUCH = 8 << 20


def flat(colour: str, width: int = 512, height: int = 288) -> bytes:
    return encoded(Image.new("RGB", (width, height), colour), "WEBP", lossless=True)


async def made(*tiles: Cell, columns: int | None = None, most_bytes: int = MUCH, webp: bool = True) -> FittedPicture:
    sheets = ContactSheets(Raster(), producer="Acme")
    return await sheets.make(
        tiles, name="easel-x-sheet", foot="AI-generated", columns=columns, most_bytes=most_bytes, webp=webp
    )


def opened(sheet: FittedPicture) -> Image.Image:
    with Image.open(io.BytesIO(sheet.data)) as image:
        image.load()
        return image


def darkest(image: Image.Image, box: tuple[int, int, int, int]) -> int:
    """Of one channel: 0 is black."""
    return next(level for level, count in enumerate(image.crop(box).histogram()) if count)


@pytest.mark.parametrize(("webp", "name", "media_type"), [(True, "webp", "image/webp"), (False, "jpg", "image/jpeg")])
async def test_tiles_stand_in_order(webp: bool, name: str, media_type: str) -> None:  # noqa: FBT001 - a parameter of the test
    colours = ["red", "lime", "blue", "yellow", "cyan"]
    sheet = await made(*(Cell(data=flat(colour), caption=colour) for colour in colours), webp=webp)
    assert (sheet.name, sheet.media_type) == (f"easel-x-sheet.{name}", media_type)
    image = opened(sheet).convert("RGB")
    assert image.size == (sheet.width, sheet.height)
    # Three across, two down.
    for index, colour in enumerate(colours):
        row, column = divmod(index, 3)
        x, y = 16 + column * (512 + 16) + 256, 16 + row * (288 + 52) + 144
        wanted = Image.new("RGB", (1, 1), colour).getpixel((0, 0))
        found = image.getpixel((x, y))
        assert isinstance(wanted, tuple)
        assert isinstance(found, tuple)
        assert all(abs(one - other) < 24 for one, other in zip(wanted, found, strict=True))


async def test_it_says_in_the_file_and_on_the_sheet_that_it_is_generated() -> None:
    sheet = await made(Cell(data=flat("white"), caption=""))
    assert b"trainedAlgorithmicMedia" in sheet.data
    assert b"Acme" in sheet.data
    image = opened(sheet).convert("L")
    assert darkest(image, (0, image.height - 44, image.width, image.height)) < 140  # there are letters


async def test_captions_are_drawn_whatever_they_say() -> None:
    plain = opened(await made(Cell(data=flat("white")))).convert("L")
    worded = opened(await made(Cell(data=flat("white"), caption="<b>狐狸 & 🔥\x00"))).convert("L")
    strip = (60, 16 + 288, 500, 16 + 288 + 50)
    assert darkest(plain, strip) > 200
    assert darkest(worded, strip) < 100


async def test_a_gap_is_shown_as_one() -> None:
    image = opened(await made(Cell(data=flat("red")), Cell(data=None, caption="failed"), columns=2)).convert("RGB")
    pixel = image.getpixel((16 + 512 + 16 + 40, 40))
    assert isinstance(pixel, tuple)
    assert min(pixel) > 220


async def test_large_and_transparent_tiles_are_made_to_fit() -> None:
    big, clear = encoded(smooth(1500, 900)), encoded(smooth(300, 400, mode="RGBA"))
    sheet = await made(Cell(data=big), Cell(data=clear), columns=2)
    assert sheet.width == 16 + 2 * (CELL + 16)
    assert opened(sheet).mode == "RGB"


async def test_a_sheet_stays_within_its_bytes() -> None:
    tiles = [Cell(data=encoded(noise(512, 512, seed=seed), "WEBP")) for seed in range(2)]
    generous = await made(*tiles)
    tight = await made(*tiles, most_bytes=len(generous.data) * 3 // 4)
    assert len(tight.data) <= len(generous.data) * 3 // 4
    with pytest.raises(ValueError, match="does not fit"):
        await made(*tiles, most_bytes=1000)


@pytest.mark.parametrize("count", [0, MOST_TILES + 1])
async def test_how_many_tiles_there_may_be(count: int) -> None:
    with pytest.raises(ValueError, match="1 to 36"):
        await made(*[Cell(data=None)] * count)


async def test_a_broken_tile_is_said() -> None:
    with pytest.raises(PictureBroken):
        await made(Cell(data=flat("red")[:-200]))
    with pytest.raises(PictureBroken):
        await made(Cell(data=b"no picture"))
