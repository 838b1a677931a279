"""The composition root: settings → store, image model, engine, actions, platforms → one TaskGroup."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import signal
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import structlog

from bot.core import Core, check, open_core
from bot.domain.errors import EaselError, PlatformError
from bot.observability.health import Health
from bot.observability.logs import configure_logs
from bot.observability.metrics import watch_loop_lag
from bot.platforms.web.config import WebConfig
from bot.platforms.web.events import EventHub
from bot.platforms.web.platform import WebPlatform
from bot.platforms.web.server import WebServer
from bot.settings import Settings
from db.lock import DatabaseLock

if TYPE_CHECKING:
    from bot.platforms.discord.platform import DiscordPlatform

_log = structlog.get_logger(__name__)


def run(settings: Settings) -> int:
    """Run every platform that has credentials, plus the web page, until SIGTERM or SIGINT; the exit code.

    SettingsError: a value is wrong, and nothing was started.
    """
    configure_logs(settings.log_format, settings.log_level, redact=settings.secrets)
    check(settings)
    try:
        asyncio.run(_serve(settings))
    except (EaselError, ValueError) as error:  # a sentence for the operator; anything else keeps its traceback
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


async def _serve(settings: Settings) -> None:
    stop = _stop_signal()
    with DatabaseLock(settings.database_url) as lock:
        async with contextlib.AsyncExitStack() as stack:
            core = await stack.enter_async_context(open_core(settings))
            health = Health(required=("database", "engine"))
            health.set("database", ok=True)
            local_secret = secrets.token_urlsafe(32)
            web = _web_server(settings, core, health, local_secret)
            await web.start()
            stack.push_async_callback(web.stop)
            discord = _discord(settings, core) if settings.discord_token else None
            lock.publish(web.url, local_secret)
            _announce(settings, core, web)
            await _work(core, health, discord, stop)


async def _work(core: Core, health: Health, discord: DiscordPlatform | None, stop: asyncio.Event) -> None:
    """Run the engine and the platforms until `stop`; then the jobs first, who may have a last word to post."""
    async with asyncio.TaskGroup() as group:
        lag = group.create_task(watch_loop_lag(core.metrics), name="loop-lag")
        dispatching = group.create_task(core.dispatcher.run(), name="dispatcher")
        health.set("engine", ok=True)
        connected = group.create_task(_stay_connected(discord, health), name="discord") if discord else None
        await stop.wait()
        _log.info("stopping", action="stop", under_way=core.dispatcher.under_way)
        health.draining = True
        await core.dispatcher.stop()
        await dispatching
        if discord is not None and connected is not None:
            await discord.close()
            await connected
        lag.cancel()


async def _stay_connected(platform: DiscordPlatform, health: Health) -> None:
    """The platform's life. Refused credentials are said in a sentence and take no other platform down."""
    try:
        await platform.run()
    except PlatformError as error:
        _log.error("platform is off", action="connect", platform=platform.name, error=str(error))
        health.set(platform.name, ok=False, detail=str(error))


def _discord(settings: Settings, core: Core) -> DiscordPlatform:
    from bot.platforms.discord.platform import DiscordPlatform  # noqa: PLC0415 - ten megabytes for those who use it
    from cogs.imagine import ImagineCog  # noqa: PLC0415

    platform = DiscordPlatform(
        token=settings.discord_token.get_secret_value() if settings.discord_token else "",
        api_url=settings.discord_api_url,
        imagine=core.imagine,
        jobs=core.jobs,
        pictures=core.pictures,
        meta=core.meta,
        clock=core.clock,
        cogs=[ImagineCog],
    )
    core.platforms[platform.name] = platform
    return platform


def _announce(settings: Settings, core: Core, web: WebServer) -> None:
    _log.info("ready", action="start", page=web.url, sandbox=core.sandbox_url is not None)
    if sys.stderr.isatty():
        pictures = "by the built-in sandbox" if core.sandbox_url else f"by {settings.seedream_api_url}"
        sys.stderr.write(f"\n  Easel is ready. Open {web.url} and type: /imagine a lighthouse in a storm\n")
        sys.stderr.write(f"  Pictures are made {pictures}. Stop with Ctrl-C.\n\n")


def _stop_signal() -> asyncio.Event:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


def _web_server(settings: Settings, core: Core, health: Health, local_secret: str) -> WebServer:
    hub = EventHub(run=secrets.token_hex(4))
    platforms = {name: WebPlatform(hub, name=name) for name in ("web", "terminal")}
    core.platforms.update(platforms)

    async def readiness() -> tuple[bool, Mapping[str, Any]]:
        await core.store.get("")  # a database that is gone is known by asking it, not by remembering
        _, answer = health.readyz()
        return health.ready(), answer["checks"]

    def metrics() -> bytes:
        core.measure()
        return core.metrics.render()[0]

    return WebServer(
        WebConfig(
            host=settings.web_host,
            port=settings.web_port,
            token=settings.web_token.get_secret_value() if settings.web_token else None,
            public_url=settings.public_url,
            local_secret=local_secret,
            callback_secret=core.callback_secret,
            sandbox=core.sandbox_url is not None,
        ),
        hub=hub,
        imagine=core.imagine,
        jobs=core.jobs,
        store=core.store,
        dispatcher=core.dispatcher,
        pictures=core.pictures,
        clock=core.clock,
        platforms=platforms,
        readiness=readiness,
        metrics=metrics,
    )
