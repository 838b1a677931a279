"""What the documents show to be copied: every fenced block is run in an empty folder, or read by its language."""

from __future__ import annotations

import ast
import re
import shlex
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.__main__ import _parser
from bot.configuration.env_file import read_env_file
from bot.settings import Settings
from tests.journeys.quick_program import QuickProgram
from tests.project.tree import ROOT, documents, read

# Drawings and what `--help` prints: nothing to be copied.
_NOT_COPIED = frozenset({"text", ""})
_MADE = {"docs/commands.md", "docs/values.md"}
_MEANT = {"PLATFORM": "discord"}
_NAMES = [str(path.relative_to(ROOT)) for path in documents()]
_HERE = {"/mnt/elsewhere/easel": "elsewhere"}  # places of somebody's machine, and where they are in a test
# Commands that no test of a block can run, by how they begin.
_ELSEWHERE: Mapping[str, str] = {
    "make run": "installs packages: tests/packaging/test_packaging_readme.py runs it",
    "make test": "it is what runs this",
    "make chaos": "minutes: tests/project/test_project_chaos.py checks its arguments",
    "python3 -m venv": "installs packages: tests/packaging/test_packaging_wheel.py does the same",
    "easel/bin/easel": "is installed by the line above: tests/packaging/test_packaging_wheel.py runs it",
    "docker": "needs Docker and a network",
    "useradd": "changes the machine",
    "cp ops/": "changes the machine: tests/project/test_project_systemd.py reads the unit",
    "install -d": "changes the machine",
    "cd /var/lib/easel": "changes the machine: tests/journeys/test_journey_setup.py runs the setup",
    "systemctl": "needs systemd as the first process",
    "python -m bot migrate --from": "needs a server of PostgreSQL: tests/fleet/test_fleet_moving.py runs it",
}


def blocks() -> Iterator[tuple[str, str, str]]:
    """Document, language and text of each."""
    for path in documents():
        name = str(path.relative_to(ROOT))
        if name in _MADE:
            continue
        for found in re.finditer(r"^```(\w*)\n(.*?)^```$", read(name), re.DOTALL | re.MULTILINE):
            yield name, found[1], found[2]


BLOCKS = list(blocks())


def of(language: str) -> list[tuple[str, str]]:
    return [(name, text) for name, found, text in BLOCKS if found == language]


def commands() -> list[tuple[str, str]]:
    """The commands of the shell, one a line, without what explains them."""
    lines = [(name, line.partition("  #")[0].strip()) for name, text in of("console") for line in text.splitlines()]
    return [(name, line) for name, line in lines if line and not line.startswith("#")]


def test_every_block_says_what_it_is_and_something_reads_it() -> None:
    assert {language for _, language, _ in BLOCKS} <= {"console", "env", "python", "yaml", *_NOT_COPIED}
    assert {name for name, language, _ in BLOCKS if not language} <= {"docs/architecture.md"}  # drawings
    for language in ("console", "env", "python", "yaml"):
        assert of(language)


@pytest.mark.parametrize(("document", "command"), commands())
def test_a_command_is_one_for_the_shell_and_for_the_program(document: str, command: str) -> None:
    subprocess.run(["bash", "-n", "-c", command], check=True, timeout=10)  # noqa: S603, S607 - it runs nothing
    words = shlex.split(command)
    if "-m" in words and words[words.index("-m") + 1 :][:1] == ["bot"]:
        _parser().parse_args(words[words.index("bot") + 1 :])


@pytest.mark.journey
@pytest.mark.slow
def test_every_command_that_can_be_run_here_is(tmp_path: Path) -> None:
    settings = {"SANDBOX_SPEED": "1000", "SANDBOX_PAINTING": "plain"}
    run = []
    with QuickProgram() as program:
        for document, command in commands():
            if any(command.startswith(each) for each in _ELSEWHERE):
                continue
            words = [_HERE.get(word, word) for word in shlex.split(command)]
            assert words[:3] in (["python", "-m", "bot"], [".venv/bin/python", "-m", "bot"]), (document, command)
            code, said = program.run(*words[3:], directory=tmp_path, settings=settings)
            assert code == 0, (document, command, said)
            run.append(words[3])
    assert {"imagine", "backup"} <= set(run)
    unused = [each for each in _ELSEWHERE if not any(command.startswith(each) for _, command in commands())]
    assert unused == []


@pytest.mark.parametrize(("document", "text"), of("env"))
def test_an_env_file_holds_settings_alone(document: str, text: str, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(text)
    read_back = read_env_file(tmp_path / ".env")
    assert read_back.unreadable == ()
    assert {name.lower() for name in read_back.values} <= set(Settings.model_fields)
    given: Any = {name.lower(): value for name, value in read_back.values.items()}
    Settings(**given)


@pytest.mark.parametrize(("document", "text"), of("python"))
def test_python_is_python(document: str, text: str) -> None:
    """It needs a bot that runs: tests/web/test_web_openai.py makes the same calls with the same package."""
    tree = ast.parse(text)
    imported = [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert imported == ["openai"]
    assert "images.generate(" in read("tests/web/test_web_openai.py")


@pytest.mark.parametrize(("document", "text"), of("yaml"))
def test_yaml_is_yaml(document: str, text: str) -> None:
    found = yaml.safe_load(text)
    assert isinstance(found, dict)
    for variable in found.get("env", []):
        name = variable["name"].lower()
        assert name == "ordinal" or name in Settings.model_fields
    for job in found.get("scrape_configs", []):
        assert set(job) == {"job_name", "static_configs", "authorization"}


# `python -m bot …` within a sentence: with every word that it needs, and words in capitals for what one fills in.
_INLINE = re.compile(r"`((?:\.venv/bin/)?python -m bot [a-z][^`…\[\]]*)`")


@pytest.mark.parametrize("document", [name for name in _NAMES if name != "CHANGELOG.md"])  # which has what was
def test_a_command_within_a_sentence_is_one(document: str) -> None:
    for found in _INLINE.findall(read(document)):
        words = shlex.split(" ".join(found.split()))
        words = [_MEANT.get(word, word) for word in words[words.index("bot") + 1 :]]
        if words[-1].startswith("--") or words in (["jobs"], ["usage"]):  # an option that is spoken of alone
            continue
        try:
            _parser().parse_args(words)
        except SystemExit as stop:
            pytest.fail(f"{found}: {stop}")
