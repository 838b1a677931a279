"""The real program: a result on the page has its small picture when it is there, and both go together."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.journeys.bot_program import BotProgram
from tests.journeys.programs import SandboxProgram
from tests.journeys.quick_program import QuickProgram

pytestmark = pytest.mark.journey


def made(pictures: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in pictures.rglob("*.thumbnail.webp")}


async def test_a_result_has_its_thumbnail_before_anybody_looks(
    sandbox: SandboxProgram, quick: QuickProgram, tmp_path: Path
) -> None:
    async with BotProgram(tmp_path / "bot", sandbox.account, quick) as bot:
        await bot.start()
        pictures = bot.data / "pictures"
        job_id = await bot.imagine("a fox n:2 clarity:1024")
        await bot.settled()
        originals = {path.name for path in (pictures / job_id).glob("*.png")}
        assert len(originals) == 2
        small = made(pictures)
        assert set(small) == {f"{name}.thumbnail.webp" for name in originals}
        job = await bot.job(job_id)
        for picture in job["pictures"]:
            await bot.picture(f"{picture['url']}?size=thumb")
        assert made(pictures) == small, "as they were"
        status, _ = await bot.call("POST", f"/api/jobs/{job_id}/delete", {})
        assert status == 200
        assert list(pictures.rglob("*.*")) == []
        await bot.stop()
