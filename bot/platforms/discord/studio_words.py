"""The words of /studio that no other platform shows."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from bot.grammar.language import Language, language

_WORDS: Mapping[str, Mapping[Language, str]] = MappingProxyType(
    {
        "title": {"en": "Studio", "zh-CN": "画室"},
        "change": {"en": "Change…", "zh-CN": "修改…"},
        "pause": {"en": "Pause drawing", "zh-CN": "暂停画图"},
        "resume": {"en": "Let drawing go on", "zh-CN": "恢复画图"},
        "usage": {"en": "Who used what", "zh-CN": "谁用了多少"},
        "audit": {"en": "What was done", "zh-CN": "操作记录"},
        "held": {"en": "Who is kept out", "zh-CN": "被禁的成员"},
        "held-heading": {"en": "Who may not ask here", "zh-CN": "在这里不能画图的成员"},
        "held-none": {"en": "Nobody is locked or blocked.", "zh-CN": "没有人被禁用或屏蔽。"},
        "held-open": {"en": "until somebody lifts it", "zh-CN": "直到有人解除"},
        "lift": {"en": "Lift {number}", "zh-CN": "解除 {number}"},
        "home": {"en": "Back", "zh-CN": "返回"},
        "older": {"en": "Older", "zh-CN": "更早"},
        "newest": {"en": "Newest", "zh-CN": "最新"},
        "group": {"en": "Grouped by…", "zh-CN": "汇总方式…"},
        "saved": {"en": "Saved", "zh-CN": "已保存"},
        "nothing-changed": {"en": "Nothing is different from before.", "zh-CN": "和之前没有不同。"},
        "budget": {"en": "This month", "zh-CN": "本月"},
        "budget-open": {"en": "{taken} used, without a limit", "zh-CN": "已用 {taken}，没有上限"},
        "budget-of": {"en": "{taken} of {limit}, {percent} %", "zh-CN": "{limit} 中的 {taken}，{percent}%"},
        "section-defaults": {"en": "What holds unless said otherwise", "zh-CN": "默认选项"},
        "section-limits": {"en": "Limits and budget", "zh-CN": "限额与预算"},
        "section-groups": {"en": "Limits by role and channel", "zh-CN": "按身份组和频道的限额"},
        "section-house": {"en": "Points, time zone, retention", "zh-CN": "计点、时区、保存期"},
        "section-channels": {"en": "Channels", "zh-CN": "频道"},
        "section-words": {"en": "Blocked words", "zh-CN": "屏蔽词"},
        "section-styles": {"en": "This server's own styles", "zh-CN": "本服务器自己的风格"},
        "section-people": {"en": "People: block, lift, start anew", "zh-CN": "成员：屏蔽、解除、重置"},
        "empty-operator": {"en": "Empty: as the operator has set it", "zh-CN": "留空：按运营者的设置"},
        "empty-remove": {"en": "Empty: no limit of its own", "zh-CN": "留空：没有单独的限额"},
        "role": {"en": "Role", "zh-CN": "身份组"},
        "role-daily": {"en": "Pictures a day for each of them", "zh-CN": "其中每人每天的张数"},
        "channel": {"en": "Channel", "zh-CN": "频道"},
        "channel-daily": {"en": "Pictures a day for all in it", "zh-CN": "该频道里所有人每天的张数"},
        "weight": {"en": "A picture of 4096 counts as", "zh-CN": "一张 4096 的图计为"},
        "weight-hint": {"en": "Points; 1 is like any other", "zh-CN": "点数；1 表示与其他一样"},
        "zone-hint": {
            "en": "Days begin there, such as Europe/Berlin",
            "zh-CN": "每天从那里的零点开始，例如 Asia/Shanghai",
        },
        "allowed-hint": {
            "en": "With their threads and posts; none chosen: everywhere",
            "zh-CN": "包括其中的子区和帖子；都不选：所有频道都可以",
        },
        "words-add": {"en": "Block these too", "zh-CN": "新增屏蔽"},
        "words-remove": {"en": "Allow these again", "zh-CN": "取消屏蔽"},
        "words-hint": {
            "en": "One a line; *word* also within other words",
            "zh-CN": "每行一个；*词* 表示包含在其他词里也算",
        },
        "style-name": {"en": "Name of a style to add or change", "zh-CN": "要新增或修改的风格名"},
        "style-words": {"en": "The words it adds to the prompt", "zh-CN": "它给描述加上的文字"},
        "style-remove": {"en": "Take these away", "zh-CN": "删除这些"},
        "person": {"en": "Person", "zh-CN": "成员"},
        "deed": {"en": "What to do", "zh-CN": "要做什么"},
        "deed-lock": {"en": "Lock for an hour", "zh-CN": "禁用一小时"},
        "deed-block": {"en": "Block until somebody lifts it", "zh-CN": "屏蔽，直到有人解除"},
        "deed-lift": {"en": "Lift locks and blocks", "zh-CN": "解除禁用和屏蔽"},
        "deed-forgive": {"en": "Forgive strikes", "zh-CN": "清除警告"},
        "deed-reset": {"en": "Let the day begin anew", "zh-CN": "当天用量从零开始"},
        "reason": {"en": "Reason (they will read it)", "zh-CN": "原因（对方会看到）"},
    }
)  # fmt: skip


def studio_word(key: str, locale: str) -> str:
    """The text in the reader's language; KeyError for a key that is not in the table."""
    return _WORDS[key][language(locale)]
