from __future__ import annotations

import tomllib

from bot import __version__
from tests.project.tree import ROOT


def test_the_version_is_the_same_in_both_places() -> None:
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"] == __version__
