"""The few words that only Discord shows: its command, its form, its private messages."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from bot.grammar.language import Language, language

_WORDS: Mapping[str, Mapping[Language, str]] = MappingProxyType(
    {
        "command-imagine": {"en": "Draw pictures of what you describe", "zh-CN": "把你的描述画成图"},
        "option-prompt": {
            "en": "What you'd like to see; options may stand in it too, such as ratio:16:9 n:2",
            "zh-CN": "想看到的画面；也可以直接写选项，例如 ratio:16:9 n:2",
        },
        "note-reduced": {
            "en": "Compressed to fit Discord's file limit; the original is kept",
            "zh-CN": "为符合 Discord 的文件大小限制做了压缩，原图已保留",
        },
        "original": {"en": "Original", "zh-CN": "原图"},
        "sent-privately": {
            "en": "I can't post in the channel where you asked any more, so here it is:",
            "zh-CN": "你提问的频道里我已经不能发消息了，所以发到这里：",
        },
    }
)


def word(key: str, locale: str) -> str:
    """The text in the reader's language; KeyError for a key that is not in the table."""
    return _WORDS[key][language(locale)]
