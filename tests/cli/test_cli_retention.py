from __future__ import annotations

import asyncio
import os
import signal
from datetime import UTC, datetime, timedelta

import pytest

from bot.actions import retention
from bot.composition import app
from bot.composition.before_start import Role
from bot.settings import load_settings
from tests.cli.shop import Shop


@pytest.mark.parametrize("setting", ["RETENTION_DAYS", "RETENTION_GB"])
def test_the_program_forgets_by_itself_what_is_older_or_more_than_it_was_told(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, setting: str
) -> None:
    old = shop.drawn("old", n=2, at=datetime.now(UTC) - timedelta(days=31))
    new = shop.drawn("new")
    monkeypatch.setattr(retention, "_FIRST_AFTER", 0.0)
    value = "30" if setting == "RETENTION_DAYS" else f"{new.pictures[0].size / 10**9:.12f}"
    for name, chosen in {setting: value, "WEB_PORT": "0"}.items():
        monkeypatch.setenv(name, chosen)
    pictures = shop.folder / "data/pictures"

    async def live() -> None:
        life = asyncio.create_task(app._serve(load_settings(), Role.ALL, "the secret of this machine"))
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
