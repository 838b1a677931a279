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

    ok: bool | None  # None: not known yet
    detail: str
    since: datetime | None  # when `ok` last changed

    def as_json(self, *, required: bool) -> dict[str, Any]:
        """The entry of `checks` in /readyz."""
        since = None if self.since is None else self.since.isoformat()
        return {"ok": self.ok, "detail": self.detail, "since": since, "required": required}


NOT_KNOWN = Check(ok=None, detail="not known yet", since=None)


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
            log.warning("check_failed", check=name, detail=detail)
        elif changed and before is not None:
            log.info("check_recovered", check=name, detail=detail)

    def ready(self) -> bool:
        return not self.draining and all(
            name in self._checks and self._checks[name].ok is True for name in self._required
        )

    def healthz(self) -> tuple[int, dict[str, Any]]:
        """Status and JSON: whoever can answer is alive."""
        return HTTPStatus.OK, {"status": "ok"}

    def readyz(self) -> tuple[int, dict[str, Any]]:
        """Status (200 or 503) and JSON: every check, those that are still awaited with `ok` null."""
        known = dict.fromkeys(self._required, NOT_KNOWN) | self._checks
        checks = {name: check.as_json(required=name in self._required) for name, check in known.items()}
        ready = self.ready()
        return (
            HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE,
            {"ready": ready, "draining": self.draining, "checks": dict(sorted(checks.items()))},
        )
