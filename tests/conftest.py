"""What holds for every test."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from hypothesis import settings

from bot.observability.logs import FLOORS
from tests.db.server import begin_run, end_run
from tests.db.template import migrated
from tests.fakes import quiet_loop

# An example that takes long says that the machine is busy, not that the program is wrong.
settings.register_profile("easel", deadline=None)
settings.load_profile("easel")


def pytest_configure(config: pytest.Config) -> None:
    quiet_loop.install()
    if not hasattr(config, "workerinput"):
        begin_run()


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        end_run()


@pytest.fixture
def database_file(tmp_path: Path) -> Path:
    """A new SQLite database with its tables."""
    file = tmp_path / "easel.db"
    file.write_bytes(migrated())
    return file


@pytest.fixture(autouse=True)
def _logs_as_they_were() -> Iterator[None]:
    """A test that runs a whole command sets the logs up, on a stream that is closed behind it."""
    root = logging.getLogger()
    handlers, level, hook, thread_hook = root.handlers[:], root.level, sys.excepthook, threading.excepthook
    yield
    structlog.contextvars.clear_contextvars()
    if not structlog.is_configured():
        return
    root.handlers[:], sys.excepthook, threading.excepthook = handlers, hook, thread_hook
    root.setLevel(level)
    for name in FLOORS:
        logging.getLogger(name).setLevel(logging.NOTSET)
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()
