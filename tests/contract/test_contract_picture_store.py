"""What every PictureStore must do, run on each of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.domain.ports import PictureStore
from bot.pictures.store import open_pictures
from tests.fakes.s3 import FakeS3


@pytest.fixture(params=["local", "s3"])
async def store(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[PictureStore]:
    if request.param == "local":
        yield open_pictures(f"file://{tmp_path}/pictures")
        return
    async with FakeS3() as s3:
        monkeypatch.setenv("AWS_ENDPOINT_URL", s3.url)
        monkeypatch.setenv("AWS_REGION", "eu-central-1")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "anyone")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "anything")
        yield open_pictures("s3://easel/pictures")


async def test_what_was_put_comes_back(store: PictureStore) -> None:
    data = bytes(range(256)) * 8192
    await store.put("0123456789ab/1.png", data)
    assert await store.get("0123456789ab/1.png") == data


async def test_an_empty_file_is_kept_too(store: PictureStore) -> None:
    await store.put("empty", b"")
    assert await store.get("empty") == b""


async def test_a_second_put_replaces_the_first(store: PictureStore) -> None:
    await store.put("job/1.png", b"first and longer")
    await store.put("job/1.png", b"second")
    assert await store.get("job/1.png") == b"second"


async def test_a_missing_key_is_a_key_error(store: PictureStore) -> None:
    await store.put("job/1.png", b"x")
    for missing in ("job/2.png", "other", "job"):
        with pytest.raises(KeyError):
            await store.get(missing)


async def test_deleted_keys_are_gone_and_the_others_stay(store: PictureStore) -> None:
    for name in ("a", "b", "c"):
        await store.put(f"job/{name}.png", name.encode())
    await store.delete(["job/a.png", "job/c.png"])
    with pytest.raises(KeyError):
        await store.get("job/a.png")
    with pytest.raises(KeyError):
        await store.get("job/c.png")
    assert await store.get("job/b.png") == b"b"


async def test_deleting_what_is_gone_is_fine_and_does_the_rest(store: PictureStore) -> None:
    await store.put("job/1.png", b"x")
    await store.delete(["never-there", "job/1.png", "job/1.png"])
    await store.delete(["job/1.png"])
    await store.delete([])
    with pytest.raises(KeyError):
        await store.get("job/1.png")


@pytest.mark.parametrize(
    "key",
    [
        "", "/", "/abs", "../up", "a/../b", "a/./b", "a//b", "a/", ".hidden", "a/.hidden", "a\\b", "a b", "a\0b", "a\n",
        "é", "file:///etc/passwd", "~/x", "%2e%2e/x", "a#1", "x" * 201,
    ],
)  # fmt: skip
async def test_a_key_is_a_plain_path_or_refused(store: PictureStore, key: str) -> None:
    with pytest.raises(ValueError, match="not a key"):
        await store.put(key, b"x")
    with pytest.raises(ValueError, match="not a key"):
        await store.get(key)
    with pytest.raises(ValueError, match="not a key"):
        await store.delete([key])


async def test_readers_see_one_whole_version_while_it_is_replaced(store: PictureStore) -> None:
    versions = [bytes([number]) * 300_000 for number in range(6)]
    await store.put("job/1.png", versions[0])

    async def read() -> None:
        for _ in range(12):
            data = await store.get("job/1.png")
            assert data in versions

    async def write(version: bytes) -> None:
        await store.put("job/1.png", version)

    await asyncio.gather(read(), read(), *(write(version) for version in versions))
