"""What the tests of the recipes stand on."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.project.program_copy import Copy
from tests.project.tree import ROOMS, ROOT


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    copy = Copy(root=tmp_path / "program", home=tmp_path / "home")
    for room in ROOMS:
        shutil.copytree(ROOT / room, copy.root / room)  # with the bytecode of what stays as it is
    shutil.copy(ROOT / "pyproject.toml", copy.root)
    copy.home.mkdir()
    return copy
