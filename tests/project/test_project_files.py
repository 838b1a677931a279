"""The files around the code: locks, the image, the Makefile, and what must stand in none of them."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.project.tree import ROOT, read, text_files

LOCKS = ("requirements.txt", "requirements-dev.txt")


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_line_is_pinned_and_hashed(lock: str) -> None:
    text = re.sub(r"\\\n\s*", " ", read(lock))  # one requirement a line
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    assert len(lines) > 10
    assert [
        line for line in lines if not re.match(r"^[a-z0-9._-]+(\[[a-z,]+\])?==\S+ .*--hash=sha256:[0-9a-f]{64}", line)
    ] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_index(lock: str) -> None:
    # The command in the heading has options that say so; what counts is an address.
    assert re.findall(r"^\s*--(?:extra-)?index-url|^\s*--find-links|https?://|file:", read(lock), re.MULTILINE) == []


def test_both_locks_agree() -> None:
    pinned = [dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", read(lock), re.MULTILINE)) for lock in LOCKS]
    running, developing = pinned
    assert {name: developing.get(name) for name in running} == running


# Put together here, so that this file isn't one of those it looks for.
_LEFT_BEHIND = re.compile(r"\b(?:" + "|".join(("TO" + "DO", "FIX" + "ME", "X" + "XX", "HA" + "CK")) + r")\b")
_MACHINE_PATHS = re.compile(r"(?<![\w.])/(?:" + "|".join(("home", "root", "Users", "wo" + "rk")) + r")/\w")


@pytest.mark.parametrize("path", text_files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_is_left_behind(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert _LEFT_BEHIND.findall(text) == []
    assert _MACHINE_PATHS.findall(text) == []


def test_help_lists_every_target() -> None:
    makefile = read("Makefile")
    phony = re.findall(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)[0].split()
    targets = re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE)
    assert sorted(phony) == sorted(targets)
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    shown = subprocess.run(
        ["make", "--no-print-directory", "help"],  # noqa: S607 - the make that runs these tests
        cwd=ROOT,
        env=clean,
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    ).stdout
    assert re.findall(r"^  make ([a-z-]+) +\S", shown, re.MULTILINE) == targets


def _instructions() -> list[tuple[str, str]]:
    """The Dockerfile's instructions with their arguments, comments away and continued lines joined."""
    lines = [line for line in read("Dockerfile").splitlines() if not line.startswith("#")]
    joined = re.sub(r"\\\n\s*", "", "\n".join(lines))
    return [(name, rest.strip()) for name, _, rest in (line.partition(" ") for line in joined.splitlines() if line)]


def _last(name: str) -> str:
    return [rest for instruction, rest in _instructions() if instruction == name][-1]


def test_the_image_is_built_in_stages_from_hashed_requirements() -> None:
    bases = [rest for name, rest in _instructions() if name == "FROM"]
    assert bases == ["python:3.11.14-slim-trixie AS builder", "python:3.11.14-slim-trixie"]
    installs = [rest for name, rest in _instructions() if name == "RUN" and "pip install" in rest]
    assert len(installs) == 1
    assert "--require-hashes -r requirements.txt" in installs[0]
    last_stage = _instructions()[max(at for at, (name, _) in enumerate(_instructions()) if name == "FROM") :]
    assert not any("pip" in rest for _, rest in last_stage)


def test_the_image_runs_the_bot_as_nobody_in_particular() -> None:
    assert _last("USER").split(":")[0] == "10001"
    assert json.loads(_last("CMD")) == ["python", "-m", "bot", "run"]
    assert _last("STOPSIGNAL") == "SIGTERM"
    assert not any(name == "ENTRYPOINT" for name, _ in _instructions())
    options, _, command = _last("HEALTHCHECK").partition("CMD ")
    assert json.loads(command) == ["python", "-m", "bot", "health"]
    assert "--timeout=" in options
    assert _last("EXPOSE") == "8080"


def test_the_image_keeps_its_data_in_a_volume_that_its_user_may_write() -> None:
    volume = json.loads(_last("VOLUME"))[0]
    assert f"DATA_DIR={volume}" in _last("ENV")
    made = [rest for name, rest in _instructions() if name == "RUN" and f"mkdir {volume}" in rest]
    assert made
    assert f"chown 10001:10001 {volume}" in made[0]


def test_the_image_has_fonts_for_both_languages() -> None:
    installed = " ".join(rest for name, rest in _instructions() if name == "RUN" and "apt-get install" in rest)
    assert {"fonts-wqy-microhei", "fonts-dejavu-core", "--no-install-recommends"} <= set(installed.split())
    assert "rm -rf /var/lib/apt/lists" in installed


def test_the_image_has_the_licences_of_all_that_is_in_it() -> None:
    first_stage = _instructions()[: max(at for at, (name, _) in enumerate(_instructions()) if name == "FROM")]
    written = [rest for name, rest in first_stage if name == "RUN" and "licences.py --texts" in rest]
    assert [rest.rpartition("> ")[2] for rest in written] == ["/opt/easel/THIRD-PARTY-LICENCES.txt"]
    assert "/opt/easel /opt/easel" in " ".join(rest for name, rest in _instructions() if name == "COPY")
    assert "org.opencontainers.image.licenses=MIT" in _last("LABEL")


def test_no_secret_comes_into_the_image() -> None:
    copied = [rest for name, rest in _instructions() if name in {"COPY", "ADD"}]
    assert all(words.split()[-2] != "." for words in copied)
    assert not any(name == "ARG" for name, _ in _instructions())
    assert not re.search(r"TOKEN|SECRET|KEY|WEB_HOST", _last("ENV"))
    # Everything is left out but what is named.
    rules = [line for line in read(".dockerignore").splitlines() if line and not line.startswith("#")]
    assert rules[0] == "*"
    allowed = {rule[1:] for rule in rules if rule.startswith("!")}
    assert allowed == {"requirements.txt", "LICENSE", "slack-manifest.yaml", "ops/licences.py", "bot", "cogs", "db"}
    sources = {words.split()[-2] for words in copied if "--from" not in words}
    assert sources == allowed


def test_what_is_checked_is_run_and_nothing_is_swallowed() -> None:
    script = ROOT / ".ci/run"
    lines = script.read_text(encoding="utf-8").splitlines()
    assert os.access(script, os.X_OK)
    assert "set -euo pipefail" in lines
    assert "make check" in lines
    for target in ("make test", "make test-slow"):
        assert [line for line in lines if line.startswith("timeout ") and line.endswith(target)]
    assert not any("|| true" in line or "set +e" in line for line in lines)
