"""The recipe of CONTRIBUTING.md for an option, followed in a copy: only what it names has to be touched."""

from __future__ import annotations

import re

import pytest

from db.migrate import HEAD
from tests.project.program_copy import Copy
from tests.project.tree import read

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


@pytest.mark.slow
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
