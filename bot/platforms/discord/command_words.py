"""What only Discord's commands say: their names in menus, descriptions, choices, and the sentences around files."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from bot.grammar.language import Language, language

# Each English text stands for one Chinese text: Discord is given them by their English.
_WORDS: Mapping[str, Mapping[Language, str]] = MappingProxyType(
    {
        "menu-imagine": {"en": "Imagine this", "zh-CN": "把这段话画出来"},
        "menu-report": {"en": "Report picture", "zh-CN": "举报这张图"},
        "command-gallery": {"en": "Look through pictures made before", "zh-CN": "翻看以前画的图"},
        "gallery-shelf": {
            "en": "Whose pictures (yours, unless you say otherwise)",
            "zh-CN": "看谁的图（不选就是你自己的）",
        },
        "gallery-words": {"en": "Only those with these words in the prompt", "zh-CN": "只看描述里有这些词的"},
        "shelf-mine": {"en": "Mine", "zh-CN": "我的"},
        "shelf-here": {"en": "This channel's", "zh-CN": "本频道的"},
        "shelf-starred": {"en": "Starred here", "zh-CN": "这里收藏的"},
        "command-show": {
            "en": "Show one picture with all there is to say of it",
            "zh-CN": "查看一张图和它的全部信息",
        },
        "show-id": {
            "en": "The job's id, or some words of your own prompt",
            "zh-CN": "任务编号，或者你描述里的几个字",
        },
        "show-everybody": {"en": "Show it to everybody in this channel", "zh-CN": "让本频道所有人都看到"},
        "command-usage": {"en": "What was used, and what is left", "zh-CN": "用了多少，还剩多少"},
        "usage-scope": {
            "en": "Whose usage (yours, unless you say otherwise)",
            "zh-CN": "看谁的用量（不选就是你自己的）",
        },
        "usage-group": {"en": "Grouped by what", "zh-CN": "按什么汇总"},
        "usage-period": {
            "en": "How far back (this month, unless you say otherwise)",
            "zh-CN": "看多久（不选就是本月）",
        },
        "usage-file": {"en": "Send every entry as a CSV file as well", "zh-CN": "同时把每一笔明细发成 CSV 文件"},
        "scope-mine": {"en": "My usage", "zh-CN": "我的用量"},
        "scope-channel": {"en": "This channel", "zh-CN": "本频道"},
        "scope-community": {"en": "This server", "zh-CN": "本服务器"},
        "group-day": {"en": "Days", "zh-CN": "按天"},
        "group-month": {"en": "Months", "zh-CN": "按月"},
        "group-person": {"en": "Persons", "zh-CN": "按成员"},
        "group-channel": {"en": "Channels", "zh-CN": "按频道"},
        "group-role": {"en": "Roles", "zh-CN": "按身份组"},
        "period-today": {"en": "Today", "zh-CN": "今天"},
        "period-week": {"en": "The last seven days", "zh-CN": "最近七天"},
        "period-month": {"en": "This month", "zh-CN": "本月"},
        "period-year": {"en": "The last twelve months", "zh-CN": "最近十二个月"},
        "usage-csv": {
            "en": "Every entry, as a table for any spreadsheet.",
            "zh-CN": "每一笔明细，可用任意表格软件打开。",
        },
        "command-why": {"en": "Why was I refused?", "zh-CN": "我为什么被拒绝了？"},
        "command-defaults": {
            "en": "Your own ratio, number, clarity and style, where a request doesn't say them",
            "zh-CN": "请求里没写时，用你自己的比例、张数、清晰度和风格",
        },
        "command-mydata": {"en": "What Easel keeps of you", "zh-CN": "Easel 保存的你的数据"},
        "mydata-export": {
            "en": "Get everything that is kept of you, as a file",
            "zh-CN": "把保存的你的全部数据打包给你",
        },
        "mydata-delete": {"en": "Delete everything that is kept of you", "zh-CN": "删除保存的你的全部数据"},
        "file-too-large": {
            "en": "That is too large to be sent here. Ask whoever runs this bot: they can give it to you.",
            "zh-CN": "文件太大，没法发到这里。请联系运行这个机器人的人，由他们交给你。",
        },
        "command-help": {"en": "What you can type, and every command", "zh-CN": "可以怎么写，以及全部命令"},
        "help-menus": {
            "en": "On any message: Apps → Imagine this. On a picture: Apps → Report picture.",
            "zh-CN": "任意消息上：应用 → 把这段话画出来；图片消息上：应用 → 举报这张图。",
        },
        "command-studio": {
            "en": "Settings, limits, people and the audit trail of this server",
            "zh-CN": "本服务器的设置、限额、成员和操作记录",
        },
        "no-words": {"en": "There are no words in that message to draw.", "zh-CN": "那条消息里没有可以画的文字。"},
        "no-picture-there": {
            "en": "That isn't one of my pictures. Choose a message of mine with a picture in it.",
            "zh-CN": "那不是我画的图。请选一条我发的、带图的消息。",
        },
    }
)  # fmt: skip


def command_word(key: str, locale: str = "en") -> str:
    """The text in the reader's language; KeyError for a key that is not in the table."""
    return _WORDS[key][language(locale)]


def command_texts() -> Mapping[str, str]:
    """English → Chinese, of everything here."""
    return {text["en"]: text["zh-CN"] for text in _WORDS.values()}
