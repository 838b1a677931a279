"""The recipes of CONTRIBUTING.md, followed in a copy of the program: what they name is all that has to be touched."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from db.migrate import HEAD
from tests.project.tree import ROOMS, ROOT, read

TOY_MODEL = """TOY = ModelSpec(
    code="toy-1",
    name="Toy 1.0",
    ratios=("1:1", "2:1"),
    clarities=(512, 768),
    most_pictures=2,
    takes_pictures=True,
    default_ratio="2:1",
    default_clarity=512,
)

"""

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


@dataclass
class Copy:
    """The program in a folder of its own, with a sandbox that is in no hurry to paint well."""

    root: Path
    home: Path

    def insert(self, file: str, before: str, text: str) -> None:
        source = (self.root / file).read_text(encoding="utf-8")
        assert source.count(before) == 1, f"{file} has no one place for it"
        (self.root / file).write_text(source.replace(before, text + before), encoding="utf-8")

    def replace(self, file: str, old: str, new: str) -> None:
        source = (self.root / file).read_text(encoding="utf-8")
        assert source.count(old) == 1, f"{file} has no one place for it"
        (self.root / file).write_text(source.replace(old, new), encoding="utf-8")

    def touched(self) -> set[str]:
        """The files that are new or changed."""
        kinds = ("*.py", "*.ftl", "*.js", "*.html", "*.toml", "*.md", ".env.example")
        found = {path.relative_to(self.root) for kind in kinds for path in self.root.rglob(kind)}
        return {
            str(name)
            for name in found
            if not (ROOT / name).exists() or (ROOT / name).read_bytes() != (self.root / name).read_bytes()
        }

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        return {
            **kept,
            "PYTHONPATH": str(self.root),
            "PYTHONDONTWRITEBYTECODE": "1",
            "DATA_DIR": str(self.home / "data"),
            "WEB_PORT": "0",
            "SANDBOX_SPEED": "100",
            "SANDBOX_PAINTING": "plain",
        }

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(  # noqa: S603 - the copy of this program
            [sys.executable, *arguments],
            cwd=self.home,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str) -> tuple[int, str, str]:
        """Exit code, stdout and stderr."""
        process = self.start(*arguments)
        said, complained = process.communicate(timeout=60)
        return process.returncode, said, complained

    def imagine(self, text: str, *, code: int = 0) -> dict[str, Any]:
        """What `imagine --json` prints."""
        found, said, complained = self.run("-m", "bot", "imagine", text, "--json", "--out", str(self.home))
        assert found == code, complained
        answer: dict[str, Any] = json.loads(said)
        return answer

    def told(self, script: str) -> Any:
        """The JSON that a script prints."""
        code, said, complained = self.run("-c", script)
        assert code == 0, complained
        return json.loads(said)

    def test(self, tests: dict[Path, str], *, passed: int, only: str = "") -> None:
        """Run tests in the copy, with those of this program beside them."""
        shutil.copytree(ROOT / "tests", self.root / "tests", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "slack-manifest.yaml", self.root)
        for test, text in tests.items():
            if text:
                test.write_text(text, encoding="utf-8")
        run = subprocess.run(  # noqa: S603 - the copy of these tests
            [sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", "-k", only, *map(str, tests)],
            cwd=self.root,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert run.returncode == 0, run.stdout
        assert f"{passed} passed" in run.stdout


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    copy = Copy(root=tmp_path / "program", home=tmp_path / "home")
    for room in ROOMS:
        shutil.copytree(ROOT / room, copy.root / room, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", copy.root)
    copy.home.mkdir()
    return copy


CARDS = """
import asyncio, json
from bot.cards import job_card, more_card
from bot.cards.result_buttons import result_buttons
from bot.domain.report import JobReport, DurationEstimate
from bot.domain.variant import shapes, sharper
from cogs import described_commands
from db.engine import open_database
from db.jobs import SqlJobStore
from bot.runtime.clock import SystemClock

async def told():
    async with open_database("sqlite+aiosqlite:///" + {file!r}) as engine:
        store = SqlJobStore(engine, SystemClock())
        for job_id in {ids!r}:
            job = await store.get(job_id)
            estimate = DurationEstimate(usual_low=1, usual_high=2, slow_after=3)
            card = job_card(JobReport(job=job, estimate=estimate), \"en\")
            sharp = sharper(job.request)
            yield {{
                "model": job.request.model,
                "notes": str(card.notes),
                "shapes": [request.ratio for _, request in shapes(job.request)],
                "hd": None if sharp is None else sharp.clarity,
            }}

async def main():
    imagine = next(one for one in described_commands() if one.name == "imagine")
    choices = {{p.name: [c.value for c in p.choices] for p in imagine.parameters}}
    print(json.dumps({{"jobs": [one async for one in told()], "choices": choices}}))

asyncio.run(main())
"""


def test_a_model(copy: Copy) -> None:
    old = copy.imagine("a red fox ratio:16:9 1k")
    models = "bot/domain/models.py"
    copy.insert(models, "# Of all jobs that were ever accepted", TOY_MODEL)
    copy.replace(models, "for spec in (SEEDREAM_3,)", "for spec in (SEEDREAM_3, TOY)")
    copy.replace(models, "MODEL = SEEDREAM_3", "MODEL = TOY")
    assert copy.touched() == {models}
    assert models in read("CONTRIBUTING.md")

    new = copy.imagine("a red fox clarity:768 n:2")
    assert (new["state"], new["ratio"], new["clarity"], len(new["pictures"])) == ("done", "2:1", 768, 2)
    assert [picture["width"] / picture["height"] for picture in new["pictures"]] == pytest.approx([2, 2], rel=0.01)
    wrong = copy.imagine("a red fox ratio:16:9 n:4", code=2)["error"]["message"]
    assert "16:9" in wrong
    assert "2:1" in wrong

    file = str(copy.home / "data/easel.db")
    told = copy.told(CARDS.format(file=file, ids=[old["id"], new["id"]]))
    was, now = told["jobs"]
    assert (was["model"], was["hd"]) == ("doubao-seedream-3.0-t2i", 2048)
    assert "Seedream 3.0" in was["notes"]
    assert was["shapes"] == ["1:1", "3:4", "4:3", "9:16"]
    assert (now["model"], now["shapes"], now["hd"]) == ("toy-1", ["1:1"], None)
    assert "Toy 1.0" in now["notes"]
    assert told["choices"]["ratio"] == ["1:1", "2:1"]
    assert told["choices"]["clarity"] == [512, 768]
    assert told["choices"]["n"] == [1, 2]


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


TOY_BUTTON = {
    "bot/domain/card.py": ("    CANCEL = ", '    WAVE = "wave"\n'),
    "bot/cards/result_buttons.py": (
        "    yield Button(press=ButtonAction.DELETE",
        '    yield Button(press=ButtonAction.WAVE, label=words("button-wave", locale), target=job.id, row=1)\n',
    ),
    "bot/cards/locales/en/cards.ftl": ("button-hd = ", "button-wave = Wave\nwaved = You waved at { $prompt }.\n"),
    "bot/cards/locales/zh-CN/cards.ftl": ("button-hd = ", "button-wave = 挥手\nwaved = 你向{ $prompt }挥了手。\n"),
}
TOY_HANDLER = """async def wave(given: Input, actions: Actions) -> Replies:
    job = (await actions.jobs.show(given.target, await given.person())).job
    return (say("waved", given, prompt=job.request.prompt),)


"""
TOY_PRESSES = {
    "discord": """
from tests.discord.conftest import Bot

async def test_it_is_pressed(bot: Bot) -> None:
    result = await bot.result("a red fox", n=4)
    await bot.fake.press(bot.bob, result, "Wave")
    await bot.said_to(bot.bob, "You waved at a red fox.")
    await bot.fake.press(bot.ann, result, "Wave", locale="zh-CN")
    await bot.said_to(bot.ann, "你向a red fox挥了手。")
""",
    "slack": """
from tests.slack.conftest import Bot

async def test_it_is_pressed(bot: Bot) -> None:
    result = await bot.result("a red fox n:4")
    await (await bot.fake.press(bot.bob, result, "Wave")).told("You waved at a red fox.")
""",
    "web": """
from tests.web.conftest import Site

async def test_it_is_pressed(page: Site) -> None:
    job_id = (await page.ask("a red fox n:4"))["id"]
    await page.finished(job_id)
    _, answer = await page.get(f"/api/jobs/{job_id}?lang=en")
    (button,) = [one for one in answer["message"]["card"]["buttons"] if one["press"] == "wave"]
    assert button["label"] == "Wave"
    _, answer = await page.post(f"/api/actions/{button['press']}/{button['target']}?lang=en")
    assert "".join(answer["card"]["status"]) == "You waved at a red fox."
""",
}


def test_a_button(copy: Copy) -> None:
    for file, (before, text) in TOY_BUTTON.items():
        copy.insert(file, before, text)
    copy.insert("bot/interactions/results.py", "BUTTONS: Mapping[str, Route]", TOY_HANDLER)
    copy.insert(
        "bot/interactions/results.py",
        "        ButtonAction.AGAIN: Route",
        "        ButtonAction.WAVE: Route(wave, First.ALONE),\n",
    )
    touched = copy.touched()
    assert touched == {*TOY_BUTTON, "bot/interactions/results.py"}
    assert len(touched) == 5
    assert all(named in read("CONTRIBUTING.md") for named in touched if not named.endswith(".ftl"))

    tests = [copy.root / f"tests/{platform}/test_{platform}_toy.py" for platform in TOY_PRESSES]
    copy.test(dict(zip(tests, TOY_PRESSES.values(), strict=True)), passed=3)


TOY_COLUMNS = '''"""The mood of a picture."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from db.types import AnyText

revision = "9999"
down_revision = "{head}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("jobs", sa.Column("mood", AnyText(), server_default="calm", nullable=False))
    op.add_column("personal_defaults", sa.Column("mood", AnyText()))
'''
TOY_OPTION = {
    "bot/domain/request.py": (
        ("@dataclass(frozen=True", 'MOODS = ("calm", "wild")\n\n\n'),
        ("    model: str = MODEL.code", '    mood: str = "calm"\n'),
        (
            "        if self.clarity not in",
            (
                "        if self.mood not in MOODS:\n"
                '            raise ValueError(f"mood {self.mood!r} is not one of {MOODS}")\n'
            ),
        ),
    ),
    "bot/domain/defaults.py": (("\n\n# The options of a request", "    mood: str | None = None\n"),),
    "bot/grammar/options.py": (
        (
            "OPTIONS: tuple",
            """MOOD = Option(
    name="mood",
    aliases=("情绪",),
    values=(
        Value(value="calm", labels={"en": "Calm", "zh-CN": "平静"}, also=("平静",)),
        Value(value="wild", labels={"en": "Wild", "zh-CN": "狂野"}, also=("狂野",)),
    ),
    default="calm",
    descriptions={"en": "How it feels", "zh-CN": "画面情绪"},
    prose=frozenset({"mood"}),
    wordy=True,
)

""",
        ),
    ),
    "bot/grammar/parse.py": (
        ("    style: str | None = None  #", "    mood: str | None = None\n"),
        ("        style_words=own,", '        mood=str(values["mood"]),\n'),
    ),
    "bot/seedream/payloads.py": (('        "model_code": job', '        "mood": job.request.mood,\n'),),
    "bot/sandbox/validate.py": (('            "ref_img_url",', '            "mood",\n'),),
    "bot/cards/phrases.py": (
        ("    if request.style is not None:", "    parts.append(MOOD.label(request.mood, locale))\n"),
    ),
    "db/tables.py": (
        (
            '    Column("model", AnyText',
            '    Column("mood", AnyText, nullable=False, server_default="calm"),\n',
        ),
        (
            ")\n\n# People of the page who were invited",
            '    Column("mood", AnyText),\n',
        ),
    ),
    "cogs/imagine.py": (
        ("        style=STYLE.description(),", "        mood=MOOD.description(),\n"),
        ('    ) -> None:\n        """Draw what', "        mood: str | None = None,\n"),
    ),
    "bot/cards/locales/en/cards.ftl": (
        (
            "form-clarity = ",
            (
                "bad-mood = “{ $word }” isn't a mood. Use { $legal }. Closest: { $nearest }.\n"
                "field-default_mood = Default mood\nform-mood = Mood\nlineage-mood = mood\n"
                "reason-bad-mood = a mood that is not known here\n"
            ),
        ),
    ),
    "bot/cards/locales/zh-CN/cards.ftl": (
        (
            "form-clarity = ",
            (
                "bad-mood = 没有“{ $word }”这种情绪。可用的有 { $legal }，最接近的是 { $nearest }。\n"
                "field-default_mood = 默认情绪\nform-mood = 情绪\nlineage-mood = 情绪\n"
                "reason-bad-mood = 这里没有的情绪\n"
            ),
        ),
    ),
}
TOY_ORDERS = {
    "discord": """
from bot.domain.defaults import Defaults
from tests.discord.conftest import Bot, person

async def test_it_is_ordered(bot: Bot) -> None:
    result = await bot.result("a red fox", mood="wild")
    assert "Wild" in result.text
    pressed = await bot.fake.press(bot.ann, result, "Edit")
    await pressed.answered()
    assert pressed.modal.values["What you'd like to see"] == "mood:wild a red fox"
    await (await bot.fake.submit_modal(bot.ann, pressed, {"n": "2"})).shown()
    asked = await bot.fake.slash(bot.ann, bot.channel, "defaults", {})
    await asked.answered()
    await (await bot.fake.submit_modal(bot.ann, asked, {"Mood": "Wild"})).shown()
    assert await bot.defaults.read(person(bot, bot.ann)) == Defaults(mood="wild")
    await bot.card("a cat")
    # Sorted: two of them are accepted at the same moment.
    assert sorted((job.request.prompt, job.request.mood) for job in await bot.all_jobs()) == [
        ("a cat", "wild"), ("a red fox", "wild"), ("a red fox", "wild")
    ]
""",
    "slack": """
from tests.slack.conftest import Bot

async def test_it_is_ordered(bot: Bot) -> None:
    result = await bot.result("a red fox 情绪:狂野")
    view = await (await bot.fake.press(bot.ann, result, "Edit")).opened()
    assert view.filled["What you'd like to see"] == "mood:wild a red fox"
    await (await bot.fake.submit_view(bot.ann, view, {"What you'd like to see": "a blue fox mood:calm"})).acked()
    await bot.posted(before={result.ts})
    assert [job.request.mood for job in await bot.all_jobs()] == ["wild", "calm"]
""",
    "web": """
from bot.seedream.payloads import submit_body
from tests.web.conftest import Site

async def test_it_is_ordered(page: Site) -> None:
    answer = await page.ask("a red fox", options={"mood": "wild"})
    _, found = await page.get(f"/api/jobs/{answer['id']}")
    assert found["job"]["mood"] == "wild"
    assert submit_body(await page.store.get(answer["id"]))["mood"] == "wild"
""",
}


def test_an_option(copy: Copy) -> None:
    for file, places in TOY_OPTION.items():
        for before, text in places:
            copy.insert(file, before, text)
    copy.replace("bot/grammar/options.py", "(RATIO, NUMBER, CLARITY, STYLE)", "(RATIO, NUMBER, CLARITY, STYLE, MOOD)")
    copy.replace("bot/cards/phrases.py", "options import STYLE", "options import MOOD, STYLE")
    copy.replace("cogs/imagine.py", "import CLARITY, NUMBER", "import CLARITY, MOOD, NUMBER")
    copy.replace("cogs/imagine.py", "clarity=choices(CLARITY))", "clarity=choices(CLARITY), mood=choices(MOOD))")
    copy.replace("cogs/imagine.py", "clarity=clarity, style=style)", "clarity=clarity, style=style, mood=mood)")
    copy.replace("db/migrate.py", f'HEAD = "{HEAD}"', 'HEAD = "9999"')
    migration = "db/migrations/versions/9999_mood.py"
    (copy.root / migration).write_text(TOY_COLUMNS.format(head=HEAD), encoding="utf-8")

    touched = copy.touched()
    assert touched == {*TOY_OPTION, "db/migrate.py", migration}
    assert len(touched) == 13
    recipe = read("CONTRIBUTING.md").partition("**An option**")[2].partition("**A platform**")[0]
    named = {name for name in touched - {migration} if not name.endswith(".ftl")}
    assert named == set(re.findall(r"`((?:bot|cogs|db)/[\w/]+\.py)`", recipe))
    assert f"{len(touched)} files" in recipe

    done = copy.imagine("a red fox mood:wild 1k")
    assert (done["state"], done["mood"], done["prompt"]) == ("done", "wild", "a red fox")
    assert "mood" in copy.imagine("a red fox --mood wilde", code=2)["error"]["message"]
    tests = {copy.root / f"tests/{platform}/test_{platform}_toy.py": text for platform, text in TOY_ORDERS.items()}
    tests[copy.root / "tests/db/test_db_migrations.py"] = ""
    copy.test(tests, passed=5, only="ordered or the_head_in_the_code or gets_the_tables")


TOY_SETTING = {
    "bot/settings.py": ("    label_on_pictures: str", "    greeting_seconds: int = Field(default=3, ge=1, le=60)\n"),
    ".env.example": ("# A line drawn on every picture", "# Seconds that a greeting takes.\n#GREETING_SECONDS=3\n"),
    "docs/settings.md": ("| `LABEL_ON_PICTURES`", "| `GREETING_SECONDS` | `3` | Seconds that a greeting takes. |\n"),
}


def test_a_setting(copy: Copy) -> None:
    for name in (".env.example", "README.md"):
        shutil.copy(ROOT / name, copy.root)
    shutil.copytree(ROOT / "docs", copy.root / "docs")
    for file, (before, text) in TOY_SETTING.items():
        copy.insert(file, before, text)
    assert copy.touched() == {*TOY_SETTING}
    assert [named for named in TOY_SETTING if named not in read("CONTRIBUTING.md")] == []

    told = "import json; from bot.settings import load_settings; print(json.dumps(load_settings().greeting_seconds))"
    assert copy.told(told) == 3
    (copy.home / ".env").write_text("GREETING_SECONDS=7\n", encoding="utf-8")
    assert copy.told(told) == 7
    (copy.home / ".env").write_text("GREETING_SECONDS=70\n", encoding="utf-8")
    code, _, complained = copy.run("-m", "bot", "run")
    assert (code, "GREETING_SECONDS" in complained, "60" in complained) == (2, True, True), complained
    copy.test({copy.root / "tests/project/test_project_settings.py": ""}, passed=6)
