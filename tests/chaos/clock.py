"""The machine's clock jumps an hour, either way, while requests are under way and the power goes."""

from __future__ import annotations

import asyncio

from .frame import Row, Trial, scenario
from .program import AFTER
from .stage import Stage

_HOUR = 3600


async def _jump(trial: Trial, seconds: int) -> Row:
    clock = trial.directory / "clock"
    clock.write_text("0")
    async with Stage(trial, {"CHAOS_CLOCK": str(clock)}, forked=True) as stage:
        for there, back in ((seconds, 0), (0, seconds), (seconds, seconds)):
            # The jump, and then the end right where something was done that is not saved: found by its time alone.
            for point in ("submit", "post"):
                clock.write_text(str(there))
                await stage.kill_at(f"{point}:{AFTER}:2")
                clock.write_text(str(back))
                await stage.discord.post("advance", seconds=600)  # so that no nonce keeps a message from being doubled
                stage.faults += 1
        # And while it runs.
        clock.write_text("0")
        await stage.start()
        for now in (seconds, 0):
            await stage.ask(6)
            await asyncio.sleep(trial.random.uniform(0, 1))
            clock.write_text(str(now))
            stage.faults += 1
        await stage.ask(6)
        await stage.settle(fresh=False)
        row = await stage.audit(note="with kill -9 before and after the jump")
        await stage.bot.stop()
        return row


@scenario("the clock jumps an hour ahead, and back")
async def ahead(trial: Trial) -> Row:
    return await _jump(trial, _HOUR)


@scenario("the clock jumps an hour back, and ahead")
async def behind(trial: Trial) -> Row:
    return await _jump(trial, -_HOUR)
