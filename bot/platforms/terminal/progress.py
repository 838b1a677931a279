"""One line on stderr that says how it goes: state, elapsed, expected. stdout stays free for paths and JSON."""

from __future__ import annotations

from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from bot.domain.card import Moment, Text


class ProgressLine:
    """Live where stderr is a terminal, else a plain line whenever the words change."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._said = ""
        self._progress = Progress(
            SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=console, transient=True
        )
        self._line = self._progress.add_task("", total=None)

    def say(self, text: Text) -> None:
        words = plain(text)
        if words == self._said or not words:
            return
        self._said = words
        if self._console.is_terminal:
            self._progress.update(self._line, description=words)
        else:
            self._console.print(words, highlight=False, markup=False, soft_wrap=True)

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._console.is_terminal:
            self._progress.stop()

    def finish(self, sentence: str) -> None:
        """The last word, unless it has just been said."""
        if sentence and sentence != self._said:
            self._console.print(sentence, highlight=False, markup=False, soft_wrap=True)


_SOON = 90  # seconds; what is later reads better as a time of day


def plain(text: Text) -> str:
    """The text in words; a moment as the time of day, since this line does not count by itself."""
    return "".join(_moment(part) if isinstance(part, Moment) else part for part in text)


def _moment(moment: Moment) -> str:
    seconds = (moment.at - datetime.now(UTC)).total_seconds()
    return f"≈{max(1, round(seconds))} s" if seconds < _SOON else f"{moment.at.astimezone():%Y-%m-%d %H:%M}"
