"""`imagine a fox --ar 16:9 --out DIR`: which words are the request, and which are options of the command."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches

from bot.grammar.options import OPTIONS

FLAGS = ("--json", "--all", "--help", "-h")
WITH_VALUE = ("--out", "--preview")
_IN_REQUEST = frozenset(name.casefold() for option in OPTIONS for name in option.names)


class WrongOption(Exception):
    """A word begins like an option and is none, of the command or of a request; a sentence."""


def arranged(arguments: Sequence[str]) -> list[str]:
    """The command's own options first, then `--` and the words of the request in their order."""
    ours: list[str] = []
    words: list[str] = []
    rest = iter(arguments)
    for argument in rest:
        name = argument.partition("=")[0]
        if argument == "--":
            words += rest
        elif argument in FLAGS or (name in WITH_VALUE and name != argument):
            ours.append(argument)
        elif argument in WITH_VALUE:
            ours += [argument, *([value] if (value := next(rest, None)) is not None else [])]
        elif _is_word(argument):
            words.append(argument)
        else:
            raise WrongOption(_sentence(argument))
    return [*ours, "--", *words] if words else ours


def _is_word(argument: str) -> bool:
    if not argument.startswith("-") or argument == "-" or re.search(r"\s", argument):
        return True
    if not argument.startswith("--"):
        return re.fullmatch(r"-[a-zA-Z]\w*", argument) is None  # -5, -, --
    return re.split(r"[=:：]", argument[2:], maxsplit=1)[0].casefold() in _IN_REQUEST


def _sentence(argument: str) -> str:
    known = [*FLAGS, *WITH_VALUE, *(f"--{name}" for name in sorted(_IN_REQUEST) if name.isascii())]
    near = get_close_matches(argument.partition("=")[0], known, n=1)
    mean = f" Did you mean {near[0]}?" if near else ""
    return f"there is no option {argument}.{mean} Put the request in quotes if it belongs to that."
