"""`python -m bot health`: is the bot that runs on this machine ready? For containers and scripts."""

from __future__ import annotations

import json
import sys
import urllib.error
import urllib.request

from bot.settings import Settings
from db.address import database_file
from db.lock import find_running

_TIMEOUT = 5.0  # seconds; Docker's own patience is longer


def check(settings: Settings) -> int:
    """Print one line, exit code 0 if it is ready."""
    running = find_running(settings.database_url)
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
            wrong = _what_is_wrong(answer.read())
            return True, f"ready at {url.removesuffix('/readyz')}{f' ({wrong})' if wrong else ''}"
    except urllib.error.HTTPError as error:
        return False, f"not ready ({_what_is_wrong(error.read()) or 'on its way down'})"
    except OSError as error:
        return False, f"no answer from {url}: {error}"


def _what_is_wrong(answer: bytes) -> str:
    """Also what does not make it unready, such as a provider that is down."""
    checks = json.loads(answer).get("checks", {})
    return ", ".join(f"{name}: {check['detail']}" for name, check in checks.items() if not check["ok"])
