"""The calls that put messages into Discord, change them and take them away. Each raises only PlatformErrors.

Two ways lead to a message: the interaction that it answers (fifteen minutes, works where the bot is no member) and
the bot's own account in the channel.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from typing import Any, Final

import discord
from discord import ui
from discord.ext import commands

from bot.domain.errors import PlatformUnavailable

from .attachments import KeptFile, walk
from .buttons import belongs_to
from .faults import TokenDead, TokenRefused, translated
from .limits import CALL_SECONDS, UPLOAD_SECONDS
from .outgoing import Forms, Look, Outgoing
from .rejection_guard import RejectionGuard

# How many messages of the channel are looked through for one of ours: ten calls.
LOOK_THROUGH = 1000
THREAD_THERE = 160004  # "A thread has already been created for this message"
ONE_DAY: Final = 1440  # minutes without a message, until Discord puts a thread out of the way


class DiscordApi:
    """`client` gives the client that is logged in now; it raises PlatformUnavailable where there is none."""

    def __init__(
        self,
        client: Callable[[], commands.AutoShardedBot],
        token_refused: Callable[[], None],
        *,
        forms: Forms,
        rejection_guard: RejectionGuard,
    ) -> None:
        self._client = client
        self._token_refused = token_refused
        self._forms = forms
        self._rejection_guard = rejection_guard

    async def edit_answer(self, *, application_id: int, token: str, message_id: int, out: Outgoing) -> None:
        """Change an interaction's answer. Its files become those of `out`, unless it names the kept ones."""

        async def edit(look: Look) -> None:
            async with self._call(look, token=token) as client:
                webhook = discord.Webhook.partial(application_id, token, client=client)
                await webhook.edit_message(message_id, **look.to_edit(), allowed_mentions=out.allowed_mentions)

        await self._forms.send(out, edit)

    async def edit_view(
        self,
        application_id: int,
        token: str,
        message_id: int,
        view: ui.View | ui.LayoutView,
        *,
        kept: Sequence[KeptFile],
    ) -> None:
        """Change the components of a message that this interaction may change, and nothing else of it."""
        files: dict[str, Any] = {"attachments": kept} if kept else {}
        async with self._call(token=token) as client:
            webhook = discord.Webhook.partial(application_id, token, client=client)
            await webhook.edit_message(message_id, view=view, **files)

    async def delete_answer(self, *, application_id: int, token: str, message_id: int) -> None:
        async with self._call(token=token) as client:
            await discord.Webhook.partial(application_id, token, client=client).delete_message(message_id)

    async def edit_message(self, channel_id: int, message_id: int, out: Outgoing) -> None:
        async def edit(look: Look) -> None:
            async with self._call(look) as client:
                message = client.get_partial_messageable(channel_id).get_partial_message(message_id)
                await message.edit(**look.to_edit(), allowed_mentions=out.allowed_mentions)

        await self._forms.send(out, edit)

    async def delete_message(self, channel_id: int, message_id: int) -> None:
        async with self._call() as client:
            await client.get_partial_messageable(channel_id).get_partial_message(message_id).delete()

    async def message(self, channel_id: int, message_id: int) -> discord.Message:
        """A message of ours as it stands."""
        async with self._call() as client:
            return await client.get_partial_messageable(channel_id).fetch_message(message_id)

    async def post(self, channel_id: int, out: Outgoing, *, nonce: str) -> int:
        """A new message; its id.

        discord.py repeats a POST after a 5xx: with the nonce, Discord gives the first message back instead.
        https://docs.discord.com/developers/resources/message#create-message
        """

        async def send(look: Look) -> int:
            async with self._call(look) as client:
                channel = client.get_partial_messageable(channel_id)
                message = await channel.send(**look.to_post(), nonce=nonce, allowed_mentions=out.allowed_mentions)
                return message.id

        return await self._forms.send(out, send)

    async def open_thread(self, channel_id: int, message_id: int, name: str) -> int:
        """The thread on this message, a new one or that which is there; it has the message's own number.

        https://docs.discord.com/developers/resources/channel#start-thread-from-message
        """
        async with self._call() as client:
            try:
                await client.http.start_thread_with_message(
                    channel_id, message_id, name=name, auto_archive_duration=ONE_DAY
                )
            except discord.HTTPException as error:
                if error.code != THREAD_THERE:
                    raise
        return message_id

    async def find(self, channel_id: int, job_id: str, *, since: datetime, other_than: int | None) -> int | None:
        """The job's result among the channel's messages since then, found by its buttons."""
        async with self._call(seconds=UPLOAD_SECONDS) as client:
            channel = client.get_partial_messageable(channel_id)
            async for message in channel.history(after=since, limit=LOOK_THROUGH, oldest_first=True):
                mine = client.user is not None and message.author.id == client.user.id
                if mine and message.id != other_than and has_button_of(message, job_id):
                    return message.id
        return None

    async def open_dm(self, user_id: int) -> int:
        """The channel for private messages to this person; costs a call, answers the same every time."""
        async with self._call() as client:
            return (await client.create_dm(discord.Object(user_id))).id

    def guild_file_limit(self, guild_id: str) -> int:
        """Bytes that one file may have in that guild by its boosts; 0 where the guild is not known."""
        try:
            guild = self._client().get_guild(int(guild_id))
        except (ValueError, PlatformUnavailable):
            return 0
        return guild.filesize_limit if guild else 0

    @contextlib.asynccontextmanager
    async def _call(
        self, look: Look | None = None, *, token: str | None = None, seconds: float = CALL_SECONDS
    ) -> AsyncIterator[commands.AutoShardedBot]:
        """`token`: the interaction's, where the call goes by that and not by the bot's own account."""
        client = self._client()
        self._rejection_guard.admit(token)
        try:
            async with translated(UPLOAD_SECONDS if look is not None and look.files else seconds):
                yield client
        except TokenDead:
            self._rejection_guard.forget(token)
            raise
        except TokenRefused as error:
            if token is not None:
                # The interaction's token was shown, not the bot's.
                self._rejection_guard.forget(token)
                raise TokenDead(str(error)) from error
            # Each further call with a dead token counts towards a ban of our address.
            self._token_refused()
            raise PlatformUnavailable("Discord refuses the bot's token", after=60.0) from error
        except RuntimeError as error:
            if not client.is_closed():
                raise
            raise PlatformUnavailable("the connection to Discord is being closed", after=1.0) from error


def has_button_of(message: discord.Message, job_id: str) -> bool:
    """Whether it is the job's own, in whichever form it was drawn."""
    return any(belongs_to(getattr(one, "custom_id", None), job_id) for one in walk(message.components))
