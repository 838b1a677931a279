"""`pip install .`: what the wheel holds, and Easel as it runs where only the wheel was installed."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from bot import __version__
from tests.packaging.places import clone, environment_of, run
from tests.project.tree import ROOMS, ROOT

_PICTURE = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("wheel")
    source = clone(target / "source")
    pip = (sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation")
    run(*pip, "--wheel-dir", str(target), str(source), home=target)
    return next(target.glob("easel-*.whl"))


@pytest.mark.slow
def test_the_wheel_holds_every_file_of_the_program_and_nothing_else(wheel: Path) -> None:
    ours = {
        str(path.relative_to(ROOT))
        for room in ROOMS
        for path in (ROOT / room).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert names == ours | {"bot/slack-manifest.yaml"}


@pytest.mark.slow
def test_the_wheel_names_its_command_licence_and_extra(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as opened:
        info = f"easel-{__version__}.dist-info"
        metadata = opened.read(f"{info}/METADATA").decode()
        assert "easel = bot.__main__:main" in opened.read(f"{info}/entry_points.txt").decode()
        assert f"{info}/licenses/LICENSE" in opened.namelist()
    required = [line for line in metadata.splitlines() if line.startswith("Requires-Dist:")]
    for package in ("psycopg", "procrastinate"):
        assert [line for line in required if package in line and "extra == 'postgres'" in line]
        assert not [line for line in required if package in line and "extra" not in line]


# Imports what the plain package imports, where the packages of the extra are missing.
_WITHOUT_THE_EXTRA = """
import importlib, pkgutil, sys
for name in ("psycopg", "psycopg_pool", "procrastinate"):
    sys.modules[name] = None
import bot, cogs, db
only_with_it = {"bot.engine.heartbeat", "bot.engine.postgres", "bot.engine.procrastinate_queue"}
for package in (bot, cogs, db):
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if module.name not in only_with_it and "migrations" not in module.name:
            importlib.import_module(module.name)
"""


def test_only_three_modules_need_the_extra() -> None:
    done = subprocess.run(  # noqa: S603 - the interpreter of these tests
        [sys.executable, "-c", _WITHOUT_THE_EXTRA], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_the_wheel_draws_where_nothing_else_is_installed(wheel: Path, tmp_path: Path) -> None:
    """As a person does it: an environment of its own, an empty home, no checkout anywhere near."""
    run(sys.executable, "-m", "venv", "easel", home=tmp_path)
    easel = str(tmp_path / "easel" / "bin" / "easel")
    run(str(tmp_path / "easel" / "bin" / "pip"), "install", "--quiet", str(wheel), home=tmp_path, minutes=8)

    assert run(easel, "--version", home=tmp_path).strip() == f"easel {__version__}"
    assert run(easel, "--help", home=tmp_path).startswith("usage: easel")
    drawn = json.loads(run(easel, "imagine", "a red fox in the snow n:2", "--json", home=tmp_path))
    assert drawn["state"] == "done"
    assert len(list(tmp_path.glob("*.png"))) == 2
    assert all(path.read_bytes().startswith(_PICTURE) for path in tmp_path.glob("*.png"))
    assert list((tmp_path / "easel" / "lib").glob("*/site-packages/psycopg*")) == []

    refused = subprocess.run(  # noqa: S603 - what was installed above
        [easel, "run"],
        cwd=tmp_path,
        env=environment_of(tmp_path, {"DATABASE_URL": "postgresql://easel@127.0.0.1/easel"}),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "pip install 'easel[postgres]'" in refused.stderr
    assert "Traceback" not in refused.stderr
