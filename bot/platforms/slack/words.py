"""The few words that only Slack shows: its forms, its home, its private messages."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from bot.grammar.language import Language, language

_WORDS: Mapping[str, Mapping[Language, str]] = MappingProxyType(
    {
        "form-close": {"en": "Close", "zh-CN": "关闭"},
        "form-where": {"en": "Where it is shown", "zh-CN": "发到哪里"},
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
        "more-title": {"en": "More", "zh-CN": "更多"},
        "home-draw": {"en": "Draw a picture", "zh-CN": "画一张图"},
        "home-recent": {"en": "Your recent pictures", "zh-CN": "你最近的图"},
        "home-none": {
            "en": "None yet. Press the button, or type /imagine in any channel.",
            "zh-CN": "还没有。按一下按钮，或者在任意频道输入 /imagine。",
        },
        "usage-help": {
            "en": "/easel usage [mine|channel|workspace] [today|week|month|year] [by day|month|person|channel|role]"
            " [csv]",
            "zh-CN": "/easel usage [我的|频道|大家] [今天|本周|本月|今年] [按天|按月|按人|按频道|按角色] [csv]",
        },
        "usage-chart": {
            "en": "A chart of it is in the conversation between you and me.",
            "zh-CN": "图表在我们两人的对话里。",
        },
        "usage-too-large": {
            "en": "The table would be too large. Ask for fewer days.",
            "zh-CN": "明细表太大，请缩短时间范围。",
        },
        "usage-table": {"en": "Every entry of it, as a table.", "zh-CN": "逐条的明细表。"},
        "shown-privately": {
            "en": "Pictures that only you should see are in the conversation between you and me.",
            "zh-CN": "只给你看的图在我们两人的对话里。",
        },
        "home-defaults": {"en": "Your defaults…", "zh-CN": "你的默认值…"},
        "home-settings": {"en": "Settings…", "zh-CN": "设置…"},
        "easel-help": {
            "en": "/easel usage · gallery [words] · here [words] · starred [words] · show <id> · why · defaults"
            " · mydata export · mydata delete · settings · people · audit · help",
            "zh-CN": "/easel usage · gallery [词] · here [词] · starred [词] · show <编号> · why · defaults"
            " · mydata export · mydata delete · settings · people · audit · help",
        },
    }
)


def word(key: str, locale: str) -> str:
    """The text in the reader's language; KeyError for a key that is not in the table."""
    return _WORDS[key][language(locale)]
