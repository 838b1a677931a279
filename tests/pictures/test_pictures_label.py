from __future__ import annotations

import io
import json
from typing import Any, Literal
from xml.etree import ElementTree as ET

import pytest
from PIL import ExifTags, Image, ImageCms, PngImagePlugin

from bot.domain.errors import PictureBroken
from bot.pictures import containers
from bot.pictures.label import SOURCE_TYPE, AiLabel, label_file, save_labelled
from tests.fakes.pictures import decoded, encoded, noise, smooth

Format = Literal["PNG", "JPEG", "WEBP"]
FORMATS: tuple[Format, ...] = ("PNG", "JPEG", "WEBP")
LABEL = AiLabel(produce_id="0123456789ab-1", producer='Studio <"Ä"> & 画室')
NS = {"iptc": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/", "tc260": "http://www.tc260.org.cn/ns/AIGC/1.0/"}


def _read(data: bytes) -> dict[str, Any]:
    """The label as any reader finds it: XMP, EXIF, and PNG's own text."""
    image = decoded(data)
    xmp = ET.fromstring(image.info["xmp"])  # noqa: S314 - our own
    comment = image.getexif().get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.UserComment]
    assert comment[:8] == b"ASCII\0\0\0"
    return {
        "source": xmp.findtext(".//iptc:DigitalSourceType", namespaces=NS),
        "xmp": json.loads(xmp.findtext(".//tc260:AIGC", "", NS)),
        "exif": json.loads(comment[8:])["AIGC"],
        "text": json.loads(image.info["AIGC"]) if image.format == "PNG" else None,
    }


def _assert_labelled(data: bytes, label: AiLabel = LABEL) -> None:
    found = _read(data)
    assert found["source"] == SOURCE_TYPE
    assert found["xmp"] == found["exif"] == label.fields()
    assert found["text"] in (None, label.fields())


def test_the_national_standard_wants_these_seven_strings() -> None:
    assert LABEL.fields() == {
        "Label": "1",
        "ContentProducer": LABEL.producer,
        "ProduceID": "0123456789ab-1",
        "ReservedCode1": "",
        "ContentPropagator": "",
        "PropagateID": "",
        "ReservedCode2": "",
    }


@pytest.mark.parametrize(
    ("file_format", "mode"), [("PNG", "RGB"), ("PNG", "RGBA"), ("JPEG", "RGB"), ("WEBP", "RGB"), ("WEBP", "RGBA")]
)
def test_whatever_is_encoded_is_labelled(file_format: Format, mode: str) -> None:
    data = save_labelled(smooth(40, 30, mode=mode), file_format, LABEL, quality=90)
    _assert_labelled(data)
    assert decoded(data).size == (40, 30)
    assert decoded(data).format == file_format
    assert decoded(data).mode == mode


CASES: dict[str, bytes] = {
    "png rgb": encoded(noise(33, 21), "PNG"),
    "png rgba": encoded(noise(33, 21, mode="RGBA"), "PNG"),
    "png palette": encoded(smooth(33, 21).quantize(16), "PNG"),
    "png grey": encoded(noise(33, 21, mode="L"), "PNG"),
    "jpeg": encoded(noise(33, 21), "JPEG", quality=95),
    "jpeg progressive": encoded(noise(33, 21), "JPEG", progressive=True),
    "jpeg grey": encoded(noise(33, 21, mode="L"), "JPEG"),
    "jpeg cmyk": encoded(noise(33, 21, mode="CMYK"), "JPEG"),
    "webp lossy": encoded(noise(33, 21), "WEBP"),
    "webp lossy alpha": encoded(noise(33, 21, mode="RGBA"), "WEBP"),
    "webp lossless": encoded(noise(33, 21), "WEBP", lossless=True),
    "webp lossless alpha": encoded(noise(33, 21, mode="RGBA"), "WEBP", lossless=True, exact=True),
    "webp extended": encoded(noise(33, 21), "WEBP", icc_profile=b"no real profile"),
    "webp with exif": encoded(noise(33, 21), "WEBP", exif=Image.Exif().tobytes(), xmp=b"<x/>"),
}


@pytest.mark.parametrize("name", CASES)
def test_labelling_a_file_leaves_every_pixel_as_it_was(name: str) -> None:
    before = CASES[name]
    after = label_file(before, LABEL)
    _assert_labelled(after)
    assert decoded(after).mode == decoded(before).mode
    assert decoded(after).tobytes() == decoded(before).tobytes()
    assert decoded(after).info.get("icc_profile") == decoded(before).info.get("icc_profile")
    assert len(after) - len(before) < 2500


@pytest.mark.parametrize("name", CASES)
def test_labelling_twice_changes_nothing_more(name: str) -> None:
    once = label_file(CASES[name], LABEL)
    assert label_file(once, AiLabel(produce_id="another")) == once


def _with_metadata(file_format: Format, *, exif: bytes, xmp: bytes, aigc: str = "") -> bytes:
    if file_format != "PNG":
        return encoded(noise(33, 21), file_format, exif=exif, xmp=xmp)
    text = PngImagePlugin.PngInfo()
    text.add_itxt("XML:com.adobe.xmp", xmp.decode())
    if aigc:
        text.add_text("AIGC", aigc)
    return encoded(noise(33, 21), "PNG", exif=exif, pnginfo=text)


@pytest.mark.parametrize("file_format", FORMATS)
def test_metadata_that_says_nothing_of_the_origin_gives_way_but_the_picture_stays_upright(file_format: Format) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    exif[ExifTags.Base.ImageDescription] = "somebody's prompt"
    before = _with_metadata(file_format, exif=exif.tobytes(), xmp=b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>")
    after = label_file(before, LABEL)
    _assert_labelled(after)
    assert decoded(after).getexif()[ExifTags.Base.Orientation] == 6
    assert b"somebody's prompt" not in after


@pytest.mark.parametrize("file_format", FORMATS)
def test_what_the_producer_says_of_the_origin_stays(file_format: Format) -> None:
    theirs = AiLabel(produce_id="their-own", producer="the provider")
    before = _with_metadata(file_format, exif=theirs.exif(), xmp=theirs.xmp(), aigc=theirs.aigc())
    _assert_labelled(label_file(before, LABEL), theirs)


def _with_manifest(file_format: Format, manifest: bytes) -> bytes:
    data = encoded(noise(33, 21), file_format)
    if file_format == "PNG":
        head, *rest = containers.png_parts(data)
        return containers.PNG_SIGNATURE + b"".join(
            containers._png_chunk(*part) for part in (head, (b"caBX", manifest), *rest)
        )
    if file_format == "JPEG":
        return data[:2] + containers._jpeg_segment(b"\xeb", manifest) + data[2:]
    parts = [*containers.webp_parts(data), (b"C2PA", manifest)]
    body = b"".join(containers._riff_chunk(*part) for part in parts)
    return b"RIFF" + (len(body) + 4).to_bytes(4, "little") + b"WEBP" + body


@pytest.mark.parametrize("file_format", FORMATS)
def test_a_signed_statement_of_the_origin_is_not_broken(file_format: Format) -> None:
    signed = _with_manifest(file_format, b"jumb c2pa " + SOURCE_TYPE.encode())
    assert label_file(signed, LABEL) == signed
    says_nothing = _with_manifest(file_format, b"jumb c2pa of a camera")
    _assert_labelled(label_file(says_nothing, LABEL))


@pytest.mark.parametrize("file_format", FORMATS)
def test_encoding_anew_takes_no_text_along_but_the_colour_profile(file_format: Format) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    text = PngImagePlugin.PngInfo()
    text.add_text("parameters", "a secret prompt")
    image = decoded(encoded(smooth(20, 20), "PNG", pnginfo=text, icc_profile=profile))
    image.info["comment"] = b"a secret prompt"
    data = save_labelled(image, file_format, LABEL)
    assert b"a secret prompt" not in data
    assert decoded(data).info["icc_profile"] == profile
    _assert_labelled(data)


@pytest.mark.parametrize("name", CASES)
def test_every_truncation_is_noticed(name: str) -> None:
    whole = CASES[name]
    for length in range(0, len(whole), 7):
        with pytest.raises(PictureBroken):
            label_file(whole[:length], LABEL)


@pytest.mark.filterwarnings("ignore:.*EXIF:UserWarning")  # Pillow's remark about metadata; the picture is fine
@pytest.mark.parametrize("name", CASES)
def test_hostile_bytes_never_raise_anything_else(name: str) -> None:
    whole = CASES[name]
    for position in range(0, min(len(whole), 900), 3):
        for value in (0x00, 0x7F, 0xFF):
            damaged = whole[:position] + bytes([value]) + whole[position + 1 :]
            try:
                assert isinstance(label_file(damaged, LABEL), bytes)
            except PictureBroken:
                continue


def test_a_damaged_chunk_is_noticed() -> None:
    data = bytearray(CASES["png rgb"])
    data[len(data) // 2] ^= 1
    with pytest.raises(PictureBroken, match="damaged"):
        label_file(bytes(data), LABEL)


@pytest.mark.parametrize("name", [name for name in CASES if not name.startswith("jpeg")])
def test_what_hides_behind_the_picture_is_left_out(name: str) -> None:
    assert b"<script>" not in label_file(CASES[name] + b"<script>", LABEL)


def test_other_formats_are_refused() -> None:
    buffer = io.BytesIO()
    smooth(8, 8).save(buffer, "GIF")
    for data in (b"", b"<svg/>", buffer.getvalue()):
        with pytest.raises(PictureBroken):
            label_file(data, LABEL)


def test_a_picture_too_large_to_decode_is_refused_by_its_header() -> None:
    head = encoded(Image.new("1", (9000, 10)), "PNG")
    with pytest.raises(PictureBroken, match="9000×10"):
        label_file(head, LABEL)
