"""What can be typed after a slash, and what it is for; the box completes from this."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from bot.domain.ports import GalleryShelf
from bot.domain.usage import UsagePeriod, UsageScope
from bot.grammar.options import NO_STYLE, STYLE, completion_table

SHELVES: Mapping[str, GalleryShelf] = MappingProxyType(
    {
        "mine": GalleryShelf.MINE,
        "here": GalleryShelf.HERE,
        "starred": GalleryShelf.STARRED,
        "我的": GalleryShelf.MINE,
        "这里": GalleryShelf.HERE,
        "收藏": GalleryShelf.STARRED,
    }
)
SCOPES: Mapping[str, UsageScope] = MappingProxyType(
    {
        "mine": UsageScope.MINE,
        "everybody": UsageScope.COMMUNITY,
        "我的": UsageScope.MINE,
        "大家": UsageScope.COMMUNITY,
    }
)
PERIODS: Mapping[str, UsagePeriod] = MappingProxyType(
    {
        **{period.value: period for period in UsagePeriod},
        "今天": UsagePeriod.TODAY,
        "本周": UsagePeriod.WEEK,
        "本月": UsagePeriod.MONTH,
        "今年": UsagePeriod.YEAR,
    }
)

# name → what it is for, in both languages, and the words that may follow
_TABLE: Mapping[str, tuple[str, str, tuple[str, ...]]] = MappingProxyType(
    {
        "/imagine": ("Draw what you describe", "画出您描述的画面", ()),
        "/gallery": ("Look through pictures", "浏览图片", ("mine", "here", "starred")),
        "/show": ("One result by its id", "按编号查看一次结果", ()),
        "/usage": ("What was used, and what is left", "用量与余额", ("mine", "everybody", *UsagePeriod)),
        "/why": ("Why was I refused?", "我为什么被拒绝？", ()),
        "/defaults": (
            "Your own ratio, number, clarity and style",
            "您自己的默认比例、张数、清晰度和风格",
            (),
        ),
        "/mydata": ("What is kept of you: export or delete it", "导出或删除您的数据", ("export", "delete")),
        "/help": ("What can be typed", "可以输入什么", ()),
        "/studio": ("Settings, reports and the audit list", "设置、举报与操作记录", ()),
    }
)
FOR_MANAGERS = frozenset({"/studio"})
COMMANDS = tuple(_TABLE)


def command_table(locale: str, *, manager: bool) -> list[dict[str, object]]:
    """JSON-able: `name`, `why` and the `words` that may follow, for those who may use it."""
    return [
        {"name": name, "why": chinese if locale == "zh-CN" else english, "words": list(words)}
        for name, (english, chinese, words) in _TABLE.items()
        if manager or name not in FOR_MANAGERS
    ]


def option_table(locale: str, styles: Mapping[str, str]) -> list[dict[str, Any]]:
    """The grammar's table of options with the community's own styles, name → words, before "no style".

    They have `words` besides `value`, `label`, `insert` and `short`.
    """
    table: list[dict[str, Any]] = completion_table(locale)
    values: list[dict[str, Any]] = next(option["values"] for option in table if option["name"] == STYLE.name)
    own = [
        {"value": name, "label": name, "insert": f"{STYLE.name}:{name}", "short": [], "words": words}
        for name, words in styles.items()
    ]
    values[:] = [
        *(value for value in values if value["value"] != NO_STYLE),
        *own,
        *(value for value in values if value["value"] == NO_STYLE),
    ]
    return table
