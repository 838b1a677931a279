"""How this process is connected to Slack."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.runtime.network import DIRECT, Network

from .oauth import OAuthApp


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackConfig:
    """With `app_token` it connects by Socket Mode; else with `signing_secret` it takes what comes to `slack_routes()`.

    `bot_token` is one workspace's; without it the installations say which workspaces there are. `api_url`: the base of
    the Web API, for a proxy or a test server. `serve_strangers`: whether people of other organizations may ask in
    shared channels. Without `listens` it posts by the Web API and hears nothing. `oauth`: the app by whose pages other
    workspaces come to be among the installations. `network`: the way out of this machine's.
    """

    bot_token: str | None = field(default=None, repr=False)
    app_token: str | None = field(default=None, repr=False)
    signing_secret: str | None = field(default=None, repr=False)
    api_url: str | None = None
    serve_strangers: bool = False
    listens: bool = True
    oauth: OAuthApp | None = None
    network: Network = DIRECT
