from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from db.errors import DatabaseProblem
from db.lock import AlreadyRunning, DatabaseLock, RunningBot, find_running

REPOSITORY = Path(__file__).parents[2]
HOLD = """
import sys
from db.lock import DatabaseLock
lock = DatabaseLock(sys.argv[1])
lock.acquire()
if len(sys.argv) > 2:
    lock.publish(sys.argv[2], "hush")
print("held", flush=True)
sys.stdin.read()
lock.release()
"""


@contextmanager
def other_process(url: str, *page: str) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the lock until its input ends."""
    process = subprocess.Popen(  # noqa: S603 - our own words
        [sys.executable, "-c", HOLD, url, *page],
        cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
    finally:
        process.kill()
        process.communicate()


def test_a_second_process_is_told_who_runs(url: str) -> None:
    with other_process(url, "http://127.0.0.1:8080") as other:
        with pytest.raises(AlreadyRunning) as caught:
            DatabaseLock(url).acquire()
        holder = RunningBot(pid=other.pid, url="http://127.0.0.1:8080", secret="hush")
        assert caught.value.holder == holder
        assert f"process {other.pid}" in str(caught.value)
        assert "http://127.0.0.1:8080" in str(caught.value)
        assert "hush" not in str(caught.value) + repr(holder)
        assert find_running(url) == holder
        other.communicate(timeout=10)
        assert find_running(url) is None
        with DatabaseLock(url):
            assert find_running(url) == RunningBot(pid=os.getpid())


def test_sigkill_frees_it(url: str) -> None:
    with other_process(url, "http://127.0.0.1:8080") as other:
        assert find_running(url) is not None
        other.send_signal(signal.SIGKILL)
        other.wait(timeout=10)
        assert find_running(url) is None
        with DatabaseLock(url) as lock:
            # What the dead one said is forgotten at once.
            assert find_running(url) == RunningBot(pid=os.getpid())
            lock.publish("http://127.0.0.1:9", "s")
            assert find_running(url) == RunningBot(pid=os.getpid(), url="http://127.0.0.1:9", secret="s")
            lock.publish("http://x", "")
            assert find_running(url) == RunningBot(pid=os.getpid(), url="http://x")


def test_looking_keeps_nobody_out_and_misleads_nobody(url: str, tmp_path: Path) -> None:
    looking = (
        "import sys\nfrom db.lock import find_running\nprint('looking', flush=True)\n"
        "while True: find_running(sys.argv[1])\n"
    )
    (tmp_path / "easel.db.lock").write_text('{"pid": 1, "url": "http://dead", "secret": ""}')
    lookers = [
        subprocess.Popen([sys.executable, "-c", looking, url], cwd=REPOSITORY, stdout=subprocess.PIPE)  # noqa: S603 - our own words
        for _ in range(2)
    ]
    try:
        for looker in lookers:
            assert looker.stdout is not None
            assert looker.stdout.readline()
        end = time.monotonic() + 0.5
        while time.monotonic() < end:
            assert find_running(url) is None
        for _ in range(100):
            with DatabaseLock(url):
                pass
    finally:
        for looker in lookers:
            looker.kill()
            looker.communicate()


def test_the_secret_is_the_users_own(url: str, tmp_path: Path) -> None:
    path = tmp_path / "easel.db.lock"
    path.write_text("older")
    path.chmod(0o666)
    with DatabaseLock(url) as lock:
        lock.publish("http://127.0.0.1:8080", "hush")
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text() == ""


def test_a_link_in_the_locks_place_is_not_followed(url: str, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    (tmp_path / "easel.db.lock").symlink_to(victim)
    with pytest.raises(DatabaseProblem, match="write access"):
        DatabaseLock(url).acquire()
    assert victim.read_text() == "precious"
    assert find_running(url) is None


@pytest.mark.parametrize("content", ["", "{", "[]", '{"pid": "x"}', "\xff", '{"pid": 1, "url": ""}', "null"])
def test_a_holder_that_says_nothing_sensible(url: str, tmp_path: Path, content: str) -> None:
    with DatabaseLock(url):
        (tmp_path / "easel.db.lock").write_text(content, encoding="latin-1")
        assert find_running(url) is None
        with pytest.raises(AlreadyRunning, match="Another process") as caught:
            DatabaseLock(url).acquire()
        assert caught.value.holder is None


def test_acquiring_twice_and_releasing_twice_is_once(url: str) -> None:
    lock = DatabaseLock(url)
    lock.acquire()
    lock.acquire()
    lock.release()
    lock.release()
    lock.publish("http://late", "s")
    assert find_running(url) is None


def test_no_database_yet(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/new/easel.db"
    assert find_running(url) is None
    with DatabaseLock(url):
        assert find_running(url) == RunningBot(pid=os.getpid())


def test_a_server_is_for_several() -> None:
    url = "postgresql://host/easel"
    with DatabaseLock(url) as one, DatabaseLock(url):
        one.publish("http://x", "s")
        assert find_running(url) is None


def test_where_a_locked_file_cannot_be_read_it_is_said_beside_it(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on Windows, as far as it can be tried here."""
    monkeypatch.setattr("db.lock._APART", True)
    with DatabaseLock(url) as lock:
        lock.publish("http://127.0.0.1:8080", "hush")
        assert (tmp_path / "easel.db.lock").read_bytes() == b""
        assert find_running(url) == RunningBot(pid=os.getpid(), url="http://127.0.0.1:8080", secret="hush")
        with pytest.raises(AlreadyRunning, match=f"process {os.getpid()}"):
            DatabaseLock(url).acquire()
    assert not (tmp_path / "easel.db.running").exists()
    assert find_running(url) is None


def test_nothing_but_the_tests_needs_fcntl() -> None:
    # portalocker chooses what it needs before fcntl is taken away.
    program = (
        "import sys, portalocker; sys.modules['fcntl'] = None; import bot.__main__, bot.cli.run, bot.composition.app"
    )
    subprocess.run([sys.executable, "-c", program], cwd=REPOSITORY, check=True, timeout=60)  # noqa: S603 - our own words
