"""The real program many times over: one process has imported it, and each run is a fork of that with its own world.

A fresh interpreter needs a second and more for imports; what is tested here is what comes after them. A fork ends as
an interpreter ends: threads are joined, streams are flushed, what nobody takes is complained about.
"""

from __future__ import annotations

import gc
import marshal
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from tests.journeys.programs import ROOT, environment


class Run(Protocol):
    def __call__(
        self, *arguments: str, directory: Path, settings: Mapping[str, str] | None = None, stop_at: str = ""
    ) -> tuple[int, str]: ...


# The arguments, the folder, the environment, the umask, seconds at most, and which of the three streams are open.
_Asked = tuple[list[bytes], bytes, dict[bytes, bytes], int, int, list[int]]
_SECONDS = 60  # for one run, on a machine that is busy
_LISTENS = b"listening\n"
# The program as bash starts it: hands its arguments, environment and streams over, and ends as the fork ends.
_CLIENT = f"""
import marshal, os, socket, sys
there = []
for number in range(3):
    try:
        os.fstat(number)
    except OSError:
        continue
    there.append(number)
mask = os.umask(0)
words = [os.fsencode(one) for one in sys.argv[2:]]
asked = marshal.dumps((words, os.getcwdb(), dict(os.environb), mask, {_SECONDS}, there))
with socket.socket(socket.AF_UNIX) as server:
    server.connect(sys.argv[1])
    if there:
        socket.send_fds(server, [b"."], there)
    else:
        server.sendall(b".")
    server.sendall(asked)
    server.shutdown(socket.SHUT_WR)
    with server.makefile("r") as answer:
        answer.readline()
        code = int(answer.readline())
sys.exit(code if code >= 0 else 128 - code)
"""


class Fork:
    """A run, as subprocess.Popen tells of a process."""

    def __init__(self, server: socket.socket, arguments: Sequence[str]) -> None:
        self.args = arguments
        self.returncode: int | None = None
        self._server = server
        self.pid = self._line()

    def poll(self) -> int | None:
        if self.returncode is None and select.select([self._server], [], [], 0)[0]:
            self.wait()
        return self.returncode

    def wait(self) -> int:
        if self.returncode is None:
            self.returncode = self._line()
            self._server.close()
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def _line(self) -> int:
        with self._server.makefile("rb", 0) as answer:  # what comes later is not read yet
            return int(answer.readline())


class QuickProgram:
    """`with QuickProgram() as program: program.run("doctor", …)`.

    `settings`: what the interpreter is started with, such as its encoding. `before`: a command that starts it.
    """

    def __init__(self, settings: Mapping[str, str] | None = None, *, before: Sequence[str] = ()) -> None:
        self._settings = settings or {}
        self._before = before

    def __enter__(self) -> Self:
        self._folder = tempfile.mkdtemp(prefix="easel-quick-")  # short, as the path of a socket must be
        self._address = f"{self._folder}/socket"
        self._server = subprocess.Popen(  # noqa: S603 - our own program
            [*self._before, sys.executable, "-m", "tests.journeys.quick_program", self._address],
            cwd=ROOT,
            env=environment(self._settings),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._server.stdout is not None
        assert self._server.stdout.readline() == _LISTENS
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._server as server:
            assert server.stdin is not None
            server.stdin.close()
        shutil.rmtree(self._folder)

    def run(
        self, *arguments: str, directory: Path, settings: Mapping[str, str] | None = None, stop_at: str = ""
    ) -> tuple[int, str]:
        """`python -m bot …` to its end: exit code, and all that it printed. At the words `stop_at` it gets SIGTERM."""
        reading, writing = os.pipe()
        fork = self.start(*arguments, directory=directory, settings=settings or {}, out=writing, err=writing)
        os.close(writing)
        said = bytearray()
        with os.fdopen(reading, "rb", 0) as output:
            while part := output.read(65536):
                said += part
                if stop_at and stop_at.encode() in said:
                    fork.send_signal(signal.SIGTERM)
                    stop_at = ""
        return fork.wait(), said.decode("utf-8", "replace")

    def start(
        self, *arguments: str, directory: Path, settings: Mapping[str, str], out: int, err: int, seconds: int = _SECONDS
    ) -> Fork:
        """`python -m bot …` with these streams, for so many seconds at most; 0: as long as it likes."""
        words = {os.fsencode(name): os.fsencode(value) for name, value in environment(settings).items()}
        asked = ([os.fsencode(one) for one in arguments], os.fsencode(directory), words, 0o022, seconds, [0, 1, 2])
        server = socket.socket(socket.AF_UNIX)
        server.connect(self._address)
        nothing = os.open(os.devnull, os.O_RDONLY)
        socket.send_fds(server, [b"."], [nothing, out, err])
        os.close(nothing)
        server.sendall(marshal.dumps(asked))
        server.shutdown(socket.SHUT_WR)
        return Fork(server, arguments)

    def bash(self, line: str, *, directory: Path, **settings: str) -> subprocess.CompletedProcess[bytes]:
        """The line for bash, with `bot` as the program."""
        client = f'{sys.executable} -I -S -c "$EASEL_CLIENT" {self._address}'
        return subprocess.run(  # noqa: S603 - our own words
            ["bash", "-c", f'set -o pipefail; bot() {{ {client} "$@"; }}; {line}'],  # noqa: S607
            cwd=directory,
            env=environment({"EASEL_CLIENT": _CLIENT, **self._settings, **settings}),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=2 * _SECONDS,
        )


def _serve(address: str) -> tuple[_Asked, list[int]]:
    """Forks for whoever connects, until standard input is closed. It returns in the forks only."""
    running: dict[int, socket.socket] = {}

    def tell_the_end(*_: object) -> None:
        while running:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                break
            with running.pop(pid) as client:
                client.sendall(b"%d\n" % os.waitstatus_to_exitcode(status))

    signal.signal(signal.SIGCHLD, tell_the_end)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen()
        os.write(1, _LISTENS)
        while listener.fileno() in select.select([listener.fileno(), 0], [], [])[0]:
            client, _ = listener.accept()
            _, streams, _, _ = socket.recv_fds(client, 1, 3)
            with client.makefile("rb") as asking:
                asked: _Asked = marshal.load(asking)  # noqa: S302 - from our own client
            signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])
            pid = os.fork()
            if pid == 0:
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])
                for one in (client, *running.values()):
                    one.close()
                return asked, streams
            client.sendall(b"%d\n" % pid)
            running[pid] = client
            signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])
            for descriptor in streams:
                os.close(descriptor)
    sys.exit()


def _become(asked: _Asked, streams: Sequence[int]) -> None:
    """The program in the place of this fork."""
    arguments, directory, settings, mask, seconds, there = asked
    signal.alarm(seconds)
    os.chdir(directory)
    os.umask(mask)
    os.environ.clear()
    os.environb.update(settings)
    for number in range(3):
        os.close(number)
    for descriptor, number in zip(streams, there, strict=True):
        os.dup2(descriptor, number)
        os.close(descriptor)
    # As an interpreter finds them: what the shell has closed is None.
    encoding = os.environ.get("PYTHONIOENCODING")
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if number in there and number > 0 and encoding is not None:
            errors = ("strict", "backslashreplace")[number - 1]
            setattr(sys, name, os.fdopen(number, "w", encoding=encoding, errors=errors, closefd=False))
        if number not in there:
            setattr(sys, name, None)
            setattr(sys, f"__{name}__", None)
    sys.argv[1:] = [os.fsdecode(one) for one in arguments]


if __name__ == "__main__":
    # All that the commands import when they are called.
    from PIL import Image

    import bot.__main__
    import bot.cli.doctor
    import bot.cli.imagine
    import bot.cli.imagine_arguments
    import bot.cli.run
    import bot.composition.app
    import bot.composition.sandbox
    import bot.platforms.discord.platform
    import bot.platforms.slack

    Image.init()
    gc.freeze()  # what is loaded is no garbage, and need not be looked through at the end of every fork
    _become(*_serve(sys.argv[1]))
    sys.exit(bot.__main__.main())
