"""Is everything right on Discord's side? Read over REST alone: no connection, no message, nothing changed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence

import aiohttp
import discord
from discord import app_commands

from bot.domain.errors import PlatformError
from bot.domain.finding import Finding, Health, broken, fine, note
from bot.runtime.network import DIRECT, Network
from bot.runtime.unreachable import why

from .faults import NO_SENSE, TOKEN_REFUSED
from .registration import Command, Differences, compare, payloads, registered

PART = "Discord"
# What the invitation asks for: docs/discord.md says what each is for.
INVITED = discord.Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    embed_links=True,
    attach_files=True,
    create_public_threads=True,
    read_message_history=True,
)
DEADLINE_SECONDS = 60.0
# Each guild costs four calls; the rest is only counted.
_MOST_GUILDS = 50
_MOST_CHANNELS_NAMED = 8
_SPEAKING = (discord.TextChannel, discord.ForumChannel)


async def check_discord(
    token: str, *, api_url: str | None, commands: Sequence[Command], network: Network = DIRECT
) -> list[Finding]:
    """What is found; `commands` are those that should be registered."""
    if api_url is not None:
        discord.http.Route.BASE = api_url.rstrip("/")
    client = discord.Client(
        intents=discord.Intents.none(), max_ratelimit_timeout=30.0, connector=network.connector(limit=0)
    )
    found: list[Finding] = []
    try:
        async with asyncio.timeout(DEADLINE_SECONDS):
            await client.login(token)
            async for finding in _look(client, commands):
                found.append(finding)  # noqa: PERF401 - what was found before a failure is told too
    except discord.LoginFailure:
        found.append(broken(PART, "the token is refused", TOKEN_REFUSED))
    except discord.HTTPException as error:
        found.append(broken(PART, f"Discord answers {error.status}, code {error.code}", "Try again in a few minutes."))
    except discord.RateLimited as error:
        said = f"Discord asks for a pause of {error.retry_after:.0f} s"
        found.append(broken(PART, said, "Try again after that."))
    except (PlatformError, TypeError, KeyError, ValueError, AttributeError):
        advice = "Check this machine's network, its proxy and DISCORD_API_URL."
        found.append(broken(PART, NO_SENSE, advice))
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        found.append(
            broken(
                PART,
                f"Discord can't be reached ({why(error)})",
                "Check this machine's network, its proxy and DISCORD_API_URL.",
            )
        )
    finally:
        await client.close()
    return found


def invitation(application_id: int) -> str:
    """The link that invites the bot with the permissions it needs and no more."""
    return discord.utils.oauth_url(application_id, permissions=INVITED, scopes=("bot", "applications.commands"))


async def _look(client: discord.Client, commands: Sequence[Command]) -> AsyncIterator[Finding]:
    application = await client.application_info()
    yield fine(PART, f"the token is that of {client.user} (application {application.id})")
    if application.interactions_endpoint_url:
        yield broken(
            "Discord application",
            "an Interactions Endpoint URL is set, so commands and buttons go there and not to Easel",
            "https://discord.com/developers/applications, General Information: empty that field.",
        )
    else:
        yield fine("Discord application", _intents(application.flags))
    ours = await payloads(commands, app_commands.CommandTree(client))
    yield _registered(compare(ours, await registered(client, application.id)), len(ours))
    guilds = [guild async for guild in client.fetch_guilds(limit=None, with_counts=False)]
    for guild in guilds[:_MOST_GUILDS]:
        async for finding in _guild(client, application.id, guild.id, guild.name):
            yield finding
    if not guilds:
        yield note("Discord servers", "the bot is in no server", f"Invite it: {invitation(application.id)}")
    elif len(guilds) > _MOST_GUILDS:
        yield fine("Discord servers", f"{len(guilds) - _MOST_GUILDS} more, not looked at")
    yield Finding(
        "Discord invitation", Health.FINE, "asks for what Easel needs and no more", invitation(application.id)
    )


def _intents(flags: discord.ApplicationFlags) -> str:
    privileged = [
        name
        for name, is_on in (
            ("presence", flags.gateway_presence or flags.gateway_presence_limited),
            ("server members", flags.gateway_guild_members or flags.gateway_guild_members_limited),
            ("message content", flags.gateway_message_content or flags.gateway_message_content_limited),
        )
        if is_on
    ]
    if privileged:
        return f"set up; privileged intents that Easel doesn't need are on: {', '.join(privileged)}"
    return "set up; no privileged intent is on, and none is needed"


def _registered(found: Differences, count: int) -> Finding:
    told = [
        f"{said}: {', '.join(names)}"
        for said, names in (
            ("not registered yet", found.missing),
            ("registered otherwise than they are now", found.changed),
            ("registered, but of another version", found.strange),
        )
        if names
    ]
    if told:
        advice = "Start Easel once with this token: it registers what has changed."
        return note("Discord commands", "; ".join(told), advice)
    return fine("Discord commands", f"all {count} are registered as they are now, in every language")


async def _scopes(client: discord.Client, application_id: int, guild_id: int, part: str) -> Finding | None:
    """Whether the bot was invited with both scopes, and whether the server has commands of its own."""
    try:
        own = await client.http.get_guild_commands(application_id, guild_id)
    except discord.Forbidden:
        # https://docs.discord.com/developers/interactions/application-commands#authorizing-your-application
        return broken(
            part,
            "the bot was invited without the scope applications.commands, so nobody is offered a command",
            f"Invite it again, it need not leave: {invitation(application_id)}",
        )
    if own:
        names = ", ".join(sorted(one["name"] for one in own))
        return note(
            part,
            f"commands that only this server has are offered beside the others: {names}",
            "Easel registers none such: take them away where they come from.",
        )
    return None


async def _guild(client: discord.Client, application_id: int, guild_id: int, name: str) -> AsyncIterator[Finding]:
    part = f"Server {name}"
    assert client.user is not None  # noqa: S101 - known since the login
    try:
        guild = await client.fetch_guild(guild_id, with_counts=False)
        channels = await guild.fetch_channels()
        me = await guild.fetch_member(client.user.id)
    except (discord.Forbidden, discord.NotFound):
        yield note(part, "it let the bot go meanwhile")
        return
    if (finding := await _scopes(client, application_id, guild_id, part)) is not None:
        yield finding
    speaking = [channel for channel in channels if isinstance(channel, _SPEAKING)]
    lacking = {channel.name: lacks for channel in speaking if (lacks := _lacks(channel.permissions_for(me)))}
    if not lacking:
        yield fine(part, f"everything is permitted in all {len(speaking)} channels")
        return
    advice = "Server Settings, Roles, or the channel's own permissions: allow what is missing where Easel should draw."
    said = f"{len(speaking) - len(lacking)} of {len(speaking)} channels are fine; {_named(lacking)}"
    yield (broken if len(lacking) == len(speaking) else note)(part, said, advice)


def _lacks(has: discord.Permissions) -> tuple[str, ...]:
    if has.administrator:
        return ()
    if not has.view_channel:
        return ("View Channel",)  # without it nothing else counts
    return tuple(
        flag.replace("_", " ").title().replace(" In ", " in ")
        for flag, needed in INVITED
        if needed and not getattr(has, flag)
    )


def _named(lacking: Mapping[str, tuple[str, ...]]) -> str:
    named = [f"#{channel} lacks {', '.join(lacks)}" for channel, lacks in list(lacking.items())[:_MOST_CHANNELS_NAMED]]
    more = len(lacking) - len(named)
    return "; ".join([*named, *([f"and {more} more"] if more else [])])
