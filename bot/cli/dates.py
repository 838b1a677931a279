"""Days as one types them: 2026-11-22, 2026-11, today, yesterday, 7d, all."""

from __future__ import annotations

import argparse
import calendar
import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo

EXAMPLES = "2026-11-22, 2026-11, today, yesterday, 7d (the last seven days) or all"
MONTH = "this month"


def word(text: str) -> str:
    """For --since and --until: the same, known to be a day. ArgumentTypeError says what would be legal.

    Which days today and yesterday are is known once the zone is.
    """
    first_day(text)
    return text


def first_day(text: str, zone: tzinfo = UTC) -> date | None:
    """The first day that is meant, where the clocks show this zone; None for all. ArgumentTypeError as `word`."""
    return _days(text, zone)[0]


def last_day(text: str, zone: tzinfo = UTC) -> date | None:
    """The last day that is meant, itself included."""
    return _days(text, zone)[1]


def midnight(day: date, zone: tzinfo) -> datetime:
    """Its beginning there."""
    return datetime.combine(day, time(), zone)


def _days(text: str, zone: tzinfo) -> tuple[date | None, date | None]:
    today = datetime.now(zone).date()
    word = text.strip().lower()
    if word == "all":
        return None, None
    if word == MONTH:
        return today.replace(day=1), today
    if word in {"today", "yesterday"}:
        day = today - timedelta(days=word == "yesterday")
        return day, day
    try:
        if re.fullmatch(r"[1-9][0-9]{0,3}d", word):
            return today - timedelta(days=int(word[:-1]) - 1), today
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}", word):
            first = date.fromisoformat(f"{word}-01")
            return first, first.replace(day=calendar.monthrange(first.year, first.month)[1])
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", word):
            day = date.fromisoformat(word)
            return day, day
    except (ValueError, OverflowError):  # the 31st of June
        pass
    raise argparse.ArgumentTypeError(f"{text!r} is no day; write {EXAMPLES}")
