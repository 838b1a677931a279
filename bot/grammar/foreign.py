"""Options of other image generators, typed by habit: `--v 6 --stylize 250 --no text`. No model here has them.

A name counts with what its own generator takes behind it: `--v` alone stays prompt, and so does `--c for effect`. With
a long dash in place of `--` only a number makes it one. What is left out with `--no` ends at the next option.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum
from itertools import takewhile

from bot.grammar.forms import CLOSING, ESCAPE, Shape, form_of
from bot.grammar.words import Word


class _Takes(Enum):
    NUMBER = "one number"
    WORD = "one word of any kind"
    NOTHING = "nothing"
    REST = "all up to the next option"


_TABLE = {
    _Takes.NUMBER: (
        "v version niji s stylize c chaos q quality seed iw w weird r repeat stop cw sw sv ow exp bs steps"
        " cfg cfg_scale guidance"
    ),
    _Takes.WORD: "sref cref oref p profile sampler",
    _Takes.NOTHING: "tile fast relax turbo draft raw hd hq video stealth public test testp uplight upbeta personalize",
    _Takes.REST: "no negative neg negative_prompt",
}
_TAKES = {name: takes for takes, names in _TABLE.items() for name in names.split()}
_NAMES = "|".join(sorted(_TAKES, key=len, reverse=True))
_NAMED = re.compile(rf"(?P<dash>--|[—–―−]{{1,2}})(?P<name>{_NAMES})(?:[:=]?(?P<number>[0-9][0-9.]*))?")
_NUMBER = re.compile(r"[0-9][0-9.]*")


def named_elsewhere(plain: str) -> bool:
    """Whether this normalised word may begin one: in a prompt that is printed it is kept by a backslash."""
    return _NAMED.fullmatch(plain.rstrip(CLOSING)) is not None


def escaped_elsewhere(plain: str) -> bool:
    return plain.startswith(ESCAPE) and named_elsewhere(plain.lstrip(ESCAPE))


def length_of(words: Sequence[Word], at: int) -> int:
    """How many words the foreign option has that begins there; 0 if there is none."""
    match = _NAMED.fullmatch(words[at].plain.rstrip(CLOSING))
    if match is None:
        return 0
    takes, rest = _TAKES[match["name"]], words[at + 1 :]
    if match["number"]:
        return 1 if takes is _Takes.NUMBER else 0
    if takes is _Takes.NUMBER:
        return 2 if rest and _NUMBER.fullmatch(rest[0].plain.rstrip(CLOSING)) else 0
    if match["dash"] != "--":
        return 0
    most = {_Takes.NOTHING: 0, _Takes.WORD: 1}.get(takes, len(rest))
    return 1 + sum(1 for _ in takewhile(lambda word: not _begins_option(word), rest[:most]))


def _begins_option(word: Word) -> bool:
    form = form_of(word.plain)
    return word.plain.startswith("--") or (form is not None and form.shape is Shape.GLUED)
