"""Everything in DATA_DIR is its user's alone, and nobody else's files are touched."""

from __future__ import annotations

import os
import shlex
import stat
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.composition.local_secret import local_secret
from bot.composition.private_files import mend
from tests.journeys.conftest import quick
from tests.journeys.quick_program import QuickProgram

__all__ = ["quick"]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """As an earlier version left it: open to everybody."""
    monkeypatch.chdir(tmp_path)
    data = tmp_path / "data"
    for name in ("easel.db", "easel.db-wal", "easel.db-shm", "easel.db.lock", "sandbox.jsonl", "local-secret"):
        written(data / name)
    written(data / "pictures" / "abc" / "1.png")
    written(data / "backups" / "pictures" / "abc" / "1.png")
    written(data / "backups" / "easel-20261122T232600Z.db")
    for path in (data, *data.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return data


def written(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")


def test_what_was_open_is_closed(data: Path) -> None:
    everything = [data, *data.rglob("*")]
    assert mend(data) == len(everything)
    assert {mode(path) for path in everything if path.is_dir()} == {0o700}
    assert {mode(path) for path in everything if path.is_file()} == {0o600}
    assert mend(data) == 0


def test_what_is_not_easels_stays_as_it_is(data: Path, tmp_path: Path) -> None:
    others = data / "notes.txt"
    written(others)
    others.chmod(0o644)
    outside = tmp_path / "outside.png"
    written(outside)
    outside.chmod(0o644)
    (data / "pictures" / "link.png").symlink_to(outside)
    mend(data)
    assert (mode(others), mode(outside)) == (0o644, 0o644)


@pytest.mark.parametrize("where", ["cwd", "home"])
def test_a_directory_that_others_use_keeps_its_mode(data: Path, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    if where == "cwd":
        monkeypatch.chdir(data)
    else:
        monkeypatch.setenv("HOME", str(data))
    mend(data)
    assert (mode(data), mode(data / "easel.db")) == (0o755, 0o600)


def test_a_database_elsewhere_is_closed_too(data: Path, tmp_path: Path) -> None:
    for name in ("shop.db", "shop.db-wal", "other.db"):
        written(tmp_path / "databases" / name)
        (tmp_path / "databases" / name).chmod(0o644)
    mend(data, tmp_path / "databases" / "shop.db")
    modes = [mode(tmp_path / "databases" / name) for name in ("shop.db", "shop.db-wal", "other.db")]
    assert modes == [0o600, 0o600, 0o644]


@pytest.mark.parametrize("silent", [True, False])
def test_a_file_system_that_refuses_is_a_warning(data: Path, monkeypatch: pytest.MonkeyPatch, *, silent: bool) -> None:
    def refuse(_path: Path, _mode: int) -> None:
        if not silent:
            raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "chmod", refuse)
    with capture_logs() as logs:
        assert mend(data) == 0
    (warning,) = [log for log in logs if log["log_level"] == "warning"]
    assert (warning["event"], warning["count"] > 5) == ("data_not_private", True)


def test_no_directory_yet_is_no_fault(tmp_path: Path) -> None:
    assert mend(tmp_path / "nothing") == 0


def test_the_secret_is_the_same_over_starts_and_private(tmp_path: Path) -> None:
    data = tmp_path / "data"
    secret = local_secret(data)
    assert len(secret) >= 32
    assert local_secret(data) == secret
    assert (mode(data), mode(data / "local-secret")) == (0o700, 0o600)


def test_a_secret_that_others_could_read_is_replaced(tmp_path: Path) -> None:
    secret = local_secret(tmp_path)
    (tmp_path / "local-secret").chmod(0o640)
    replaced = local_secret(tmp_path)
    assert replaced != secret
    assert local_secret(tmp_path) == replaced


def test_where_modes_cant_be_set_the_secret_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = local_secret(tmp_path)
    (tmp_path / "local-secret").chmod(0o777)
    monkeypatch.setattr(os, "fchmod", lambda *_: None)
    assert local_secret(tmp_path) == secret


@pytest.mark.parametrize("content", ["", "short", "\n\n"])
def test_what_is_no_secret_is_replaced(tmp_path: Path, content: str) -> None:
    (tmp_path / "local-secret").write_text(content)
    (tmp_path / "local-secret").chmod(0o600)
    assert len(local_secret(tmp_path)) >= 32


def test_without_a_place_to_keep_it_it_is_good_for_now(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with capture_logs() as logs:
        secret = local_secret(tmp_path / "file")
    assert len(secret) >= 32
    assert [log["event"] for log in logs] == ["local_secret_not_kept"]
    assert secret not in str(logs)


def test_a_data_dir_that_is_a_link_is_closed_where_it_leads_to(data: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(data)
    mend(link)
    assert (mode(data), mode(data / "easel.db")) == (0o700, 0o600)


@pytest.mark.journey
@pytest.mark.parametrize("words", [["migrate"], ["imagine", "a fox 1k"]])
def test_every_directory_that_a_command_makes_is_private(quick: QuickProgram, tmp_path: Path, words: list[str]) -> None:
    """Also those outside DATA_DIR, which nothing mends later."""
    settings = {"DATA_DIR": str(tmp_path / "data"), "PICTURES_URL": f"file:{tmp_path / 'elsewhere'}", "WEB_PORT": "0"}
    fast = {"SANDBOX_SPEED": "1000", "SANDBOX_PAINTING": "plain"}
    line = f"umask 0022; bot {shlex.join(words)}"
    done = quick.bash(line, directory=tmp_path, **settings, **fast)
    assert done.returncode == 0, done.stderr
    assert (mode(tmp_path / "data"), mode(tmp_path / "elsewhere")) == (0o700, 0o700)
