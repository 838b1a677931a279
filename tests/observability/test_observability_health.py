from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from structlog.testing import capture_logs

from bot.observability.health import Health


class Now:
    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 22, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.moment += timedelta(seconds=1)
        return self.moment


def test_it_is_ready_when_all_that_is_required_is_well() -> None:
    health = Health({"database"}, now=Now())
    health.require("discord")
    assert not health.ready()
    health.set("database", True)
    assert not health.ready()
    health.set("discord", True, "connected")
    assert health.ready()
    assert health.readyz()[0] == 200
    health.set("database", False, "locked")
    assert not health.ready()
    assert health.readyz()[0] == 503


def test_what_is_not_required_is_shown_and_changes_nothing() -> None:
    health = Health({"database"}, now=Now())
    health.set("database", True)
    health.set("slack", False, "the token was refused")
    assert health.ready()
    assert health.readyz()[1]["checks"]["slack"] == {
        "ok": False,
        "detail": "the token was refused",
        "since": "2026-11-22T12:00:02+00:00",
        "required": False,
    }


def test_a_draining_process_is_alive_but_takes_nothing() -> None:
    health = Health()
    assert health.ready()
    health.draining = True
    assert not health.ready()
    assert health.readyz() == (503, {"ready": False, "draining": True, "checks": {}})
    assert health.healthz() == (200, {"status": "ok"})


def test_what_is_still_awaited_is_named() -> None:
    status, body = Health({"database"}).readyz()
    assert status == 503
    assert body["checks"]["database"] == {"ok": None, "detail": "not known yet", "since": None, "required": True}
    json.dumps(body)


def test_since_is_when_it_changed_not_when_it_was_looked_at() -> None:
    health = Health(now=Now())
    health.set("database", True)
    first = health.readyz()[1]["checks"]["database"]["since"]
    health.set("database", True, "still")
    assert health.readyz()[1]["checks"]["database"]["since"] == first
    assert health.readyz()[1]["checks"]["database"]["detail"] == "still"
    health.set("database", False)
    assert health.readyz()[1]["checks"]["database"]["since"] > first


def test_a_change_is_logged_once_each_way() -> None:
    health = Health(now=Now())
    with capture_logs() as logs:
        for ok in (True, True, False, False, True, True):
            health.set("provider", ok, "x")
    assert [(line["log_level"], line["check"]) for line in logs] == [("warning", "provider"), ("info", "provider")]
