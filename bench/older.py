"""An older commit's code, to be measured beside today's in the same run."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]


@contextmanager
def older(commit: str) -> Iterator[Path | None]:
    """A work tree of it, for PYTHONPATH: it runs with this environment. None where there is no such commit here."""
    if _git("cat-file", "-e", f"{commit}^{{commit}}").returncode:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="easel-before-") as folder:
        code = Path(folder) / "before"
        _git("worktree", "add", "--quiet", "--detach", str(code), commit).check_returncode()
        try:
            yield code
        finally:
            _git("worktree", "remove", "--force", str(code)).check_returncode()


def _git(*words: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["git", *words], cwd=ROOT, check=False, capture_output=True)  # noqa: S603, S607 - ours
