"""The pages that are made from the code are those that the code makes now."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.project.tree import ROOT


@pytest.mark.skipif(sys.version_info[:2] != (3, 11), reason="argparse words its help anew in each version")
def test_the_pages_are_current(tmp_path: Path) -> None:
    for name in ("bot", "cogs", "db"):
        (tmp_path / name).symlink_to(ROOT / name)
    for name in ("ops", "docs"):
        (tmp_path / name).mkdir()
    shutil.copy(ROOT / "ops/reference.py", tmp_path / "ops")
    done = subprocess.run(
        [sys.executable, "ops/reference.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    made = sorted(path.name for path in (tmp_path / "docs").iterdir())
    assert made == ["commands.md", "values.md"]
    stale = [name for name in made if (tmp_path / "docs" / name).read_text() != (ROOT / "docs" / name).read_text()]
    assert stale == [], "make reference"
