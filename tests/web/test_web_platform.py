from __future__ import annotations

from bot.domain.ports import ChatPlatform
from bot.platforms.web import EventHub, WebPlatform
from tests.web.conftest import Site


async def test_it_keeps_the_port_s_promises(page: Site) -> None:
    hub = EventHub(run="a")
    platform: ChatPlatform = WebPlatform(hub)
    assert platform.name == "web"
    job = await page.store.get((await page.ask("a fox"))["id"])
    assert job is not None
    report = page.dispatcher.report(job)
    await platform.show(report)  # nobody watches: no error
    assert await platform.conclude(report) == await platform.conclude(report) == job.id
    await platform.take_away(job)
    await platform.take_away(job)
    watcher = hub.subscribe(job.author, after="a-0")
    kinds = []
    for _ in range(5):
        event = await watcher.next()
        assert event is not None
        kinds.append(event.kind.value)
    assert kinds == ["card", "result", "result", "gone", "gone"]
