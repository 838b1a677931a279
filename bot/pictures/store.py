"""Where picture files live: local disk or S3, through one library."""

from __future__ import annotations

import asyncio
import os
import re
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, S3Store

from bot.domain.ports import PictureStore
from bot.domain.url_login import login_of
from bot.runtime.durable_files import sync

DEADLINE_SECONDS: Final = 120.0  # one file of 25 MiB, retries included
_LONGEST_KEY: Final = 200
_KEY: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")
_ENDPOINTS: Final = ("AWS_ENDPOINT", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3")
_LEGAL: Final = "legal are file:data/pictures, file:///var/lib/easel/pictures and s3://bucket/prefix"


def thumbnail_key(key: str) -> str:
    """Where the thumbnail of the picture under `key` is kept; it goes when the picture goes."""
    return f"{key}.thumbnail.webp"


class ObstorePictureStore:
    """PictureStore over obstore. ValueError for a key that is no plain path; OSError where the store fails us."""

    def __init__(self, store: LocalStore | S3Store) -> None:
        self._store = store
        # Only local files need our help to be on the disk when `put` returns.
        self._root = store.prefix if isinstance(store, LocalStore) else None

    async def put(self, key: str, data: bytes) -> None:
        """Keep `data` under `key`, whole or not at all; it survives a power cut once this returns."""
        _check(key)
        with _failures_as_oserror(key):
            async with asyncio.timeout(DEADLINE_SECONDS):
                if self._root is None:
                    # One request: an interrupted multipart upload would leave paid parts behind.
                    await obstore.put_async(self._store, key, data, use_multipart=False)
                else:
                    await self._put_durably(self._root, key, data)

    async def _put_durably(self, root: Path, key: str, data: bytes) -> None:
        # The library renames into place but never syncs: after a power cut the name could stand on an empty file.
        folder, _, name = key.rpartition("/")
        staged = f"{folder}/_{secrets.token_hex(8)}-{name}".lstrip("/")
        try:
            await obstore.put_async(self._store, staged, data, use_multipart=False)
            await asyncio.to_thread(sync, root / staged)
            await obstore.rename_async(self._store, staged, key)
        except BaseException:
            await self._forget(staged)
            raise
        await asyncio.to_thread(_sync_folders, root, root / key)

    async def get(self, key: str) -> bytes:
        """The bytes under `key`; KeyError where nothing is kept."""
        _check(key)
        try:
            with _failures_as_oserror(key):
                async with asyncio.timeout(DEADLINE_SECONDS):
                    found = await obstore.get_async(self._store, key)
                    return (await found.bytes_async()).to_bytes()
        except FileNotFoundError:
            raise KeyError(key) from None

    async def delete(self, keys: Sequence[str]) -> None:
        """Forget these and what was made of them; those that are gone already are fine."""
        for key in keys:
            _check(key)
        for key in keys:
            with _failures_as_oserror(key):
                async with asyncio.timeout(DEADLINE_SECONDS):
                    await self._forget(key)
                    await self._forget(thumbnail_key(key))

    async def _forget(self, key: str) -> None:
        with suppress(FileNotFoundError):
            await obstore.delete_async(self._store, key)


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
            return ObstorePictureStore(_local(parts.netloc, unquote(parts.path)))
        if parts.scheme == "s3":
            return ObstorePictureStore(_s3(parts.netloc, parts.path.strip("/")))
    except (BaseError, OSError) as error:
        reason = str(error).partition("\n")[0]
        raise ValueError(f"PICTURES_URL: {url} can't be used: {reason}") from error
    kind = f"{parts.scheme}: addresses" if parts.scheme else "something without a scheme"
    raise ValueError(f"PICTURES_URL: {kind} can't keep pictures; {_LEGAL}")


def _local(host: str, path: str) -> LocalStore:
    if host not in {"", "localhost"} or not path.strip("/"):
        raise ValueError(f"PICTURES_URL: it names no folder on this machine; {_LEGAL}")
    folder = Path(path).resolve()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)  # private whoever asks first, and from then on
    return LocalStore(folder, automatic_cleanup=True)


def _s3(bucket: str, prefix: str) -> S3Store:
    for name in _ENDPOINTS:
        if login_of(os.environ.get(name, "")):
            raise ValueError(
                f"{name} must be an address without a user and a password: set AWS_ACCESS_KEY_ID and "
                "AWS_SECRET_ACCESS_KEY"
            )
    if not bucket or "@" in bucket or ":" in bucket:
        raise ValueError(f"PICTURES_URL: s3:// needs the name of a bucket and nothing else; {_LEGAL}")
    return S3Store(
        bucket,
        prefix=prefix or None,
        # The scheme is the endpoint's, which the operator chose: a MinIO next door speaks plain HTTP.
        client_options={"allow_http": True, "connect_timeout": timedelta(seconds=10), "timeout": timedelta(seconds=60)},
        retry_config={"max_retries": 4, "retry_timeout": timedelta(seconds=60)},
    )


def _check(key: str) -> None:
    if len(key) > _LONGEST_KEY or not _KEY.fullmatch(key):
        raise ValueError(f"not a key for a picture: {key[:_LONGEST_KEY]!r}")


@contextmanager
def _failures_as_oserror(key: str) -> Iterator[None]:
    try:
        yield
    except BaseError as error:
        reason = str(error).partition("\n")[0]
        raise OSError(f"the picture store failed at {key}: {reason}") from error


def _sync_folders(root: Path, path: Path) -> None:
    for folder in path.parents:
        with suppress(FileNotFoundError):  # deleted meanwhile, with the folder that it left empty
            sync(folder)
        if folder == root:
            return
