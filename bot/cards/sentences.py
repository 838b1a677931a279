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
from fluent.syntax.ast import Message
from fluent.syntax.serializer import FluentSerializer

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
    return bool(bundle(language(locale)).has_message(code))


def complete_source(tongue: Language, names: Iterable[str]) -> str:
    """Several files as one, with the English of what this language lacks."""
    parts = []
    for name in names:
        parts.append(source(tongue, name))
        there = {entry.id.name for entry in FluentResource(parts[-1]).body if isinstance(entry, Message)}
        english = (entry for entry in FluentResource(source("en", name)).body if isinstance(entry, Message))
        parts += [FluentSerializer().serialize_entry(entry) for entry in english if entry.id.name not in there]
    return "\n".join(parts)


def codes(name: str) -> tuple[str, ...]:
    """The names of the sentences in the files called `name`, such as `commands`."""
    entries = FluentResource(source("en", name)).body
    return tuple(entry.id.name for entry in entries if isinstance(entry, Message))


@cache
def bundle(tongue: Language) -> FluentBundle:
    """All sentences of one language."""
    category = Locale.parse(tongue, sep="-").ordinal_form

    def ordinal(number: Any) -> Any:
        return category(int(number))

    # Isolating marks show as boxes in some chats.
    loaded = FluentBundle([tongue], functions={"ORDINAL": ordinal}, use_isolating=False)
    for name in sorted(sources(tongue)):
        marked = _COMMAND.sub(rf"{_COMMAND_MARK}\g<0>{_COMMAND_MARK}", source(tongue, name))
        loaded.add_resource(FluentResource(marked))
    return loaded


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
    sentences = bundle(tongue)
    if not sentences.has_message(code):
        return None
    pattern = sentences.get_message(code).value
    if pattern is None:
        return None
    said, errors = sentences.format_pattern(pattern, arguments)
    return None if errors else str(said)
