import asyncio
import io
import time
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bot.drawing import raster
from bot.drawing.lettering import clean, font_family, shorten, text_element, width
from bot.drawing.raster import DrawingError, Raster

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="200" height="60" font-family="{}">{}</svg>'


def drawn(data: bytes) -> Image.Image:
    with Image.open(io.BytesIO(data)) as image:
        image.load()
        return image


@pytest.mark.parametrize("text", ["Usage", "用量", "Łukasz"])
async def test_words_are_drawn(text: str) -> None:
    image = drawn(await Raster().png(SVG.format(font_family(), text_element(text, 10, 40, 24, fill="#000000"))))
    assert image.size == (400, 120)
    assert image.getbbox() is not None, "no font of the list is on this machine: apt install fonts-dejavu-core"


async def test_what_cannot_be_drawn_is_said() -> None:
    with pytest.raises(DrawingError, match="the drawing failed"):
        await Raster().png("<svg")


async def test_a_drawing_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(raster, "DEADLINE", 0.0)
    with pytest.raises(DrawingError, match="within"):
        await Raster().png(SVG.format(font_family(), ""))


async def test_the_event_loop_goes_on_meanwhile() -> None:
    longest = 0.0
    task = asyncio.create_task(Raster().png(SVG.format(font_family(), text_element("用量", 9, 40, 24, fill="red"))))
    while not task.done():
        began = time.perf_counter()
        await asyncio.sleep(0.001)
        longest = max(longest, time.perf_counter() - began)
    await task
    assert longest < 0.1


@given(st.text(st.characters(codec=None)))
def test_any_name_makes_well_formed_svg(name: str) -> None:
    element = text_element(clean(name), 0, 0, 12, fill="#000")
    assert ET.fromstring(element).text in {clean(name), None}  # noqa: S314 - what we made ourselves


@given(st.text(), st.floats(30, 500))
def test_what_is_shortened_fits(text: str, most: float) -> None:
    cut = shorten(text, 16, most)
    assert width(cut.removesuffix("…"), 16) <= most
    assert cut == text or cut.endswith("…")


def test_names_are_cleaned() -> None:
    assert clean(" a\u202eb\x00 \n c🔥 ") == "ab c"
    assert clean("🔥🔥") == ""
    assert clean("<王 & 'x'>") == "<王 & 'x'>"
