"""What is clearly no request: a call for help, thanks or a greeting, alone and without options.

Only whole texts of this short list count, whatever their case and however they end ("Thanks! 🙏"). Everything longer,
in quotes or with an option is a request: `"help"`, `help n:1`, `a help desk`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class SmallTalk(StrEnum):
    HELP = "help"
    THANKS = "thanks"
    GREETING = "greeting"


_TEXTS: Mapping[SmallTalk, tuple[str, ...]] = MappingProxyType(
    {
        SmallTalk.HELP: ("help", "help me", "/help", "--help", "-h", "帮助", "使用帮助", "怎么用"),
        SmallTalk.THANKS: (
            *("thanks", "thank you", "thanks a lot", "many thanks", "thank you very much", "thank you so much", "thx"),
            *("谢谢", "谢谢你", "谢谢您", "谢谢啦", "多谢", "感谢", "非常感谢"),
        ),
        SmallTalk.GREETING: ("hi", "hello", "hey", "hi there", "hello there", "你好", "您好", "你好啊", "嗨"),
    }
)
_KIND = {text: kind for kind, texts in _TEXTS.items() for text in texts}
_LONGEST = 64  # characters; what is longer is none of these with whatever ends it


def small_talk(text: str) -> SmallTalk | None:
    """Which of these `text` is; None where it may be a request."""
    if len(text) > _LONGEST:
        return None
    said = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    if said and not said.strip("?"):
        return SmallTalk.HELP
    while said and _ends_a_sentence(said[-1]):
        said = said[:-1]
    return _KIND.get(said)


def _ends_a_sentence(character: str) -> bool:
    """Punctuation, emoji and their modifiers, white space."""
    return unicodedata.category(character)[0] in "PSZCM"
