from __future__ import annotations

import asyncio
import os
import signal
from datetime import UTC, datetime, timedelta

import pytest

from bot import app
from bot.actions import retention
from bot.settings import load_settings
from tests.operator.shop import Shop


def test_the_program_forgets_by_itself_what_is_older_than_it_was_told(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = shop.drawn("old", n=2, at=datetime.now(UTC) - timedelta(days=31))
    new = shop.drawn("new")
    monkeypatch.setattr(retention, "_FIRST_AFTER", 0.0)
    for name, value in {"RETENTION_DAYS": "30", "WEB_PORT": "0"}.items():
        monkeypatch.setenv(name, value)
    pictures = shop.folder / "data/pictures"

    async def live() -> None:
        life = asyncio.create_task(app._serve(load_settings()))
        async with asyncio.timeout(30):
            while (pictures / old.pictures[0].key).exists() or (pictures / old.pictures[1].key).exists():
                assert not life.done()
                await asyncio.sleep(0.02)
            os.kill(os.getpid(), signal.SIGTERM)
            await life

    asyncio.run(live())
    assert (pictures / new.pictures[0].key).exists()
    prompts = {row["id"]: row["prompt"] for row in shop.json("jobs", "list", "--prompts")}
    assert prompts == {old.id: "", new.id: "new"}
