"""The calls that put messages into Discord, change them and take them away. Each raises only PlatformErrors.

Two ways lead to a message: the interaction that it answers (fifteen minutes, works where the bot is no member) and
the bot's own account in the channel.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import discord
from discord import ui

from bot.domain.errors import PlatformUnavailable

from .buttons import belongs_to
from .faults import TokenDead, TokenRefused, translated
from .limits import CALL_SECONDS, UPLOAD_SECONDS
from .render import Drawn, mention

if TYPE_CHECKING:
    from .client import EaselClient

# How many messages of the channel are looked through for one of ours: ten calls.
LOOK_THROUGH = 1000


class Wire:
    """`client` gives the client that is logged in now; it raises PlatformUnavailable where there is none."""

    def __init__(self, client: Callable[[], EaselClient], token_refused: Callable[[], None]) -> None:
        self._client = client
        self._token_refused = token_refused

    async def edit_answer(
        self,
        *,
        application_id: int,
        token: str,
        message_id: int,
        drawn: Drawn,
        files: Sequence[discord.File] | None = None,
    ) -> None:
        """Change an interaction's answer. With `files` these become its attachments."""
        async with self._call(UPLOAD_SECONDS if files else CALL_SECONDS, by_interaction=True) as client:
            webhook = discord.Webhook.partial(application_id, token, client=client)
            await webhook.edit_message(
                message_id,
                content=None,
                embed=drawn.embed,
                view=drawn.view,
                attachments=files or [],
                allowed_mentions=discord.AllowedMentions.none(),
            )

    async def delete_answer(self, *, application_id: int, token: str, message_id: int) -> None:
        async with self._call(CALL_SECONDS, by_interaction=True) as client:
            await discord.Webhook.partial(application_id, token, client=client).delete_message(message_id)

    async def edit_message(self, channel_id: int, message_id: int, drawn: Drawn) -> None:
        async with self._call(CALL_SECONDS) as client:
            message = client.get_partial_messageable(channel_id).get_partial_message(message_id)
            await message.edit(embed=drawn.embed, view=drawn.view)

    async def delete_message(self, channel_id: int, message_id: int) -> None:
        async with self._call(CALL_SECONDS) as client:
            await client.get_partial_messageable(channel_id).get_partial_message(message_id).delete()

    async def post(
        self,
        channel_id: int,
        drawn: Drawn,
        *,
        files: Sequence[discord.File],
        nonce: str,
        ping: str | None,
        words: str = "",
    ) -> int:
        """A new message; its id. `ping` is the one user who is notified.

        discord.py repeats a POST after a 5xx: with the nonce, Discord gives the first message back instead.
        https://docs.discord.com/developers/resources/message#create-message
        """
        content, allowed = mention(ping) if ping else ("", discord.AllowedMentions.none())
        content = " ".join(part for part in (content, words) if part)
        view = drawn.view or ui.View(timeout=None)
        async with self._call(UPLOAD_SECONDS if files else CALL_SECONDS) as client:
            message = await client.get_partial_messageable(channel_id).send(
                content or None, embed=drawn.embed, files=files, view=view, nonce=nonce, allowed_mentions=allowed
            )
        return message.id

    async def find(self, channel_id: int, job_id: str, *, since: datetime, besides: int | None) -> int | None:
        """The job's result among the channel's messages since then, found by its buttons."""
        async with self._call(UPLOAD_SECONDS) as client:
            channel = client.get_partial_messageable(channel_id)
            async for message in channel.history(after=since, limit=LOOK_THROUGH, oldest_first=True):
                mine = client.user is not None and message.author.id == client.user.id
                if mine and message.id != besides and _has_button_of(message, job_id):
                    return message.id
        return None

    async def open_dm(self, user_id: int) -> int:
        """The channel for private messages to this person; costs a call, answers the same every time."""
        async with self._call(CALL_SECONDS) as client:
            return (await client.create_dm(discord.Object(user_id))).id

    def guild_file_limit(self, guild_id: str) -> int:
        """Bytes that one file may have in that guild by its boosts; 0 where the guild is not known."""
        try:
            guild = self._client().get_guild(int(guild_id))
        except (ValueError, PlatformUnavailable):
            return 0
        return guild.filesize_limit if guild else 0

    @contextlib.asynccontextmanager
    async def _call(self, seconds: float, *, by_interaction: bool = False) -> AsyncIterator[EaselClient]:
        client = self._client()
        try:
            async with translated(seconds):
                yield client
        except TokenRefused as error:
            if by_interaction:
                # The interaction's token was shown, not the bot's.
                raise TokenDead(str(error)) from error
            # Each further call with a dead token counts towards a ban of our address.
            self._token_refused()
            raise PlatformUnavailable("Discord refuses the bot's token", after=60.0) from error
        except RuntimeError as error:
            if not client.is_closed():
                raise
            raise PlatformUnavailable("the connection to Discord is being closed", after=1.0) from error


def _has_button_of(message: discord.Message, job_id: str) -> bool:
    rows = [row.children for row in message.components if isinstance(row, discord.ActionRow)]
    return any(belongs_to(getattr(item, "custom_id", None), job_id) for row in rows for item in row)
