from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.card import Moment
from bot.platforms.terminal.progress import plain


@pytest.mark.parametrize(
    ("ahead", "english", "chinese"),
    [
        (timedelta(seconds=20.4), "ready in 20 s.", "20 秒后"),
        (timedelta(hours=1, minutes=2), "ready at {time} (in 1 hour).", "{time}（1 小时后）"),
        (timedelta(hours=3, minutes=2), "ready at {time} (in 3 hours).", "{time}（3 小时后）"),
        (timedelta(minutes=10), "ready at {time}.", "{time}"),
        (timedelta(days=9), "ready at {date} {time}.", "{date} {time}"),
        (timedelta(days=-9), "ready at {date} {time}.", "{date} {time}"),
    ],
)
def test_a_moment_in_the_terminal_has_its_zone_and_its_distance(ahead: timedelta, english: str, chinese: str) -> None:
    at = datetime.now(UTC) + ahead
    here = at.astimezone()
    filled = {"time": f"{here:%H:%M %Z}", "date": f"{here:%Y-%m-%d}"}
    assert plain(("ready ", Moment(at), ".")) == english.format(**filled)
    assert chinese.format(**filled) in plain(("预计", Moment(at), "完成"), "zh-CN")
