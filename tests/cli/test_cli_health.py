"""`python -m bot health` says what is known, whatever answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest

from bot.cli.health import check
from bot.settings import Settings

OK = {"ok": True, "detail": "ok", "since": None, "required": True}
AWAY = {"ok": False, "detail": "The database can't be reached.", "since": None, "required": True}


@contextmanager
def answering(status: int, body: str) -> Iterator[int]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: Any) -> None:
            """Not into the test's output."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def readiness(*, ready: bool, draining: bool = False, sandbox: bool = False, **checks: Any) -> str:
    return json.dumps({"ready": ready, "draining": draining, "sandbox": sandbox, "checks": checks})


NO_ROOM = json.dumps({"error": {"code": "too-many-pages", "message": "Too many pages are open at once."}})


@pytest.mark.parametrize(
    ("status", "body", "code", "said"),
    [
        (200, readiness(ready=True, database=OK), 0, "ready at http"),
        (200, readiness(ready=True, sandbox=True, database=OK), 0, "(a sandbox draws)"),
        (503, readiness(ready=False, database=AWAY), 1, "not ready (database: The database can't be reached.)"),
        (503, readiness(ready=False, draining=True, database=OK), 1, "not ready (on its way down)"),
        (503, NO_ROOM, 1, "answered 503, Too many pages are open at once."),
        (503, "<html>a proxy</html>", 1, "with something that is no readiness of Easel's"),
        (200, "[]", 1, "with something that is no readiness of Easel's"),
    ],
    ids=["ready", "a sandbox", "database away", "draining", "no free connection", "a proxy", "another program"],
)
def test_a_sentence_whatever_answers(
    capsys: pytest.CaptureFixture[str], status: int, body: str, code: int, said: str
) -> None:
    with answering(status, body) as port:
        settings = Settings(database_url="postgresql://easel@localhost/easel", web_port=port)
        assert check(settings) == code
    (line,) = capsys.readouterr().out.splitlines()
    assert said in line
    assert ("on its way down" in line) == ("on its way down" in said)
