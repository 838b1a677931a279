"""`python -m bot doctor`: is everything in place, and if not, what is to be done? It changes nothing that matters."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import asdict, replace

from rich.console import Console
from rich.markup import escape

from bot.cli.checkup import check_database, check_fonts, check_pictures, check_seedream, check_settings, wrong_setting
from bot.cli.gateways_check import check_gateways
from bot.cli.kept_elsewhere import check_kept_elsewhere
from bot.composition.network import network_of
from bot.composition.private_files import new_files_are_private
from bot.domain.finding import Finding, Health, broken
from bot.observability.logs import configure_logs
from bot.observability.redact import Redactor
from bot.platforms.terminal.writing import json_text
from bot.settings import EnvFileError, Settings, SettingsError, load_settings

_MARKS = {Health.FINE: "[green]✓[/]", Health.NOTE: "[yellow]![/]", Health.BROKEN: "[red]✗[/]"}
_CHECK_SECONDS = 90.0
_NO_SETTINGS = 2  # the exit code of every command that can't read its settings

Check = Callable[[Settings], Coroutine[object, object, Sequence[Finding]]]


def examine(*, as_json: bool) -> int:
    """Print what is found; exit code 0 where nothing is broken, else 1; 2 where `.env` can't be read."""
    try:
        settings = load_settings()
        network_of(settings)
    except SettingsError as error:
        code = _tell([wrong_setting(line) for line in str(error).splitlines()], as_json=as_json)
        return _NO_SETTINGS if isinstance(error, EnvFileError) else code
    configure_logs("console", "error", redact=settings.secrets)
    new_files_are_private()
    findings = asyncio.run(_examine(settings))
    return _tell([_without_secrets(finding, settings) for finding in findings], as_json=as_json)


async def _examine(settings: Settings) -> list[Finding]:
    checks: list[tuple[str, Check]] = [
        ("Settings", check_settings),
        ("Database", check_database),
        ("Pictures", check_pictures),
        ("Fonts", check_fonts),
        ("Seedream", check_seedream),
        ("Gateways", check_gateways),
        ("Discord", _discord),
        ("Slack", _slack),
        ("Left behind", check_kept_elsewhere),
    ]
    # Side by side: most of them wait for somebody far away.
    found = await asyncio.gather(*(_in_time(part, check, settings) for part, check in checks))
    return [finding for findings in found for finding in findings]


async def _in_time(part: str, check: Check, settings: Settings) -> Sequence[Finding]:
    try:
        async with asyncio.timeout(_CHECK_SECONDS):
            return await check(settings)
    except TimeoutError:
        return [
            broken(part, f"no answer within {_CHECK_SECONDS:.0f} s", "Check this machine's network, and try again.")
        ]


async def _discord(settings: Settings) -> Sequence[Finding]:
    if settings.discord_token is None:
        return []
    from bot.platforms.discord.checkup import check_discord  # noqa: PLC0415 - ten megabytes for those who use it
    from cogs import described_commands  # noqa: PLC0415

    return await check_discord(
        settings.discord_token.get_secret_value(),
        api_url=settings.discord_api_url,
        commands=described_commands(),
        network=network_of(settings),
    )


async def _slack(settings: Settings) -> Sequence[Finding]:
    bot, app, client_secret = settings.slack_bot_token, settings.slack_app_token, settings.slack_client_secret
    client_id, public_url = settings.slack_client_id, settings.public_url
    if bot is None and app is None and settings.slack_signing_secret is None and client_id is None:
        return []
    from bot.platforms.slack import OAuthApp  # noqa: PLC0415 - loaded for those who use it
    from bot.platforms.slack.checkup import check_slack  # noqa: PLC0415

    oauth = None
    if client_id and client_secret and public_url:
        oauth = OAuthApp(client_id=client_id, client_secret=client_secret.get_secret_value(), public_url=public_url)
    return await check_slack(
        bot_token=bot.get_secret_value() if bot else None,
        app_token=app.get_secret_value() if app else None,
        has_signing_secret=settings.slack_signing_secret is not None,
        api_url=settings.slack_api_url,
        oauth=oauth,
        network=network_of(settings),
    )


def _without_secrets(finding: Finding, settings: Settings) -> Finding:
    """What others say of a fault may quote what they were given; the advice is ours alone."""
    return replace(finding, said=Redactor(settings.secrets).text(finding.said))


def _tell(findings: Iterable[Finding], *, as_json: bool) -> int:
    listed = list(findings)
    is_broken = any(finding.health is Health.BROKEN for finding in listed)
    if as_json:
        answer = {"ok": not is_broken, "findings": [asdict(finding) for finding in listed]}
        sys.stdout.write(f"{json_text(answer)}\n")
        return int(is_broken)
    console = Console(file=sys.stdout, highlight=False, soft_wrap=True)  # a link that is wrapped can't be copied
    longest = max(len(finding.part) for finding in listed)
    for finding in listed:
        console.print(f"{_MARKS[finding.health]} {escape(finding.part.ljust(longest))}  {escape(finding.said)}")
        if finding.advice:
            console.print(f"  {'':<{longest}}  → {escape(finding.advice)}")
    return int(is_broken)
