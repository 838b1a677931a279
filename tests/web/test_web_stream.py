from __future__ import annotations

import asyncio

import aiohttp
import pytest

from bot.platforms.web.events import EventHub, EventKind
from tests.web.conftest import LOCAL_SECRET, Site

TERMINAL = {"Authorization": f"Bearer {LOCAL_SECRET}", "X-Easel-Platform": "terminal"}


async def nobody_watches(page: Site) -> None:
    async with asyncio.timeout(5):
        while page.hub.watchers:  # noqa: ASYNC110 - the hub has no event for it
            await asyncio.sleep(0.01)


async def test_a_job_s_way_from_asked_to_drawn(page: Site) -> None:
    async with page.watching() as stream:
        assert (await stream.next()).kind == "reset"
        job = await page.ask("a fox n:2")
        first = await stream.next()
        assert (first.kind, first.data["message"]["job"]["state"]) == ("card", "queued")
        assert first.data["message"]["command"] == "/imagine a fox n:2"
        await page.finished(job["id"])
        result = await stream.next("result")
        card = result.data["message"]["card"]
        assert card["tone"] == "done"
        assert [picture["url"] for picture in card["pictures"]] == [f"/pictures/{job['id']}/{n}" for n in (1, 2)]
        assert result.data["message"]["mine"] is True


async def test_ids_grow_and_are_never_used_twice(page: Site) -> None:
    async with page.watching() as stream:
        ids = [(await stream.next()).id]
        for number in range(3):
            await page.ask(f"fox {number}")
            ids.append((await stream.next()).id)
    numbers = [int(event_id.rpartition("-")[2]) for event_id in ids]
    assert numbers == sorted(set(numbers))


async def test_a_reconnect_misses_nothing_and_repeats_nothing(page: Site) -> None:
    async with page.watching() as stream:
        await stream.next("reset")
        first = await page.ask("first")
        await stream.next("card")
    second = await page.ask("second")
    await page.post(f"/api/jobs/{first['id']}/cancel")
    for query, last_id in (("", stream.last_id), (f"?after={stream.last_id}", "")):
        async with page.watching(query, last_id=last_id) as again:
            assert (await again.next()).kind == "hello"
            seen = []
            while (second["id"], "queued") not in seen or (first["id"], "cancelled") not in seen:
                message = (await again.next()).data["message"]
                seen.append((message["id"], message["job"]["state"]))
            assert (first["id"], "queued") not in seen


@pytest.mark.parametrize("last_id", ["", "other-3", "run1-999", "run1--1", "run1-²", "run1-" + "9" * 30, "nonsense"])
async def test_what_can_not_be_resumed_is_told_to_start_anew(page: Site, last_id: str) -> None:
    await page.ask("a fox")
    async with page.watching(last_id=last_id) as stream:
        event = await stream.next()
        assert event.kind == "reset"
        assert event.id == page.hub.last_id


async def test_an_id_older_than_the_buffer_is_told_to_start_anew(site: Site) -> None:
    async with site.open(keep=2) as page:
        async with page.watching() as stream:
            await stream.next("reset")
        for number in range(3):
            await page.ask(f"fox {number}")
        async with page.watching(last_id=stream.last_id) as again:
            assert (await again.next()).kind == "reset"


async def test_an_id_of_an_earlier_run_is_told_to_start_anew(site: Site) -> None:
    async with site.open() as page, page.watching() as stream:
        await stream.next("reset")
        await page.ask("a fox")
        await stream.next("card")
    async with site.open() as page, page.watching(last_id=stream.last_id) as stream:
        assert (await stream.next()).kind == "reset"


async def test_stopping_ends_the_streams_at_once(site: Site) -> None:
    async with site.open() as page, page.watching() as stream:
        await stream.next("reset")
        async with asyncio.timeout(1.5):
            await page.server.stop()
        with pytest.raises(EOFError):
            await stream.next()


async def test_deleting_is_told_to_everybody(page: Site) -> None:
    job = await page.ask("a fox")
    await page.finished(job["id"])
    async with page.watching() as stream:
        await stream.next("reset")
        await page.post(f"/api/jobs/{job['id']}/delete")
        event = await stream.next("gone")
        assert event.data["id"] == job["id"]
        assert "message" not in event.data


async def test_each_reader_has_their_language(page: Site) -> None:
    async with page.watching("?lang=en") as english, page.watching("?lang=zh-CN") as chinese:
        await english.next("reset")
        await chinese.next("reset")
        await page.ask("a fox")
        labels = [
            (await stream.next("card")).data["message"]["card"]["buttons"][0]["label"] for stream in (english, chinese)
        ]
    assert labels == ["Cancel", "取消"]


async def test_the_terminal_sees_its_jobs_and_only_those(page: Site) -> None:
    async with page.watching(headers=TERMINAL) as terminal, page.watching() as web:
        await terminal.next("reset")
        await web.next("reset")
        await page.ask("of the page")
        _, answer = await page.post("/api/commands", {"text": "of the terminal"}, headers=TERMINAL)
        assert (await terminal.next("card")).data["message"]["id"] == answer["job"]["id"]
        await page.ask("of the page too")
        assert (await web.next("card")).data["message"]["job"]["prompt"] == "of the page"
        assert (await web.next("card")).data["message"]["job"]["prompt"] in {"of the page", "of the page too"}


async def test_watching_one_job_begins_with_its_state(page: Site) -> None:
    _, answer = await page.post("/api/commands", {"text": "a fox"}, headers=TERMINAL)
    job_id = answer["job"]["id"]
    await page.post("/api/commands", {"text": "another"}, headers=TERMINAL)
    async with page.watching(f"?job={job_id}", headers=TERMINAL) as stream:
        await stream.next("reset")
        assert (await stream.next()).data["message"]["id"] == job_id
        await page.finished(job_id)
        assert (await stream.next("result")).data["message"]["id"] == job_id
    async with page.watching(f"?job={job_id}", headers=TERMINAL) as late:
        result = await late.next("result")
        assert result.data["message"]["job"]["state"] == "done"


async def test_watching_a_job_that_is_not_there_is_a_404(page: Site) -> None:
    assert (await page.get("/api/events?job=000000000000"))[0] == 404
    assert page.hub.watchers == 0


async def test_silence_is_broken_by_pings(page: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.platforms.web.stream.LOOK_SECONDS", 0.01)
    monkeypatch.setattr("bot.platforms.web.stream.PING_SECONDS", 0.02)
    async with page.watching() as stream:
        await stream.next("reset")
        assert await stream.line() == ": ping"
        await page.ask("a fox")
        assert (await stream.next()).kind == "card"


async def test_proxies_are_told_not_to_hold_events_back(page: Site) -> None:
    async with page.watching() as stream:
        assert stream.response.headers["X-Accel-Buffering"] == "no"
        assert stream.response.headers["Cache-Control"] == "no-store"


async def test_there_is_room_for_so_many_pages_and_no_more(site: Site) -> None:
    async with site.open(most_streams=2) as page:
        async with page.watching() as first, page.watching():
            await first.next("reset")
            status, answer = await page.get("/api/events")
            assert (status, answer["error"]["code"]) == (503, "too-many-pages")
        await nobody_watches(page)
        async with page.watching() as again:
            await again.next("reset")


async def test_a_reader_that_does_not_read_is_let_go_and_can_resume(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.platforms.web.stream.WRITE_SECONDS", 0.2)
    async with site.open(room=5, keep=10_000) as page:
        job = await page.store.get((await page.ask("x" * 1900))["id"])
        assert job is not None
        report = page.dispatcher.report(job)
        reader, writer = await asyncio.open_connection("127.0.0.1", page.server.port, limit=1024)
        writer.write(f"GET /api/events HTTP/1.1\r\nHost: localhost:{page.server.port}\r\n\r\n".encode())
        while not (await reader.readline()).startswith(b"data:"):
            pass
        async with asyncio.timeout(10):
            while page.hub.watchers:
                page.hub.publish(EventKind.CARD, job, report)
                await asyncio.sleep(0)
        writer.transport.abort()
        async with page.watching(last_id=page.hub.id_of(1)) as again:
            assert (await again.next()).kind == "hello"
            assert (await again.next()).id == page.hub.id_of(2)


async def test_a_reader_that_went_away_is_forgotten(page: Site) -> None:
    async with page.watching() as stream:
        await stream.next("reset")
        assert page.hub.watchers == 1
    await nobody_watches(page)


async def test_a_full_queue_closes_the_subscription_and_says_so(page: Site) -> None:
    hub = EventHub(run="a", room=2)
    job = await page.store.get((await page.ask("a fox"))["id"])
    assert job is not None
    slow = hub.subscribe(job.author)
    for _ in range(3):
        hub.publish(EventKind.GONE, job)
    assert slow.overflowed
    assert await slow.next() is None


async def test_a_server_without_pages_takes_connections_after_a_broken_one(page: Site) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", page.server.port)
    writer.write(b"NONSENSE\r\n\r\n")
    await writer.drain()
    writer.close()
    async with aiohttp.ClientSession() as client, client.get(f"{page.server.url}/healthz") as response:
        assert response.status == 200
