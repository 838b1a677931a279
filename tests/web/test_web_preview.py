"""What a text would draw, asked while it is being typed; help by topic; the sandbox's faults."""

from __future__ import annotations

from bot.platforms.web.sandbox_faults import SandboxDeed
from tests.web.conftest import OPERATOR, Site


async def read(page: Site, text: str) -> dict[str, object]:
    status, answer = await page.post("/api/preview?lang=en", {"text": text})
    assert status == 200
    return answer


async def test_options_price_and_nothing_ordered(page: Site) -> None:
    seen = await read(page, "/imagine a fox x2 ratio:4:3")
    assert seen["options"]["ratio"] == {"value": "4:3", "word": "ratio:4:3", "otherwise": "1:1"}  # type: ignore[index]
    assert seen["options"]["n"] == {"value": 2, "word": "x2", "otherwise": 1}  # type: ignore[index]
    assert seen["options"]["style"]["value"] == "none"  # type: ignore[index]
    assert seen["cost"] == {"jobs": 1, "pictures": 2, "points": 2, "left": 50}
    assert (await read(page, "a {red|blue} fox n:2"))["cost"] == {"jobs": 2, "pictures": 4, "points": 4, "left": 50}
    assert (await page.get("/api/history"))[1]["messages"] == []


async def test_what_is_wrong_or_meant_otherwise_is_told(page: Site) -> None:
    seen = await read(page, "a fox ratio:16:7")
    assert (seen["cost"], len(seen["told"])) == (None, 1)  # type: ignore[arg-type]
    assert seen["options"]["ratio"] == {"value": "16:9", "word": "ratio:16:7", "otherwise": "1:1"}  # type: ignore[index]
    assert "is drawn as words" in (await read(page, "a fox 16:10"))["told"][0]  # type: ignore[index]
    assert (await read(page, ""))["told"] == []
    assert (await read(page, "thanks"))["told"] == []
    assert await read(page, "/usage") == {}
    assert (await page.post("/api/preview", {"text": 1}))[0] == 400


async def test_earlier_prompts_as_many_as_asked_for(page: Site) -> None:
    for most in ("0", "51", "x", "-1"):
        assert (await page.get(f"/api/prompts?most={most}"))[0] == 400
    assert (await page.get("/api/prompts?most=50"))[1] == {"prompts": []}


async def test_help_is_by_topic_with_what_can_be_typed_here(page: Site) -> None:
    _, answer = await page.post("/api/commands?lang=en", {"text": "/help"})
    assert answer["help"]["heading"]
    topics = {topic["topic"]: topic for topic in answer["help"]["topics"]}
    assert list(topics) == ["start", "options", "series", "results", "usage", "privacy"]
    assert topics["usage"]["examples"] == ["/usage", "/usage everybody week", "/why"]
    for topic in topics.values():
        for example in topic["examples"]:
            status, said = await page.post("/api/preview", {"text": example})
            assert status == 200
            if example.startswith("/imagine"):
                assert said["cost"], example


class Switches:
    def __init__(self) -> None:
        self.done: list[SandboxDeed] = []

    def state(self) -> dict[str, bool | int]:
        return {"slow": SandboxDeed.SLOW in self.done, "refuse": self.done.count(SandboxDeed.REFUSE), "lose": 0}

    def do(self, deed: SandboxDeed) -> None:
        self.done.append(deed)


async def test_only_the_operator_presses_the_sandbox_s_faults(site: Site) -> None:
    async with site.open() as page:
        assert (await page.get("/api/studio", headers=OPERATOR))[1]["sandbox"] is None
        assert (await page.post("/api/studio/sandbox", {"deed": "slow"}, headers=OPERATOR))[0] == 400
    site.faults = Switches()
    async with site.open(token="a token") as page:
        await page.sign_in("a token")
        assert (await page.post("/api/studio/sandbox", {"deed": "slow"}))[0] == 403
        assert (await page.post("/api/studio/sandbox", {"deed": "explode"}, headers=OPERATOR))[0] == 400
        status, answer = await page.post("/api/studio/sandbox", {"deed": "refuse"}, headers=OPERATOR)
        assert (status, answer["sandbox"]["refuse"]) == (200, 1)
        assert site.faults.done == [SandboxDeed.REFUSE]
