"""What a start loads, and what it leaves to those who use it."""

from __future__ import annotations

import re
import signal
from pathlib import Path

import pytest

from tests.db.template import migrated
from tests.journeys.programs import Program, until

# Of the page alone, with an account, on a database that is there.
NOT_NEEDED = frozenset(
    {
        "PIL.Image",
        "alembic",
        "bot.platforms.discord",
        "bot.platforms.slack",
        "bot.sandbox",
        "discord",
        "greenlet._greenlet",
        "obstore",
        "procrastinate",
        "psycopg",
        "pygments",
        "rich.console",
        "slack_bolt",
        "slack_sdk",
        "sqlalchemy.dialects.postgresql",
        "sqlalchemy.orm",
    }
)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """What an earlier start has left."""
    directory = tmp_path / "data"
    directory.mkdir()
    (directory / "easel.db").write_bytes(migrated())
    return directory


async def test_a_start_of_the_page_alone_loads_nothing_that_only_others_need(tmp_path: Path, data: Path) -> None:
    settings = {
        "CHANJING_APP_ID": "account",
        "CHANJING_SECRET_KEY": "secret",
        "SEEDREAM_API_URL": "http://127.0.0.1:9",
        "DATA_DIR": str(data),
        "WEB_PORT": "0",
        "LOG_FORMAT": "json",
        "PYTHONPROFILEIMPORTTIME": "1",  # each import is a line of what it says
    }
    bot = Program("bot", "run", settings=settings, directory=tmp_path, log=tmp_path / "said")
    try:
        await until(lambda: '"event": "ready"' in bot.said or bot.process.poll() is not None, what="the start")
        bot.send(signal.SIGTERM)
        assert await bot.exit_code() == 0, bot.said[-4000:]
    finally:
        bot.close()
    loaded = set(re.findall(r"^import time: .*\| +(\S+)$", bot.said, re.MULTILINE))
    assert "bot.composition.app" in loaded
    assert loaded & NOT_NEEDED == set()
