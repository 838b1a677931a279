"""Output that can't be encoded, or that nobody takes: it ends no command after it has cost something."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

import pytest

from tests.db.template import migrated
from tests.journeys.programs import environment
from tests.journeys.quick_program import QuickProgram

pytestmark = pytest.mark.journey

SANDBOX = {"SANDBOX_SPEED": "1000", "SANDBOX_PAINTING": "plain"}
ENCODINGS = [
    {"PYTHONIOENCODING": "cp1252"},
    {"PYTHONIOENCODING": "ascii"},
    {"PYTHONIOENCODING": "latin-1"},
    {"LANG": "C", "LC_ALL": "C"},
    {"LANG": "C", "LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
]


class Shell(Protocol):
    def __call__(self, line: str, **settings: str) -> subprocess.CompletedProcess[bytes]: ...


@pytest.fixture
def shell(quick: QuickProgram, home: Path) -> Shell:
    """A line for bash, with `bot` as the program."""
    return lambda line, **settings: quick.bash(line, directory=home, **SANDBOX, **settings)


@pytest.mark.parametrize("settings", ENCODINGS, ids=lambda each: " ".join(each.values()))
def test_a_request_in_chinese_on_a_terminal_that_has_none(
    settings: dict[str, str], quick: QuickProgram, home: Path
) -> None:
    with contextlib.ExitStack() as stack:
        if "LC_ALL" in settings:  # what an interpreter only looks at when it starts
            quick = stack.enter_context(QuickProgram(settings))

        def shell(line: str) -> subprocess.CompletedProcess[bytes]:
            return quick.bash(line, directory=home, **SANDBOX, **settings)

        done = shell('bot imagine "红狐 café 1k" --json')
        assert done.returncode == 0, done.stderr
        assert b"Traceback" not in done.stderr
        job = json.loads(done.stdout.decode("utf-8" if settings.get("PYTHONIOENCODING") is None else "ascii"))
        assert job["prompt"] == "红狐 café"
        path = Path(job["pictures"][0]["path"])
        assert path.is_file() or "PYTHONUTF8" in settings
        done = shell('bot imagine "红狐 café 1k"')
        assert done.returncode == 0, done.stderr
        (line,) = done.stdout.splitlines()
        assert Path(os.fsdecode(line)).is_file()
        for command in ("bot jobs list --prompts", "bot jobs list --prompts --json", "bot jobs list --prompts --csv"):
            done = shell(command)
            assert (done.returncode, done.stderr) == (0, b""), command
            assert b"caf" in done.stdout
        done = shell("bot doctor")
        assert (done.returncode, done.stderr) == (0, b"")


def test_output_that_nobody_takes(quick: QuickProgram, tmp_path: Path) -> None:
    cases = {
        "bot imagine 'a fox n:2 1k' | head -1": (0, 2),
        "bot imagine 'a fox 1k' | true": (0, 1),
        "bot imagine 'a fox 1k' >&-": (0, 1),
        "bot imagine 'a fox 1k' 2>&-": (0, 1),
        "bot imagine 'a fox 1k' >&- 2>&- <&-": (0, 1),
        "bot imagine 'a fox 1k' 2> >(true)": (0, 1),
        "bot imagine 'a fox 1k' > /dev/full": (1, 1),
        "bot imagine 'a fox 1k' 2> /dev/full": (0, 1),
        "bot imagine 'a fox 1k' --json > /dev/full 2> /dev/full": (1, 1),
        "bot jobs list > /dev/full": (1, 0),
        "bot jobs list | true": (0, 0),
        "bot jobs list --csv >&-": (0, 0),
        "bot usage --json | head -1": (0, 0),
        "bot doctor | true": (0, 0),
        "bot health >&-": (1, 0),
    }

    def ended(number: int, line: str) -> tuple[subprocess.CompletedProcess[bytes], int]:
        home = tmp_path / str(number)
        (home / "data").mkdir(parents=True)
        (home / "data" / "easel.db").write_bytes(migrated())
        return quick.bash(line, directory=home, **SANDBOX), len(list(home.glob("*.png")))

    migrated()
    with ThreadPoolExecutor(4) as together:  # most of it waits for the provider
        ends = together.map(ended, range(len(cases)), cases)
        for (line, (code, pictures)), (done, made) in zip(cases.items(), ends, strict=True):
            assert done.returncode == code, (line, done.stderr)
            assert b"Traceback" not in done.stderr + done.stdout, line
            assert b"Exception ignored" not in done.stderr, line
            assert made == pictures, line
            if line == "bot jobs list > /dev/full":
                assert b"could not be written (No space left on device)" in done.stderr


def test_errors_in_json_have_their_four_parts(shell: Shell) -> None:
    cases = {
        "bot imagine 'a fox ratio:97:1' --json": (2, "bad-ratio", True),
        "LIMIT_USER_DAILY=9 bot imagine '{red|blue} fox' --json": (2, "matrix-offer", True),
        "bot imagine --json - ": (2, "no-input", False),
        "bot imagine $'\\xff fox' --json": (2, "bad-argument", False),
        "bot imagine 'a fox n:2' --json": (3, "limit-daily", True),
        "WEB_PORT=x bot imagine 'a fox' --json": (2, "settings", False),
        "bot imagine 'a fox' --out /dev/null --json": (2, "out-not-writable", False),
        "bot jobs show nothing --json": (2, "job-gone", False),
    }
    shell("bot imagine 'a fox 1k'")
    for line, (code, name, repaired) in cases.items():
        done = shell(line, LIMIT_USER_DAILY="2")
        assert done.returncode == code, (line, done.stderr)
        error = json.loads(done.stdout)["error"]
        assert set(error) == {"code", "message", "hint", "repair"}, line
        assert error["code"] == name, line
        assert error["message"]
        assert (error["repair"] is not None) == repaired, line
    done = shell("bot imagine 'a cat [[fail]] 1k' --json")
    error = json.loads(done.stdout)["error"]
    assert (done.returncode, error["code"], error["hint"], error["repair"]) == (4, "task-failed", "", None)


def test_a_request_without_quotes(shell: Shell, home: Path) -> None:
    line = "bot imagine a fox --ar 16:9 --json n:2 --out pictures under a tree --clarity 1024"
    job = json.loads(shell(line).stdout)
    assert (job["prompt"], job["ratio"], job["n"], job["clarity"]) == ("a fox under a tree", "16:9", 2, 1024)
    assert len(list((home / "pictures").iterdir())) == 2
    for wrong in ("--jsn", "-x", "--ou=x"):
        done = shell(f"bot imagine a fox {wrong}")
        assert done.returncode == 2
        assert done.stderr.startswith(b"usage: python -m bot imagine TEXT...")
        assert f"there is no option {wrong}".encode() in done.stderr
    done = shell("bot imagine --help")
    assert b"examples:" in done.stdout
    assert b"exit codes:" in done.stdout


def test_a_shell_that_has_closed_everything_before_the_interpreter_starts(home: Path) -> None:
    """As the others, with an interpreter of its own: what is opened first has the number of what was closed."""
    done = subprocess.run(  # noqa: S603 - our own program
        ["bash", "-c", f"{sys.executable} -m bot imagine 'a fox 1k' >&- 2>&- <&-"],  # noqa: S607
        cwd=home,
        env=environment(SANDBOX),
        check=False,
        timeout=120,
    )
    assert done.returncode == 0
    assert len(list(home.glob("*.png"))) == 1


def test_a_folder_that_can_not_be_written_to(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    folder.chmod(0o555)
    drop = [] if os.getuid() else ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
    commands = (
        "imagine 'a fox'", f"imagine 'a fox' --out {tmp_path}/out", "run", "migrate", "backup", "doctor", "health",
        "link", "usage", "invite Ada",
    )  # fmt: skip
    with QuickProgram(before=drop) as program:
        for command in commands:
            code, said = program.run(*shlex.split(command), directory=folder, settings=SANDBOX)
            assert "Traceback" not in said, (command, said)
            assert code in {1, 2}, (command, said)
            assert re.search(r"data|directory|running", said), (command, said)
    assert list(folder.iterdir()) == []
