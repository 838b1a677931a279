"""A process that has loaded Easel once and forks a life whenever it is told to.

Two hundred lives would spend most of their time loading libraries. A fork begins where `python -m bot` is after its
imports; everything that a life has of its own (files, sockets, threads, the event loop) it makes itself.
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import subprocess
import sys
import traceback
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Any, Self, cast

from tests.journeys.programs import Program, environment

# What a life on Discord loads sooner or later.
_LOADED = ("bot.composition.app", "bot.platforms.discord.platform", "cogs", "alembic.command", "tests.chaos.program")
_LOOK_SECONDS = 0.01


class Nursery:
    """`with Nursery() as nursery:`; whatever still lives at its end is killed."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.chaos.nursery"],
            env=environment({}),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._ended: dict[int, int] = {}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def launch(self, arguments: tuple[str, ...], *, settings: Mapping[str, str], directory: Path, log: Path) -> Life:
        directory.mkdir(parents=True, exist_ok=True)
        log.touch()  # a life may end before it has said anything
        order = {
            "arguments": arguments,
            "environment": environment({"TMPDIR": str(directory), **settings}),
            "directory": str(directory),
            "log": str(log),
        }
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        while True:
            told = self._read()
            if "began" in told:
                return Life(self, int(told["began"]), arguments, log)

    def returncode(self, pid: int) -> int | None:
        """As Popen has it; None while it lives."""
        assert self._process.stdout is not None
        while pid not in self._ended and select.select([self._process.stdout], [], [], 0)[0]:
            self._read()
        return self._ended.get(pid)

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise AssertionError("the nursery is gone")
        told = cast("dict[str, Any]", json.loads(line))
        if "ended" in told:
            self._ended[told["ended"]] = told["code"]
        return told


class Life(Program):
    """A forked life, used as any other program."""

    def __init__(self, nursery: Nursery, pid: int, arguments: tuple[str, ...], log: Path) -> None:
        self.log = self.out = log
        self.process = cast("subprocess.Popen[bytes]", _Forked(nursery, pid, arguments))


class _Forked:
    """What Program uses of a Popen."""

    def __init__(self, nursery: Nursery, pid: int, arguments: tuple[str, ...]) -> None:
        self._nursery = nursery
        self.pid = pid
        self.args = arguments

    @property
    def returncode(self) -> int | None:
        return self._nursery.returncode(self.pid)

    def poll(self) -> int | None:
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.returncode is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def wait(self) -> None:
        """Its end is the nursery's to see to."""


def main() -> None:
    for name in _LOADED:
        import_module(name)
    gc.collect()
    gc.freeze()
    alive: set[int] = set()
    orders = b""
    while True:
        if select.select([0], [], [], _LOOK_SECONDS)[0]:
            read = os.read(0, 1 << 16)
            if not read:
                break
            *lines, orders = (orders + read).split(b"\n")
            for line in lines:
                pid = _fork(json.loads(line))
                alive.add(pid)
                _tell({"began": pid})
        alive = _reap(alive)
    for pid in alive:
        os.kill(pid, signal.SIGKILL)


def _reap(alive: set[int]) -> set[int]:
    left = set()
    for pid in alive:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            _tell({"ended": pid, "code": os.waitstatus_to_exitcode(status)})
        else:
            left.add(pid)
    return left


def _tell(fact: dict[str, int]) -> None:
    os.write(1, json.dumps(fact).encode() + b"\n")


def _fork(order: dict[str, Any]) -> int:
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        _become(order)
        code = import_module("tests.chaos.program").main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _become(order: dict[str, Any]) -> None:
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    log = os.open(order["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.environ.clear()
    os.environ.update(order["environment"])
    os.chdir(order["directory"])
    sys.argv = ["bot", *order["arguments"]]


if __name__ == "__main__":
    main()
