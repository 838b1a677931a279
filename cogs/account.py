"""`/usage`, `/why`, `/defaults` and `/mydata`: what somebody used, was refused, has set, and what is kept of them."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.cards.sentences import words
from bot.domain.ports import UsageGroup
from bot.domain.usage import UsagePeriod, UsageScope
from bot.interactions.commands import Command
from bot.platforms.discord.client import EaselClient

_SCOPES = (UsageScope.MINE, UsageScope.CHANNEL, UsageScope.COMMUNITY)
_GROUPS = (UsageGroup.DAY, UsageGroup.MONTH, UsageGroup.PERSON, UsageGroup.CHANNEL, UsageGroup.ROLE)


def _choices(kind: str, values: Any) -> list[app_commands.Choice[Any]]:
    return [app_commands.Choice(name=words(f"command-{kind}-{value}"), value=value.value) for value in values]


class AccountCog(commands.Cog):
    mydata = app_commands.Group(
        name="mydata",
        description=words("command-mydata"),
        allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
        allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True),
    )

    def __init__(self, client: EaselClient) -> None:
        self._handler = client.handler

    @app_commands.command(name="usage", description=words("command-usage"))
    @app_commands.describe(
        of=words("command-usage-scope"),
        by=words("command-usage-group"),
        period=words("command-usage-period"),
        file=words("command-usage-file"),
    )
    @app_commands.choices(
        of=_choices("scope", _SCOPES), by=_choices("group", _GROUPS), period=_choices("period", UsagePeriod)
    )
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def usage(
        self,
        interaction: discord.Interaction[EaselClient],
        of: str = UsageScope.MINE.value,
        by: str | None = None,
        period: str = UsagePeriod.MONTH.value,
        file: bool = False,  # noqa: FBT001, FBT002 - an option of the command
    ) -> None:
        """The numbers and their chart; who may see whose is the action's to say."""
        table = "yes" if file else None
        await self._handler.command(interaction, Command.USAGE, scope=of, group=by, period=period, table=table)

    @app_commands.command(name="why", description=words("command-why"))
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def why(self, interaction: discord.Interaction[EaselClient]) -> None:
        """One's own last refusals, and what to do about the newest."""
        await self._handler.command(interaction, Command.WHY)

    @app_commands.command(name="defaults", description=words("command-defaults"))
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def defaults(self, interaction: discord.Interaction[EaselClient]) -> None:
        """A form of what holds where one's request doesn't say it."""
        await self._handler.command(interaction, Command.DEFAULTS)

    @mydata.command(name="export", description=words("command-mydata-export"))
    async def export(self, interaction: discord.Interaction[EaselClient]) -> None:
        """A zip for oneself alone."""
        await self._handler.command(interaction, Command.EXPORT)

    @mydata.command(name="delete", description=words("command-mydata-delete"))
    async def delete(self, interaction: discord.Interaction[EaselClient]) -> None:
        """Asks once more before anything is deleted."""
        await self._handler.command(interaction, Command.FORGET)
