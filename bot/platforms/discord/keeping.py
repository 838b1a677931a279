"""What is asked is kept before "is thinking…" is said, so that the next gateway ends what a killed one has left.

Discord shows "is thinking…" for fifteen minutes, as long as the interaction's token lives.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections import OrderedDict
from typing import Any, cast

import structlog

from bot.domain.errors import EaselError, StoreUnavailable
from bot.domain.ports import Clock, LeftInteraction, TakenInteractions

from .answers import ANSWERED, MESSAGE, PRIVATE, PUBLIC
from .faults import AnsweredElsewhere, MessageGone, TokenDead, translated
from .interaction import AnsweringBot, Interaction
from .limits import CALL_SECONDS

_log = structlog.get_logger(__name__)

# Of Discord's three. A database that takes longer is not waited for: then a kill in this moment is not mended.
KEEP_SECONDS = 1.0
LOOK_SECONDS = 4.0
# Times that one is ended anew; one more says only that it was interrupted, in case it is what ends the process.
MOST_TRIES = 2
# A key of `Interaction.extras`: it was left by another life.
LEFT = "left"
_HEARD = 1000
_KINDS = frozenset({2, 3, 5})  # commands, components, forms


class Keeping:
    """Of one process. `hear` and `run` are the client's, the rest is for whoever answers."""

    def __init__(self, taken: TakenInteractions, clock: Clock) -> None:
        self._taken = taken
        self._clock = clock
        self._heard: OrderedDict[int, Any] = OrderedDict()  # id → what Discord sent, which discord.py does not keep
        self._left: dict[int, dict[str, Any]] = {}
        self._answered: set[str] = set()
        self._saving: dict[int, asyncio.Task[bool]] = {}

    def hear(self, payload: Any) -> None:
        """An interaction, before discord.py reads it."""
        if payload.get("type") in _KINDS:
            self._heard[int(payload["id"])] = payload
            while len(self._heard) > _HEARD:
                self._heard.popitem(last=False)

    def begin(self, interaction: Interaction) -> None:
        """Of one that was left: what of its answer is there already."""
        interaction.extras.update(self._left.pop(interaction.id, {}))

    async def keep(self, interaction: Interaction) -> None:
        """Right before "is thinking…". AnsweredElsewhere: another process has it."""
        payload = self._heard.pop(interaction.id, None)
        if payload is None or LEFT in interaction.extras:
            return
        saving = asyncio.create_task(self._taken.take(str(interaction.id), json.dumps(payload)))
        self._saving[interaction.id] = saving
        await asyncio.wait({saving}, timeout=KEEP_SECONDS)
        if not saving.done():
            _log.info("interaction_not_kept", action="answer", reason="the database took too long")
            return
        try:
            if not saving.result():
                del self._saving[interaction.id]
                raise AnsweredElsewhere("another process has taken this interaction")
        except StoreUnavailable as error:
            _log.debug("interaction_not_kept", action="answer", reason=str(error))

    def answered(self, interaction: Interaction) -> None:
        """It needs nothing any more, unless the client was closed over it: then the next life looks."""
        self._heard.pop(interaction.id, None)
        saving = self._saving.pop(interaction.id, None)
        if interaction.client.is_closed():
            return
        if saving is not None or LEFT in interaction.extras:
            forget = str(interaction.id)
            if saving is not None and not saving.done():
                saving.add_done_callback(lambda done: self._saved_late(forget, done))
            else:
                self._answered.add(forget)

    def _saved_late(self, interaction_id: str, saving: asyncio.Task[bool]) -> None:
        if not saving.cancelled() and saving.exception() is None:
            self._answered.add(interaction_id)

    async def run(self, client: AnsweringBot) -> None:
        """While the client lives: forget what has its answer, and end what another life has left."""
        await client.wait_until_ready()
        try:
            while True:
                with contextlib.suppress(StoreUnavailable):  # which is said already
                    await self.flush()
                    for left in await self._taken.left():
                        await self._end(client, left)
                await self._clock.sleep(LOOK_SECONDS)
        finally:
            with contextlib.suppress(StoreUnavailable):
                await self.flush()

    async def flush(self) -> None:
        if self._answered:
            gone = frozenset(self._answered)
            await self._taken.done(gone)
            self._answered -= gone

    async def _end(self, client: AnsweringBot, left: LeftInteraction) -> None:
        """As if it came just now, if it is still thinking."""
        self._answered.add(left.id)  # but for one that is handled again, which says so by itself
        try:
            payload = json.loads(left.payload)
            interaction = Interaction(data=payload, state=cast("Any", client._connection))  # noqa: SLF001
            async with translated(CALL_SECONDS):
                message = await interaction.original_response()
        except (MessageGone, TokenDead):
            return
        except (EaselError, ValueError, KeyError) as error:
            _log.warning("left_interaction_lost", action="answer", error=str(error))
            return
        if not message.flags.loading:
            return
        _log.info("interaction_resumed", action="answer", interaction=left.id, tries=left.tries)
        self._answered.discard(left.id)
        how = PRIVATE if message.flags.ephemeral else PUBLIC
        self._left[interaction.id] = {ANSWERED: how, MESSAGE: message.id, LEFT: left.tries}
        client._connection.parse_interaction_create(payload)  # noqa: SLF001 - as the gateway's events come
