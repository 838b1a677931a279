"""Names that are nearly settings of ours: a slip in one of them would leave the setting at its default."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from bot.configuration.env_file import EnvFile
from bot.configuration.values import visible
from bot.observability.redact import Redactor

_LIKE: Final = 0.75  # difflib's measure, from 0 to 1, for a file that is meant for us
_SLIPS: Final = 2  # letters that are wrong, missing, too many or exchanged, in an environment that others use too
_LONG: Final = 9  # characters; in a shorter name two slips make another word
_SHOWN: Final = 40
_LIMIT: Final = "LIMIT"
# First words of our names that many programs use.
_COMMON: Final = frozenset({"HTTP", "HTTPS", "NO", "SSL", "DATA", "PUBLIC"})
_OF_OTHERS: Final = frozenset({"FTP_PROXY", "ALL_PROXY", "SSL_CERT_DIR"})
_PROXIES: Final = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy")
# What is read from the environment alone, and by whom.
_NOT_FROM_FILE: Final = {"SANDBOX": "the sandbox", "AWS": "the object store"}


@dataclass(frozen=True, slots=True)
class NearMiss:
    """`limit`: the setting that it seems to mean is a limit, which would not hold."""

    sentence: str
    limit: bool = False


def in_file(file: EnvFile, settings: Collection[str], environment: Mapping[str, str]) -> list[NearMiss]:
    """What the file has that is no setting, or that can't be read, line by line. `settings` are names in capitals."""
    prefixes = {name.partition("_")[0] for name in settings} - _COMMON
    found: list[tuple[int, NearMiss]] = []
    seen: dict[str, tuple[int, str | None]] = {}
    for line in file.lines:
        name = _plain(line.name)
        if line.name.upper() in settings:
            before = seen.get(name)
            if before is not None and before[1] != line.value:
                where = f".env, lines {before[0]} and {line.number}"
                found.append((line.number, NearMiss(f"{where}: {name} is set twice; the last value counts.")))
            seen[name] = (line.number, line.value)
            continue
        reader = _NOT_FROM_FILE.get(name.partition("_")[0])
        if reader is not None:
            if line.name not in environment:
                told = f"{_shown(name)} has no effect here: {reader} reads it from the environment only."
                found.append((line.number, NearMiss(f".env, line {line.number}: {told}")))
            continue
        near = _like(name, settings)
        if near is None and name.partition("_")[0].rstrip("S") not in {each.rstrip("S") for each in prefixes}:
            continue
        found.append((line.number, _unknown(f".env, line {line.number}", line.name, near, is_set=bool(line.value))))
    for line in file.unreadable:
        name = _plain(line.name)
        near = _like(name, settings)
        where = f".env, line {line.number}"
        if near is None:
            said = f"{where} can't be read. Write NAME=value, with each quote closed on its line."
        else:
            said = f"{where} can't be read. Write {near}=value, with each quote closed on its line."
        found.append((line.number, NearMiss(said, limit=_is_limit(name) or _is_limit(near or ""))))
    return [miss for _, miss in sorted(found, key=lambda each: each[0])]


def in_environment(environment: Mapping[str, str], settings: Collection[str]) -> list[NearMiss]:
    """Only what has one or two slips: the environment is shared with other programs."""
    found = []
    for typed, value in environment.items():
        name = _plain(typed)
        if name in settings or name in _OF_OTHERS or not value:
            if name == "ALL_PROXY" and not any(environment.get(each) for each in _PROXIES):
                found.append(
                    NearMiss("The environment: ALL_PROXY has no effect on Easel. Set HTTPS_PROXY (and HTTP_PROXY).")
                )
            continue
        near = next((each for each in settings if _is_slip(name, each)), None)
        if near is not None:
            found.append(_unknown("The environment", typed, near, is_set=True))
    return found


def _unknown(where: str, name: str, near: str | None, *, is_set: bool) -> NearMiss:
    said = f"{where}: {_shown(name)} is no setting of Easel's, so it has no effect."
    if near is not None:
        said += f" Did you mean {near}?"
    elif _is_limit(_plain(name)):
        said += " docs/settings.md lists the limits."
    return NearMiss(said, limit=is_set and (_is_limit(_plain(name)) or _is_limit(near or "")))


def _is_limit(name: str) -> bool:
    return name.startswith(_LIMIT)


def _like(name: str, settings: Collection[str]) -> str | None:
    """The setting that is most like this name, if any is."""
    if not name:
        return None
    same_words = next((each for each in settings if _words(each) == _words(name)), None)
    return same_words or next(iter(get_close_matches(name, settings, n=1, cutoff=_LIKE)), None)


def _is_slip(name: str, setting: str) -> bool:
    most = _SLIPS if len(setting) >= _LONG else 1
    return _words(name) == _words(setting) or (
        _letters_apart(name, setting) <= most and _distance(name, setting) <= most
    )


def _letters_apart(one: str, other: str) -> int:
    """At most the distance between them, and much sooner known: a start compares each variable with each setting."""
    if abs(len(one) - len(other)) > _SLIPS:
        return abs(len(one) - len(other))
    left, right = Counter(one), Counter(other)
    return max((left - right).total(), (right - left).total())


def _words(name: str) -> list[str]:
    return sorted(word.rstrip("S") for word in name.split("_"))


def _distance(one: str, other: str) -> int:
    """Slips between them; two neighbours exchanged are one (optimal string alignment)."""
    rows = [list(range(len(other) + 1))]
    for i, left in enumerate(one, start=1):
        row = [i]
        for j, right in enumerate(other, start=1):
            cost = min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (left != right))
            if i > 1 and j > 1 and left == other[j - 2] and one[i - 2] == right:
                cost = min(cost, rows[-2][j - 2] + 1)
            row.append(cost)
        rows.append(row)
    return rows[-1][-1]


def _plain(name: str) -> str:
    """In capitals; letters that only look wide, and marks that nobody sees, are what they seem to be."""
    seen = "".join(each for each in unicodedata.normalize("NFKC", name) if unicodedata.category(each) != "Cf")
    return re.sub(r"[^A-Z0-9]", "_", seen.upper())


def _shown(name: str) -> str:
    return visible(Redactor().text(name[:_SHOWN]))
