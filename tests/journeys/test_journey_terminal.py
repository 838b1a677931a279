"""`python -m bot imagine` beside the running bot, and where none runs."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from db.engine import open_database
from tests.db.audit import assert_books_agree
from tests.journeys.bot_program import BotProgram
from tests.journeys.programs import Program, SandboxProgram

pytestmark = [pytest.mark.journey, pytest.mark.slow]


@pytest.mark.parametrize("beside", [True, False], ids=["beside the bot", "alone"])
async def test_commands_at_once(beside: bool, sandbox: SandboxProgram, tmp_path: Path) -> None:  # noqa: FBT001
    async with BotProgram(tmp_path, {**sandbox.account, "LIMIT_USER_DAILY": "3"}) as bot:
        if beside:
            await bot.start()
        out = tmp_path / "out"

        def imagine(text: str) -> Program:
            return bot.launch("imagine", text, "--out", str(out), "--json", stdout=True)

        fox, failing = imagine("a red fox ratio:16:9 n:2 1k"), imagine("a fox that fails [[fail]] 1k")
        wrong, too_much = imagine("a fox ratio:97:1"), imagine("four foxes n:4 1k")

        assert await fox.exit_code() == 0, fox.said
        job = json.loads(fox.out.read_text())
        assert (job["state"], job["ratio"], job["n"]) == ("done", "16:9", 2)
        paths = [Path(picture["path"]) for picture in job["pictures"]]
        assert sorted(out.iterdir()) == sorted(paths)
        assert len(paths) == 2
        assert all(path.read_bytes().startswith(b"\x89PNG") for path in paths)

        assert await failing.exit_code() == 4, failing.said
        failed = json.loads(failing.out.read_text())
        assert (failed["state"], failed["error"]["code"], failed["pictures"]) == ("failed", "task-failed", [])
        assert await wrong.exit_code() == 2, wrong.said
        assert "97:1" in json.loads(wrong.out.read_text())["error"]["message"]
        # The same words whoever runs it: what was understood, and what would do.
        assert "Understood: a fox" in wrong.said.splitlines()
        assert "→ a fox ratio:" in wrong.said
        assert await too_much.exit_code() == 3, too_much.said
        assert "T00:00" not in too_much.said
        assert json.loads(too_much.out.read_text())["error"]["message"]

        assert len(await sandbox.tasks()) == 2
        async with open_database(bot.database_url) as engine:
            assert await assert_books_agree(engine) == 2
        (today,) = bot.rows("SELECT taken FROM counters WHERE scope = 'member-day'")
        assert today["taken"] == 2


@pytest.mark.parametrize("beside", [True, False], ids=["beside the bot", "alone"])
async def test_a_matrix_says_its_price_and_with_all_brings_every_file(
    beside: bool,  # noqa: FBT001 - a case
    sandbox: SandboxProgram,
    tmp_path: Path,
) -> None:
    async with BotProgram(tmp_path, sandbox.account) as bot:
        if beside:
            await bot.start()
        out = tmp_path / "out"
        price = bot.launch("imagine", "{red|blue} fox n:2 1k", "--out", str(out), stdout=True)
        assert await price.exit_code() == 2, price.said
        assert "2 combinations: 4 pictures" in price.said
        assert "--all" in price.said
        assert await sandbox.tasks() == []

        drawn = bot.launch("imagine", "{red|blue} fox n:2 1k", "--all", "--out", str(out), stdout=True)
        assert await drawn.exit_code() == 0, drawn.said
        paths = [Path(line) for line in drawn.out.read_text().splitlines()]
        assert sorted(out.iterdir()) == sorted(paths)
        assert [path.read_bytes()[:3] == b"\xff\xd8\xff" for path in paths] == [True] + [False] * 4  # the sheet first
        assert len(await sandbox.tasks()) == 2
        async with open_database(bot.database_url) as engine:
            assert await assert_books_agree(engine) == 2


@pytest.mark.parametrize("beside", [True, False], ids=["beside the bot", "alone"])
async def test_ctrl_c_cancels(beside: bool, sandbox: SandboxProgram, tmp_path: Path) -> None:  # noqa: FBT001
    async with BotProgram(tmp_path, sandbox.account) as bot:
        if beside:
            await bot.start()
        fox = bot.launch("imagine", "a fox that takes for ever [[never]] 1k", "--out", str(tmp_path), stdout=True)
        await bot.reaches("generating", "a fox that takes for ever [[never]]")
        fox.send(signal.SIGINT)
        assert await fox.exit_code() == 130, fox.said
        assert fox.out.read_text() == ""
        assert "Traceback" not in fox.said
        assert list(bot.states().values()) == ["cancelled"]
        async with open_database(bot.database_url) as engine:
            assert await assert_books_agree(engine) == 1
        (today,) = bot.rows("SELECT taken FROM counters WHERE scope = 'member-day'")
        assert today["taken"] == 1  # the order had gone out


@pytest.mark.parametrize("beside", [True, False], ids=["beside the bot", "alone"])
async def test_a_sandbox_is_named(beside: bool, tmp_path: Path) -> None:  # noqa: FBT001
    async with BotProgram(tmp_path, {"SANDBOX_SPEED": "1000", "SANDBOX_PAINTING": "plain"}) as bot:
        if beside:
            await bot.start()
        fox = bot.launch("imagine", "a fox 1k", "--out", str(tmp_path / "out"), stdout=True)
        assert await fox.exit_code() == 0, fox.said
        assert "sandbox" in fox.said
