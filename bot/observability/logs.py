"""One log for the whole program, ours and the libraries': structured, on stderr, without secrets.

Rooms write `structlog.get_logger(__name__)` and bind `job` and `action` with structlog.contextvars.
"""

from __future__ import annotations

import contextlib
import logging
import sys
import threading
from collections.abc import Iterable
from types import TracebackType
from typing import Any, Final, Literal, TextIO

import structlog
from structlog.stdlib import ProcessorFormatter
from structlog.typing import Processor

from .redact import Redactor

LogFormat = Literal["console", "json"]
LogLevel = Literal["debug", "info", "warning", "error", "critical"]

# The least that a library must have to say, whatever our own level is. SQLAlchemy writes statements with their
# parameters (prompts among them) at info, discord.py and slack_sdk whole payloads at debug. Alembic tells of each of
# its plug-ins at info.
FLOORS: Final = {
    "sqlalchemy": logging.WARNING,
    "procrastinate": logging.WARNING,
    # Each connection that breaks or is not made, many times in an outage, which is said once.
    "psycopg": logging.ERROR,
    "aiosqlite": logging.INFO,
    "alembic": logging.WARNING,
    "aiohttp.access": logging.WARNING,
    "discord": logging.INFO,
    "slack_bolt": logging.INFO,
    "slack_sdk": logging.INFO,
    "PIL": logging.INFO,
    "asyncio": logging.INFO,
}


class _Handler(logging.StreamHandler[TextIO]):
    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the standard library's name
        """Say that a line is lost. The standard library would print its arguments, secrets and all."""
        error = sys.exc_info()[0]
        name = error.__name__ if error else "unknown"
        with contextlib.suppress(OSError, ValueError):  # the stream itself is gone: no reason to stop working
            self.stream.write(f"a log line of {record.name} is lost: {name}\n")


def configure_logs(
    log_format: LogFormat | None = None,
    level: LogLevel = "info",
    *,
    redact: Iterable[str] = (),
    stream: TextIO | None = None,
) -> None:
    """Send every log line of the process to `stream` (stderr); call it again to change anything.

    `log_format` None: console on a terminal, else one JSON object a line. `redact`: secrets that no line may hold.
    Also takes over warnings, and exceptions that nobody caught.
    """
    stream = sys.stderr if stream is None else stream
    handler = _Handler(stream)
    handler.setFormatter(_formatter(log_format or ("console" if stream.isatty() else "json"), stream, Redactor(redact)))
    root = logging.getLogger()
    for old in [old for old in root.handlers if isinstance(old, _Handler)]:
        root.removeHandler(old)
    root.addHandler(handler)
    threshold = logging.getLevelNamesMapping()[level.upper()]
    root.setLevel(threshold)
    for name, floor in FLOORS.items():
        logging.getLogger(name).setLevel(max(threshold, floor))
    logging.captureWarnings(True)
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *_about_the_line(), ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    sys.excepthook = _log_uncaught
    threading.excepthook = _log_uncaught_in_thread


def _about_the_line() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


def _formatter(log_format: LogFormat, stream: TextIO, redactor: Redactor) -> ProcessorFormatter:
    renderer: Processor = (
        # Its own tracebacks show local variables; ours is plain text by now, and redacted.
        structlog.dev.ConsoleRenderer(
            colors=stream.isatty(), exception_formatter=structlog.dev.plain_traceback, sort_keys=False
        )
        if log_format == "console"
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    return ProcessorFormatter(
        foreign_pre_chain=_about_the_line(),
        processors=[
            ProcessorFormatter.remove_processors_meta,
            structlog.processors.StackInfoRenderer(),
            structlog.processors.format_exc_info,
            redactor,
            renderer,
        ],
    )


def _log_uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    logging.getLogger("bot").critical("stopped by an exception", exc_info=(kind, error, trace))


def _log_uncaught_in_thread(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is None:
        return
    details: Any = (args.exc_type, args.exc_value, args.exc_traceback)
    logging.getLogger("bot").critical("a thread was stopped by an exception", exc_info=details)
