"""Where picture files live: a folder of this machine or S3."""

from __future__ import annotations

from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from bot.domain.ports import PictureStore

from .folder import FolderPictureStore

_LEGAL: Final = "legal are file:data/pictures, file:///var/lib/easel/pictures and s3://bucket/prefix"


def open_pictures(url: str) -> PictureStore:
    """The store at `url`; ValueError with a sentence for the person who set PICTURES_URL.

    Local folders are made if need be. S3 takes region, endpoint and credentials from the usual AWS_ variables:
    https://developmentseed.org/obstore/latest/api/store/aws/
    """
    parts = urlsplit(url)
    if parts.scheme != "file" and "@" in url:
        raise ValueError(f"PICTURES_URL: it holds no keys: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; {_LEGAL}")
    try:
        if parts.scheme == "file":
            return FolderPictureStore(_folder(parts.netloc, unquote(parts.path)))
        if parts.scheme == "s3":
            return _s3(parts.netloc, parts.path.strip("/"))
    except OSError as error:
        raise ValueError(f"PICTURES_URL: {url} can't be used: {error}") from error
    kind = f"{parts.scheme}: addresses" if parts.scheme else "something without a scheme"
    raise ValueError(f"PICTURES_URL: {kind} can't keep pictures; {_LEGAL}")


def _folder(host: str, path: str) -> Path:
    if host not in {"", "localhost"} or not path.strip("/"):
        raise ValueError(f"PICTURES_URL: it names no folder on this machine; {_LEGAL}")
    folder = Path(path).resolve()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)  # private whoever asks first, and from then on
    return folder


def _s3(bucket: str, prefix: str) -> PictureStore:
    if not bucket or "@" in bucket or ":" in bucket:
        raise ValueError(f"PICTURES_URL: s3:// needs the name of a bucket and nothing else; {_LEGAL}")
    from .s3 import open_s3  # noqa: PLC0415 - a library that a folder doesn't need

    return open_s3(bucket, prefix)
