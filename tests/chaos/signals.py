"""What a supervisor and a laptop's lid do: SIGTERM under load, and a long sleep."""

from __future__ import annotations

import asyncio
import signal
import time

from .frame import Row, Trial, scenario
from .stage import Stage

_GRACE = 10.0  # seconds, as Docker gives
_ASLEEP = 60.0  # seconds


@scenario("SIGTERM under load")
async def terminated(trial: Trial) -> Row:
    longest = 0.0
    async with Stage(trial) as stage:
        for _ in range(6):
            await stage.start()
            async with stage.busy(each=8):
                await stage.ask(8)
                await asyncio.sleep(trial.random.uniform(0, 2))
                began = time.monotonic()
                stage.bot.life.send(signal.SIGTERM)
                # Docker kills after ten; the rest is for looking at it on a machine that does other things.
                assert await stage.bot.life.exit_code(within=_GRACE + 5) == 0
                longest = max(longest, time.monotonic() - began)
            stage.faults += 1
        assert longest < _GRACE, f"down after {longest:.1f} s only"
        return await stage.finish(note=f"down within {longest:.1f} s, exit code 0")


@scenario("SIGSTOP for a minute, then SIGCONT", waits=True)
async def asleep(trial: Trial) -> Row:
    async with Stage(trial) as stage:
        await stage.start()
        for seconds in (_ASLEEP, 5.0, 5.0):
            await stage.ask(8)
            await asyncio.sleep(trial.random.uniform(0, 1))
            stage.bot.life.send(signal.SIGSTOP)
            await asyncio.sleep(seconds)
            stage.bot.life.send(signal.SIGCONT)
            stage.faults += 1
            await stage.connected()
        await stage.ask(8)
        await stage.settle(fresh=False)
        row = await stage.audit(note="continues by itself")
        await stage.bot.stop()
        return row
