"""kill -9, as the power goes: at any moment, and at every moment that has a name."""

from __future__ import annotations

import itertools

from .frame import Row, Trial, scenario
from .program import AFTER, BEFORE, INSIDE
from .stage import Stage


async def _at_points(
    trial: Trial, points: list[tuple[str, str]], kills: int, *, passes: int = 4, takes_back: bool = False
) -> Row:
    """Each point in turn, at one of its first few passes."""
    missed = 0
    async with Stage(trial, forked=True) as stage:
        stage.takes_back = takes_back
        for point, when in itertools.islice(itertools.cycle(points), kills):
            reached = await stage.kill_at(f"{point}:{when}:{trial.random.randint(1, passes)}")
            missed += not reached
            if stage.faults % 4 == 0:
                # By then Discord has forgotten the nonces that keep a message from being posted twice.
                await stage.discord.post("advance", seconds=600)
        note = f"{missed} ended elsewhere" if missed else ""
        return await stage.finish(note=note)


@scenario("kill -9 at any moment", short=True)
async def any_moment(trial: Trial) -> Row:
    async with Stage(trial, forked=True) as stage:
        for _ in range(3 if trial.short else trial.share(0.15)):
            await stage.kill_after(trial.random.uniform(-1.0, 2.5))
        return await stage.finish()


@scenario("kill -9 before and after every save", long=True)
async def around_saves(trial: Trial) -> Row:
    names = ["accept", "save-submitting", "save-generating", "save-delivering", "save-done"]
    points = [(name, when) for name in names for when in (BEFORE, AFTER)]
    return await _at_points(trial, points, trial.share(0.2))


@scenario("kill -9 before and after a cancel, and its last word")
async def around_cancels(trial: Trial) -> Row:
    points = [(name, when) for name in ("save-cancelled", "note") for when in (BEFORE, AFTER)]
    return await _at_points(trial, points, trial.share(0.04), passes=2, takes_back=True)


@scenario("kill -9 within a save, before its commit")
async def within_saves(trial: Trial) -> Row:
    return await _at_points(trial, [("save", INSIDE)], trial.share(0.1), passes=40)


@scenario("kill -9 between the provider's answer and our save")
async def after_the_answer(trial: Trial) -> Row:
    return await _at_points(trial, [("submit", AFTER)], trial.share(0.12))


@scenario("kill -9 between a download and its save")
async def after_a_download(trial: Trial) -> Row:
    points = [("download", AFTER), ("keep", BEFORE), ("keep", AFTER)]
    return await _at_points(trial, points, trial.share(0.1))


@scenario("kill -9 between a post and its save")
async def after_a_post(trial: Trial) -> Row:
    points = [("post", AFTER), ("remove-card", BEFORE), ("remove-card", AFTER)]
    return await _at_points(trial, points, trial.share(0.12), passes=2)


@scenario("kill -9 during a migration")
async def during_migration(trial: Trial) -> Row:
    async with Stage(trial, forked=True) as stage:
        for _ in range(trial.share(0.05)):
            for name in stage.bot.data.glob("easel.db*"):
                name.unlink()
            for fuse in (
                f"migrate:{BEFORE}:1",
                f"migrate:{INSIDE}:{trial.random.randint(1, 60)}",
                f"migrate:{AFTER}:1",
            ):
                if not await stage.kill_at(fuse):
                    raise AssertionError(f"{fuse} was not reached")
        await stage.start()
        await stage.ask(8)
        await stage.settle(fresh=False)
        row = await stage.audit(note="all of it or nothing; the next start does it again")
        await stage.bot.stop()
        return row
