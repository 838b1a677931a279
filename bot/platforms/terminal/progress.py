"""One line on stderr that says how it goes: state, elapsed, expected. stdout stays free for paths and JSON."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from bot.cards.sentences import words
from bot.domain.card import Moment, Text

_NO_CURSOR = frozenset({"", "dumb", "unknown"})  # terminals that only print


class ProgressLine:
    """Live where stderr is a terminal that can redraw a line, else a plain line whenever the words change.

    The live line vanishes when it stops; `note` and `finish` stay on the screen.
    """

    def __init__(self, console: Console, locale: str = "en") -> None:
        self._console = console
        self._locale = locale
        self._said = self._printed = ""
        self._live = console.is_terminal and os.environ.get("TERM", "dumb") not in _NO_CURSOR
        self._progress = Progress(
            SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=console, transient=True
        )
        self._line = self._progress.add_task("", total=None)

    def say(self, text: Text) -> None:
        said = plain(text, self._locale)
        if said == self._said or not said:
            return
        self._said = said
        if self._live:
            self._progress.update(self._line, description=escape(said))
        else:
            self._print(said)

    def note(self, text: Text) -> None:
        """Words that stay, above the live line."""
        self._print(plain(text, self._locale))

    def __enter__(self) -> Self:
        if self._live:
            self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live:
            self._progress.stop()

    def finish(self, sentence: str = "") -> None:
        """The last word, which stays: this sentence, or what was said last."""
        last = sentence or self._said
        if last and last != self._printed:
            self._print(last)

    def _print(self, said: str) -> None:
        self._printed = said
        self._console.print(said, highlight=False, markup=False, soft_wrap=True)


_SOON = 90  # seconds; what is later reads better as a time of day
_HOUR = 3600
_MOST_HOURS = 48  # what is later has a date, which says enough


def plain(text: Text, locale: str = "en") -> str:
    """The text in words; a moment as the time of day, since this line does not count by itself."""
    return "".join(_moment(part.at, locale) if isinstance(part, Moment) else part for part in text)


def _moment(at: datetime, locale: str) -> str:
    """`in 5 s`, `at 00:00 UTC (in 3 hours)`, or with its date where it is over or far away."""
    seconds = (at - datetime.now(UTC)).total_seconds()
    if 0 <= seconds < _SOON:
        return words("in-seconds", locale, n=max(1, round(seconds)))
    hours = round(seconds / _HOUR)
    here = at.astimezone()
    if 0 <= hours <= _MOST_HOURS:
        return words("terminal-moment", locale, time=f"{here:%H:%M %Z}", hours=hours)
    return words("terminal-moment", locale, time=f"{here:%Y-%m-%d %H:%M %Z}", hours=0)
