"""Settings, `.env.example` and docs/settings.md name the same things with the same defaults."""

import re
from pathlib import Path

import pytest

from bot.sandbox.config import _VARIABLES, SandboxConfig
from bot.settings import Settings
from tests.project.tree import read, table_rows


@pytest.fixture
def defaults(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, str]:
    """Every setting's name and its default as one would write it; nothing where there is none."""
    monkeypatch.chdir(tmp_path)  # away from anybody's .env
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
        monkeypatch.delenv(name, raising=False)
    settings = Settings()
    return {name.upper(): _written(getattr(settings, name)) for name in Settings.model_fields}


def _written(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)


def test_the_example_names_every_setting_with_its_default(defaults: dict[str, str]) -> None:
    found = re.findall(r"^#([A-Z_]+)=(.*)$", read(".env.example"), re.MULTILINE)
    assert dict(found) == defaults
    assert len(found) == len(defaults)


def test_the_example_sets_nothing_by_itself() -> None:
    assert [line for line in read(".env.example").splitlines() if line and not line.startswith("#")] == []


def test_the_example_taken_as_it_is_means_the_defaults(defaults: dict[str, str], tmp_path: Path) -> None:
    taken = re.sub(r"^#(?=[A-Z_]+=)", "", read(".env.example"), flags=re.MULTILINE)
    (tmp_path / ".env").write_text(taken, encoding="utf-8")
    settings = Settings()
    assert {name.upper(): _written(getattr(settings, name)) for name in Settings.model_fields} == defaults


def test_the_page_of_settings_names_every_setting_with_its_default(defaults: dict[str, str]) -> None:
    rows = list(table_rows("docs/settings.md", "setting"))
    found = {name.strip("`"): "" if default == "none" else default.strip("`") for name, default, _ in rows}
    assert found == defaults
    assert len(rows) == len(found)
    assert all(meaning for *_, meaning in rows)


def test_the_readme_shows_true_defaults(defaults: dict[str, str]) -> None:
    for names, written, _ in table_rows("README.md", "setting"):
        each = [name.strip("` ") for name in names.split(",")]
        shown = ["" if value.strip() == "none" else value.strip("` ") for value in written.split(",")]
        shown *= len(each) if len(shown) == 1 else 1
        assert {name: defaults[name] for name in each} == dict(zip(each, shown, strict=True))


def test_the_sandboxs_variables_are_documented() -> None:
    cells = " ".join(names for names, _ in table_rows("docs/settings.md", "variable"))
    assert set(re.findall(r"`([A-Z_]+)`", cells)) == set(_VARIABLES)
    assert SandboxConfig.from_environment({}) == SandboxConfig()
