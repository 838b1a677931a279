"""The few words that only Slack shows: its forms, its home, its private messages."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from bot.grammar.language import Language, language

_WORDS: Mapping[str, Mapping[Language, str]] = MappingProxyType(
    {
        "form-title": {"en": "Draw a picture", "zh-CN": "画一张图"},
        "form-title-edit": {"en": "Edit and draw again", "zh-CN": "修改后再画"},
        "form-draw": {"en": "Draw", "zh-CN": "画"},
        "form-close": {"en": "Close", "zh-CN": "关闭"},
        "form-prompt": {"en": "What you'd like to see", "zh-CN": "想看到的画面"},
        "form-where": {"en": "Where it is shown", "zh-CN": "发到哪里"},
        "form-ratio": {"en": "Ratio", "zh-CN": "比例"},
        "form-n": {"en": "How many", "zh-CN": "张数"},
        "form-clarity": {"en": "Clarity", "zh-CN": "清晰度"},
        "form-style": {"en": "Style", "zh-CN": "风格"},
        "form-late": {
            "en": "Slack closed the door before the form was ready. Press again, or type the request after /imagine.",
            "zh-CN": "表单没能及时打开。请再按一次，或者把想画的写在 /imagine 后面。",
        },
        "note-reduced": {
            "en": "Compressed for Slack; the original is kept",
            "zh-CN": "为了在 Slack 里显示做了压缩，原图已保留",
        },
        "sent-privately": {
            "en": "I can't post in the channel where you asked any more, so here it is:",
            "zh-CN": "你提问的频道里我已经不能发消息了，所以发到这里：",
        },
        "comes-privately": {
            "en": "I can't speak in this conversation, so it comes to the one between you and me.",
            "zh-CN": "我不能在这个对话里发消息，所以会发到我们两人的对话里。",
        },
        "invite-me": {
            "en": "I'm not in this private channel. Type `/invite @Easel` here, then ask again. Nothing was charged.",
            "zh-CN": "我不在这个私有频道里。请先在这里输入 `/invite @Easel`，然后再试。没有扣费。",
        },
        "cannot-join": {
            "en": "I may not post in this channel. Type `/invite @Easel` here or ask elsewhere. Nothing was charged.",
            "zh-CN": "我不能在这个频道里发消息。请在这里输入 `/invite @Easel`，或者换个地方。没有扣费。",
        },
        "archived": {
            "en": "This channel is archived, so I couldn't show you the result. Nothing was charged.",
            "zh-CN": "这个频道已归档，结果没有地方可发。没有扣费。",
        },
        "stranger": {
            "en": "Here only people of the organization that installed me can ask. Nothing was charged.",
            "zh-CN": "在这里只有安装了我的组织的成员可以画图。没有扣费。",
        },
        "home-heading": {"en": "Easel", "zh-CN": "Easel"},
        "home-today": {"en": "Today", "zh-CN": "今天"},
        "home-used": {"en": "{used} of {limit} pictures used", "zh-CN": "已用 {used} / {limit} 张"},
        "home-used-unlimited": {"en": "{used} pictures used", "zh-CN": "已用 {used} 张"},
        "home-days": {"en": "The last 14 days", "zh-CN": "最近 14 天"},
        "home-recent": {"en": "Your recent pictures", "zh-CN": "你最近的图"},
        "home-none": {
            "en": "None yet. Press the button, or type /imagine anywhere.",
            "zh-CN": "还没有。按一下按钮，或者输入 /imagine。",
        },
        "home-shared": {"en": "Community", "zh-CN": "社区"},
        "home-month": {"en": "{n} pictures this month", "zh-CN": "本月 {n} 张"},
        "easel-usage": {
            "en": "/easel usage · gallery [words] · show <id> · help",
            "zh-CN": "/easel usage · gallery [关键词] · show <编号> · help",
        },
        "gallery-none": {"en": "Nothing found.", "zh-CN": "没有找到。"},
        "gallery-heading": {"en": "{n} found, page {page} of {pages}", "zh-CN": "共 {n} 个，第 {page}/{pages} 页"},
    }
)


def word(key: str, locale: str) -> str:
    """The text in the reader's language; KeyError for a key that is not in the table."""
    return _WORDS[key][language(locale)]
