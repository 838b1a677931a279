"""From a fresh clone to the first picture, by what the README says and nothing else."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from db.lock import find_running
from tests.packaging.places import clone, environment_of, run
from tests.project.tree import read

_AT_MOST = 240  # seconds, on a machine that is busy with other tests; a quiet one needs about thirty


@pytest.mark.slow
def test_the_first_picture_of_a_fresh_clone(tmp_path: Path) -> None:
    start = read("README.md").partition("## What you can type")[0]
    blocks = re.findall(r"^```console\n(.+?)^```", start, re.DOTALL | re.MULTILINE)
    starting, drawing = (block.splitlines()[0].partition("#")[0].strip() for block in blocks[:2])
    assert starting == "make run"
    checkout = clone(tmp_path / "easel")
    settings = {"WEB_PORT": "0"}  # other tests run bots too

    began = time.monotonic()
    with (tmp_path / "log").open("wb") as log:
        bot = subprocess.Popen(  # noqa: S603 - the README's
            shlex.split(starting), cwd=checkout, env=environment_of(checkout, settings), stdout=log, stderr=log,
            start_new_session=True,
        )  # fmt: skip
    try:
        database = f"sqlite+aiosqlite:///{checkout}/data/easel.db"
        while (running := find_running(database) if (checkout / "data").is_dir() else None) is None or not running.url:
            assert bot.poll() is None, (tmp_path / "log").read_text()
            assert time.monotonic() - began < _AT_MOST
            time.sleep(0.2)
        started = time.monotonic()
        printed = run(*shlex.split(drawing), home=checkout, settings=settings)
        drawn = time.monotonic()
    finally:
        os.killpg(bot.pid, signal.SIGTERM)
        bot.wait(30)

    assert len(printed.split()) == 2
    assert all((checkout / path).stat().st_size > 10_000 for path in printed.split())
    sys.stderr.write(f"started after {started - began:.1f} s, drew within {drawn - started:.1f} s\n")  # shown by -rP
