r"""The words of a text.

White space and wide marks part words, and so do `,` and `;`, but for those inside quotes or brackets, behind the
beginning of an address (`https://host/a,b`) and inside a number (`10,000`, `n:2,5`). Chinese has no spaces, so a
Chinese name that can mean only an option begins a word inside one, if its colon and a legal value follow
(`一只猫比例：16：9`); not behind 的, not in compounds such as 男女比例, and not 数量 or 分辨率, which are said of
things in pictures too.

Backslashes before an option are part of its word, and none of these rules looks at them: otherwise printing.py could
not write a prompt that reads like options.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from bot.grammar.forms import CLOSING, ESCAPE, Shape, form_of
from bot.grammar.options import OPTIONS
from bot.grammar.quotations import bracketed, quotations
from bot.grammar.words import NARROW_MARKS, WIDE_MARKS, Word, normalise

_CHUNK = re.compile(rf"[^\s{WIDE_MARKS}]+")
_ADDRESS = re.compile(r"://|^www\.|[a-z0-9]\.[a-z]{2,}/")

_GLUED = ("比例", "张数", "清晰度", "风格")
_GLUED_NAMES = sorted((name for option in OPTIONS for name in option.names if name.endswith(_GLUED)), key=len)[::-1]
_THINGS = {"的", "男女", "黄金", "身体", "头身", "高"}  # 男女比例, 高清晰度 are no names of options
_NAMES_BEGIN = {name.removesuffix(glued) for name in _GLUED_NAMES for glued in _GLUED if name.endswith(glued)} - {""}
_COMPOUNDS = "".join(f"(?<!{word})" for word in sorted(_THINGS | _NAMES_BEGIN))
# Behind a letter or a digit of any script, what closes a bracket or a quotation, or an emoji.
_INSIDE = re.compile(
    rf"(?<=[\w)）】》」』”\U0001f300-\U0001faff]){_COMPOUNDS}\\*(?P<name>{'|'.join(_GLUED_NAMES)})[:：=＝]"
)
_LONGEST_OPTION = 24  # no name with a legal value is longer: keeps a heap of names from being read again and again


def split(text: str) -> list[Word]:
    """All words in order, in linear time."""
    quoted = quotations(text)
    whole = bytearray(len(text))
    for begin, finish in (*quoted, *bracketed(text)):
        whole[begin:finish] = b"\1" * (finish - begin)
    words: list[Word] = []
    span = 0
    for chunk in _CHUNK.finditer(text):
        valued = "," in chunk[0] and _awaits_value(text, words, chunk.start())
        for start, end in _parts(text, chunk.span(), whole, valued=valued):
            while span < len(quoted) and quoted[span][1] < start:
                span += 1
            typed = text[start:end]
            words.append(Word(start, end, typed, normalise(typed), _free(quoted, span, start, end)))
    return words


def _free(quoted: list[tuple[int, int]], span: int, start: int, end: int) -> bool:
    for index in range(span, len(quoted)):
        begin, finish = quoted[index]
        if begin >= end:
            break
        if begin < start or finish >= end:
            return False
    return True


def _awaits_value(text: str, words: list[Word], start: int) -> bool:
    """Whether the word before is a name whose value comes next: `--ar 16:9`."""
    if not words or not text[words[-1].end : start].isspace():
        return False
    form = form_of(words[-1].plain.lstrip(ESCAPE))
    return form is not None and form.shape in {Shape.DASHED, Shape.SPACED}


def _parts(text: str, chunk: tuple[int, int], whole: bytearray, *, valued: bool) -> list[tuple[int, int]]:
    parts: list[tuple[int, int]] = []
    left = ""
    for start, end in _pieces(text, chunk, whole):
        piece = text[start:end]
        if _ADDRESS.search(normalise(piece)):
            parts.append((start, chunk[1]))
            break
        borders = _borders(piece)
        inner = [start, *(start + border for border in borders), end]
        spans = list(pairwise(inner))
        if parts and text[start - 1] == "," and parts[-1][1] == start - 1 and _one_number(left, piece, valued=valued):
            spans[0] = (parts.pop()[0], spans[0][1])
        parts += spans
        valued = valued and start == chunk[0]
        left = piece[borders[-1] :] if borders else piece
    return parts


def _pieces(text: str, chunk: tuple[int, int], whole: bytearray) -> Iterator[tuple[int, int]]:
    """What stands between the chunk's narrow marks, quoted and bracketed ones aside."""
    start, stop = chunk
    for at in range(start, stop):
        if text[at] in NARROW_MARKS and not whole[at]:
            if start < at:
                yield start, at
            start = at + 1
    if start < stop:
        yield start, stop


def _one_number(left: str, right: str, *, valued: bool) -> bool:
    """Whether the comma between two pieces is a number's own: that of 10,000 and n:2,5, but not of ratio:16:9,4k."""
    left, right = normalise(left), normalise(right)
    if not (left[-1].isdecimal() and right[0].isdecimal()):
        return False
    form = form_of(left.lstrip(ESCAPE))
    if form is None and not valued:
        return True
    value = (form.value if form else left).strip("x×")
    return value.isdecimal() and right.rstrip(CLOSING).isdecimal()


def _borders(piece: str) -> list[int]:
    """Where a Chinese name with a legal value begins inside `piece`, behind other text."""
    if piece.isascii():
        return []
    borders: list[int] = []
    end = len(piece)
    for match in reversed(list(_INSIDE.finditer(piece))):
        name = match.start("name")
        if end - name > _LONGEST_OPTION:
            continue
        form = form_of(normalise(piece[name:end]))
        if form is not None and form.option.find(form.value) is not None:
            end = match.start()
            borders.append(end)
    return borders[::-1]
