"""Is this process alive, and may it be given work? For /healthz, /readyz and `python -m bot health`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import structlog


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """The last word on one thing that the process depends on. `detail` is shown to anybody: no secrets."""

    ok: bool
    detail: str
    since: datetime  # when `ok` last changed


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Health:
    """Named checks, set by whoever knows. Ready: every required check is ok, and the process is not on its way down."""

    def __init__(self, required: Iterable[str] = (), *, now: Callable[[], datetime] = _utc_now) -> None:
        self._required = set(required)
        self._now = now
        self._checks: dict[str, Check] = {}
        self.draining = False

    def require(self, name: str) -> None:
        """Not ready before this check has been set and whenever it isn't ok."""
        self._required.add(name)

    def set(self, name: str, ok: bool, detail: str = "") -> None:  # noqa: FBT001 - reads as said: set("db", True)
        """What is known of `name` now. Logged once when it goes down and once when it is back."""
        before = self._checks.get(name)
        changed = before is None or before.ok is not ok
        since = self._now() if before is None or changed else before.since
        self._checks[name] = Check(ok=ok, detail=detail, since=since)
        log = structlog.get_logger(__name__)
        if changed and not ok:
            log.warning("a check fails", check=name, detail=detail)
        elif changed and before is not None:
            log.info("a check is well again", check=name, detail=detail)

    def ready(self) -> bool:
        return not self.draining and all(name in self._checks and self._checks[name].ok for name in self._required)

    def healthz(self) -> tuple[int, dict[str, Any]]:
        """Status and JSON: whoever can answer is alive."""
        return HTTPStatus.OK, {"status": "ok"}

    def readyz(self) -> tuple[int, dict[str, Any]]:
        """Status (200 or 503) and JSON: every check, those that are still awaited with `ok` null."""
        checks: dict[str, dict[str, Any]] = {
            name: {"ok": None, "detail": "not known yet", "since": None, "required": True}
            for name in self._required - self._checks.keys()
        }
        for name, check in self._checks.items():
            checks[name] = {
                "ok": check.ok,
                "detail": check.detail,
                "since": check.since.isoformat(),
                "required": name in self._required,
            }
        ready = self.ready()
        return (
            HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE,
            {"ready": ready, "draining": self.draining, "checks": dict(sorted(checks.items()))},
        )
