"""What is clearly no request: a call for help, thanks, a greeting or a remark, alone and without options.

Only whole texts of this short list count, whatever their case and however they end ("Thanks! 🙏"). Everything longer,
in quotes or with an option is a request: `"help"`, `help n:1`, `a help desk`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class SmallTalk(StrEnum):
    HELP = "help"
    THANKS = "thanks"
    GREETING = "greeting"
    REMARK = "remark"  # "ok", "stop": it may be meant for others, or as a request


_TEXTS: Mapping[SmallTalk, tuple[str, ...]] = MappingProxyType(
    {
        SmallTalk.HELP: (
            *("help", "help me", "help please", "/help", "--help", "-h", "how does this work", "what can you do"),
            *("帮助", "使用帮助", "怎么用", "怎么使用", "你能做什么", "你会什么"),
        ),
        SmallTalk.THANKS: (
            *("thanks", "thank you", "thanks a lot", "many thanks", "thank you very much", "thank you so much", "thx"),
            *("thanks so much", "thank u", "ty", "cheers"),
            *("谢谢", "谢谢你", "谢谢您", "谢谢啦", "多谢", "感谢", "非常感谢", "谢了", "太感谢了"),
        ),
        SmallTalk.GREETING: (
            *("hi", "hello", "hey", "hi there", "hello there", "hey there"),
            *("你好", "您好", "你好啊", "嗨", "哈喽"),
        ),
        SmallTalk.REMARK: (
            *("ok", "okay", "yes", "no", "stop", "cancel", "test", "testing", "ping", "bye", "goodbye", "good bot"),
            *("好", "好的", "行", "可以", "是的", "不", "不要", "停", "停止", "取消", "测试", "再见", "拜拜"),
        ),
    }
)
_KIND = {text: kind for kind, texts in _TEXTS.items() for text in texts}
_NAMED = re.compile(r"[ ,，]+easel$")  # "hey Easel"
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
    return _KIND.get(said) or _KIND.get(_NAMED.sub("", said))


def _ends_a_sentence(character: str) -> bool:
    """Punctuation, emoji and their modifiers, white space."""
    return unicodedata.category(character)[0] in "PSZCM"
