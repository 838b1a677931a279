"""discord.py's interaction as this room hands it around: what of the client can be reached through it."""

from __future__ import annotations

from typing import TypeAlias

import discord
from discord.ext import commands

from .first_answers import FirstAnswers


class AnsweringBot(commands.AutoShardedBot):
    """What EaselClient is for those who answer; what it is made of stays its own."""

    first_answers: FirstAnswers


Interaction: TypeAlias = discord.Interaction[AnsweringBot]
