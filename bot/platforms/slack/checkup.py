"""Is everything right on Slack's side? Two calls that change nothing."""

from __future__ import annotations

from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import CredentialsRefused, PlatformError, PlatformUnavailable
from bot.domain.finding import Finding, broken, fine
from bot.runtime.network import DIRECT, Network

from .faults import translated
from .identity import ask_for_socket, identity, web_client
from .limits import CALL_SECONDS
from .oauth import INSTALL, OAuthApp
from .platform import NO_WAY_IN
from .scopes import SCOPES

_BOT, _WAY_IN = "Slack", "Slack events"
NO_TOKEN = (
    "Set SLACK_BOT_TOKEN for one workspace, or SLACK_CLIENT_ID, SLACK_CLIENT_SECRET and SLACK_STORE_KEY for many: "  # noqa: S105
    "docs/slack.md."
)
CREDENTIALS_REFUSED = (
    "Copy SLACK_CLIENT_ID and SLACK_CLIENT_SECRET again from https://api.slack.com/apps (your app, Basic Information)."
)


async def check_slack(
    *,
    bot_token: str | None,
    app_token: str | None,
    has_signing_secret: bool,
    api_url: str | None,
    oauth: OAuthApp | None = None,
    network: Network = DIRECT,
) -> list[Finding]:
    """The bot's token with its scopes, or the credentials by which workspaces install it; and the way in for events."""
    async with web_client(api_url, network) as client:
        if bot_token is not None:
            found = await _look_at_bot(client, bot_token)
        elif oauth is not None:
            found = [await _look_at_oauth(client, oauth)]
        else:
            found = [broken(_BOT, "there is no bot's token", NO_TOKEN)]
        return [*found, await _look_at_way_in(client, app_token, has_signing_secret=has_signing_secret)]


async def _look_at_oauth(client: AsyncWebClient, app: OAuthApp) -> Finding:
    """Asks for the token behind a code that nobody was given: what Slack minds first is wrong credentials."""
    asked = {"client_id": app.client_id, "client_secret": app.client_secret, "code": "none"}
    try:
        async with translated(CALL_SECONDS):
            await client.api_call("oauth.v2.access", data=asked)
    except PlatformUnavailable as error:
        return _unreachable(_BOT, error)
    except PlatformError as error:
        if "client" in str(error):  # invalid_client_id, bad_client_secret
            return broken(_BOT, "the app's credentials are refused", CREDENTIALS_REFUSED)
    return fine(_BOT, f"the app's credentials are right; workspaces install it at {app.public_url}{INSTALL}")


async def _look_at_bot(client: AsyncWebClient, token: str) -> list[Finding]:
    try:
        found = await identity(client, token)
    except CredentialsRefused as error:
        return [broken(_BOT, "the bot's token is refused", str(error))]
    except PlatformError as error:
        return [_unreachable(_BOT, error)]
    who = fine(_BOT, f"the token is that of {found.name} in {found.team}")
    if not found.lacks:
        return [who, fine("Slack scopes", f"all {len(SCOPES)} are granted")]
    advice = "https://api.slack.com/apps, App Manifest: paste slack-manifest.yaml, then Install App once more."
    return [who, broken("Slack scopes", f"missing: {', '.join(found.lacks)}", advice)]


async def _look_at_way_in(client: AsyncWebClient, app_token: str | None, *, has_signing_secret: bool) -> Finding:
    if app_token is None:
        if has_signing_secret:
            return fine(_WAY_IN, "they come over HTTP, checked by the signing secret")
        return broken(_WAY_IN, "nothing can come in", NO_WAY_IN)
    try:
        await ask_for_socket(client, app_token)
    except CredentialsRefused as error:
        return broken(_WAY_IN, "the app-level token is refused", str(error))
    except PlatformError as error:
        return _unreachable(_WAY_IN, error)
    return fine(_WAY_IN, "Socket Mode is on, and the app-level token opens it")


def _unreachable(part: str, error: PlatformError) -> Finding:
    return broken(part, str(error), "Check this machine's network, its proxy and SLACK_API_URL, then try again.")
