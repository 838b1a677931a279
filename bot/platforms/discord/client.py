"""discord.py's client as this bot needs it: interactions and nothing else."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import aiohttp
import discord
import structlog
import yarl
from discord import app_commands
from discord.ext import commands

from bot.actions.removed_communities import RemovedCommunities
from bot.domain.errors import PlatformUnavailable, StoreUnavailable
from bot.runtime.network import Network

from .buttons import PickSelect, PressButton
from .command_ids import CommandIds
from .config import Shards
from .faults import making_sense
from .first_answers import FirstAnswers
from .handler import RequestHandler
from .interaction import AnsweringBot
from .keeping import Keeping
from .limits import RATE_LIMIT_SECONDS
from .localise import TableTranslator, all_texts
from .origin import NAME
from .panel_ids import RouteButton, RouteSelect
from .registration import compare, digest, payloads, registered

_log = structlog.get_logger(__name__)

# Two to this power is the longest pause in seconds between two tries to reconnect to the gateway.
_LONGEST_PAUSE_EXPONENT = 5
# Dials of the gateway in a row, five seconds apart; then the connection is opened anew.
MOST_DIALS = 60


class Meta(Protocol):
    """A few facts that outlive the process."""

    async def get(self, key: str) -> str | None: ...

    async def set(self, key: str, value: str) -> None: ...


class EaselTree(app_commands.CommandTree["EaselClient"]):
    async def on_error(
        self, interaction: discord.Interaction[EaselClient], error: app_commands.AppCommandError, /
    ) -> None:
        """What goes wrong before our own code is reached, such as a command of a former version."""
        await interaction.client.handler.boundary.failed(interaction, error)


class EaselClient(AnsweringBot):
    """`cogs` make the commands; each is called with this client.

    Sharded from the start: one shard behaves the same, and Discord tells when there must be more.
    """

    def __init__(
        self,
        *,
        handler: RequestHandler,
        cogs: Sequence[Callable[[EaselClient], commands.Cog]],
        http_trace: aiohttp.TraceConfig,
        network: Network,
        communities: RemovedCommunities,
        command_ids: CommandIds,
        keeping: Keeping,
        shards: Shards | None = None,
    ) -> None:
        sharding: dict[str, Any] = (
            {} if shards is None else {"shard_ids": list(shards.ids), "shard_count": shards.count}
        )
        self.first_answers = FirstAnswers()
        self.first_answers.watch(http_trace)
        intents = discord.Intents.none()
        intents.guilds = True  # names, boosts and permissions of guilds; no messages, no members
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            tree_cls=EaselTree,
            intents=intents,
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_ratelimit_timeout=RATE_LIMIT_SECONDS,
            http_trace=http_trace,
            connector=network.connector(limit=0),
            **sharding,
        )
        self.handler = handler
        self._communities = communities
        self.command_ids = command_ids
        self._dials = 0  # of the gateway, in a row and in vain
        self._cog_makers = cogs
        parsers = self._connection.parsers
        read = parsers["INTERACTION_CREATE"]

        def hear(payload: Any) -> None:
            keeping.hear(payload)
            read(payload)

        parsers["INTERACTION_CREATE"] = hear

    async def setup_hook(self) -> None:
        await self.tree.set_translator(TableTranslator(all_texts()))
        self.add_dynamic_items(PressButton, PickSelect, RouteButton, RouteSelect)
        for make in self._cog_makers:
            await self.add_cog(make(self))

    async def launch_shards(self) -> None:
        """Also: discord.py's own pauses between two tries grow to 17 minutes, in which nobody is answered."""
        with making_sense():
            await super().launch_shards()
        for shard in self.shards.values():
            shard._parent._backoff._max = _LONGEST_PAUSE_EXPONENT  # noqa: SLF001 - it has no setting

    async def launch_shard(self, gateway: yarl.URL, shard_id: int, *, initial: bool = False) -> None:
        """discord.py dials for ever, each time within the one before, until Python's stack is at its end."""
        self._dials += 1
        if self._dials > MOST_DIALS:
            raise PlatformUnavailable("Discord's gateway can't be reached", after=0.0)
        await super().launch_shard(gateway, shard_id, initial=initial)
        self._dials = 0

    async def on_ready(self) -> None:
        """Compare where the bot is with where it was. Guilds of an outage are in the list as unavailable ones."""
        shards = Shards(tuple(self.shards), self.shard_count or 1)
        await self._communities.compare(NAME, {str(guild.id) for guild in self.guilds}, responsible=shards.have)

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Somebody has added the bot."""
        await self._communities.added(NAME, str(guild.id))

    async def on_guild_available(self, guild: discord.Guild) -> None:
        """An outage is over; a new guild may be said so too. At a start `on_ready` sees them all at once."""
        if self.is_ready():
            await self._communities.added(NAME, str(guild.id))

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """The bot was removed, or the guild was deleted; an outage is another event."""
        await self._communities.removed(NAME, str(guild.id))

    async def on_message(self, message: discord.Message, /) -> None:
        """There are no commands in messages, so none are looked for."""

    async def on_interaction(self, interaction: discord.Interaction[EaselClient]) -> None:
        """Commands and buttons find their way by themselves. Forms would not after a restart."""
        if interaction.type is discord.InteractionType.modal_submit:
            await self.handler.submitted(interaction)

    async def on_error(self, event_method: str, /, *_args: Any, **_kwargs: Any) -> None:
        if isinstance(sys.exc_info()[1], StoreUnavailable):  # which is said already
            _log.debug("gateway_event_not_saved", action=event_method)
            return
        _log.exception("gateway_event_failed", action=event_method)

    async def sync_commands(self, meta: Meta) -> bool:
        """Tell Discord of the commands where it knows others; whether it was told. Only after the login.

        It may be told of 200 commands a day, so not at every start: nor where it has answered something else than it
        was told, and neither that nor what we would tell it has changed since.
        """
        if self.application_id is None:
            raise RuntimeError("the commands are synced after the login")
        ours = await payloads(self.tree.get_commands(), self.tree)
        key = f"discord:commands:{self.application_id}"
        theirs = await registered(self, self.application_id)
        self.command_ids.learn(theirs)
        if not compare(ours, theirs) or await meta.get(key) == f"{digest(ours)} {digest(theirs)}":
            return False
        with making_sense():
            await self.tree.sync()
        theirs = await registered(self, self.application_id)
        self.command_ids.learn(theirs)
        await meta.set(key, f"{digest(ours)} {digest(theirs)}")
        _log.info("commands_synced", action="sync", count=len(ours))
        return True
