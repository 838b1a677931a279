"""What settings say of one another: a sentence names each with its value, never a secret's, and the way out."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Final, Protocol
from urllib.parse import urlsplit

from pydantic import SecretStr

from bot.configuration.values import is_loopback
from bot.observability.redact import Redactor

VENDOR_URL: Final = "https://open-api.chanjing.cc"
_SHOWN: Final = 60  # characters of a value
_KEY_BYTES: Final = 32
_MAKE_A_KEY: Final = "Make one with: openssl rand -base64 32 | tr '+/' '-_'"


class Given(Protocol):
    """Of the settings, those that depend on others."""

    chanjing_app_id: str | None
    chanjing_secret_key: SecretStr | None
    chanjing_access_token: SecretStr | None
    seedream_api_url: str
    discord_token: SecretStr | None
    discord_gateway: str | None
    discord_shard_count: int | None
    slack_bot_token: SecretStr | None
    slack_app_token: SecretStr | None
    slack_signing_secret: SecretStr | None
    slack_client_id: str | None
    slack_client_secret: SecretStr | None
    slack_store_key: SecretStr | None
    web_host: str
    web_token: SecretStr | None
    public_url: str | None
    allowed_communities: str
    operator_channel: str | None


def contradictions(given: Given) -> Iterator[str]:
    yield from _account(given)
    yield from _shards(given)
    yield from _exchanged(given)
    yield from _workspaces(given)
    yield from _open_page(given)


def _account(given: Given) -> Iterator[str]:
    app_id, secret_key = given.chanjing_app_id, given.chanjing_secret_key
    if app_id is not None and secret_key is None:
        yield (
            f"CHANJING_APP_ID={_told(app_id)} is set and CHANJING_SECRET_KEY is not. They go together: set both, or "
            "neither for the sandbox."
        )
    elif app_id is None and secret_key is not None:
        yield (
            "CHANJING_SECRET_KEY is set and CHANJING_APP_ID is not. They go together: set both, or neither for the "
            "sandbox."
        )


def _shards(given: Given) -> Iterator[str]:
    if given.discord_gateway is None or given.discord_shard_count is None:
        return
    place, number = (int(part) for part in given.discord_gateway.split("/"))
    if place >= given.discord_shard_count:
        yield (
            f"DISCORD_SHARD_COUNT={given.discord_shard_count} is too small for DISCORD_GATEWAY={place}/{number}: "
            f"each of {number} gateways needs a shard. Set DISCORD_SHARD_COUNT={number} or more, or leave it out."
        )


def _exchanged(given: Given) -> Iterator[str]:
    """Slack's tokens say by their first letters what they are."""
    for name, token, begins, is_one in (
        ("SLACK_BOT_TOKEN", given.slack_bot_token, "xapp-", "an app-level token, which belongs into SLACK_APP_TOKEN"),
        ("SLACK_APP_TOKEN", given.slack_app_token, "xoxb-", "a bot's token, which belongs into SLACK_BOT_TOKEN"),
    ):
        if token is not None and token.get_secret_value().startswith(begins):
            yield f"{name}={begins}… is {is_one}."


def _workspaces(given: Given) -> Iterator[str]:
    """Many workspaces need all of it, and before anybody has pressed anything."""
    client_id, client_secret = given.slack_client_id, given.slack_client_secret
    if client_id is None and client_secret is None:
        return
    client = "SLACK_CLIENT_SECRET" if client_id is None else f"SLACK_CLIENT_ID={_told(client_id)}"
    if client_id is None or client_secret is None:
        missing = "SLACK_CLIENT_ID" if client_id is None else "SLACK_CLIENT_SECRET"
        yield f"{client} is set and {missing} is not. They go together: set both for many workspaces, or neither."
        return
    if given.slack_bot_token is not None:
        yield (
            f"SLACK_BOT_TOKEN is for one workspace and {client} for many, and both are set. Take one of them out, the "
            "second with SLACK_CLIENT_SECRET."
        )
    if given.public_url is None:
        yield (
            f"{client} needs PUBLIC_URL, which is not set: Slack sends people back there, to /slack/oauth. Set it to "
            "what the page is called outside, such as PUBLIC_URL=https://easel.example.com."
        )
    if not store_keys(given):
        yield f"{client} needs SLACK_STORE_KEY, which is not set: it seals the workspaces' tokens. {_MAKE_A_KEY}"
    elif not all(map(_is_fernet_key, store_keys(given))):
        yield f"SLACK_STORE_KEY, which {client} needs, is no key of 32 bytes in URL-safe base64. {_MAKE_A_KEY}"


def store_keys(given: Given) -> list[str]:
    """The newest first; separated by commas."""
    text = given.slack_store_key.get_secret_value() if given.slack_store_key is not None else ""
    return [key.strip() for key in text.split(",") if key.strip()]


def _open_page(given: Given) -> Iterator[str]:
    if given.web_token is not None:
        return
    if not is_loopback(given.web_host):
        yield (
            f"WEB_HOST={given.web_host} lets other machines in, and WEB_TOKEN is not set. Set WEB_TOKEN to a long "
            "random word, or leave WEB_HOST at 127.0.0.1."
        )
    if given.public_url and not is_loopback(urlsplit(given.public_url).hostname or ""):
        yield (
            f"PUBLIC_URL={given.public_url} shows the page to everybody, and WEB_TOKEN is not set. Set WEB_TOKEN to a "
            "long random word, or leave PUBLIC_URL out."
        )


def way_into_slack(given: Given) -> str:
    """What Slack lacks to be on; nothing where it has all, or where none of it is set."""
    bot = given.slack_bot_token is not None or given.slack_client_id is not None
    events = [
        name
        for name, value in (
            ("SLACK_APP_TOKEN", given.slack_app_token),
            ("SLACK_SIGNING_SECRET", given.slack_signing_secret),
        )
        if value is not None
    ]
    if bot == bool(events):
        return ""
    if not bot:
        return (
            f"{' and '.join(events)} alone can't post: Slack needs SLACK_BOT_TOKEN too (or SLACK_CLIENT_ID, for many "
            "workspaces)"
        )
    name = "SLACK_CLIENT_ID" if given.slack_bot_token is None else "SLACK_BOT_TOKEN"
    return f"{name} alone hears nothing: Slack needs SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP) too"


def without_effect(given: Given) -> Iterator[str]:
    """What is legal and does nothing as the other settings are."""
    is_on = {
        "discord": given.discord_token is not None,
        "slack": given.slack_bot_token is not None or given.slack_client_id is not None,
    }
    needs = {"discord": "DISCORD_TOKEN", "slack": "SLACK_BOT_TOKEN"}
    platform = (given.operator_channel or "").partition(":")[0]
    if not is_on.get(platform, True):
        told = f"OPERATOR_CHANNEL={_told(given.operator_channel or '')}"
        yield f"{told} has no effect, since {needs[platform]} is not set: nobody is warned there."
    served = {part.strip().partition(":")[0] for part in given.allowed_communities.split(",")} & {*is_on}
    for name, on in is_on.items():
        if served and on and name not in served:
            yield (
                f"ALLOWED_COMMUNITIES={_told(given.allowed_communities)} names nothing of {name.title()}, so nobody "
                f"there is served although {needs[name]} is set. Add {name}:ID with commas between, or set it to all."
            )
    if given.seedream_api_url != VENDOR_URL and given.chanjing_app_id is None and given.chanjing_access_token is None:
        yield (
            f"SEEDREAM_API_URL={_told(given.seedream_api_url)} has no effect, since no account is set: the sandbox "
            "draws. Set CHANJING_APP_ID and CHANJING_SECRET_KEY."
        )


def _told(value: str) -> str:
    """What may be a secret that went into the wrong place is not shown."""
    return Redactor().text(value if len(value) <= _SHOWN else f"{value[:_SHOWN]}…")


def _is_fernet_key(key: str) -> bool:
    """As https://cryptography.io/en/latest/fernet/ wants it."""
    try:
        return len(base64.b64decode(key, altchars=b"-_", validate=True)) == _KEY_BYTES
    except ValueError:
        return False
