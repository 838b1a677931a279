"""Installing Easel in a workspace by a link: the two pages of OAuth, on our own web server.

https://docs.slack.dev/authentication/installing-with-oauth
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import structlog
from aiohttp import web
from cryptography.fernet import Fernet, InvalidToken

from bot.domain.errors import PlatformError, PlatformUnavailable

from .command_names import CommandNames
from .faults import translated
from .install_page import install_page
from .limits import CALL_SECONDS
from .scopes import SCOPES
from .seen_events import SeenEvents
from .workspaces import Installation, InstallationStore, Workspaces

INSTALL, OAUTH = "/slack/install", "/slack/oauth"
STATE_SECONDS = 10 * 60
_COOKIE = "easel-slack-install"
_LONGEST = 1000  # characters of a state or code; Slack's own are far shorter
_REASONS = frozenset({"access_denied"})

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuthApp:
    """The app's credentials, and where a reverse proxy shows our web server (without a slash at the end)."""

    client_id: str
    client_secret: str
    public_url: str

    @property
    def redirect_uri(self) -> str:
        return f"{self.public_url}{OAUTH}"


class Unusable(PlatformError):
    """What Slack gave is no installation that we could work with; the text is for the log."""


class Installing:
    """A state is good once, for ten minutes, in the browser that asked for it, and until the next start."""

    def __init__(
        self,
        app: OAuthApp,
        *,
        workspaces: Workspaces,
        installations: InstallationStore,
        installed: Callable[[str], Awaitable[None]],
        now: Callable[[], datetime],
        names: CommandNames,
    ) -> None:
        """`installed` is told the community that has installed the app, after its installation is saved."""
        self._app = app
        self._workspaces = workspaces
        self._installations = installations
        self._installed = installed
        self._now = now
        self._names = names
        self._states = Fernet(Fernet.generate_key())
        self._used = SeenEvents()

    def routes(self) -> list[web.RouteDef]:
        return [
            # A HEAD, of a link's preview, must not use a state up.
            web.get(INSTALL, self.install, allow_head=False),
            web.get(OAUTH, self.oauth, allow_head=False),
        ]

    async def install(self, _request: web.Request) -> web.StreamResponse:
        """On to Slack's page, which says what the app may do and asks for a yes."""
        state = self._states.encrypt_at_time(secrets.token_bytes(16), self._seconds()).decode()
        asked = {
            "client_id": self._app.client_id,
            "scope": ",".join(sorted(SCOPES)),
            "redirect_uri": self._app.redirect_uri,
            "state": state,
        }
        answer = web.Response(status=302, headers={"Location": f"{self._authorize_url}?{urlencode(asked)}"})
        # Whoever is lured to the second page with somebody else's code has no such cookie.
        answer.set_cookie(
            _COOKIE,
            state,
            path="/slack/",
            max_age=STATE_SECONDS,
            httponly=True,
            samesite="Lax",
            secure=self._secure,
        )
        return answer

    async def oauth(self, request: web.Request) -> web.StreamResponse:
        """Back from Slack: the code is exchanged for the workspace's token, which is kept."""
        answer = await self._outcome(request)
        answer.del_cookie(_COOKIE, path="/slack/", secure=self._secure, httponly=True, samesite="Lax")
        return answer

    async def _outcome(self, request: web.Request) -> web.Response:
        language = request.headers.get("Accept-Language", "")
        if not self._is_ours(request.query.get("state", ""), request.cookies.get(_COOKIE, "")):
            return install_page("stale", language, status=400, again=INSTALL)
        if refused := request.query.get("error"):
            _log.info("installation_failed", action="install", error=refused if refused in _REASONS else "other")
            return install_page("refused", language, status=403, again=INSTALL)
        try:
            installation = await self._exchange(request.query.get("code", "")[:_LONGEST])
        except PlatformUnavailable as error:
            _log.warning("installation_failed", action="install", error=str(error))
            return install_page("away", language, status=503, again=INSTALL)
        except PlatformError as error:
            _log.warning("installation_failed", action="install", error=str(error))
            return install_page("failed", language, status=400, again=INSTALL)
        await self._installations.save(installation)
        await self._installed(installation.community_id)
        _log.info("installed", action="install", team=installation.team_id, enterprise=installation.enterprise_id)
        return install_page("installed", language, status=200, name=installation.name, draw=self._names.draw)

    def _is_ours(self, state: str, kept: str) -> bool:
        if len(state) > _LONGEST or not hmac.compare_digest(state.encode(), kept.encode()):
            return False
        try:
            self._states.decrypt_at_time(state.encode(), STATE_SECONDS, self._seconds())
        except InvalidToken:
            return False
        return self._used.first(state)

    async def _exchange(self, code: str) -> Installation:
        client = self._workspaces.client_with(None)
        asked = {
            "client_id": self._app.client_id,
            "client_secret": self._app.client_secret,
            "code": code,
            "redirect_uri": self._app.redirect_uri,
        }
        async with translated(CALL_SECONDS):
            # The library's oauth_v2_access sends the secret by a way of aiohttp's that is going away.
            answer = await client.api_call("oauth.v2.access", data=asked)
        granted: Mapping[str, Any] = answer.data if isinstance(answer.data, dict) else {}
        token = str(granted.get("access_token") or "")
        if granted.get("token_type") != "bot" or not token:
            raise Unusable("Slack gave no bot's token")
        if granted.get("expires_in"):
            raise Unusable("Slack gave a token that expires: switch token rotation off in the app's manifest")
        async with translated(CALL_SECONDS):
            who = await self._workspaces.client_with(token).auth_test()
        return _installation(granted, token, str(who.get("bot_id") or ""))

    @property
    def _secure(self) -> bool:
        return self._app.public_url.startswith("https:")

    @property
    def _authorize_url(self) -> str:
        return f"{self._workspaces.api_url.removesuffix('api/')}oauth/v2/authorize"

    def _seconds(self) -> int:
        return int(self._now().timestamp())


def _installation(granted: Mapping[str, Any], token: str, bot_id: str) -> Installation:
    """https://docs.slack.dev/reference/methods/oauth.v2.access."""
    team, enterprise = granted.get("team") or {}, granted.get("enterprise") or {}
    whole = bool(granted.get("is_enterprise_install"))
    if not (enterprise.get("id") if whole else team.get("id")):
        raise Unusable("Slack did not say which workspace it is")
    return Installation(
        team_id=None if whole else str(team["id"]),
        enterprise_id=str(enterprise["id"]) if enterprise.get("id") else None,
        bot_token=token,
        bot_user_id=str(granted.get("bot_user_id") or ""),
        bot_id=bot_id,
        name=str((enterprise if whole else team).get("name") or ""),
        scopes=str(granted.get("scope") or ""),
    )
