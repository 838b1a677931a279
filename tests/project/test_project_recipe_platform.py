"""The recipe of CONTRIBUTING.md for a platform, followed in a copy: only what it names has to be touched."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.project.program_copy import Copy
from tests.project.tree import read

TOY_PLATFORM = '''"""A chat of one person with one wish."""

import asyncio
from pathlib import Path

from bot.actions import Actions
from bot.cards import job_card
from bot.domain.job import Job
from bot.domain.people import Destination, Person
from bot.domain.report import JobReport


class ToyPlatform:
    name = "toy"
    ready = True

    def __init__(self, *, actions: Actions, file: Path) -> None:
        self._actions = actions
        self._file = file
        self._closing = asyncio.Event()

    def checks(self):
        return {}

    async def run(self) -> None:
        author = Person(platform="toy", community_id="toys", user_id="ann", name="Ann")
        destination = Destination(platform="toy", community_id="toys", channel_id="box")
        await self._actions.imagine.from_text("a toy cat n:2 1k", author=author, destination=destination)
        await self._closing.wait()

    async def close(self) -> None:
        self._closing.set()

    async def show(self, report: JobReport) -> None:
        """There is nobody to look."""

    async def conclude(self, report: JobReport) -> str:
        card = job_card(report, "en")
        text = f"{card.prompt}, {len(card.pictures)} pictures, {report.job.state}"
        await asyncio.to_thread(self._file.write_text, text)
        return "message-1"

    async def take_away(self, job: Job) -> None:
        """There is nothing to take."""
'''


def test_a_platform(copy: Copy) -> None:
    room, root = copy.root / "bot/platforms/toy", "bot/composition/app.py"
    room.mkdir()
    (room / "__init__.py").write_text(TOY_PLATFORM, encoding="utf-8")
    copy.insert(root, "from bot.settings import", "from bot.platforms.toy import ToyPlatform\n")
    copy.insert(
        root,
        "            readiness.connections += [",
        """            toy = ToyPlatform(actions=core.actions, file=settings.data_dir / "toy.txt")
            core.registry.platforms[toy.name] = toy
            platforms.append(toy)
""",
    )
    copy.replace("pyproject.toml", '"bot.platforms.terminal"]', '"bot.platforms.terminal", "bot.platforms.toy"]')
    assert copy.touched() == {"bot/platforms/toy/__init__.py", root, "pyproject.toml"}
    assert all(named in read("CONTRIBUTING.md") for named in ("`bot/platforms/`", root, "pyproject.toml"))

    process = copy.start("-m", "bot", "run")
    concluded = copy.home / "data/toy.txt"
    try:
        deadline = time.monotonic() + 60
        while not (concluded.exists() and concluded.read_text()) and time.monotonic() < deadline:
            assert process.poll() is None, process.communicate()
            time.sleep(0.05)  # the program is another process, with a clock of its own
        assert concluded.read_text() == "a toy cat, 2 pictures, done"
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
    assert process.returncode == 0
    lint = Path(sys.executable).with_name("lint-imports")
    checked = subprocess.run(  # noqa: S603 - the linter of this environment
        [lint, "--no-cache"], cwd=copy.root, env=copy.environment, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout
