"""What happens on the page, and when the camera is held at it. The pictures of docs/cards.md, by name."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import replace

from playwright.async_api import Page, expect

from bot.domain.ports import ModelTask, TaskState

from .stage import Stage

DAY = 24 * 3600.0
# What people of this page have drawn in the two weeks before.
_BEFORE = (
    ("a sailing boat on a calm lake at dawn n:4", "a cabin in the snowy mountains at night n:2"),
    ("a robot watering flowers in a meadow style:flat",),
    (
        "a hot air balloon over the desert at sunset ratio:3:4",
        "two cats on a roof under the moon",
        "a lone tree in fog n:4",
    ),
    (),
    ("an astronaut on a red planet ratio:16:9 n:3", "a castle above the clouds at dawn"),
    ("a crane over a misty lake style:ink ratio:3:4",),
    (),
    ("a neon street in the rain ratio:16:9 n:4", "a rocket over the city at night", "a horse in an autumn forest"),
    ("a rabbit in a field of flowers style:watercolor n:4", "a yacht by the island at noon n:2"),
    ("a wolf under the northern lights ratio:16:9", "a village in the hills at sunset"),
    (),
    ("a lighthouse on a cliff at dusk ratio:3:4 n:4", "a corgi on the beach", "an old oak in autumn"),
    ("a fox asleep in the snow n:3", "waves by the shore in moonlight ratio:16:9 n:2"),
)


async def two_weeks(stage: Stage) -> None:
    """A gallery and a month with something in them."""
    async with AsyncExitStack() as stack:
        guests = [None, await stack.enter_async_context(stage.guest()), await stack.enter_async_context(stage.guest())]
        for day, texts in enumerate(_BEFORE):
            for number, text in enumerate(texts):
                await stage.drawn(text, guest=guests[(number - day % 2) % 3], step=10)
            stage.site.clock.jump(DAY)


async def under_way(stage: Stage) -> None:
    """Accepted and in line; drawing; slow."""
    stage.site.model.draws_for = 200
    first = await stage.ask("a lighthouse in a storm, waves breaking over the rocks ratio:16:9 n:2")
    await stage.ask("a fox in the forest")
    await stage.ask("a boat on a misty river")
    last = await stage.ask("a tiny greenhouse on a city rooftop at dusk ratio:16:9")
    await stage.passes(6)
    async with stage.window() as page:
        await stage.take("queued", page.locator(f"#m-{last}"))
        await stage.take("drawing", page.locator(f"#m-{first}"))
    await stage.passes(70, 5)
    async with stage.window() as page:
        await stage.take("slow", page.locator(f"#m-{first}[class] .card[data-tone=slow]").locator(".."))
    stage.site.model.draws_for = 26
    await stage.post(f"/api/jobs/{last}/cancel")
    await stage.passes(1)
    async with stage.window() as page:
        await stage.take("cancelled", page.locator(f"#m-{last}"))
    await stage.passes(500, 10)


async def results(stage: Stage) -> None:
    one = await stage.ask("a lighthouse in a storm, waves breaking over the rocks ratio:16:9")
    async with stage.window() as page:  # who is there when it comes is told what is left of the day
        await page.locator(f"#m-{one}").wait_for()
        await stage.finished(one)
        await stage.take("result", page.locator(f"#m-{one}:has(.frames[data-done])"))
    four = await stage.drawn("a red fox in the snow, winter forest at dusk n:4")
    async with stage.guest() as guest:
        await stage.post(f"/api/jobs/{four}/vote", {"index": 2}, guest=guest)
        await stage.post(f"/api/jobs/{four}/star", {"starred": True}, guest=guest)
    await stage.post(f"/api/jobs/{four}/vote", {"index": 2})
    edited = await stage.post(
        "/api/commands",
        {
            "text": "a red fox in the snow, northern lights above the forest",
            "parent": four,
            "options": {"ratio": "16:9"},
        },
    )
    await stage.finished(edited["job"]["id"])
    chinese = await stage.drawn("雪山下的湖边小屋，清晨的薄雾 比例:16:9 张数:2", locale="zh-CN")
    async with stage.window() as page:
        await stage.take("result-four", page.locator(f"#m-{four}"))
        await stage.take("result-edited", page.locator(f"#m-{edited['job']['id']}"))
        await page.locator(f"#m-{four} [data-press=more]").click()
        await stage.take("more", page.locator("#more"), margin=8, bare=False)
    async with stage.window(locale="zh-CN") as page:
        await stage.take("result-chinese", page.locator(f"#m-{chinese}"))
    async with stage.window(f"#/show/{edited['job']['id']}") as page:
        await stage.take("show", page.locator("#view .turn"))
    async with stage.window(height=900) as page:
        await page.locator(f"#m-{four} [data-press=edit]").click()
        await stage.take("edit", page.locator("#edit"), bare=False)


async def failures(stage: Stage) -> None:
    model = stage.site.model
    usual = model.outcome

    def fails(task: ModelTask) -> ModelTask:
        return replace(task, state=TaskState.FAILED, error="the prompt contains sensitive content")

    model.outcome = fails
    failed = await stage.drawn("a portrait of somebody famous ratio:3:4")
    model.outcome = usual
    async with stage.window() as page:
        await stage.take("failed", page.locator(f"#m-{failed}"))


async def say(page: Page, text: str) -> None:
    box = page.locator("#prompt")
    await box.fill(text)
    await box.press("Enter")
    await expect(box).to_have_value("")


async def refusals(stage: Stage) -> None:
    async with stage.window(height=1200) as page:
        await say(page, "/imagine a red fox ratio:16:10 n:9")
        await stage.take("refused", page.locator(".notice").last)
    async with stage.window(locale="zh-CN", height=1200) as page:
        await say(page, "/imagine 一只红狐 风格:水墨画 比例:16:10")
        await stage.take("refused-chinese", page.locator(".notice").last)
    await stage.post("/api/studio/words", {"word": "octopus", "blocked": True})
    async with stage.guest() as guest:
        refused = await stage.post("/api/commands", {"text": "an octopus in a teacup"}, guest=guest)
        (harmless,) = refused["error"]["card"]["buttons"]
        await stage.post(f"/api/appeals/{harmless['target']}", guest=guest)
    async with stage.window(height=1200) as page:
        await say(page, "/imagine a giant octopus at sea")
        await stage.take("blocked", page.locator(".notice").last)
        await stage.passes(100, 20)
    async with stage.window(height=1200) as page:
        await say(page, "/why")
        await stage.take("why", page.locator(".notice").last)
    await stage.post("/api/studio/settings", {"changes": {"user_daily": "13"}})
    async with stage.window(height=1200) as page:
        await say(page, "/imagine a fox in the forest n:4")
        await stage.take("limit", page.locator(".notice").last)
    await stage.post("/api/studio/settings", {"changes": {"user_daily": ""}})


async def matrix(stage: Stage) -> None:
    async with stage.window(height=2000) as page:
        await say(page, "/imagine a {red|blue} fox in the {snow|forest at dusk}")
        await stage.take("matrix", page.locator(".notice").last)
        await page.locator(".notice .button.primary").last.click()
        sheet = page.locator(".turn:not(.notice)", has_text="4 combinations")
        await sheet.wait_for()
        await stage.quiet()
        await stage.passes(40)
        await expect(sheet).to_contain_text("1 of 4")
        await stage.take("gathering", sheet)
        await stage.passes(100)
        await expect(sheet.locator(".frames[data-done]")).to_be_visible()
        await stage.take("sheet", sheet)


async def lookups(stage: Stage) -> None:
    async with stage.window(height=1400) as page:
        await say(page, "/usage")
        await stage.take("usage", page.locator(".notice").last)
        await say(page, "/usage everybody month")
        await stage.take("usage-everybody", page.locator(".notice").last)
        await say(page, "/help")
        await stage.take("help", page.locator(".notice").last)
    async with stage.window("#/gallery?shelf=here", height=1400) as page:
        await expect(page.locator(".wall figure").first).to_be_visible()
        await stage.take("gallery", page.locator(".room"))


async def moderators(stage: Stage) -> None:
    async with stage.guest() as guest, stage.guest() as other:
        bad = await stage.drawn("a rude robot in the neon city ratio:16:9", guest=guest)
        await stage.post(f"/api/actions/share/{bad}", guest=guest)  # so that others see it
        await stage.post(f"/api/jobs/{bad}/report", {"reason": "it is rude to my colleague"}, guest=other)
        spam = await stage.site.store.get(await stage.drawn("a tree", guest=other))
    assert spam is not None
    deed = {"person": spam.author.user_id, "deed": "block", "reason": "the same picture forty times"}
    await stage.post("/api/studio/people", deed)
    await stage.post("/api/studio/styles", {"name": "house", "words": "bold lines on cream paper, two colours"})
    used = (await stage.get("/api/studio"))["month"]["taken"]
    await stage.post("/api/studio/settings", {"changes": {"monthly": str(used * 10 // 9), "timezone": "Europe/Berlin"}})
    async with stage.window("#/studio", height=4000) as page:
        await page.locator(".panel .card[data-tone]").first.wait_for()
        await stage.take("report", page.locator(".panel .card", has_text="rude").first)
        await stage.take("appeal", page.locator(".panel .card", has_text="octopus").first)
        await stage.take("budget", page.locator(".panel .card", has_text="budget").first)
        await stage.take("studio", page.locator(".room"))


SCENES = (two_weeks, under_way, results, failures, refusals, matrix, lookups, moderators)
