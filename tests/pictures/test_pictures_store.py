from __future__ import annotations

import asyncio
import errno
import os
from pathlib import Path
from typing import Any

import pytest

from bot.domain.errors import EaselError
from bot.pictures.keys import thumbnail_key
from bot.pictures.store import open_pictures
from tests.fakes.quiet_loop import QuietLoop
from tests.fakes.s3 import FakeS3


def _files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


async def test_a_relative_file_address_is_relative_to_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    await open_pictures("file:data/pictures").put("job/1.png", b"x")
    assert (tmp_path / "data/pictures/job/1.png").read_bytes() == b"x"


@pytest.mark.parametrize("form", ["file://{}", "file:{}", "file://localhost{}", "FILE://{}"])
async def test_absolute_file_addresses(tmp_path: Path, form: str) -> None:
    await open_pictures(form.format(f"{tmp_path}/my%20pictures")).put("1.png", b"x")
    assert _files(tmp_path) == ["my pictures/1.png"]


@pytest.mark.parametrize(
    "url",
    [
        "", "data/pictures", "ftp://host/x", "file:", "file:///", "file://elsewhere/pictures", "s3://", "s3:bucket",
        "s3://key:secret@bucket/x", "https://bucket.example/x",
    ],
)  # fmt: skip
def test_a_wrong_address_names_the_setting_and_what_is_legal(url: str) -> None:
    with pytest.raises(ValueError, match=r"^PICTURES_URL: .*file:data/pictures.*s3://bucket/prefix"):
        open_pictures(url)


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ValueError, match=r"PICTURES_URL: .* can't be used"):
        open_pictures(f"file://{tmp_path}/file/pictures")


def test_secrets_in_an_address_are_not_repeated() -> None:
    with pytest.raises(ValueError, match="PICTURES_URL") as caught:
        open_pictures("s3://key:hunter2@bucket/x")
    assert "hunter2" not in str(caught.value)


async def test_nothing_is_left_beside_the_picture(tmp_path: Path) -> None:
    store = open_pictures(f"file://{tmp_path}")
    await store.put("job/1.png", b"x")
    await store.put("job/1.png", b"y")
    assert _files(tmp_path) == ["job/1.png"]


async def test_a_deleted_picture_takes_its_thumbnail_and_its_folder_along(tmp_path: Path) -> None:
    store = open_pictures(f"file://{tmp_path}")
    await store.put("job/1.png", b"x")
    await store.put(thumbnail_key("job/1.png"), b"small")
    await store.delete(["job/1.png"])
    assert list(tmp_path.iterdir()) == []  # noqa: ASYNC240 - an empty folder, looked at by a test


async def test_a_folder_that_is_taken_away_meanwhile_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_pictures(f"file://{tmp_path}")
    real = Path.mkdir
    taken: list[Path] = []

    def mkdir(self: Path, **how: Any) -> None:
        real(self, **how)
        if not taken:
            taken.append(self)
            self.rmdir()  # as a delete does that finds it empty

    monkeypatch.setattr(Path, "mkdir", mkdir)
    await store.put("job/1.png", b"x")
    assert taken == [tmp_path / "job"]
    assert await store.get("job/1.png") == b"x"


async def test_put_reaches_the_disk_before_it_gets_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[tuple[str, bool]] = []
    real = os.fsync

    def noting(descriptor: int) -> None:
        path = str(Path(f"/proc/self/fd/{descriptor}").readlink())
        synced.append((path, (tmp_path / "job/1.png").exists()))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", noting)
    await open_pictures(f"file://{tmp_path}").put("job/1.png", b"x")
    (staged, named_then), *folders = synced
    assert staged.endswith("-1.png")
    assert not named_then
    assert folders == [(str(tmp_path / "job"), True), (str(tmp_path), True)]


async def test_a_put_that_fails_keeps_the_old_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_pictures(f"file://{tmp_path}")
    await store.put("job/1.png", b"old")

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        await store.put("job/1.png", b"new")
    assert await store.get("job/1.png") == b"old"
    assert _files(tmp_path) == ["job/1.png"]


async def test_a_cancelled_put_leaves_nothing_staged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_pictures(f"file://{tmp_path}")
    loop = asyncio.get_running_loop()
    task = asyncio.ensure_future(store.put("job/1.png", b"new"))
    real = os.fsync

    def cancelling(descriptor: int) -> None:
        loop.call_soon_threadsafe(task.cancel)
        real(descriptor)

    monkeypatch.setattr(os, "fsync", cancelling)
    with pytest.raises(asyncio.CancelledError):
        await task
    assert isinstance(loop, QuietLoop)
    await loop.quiet()  # its thread has come to its end
    assert [name for name in _files(tmp_path) if name.rpartition("/")[2].startswith("_")] == []


async def test_a_broken_disk_is_an_oserror(tmp_path: Path) -> None:
    store = open_pictures(f"file://{tmp_path}/pictures")
    (tmp_path / "pictures/job").write_text("a file where a folder should be")
    with pytest.raises(OSError, match=r"pictures/job"):
        await store.put("job/1.png", b"x")


async def test_an_s3_that_refuses_is_an_oserror_without_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    async with FakeS3() as s3:
        monkeypatch.setenv("AWS_ENDPOINT_URL", s3.url)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "anyone")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "top-secret")
        store = open_pictures("s3://easel/some/prefix")
        await store.put("job/1.png", b"x")
        assert list(s3.objects) == ["/easel/some/prefix/job/1.png"]
        s3.broken = 403
        for attempt in (store.get("job/1.png"), store.put("job/1.png", b"y"), store.delete(["job/1.png"])):
            with pytest.raises(OSError, match=r"the picture store failed at job/1\.png") as caught:
                await attempt
            assert not isinstance(caught.value, EaselError)
            assert "top-secret" not in str(caught.value)
