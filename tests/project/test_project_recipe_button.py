"""The recipe of CONTRIBUTING.md for a button, followed in a copy: only what it names has to be touched."""

from __future__ import annotations

from tests.project.program_copy import Copy
from tests.project.tree import read

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
