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
        "form-send": {"en": "Send", "zh-CN": "发送"},
        "im-report-title": {"en": "Report this picture", "zh-CN": "举报这张图"},
        "im-report-label": {"en": "What is wrong with it?", "zh-CN": "有什么问题？"},
        "im-blockword-title": {"en": "Block a word here", "zh-CN": "在这里屏蔽一个词"},
        "im-blockword-label": {"en": "Word", "zh-CN": "词"},
        "more-title": {"en": "More", "zh-CN": "更多"},
        "more-ordered": {
            "en": "It's on its way, and comes where this one stands.",
            "zh-CN": "正在画，会发到这张图所在的地方。",
        },
        "reported": {"en": "Thank you. The moderators here have been told.", "zh-CN": "谢谢，已转告这里的管理员。"},
        "reported-untold": {
            "en": "Thank you, it's noted. This workspace has named no channel where I could tell its moderators.",
            "zh-CN": "谢谢，已记录。这个工作区还没有指定通知管理员的频道。",
        },
        "word-blocked": {"en": "Done: that word is blocked here.", "zh-CN": "好了，这个词在这里已被屏蔽。"},
        "left-over": {
            "en": "It's noted, but I couldn't change the message in its channel. Please look after it there.",
            "zh-CN": "已记录，但我没能更改频道里的那条消息，请到频道里处理一下。",
        },
        "appealed": {"en": "The moderators have been told.", "zh-CN": "已转告管理员。"},
        "appealed-untold": {
            "en": "It's noted. This workspace has named no channel where I could tell its moderators.",
            "zh-CN": "已记录。这个工作区还没有指定通知管理员的频道。",
        },
        "home-draw": {"en": "Draw a picture", "zh-CN": "画一张图"},
        "home-recent": {"en": "Your recent pictures", "zh-CN": "你最近的图"},
        "home-none": {
            "en": "None yet. Press the button, or type /imagine in any channel.",
            "zh-CN": "还没有。按一下按钮，或者在任意频道输入 /imagine。",
        },
        "studio-title": {"en": "Settings", "zh-CN": "设置"},
        "studio-save": {"en": "Save", "zh-CN": "保存"},
        "studio-saved": {"en": "Saved", "zh-CN": "已保存"},
        "studio-same": {"en": "Nothing is different from before.", "zh-CN": "和之前没有不同。"},
        "studio-state": {"en": "State", "zh-CN": "状态"},
        "studio-intro": {
            "en": "They hold for everybody here. Empty: as the operator has set it.",
            "zh-CN": "对这里的所有人生效。留空：按运营者的设置。",
        },
        "studio-allowed-hint": {"en": "None chosen: everywhere", "zh-CN": "都不选：所有频道都可以"},
        "studio-role_daily-hint": {
            "en": "Such as guest=5, member=20. Roles in Slack: owner, admin, member, guest, external",
            "zh-CN": "例如 guest=5, member=20。Slack 里的角色：owner、admin、member、guest、external",
        },
        "studio-styles-hint": {
            "en": "One a line: a name, a colon, and the words that it adds",
            "zh-CN": "每行一个：名字、冒号，然后是它加上的描述",
        },
        "studio-channel_daily": {
            "en": "So many a day in that channel, everybody together",
            "zh-CN": "那个频道里所有人合计每天的张数",
        },
        "studio-none-hint": {"en": "Empty: no limit there", "zh-CN": "留空：不限"},
        "studio-words_add": {"en": "Block these words too", "zh-CN": "新增屏蔽词"},
        "studio-words_remove": {"en": "Allow these words again", "zh-CN": "取消屏蔽这些词"},
        "studio-words-hint": {
            "en": "One a line; *word* also within other words",
            "zh-CN": "每行一个；*词* 表示包含在其他词里也算",
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
        "home-people": {"en": "People…", "zh-CN": "成员…"},
        "home-audit": {"en": "What was done…", "zh-CN": "操作记录…"},
        "im-people-title": {"en": "People", "zh-CN": "成员"},
        "im-audit-title": {"en": "What was done here", "zh-CN": "这里的操作记录"},
        "audit-undo": {"en": "Undo", "zh-CN": "撤销"},
        "audit-older": {"en": "Older ›", "zh-CN": "更早 ›"},
        "held-heading": {"en": "Who may not ask here", "zh-CN": "在这里不能画图的成员"},
        "held-none": {"en": "Nobody is locked or blocked.", "zh-CN": "没有人被禁用或屏蔽。"},
        "held-open": {"en": "until somebody lifts it", "zh-CN": "直到有人解除"},
        "held-until": {"en": "until", "zh-CN": "直到"},
        "held-further": {"en": "and {number} more", "zh-CN": "还有 {number} 人"},
        "people-person": {"en": "Person", "zh-CN": "成员"},
        "people-deed": {"en": "What to do", "zh-CN": "要做什么"},
        "people-reason": {"en": "Reason", "zh-CN": "原因"},
        "people-do": {"en": "Do it", "zh-CN": "执行"},
        "deed-lock-hour": {"en": "Lock for an hour", "zh-CN": "禁用一小时"},
        "deed-lock-day": {"en": "Lock for a day", "zh-CN": "禁用一天"},
        "deed-lock-week": {"en": "Lock for a week", "zh-CN": "禁用一周"},
        "deed-block": {"en": "Block until somebody lifts it", "zh-CN": "屏蔽，直到有人解除"},
        "deed-lift": {"en": "Lift", "zh-CN": "解除"},
        "deed-forgive": {"en": "Forgive strikes", "zh-CN": "清除警告"},
        "deed-reset": {"en": "Let the day begin anew", "zh-CN": "当天用量从零开始"},
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
