"""All text for people, in the reader's language, from locales/<language>/*.ftl (https://projectfluent.org)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import cache
from importlib import resources
from typing import Any

from babel import Locale
from fluent.runtime import FluentBundle, FluentResource
from fluent.syntax.ast import MessageReference
from fluent.syntax.visitor import Visitor

from bot.domain.card import CommandWord, Moment, Text
from bot.domain.text_direction import DIRECTION_CONTROLS
from bot.grammar.language import Language, language

# A moment passes through Fluent as this mark, its number and the mark again, a command within its own marks. Texts from
# outside lose the marks first.
_MARK, _COMMAND_MARK = "\U0010fffd", "\U0010fffc"
_MARKED = re.compile(f"{_MARK}([0-9]+){_MARK}|{_COMMAND_MARK}([^{_COMMAND_MARK}]+){_COMMAND_MARK}")
_COMMAND = re.compile(
    r"(?<![\w/])/(?:gallery starred|mydata export|mydata delete|"
    r"imagine|gallery|show|usage|why|defaults|mydata|help|studio|easel)\b",
    re.ASCII,
)
# Where a sentence begins in a file; its further lines are indented, or close a brace.
_ENTRY = re.compile("^(?=[a-zA-Z])", re.MULTILINE)
# Overrides of the writing direction would turn the sentence around them.
_UNWELCOME = re.compile(f"[{_MARK}{_COMMAND_MARK}{DIRECTION_CONTROLS}]")

OTHERWISE = "refused-otherwise"


def sentence(code: str, locale: str, **values: str | int | datetime | Moment) -> Text:
    """The sentence named `code`, with its moments and commands apart from its words.

    A code without a sentence, or with a value missing, gives a general one: nobody is shown a raw key.
    """
    moments: list[Moment] = []
    arguments: dict[str, str | int] = {}
    for name, value in values.items():
        if isinstance(value, (datetime, Moment)):
            arguments[name] = f"{_MARK}{len(moments)}{_MARK}"
            moments.append(value if isinstance(value, Moment) else Moment(value))
        else:
            arguments[name] = _UNWELCOME.sub("", value) if isinstance(value, str) else value
    said = _format(code, language(locale), arguments) or _format(code, "en", arguments)
    if said is None:
        said = _format(OTHERWISE, language(locale), {}) or ""
    return tuple(_parts(said, moments))


def words(code: str, locale: str = "en", **values: str | int) -> str:
    """A sentence without moments."""
    return "".join(part for part in sentence(code, locale, **values) if isinstance(part, str))


def has_sentence(code: str, locale: str = "en") -> bool:
    return code in _texts(language(locale))


def complete_source(tongue: Language, names: Iterable[str]) -> str:
    """Several files as one, with the English of what this language lacks."""
    parts = []
    for name in names:
        here = source(tongue, name)
        there = entries(here)
        english = entries(source("en", name)).items()
        parts += [here, *(text for code, text in english if code not in there)]
    return "\n".join(parts)


def codes(name: str) -> tuple[str, ...]:
    """The names of the sentences in the files called `name`, such as `commands`."""
    return tuple(entries(source("en", name)))


def entries(text: str) -> dict[str, str]:
    """Each sentence of a file as it stands there, by its code, and not parsed: of both languages that takes 0.3 s."""
    found = _ENTRY.split(text)[1:]
    return {entry.partition("=")[0].rstrip(): entry for entry in found}


@cache
def _texts(tongue: Language) -> dict[str, str]:
    """All sentences of one language."""
    return {code: text for name in sources(tongue) for code, text in entries(source(tongue, name)).items()}


@cache
def _bundle(tongue: Language) -> FluentBundle:
    """The sentences of one language that were wanted yet."""
    category = Locale.parse(tongue, sep="-").ordinal_form

    def ordinal(number: Any) -> Any:
        return category(int(number))

    # Isolating marks show as boxes in some chats.
    return FluentBundle([tongue], functions={"ORDINAL": ordinal}, use_isolating=False)


class _References(Visitor):
    """Loads what a sentence refers to."""

    def __init__(self, tongue: Language) -> None:
        self._tongue = tongue

    def visit_MessageReference(self, node: MessageReference) -> None:  # noqa: N802 - the library's name
        _load(self._tongue, node.id.name)


@cache
def _load(tongue: Language, code: str) -> None:
    """Parse a sentence into its language's bundle."""
    resource = FluentResource(_COMMAND.sub(rf"{_COMMAND_MARK}\g<0>{_COMMAND_MARK}", _texts(tongue)[code]))
    for entry in resource.body:
        _References(tongue).visit(entry)
    _bundle(tongue).add_resource(resource)


def _parts(said: str, moments: Sequence[Moment]) -> Iterator[str | Moment]:
    """What Fluent made, taken apart at the marks: words, a number or nothing, a command or nothing, and so on."""
    parts = _MARKED.split(said)
    for at in range(0, len(parts), 3):
        if parts[at]:
            yield parts[at]
        number, command = [*parts[at + 1 : at + 3], None, None][:2]
        if number is not None:
            yield moments[int(number)]
        if command is not None:
            yield CommandWord(command)


def sources(tongue: Language) -> frozenset[str]:
    """The names of the files with this language's sentences, such as `cards`."""
    files = resources.files(__package__).joinpath("locales", tongue).iterdir()
    return frozenset(file.name.removesuffix(".ftl") for file in files if file.name.endswith(".ftl"))


def source(tongue: Language, name: str) -> str:
    """One of these files as it is."""
    return resources.files(__package__).joinpath("locales", tongue, f"{name}.ftl").read_text(encoding="utf-8")


def _format(code: str, tongue: Language, arguments: dict[str, str | int]) -> str | None:
    if code not in _texts(tongue):
        return None
    _load(tongue, code)
    sentences = _bundle(tongue)
    pattern = sentences.get_message(code).value
    if pattern is None:
        return None
    said, errors = sentences.format_pattern(pattern, arguments)
    return None if errors else str(said)
