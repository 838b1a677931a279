"""`python -m bot imagine`: one request from the terminal, through the running bot or, where none runs, right here."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from rich.console import Console

from bot.cards import job_card as card_of
from bot.cards import job_json, refusal_card
from bot.cards.sentences import sentence
from bot.cli.standard_input import terminal_locale
from bot.composition.before_start import check
from bot.composition.core import Core, open_core
from bot.composition.private_files import new_files_are_private
from bot.domain.errors import EaselError, ModelError, OverLimit, Refused
from bot.domain.job import JobState
from bot.domain.people import Destination, Person
from bot.domain.report import JobReport
from bot.observability.logs import configure_logs
from bot.platforms.terminal.handover import BotGone, Handover
from bot.platforms.terminal.outcome import Exit, Outcome, exit_of
from bot.platforms.terminal.platform import TerminalPlatform, picture_paths
from bot.platforms.terminal.preview import protocol, show
from bot.platforms.terminal.progress import ProgressLine, plain
from bot.runtime.stop_signals import on_stop
from bot.settings import Settings
from db.lock import AlreadyRunning, DatabaseLock, find_running

# Another command of the terminal holds the database for as long as its pictures take.
_HANDOVER_TIMEOUT = 900.0  # seconds
_LOOK = 0.25  # seconds
_SHOWN = 4  # pictures within the terminal
_STOPS: Mapping[signal.Signals, Any] = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: signal.SIG_DFL}
_ACCOUNT_SECONDS = 5.0  # for a look at the account before anything is accepted


def imagine_once(
    settings: Settings, text: str, *, out: Path, as_json: bool, priced: bool = False, preview: bool = True
) -> int:
    """Run one request and print where its files are; the exit code. SettingsError: a value is wrong.

    `priced`: every combination of a matrix is drawn without asking. `preview`: the pictures are shown within a terminal
    that can.
    """
    # The line on stderr tells how it goes; the log has a word only where something is broken.
    level = "error" if settings.log_level == "info" else settings.log_level
    configure_logs(settings.log_format, level, redact=settings.secrets)
    check(settings)
    try:
        out.mkdir(parents=True, exist_ok=True)
        if not os.access(out, os.W_OK):
            raise PermissionError(errno.EACCES, "no permission to write")
    except OSError as error:
        said = f"--out {out}: {error.strerror}. Name a directory that can be written to."
        return _tell(Outcome(exit=Exit.USAGE, sentence=said, code="out-not-writable"), as_json=as_json)
    order = _Order(text, priced=priced, out=out.absolute())
    try:
        outcome = asyncio.run(_imagine(settings, order))
        if outcome.code == "matrix-offer" and not as_json and _can_ask() and _agrees():
            outcome = asyncio.run(_imagine(settings, replace(order, priced=True)))
    except KeyboardInterrupt:
        said = plain(sentence("terminal-interrupted", terminal_locale()))
        return _tell(Outcome(exit=Exit.INTERRUPTED, sentence=said, code="interrupted"), as_json=as_json)
    except (EaselError, OSError) as error:
        said = str(error) if isinstance(error, EaselError) else f"{error.filename or 'A file'}: {error.strerror}."
        outcome = Outcome(exit=Exit.TROUBLE, sentence=said, code="trouble")
        return _tell(outcome, as_json=as_json)
    outcome.to_stdout(as_json=as_json)
    if preview and not as_json and outcome.paths and (way := protocol()) is not None:
        sys.stdout.flush()
        show(outcome.paths[:_SHOWN], way)
    return outcome.exit


def _tell(outcome: Outcome, *, as_json: bool) -> int:
    sys.stderr.write(f"{outcome.sentence}\n")
    outcome.to_stdout(as_json=as_json)
    return outcome.exit


@dataclass(frozen=True, slots=True)
class _Order:
    text: str
    priced: bool = field(kw_only=True)
    out: Path = field(kw_only=True)


async def _imagine(settings: Settings, order: _Order) -> Outcome:
    console = Console(stderr=True)
    locale = terminal_locale()
    stop = _StopSignal()
    with ProgressLine(console, locale) as line:
        outcome = await _through_whoever_runs(settings, order, locale=locale, stop=stop.event, line=line)
    line.finish(outcome.sentence)
    stop.forget()
    return outcome


def _can_ask() -> bool:
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()


def _agrees() -> bool:
    sys.stderr.write(f"{plain(sentence('terminal-draw-all', terminal_locale()))} [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


class _StopSignal:
    """`event` is set by the first Ctrl-C, which cancels the job; a second one ends the program at once."""

    def __init__(self) -> None:
        self.event = asyncio.Event()
        on_stop(self._first)

    def _first(self) -> None:
        self.event.set()
        self.forget()

    def forget(self) -> None:
        """Signals do what they do by themselves again."""
        for number, usual in _STOPS.items():
            with contextlib.suppress(NotImplementedError):
                asyncio.get_running_loop().remove_signal_handler(number)
            signal.signal(number, usual)


async def _through_whoever_runs(
    settings: Settings, order: _Order, *, locale: str, stop: asyncio.Event, line: ProgressLine
) -> Outcome:
    waited = 0.0
    while waited < _HANDOVER_TIMEOUT and not stop.is_set():
        running = find_running(settings.database_url)
        if running is not None and running.url:
            handover = Handover(url=running.url, secret=running.secret, locale=locale, say=line.say, note=line.note)
            try:
                return await handover.imagine(order.text, out=order.out, stop=stop, priced=order.priced)
            except BotGone:
                said = plain(sentence("terminal-bot-gone", locale))
                return Outcome(exit=Exit.TROUBLE, sentence=said, code="bot-gone")
        if running is None:
            usual = new_files_are_private()  # what is kept here, but not what is handed out
            try:
                with DatabaseLock(settings.database_url):
                    mode = 0o666 & ~usual
                    return await _here(settings, order, file_mode=mode, locale=locale, stop=stop, line=line)
            except AlreadyRunning:  # somebody was quicker
                os.umask(usual)
        line.say(sentence("terminal-waiting", locale))
        await asyncio.sleep(_LOOK)
        waited += _LOOK
    if stop.is_set():
        return Outcome(exit=Exit.INTERRUPTED, sentence=plain(sentence("terminal-stopped", locale)), code="interrupted")
    return Outcome(exit=Exit.TROUBLE, sentence=plain(sentence("terminal-waiting", locale)), code="database-busy")


async def _here(
    settings: Settings, order: _Order, *, file_mode: int, locale: str, stop: asyncio.Event, line: ProgressLine
) -> Outcome:
    async with open_core(settings) as core:
        with contextlib.suppress(ModelError, TimeoutError):  # what is not known refuses nothing
            async with asyncio.timeout(_ACCOUNT_SECONDS):
                await core.model.check_account()
        if core.model.sandbox:
            line.note(sentence("terminal-sandbox", locale))
        work = _OneRequest(core, order, locale=locale, stop=stop, line=line)
        core.registry.platforms["terminal"] = TerminalPlatform(core.pictures, work.hear, file_mode=file_mode)
        async with asyncio.TaskGroup() as group:
            dispatching = group.create_task(core.dispatcher.run())
            try:
                return await work.outcome()
            finally:
                await core.dispatcher.stop()
                await dispatching


class _OneRequest:
    def __init__(self, core: Core, order: _Order, *, locale: str, stop: asyncio.Event, line: ProgressLine) -> None:
        self._core = core
        self._order = order
        self._stop = stop
        self._line = line
        self._ended = asyncio.Event()
        self._last: JobReport | None = None
        self._person = Person(
            platform="terminal", community_id="terminal", user_id="local", name="You", locale=locale, moderator=True
        )

    def hear(self, report: JobReport) -> None:
        """What the platform is told; jobs that an earlier command left behind are finished here too, silently."""
        if self._last is None or report.job.id != self._last.job.id:
            return
        self._last = report
        self._line.say(card_of(report, self._person.locale).status)
        if report.job.state.finished:
            self._ended.set()

    async def outcome(self) -> Outcome:
        destination = Destination(
            platform="terminal",
            community_id="terminal",
            channel_id="main",
            locale=self._person.locale,
            details={"out": str(self._order.out)},
        )
        try:
            self._last = report = await self._core.actions.imagine.from_text(
                self._order.text, author=self._person, destination=destination, priced=self._order.priced
            )
        except Refused as refused:
            return self._refusal(refused)
        self._line.say(card_of(report, self._person.locale).status)
        await self._end_or_stop(report.job.id)
        job = self._last.job
        paths = picture_paths(job, self._order.out)
        as_json = job_json(job, picture_url=lambda number: paths[number - 1].as_uri(), locale=self._person.locale)
        card = card_of(self._last, self._person.locale)
        last = (card.status, *(() if job.state is JobState.DONE else card.notes))
        said = "\n".join(plain(text, self._person.locale) for text in last if text)
        for one in await self._core.actions.jobs.series(job.id, self._person):
            paths += picture_paths(one.job, self._order.out) if one.job.state is JobState.DONE else []
        return Outcome(exit=exit_of(as_json), sentence=said, job=as_json, paths=tuple(paths))

    async def _end_or_stop(self, job_id: str) -> None:
        ended, stopping = asyncio.create_task(self._ended.wait()), asyncio.create_task(self._stop.wait())
        try:
            await asyncio.wait({ended, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if not ended.done():
                self._line.say(sentence("terminal-cancelling", self._person.locale))
                with contextlib.suppress(Refused):  # it has just finished: then its pictures are welcome
                    await self._core.actions.jobs.cancel(job_id, self._person)
                await ended
        finally:
            for task in (ended, stopping):
                task.cancel()

    def _refusal(self, refused: Refused) -> Outcome:
        card = refusal_card(refused, self._person.locale, prompt=self._order.text)
        parts = [plain(text, self._person.locale) for text in (card.status, *card.notes)]
        if refused.code == "matrix-offer":
            parts.append(plain(sentence("terminal-all", self._person.locale)))
        elif refused.code == "not-a-request" and refused.repair is not None:
            parts.append(plain(sentence("terminal-anyway", self._person.locale, text=refused.repair.text)))
        elif refused.repair is not None:
            parts.append(f"→ {refused.repair.text}")
        message, *notes = (plain(text, self._person.locale) for text in (card.status, *card.notes))
        return Outcome(
            exit=Exit.OVER_LIMIT if isinstance(refused, OverLimit) else Exit.USAGE,
            sentence="\n".join(part for part in parts if part),
            code=refused.code,
            message=message,
            hint=" ".join(note for note in notes if note),
            repair=None if refused.repair is None else refused.repair.text,
        )
