"""`python -m bot health`: is the bot that runs on this machine ready? For containers and scripts."""

from __future__ import annotations

import http.client
import json
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any

from bot.settings import Settings, SettingsError
from db.address import database_file
from db.errors import DatabaseProblem
from db.lock import find_running

_TIMEOUT = 6.0  # seconds; longer than the readiness waits for the database and the pictures


def check(settings: Settings) -> int:
    """Print one line, exit code 0 if it is ready. SettingsError: DATABASE_URL is wrong."""
    try:
        running = find_running(settings.database_url)
    except DatabaseProblem as error:
        raise SettingsError(str(error)) from None
    url = running.url if running is not None and running.url else None
    if database_file(settings.database_url) is None:  # several processes, each with a machine or container of its own
        url = f"http://127.0.0.1:{settings.web_port}"
    if url is None:
        sys.stdout.write("not running\n" if running is None else "starting\n")
        return 1
    ready, line = _ask(f"{url}/readyz")
    sys.stdout.write(f"{line}\n")
    return 0 if ready else 1


def _ask(url: str) -> tuple[bool, str]:
    try:
        with urllib.request.urlopen(url, timeout=_TIMEOUT) as answer:  # noqa: S310 - our own page on loopback
            status, body = answer.status, answer.read()
    except urllib.error.HTTPError as error:
        status, body = error.code, error.read()
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", error)
        if isinstance(reason, ConnectionRefusedError):
            return False, f"not running: nobody listens at {url.removesuffix('/readyz')}"
        if isinstance(reason, TimeoutError):
            return False, f"not known: {url} did not answer within {_TIMEOUT:.0f} s"
        return False, f"not known: no answer from {url}: {getattr(reason, 'strerror', None) or reason}"
    try:
        return _told(url, status, json.loads(body))
    except (ValueError, KeyError, TypeError, AttributeError):
        return False, f"not known: {url} answered {status} with something that is no readiness of Easel's"


def _told(url: str, status: int, said: Mapping[str, Any]) -> tuple[bool, str]:
    if "checks" not in said:  # not the readiness, but the server before it: there is no room for a connection
        return False, f"not known: {url} answered {status}, {said['error']['message']}"
    wrong = _what_is_wrong(said)
    if said["ready"]:
        told = ", ".join(part for part in ("a sandbox draws" if said.get("sandbox") else "", wrong) if part)
        return True, f"ready at {url.removesuffix('/readyz')}{f' ({told})' if told else ''}"
    why = ", ".join(part for part in ("on its way down" if said.get("draining") else "", wrong) if part)
    return False, f"not ready ({why or 'it does not say why'})"


def _what_is_wrong(said: Mapping[str, Any]) -> str:
    """Also what does not make it unready, such as a provider that is down."""
    checks: Mapping[str, Any] = said["checks"]
    return ", ".join(f"{name}: {check['detail']}" for name, check in checks.items() if not check["ok"])
