"""A copy of the program that a test changes, runs and tests, as somebody who follows a recipe does."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.project.tree import ROOT


@dataclass
class Copy:
    """The program in a folder of its own, with a sandbox that is in no hurry to paint well."""

    root: Path
    home: Path

    def insert(self, file: str, before: str, text: str) -> None:
        source = (self.root / file).read_text(encoding="utf-8")
        assert source.count(before) == 1, f"{file} has no one place for it"
        (self.root / file).write_text(source.replace(before, text + before), encoding="utf-8")

    def replace(self, file: str, old: str, new: str) -> None:
        source = (self.root / file).read_text(encoding="utf-8")
        assert source.count(old) == 1, f"{file} has no one place for it"
        (self.root / file).write_text(source.replace(old, new), encoding="utf-8")

    def touched(self) -> set[str]:
        """The files that are new or changed."""
        kinds = ("*.py", "*.ftl", "*.js", "*.html", "*.toml", "*.md", ".env.example")
        found = {path.relative_to(self.root) for kind in kinds for path in self.root.rglob(kind)}
        return {
            str(name)
            for name in found
            if not (ROOT / name).exists() or (ROOT / name).read_bytes() != (self.root / name).read_bytes()
        }

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        return {
            **kept,
            "PYTHONPATH": str(self.root),
            "DATA_DIR": str(self.home / "data"),
            "WEB_PORT": "0",
            "SANDBOX_SPEED": "100",
            "SANDBOX_PAINTING": "plain",
        }

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(  # noqa: S603 - the copy of this program
            [sys.executable, *arguments],
            cwd=self.home,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str) -> tuple[int, str, str]:
        """Exit code, stdout and stderr."""
        process = self.start(*arguments)
        said, complained = process.communicate(timeout=60)
        return process.returncode, said, complained

    def imagine(self, text: str, *, code: int = 0) -> dict[str, Any]:
        """What `imagine --json` prints."""
        found, said, complained = self.run("-m", "bot", "imagine", text, "--json", "--out", str(self.home))
        assert found == code, complained
        answer: dict[str, Any] = json.loads(said)
        return answer

    def told(self, script: str) -> Any:
        """The JSON that a script prints."""
        code, said, complained = self.run("-c", script)
        assert code == 0, complained
        return json.loads(said)

    def test(self, tests: dict[Path, str], *, passed: int, only: str = "") -> None:
        """Run tests in the copy, with those of this program beside them."""
        shutil.copytree(ROOT / "tests", self.root / "tests")
        shutil.copy(ROOT / "slack-manifest.yaml", self.root)
        for test, text in tests.items():
            if text:
                test.write_text(text, encoding="utf-8")
        run = subprocess.run(  # noqa: S603 - the copy of these tests
            [sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", "-k", only, *map(str, tests)],
            cwd=self.root,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert run.returncode == 0, run.stdout
        assert f"{passed} passed" in run.stdout
