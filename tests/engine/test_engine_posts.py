"""What is counted of the last words that platforms are told."""

from __future__ import annotations

from typing import Any

from bot.domain.errors import PlatformUnavailable, Undeliverable
from bot.domain.job import Job, JobState
from tests.engine.conftest import World


def _posts(world: World) -> dict[str, float]:
    registry = world.dispatcher._delivery._metrics.registry
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


async def test_a_posted_result_and_the_end_of_its_card_are_one_save(world: World) -> None:
    saved: list[str] = []
    move, note = world.store.move, world.store.note

    async def moved(job: Job, to: JobState, **changes: Any) -> Job:
        saved.append(to.value)
        return await move(job, to, **changes)

    async def noted(job_id: str, **changes: Any) -> Job:
        saved.append(" ".join(changes))
        return await note(job_id, **changes)

    world.store.move, world.store.note = moved, noted  # type: ignore[method-assign]  # a store that is watched
    async with world.running():
        job = await world.settled(await world.asked())
    assert (job.state, job.card_open) == (JobState.DONE, False)
    assert saved[saved.index("delivering") :] == ["delivering", "done"]
