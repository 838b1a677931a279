"""The real program many times over: one process has imported it, and each run is a fork of that with its own world.

A fresh interpreter needs a second and more for imports; what is tested here is what comes after them.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn, Protocol, Self

from tests.journeys.programs import ROOT, environment


class Run(Protocol):
    def __call__(
        self, *arguments: str, directory: Path, settings: Mapping[str, str] | None = None, stop_at: str = ""
    ) -> tuple[int, str]: ...


_SECONDS = 60  # for one run, on a machine that is busy


class QuickProgram:
    """`with QuickProgram() as program: program.run("doctor", …)`."""

    def __enter__(self) -> Self:
        self._server = subprocess.Popen(
            [sys.executable, "-m", "tests.journeys.quick_program"],
            cwd=ROOT,
            env=environment({}),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._server as server:
            assert server.stdin is not None
            server.stdin.close()

    def run(
        self, *arguments: str, directory: Path, settings: Mapping[str, str] | None = None, stop_at: str = ""
    ) -> tuple[int, str]:
        """`python -m bot …` to its end: exit code, and all that it printed. At the words `stop_at` it gets SIGTERM."""
        asked = {
            "arguments": arguments,
            "directory": str(directory),
            "environment": environment(settings or {}),
            "stop_at": stop_at,
        }
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        self._server.stdin.write(f"{json.dumps(asked)}\n")
        self._server.stdin.flush()
        told = json.loads(self._server.stdout.readline())
        return told["code"], told["said"]


def _serve() -> None:
    # All that the commands import when they are called.
    import bot.__main__
    import bot.cli.doctor
    import bot.cli.imagine
    import bot.cli.run
    import bot.composition.app
    import bot.platforms.discord.platform
    import bot.platforms.slack  # noqa: F401

    for line in sys.stdin:
        asked = json.loads(line)
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            _become(asked, writing)
        os.close(writing)
        said = bytearray()
        while part := os.read(reading, 65536):
            said += part
            if asked["stop_at"] and asked["stop_at"].encode() in said:
                os.kill(child, signal.SIGTERM)
                asked["stop_at"] = ""
        os.close(reading)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        sys.stdout.write(f"{json.dumps({'code': code, 'said': said.decode('utf-8', 'replace')})}\n")
        sys.stdout.flush()


def _become(asked: Mapping[str, Any], output: int) -> NoReturn:
    """The program, in the place of this fork."""
    signal.alarm(_SECONDS)
    os.chdir(asked["directory"])
    os.environ.clear()
    os.environ.update(asked["environment"])
    nothing = os.open(os.devnull, os.O_RDONLY)
    for descriptor, target in ((nothing, 0), (output, 1), (output, 2)):
        os.dup2(descriptor, target)
    sys.argv[1:] = asked["arguments"]
    code = 1
    try:
        code = _main(asked["arguments"])
    finally:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        os._exit(code)


def _main(arguments: Sequence[str]) -> int:
    import traceback

    from bot.__main__ import main

    sys.argv[1:] = arguments
    try:
        return main()
    except BaseException:
        traceback.print_exc()
        return 1


if __name__ == "__main__":
    _serve()
