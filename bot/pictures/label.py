"""Says in the file that the picture is AI-generated: always, in every file that leaves the house, and never the prompt.

- XMP: IPTC's DigitalSourceType, https://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia
- GB 45438-2025 (in force since September 2025): the JSON `AIGC` in XMP's namespace of TC260, in EXIF's UserComment and,
  in PNG, as text of its own; all of its seven fields are strings, https://www.tc260.org.cn/front/postDetail.html?id=20250828165129

Platforms may strip metadata; the caption says the same to people.
"""

from __future__ import annotations

import io
import json
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal
from xml.sax.saxutils import escape

from bot.domain.errors import PictureBroken

from . import containers

# Pillow is loaded with the first picture, in the thread that has it: a bot at rest does without.
if TYPE_CHECKING:
    from PIL import Image

FORMATS: Final = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}  # that take the label
_READ: Final = (*FORMATS, "AVIF", "GIF")
SOURCE_TYPE: Final = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
LONGEST_SIDE: Final = 8192
MOST_PIXELS: Final = 50_000_000  # Seedream's largest is 4096², 16.8 million
_CERTAINLY_GENERATED: Final = "1"
_MARKER: Final = b"trainedAlgorithmicMedia"
_SIGNED: Final = frozenset({b"caBX", b"\xeb", b"C2PA"})  # where PNG, JPEG (APP11) and WebP carry a C2PA manifest
_XMP_TAGS: Final = frozenset({b"iTXt", b"\xe1", b"XMP "})
_XMP: Final = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about=""'
    ' xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"'
    ' xmlns:TC260="http://www.tc260.org.cn/ns/AIGC/1.0/">'
    "<Iptc4xmpExt:DigitalSourceType>{source_type}</Iptc4xmpExt:DigitalSourceType>"
    "<TC260:AIGC>{aigc}</TC260:AIGC>"
    '</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AiLabel:
    """What the metadata says: `produce_id` names the picture at its producer, `producer` is a name or a code."""

    produce_id: str
    producer: str = "Easel"

    def fields(self) -> dict[str, str]:
        return {
            "Label": _CERTAINLY_GENERATED,
            "ContentProducer": self.producer,
            "ProduceID": self.produce_id,
            "ReservedCode1": "",
            "ContentPropagator": "",
            "PropagateID": "",
            "ReservedCode2": "",
        }

    def aigc(self) -> str:
        return json.dumps(self.fields(), ensure_ascii=True)

    def xmp(self) -> bytes:
        return _XMP.format(source_type=escape(SOURCE_TYPE), aigc=escape(self.aigc())).encode()

    def exif(self, *, orientation: int = 1) -> bytes:
        from PIL import ExifTags, Image  # noqa: PLC0415

        exif = Image.Exif()
        if orientation != 1:
            exif[ExifTags.Base.Orientation] = orientation
        # The comment begins with the name of its character set, eight bytes long (Exif 2.32 §4.6.5).
        comment = b"ASCII\0\0\0" + json.dumps({"AIGC": self.fields()}, ensure_ascii=True).encode()
        exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.UserComment] = comment
        return exif.tobytes()


def open_picture(data: bytes) -> Image.Image:
    """The picture with its header read and its size judged, not decoded yet. PictureBroken if that can't be."""
    from PIL import Image  # noqa: PLC0415

    try:
        image = Image.open(io.BytesIO(data), formats=_READ)
    except (OSError, SyntaxError, ValueError, struct.error, Image.DecompressionBombError) as error:
        raise PictureBroken(f"no readable picture: {type(error).__name__}") from error
    if max(image.size) > LONGEST_SIDE or image.width * image.height > MOST_PIXELS:
        raise PictureBroken(f"a picture of {image.width}×{image.height} is too large")
    return image


def format_of(image: Image.Image) -> str:
    """Its format as Pillow calls it, but for JPEGs with more than one picture, whose first is what everybody sees."""
    return "JPEG" if image.format == "MPO" else image.format or ""


def label_file(data: bytes, label: AiLabel) -> bytes:
    """The same file with the label in its metadata, its pixels untouched. PictureBroken if it is incomplete.

    What the provider has said about the origin stays: its own AIGC and XMP labels are kept, and a file with a C2PA
    manifest that says so is returned as it is, since any change would break the signature.
    """
    with open_picture(data) as image:
        file_format, size, has_alpha = format_of(image), image.size, image.has_transparency_data
    parts = _parts(data, file_format)
    if any(tag in _SIGNED and _MARKER in body for tag, body in parts):
        return data
    their_exif = next((body for tag, body in parts if _is_exif(tag, body)), b"")
    exif = None if b"AIGC" in their_exif else label.exif(orientation=_orientation(their_exif))
    xmp = None if any(tag in _XMP_TAGS and _MARKER in body for tag, body in parts) else label.xmp()
    if file_format == "PNG":
        says_so = any(tag in containers.PNG_TEXT and body.startswith(containers.AIGC_IN_PNG) for tag, body in parts)
        return containers.put_png(data, exif=exif, xmp=xmp, aigc=None if says_so else label.aigc())
    if file_format == "JPEG":
        return containers.put_jpeg(data, exif=exif, xmp=xmp)
    return containers.put_webp(data, exif=exif, xmp=xmp, size=size, has_alpha=has_alpha)


def save_labelled(image: Image.Image, file_format: Literal["PNG", "JPEG", "WEBP"], label: AiLabel, **how: Any) -> bytes:
    """Encode with Pillow's options for the format, colour profile kept, and the label in the metadata."""
    buffer = io.BytesIO()
    # Pillow takes EXIF and XMP along only when told to, but a JPEG's comment always: it may be a prompt.
    image.save(buffer, file_format, icc_profile=image.info.get("icc_profile"), comment=b"", **how)
    return label_file(buffer.getvalue(), label)


def _is_exif(tag: bytes, body: bytes) -> bool:
    return tag in {b"eXIf", b"EXIF"} or (tag == b"\xe1" and body.startswith(containers.EXIF_IN_JPEG))


def _orientation(exif: bytes) -> int:
    """EXIF's orientation, 1 to 8; 1 where there is none that makes sense."""
    from PIL import ExifTags, Image  # noqa: PLC0415

    found = Image.Exif()
    try:
        found.load(exif)
        value = found.get(ExifTags.Base.Orientation, 1)
    except (OSError, SyntaxError, ValueError, TypeError, struct.error):  # metadata is hostile, and no reason to refuse
        return 1
    return value if value in range(1, 9) else 1


def _parts(data: bytes, file_format: str | None) -> list[containers.Part]:
    if file_format == "PNG":
        return containers.png_parts(data)
    if file_format == "JPEG":
        return containers.jpeg_parts(data)[0]
    return containers.webp_parts(data)
