"""What the documents say is so."""

import ast
import importlib
import re
import tomllib
from datetime import timedelta
from pathlib import Path

import discord
import pytest

from bot.__main__ import _parser
from bot.domain.job import FailureCode, JobState
from bot.grammar.parse import parse
from bot.observability.metrics import Metrics
from bot.seedream.errors import Code
from tests.project.tree import ROOMS, ROOT, documents, python_files, read, table_rows

_LINK = re.compile(r"\]\(([^)\s]+)\)")
_UNITS = {"s": 1, "min": 60}


def _slug(heading: str) -> str:
    """The anchor that a heading gets."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


@pytest.mark.parametrize("document", documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_relative_links_lead_somewhere(document: Path) -> None:
    broken = []
    for link in _LINK.findall(document.read_text(encoding="utf-8")):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = (document.parent / name).resolve() if name else document
        if not target.exists():
            broken.append(link)
        elif anchor:
            headings = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), re.MULTILINE)
            if anchor not in map(_slug, headings):
                broken.append(link)
    assert broken == []


@pytest.mark.parametrize("document", documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_files_that_are_named_exist(document: Path) -> None:
    named = re.findall(r"`((?:bot|cogs|db|tests|bench|docs)/[\w./-]+)`", document.read_text(encoding="utf-8"))
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_documents_that_the_code_names_exist() -> None:
    named = {
        name
        for path in python_files(*ROOMS, "tests")
        for name in re.findall(r"\bdocs/[\w/-]+\.md\b", path.read_text(encoding="utf-8"))
    }
    assert "docs/seedream.md" in named
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_every_room_has_its_row() -> None:
    described = " ".join(f"{room} {knows}" for room, knows in table_rows("docs/architecture.md", "room"))
    packages = [path.name for path in (ROOT / "bot").iterdir() if path.is_dir() and any(path.glob("*.py"))]
    platforms = [path.name for path in (ROOT / "bot/platforms").iterdir() if path.is_dir() and any(path.glob("*.py"))]
    wanted = [*(f"`bot/{name}`" for name in packages), *(f"`{name}`" for name in platforms), "`cogs`", "`db`"]
    assert [name for name in wanted if name not in described] == []


def test_the_drawing_of_the_rooms_is_the_import_contract() -> None:
    layers = tomllib.loads(read("pyproject.toml"))["tool"]["importlinter"]["contracts"][0]["layers"]
    held = [{name.removeprefix("bot.") for name in layer.split(" | ")} for layer in layers]
    drawing = read("docs/architecture.md").split("```")[1].partition("\n\n")[0]
    drawn = [re.split(r" {2,}", line.strip())[0] for line in drawing.strip().splitlines()]
    assert [set(line.split(" | ")) for line in drawn] == held


def test_the_table_of_numbers_is_the_codes() -> None:
    wrong = []
    for name, written, _ in table_rows("docs/architecture.md", "name"):
        module, _, constant = name.strip("`").rpartition(".")
        value = getattr(importlib.import_module(module), constant)
        number, _, unit = written.partition(" ")
        seconds = value.total_seconds() if isinstance(value, timedelta) else value
        if seconds != float(number) * _UNITS.get(unit, 1):
            wrong.append((name, written, value))
    assert wrong == []


def test_every_state_and_failure_is_explained() -> None:
    architecture, seedream = read("docs/architecture.md"), read("docs/seedream.md")
    assert [state.value for state in JobState if state.value not in architecture] == []
    assert [code.value for code in FailureCode if f"`{code.value}`" not in seedream] == []


def test_every_code_of_the_provider_is_explained() -> None:
    seedream = read("docs/seedream.md")
    assert [code.value for code in Code if not re.search(rf"\b{code.value}\b", seedream)] == []


def _commands() -> set[str]:
    return {name for action in _parser()._actions if action.choices for name in action.choices}


def test_every_command_is_documented() -> None:
    operating = read("docs/operating.md")
    assert "imagine" in _commands()
    assert [name for name in _commands() if f"`python -m bot {name}" not in operating] == []


def test_no_command_is_documented_that_there_isnt() -> None:
    named = {
        name
        for path in documents()
        for name in re.findall(r"python -m bot ([a-z]+(?:-[a-z]+)*)", path.read_text(encoding="utf-8"))
    }
    assert sorted(named - _commands()) == []


def _metric_names() -> set[str]:
    counters = Metrics().registry.collect()
    return {
        f"{metric.name}_total" if metric.type == "counter" else metric.name
        for metric in counters
        if metric.name.startswith("easel_")
    }


def test_every_metric_is_documented() -> None:
    documented = {name.strip("`") for name, *_ in table_rows("docs/operating.md", "metric")}
    assert documented == _metric_names()


def test_the_invitation_asks_for_these_permissions_and_no_more() -> None:
    wanted = discord.Permissions(
        view_channel=True,
        send_messages=True,
        send_messages_in_threads=True,
        create_public_threads=True,
        embed_links=True,
        attach_files=True,
        read_message_history=True,
    )
    for name in ("README.md", "README.zh-CN.md", "docs/discord.md"):
        links = re.findall(r"https://discord\.com/oauth2/authorize\?[^\s`>]+", read(name))
        assert links
        for link in links:
            assert f"permissions={wanted.value}" in link
            assert "scope=bot+applications.commands" in link
    said = {permission for permission, _ in table_rows("docs/discord.md", "permission")}
    flags = {flag.replace("_", " ").title().replace(" In ", " in ") for flag, is_set in wanted if is_set}
    assert {name.replace("Channels", "Channel") for name in said} == {
        flag.replace("Read Messages", "View Channel") for flag in flags
    }


@pytest.mark.parametrize(
    "text",
    [
        "a lighthouse in a storm ratio:16:9 n:2",
        "a red fox in the snow ratio:16:9 n:2",
        "a cat --ar 16:9 x4 4k",
        "雪地里的红狐狸 比例:16:9 张数:2",
        "暴风雨中的灯塔 ratio:16:9 n:2",
        "灯塔 清晰度:4k 风格:水彩 比例：16：9",
    ],
)
def test_what_the_readmes_show_is_understood(text: str) -> None:
    request = parse(text)
    assert request.ratio == "16:9"
    assert ":" not in request.prompt
    assert "--" not in request.prompt


def test_every_module_says_what_it_is() -> None:
    silent = []
    for path in python_files(*ROOMS):
        source = path.read_text(encoding="utf-8")
        if source.strip() and not ast.get_docstring(ast.parse(source)):
            silent.append(str(path.relative_to(ROOT)))
    assert silent == []


def test_a_decision_is_numbered_and_short() -> None:
    decisions = sorted((ROOT / "docs/decisions").glob("*.md"))
    for number, path in enumerate(decisions, start=1):
        text = path.read_text(encoding="utf-8")
        assert path.name.startswith(f"{number:04}-")
        assert text.startswith(f"# {number}. ")
        assert len(text.splitlines()) < 35
        for part in ("**Context.**", "**Decision.**", "**Consequences.**"):
            assert part in text
    assert decisions


def test_every_library_at_run_time_has_a_decision() -> None:
    project = tomllib.loads(read("pyproject.toml"))["project"]
    libraries = [re.split(r"[\[<>=]", line)[0] for line in project["dependencies"]]
    assert "aiohttp" in libraries
    told = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "docs/decisions").glob("*.md")).lower()
    assert [name for name in libraries if name.lower() not in told] == []
