"""The nearest legal value to a wrong one."""

from __future__ import annotations

import difflib
import math
import re

from bot.domain.models import MODEL
from bot.grammar.options import CLARITY, NUMBER, RATIO, Option

_NUMBER = r"([0-9]{1,6}(?:\.[0-9]{1,6})?)"
_TWO_NUMBERS = re.compile(rf"{_NUMBER}(?:[:/x×*-]{_NUMBER})?")
_ONE_NUMBER = re.compile(rf"(-?){_NUMBER}(k?)")
_LONGEST_WORD = 40  # difflib's time grows with the square of it


def nearest(option: Option, spelling: str) -> str | int:
    """The legal value of `option` that comes nearest to `spelling` (normalised), its default where nothing does."""
    if option is RATIO:
        found: str | int | None = _nearest_ratio(spelling)
    elif option is NUMBER:
        found = _nearest_number(spelling)
    elif option is CLARITY:
        found = _nearest_clarity(spelling)
    else:
        found = None
    return _nearest_word(option, spelling) if found is None else found


def _nearest_ratio(spelling: str) -> str | None:
    """By the logarithm, so that twice as wide is as far as twice as tall: 21:9 and 2:1 are 16:9, 3:2 is 4:3."""
    match = _TWO_NUMBERS.match(spelling)
    if match is None:
        return None
    width, height = float(match[1]), float(match[2] or 1)
    if not width or not height:
        return None

    def distance(ratio: str) -> float:
        across, down = ratio.split(":")
        return abs(math.log(width / height) - math.log(int(across) / int(down)))

    return min(MODEL.ratios, key=distance)


def _nearest_number(spelling: str) -> int | None:
    match = _ONE_NUMBER.search(spelling)
    if match is None:
        return None
    return 1 if match[1] else round(min(max(float(match[2]), 1), MODEL.most_pictures))


def _nearest_clarity(spelling: str) -> int | None:
    """By the difference; in the middle the smaller, which costs less."""
    match = _ONE_NUMBER.search(spelling)
    if match is None:
        return None
    wanted = float(match[2]) * (1024 if match[3] else 1)
    return min(MODEL.clarities, key=lambda clarity: (abs(clarity - wanted), clarity))


def _nearest_word(option: Option, spelling: str) -> str | int:
    spellings = [word for value in option.values for word in value.spellings()]
    close = difflib.get_close_matches(spelling[:_LONGEST_WORD], spellings, n=1)
    found = option.find(close[0]) if close else None
    return option.default if found is None else found
