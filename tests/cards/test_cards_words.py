"""Text for people stands in the locale files alone; code uses every message there, by a name that exists."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import bot
from bot.cards.sentences import codes, sources

ROOT = Path(bot.__file__).parent.parent
CODE = [path for folder in ("bot", "cogs", "db") for path in sorted((ROOT / folder).rglob("*.py"))]
PAGE = [path for path in sorted((ROOT / "bot/platforms/web/static").iterdir()) if path.suffix in {".js", ".html"}]
IDEOGRAPH = re.compile("[\u3400-\u9fff]")

# Where Chinese is understood, not said. A room, or a file of one.
UNDERSTOOD = {
    "bot/grammar/": "what people type, and the names of options, which every platform shows as they are typed",
    "bot/sandbox/": "imitates a provider that answers in Chinese, and reads prompts",
    "bot/domain/blocklist": "what the blocklist folds together",
    "bot/domain/confusables": "what the blocklist folds together",
    "bot/domain/community_fields.py": "words that empty a setting when they are typed",
    "bot/domain/sign_in.py": "names that nobody may take",
}
# Arguments whose text a card, a button or a form shows.
SHOWN = {"label", "heading", "status", "notes", "title", "placeholder", "hint", "intro", "submit"}
# Text of operators is English: the command line, the checkup, settings and the log have one language.
OPERATORS = ("bot/__main__.py", "bot/cli/", "bot/composition/")
# Names that are the same in every language.
NAMES = {"Easel", "", "★"}


def strings(path: Path) -> Iterator[tuple[int, str]]:
    """The string literals of a file without its docstrings."""
    tree = ast.parse(path.read_text("utf-8"))
    documents = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documents:
            yield node.lineno, node.value


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_chinese_stands_in_the_locale_files_alone() -> None:
    found = [
        f"{name_of(path)}:{line}: {text[:40]}"
        for path in CODE
        if not name_of(path).startswith(tuple(UNDERSTOOD))
        for line, text in strings(path)
        if IDEOGRAPH.search(text)
    ]
    assert found == []
    assert [name_of(path) for path in PAGE if IDEOGRAPH.search(path.read_text("utf-8"))] == []


def test_every_place_where_chinese_is_understood_has_some() -> None:
    """An exception that is no longer needed goes."""
    used = {place for path in CODE for place in UNDERSTOOD if name_of(path).startswith(place)}
    folds = {place for place in UNDERSTOOD if "folds" in UNDERSTOOD[place]}
    assert used & folds
    assert set(UNDERSTOOD) - folds <= used


def literal_words(node: ast.expr) -> Iterator[str]:
    """The literal text of an expression; looking up a message is no literal."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr():
            yield from (str(part.value) for part in node.values if isinstance(part, ast.Constant))
        case ast.IfExp():
            yield from literal_words(node.body)
            yield from literal_words(node.orelse)
        case ast.Tuple() | ast.List():
            for element in node.elts:
                yield from literal_words(element)
        case ast.BinOp():
            yield from literal_words(node.left)
            yield from literal_words(node.right)


def shown(path: Path) -> Iterator[tuple[int, str]]:
    """Literal text that a card, a button or a form would show; log events have such fields too."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and not ast.unparse(node.func).endswith(("log", ".info", ".warning", ".error")):
            for keyword in node.keywords:
                if keyword.arg in SHOWN:
                    yield from ((node.lineno, text) for text in literal_words(keyword.value))


def test_no_sentence_for_people_is_written_in_code() -> None:
    found = [
        f"{name_of(path)}:{line}: {text}"
        for path in CODE
        if not name_of(path).startswith((*OPERATORS, "bot/sandbox/", "bot/observability/"))
        for line, text in shown(path)
        if re.search("[A-Z][a-z]|[a-z] [a-z]", text) and text not in NAMES
    ]
    assert found == []


WRITTEN = re.compile(
    r'(?:textContent|title|placeholder) = "([^"]+)"|(?:placeholder|title|"aria-label"): "([^"]+)"|\}, "([A-Z][^"]+)"'
)


def test_no_text_of_the_page_is_written_in_its_scripts() -> None:
    """What an element shows is a message, a value or a mark: no words in quotes as its text, its name or its hint."""
    assert WRITTEN.search('h("p", { class: "nothing" }, "Nothing yet")')
    found = [
        f"{path.name}: {text}"
        for path in PAGE
        if path.suffix == ".js"
        for groups in WRITTEN.findall(path.read_text("utf-8"))
        for text in groups
        if text not in NAMES
    ]
    assert found == []


def patterns() -> tuple[set[str], list[re.Pattern[str]]]:
    """Every literal of the code that may name a message, and those with gaps as patterns."""
    whole: set[str] = set()
    gaps: list[re.Pattern[str]] = []
    for path in CODE:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                whole.add(node.value)
            elif isinstance(node, ast.JoinedStr):
                parts = [
                    re.escape(part.value)
                    if isinstance(part, ast.Constant) and isinstance(part.value, str)
                    else r"[\w-]+"
                    for part in node.values
                ]
                if re.match(r"[a-z]+\\?-", "".join(parts)) or (parts[-1].startswith(r"\-") and len(parts) > 1):
                    gaps.append(re.compile("".join(parts)))
    for path in PAGE:
        whole |= set(re.findall(r'"([\w-]+)"', path.read_text("utf-8")))
    return whole, gaps


def test_every_message_is_asked_for_somewhere() -> None:
    whole, gaps = patterns()
    files = "".join(
        (ROOT / "bot/cards/locales/en" / f"{name}.ftl").read_text("utf-8") for name in sorted(sources("en"))
    )
    referred = set(re.findall(r"\{ ([a-z][\w-]+) \}", files))
    unused = [
        code
        for name in sorted(sources("en"))
        for code in codes(name)
        if code not in whole | referred and not any(gap.fullmatch(code) for gap in gaps)
    ]
    assert unused == []


@pytest.mark.parametrize("script", PAGE, ids=lambda path: path.name)
def test_the_page_asks_for_messages_that_it_is_served(script: Path) -> None:
    served = {*codes("page"), *codes("shared")}
    text = script.read_text("utf-8")
    asked = set(re.findall(r'\bt\("([^"]+)"', text)) | set(re.findall(r'data-t(?:-\w+)?="([^"]+)"', text))
    assert asked - served == set()


@pytest.mark.parametrize("script", PAGE, ids=lambda path: path.name)
def test_the_page_gives_each_message_its_values(script: Path) -> None:
    english = {}
    for name in ("page", "shared"):
        text = (ROOT / "bot/cards/locales/en" / f"{name}.ftl").read_text("utf-8")
        for code, body in re.findall(r"^([a-z][\w-]*) = (.*(?:\n[ \t}].*)*)", text, re.MULTILINE):
            english[code] = set(re.findall(r"\$(\w+)", body))
    for code, given in re.findall(r'\bt\("([\w-]+)"(?:, \{([^{}]*)\})?\)', script.read_text("utf-8")):
        names = {part.partition(":")[0].strip() for part in given.split(",") if part.strip()}
        assert english[code] <= names, code


def test_the_glossary_of_chinese() -> None:
    """One word for one thing: house words, and those that another one replaced."""
    text = "".join(
        (ROOT / "bot/cards/locales/zh-CN" / f"{name}.ftl").read_text("utf-8") for name in sorted(sources("zh-CN"))
    )
    replaced = "您 服务方 供应商 加星 星标 画廊 画室 暂停绘图 暂停画图 禁止你 封禁 禁言 黑名单 敏感词"
    assert [word for word in replaced.split() if word in text] == []
