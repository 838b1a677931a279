"""What somebody asks for: an image request that is always valid, and the provider's limits behind it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from bot.domain.style import STYLES

# The limits of the submit call: Seedream 3.0, `POST /open/v1/ai_creation/task/submit` (docs/seedream.md).
RATIOS = ("1:1", "3:4", "4:3", "9:16", "16:9")
CLARITIES = (1024, 2048, 4096)
MAX_PICTURES = 4
# Not the provider's: it publishes none. Long enough for any real prompt, short enough for every chat platform.
MAX_PROMPT = 2000

DEFAULT_RATIO = "1:1"
DEFAULT_CLARITY = 2048
DEFAULT_PICTURES = 1


# Control characters and halves of surrogate pairs: no JSON, database or chat takes them all.
_UNSENDABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp", "Zs"})


def has_visible(text: str) -> bool:
    """Whether there is anything to see: zero-width characters alone are no prompt."""
    return any(unicodedata.category(character) not in _INVISIBLE for character in text)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageRequest:
    """One valid request. Building one with a value outside the limits raises ValueError.

    `prompt` is kept as typed, without the options, control characters and white space at its ends.
    """

    prompt: str
    ratio: str = DEFAULT_RATIO
    n: int = DEFAULT_PICTURES
    clarity: int = DEFAULT_CLARITY
    style: str | None = None
    style_words: str = ""  # what a community's own style adds; a built-in one has its words in STYLES

    def __post_init__(self) -> None:
        if not has_visible(self.prompt) or self.prompt != self.prompt.strip():
            raise ValueError("the prompt must hold a word and no white space at its ends")
        if _UNSENDABLE.search(self.prompt):
            raise ValueError("the prompt must hold no control characters but tab and line ends, and no half surrogates")
        if self.ratio not in RATIOS:
            raise ValueError(f"ratio {self.ratio!r} is not one of {RATIOS}")
        if self.clarity not in CLARITIES:
            raise ValueError(f"clarity {self.clarity!r} is not one of {CLARITIES}")
        if isinstance(self.n, bool) or not 1 <= self.n <= MAX_PICTURES:
            raise ValueError(f"n {self.n!r} is not between 1 and {MAX_PICTURES}")
        if self.style is not None and self.style not in STYLES and not self.style_words:
            raise ValueError(f"style {self.style!r} is not one of {tuple(STYLES)}, and it has no words of its own")
        if self.style_words and (self.style is None or self.style in STYLES):
            raise ValueError("words of a style go with the name of a community's own style")
        if len(self.prompt_sent) > MAX_PROMPT:
            raise ValueError(f"the prompt and its style's words are longer than {MAX_PROMPT} characters")

    @property
    def prompt_sent(self) -> str:
        """The prompt as the provider gets it: with the words of the style behind it."""
        if self.style is None:
            return self.prompt
        return f"{self.prompt}, {self.style_words or STYLES[self.style]}"
