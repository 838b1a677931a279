"""Picture files in a folder of this machine: each call is one trip to a thread."""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from bot.runtime.durable_files import sync

from .keys import DEADLINE_SECONDS, check_key, thumbnail_key

_TRIES = 3  # to write into a folder that somebody else finds empty and takes away


class FolderPictureStore:
    """PictureStore over plain files. ValueError for a key that is no plain path; OSError where the disk fails us."""

    def __init__(self, root: Path) -> None:
        self._root = root

    async def put(self, key: str, data: bytes) -> None:
        """Keep `data` under `key`, whole or not at all; it survives a power cut once this returns."""
        check_key(key)
        async with asyncio.timeout(DEADLINE_SECONDS):
            await asyncio.to_thread(self._put, self._root / key, data)

    async def get(self, key: str) -> bytes:
        """The bytes under `key`; KeyError where nothing is kept."""
        check_key(key)
        try:
            async with asyncio.timeout(DEADLINE_SECONDS):
                return await asyncio.to_thread((self._root / key).read_bytes)
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            raise KeyError(key) from None

    async def delete(self, keys: Sequence[str]) -> None:
        """Forget these and what was made of them; those that are gone already are fine."""
        for key in keys:
            check_key(key)
        for key in keys:
            async with asyncio.timeout(DEADLINE_SECONDS):
                await asyncio.to_thread(self._delete, key)

    def _put(self, path: Path, data: bytes) -> None:
        # Renamed once it is on the disk: after a power cut no name stands on half a file.
        staged = path.with_name(f"_{secrets.token_hex(8)}-{path.name}")
        try:
            self._write(staged, data)
            os.replace(staged, path)  # noqa: PTH105 - the same for a Path
        except BaseException:
            with suppress(OSError):
                staged.unlink()
            raise
        for folder in path.parents:
            with suppress(FileNotFoundError):  # deleted meanwhile, with the folder that it left empty
                sync(folder)
            if folder == self._root:
                return

    def _write(self, staged: Path, data: bytes) -> None:
        for tries in range(1, _TRIES + 1):
            staged.parent.mkdir(parents=True, exist_ok=True)
            try:
                with staged.open("xb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
            except FileNotFoundError:
                if tries == _TRIES:
                    raise
            else:
                return

    def _delete(self, key: str) -> None:
        for path in (self._root / key, self._root / thumbnail_key(key)):
            with suppress(FileNotFoundError, NotADirectoryError):
                path.unlink()
        for folder in (self._root / key).parents:
            if folder == self._root:
                return
            with suppress(OSError):  # others are in it, or it is gone
                folder.rmdir()
