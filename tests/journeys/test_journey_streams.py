"""Output that can't be encoded, or that nobody takes: it ends no command after it has cost something."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.journeys.programs import environment

pytestmark = pytest.mark.journey

SANDBOX = {"SANDBOX_SPEED": "1000", "SANDBOX_PAINTING": "plain"}
ENCODINGS = [
    {"PYTHONIOENCODING": "cp1252"},
    {"PYTHONIOENCODING": "ascii"},
    {"PYTHONIOENCODING": "latin-1"},
    {"LANG": "C", "LC_ALL": "C"},
    {"LANG": "C", "LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
]


def shell(line: str, *, directory: Path, **settings: str) -> subprocess.CompletedProcess[bytes]:
    """The line for bash, with `bot` as the program."""
    script = f'set -o pipefail; bot() {{ {sys.executable} -m bot "$@"; }}; {line}'
    return subprocess.run(  # noqa: S603 - our own words
        ["bash", "-c", script],  # noqa: S607
        cwd=directory,
        env=environment({**SANDBOX, **settings}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=120,
    )


@pytest.mark.parametrize("settings", ENCODINGS, ids=lambda each: " ".join(each.values()))
def test_a_request_in_chinese_on_a_terminal_that_has_none(settings: dict[str, str], tmp_path: Path) -> None:
    done = shell('bot imagine "红狐 café 1k" --json', directory=tmp_path, **settings)
    assert done.returncode == 0, done.stderr
    assert b"Traceback" not in done.stderr
    job = json.loads(done.stdout.decode("utf-8" if settings.get("PYTHONIOENCODING") is None else "ascii"))
    assert job["prompt"] == "红狐 café"
    path = Path(job["pictures"][0]["path"])
    assert path.is_file() or "PYTHONUTF8" in settings
    done = shell('bot imagine "红狐 café 1k"', directory=tmp_path, **settings)
    assert done.returncode == 0, done.stderr
    (line,) = done.stdout.splitlines()
    assert Path(os.fsdecode(line)).is_file()
    for command in ("bot jobs list --prompts", "bot jobs list --prompts --json", "bot jobs list --prompts --csv"):
        done = shell(command, directory=tmp_path, **settings)
        assert (done.returncode, done.stderr) == (0, b""), command
        assert b"caf" in done.stdout
    done = shell("bot doctor", directory=tmp_path, **settings)
    assert (done.returncode, done.stderr) == (0, b"")


def test_output_that_nobody_takes(tmp_path: Path) -> None:
    cases = {
        "bot imagine 'a fox n:2 1k' | head -1": 0,
        "bot imagine 'a fox 1k' | true": 0,
        "bot imagine 'a fox 1k' >&-": 0,
        "bot imagine 'a fox 1k' 2>&-": 0,
        "bot imagine 'a fox 1k' >&- 2>&- <&-": 0,
        "bot imagine 'a fox 1k' 2> >(true)": 0,
        "bot imagine 'a fox 1k' > /dev/full": 1,
        "bot imagine 'a fox 1k' 2> /dev/full": 0,
        "bot imagine 'a fox 1k' --json > /dev/full 2> /dev/full": 1,
    }
    for made, (line, code) in enumerate(cases.items()):
        done = shell(line, directory=tmp_path)
        assert done.returncode == code, (line, done.stderr)
        assert b"Traceback" not in done.stderr, line
        assert b"Exception ignored" not in done.stderr, line
        assert len(list(tmp_path.glob("*.png"))) == made + 2, line
    assert (
        b"could not be written (No space left on device)"
        in shell("bot jobs list > /dev/full", directory=tmp_path).stderr
    )
    for line in (
        "bot jobs list | true",
        "bot jobs list --csv >&-",
        "bot usage --json | head -1",
        "bot doctor | true",
        "bot health >&-",
    ):
        done = shell(line, directory=tmp_path)
        assert done.returncode == (1 if "health" in line else 0), (line, done.stderr)
        assert b"Traceback" not in done.stderr + done.stdout, line


def test_errors_in_json_have_their_four_parts(tmp_path: Path) -> None:
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
    shell("bot imagine 'a fox 1k'", directory=tmp_path)
    for line, (code, name, repaired) in cases.items():
        done = shell(line, directory=tmp_path, LIMIT_USER_DAILY="2")
        assert done.returncode == code, (line, done.stderr)
        error = json.loads(done.stdout)["error"]
        assert set(error) == {"code", "message", "hint", "repair"}, line
        assert error["code"] == name, line
        assert error["message"]
        assert (error["repair"] is not None) == repaired, line
    done = shell("bot imagine 'a cat [[fail]] 1k' --json", directory=tmp_path)
    error = json.loads(done.stdout)["error"]
    assert (done.returncode, error["code"], error["hint"], error["repair"]) == (4, "task-failed", "", None)


def test_a_request_without_quotes(tmp_path: Path) -> None:
    line = "bot imagine a fox --ar 16:9 --json n:2 --out pictures under a tree --clarity 1024"
    job = json.loads(shell(line, directory=tmp_path).stdout)
    assert (job["prompt"], job["ratio"], job["n"], job["clarity"]) == ("a fox under a tree", "16:9", 2, 1024)
    assert len(list((tmp_path / "pictures").iterdir())) == 2
    for wrong in ("--jsn", "-x", "--ou=x"):
        done = shell(f"bot imagine a fox {wrong}", directory=tmp_path)
        assert done.returncode == 2
        assert done.stderr.startswith(b"usage: python -m bot imagine TEXT...")
        assert f"there is no option {wrong}".encode() in done.stderr
    done = shell("bot imagine --help", directory=tmp_path)
    assert b"examples:" in done.stdout
    assert b"exit codes:" in done.stdout


def test_a_folder_that_can_not_be_written_to(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    folder.chmod(0o555)
    drop = "" if os.getuid() else "exec setpriv --bounding-set=-dac_override,-dac_read_search "
    commands = (
        "imagine 'a fox'", f"imagine 'a fox' --out {tmp_path}/out", "run", "migrate", "backup", "doctor", "health",
        "link", "usage", "invite Ada",
    )  # fmt: skip
    for command in commands:
        done = shell(f"{drop}{sys.executable} -m bot {command}", directory=folder)
        said = (done.stdout + done.stderr).decode()
        assert "Traceback" not in said, (command, said)
        assert done.returncode in {1, 2}, (command, said)
        assert re.search(r"data|directory|running", said), (command, said)
    assert list(folder.iterdir()) == []
