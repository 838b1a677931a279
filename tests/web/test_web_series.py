"""A prompt with combinations, on the page: its price, one card for all, the sheet among what came of it."""

from __future__ import annotations

from tests.web.conftest import Site


async def test_a_series_has_one_card_until_its_pictures_come(page: Site) -> None:
    status, answer = await page.post("/api/commands?lang=en", {"text": "a {red|blue} fox"})
    assert (status, answer["error"]["code"]) == (403, "matrix-offer")
    async with page.watching() as stream:
        await stream.next("reset")
        status, answer = await page.post(f"/api/drafts/{answer['error']['draft']}/use")
        assert (status, answer["message"]["sheet"]) == (202, True)
        sheet_id = answer["job"]["id"]
        assert [message["id"] for message in (await page.get("/api/history"))[1]["messages"]] == [sheet_id]
        await page.finished(sheet_id)
        seen: list[tuple[str, str]] = []
        while not seen or seen[-1][1] != "result" or seen[-1][0] != sheet_id:
            event = await stream.next()
            if "message" in event.data:
                seen.append((event.data["message"]["id"], event.kind))
    assert {job_id for job_id, kind in seen if kind == "card"} == {sheet_id}
    messages = (await page.get("/api/history"))[1]["messages"]
    assert [message["sheet"] for message in messages].count(True) == 1
    assert len(messages) == 3
    sheet = next(message for message in messages if message["sheet"])
    assert len(sheet["card"]["pictures"]) == 1
