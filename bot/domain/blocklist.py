r"""Is there a blocked word in this text? Found in what it looks like, without finding it in innocent words.

A text is read several ways, each in linear time:
- folded (confusables.py), in words; a word is whole between separators or where the script changes (`画bad图`);
- a word of look-alike letters as the Latin word it pretends to be;
- a letter three times or more, or twice where English doubles none (`fuuck`), as once or twice;
- letters one by one (`b a d`, `b.a.d`, `法 轮`) as a word, if each of them stands alone: `方法 轮子` doesn't;
- digits and signs among letters as the letters they stand for (`b4d`, `$hit`), letters in the majority.

Words of scripts without spaces are always found inside others, whatever `whole` says: there is no such thing there.
Not done: simplified and traditional Chinese are different words here, and so are those that merely sound alike.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby

from bot.domain.community import BlockedWord
from bot.domain.confusables import Script, disguised, fold, looks_like, script

_REPEATED = re.compile(r"([^\W\d_])\1+")
_THRICE = re.compile(r"([^\W\d_])\1{2,}")
_NEVER_DOUBLED = frozenset("ahijkquvwxy")
_LEET = str.maketrans("0345789@$!|", "oeastbgasil")  # 1 is both i and l
_LEET_WORD = re.compile(r"[a-z0-9@$!|]+")
_LEET_SHORTEST = 4  # inside another word; as a word of its own it may be shorter
_LEET_LETTERS = 2
# Between two Chinese characters these part nothing; commas, slashes and plus signs do.
_NOISE = frozenset("*~#@'\"·•")
_NOISE_CATEGORIES = frozenset({"So", "Sk", "Pc"})
_DIGITS = "0123456789"
_NUMBERED_SHORTEST = 3  # bad1 is bad; mp3 is no mp
_LONGEST_PHRASE = 6
_ARTICLES = frozenset("aio")


def find_blocked(text: str, words: Sequence[BlockedWord]) -> BlockedWord | None:
    """The first of `words` that is in `text`, or None. Never raises."""
    return _compiled(tuple(words)).find(text) if words else None


def folds_to_nothing(word: str) -> bool:
    """Whether a blocked word could never be found: it has no letter and no digit."""
    return not _tokens(fold(word))


@dataclass(frozen=True, slots=True)
class _Token:
    """A word of the folded text, or a run of a script without spaces. `gap` stands before it."""

    said: str
    gap: str
    unspaced: bool


@dataclass(slots=True)
class _WordList:
    words: tuple[BlockedWord, ...]
    whole: dict[str, list[tuple[int, re.Pattern[str]]]] = field(default_factory=lambda: defaultdict(list))
    disguises: dict[str, list[tuple[int, re.Pattern[str]]]] = field(default_factory=lambda: defaultdict(list))
    inside: list[tuple[int, str, str]] = field(default_factory=list)  # number, folded, as it looks
    longest: int = 1  # words of the longest phrase

    def find(self, text: str) -> BlockedWord | None:
        number = min(self._found(text), default=None)
        return None if number is None else self.words[number]

    def _found(self, text: str) -> Iterator[int]:
        folded = fold(text)
        tokens = _tokens(folded)
        yield from self._inside(tokens)
        spaced = [token.said for token in tokens]
        for said in dict.fromkeys(_phrases(spaced, self.longest)):
            yield from _numbers(self.whole, said)
        for said in spaced:
            bare = said.strip(_DIGITS)
            if bare != said and len(bare) >= _NUMBERED_SHORTEST:
                yield from _numbers(self.whole, bare)
        pretended = [disguised(said) for said in spaced]
        if any(pretended):
            yield from self._disguised(spaced, pretended)
        for letters in _spelled(tokens):
            yield from self._letter_by_letter(letters)
        yield from self._leet(folded)

    def _leet(self, folded: str) -> Iterator[int]:
        for said in _as_letters(folded):
            yield from _numbers(self.whole, said)
            yield from (n for n, word, _ in self.inside if len(word) >= _LEET_SHORTEST and word in said)

    def _inside(self, tokens: list[_Token]) -> Iterator[int]:
        if not self.inside:
            return
        joined = _joined(tokens)
        readings = {joined, _THRICE.sub(r"\1", joined), _THRICE.sub(r"\1\1", joined)}
        yield from (n for n, word, _ in self.inside if any(word in reading for reading in readings))

    def _disguised(self, spaced: list[str], pretended: list[str | None]) -> Iterator[int]:
        read = [pretence or said for said, pretence in zip(spaced, pretended, strict=True)]
        for size in range(1, self.longest + 1):
            for start in range(len(read) - size + 1):
                if any(pretended[start : start + size]):
                    yield from _numbers(self.disguises, " ".join(read[start : start + size]))
        for said in filter(None, pretended):
            yield from (n for n, _, looks in self.inside if looks in said)

    def _letter_by_letter(self, letters: str) -> Iterator[int]:
        """Letters that stood one by one; an article before them may be no part of the word."""
        for said in {letters, letters[1:] if letters[0] in _ARTICLES else letters}:
            yield from _numbers(self.whole, said)
            yield from self._leet(said)
            pretended = disguised(said)
            if pretended:
                yield from _numbers(self.disguises, pretended)
            yield from (n for n, word, looks in self.inside if word in said or (pretended and looks in pretended))


@lru_cache(maxsize=256)
def _compiled(words: tuple[BlockedWord, ...]) -> _WordList:
    found = _WordList(words)
    for number, blocked in enumerate(words):
        tokens = _tokens(fold(blocked.word))
        if not tokens:
            continue
        said = " ".join(token.said for token in tokens)
        if any(token.unspaced for token in tokens):
            found.inside.append((number, _joined(tokens).strip(), said))
        elif not blocked.whole:
            found.inside.append((number, said, looks_like(said)))
        found.longest = max(found.longest, min(len(tokens), _LONGEST_PHRASE))
        for index, form in ((found.whole, said), (found.disguises, looks_like(said))):
            index[_squeezed(form)].append((number, _stretched(form)))
    return found


def _tokens(folded: str) -> list[_Token]:
    tokens: list[_Token] = []
    gap = ""
    for kind, characters in groupby(folded, script):
        said = "".join(characters)
        if kind is Script.NONE:
            gap = said
        else:
            tokens.append(_Token(said, gap, kind is Script.UNSPACED))
            gap = ""
    return tokens


def _joined(tokens: list[_Token]) -> str:
    """The text with one space for whatever parts its words, and nothing for noise within Chinese."""
    pieces: list[str] = []
    before = False
    for token in tokens:
        noise = before and token.unspaced and all(map(_is_noise, token.gap))
        pieces += ["" if noise or not token.gap else " ", token.said]
        before = token.unspaced
    return "".join(pieces)


def _is_noise(character: str) -> bool:
    return character in _NOISE or unicodedata.category(character) in _NOISE_CATEGORIES


def _phrases(spaced: list[str], longest: int) -> Iterator[str]:
    for size in range(1, longest + 1):
        for start in range(len(spaced) - size + 1):
            yield " ".join(spaced[start : start + size])


def _spelled(tokens: list[_Token]) -> Iterator[str]:
    """Runs of single letters, joined: all that follow one another, and those with the same sign between them."""
    for single, group in groupby(tokens, lambda token: len(token.said) == 1):
        run = list(group)
        if not single or len(run) == 1:
            continue
        yield "".join(token.said for token in run)
        start = 0
        for index in range(2, len(run) + 1):
            if index == len(run) or run[index].gap != run[start + 1].gap:
                if index - start < len(run):
                    yield "".join(token.said for token in run[start:index])
                start = index - 1


def _as_letters(folded: str) -> Iterator[str]:
    """Words with digits or signs in the place of letters, read as letters."""
    for match in _LEET_WORD.finditer(folded):
        word = match[0]
        letters = sum(map(str.isalpha, word))
        if _LEET_LETTERS <= letters < len(word) <= 2 * letters:
            for one in {"i", "l"} if "1" in word else {"1"}:
                yield word.replace("1", one).translate(_LEET)


def _numbers(index: dict[str, list[tuple[int, re.Pattern[str]]]], said: str) -> Iterator[int]:
    yield from (number for number, pattern in index.get(_squeezed(said), ()) if pattern.fullmatch(said))


def _squeezed(said: str) -> str:
    return _REPEATED.sub(r"\1", said)


def _stretched(said: str) -> re.Pattern[str]:
    """A word with its letters repeated as nobody does but on purpose; `good` is no `god`, `goood` may be either."""
    parts = []
    for letter, group in groupby(said):
        count = len(list(group))
        exactly = re.escape(letter) + f"{{{count}}}"
        if not letter.isalpha():
            parts.append(exactly)
        else:
            more = 2 if letter in _NEVER_DOUBLED else 3
            parts.append(f"(?:{exactly}|{letter}{{{more},}})")
    return re.compile("".join(parts))
