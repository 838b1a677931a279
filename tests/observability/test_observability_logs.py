from __future__ import annotations

import asyncio
import io
import json
import logging
import sys
import threading
import time
import warnings
from typing import Any, Literal, cast

import pytest
import structlog

from bot.observability.logs import LogLevel, configure_logs
from bot.observability.redact import Redactor

SECRET = "s3cr3t/with+odd=chars 100%"
SECRETS = (SECRET, "hunter2hunter2", "geheim\"nis'\\")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Log(io.StringIO):
    @property
    def lines(self) -> list[dict[str, Any]]:
        return [cast("dict[str, Any]", json.loads(line)) for line in self.getvalue().splitlines()]


def _log(
    log_format: Literal["console", "json"] | None = "json", level: LogLevel = "info", redact: tuple[str, ...] = SECRETS
) -> Log:
    stream = Log()
    configure_logs(log_format, level, redact=redact, stream=stream)
    return stream


def test_a_line_is_one_json_object_with_what_was_bound() -> None:
    log = _log()
    with structlog.contextvars.bound_contextvars(job="0123456789ab", action="submit"):
        structlog.get_logger("bot.engine").info("submitted 画", pictures=2)
    (line,) = log.lines
    assert line["timestamp"].endswith("Z")
    del line["timestamp"]
    assert line == {
        "event": "submitted 画",
        "pictures": 2,
        "job": "0123456789ab",
        "action": "submit",
        "level": "info",
        "logger": "bot.engine",
    }


@pytest.mark.parametrize("name", ["discord.client", "aiohttp.server", "sqlalchemy.pool", "alembic.runtime"])
def test_the_libraries_write_the_same_lines(name: str) -> None:
    log = _log()
    with structlog.contextvars.bound_contextvars(job="0123456789ab"):
        logging.getLogger(name).warning("lost %s of %d", "one", 3)
    (line,) = log.lines
    assert (line["event"], line["level"], line["logger"], line["job"]) == (
        "lost one of 3", "warning", name, "0123456789ab",
    )  # fmt: skip


async def test_tasks_keep_what_was_bound_apart() -> None:
    log = _log()

    async def work(job: str) -> None:
        structlog.contextvars.bind_contextvars(job=job)
        await asyncio.sleep(0)
        structlog.get_logger().info("step")

    await asyncio.gather(work("a"), work("b"))
    assert [line["job"] for line in log.lines] == ["a", "b"]


def test_a_terminal_gets_the_console_and_a_pipe_gets_json() -> None:
    terminal, pipe = Terminal(), Log()
    configure_logs(stream=terminal)
    structlog.get_logger().info("hello")
    configure_logs(stream=pipe)
    structlog.get_logger().info("hello")
    assert "\x1b[" in terminal.getvalue()
    assert terminal.getvalue().count("hello") == 1
    assert pipe.lines[0]["event"] == "hello"


def test_logs_go_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("json")
    structlog.get_logger().info("hello")
    out, err = capsys.readouterr()
    assert out == ""
    assert json.loads(err)["event"] == "hello"


@pytest.mark.parametrize(
    ("level", "seen"), [("debug", ["d", "i", "w", "e"]), ("info", ["i", "w", "e"]), ("error", ["e"])]
)
def test_levels(level: LogLevel, seen: list[str]) -> None:
    log = _log(level=level)
    logger = structlog.get_logger()
    logger.debug("d")
    logger.info("i")
    logger.warning("w")
    logger.error("e")
    assert [line["event"] for line in log.lines] == seen


def test_libraries_that_write_payloads_stay_quiet_at_debug() -> None:
    log = _log(level="debug")
    logging.getLogger("sqlalchemy.engine.Engine").info("INSERT INTO jobs ... a prompt")
    logging.getLogger("discord.http").debug("POST with a body")
    logging.getLogger("aiohttp.access").info("GET /")
    assert log.lines == []


def test_a_prompt_is_seen_at_debug_only() -> None:
    log = _log(level="debug")
    logger = structlog.get_logger()
    logger.debug("got", prompt="a fox", job={"prompt": "a fox"})
    for level in ("info", "warning", "error", "critical"):
        getattr(logger, level)("got", prompt="a fox", prompt_sent="a fox", job={"id": 1, "more": [{"prompt": "a fox"}]})
    first, *others = log.lines
    assert first["prompt"] == first["job"]["prompt"] == "a fox"
    assert len(others) == 4
    assert "fox" not in json.dumps(others)
    assert others[0]["job"] == {"id": 1, "more": [{}]}


class Careless:
    def __repr__(self) -> str:
        return f"Careless(key={SECRET!r})"


def _refuse(secret: str) -> None:
    raise ValueError(f"inner {secret}")


def _fail(secret: str) -> None:
    try:
        _refuse(secret)
    except ValueError as inner:
        raise RuntimeError({"nested": [secret]}) from inner


def _fail_severally(secret: str) -> None:
    raise ExceptionGroup("several", [ValueError(secret), KeyError(secret)])


@pytest.mark.parametrize("log_format", ["json", "console"])
@pytest.mark.parametrize("secret", SECRETS)
def test_no_secret_survives(log_format: Literal["json", "console"], secret: str) -> None:
    log = _log(log_format, level="debug")
    logger = structlog.get_logger("bot")
    local_variable_of_the_frame = secret
    deep: Any = secret
    for _ in range(12):
        deep = [deep]
    event = f"in the event {secret}"
    logger.info(event, plain=secret, nested={"a": [{"b": (secret,)}], secret: 1}, deep=deep)
    logger.info("kinds", raw=secret.encode(), object=Careless(), error=ValueError(secret), many={secret})
    logger.info("positional %s", secret)
    logging.getLogger("discord").info("as argument %s and %r", secret, [secret])
    try:
        _fail(local_variable_of_the_frame)
    except RuntimeError:
        logger.exception("failed")
        logging.getLogger("asyncio").exception("failed too")
        logger.warning("with info", exc_info=True, stack_info=True)
    with structlog.contextvars.bound_contextvars(bound=secret):
        logger.info("bound")
    try:
        _fail_severally(secret)
    except ExceptionGroup:
        logger.exception("group")
    written = log.getvalue()
    for form in (secret, repr(secret)[1:-1], json.dumps(secret)[1:-1], json.dumps(repr(secret)[1:-1])[1:-1]):
        assert form not in written
    assert "***" in written
    assert "RuntimeError" in written
    assert written.count("Traceback") >= 3


@pytest.mark.parametrize("form", ["s3cr3t%2Fwith%2Bodd%3Dchars%20100%25", "s3cr3t%2Fwith%2Bodd%3Dchars+100%25"])
def test_a_secret_in_an_address_is_found_too(form: str) -> None:
    log = _log()
    structlog.get_logger().info("went to", path=f"x/{form}/y")
    assert form not in log.getvalue()


def test_names_that_mean_secrets_hide_their_values() -> None:
    log = _log(redact=())
    structlog.get_logger().info(
        "hello", token="abc", headers={"Authorization": "abc", "X-Api-Key": "abc", "access_token": "abc"}, tokens=3
    )
    (line,) = log.lines
    assert "abc" not in json.dumps(line)
    assert line["tokens"] == 3


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "POST https://discord.com/api/v10/webhooks/123/aW50ZXJhY3Rpb246?wait=true failed",
            "POST https://discord.com/api/v10/webhooks/123/***?*** failed",
        ),
        ("PATCH /webhooks/123/aW50/messages/@original", "PATCH /webhooks/123/***/messages/@original"),
        ("POST /interactions/42/aW50ZXJhY3Rpb24/callback", "POST /interactions/42/***/callback"),
        ("https://cdn.example/a.png?ex=1&is=2&hm=3", "https://cdn.example/a.png?***"),
        ("'https://cdn.example/a.png?sig', next", "'https://cdn.example/a.png?***', next"),
        ("GET /api/jobs?token=abc HTTP/1.1", "GET /api/jobs?*** HTTP/1.1"),
        ("postgresql://easel:pw@db/easel", "postgresql://***@db/easel"),
        ("postgresql://easel:p@ss/w@db/easel is away", "postgresql://***@db/easel is away"),
        (
            "PATCH https://discord.com/api/webhooks/123/aW50/messages/@original",
            "PATCH https://discord.com/api/webhooks/123/***/messages/@original",
        ),
        (
            'FATAL: password authentication failed for user "ann"',
            'FATAL: password authentication failed for user "***"',
        ),
        ("https://hooks.slack.com/services/T0/B0/xyz", "https://hooks.slack.com/***"),
        ("/seedream/callback/abcdef got it", "/seedream/callback/*** got it"),
        ("token xoxb-123456789-abc and xapp-1-A12345678", "token *** and ***"),
        ("Authorization: Bearer abcdefghijk.lmn", "Authorization: Bearer ***"),
        (
            "MTIzNDU2Nzg5MDEyMzQ1Njc4OQ.GhIjKl.abcdefghijklmnopqrstuvwxyz0123456789AB is it",
            "*** is it",
        ),
        ("and/or? why not 1/2", "and/or? why not 1/2"),
        ("see https://example.org/page for more", "see https://example.org/page for more"),
    ],
)
def test_signed_addresses_lose_what_signs_them(text: str, expected: str) -> None:
    log = _log(redact=())
    structlog.get_logger().info("about", what=text)
    assert log.lines[0]["what"] == expected


def test_short_or_empty_secrets_do_not_blank_the_log() -> None:
    log = _log(redact=("", "a"))
    structlog.get_logger().info("a banana")
    assert log.lines[0]["event"] == "a banana"


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_hostile_text_stays_on_its_line(log_format: Literal["json", "console"]) -> None:
    log = _log(log_format)
    structlog.get_logger().info("from chat", text="a\n2026 [info] forged\x1b[2J\u202egnp")
    written = log.getvalue()
    assert len(written.splitlines()) == 1
    assert "\x1b" not in written
    assert "\u202e" not in written


def test_a_line_that_cannot_be_written_says_so_without_its_arguments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logging.getLogger(), "handlers", [])  # pytest's own would raise
    log = _log()
    logging.getLogger("discord").info("%d", "hunter2hunter2")
    assert log.getvalue() == "a log line of discord is lost: TypeError\n"


def test_warnings_and_uncaught_exceptions_come_here() -> None:
    log = _log()
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(True)
        warnings.warn("careful with hunter2hunter2", stacklevel=1)
    try:
        _fail("hunter2hunter2")
    except RuntimeError as error:
        sys.excepthook(RuntimeError, error, error.__traceback__)
    thread = threading.Thread(target=_fail, args=("hunter2hunter2",), name="worker")
    thread.start()
    thread.join()
    assert [line["level"] for line in log.lines] == ["warning", "critical", "critical"]
    assert "hunter2" not in log.getvalue()
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert len(log.lines) == 3


@pytest.mark.parametrize(
    "piece", ["/", "a://", "?", "?a", "a", "a-", "/webhooks/", "a.", "xoxb-", "https://a@", "Bot "]
)
def test_a_long_hostile_text_is_cut_and_does_not_hold_things_up(piece: str) -> None:
    began = time.process_time()
    cut = Redactor(SECRETS).text(piece * (300_000 // len(piece)), many_lines=True)
    assert time.process_time() - began < 20  # quadratic time would be minutes
    assert len(cut) < 41_000
    assert cut.endswith("characters)")


def test_a_secret_where_a_long_text_is_cut_leaves_no_half_behind() -> None:
    for length in range(3_960, 4_010):
        assert "hunter" not in Redactor(SECRETS).text("x" * length + "hunter2hunter2" + "y" * 9_000)
        assert "hunter" not in Redactor(SECRETS).text("x" * (length + 4_000) + "hunter2hunter2" + "y" * 9_000)


def test_a_stream_that_is_gone_costs_lines_and_nothing_else() -> None:
    gone = Log()
    configure_logs("json", stream=gone)
    gone.close()
    structlog.get_logger("bot").warning("nobody hears this")
