"""`/usage`, `/why`, `/defaults` and `/mydata`: what somebody used, was refused, has set, and what is kept of them."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.actions import Actions
from bot.cards import notice, why_card
from bot.domain.card import Card, Press, Tone
from bot.domain.errors import NotAllowed
from bot.domain.ports import UsageGroup
from bot.domain.usage import UsagePeriod, UsageScope
from bot.platforms.discord.answers import PRIVATE, defer
from bot.platforms.discord.client import EaselClient
from bot.platforms.discord.command_words import command_word
from bot.platforms.discord.own_defaults import OwnDefaults
from bot.platforms.discord.personal import PersonalAnswers
from bot.platforms.discord.place import person_of
from bot.platforms.discord.usage_answer import ChartRaster, UsageAnswer

_SCOPES = (UsageScope.MINE, UsageScope.CHANNEL, UsageScope.COMMUNITY)
_GROUPS = (UsageGroup.DAY, UsageGroup.MONTH, UsageGroup.PERSON, UsageGroup.CHANNEL, UsageGroup.ROLE)


def _choices(kind: str, values: Any) -> list[app_commands.Choice[Any]]:
    return [app_commands.Choice(name=command_word(f"{kind}-{value}"), value=value.value) for value in values]


class AccountCog(commands.Cog):
    mydata = app_commands.Group(
        name="mydata",
        description=command_word("command-mydata"),
        allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
        allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True),
    )

    def __init__(self, client: EaselClient, actions: Actions, raster: ChartRaster) -> None:
        self._desk = client.desk
        self._why = actions.why
        self._usage = UsageAnswer(actions, client.desk.answers, raster)
        self._personal = PersonalAnswers(actions, client.desk.answers)
        client.routes.add(self._personal.route, self._personal.pressed)
        self._defaults = OwnDefaults(actions, client.desk.answers)
        client.routes.add(self._defaults.route, self._defaults.submitted)
        client.presses.on_press(Press.WHY, self._pressed_why)
        client.presses.on_press(Press.APPEAL, self._appeal)

    @app_commands.command(name="usage", description=command_word("command-usage"))
    @app_commands.describe(
        of=command_word("usage-scope"),
        by=command_word("usage-group"),
        period=command_word("usage-period"),
        file=command_word("usage-file"),
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
        async with self._desk.boundary.answering(interaction):
            await self._usage.show(
                interaction,
                scope=UsageScope(of),
                group=None if by is None else UsageGroup(by),
                period=UsagePeriod(period),
                as_file=file,
            )

    @app_commands.command(name="why", description=command_word("command-why"))
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def why(self, interaction: discord.Interaction[EaselClient]) -> None:
        """One's own last refusals, and what to do about the newest."""
        async with self._desk.boundary.answering(interaction):
            await self._tell_why(interaction)

    @app_commands.command(name="defaults", description=command_word("command-defaults"))
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def defaults(self, interaction: discord.Interaction[EaselClient]) -> None:
        """A form of what holds where one's request doesn't say it."""
        async with self._desk.boundary.answering(interaction):
            await self._defaults.open(interaction)

    @mydata.command(name="export", description=command_word("mydata-export"))
    async def export(self, interaction: discord.Interaction[EaselClient]) -> None:
        """A zip for oneself alone."""
        async with self._desk.boundary.answering(interaction):
            await self._personal.export(interaction)

    @mydata.command(name="delete", description=command_word("mydata-delete"))
    async def delete(self, interaction: discord.Interaction[EaselClient]) -> None:
        """Asks once more before anything is deleted."""
        async with self._desk.boundary.answering(interaction):
            await self._personal.ask(interaction)

    async def _pressed_why(self, interaction: discord.Interaction[EaselClient], _: str, __: int | None) -> None:
        await self._tell_why(interaction)

    async def _tell_why(self, interaction: discord.Interaction[EaselClient]) -> None:
        await defer(interaction, PRIVATE)
        refusals = await self._why.refusals(person_of(interaction))
        await self._desk.answers.privately(interaction, why_card(refusals, interaction.locale.value))

    async def _appeal(self, interaction: discord.Interaction[EaselClient], entry: str, _: int | None) -> None:
        await defer(interaction, PRIVATE)
        if not (entry.isascii() and entry.isdecimal()):
            raise NotAllowed("nothing-to-appeal")
        public = (interaction.guild_locale or interaction.locale).value
        told = await self._why.appeal(int(entry), person_of(interaction), public)
        code = "appealed-ok" if told else "reported-unseen"
        thanks = Card(tone=Tone.DONE, status=notice(code, interaction.locale.value))
        await self._desk.answers.privately(interaction, thanks)
