"""Days as one types them: 2026-11-22, 2026-11, today, yesterday, 7d, all."""

from __future__ import annotations

import argparse
import calendar
import re
from datetime import UTC, date, datetime, time, timedelta

EXAMPLES = "2026-11-22, 2026-11, today, yesterday, 7d (the last seven days) or all"


def first_day(text: str) -> date | None:
    """For --since: the first day that is meant; None for all. ArgumentTypeError says what would be legal."""
    return _days(text)[0]


def last_day(text: str) -> date | None:
    """For --until: the last day that is meant, itself included."""
    return _days(text)[1]


def midnight(day: date) -> datetime:
    """Its beginning in UTC."""
    return datetime.combine(day, time(), UTC)


def _days(text: str) -> tuple[date | None, date | None]:
    today = datetime.now(UTC).date()
    word = text.strip().lower()
    if word == "all":
        return None, None
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
