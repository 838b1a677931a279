"""The recipe of CONTRIBUTING.md for a setting, followed in a copy: only what it names has to be touched."""

from __future__ import annotations

import shutil

from tests.project.program_copy import Copy
from tests.project.tree import ROOT, read

TOY_SETTING = {
    "bot/settings.py": ("    label_on_pictures: str", "    greeting_seconds: int = Field(default=3, ge=1, le=60)\n"),
    ".env.example": ("# A line drawn on every picture", "# Seconds that a greeting takes.\n#GREETING_SECONDS=3\n"),
    "docs/settings.md": ("| `LABEL_ON_PICTURES`", "| `GREETING_SECONDS` | `3` | Seconds that a greeting takes. |\n"),
}


def test_a_setting(copy: Copy) -> None:
    for name in (".env.example", "README.md"):
        shutil.copy(ROOT / name, copy.root)
    shutil.copytree(ROOT / "docs", copy.root / "docs")
    for file, (before, text) in TOY_SETTING.items():
        copy.insert(file, before, text)
    assert copy.touched() == {*TOY_SETTING}
    assert [named for named in TOY_SETTING if named not in read("CONTRIBUTING.md")] == []

    told = "import json; from bot.settings import load_settings; print(json.dumps(load_settings().greeting_seconds))"
    assert copy.told(told) == 3
    (copy.home / ".env").write_text("GREETING_SECONDS=7\n", encoding="utf-8")
    assert copy.told(told) == 7
    (copy.home / ".env").write_text("GREETING_SECONDS=70\n", encoding="utf-8")
    code, _, complained = copy.run("-m", "bot", "run")
    assert (code, "GREETING_SECONDS" in complained, "60" in complained) == (2, True, True), complained
    copy.test({copy.root / "tests/project/test_project_settings.py": ""}, passed=6)
