"""An empty home, and commands that are run in it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.journeys.programs import environment
from tests.project.tree import ROOT

_NOT_IN_A_CLONE = {".git", ".venv", ".env", "data", "pictures", "site", "dist"}


def environment_of(home: Path, settings: Mapping[str, str] | None = None) -> dict[str, str]:
    """What a shell of a new user has; nothing of the make and the environment that run these tests."""
    settled = environment({"HOME": str(home), **(settings or {})})
    foreign = ("MAKEFLAGS", "MAKELEVEL", "PYTHONPATH", "VIRTUAL_ENV")
    return {name: value for name, value in settled.items() if name not in foreign}


def run(*command: str, home: Path, settings: Mapping[str, str] | None = None, minutes: float = 4) -> str:
    """Run it in `home`, which is HOME too; its stdout. It has to end with 0."""
    done = subprocess.run(  # noqa: S603 - commands of these tests
        command,
        cwd=home,
        env=environment_of(home, settings),
        capture_output=True,
        text=True,
        timeout=minutes * 60,
        check=False,
    )
    assert done.returncode == 0, f"{command}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def clone(target: Path) -> Path:
    """The checkout's files as a fresh clone has them."""

    def ignored(folder: str, names: list[str]) -> set[str]:
        made = {name for name in names if name == "__pycache__" or name.endswith("_cache") or name == ".hypothesis"}
        return made | (_NOT_IN_A_CLONE if Path(folder) == ROOT else set())

    shutil.copytree(ROOT, target, symlinks=True, ignore=ignored)
    return target
