"""The composition root: settings → store, image model, engine, actions, platforms → one TaskGroup."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import structlog

from bot.composition.account import watch_account
from bot.composition.balance import watch_balance
from bot.composition.before_start import Role, check
from bot.composition.connections import Connected, PlatformConnection
from bot.composition.core import Core, open_core
from bot.composition.garbage import collect_when_quiet
from bot.composition.gateway_places import GatewayPlaces, places_of
from bot.composition.local_secret import local_secret, operator_link
from bot.composition.operator_actions import OperatorActions
from bot.composition.operator_api import OperatorApi
from bot.composition.page_relay import open_hub
from bot.composition.private_files import mend, new_files_are_private
from bot.composition.readiness import Readiness
from bot.domain.errors import EaselError
from bot.domain.sign_in import SESSION_LASTS
from bot.observability.health import Health
from bot.observability.logs import configure_logs
from bot.observability.metrics import watch_loop_lag
from bot.platforms.web.config import WebConfig
from bot.platforms.web.probes import ProbeSources
from bot.platforms.web.sandbox_faults import SandboxFaults
from bot.platforms.web.server import WebServer
from bot.runtime.memory import give_back_large_memory
from bot.runtime.stop_signals import on_stop
from bot.settings import Settings
from db.address import database_file, server_conninfo
from db.lock import DatabaseLock
from db.taken_interactions import SqlTakenInteractions

if TYPE_CHECKING:
    from aiohttp import web

    from bot.platforms.discord.platform import DiscordPlatform
    from bot.platforms.slack import SlackPlatform

_log = structlog.get_logger(__name__)


def run(settings: Settings, role: str = Role.ALL) -> int:
    """Run every platform that has credentials, plus the web page, until SIGTERM or SIGINT; the exit code.

    `role`: only a part of it, where several processes share a database.

    SettingsError: a value is wrong, and nothing was started.
    """
    configure_logs(settings.log_format, settings.log_level, redact=settings.secrets)
    new_files_are_private()  # first: looking at the settings makes the directory of the pictures
    check(settings, Role(role))
    for sentence in settings.near_misses:
        _log.warning("setting_ignored", action="start", detail=sentence)
    give_back_large_memory()
    secret = local_secret(settings.data_dir)
    mend(settings.data_dir, database_file(settings.database_url))
    configure_logs(settings.log_format, settings.log_level, redact=(*settings.secrets, secret))
    try:
        asyncio.run(_serve(settings, Role(role), secret))
    except EaselError as error:  # a sentence for the operator; anything else keeps its traceback
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


async def _serve(settings: Settings, role: Role, local_secret: str) -> None:
    stop = _stop_signal()
    with DatabaseLock(settings.database_url) as lock:
        async with contextlib.AsyncExitStack() as stack:
            core = await stack.enter_async_context(open_core(settings, role))
            health = Health(required=("database", "engine"))
            health.set("database", ok=True)
            slack = _slack(settings, core, health, role)
            operator_api = OperatorApi(
                operator_actions=OperatorActions(stores=core.stores, actions=core.actions), local_secret=local_secret
            )
            routes = routes_beside_the_page(operator_api, slack)
            readiness = Readiness(core, health)
            web = _web_server(await _web_config(settings, core, local_secret, role), core, readiness)
            gateways = GatewayPlaces(
                core.meta.engine if server_conninfo(settings.database_url) else None,
                core.clock,
                life=secrets.token_hex(8),
                places=places_of(settings) if role.listens else (),
            )
            discord = _discord(settings, core, web, role, gateways) if settings.discord_token else None
            platforms: list[Connected] = [platform for platform in (discord, slack) if platform is not None]
            readiness.connections += [PlatformConnection(platform, core.clock) for platform in platforms]
            readiness.places = gateways.checks
            await web.start(routes)
            stack.push_async_callback(web.stop)
            lock.publish(web.url, local_secret)
            _announce(settings, core, web, local_secret)
            await _work(core, health, readiness.connections, gateways, stop)


def routes_beside_the_page(operator_api: OperatorApi, slack: SlackPlatform | None) -> list[web.RouteDef]:
    """What the web server answers besides its own: all of it, so that a test can ask each as everybody."""
    return [*operator_api.routes(), *(slack.slack_routes() if slack else ())]


async def _work(
    core: Core,
    health: Health,
    platforms: Sequence[PlatformConnection],
    gateways: GatewayPlaces,
    stop: asyncio.Event,
) -> None:
    """Run the engine and the platforms until `stop`; then the jobs first, who may have a last word to post."""
    async with asyncio.TaskGroup() as group:
        beside = [
            group.create_task(watch_loop_lag(core.metrics, busy=lambda: core.dispatcher.under_way), name="loop-lag"),
            group.create_task(
                watch_balance(core.model, facts=core.meta, metrics=core.metrics, clock=core.clock), name="balance"
            ),
            group.create_task(watch_account(core.model, core.clock, facts=core.meta), name="account"),
            group.create_task(core.actions.retention.run(), name="retention"),
            group.create_task(core.actions.removals.run(), name="removals"),
            group.create_task(core.actions.removed_communities.run(), name="removed-communities"),
            group.create_task(core.cut_limits.run(), name="cut-limits"),
            group.create_task(gateways.run(), name="gateway-places"),
        ]
        dispatching = group.create_task(core.dispatcher.run(), name="dispatcher")
        beside.append(group.create_task(collect_when_quiet(lambda: core.dispatcher.under_way), name="garbage"))
        health.set("engine", ok=True)
        connected = [group.create_task(one.run(), name=one.name) for one in platforms]
        await stop.wait()
        _log.info("stopping", action="stop", under_way=core.dispatcher.under_way)
        health.draining = True
        for task in beside:
            task.cancel()
        await core.dispatcher.stop()
        await dispatching
        await core.actions.budget.close()
        await asyncio.gather(*(platform.close() for platform in platforms))
        await asyncio.gather(*connected)


def _discord(settings: Settings, core: Core, web: WebServer, role: Role, gateways: GatewayPlaces) -> DiscordPlatform:
    from bot.platforms.discord.config import DiscordConfig, Shards  # noqa: PLC0415 - ten megabytes for those who use it
    from bot.platforms.discord.platform import DiscordPlatform  # noqa: PLC0415
    from cogs import all_cogs  # noqa: PLC0415

    platform = DiscordPlatform(
        DiscordConfig(
            token=settings.discord_token.get_secret_value() if settings.discord_token else "",
            api_url=settings.discord_api_url,
            listens=role.listens,
            shards=None if settings.discord_shards is None else Shards(*settings.discord_shards),
            picture_link=web.picture_link,
            waiting=lambda: core.dispatcher.waiting,
            network=core.network,
        ),
        actions=core.actions,
        pictures=core.pictures,
        meta=core.meta,
        taken=SqlTakenInteractions(core.meta.engine, core.clock, life=gateways.life, living=gateways.living),
        clock=core.clock,
        cogs=all_cogs(core.actions),
        raster=core.raster,
    )
    core.registry.add(platform)
    core.arrivals.rooms[platform.name] = platform.room
    return platform


def _slack(settings: Settings, core: Core, health: Health, role: Role) -> SlackPlatform | None:
    """None where there are no credentials, or too few of them, which is said."""
    bot, app, signing = settings.slack_bot_token, settings.slack_app_token, settings.slack_signing_secret
    client_id, client_secret = settings.slack_client_id, settings.slack_client_secret
    if all(one is None for one in (bot, app, signing, client_id)):
        return None
    if settings.slack_lacks:
        said = f"{settings.slack_lacks}; it stays off"
        _log.error("platform_off", action="connect", platform="slack", error=said)
        health.set("slack", ok=False, detail=said)
        return None
    from bot.platforms.slack import (  # noqa: PLC0415 - loaded for those who use it
        OAuthApp,
        SealedInstallations,
        SlackConfig,
        SlackPlatform,
    )
    from db.slack_installations import SqlSlackInstallations  # noqa: PLC0415

    oauth = installations = None
    if client_id and client_secret and settings.public_url:
        oauth = OAuthApp(
            client_id=client_id, client_secret=client_secret.get_secret_value(), public_url=settings.public_url
        )
        rows = SqlSlackInstallations(core.meta.engine)
        installations = SealedInstallations(rows, keys=settings.slack_store_keys)

    platform = SlackPlatform(
        SlackConfig(
            bot_token=bot.get_secret_value() if bot else None,
            app_token=app.get_secret_value() if app else None,
            signing_secret=signing.get_secret_value() if signing else None,
            api_url=settings.slack_api_url,
            serve_strangers=settings.slack_serve_strangers,
            listens=role.listens,
            oauth=oauth,
            network=core.network,
        ),
        installations=installations,
        actions=core.actions,
        pictures=core.pictures,
        notes=core.stores.jobs,
        clock=core.clock,
        meta=core.meta,
        raster=core.raster,
    )
    core.registry.add(platform)
    core.arrivals.rooms[platform.name] = platform.room
    return platform


def _announce(settings: Settings, core: Core, web: WebServer, local_secret: str) -> None:
    _log.info("ready", action="start", page=web.url, sandbox=core.sandbox_url is not None)
    if sys.stderr.isatty():
        pictures = "by the built-in sandbox" if core.sandbox_url else f"by {settings.provider_url}"
        sys.stderr.write(f"\n  Easel is ready. Open {web.url} and type: /imagine a lighthouse in a storm\n")
        sys.stderr.write(f"  To manage the page open {operator_link(web.url, local_secret)}\n")
        sys.stderr.write(f"  Pictures are made {pictures}. Stop with Ctrl-C.\n\n")


def _fault_switches(core: Core) -> SandboxFaults | None:
    if core.sandbox is None:
        return None
    from bot.composition.fault_switches import FaultSwitches  # noqa: PLC0415 - for those without an account

    return FaultSwitches(core.sandbox)


def _stop_signal() -> asyncio.Event:
    stop = asyncio.Event()
    on_stop(stop.set)
    return stop


async def _web_config(settings: Settings, core: Core, local_secret: str, role: Role) -> WebConfig:
    return WebConfig(
        host=settings.web_host,
        port=settings.web_port,
        token=settings.web_token.get_secret_value() if settings.web_token else None,
        public_url=settings.public_url,
        local_secret=local_secret,
        signing_key=await core.meta.secret("web-signing-key"),
        metrics_token=settings.metrics_token.get_secret_value() if settings.metrics_token else None,
        trusted_proxies=settings.proxy_networks,
        legacy_until=await core.meta.first_time("web-signing-since") + SESSION_LASTS,
        callback_secret=core.callback_secret,
        page=role.listens,
    )


def _web_server(config: WebConfig, core: Core, readiness: Readiness) -> WebServer:
    async def metrics() -> bytes:
        await core.measure()
        return core.metrics.render()[0]

    server = WebServer(
        config,
        hub=open_hub(core),
        actions=core.actions,
        pictures=core.pictures,
        clock=core.clock,
        sign_ins=core.stores.sign_ins,
        probes=ProbeSources(readiness=readiness, metrics=metrics, dispatcher=core.dispatcher),
        faults=_fault_switches(core),
    )
    core.registry.platforms.update(server.platforms)
    core.registry.moderator_channels["web"] = server.platforms["web"]
    return server
