"""`easel setup` at a terminal, against a Discord, a Slack and a provider on this machine."""

from __future__ import annotations

import asyncio
import os
import stat
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from db.lock import DatabaseLock
from tests.fakes.discord import FakeDiscord
from tests.fakes.slack import FakeSlack
from tests.fakes.terminal import Terminal
from tests.journeys.programs import APP_ID, SECRET_KEY, SandboxProgram, environment
from tests.journeys.quick_program import Run

pytestmark = pytest.mark.journey
SLOW = pytest.mark.slow

BEFORE = "# my own notes\nLOG_LEVEL=error  # quiet\n\nsome other line\nexport MINE='kept'\n#DISCORD_TOKEN=\n"
CTRL_C, CTRL_D = b"\x03", b"\x04"


@dataclass(frozen=True)
class Outside:
    """All that the program talks to, as settings, and what is right there."""

    settings: dict[str, str]
    discord: FakeDiscord
    bot_token: str
    app_token: str

    def terminal(self, directory: Path, **settings: str) -> Terminal:
        return Terminal(
            [sys.executable, "-m", "bot", "setup"],
            environment=environment({**self.settings, "TERM": "xterm", "NO_COLOR": "1", **settings}),
            directory=directory,
            columns=220,
        )

    @property
    def answers(self) -> list[tuple[str, str]]:
        """Every question of a setup in which each credential is right at once, and the answer to it."""
        return [
            ("Set it up? [y/N]", "y"),
            ("App id:", APP_ID),
            ("Secret key (not shown):", SECRET_KEY),
            ("Set it up? [y/N]", "y"),
            ("token (not shown):", self.discord.token),
            ("Set it up? [y/N]", "y"),
            ("(Enter: Easel)", "Atelier 画室"),
            ("xoxb-… (not shown):", self.bot_token),
            ("xapp-… (not shown):", self.app_token),
            ("Set it up? [y/N]", "y"),
            ("(Enter: none, listen on every address of this machine):", "https://easel.example.com"),
            ("It costs one picture of your account. [y/N]", "y"),
        ]


@pytest.fixture
async def outside(sandbox: SandboxProgram) -> AsyncIterator[Outside]:
    async with FakeDiscord() as discord, FakeSlack() as slack:
        team = slack.add_team("atelier")
        settings = {"SEEDREAM_API_URL": sandbox.url, "DISCORD_API_URL": discord.url, "SLACK_API_URL": slack.url}
        yield Outside(settings, discord, slack.installation(team).token, slack.app.app_token)


def pictures(folder: Path) -> list[str]:
    return [name for name in os.listdir(folder) if name.endswith(".png")]  # noqa: PTH208 - names alone


def answer(screen: Terminal, answers: Sequence[tuple[str, str]]) -> None:
    for question, typed in answers:
        screen.until_asked(question)
        screen.type(f"{typed}\n".encode())


@SLOW
async def test_the_whole_story_with_slips(outside: Outside, tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text(BEFORE)
    file.chmod(0o644)

    def story(screen: Terminal) -> int:
        seedream, discord, slack, page = (
            outside.answers[:3], outside.answers[3:5], outside.answers[5:9], outside.answers[9:],
        )  # fmt: skip
        answer(screen, [*seedream[:2], (seedream[2][0], "a-wrong-secret")])
        screen.until("The account is refused")
        answer(screen, seedream[1:])
        screen.until("The account is accepted")
        answer(screen, [discord[0], (discord[1][0], "two words"), (discord[1][0], "wrong.token")])
        screen.until("Discord refuses this token")
        answer(screen, discord[1:])
        screen.until("This link invites it")
        answer(screen, [*slack[:2], (slack[2][0], "xoxb-not-this")])
        screen.until("Slack refuses this token")
        answer(screen, [slack[2], (slack[3][0], outside.bot_token)])
        screen.until("Make an app-level token")
        answer(screen, slack[3:])
        screen.until("Socket Mode opens")
        answer(screen, [page[0], (page[1][0], "easel.example.com/here"), page[1]])
        screen.until("Written to")
        answer(screen, page[2:])
        return screen.exit_code()

    with outside.terminal(tmp_path) as screen:
        assert await asyncio.to_thread(story, screen) == 0, screen.text
        text, raw = screen.text, screen.raw.decode()
    kept = file.read_text()
    *_, token_line = kept.splitlines()
    assert token_line.startswith("WEB_TOKEN=")
    assert kept == (
        f"# my own notes\nLOG_LEVEL=error  # quiet\n\nsome other line\nexport MINE='kept'\n#DISCORD_TOKEN=\n"
        f"DISCORD_TOKEN={outside.discord.token}\nCHANJING_APP_ID={APP_ID}\nCHANJING_SECRET_KEY={SECRET_KEY}\n"
        f"SLACK_BOT_TOKEN={outside.bot_token}\nSLACK_APP_TOKEN={outside.app_token}\n"
        f"PUBLIC_URL=https://easel.example.com\n{token_line}\n"
    )
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    for secret in (
        SECRET_KEY, "a-wrong-secret", outside.discord.token, "wrong.token", outside.bot_token, outside.app_token,
        token_line.partition("=")[2],
    ):  # fmt: skip
        assert secret not in raw
    assert "scope=bot+applications.commands" in text
    assert 'name: "Atelier 画室"' in text
    assert 'display_name: "Atelier 画室"' in text
    assert [name.startswith("a-lighthouse-in-a-storm-") for name in pictures(tmp_path)] == [True]
    assert "All set" in text
    assert [name for name in os.listdir(tmp_path) if name.startswith(".env")] == [".env"]  # noqa: PTH208


@SLOW
@pytest.mark.parametrize("part", range(4))
async def test_stopping_at_any_question_says_truly_what_was_written(
    part: int, outside: Outside, tmp_path: Path
) -> None:
    def stopped_at(number: int, screen: Terminal) -> int:
        answer(screen, outside.answers[:number])
        screen.until_asked(outside.answers[number][0])
        screen.type(CTRL_C if number % 2 else CTRL_D)
        return screen.exit_code()

    file = tmp_path / ".env"
    for number in range(part, len(outside.answers), 4):
        file.write_text(BEFORE)
        with outside.terminal(tmp_path) as screen:
            assert await asyncio.to_thread(stopped_at, number, screen) == 130, screen.text
        assert "Traceback" not in screen.text
        if number < len(outside.answers) - 1:
            assert file.read_text() == BEFORE
            assert "Nothing was written" in screen.text
        else:
            assert outside.bot_token in file.read_text()
            assert "What had been written before is in" in screen.text
            assert "CHANJING_SECRET_KEY, DISCORD_TOKEN" in screen.text
    assert pictures(tmp_path) == []


@SLOW
async def test_enter_alone_keeps_everything_and_the_sandbox_draws(outside: Outside, tmp_path: Path) -> None:
    settings = {"SANDBOX_SPEED": "1000", "SANDBOX_PAINTING": "plain"}

    def story(screen: Terminal) -> int:
        answer(screen, [("Set it up? [y/N]", "")] * 4)
        return screen.exit_code()

    with outside.terminal(tmp_path, **settings) as screen:
        assert await asyncio.to_thread(story, screen) == 0, screen.text
    assert not (tmp_path / ".env").exists()
    assert "Nothing to write" in screen.text
    assert len(pictures(tmp_path)) == 1


@SLOW
async def test_what_is_set_is_kept_and_a_server_that_is_away_is_asked_about(outside: Outside, tmp_path: Path) -> None:
    """In Chinese, with the token in the environment too, and nobody who answers for Discord."""
    before = "discord_token='old one'\r\n# end"
    (tmp_path / ".env").write_bytes(before.replace("old one", "old").encode())
    settings = {
        "LC_ALL": "zh_CN.UTF-8", "DISCORD_API_URL": "http://127.0.0.1:9/api/v10", "DISCORD_TOKEN": "from-elsewhere",
        "SANDBOX_SPEED": "1000", "SANDBOX_PAINTING": "plain",
    }  # fmt: skip

    def story(screen: Terminal) -> int:
        answer(
            screen,
            [("要设置吗？ [y/N]", ""), ("已经设置好了，要更改吗？ [y/N]", "y"), ("令牌（不显示）：", "new.token")],
        )
        screen.until("没能试成")
        answer(screen, [("不试用就写下来吗？ [y/N]", "是"), ("要设置吗？ [y/N]", ""), ("要设置吗？ [y/N]", "")])
        return screen.exit_code()

    with outside.terminal(tmp_path, **settings) as screen:
        assert await asyncio.to_thread(story, screen) == 0, screen.text
    assert (tmp_path / ".env").read_bytes() == b"DISCORD_TOKEN=new.token\r\n# end"
    assert "优先于 .env：DISCORD_TOKEN" in screen.text
    assert len(pictures(tmp_path)) == 1


@SLOW
async def test_a_bot_that_runs_is_to_be_restarted_and_draws_nothing(outside: Outside, tmp_path: Path) -> None:
    def story(screen: Terminal) -> int:
        answer(screen, [("Set it up? [y/N]", ""), *outside.answers[3:5], ("Set it up? [y/N]", "")])
        answer(screen, [("Set it up? [y/N]", "")])
        return screen.exit_code()

    (tmp_path / "data").mkdir()
    with (
        DatabaseLock(f"sqlite+aiosqlite:///{tmp_path}/data/easel.db"),
        outside.terminal(tmp_path) as screen,
    ):
        assert await asyncio.to_thread(story, screen) == 0, screen.text
    assert (tmp_path / ".env").read_text() == f"DISCORD_TOKEN={outside.discord.token}\n"
    assert "restart it" in screen.text
    assert pictures(tmp_path) == []


def test_without_a_terminal_it_says_what_to_do(tmp_path: Path, run: Run) -> None:
    code, said = run("setup", directory=tmp_path)
    assert code == 2
    assert said == (
        "easel setup asks questions, so it needs a terminal. Without one, write .env yourself: .env.example is a file "
        "to copy, docs/settings.md has every setting.\n"
    )
    code, said = run("setup", "--help", directory=tmp_path)
    assert (code, "examples:" in said) == (0, True)


@SLOW
async def test_a_folder_that_may_not_be_written_to_is_a_sentence(outside: Outside, tmp_path: Path) -> None:
    """A directory in the place of the file that would be written beside it stands for every refusal of a disk."""
    (tmp_path / ".env").symlink_to("/proc/easel/.env")

    def story(screen: Terminal) -> int:
        answer(screen, [("Set it up? [y/N]", ""), *outside.answers[3:5], ("Set it up? [y/N]", "")])
        answer(screen, [("Set it up? [y/N]", "")])
        return screen.exit_code()

    with outside.terminal(tmp_path) as screen:
        assert await asyncio.to_thread(story, screen) == 1, screen.text
    assert "could not be written" in screen.text
    assert "Traceback" not in screen.text
