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
        "form-title": {"en": "Edit and draw again", "zh-CN": "修改后再画"},
        "form-prompt": {"en": "What you'd like to see", "zh-CN": "想看到的画面"},
        "form-ratio": {"en": "Ratio", "zh-CN": "比例"},
        "form-n": {"en": "How many", "zh-CN": "张数"},
        "form-clarity": {"en": "Clarity", "zh-CN": "清晰度"},
        "form-style": {"en": "Style", "zh-CN": "风格"},
        "note-reduced": {
            "en": "Compressed to fit Discord's file limit; the original is kept",
            "zh-CN": "为符合 Discord 的文件大小限制做了压缩，原图已保留",
        },
        "offer-taken": {"en": "Taken. It's on its way as job {id}.", "zh-CN": "已采用，正在画，任务编号 {id}。"},
        "report-title": {"en": "Report this picture", "zh-CN": "举报这张图"},
        "report-text": {"en": "What's wrong with it? (optional)", "zh-CN": "有什么问题？（可不填）"},
        "reported": {"en": "Thank you. The moderators here have been told.", "zh-CN": "谢谢，已转告这里的管理员。"},
        "reported-untold": {
            "en": "Thank you, it's noted. This server has named no channel where I could tell its moderators.",
            "zh-CN": "谢谢，已记录。这个服务器还没有指定通知管理员的频道。",
        },
        "blockword-title": {"en": "Block a word here", "zh-CN": "在这里屏蔽一个词"},
        "blockword-text": {"en": "The word that prompts may not have", "zh-CN": "描述里不能出现的词"},
        "word-blocked": {"en": "Done: that word is blocked here.", "zh-CN": "好了，这个词在这里已被屏蔽。"},
        "left-over": {
            "en": "It's noted, but I couldn't change the message in its channel. Please look after it there.",
            "zh-CN": "已记录，但我没能更改频道里的那条消息，请到频道里处理一下。",
        },
        "spoiler-ok": {"en": "Hidden until somebody looks.", "zh-CN": "已隐藏，点开才能看到。"},
        "spoiler-not": {
            "en": "I couldn't reach that message to hide its pictures. Delete takes them away.",
            "zh-CN": "没能找到那条消息，所以没有隐藏。可以用“删除”拿掉它。",
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
