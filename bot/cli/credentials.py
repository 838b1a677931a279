"""Trying credentials where they are good: calls that cost nothing and change nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from bot.composition.network import network_of
from bot.domain.errors import CredentialsRefused, ModelAccountRefused, ModelError, PlatformError
from bot.observability.redact import Redactor
from bot.runtime.clock import SystemClock
from bot.seedream.connect import Account, open_seedream
from bot.settings import Settings

_SECONDS: Final = 30.0


@dataclass(frozen=True, slots=True)
class Good:
    """A sentence that says what was found; a link, where one follows from it."""

    code: str
    values: Mapping[str, str | int] = field(default_factory=dict)
    link: str = ""


class Wrong(Exception):
    """The credential is not accepted; a sentence that says so."""

    def __init__(self, code: str, **values: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.values = values


class NoAnswer(Exception):
    """Nobody knows whether it is accepted; the reason in words."""


Trial = Callable[[], Awaitable[Good]]
Attempt = Callable[[str], Awaitable[Good]]


def tried(trial: Trial) -> Good:
    """Wrong or NoAnswer."""

    async def in_time() -> Good:
        async with asyncio.timeout(_SECONDS):
            return await trial()

    try:
        return asyncio.run(in_time())
    except TimeoutError:
        raise NoAnswer(f"no answer within {_SECONDS:.0f} s") from None


async def seedream(settings: Settings, app_id: str, secret_key: str) -> Good:
    hidden = Redactor((secret_key,))  # a server may quote what it was sent
    try:
        async with open_seedream(
            base_url=settings.seedream_api_url,
            account=Account(app_id=app_id, secret_key=secret_key),
            qps=settings.seedream_qps,
            clock=SystemClock(),
            network=network_of(settings),
        ) as model:
            await model.check_account()
            beans = await model.balance()
    except ModelAccountRefused as error:
        raise Wrong("setup-seedream-refused", why=hidden.text(error.detail)) from None
    except ModelError as error:
        raise NoAnswer(hidden.text(error.detail)) from None
    if beans is None:
        return Good("setup-seedream-good")
    return Good("setup-seedream-beans", {"beans": f"{beans:g}"})


async def discord(settings: Settings, token: str) -> Good:
    from bot.platforms.discord.identity import who_is  # noqa: PLC0415 - ten megabytes for those who use it

    try:
        found = await who_is(token, api_url=settings.discord_api_url, network=network_of(settings))
    except CredentialsRefused:
        raise Wrong("setup-discord-refused") from None
    except PlatformError as error:
        raise NoAnswer(str(error)) from None
    return Good("setup-discord-good", {"name": found.name}, found.invitation)


async def slack_bot(settings: Settings, token: str) -> Good:
    from bot.platforms.slack.identity import who_is  # noqa: PLC0415 - loaded for those who use it

    try:
        found = await who_is(token, api_url=settings.slack_api_url, network=network_of(settings))
    except CredentialsRefused:
        raise Wrong("setup-slack-bot-refused") from None
    except PlatformError as error:
        raise NoAnswer(str(error)) from None
    if found.lacks:
        raise Wrong("setup-slack-scopes", scopes=", ".join(found.lacks))
    return Good("setup-slack-bot-good", {"name": found.name, "team": found.team})


async def slack_socket(settings: Settings, token: str) -> Good:
    from bot.platforms.slack.identity import open_socket  # noqa: PLC0415

    try:
        await open_socket(token, api_url=settings.slack_api_url, network=network_of(settings))
    except CredentialsRefused:
        raise Wrong("setup-slack-app-refused") from None
    except PlatformError as error:
        raise NoAnswer(str(error)) from None
    return Good("setup-slack-app-good")
