r"""`a red fox ratio:16:9 n:2` → ImageRequest.

- An option is a word of its own, wherever it stands: `ratio:16:9`, `--ar 16:9`, `x4`, `4k`, `比例：16：9`,
  `[ratio:16:9]`, `--n2`. White space, commas, semicolons and Chinese punctuation part words (splitting.py has the
  exceptions), and a full stop or exclamation mark closes one: `cat,ratio:16:9,n:2` has three words. The last of a
  kind wins, and a typed option (a field of a form) wins over all; what loses isn't judged.
- `name:value` in one word is always meant as an option: a value that isn't legal is refused. `ratio: 16:9` counts
  only if the value is legal, and not for `n:` and `style:`, which are words. `--name value` counts always; with a
  long dash in place of `--` only if what follows looks like a value.
- `x1`-`x4` and `1k`, `2k`, `4k` belong to the sentence behind an article, a preposition, a number or a sign ("a 4k
  tv", "in 4k", "2 x4"), and 4k before a screen or a film ("4k tv"); so does the X4 of "BMW X4", and the 4k
  of "sharp,4k resolution": a short form glued to a mark needs a mark, an option or the end behind it. `x5` is prompt.
- What another generator's option surely is (`--v 6`, `--no text`: foreign.py) is refused.
- A word in double quotes is prompt, and the quotes stay; so is one behind a backslash, which goes: `\n:2`.
- The rest is the prompt, character by character, except for the marks and the white space that an option leaves with
  nothing to part (cutting.py), for control characters, which are dropped (those that part words become a space), and
  for half a surrogate pair, which becomes U+FFFD: none of these can be sent to anybody.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from bot.domain.errors import BadOption, Repair
from bot.domain.request import MAX_PROMPT, ImageRequest, has_visible
from bot.domain.style import STYLES
from bot.grammar import foreign
from bot.grammar.cutting import Cut, prompt_of
from bot.grammar.forms import CLOSING, Form, Shape, bare, escaped, form_of
from bot.grammar.neighbours import claimed, crowded, model_name
from bot.grammar.options import NO_STYLE, OPTIONS, STYLE, Option
from bot.grammar.printing import print_options, print_request
from bot.grammar.repair import nearest
from bot.grammar.small_talk import SmallTalk, small_talk
from bot.grammar.splitting import split
from bot.grammar.words import Word, normalise

# Room for every option and escape around the longest prompt. Beyond it nobody typed it, so nobody looks closer.
MAX_TEXT = 4 * MAX_PROMPT

_PARTING_CONTROLS = re.compile("[\x0b\x0c\x1c-\x1f\x85]")
_OTHER_CONTROLS = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x9f]")
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedOptions:
    """What came in fields of their own, as Discord's options or a form's; None was not given."""

    ratio: str | None = None
    n: int | None = None
    clarity: int | None = None
    style: str | None = None  # "none" takes a style away


def parse(
    text: str,
    typed: TypedOptions | None = None,
    *,
    defaults: TypedOptions | None = None,
    styles: Mapping[str, str] = MappingProxyType({}),
) -> ImageRequest:
    """The request that `text` asks for, in linear time; `defaults` hold where neither it nor `typed` says anything.

    `styles` are a community's own, name → words; a built-in one of the same name is meant first.

    Raises BadOption and nothing else: `bad-ratio`, `bad-n`, `bad-clarity` and `bad-style` with the values `word` (as
    typed), `option`, `nearest`, `understood` (the request without the wrong words) and `others` (further corrections,
    such as `n:9 → 4`), and with a repair where the rest is a request; `foreign-option` with `word` and `understood`,
    and with a repair that leaves it out; `prompt-empty`; `prompt-too-long` with `length` and `limit`: which words to
    leave out is for the person to say. `not-a-request` with `kind`, a SmallTalk, where the text is one and nothing is
    typed beside it; its repair draws it all the same.
    """
    text = _clean(text).strip()
    if len(text) > MAX_TEXT:
        raise BadOption("prompt-too-long", length=len(text), limit=MAX_PROMPT)
    kind = None if _typed(typed) else small_talk(text)
    if kind is not None:
        raise _not_a_request(text, kind, defaults, styles)
    reading = _read(text)
    found = {item.option.name: item for item in reading.found} | _typed(typed)
    values, wrong = _judge(found, _typed(defaults), styles)
    if wrong or reading.foreign:
        raise _bad_option(reading, values, wrong, styles)
    return _request(reading.prompt, values, styles)


def option_words(text: str) -> dict[str, str]:
    """The word of `text` that says each option that it has, by the option's name: the last of a kind, as it wins."""
    return {item.option.name: item.word for item in _read(_clean(text).strip()[:MAX_TEXT]).found}


def _not_a_request(text: str, kind: SmallTalk, defaults: TypedOptions | None, styles: Mapping[str, str]) -> BadOption:
    values, _ = _judge({}, _typed(defaults), styles)
    request = _request(text, values, styles)
    return BadOption("not-a-request", repair=Repair(text=print_request(request), request=request), kind=kind.value)


@dataclass(frozen=True, slots=True)
class _Found:
    option: Option
    word: str  # as typed
    spelling: str  # normalised value; empty where it is missing


@dataclass(slots=True)
class _Reading:
    text: str
    found: list[_Found] = field(default_factory=list)
    cuts: list[Cut] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)  # as typed

    def take(self, form: Form, start: int, end: int, spelling: str) -> int:
        typed = self.text[start:end].rstrip(CLOSING)
        self.found.append(_Found(form.option, typed, spelling))
        self.cuts.append(Cut(start, start + len(typed), option=True))
        return 1

    def leave_out(self, start: int, end: int) -> None:
        typed = self.text[start:end].rstrip(CLOSING)
        self.foreign.append(typed)
        self.cuts.append(Cut(start, start + len(typed), option=True))

    @property
    def prompt(self) -> str:
        return prompt_of(self.text, self.cuts).strip()


def _clean(text: str) -> str:
    if _SURROGATE.search(text):
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return _OTHER_CONTROLS.sub("", _PARTING_CONTROLS.sub(" ", text))


def _read(text: str) -> _Reading:
    reading = _Reading(text)
    words = split(text)
    before: Word | None = None
    index = 0
    while index < len(words):
        word = words[index]
        behind = words[index + 1] if index + 1 < len(words) else None
        taken = _take(reading, before, word, behind) if word.free else 0
        if not taken and word.free and (taken := foreign.length_of(words, index)):
            reading.leave_out(word.start, words[index + taken - 1].end)
        before = None if taken else word
        index += taken or 1
    return reading


def _take(reading: _Reading, before: Word | None, word: Word, behind: Word | None) -> int:
    """Note the option that begins at this word, if one does; how many words it has."""
    if escaped(word.plain) or foreign.escaped_elsewhere(word.plain):
        reading.cuts.append(Cut(word.start, word.start + 1, option=False))
        return 0
    form = form_of(word.plain)
    if form is None:
        return 0
    match form.shape:
        case Shape.GLUED:
            return reading.take(form, word.start, word.end, form.value)
        case Shape.SHORT:
            return _take_short(reading, form, before, word, behind)
        case _:
            return _take_with_next(reading, form, word, behind)


def _take_short(reading: _Reading, form: Form, before: Word | None, word: Word, behind: Word | None) -> int:
    text = reading.text
    if claimed(text, before, word, behind) or crowded(text, before, word, behind) or model_name(text, before, word):
        return 0
    return reading.take(form, word.start, word.end, form.value)


def _take_with_next(reading: _Reading, form: Form, word: Word, behind: Word | None) -> int:
    if behind is not None and behind.free and reading.text[word.end : behind.start].isspace():
        value = bare(behind.plain)
        if _goes_with(form, value, behind):
            reading.take(form, word.start, behind.end, value)
            return 2
    if form.shape is Shape.SPACED or form.soft:
        return 0
    return reading.take(form, word.start, word.end, "")


def _goes_with(form: Form, value: str, behind: Word) -> bool:
    """Whether the word behind a name is its value, right or wrong."""
    if form.option.find(value) is not None:
        return True
    if form.shape is Shape.SPACED or form_of(behind.plain) is not None:
        return False
    if form.option.wordy:
        return not form.soft and bool(value)
    return re.match("-?[0-9]", value) is not None


def _typed(typed: TypedOptions | None) -> dict[str, _Found]:
    given = {} if typed is None else {option.name: getattr(typed, option.name) for option in OPTIONS}
    return {
        option.name: _Found(option, _clean(str(value)), normalise(_clean(str(value)).strip()))
        for option in OPTIONS
        if (value := given.get(option.name)) is not None and value != ""
    }


def _judge(
    found: Mapping[str, _Found], defaults: Mapping[str, _Found], styles: Mapping[str, str]
) -> tuple[dict[str, str | int], list[_Found]]:
    """The value of every option, the nearest legal one in place of a wrong one; and the wrong ones."""
    values: dict[str, str | int] = {option.name: option.default for option in OPTIONS}
    for name, item in defaults.items():
        legal = _legal(item, styles)
        if legal is not None:  # a default that isn't legal any more is nobody's fault who types now
            values[name] = legal
    wrong = []
    for name, item in found.items():
        value = _legal(item, styles)
        if value is None:
            wrong.append(item)
            value = nearest(item.option, item.spelling)
        values[name] = value
    return values, wrong


def _legal(item: _Found, styles: Mapping[str, str]) -> str | int | None:
    """The value that was meant, if it is one."""
    value = item.option.find(item.spelling)
    if value is None and item.option is STYLE:
        return next((name for name in styles if normalise(name) == item.spelling), None)
    return value


def _bad_option(
    reading: _Reading, values: Mapping[str, str | int], wrong: list[_Found], styles: Mapping[str, str]
) -> BadOption:
    prompt = reading.prompt
    repair: Repair | None = None
    understood = prompt
    try:
        repaired = _request(prompt, values, styles)
    except BadOption:
        pass  # the prompt is also empty or too long: nothing to offer until the person changes it
    else:
        repair = Repair(text=print_request(repaired), request=repaired)
        names = tuple(f"{item.option.name}:" for item in wrong)
        kept = [option for option in print_options(repaired) if not option.startswith(names)]
        understood = " ".join([prompt, *kept])
    if not wrong:
        return BadOption("foreign-option", repair=repair, word=" ".join(reading.foreign), understood=understood)
    first, *others = wrong
    corrected = [f"{item.word} → {values[item.option.name]}" for item in others]
    return BadOption(
        f"bad-{first.option.name}",
        repair=repair,
        word=first.word,
        option=first.option.name,
        understood=understood,
        nearest=str(values[first.option.name]),
        others=", ".join([*corrected, *(f"{word} → –" for word in reading.foreign)]),
    )


def _request(prompt: str, values: Mapping[str, str | int], styles: Mapping[str, str]) -> ImageRequest:
    style = None if values["style"] == NO_STYLE else str(values["style"])
    own = styles[style] if style is not None and style not in STYLES else ""
    limit = MAX_PROMPT - (len(f", {own or STYLES[style]}") if style else 0)
    if not has_visible(prompt):
        raise BadOption("prompt-empty")
    if len(prompt) > limit:
        raise BadOption("prompt-too-long", length=len(prompt), limit=limit)
    return ImageRequest(
        prompt=prompt,
        ratio=str(values["ratio"]),
        n=int(values["n"]),
        clarity=int(values["clarity"]),
        style=style,
        style_words=own,
    )
