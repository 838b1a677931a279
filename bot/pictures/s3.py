"""Picture files on S3, through a library that only those load who keep them there."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Final

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from bot.domain.url_login import login_of

from .keys import DEADLINE_SECONDS, check_key, thumbnail_key

_ENDPOINTS: Final = ("AWS_ENDPOINT", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3")


class S3PictureStore:
    """PictureStore over obstore. ValueError for a key that is no plain path; OSError where the store fails us."""

    def __init__(self, store: S3Store) -> None:
        self._store = store

    async def put(self, key: str, data: bytes) -> None:
        """Keep `data` under `key`, whole or not at all."""
        check_key(key)
        with _failures_as_oserror(key):
            async with asyncio.timeout(DEADLINE_SECONDS):
                # One request: an interrupted multipart upload would leave paid parts behind.
                await obstore.put_async(self._store, key, data, use_multipart=False)

    async def get(self, key: str) -> bytes:
        """The bytes under `key`; KeyError where nothing is kept."""
        check_key(key)
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
            check_key(key)
        for key in keys:
            with _failures_as_oserror(key):
                async with asyncio.timeout(DEADLINE_SECONDS):
                    await self._forget(key)
                    await self._forget(thumbnail_key(key))

    async def _forget(self, key: str) -> None:
        with suppress(FileNotFoundError):
            await obstore.delete_async(self._store, key)


def open_s3(bucket: str, prefix: str) -> S3PictureStore:
    """ValueError: what the environment says of it can't be."""
    for name in _ENDPOINTS:
        if login_of(os.environ.get(name, "")):
            raise ValueError(
                f"{name} must be an address without a user and a password: set AWS_ACCESS_KEY_ID and "
                "AWS_SECRET_ACCESS_KEY"
            )
    try:
        store = S3Store(
            bucket,
            prefix=prefix or None,
            # The scheme is the endpoint's, which the operator chose: a MinIO next door speaks plain HTTP.
            client_options={
                "allow_http": True,
                "connect_timeout": timedelta(seconds=10),
                "timeout": timedelta(seconds=60),
            },
            retry_config={"max_retries": 4, "retry_timeout": timedelta(seconds=60)},
        )
    except BaseError as error:
        raise OSError(str(error).partition("\n")[0]) from error
    return S3PictureStore(store)


@contextmanager
def _failures_as_oserror(key: str) -> Iterator[None]:
    try:
        yield
    except BaseError as error:
        reason = str(error).partition("\n")[0]
        raise OSError(f"the picture store failed at {key}: {reason}") from error
