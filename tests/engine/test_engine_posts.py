"""What is counted of the last words that platforms are told."""

from __future__ import annotations

from bot.domain.errors import PlatformUnavailable, Undeliverable
from bot.domain.job import JobState
from tests.engine.conftest import World


def _posts(world: World) -> dict[str, float]:
    registry = world.dispatcher._steps._metrics.registry
    found = {
        result: registry.get_sample_value("easel_posts_total", {"platform": "fake", "result": result})
        for result in ("posted", "later", "undeliverable")
    }
    return {result: count for result, count in found.items() if count}


async def test_a_post_that_is_put_off_counts_each_time_and_once_when_it_is_there(world: World) -> None:
    world.chat.refusals.extend([PlatformUnavailable("503", after=5)] * 3)
    async with world.running():
        await world.settled(await world.asked())
        assert _posts(world) == {"later": 3, "posted": 1}


async def test_a_channel_that_takes_nothing_counts_once(world: World) -> None:
    world.chat.refusals.append(Undeliverable("no access"))
    async with world.running():
        job = await world.settled(await world.asked())
        assert job.state is JobState.FAILED
        assert _posts(world) == {"undeliverable": 1, "posted": 1}  # its failure is told where that can be done
