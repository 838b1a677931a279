"""What somebody asks for: an image request that is always valid for its model."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from bot.domain.models import MODEL, ModelSpec, model_of
from bot.domain.style import STYLES

# Not the provider's: it publishes none. Long enough for any real prompt, short enough for every chat platform.
MAX_PROMPT = 2000

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
    ratio: str = MODEL.default_ratio
    n: int = DEFAULT_PICTURES
    clarity: int = MODEL.default_clarity
    style: str | None = None
    style_words: str = ""  # what a community's own style adds; a built-in one has its words in STYLES
    model: str = MODEL.code

    def __post_init__(self) -> None:
        if not has_visible(self.prompt) or self.prompt != self.prompt.strip():
            raise ValueError("the prompt must hold a word and no white space at its ends")
        if _UNSENDABLE.search(self.prompt):
            raise ValueError("the prompt must hold no control characters but tab and line ends, and no half surrogates")
        spec = self.spec
        if self.ratio not in spec.ratios:
            raise ValueError(f"ratio {self.ratio!r} is not one of {spec.ratios}")
        if self.clarity not in spec.clarities:
            raise ValueError(f"clarity {self.clarity!r} is not one of {spec.clarities}")
        if isinstance(self.n, bool) or not 1 <= self.n <= spec.most_pictures:
            raise ValueError(f"n {self.n!r} is not between 1 and {spec.most_pictures}")
        if self.style is not None and self.style not in STYLES and not self.style_words:
            raise ValueError(f"style {self.style!r} is not one of {tuple(STYLES)}, and it has no words of its own")
        if self.style_words and (self.style is None or self.style in STYLES):
            raise ValueError("words of a style go with the name of a community's own style")
        if len(self.prompt_sent) > MAX_PROMPT:
            raise ValueError(f"the prompt and its style's words are longer than {MAX_PROMPT} characters")

    @property
    def spec(self) -> ModelSpec:
        """What its model draws."""
        return model_of(self.model)

    @property
    def prompt_sent(self) -> str:
        """The prompt as the provider gets it: with the words of the style behind it."""
        if self.style is None:
            return self.prompt
        return f"{self.prompt}, {self.style_words or STYLES[self.style]}"
