"""Words that may follow a typed command, in both languages: whose pictures, whose usage, how long, by what."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from bot.domain.ports import GalleryFilter, UsageGroup
from bot.domain.usage import UsagePeriod, UsageScope

GALLERY_FILTERS: Mapping[str, GalleryFilter] = MappingProxyType(
    {
        **dict.fromkeys(("mine", "我的"), GalleryFilter.MINE),
        **dict.fromkeys(("here", "这里"), GalleryFilter.HERE),
        **dict.fromkeys(("starred", "收藏"), GalleryFilter.STARRED),
    }
)
SCOPES: Mapping[str, UsageScope] = MappingProxyType(
    {
        **dict.fromkeys(("mine", "me", "我的"), UsageScope.MINE),
        **dict.fromkeys(("channel", "here", "频道"), UsageScope.CHANNEL),
        **dict.fromkeys(("workspace", "everybody", "大家"), UsageScope.COMMUNITY),
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
# `by day` is one word here: `by-day`.
GROUPS: Mapping[str, UsageGroup] = MappingProxyType(
    {
        **{f"by-{group.value}": group for group in UsageGroup},
        "按人": UsageGroup.PERSON,
        "按频道": UsageGroup.CHANNEL,
        "按角色": UsageGroup.ROLE,
        "按天": UsageGroup.DAY,
        "按月": UsageGroup.MONTH,
    }
)
EXPORT, DELETE = "export", "delete"
MYDATA: Mapping[str, str] = MappingProxyType({EXPORT: EXPORT, "导出": EXPORT, DELETE: DELETE, "删除": DELETE})
