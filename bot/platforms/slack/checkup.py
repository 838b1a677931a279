"""Is everything right on Slack's side? Two calls that change nothing."""

from __future__ import annotations

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import PlatformError
from bot.domain.finding import Finding, broken, fine

from .faults import TokenRefused, translated
from .limits import CALL_SECONDS
from .platform import APP_TOKEN_REFUSED, BOT_TOKEN_REFUSED, NO_WAY_IN
from .scopes import SCOPES
from .workspaces import API_URL

_BOT, _WAY_IN = "Slack", "Slack events"


async def check_slack(
    *, bot_token: str | None, app_token: str | None, has_signing_secret: bool, api_url: str | None
) -> list[Finding]:
    """The bot's token with its scopes, and the way in for events. Without a bot token only the latter is looked at."""
    async with aiohttp.ClientSession(trust_env=True) as session:
        client = AsyncWebClient(base_url=api_url or API_URL, session=session)
        found = [] if bot_token is None else await _look_at_bot(client, bot_token)
        return [*found, await _look_at_way_in(client, app_token, has_signing_secret=has_signing_secret)]


async def _look_at_bot(client: AsyncWebClient, token: str) -> list[Finding]:
    try:
        async with translated(CALL_SECONDS):
            answer = await client.auth_test(token=token)
    except TokenRefused:
        return [broken(_BOT, "the bot's token is refused", BOT_TOKEN_REFUSED)]
    except PlatformError as error:
        return [_unreachable(_BOT, error)]
    who = fine(_BOT, f"the token is that of {answer.get('user')} in {answer.get('team')}")
    headers = {name.lower(): value for name, value in answer.headers.items()}
    given = {scope.strip() for scope in str(headers.get("x-oauth-scopes", "")).split(",")}
    missing = sorted(SCOPES - given)
    if not missing:
        return [who, fine("Slack scopes", f"all {len(SCOPES)} are granted")]
    advice = "https://api.slack.com/apps, App Manifest: paste slack-manifest.yaml, then Install App once more."
    return [who, broken("Slack scopes", f"missing: {', '.join(missing)}", advice)]


async def _look_at_way_in(client: AsyncWebClient, app_token: str | None, *, has_signing_secret: bool) -> Finding:
    if app_token is None:
        if has_signing_secret:
            return fine(_WAY_IN, "they come over HTTP, checked by the signing secret")
        return broken(_WAY_IN, "nothing can come in", NO_WAY_IN)
    try:
        async with translated(CALL_SECONDS):
            await client.apps_connections_open(app_token=app_token)
    except TokenRefused:
        return broken(_WAY_IN, "the app-level token is refused", APP_TOKEN_REFUSED)
    except PlatformError as error:
        return _unreachable(_WAY_IN, error)
    return fine(_WAY_IN, "Socket Mode is on, and the app-level token opens it")


def _unreachable(part: str, error: PlatformError) -> Finding:
    return broken(part, str(error), "Check this machine's network, its proxy and SLACK_API_URL, then try again.")
