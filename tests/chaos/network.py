"""The network is gone for two minutes, and comes back."""

from __future__ import annotations

import asyncio

from .frame import Row, Trial, scenario
from .proxy import Proxy
from .stage import Stage

_GONE = 120.0  # seconds


@scenario("no network for two minutes", waits=True)
async def gone(trial: Trial) -> Row:
    async with Proxy() as provider, Proxy() as chat:
        settings = {"SEEDREAM_API_URL": provider.url, "DISCORD_API_URL": f"{chat.url}/api/v10"}
        async with Stage(trial, settings, forked=True, public_url=provider.url) as stage:
            provider.target, chat.target = stage.sandbox.url, stage.discord.origin
            await stage.discord.post("seen_at", origin=chat.url)
            # discord.py says so of each try.
            stage.bot.forgiven = ["Attempting a reconnect"]
            await stage.start()
            await stage.ask(12)
            await asyncio.sleep(trial.random.uniform(0, 1))
            for wire in (provider, chat):
                wire.silence()
            stage.faults += 1
            await asyncio.sleep(_GONE / 2)
            for wire in (provider, chat):
                await wire.refuse()
            stage.faults += 1
            await stage.ask(4)  # on the page, which is on this side of the cut
            await asyncio.sleep(_GONE / 2)
            for wire in (provider, chat):
                await wire.mend()
            await stage.settle(fresh=False)
            await stage.connected()
            await stage.ask(8)
            await stage.settle(fresh=False)
            row = await stage.audit(note="first silent, then refused; goes on by itself")
            await stage.bot.stop()
            return row
