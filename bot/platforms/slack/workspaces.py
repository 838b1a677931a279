"""The workspaces that have installed the app, and a Web API client for each.

With plain tokens there is one. With OAuth there are as many as the InstallationStore keeps; an installation for a
whole Enterprise Grid organization has no team.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import aiohttp
import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import PlatformUnavailable
from bot.domain.people import Destination

API_URL = "https://slack.com/api/"

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """Which installation a call belongs to. `team_id` is where it happens, also within an organization."""

    team_id: str
    enterprise_id: str | None = None

    @property
    def community_id(self) -> str:
        """Whose limits hold: in an Enterprise Grid a person has one id in all its workspaces."""
        return self.enterprise_id or self.team_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """What one workspace, or a whole organization (`team_id` is None), has given us."""

    team_id: str | None
    enterprise_id: str | None
    bot_token: str
    bot_user_id: str
    bot_id: str
    name: str = ""
    scopes: str = ""

    @property
    def community_id(self) -> str:
        return self.enterprise_id or self.team_id or ""


class InstallationStore(Protocol):
    """Where installations are kept, the tokens encrypted."""

    async def save(self, installation: Installation) -> None:
        """Keep it in place of an earlier one of the same workspace or organization."""
        ...

    async def find(self, *, enterprise_id: str | None, team_id: str | None) -> Installation | None:
        """The workspace's own, else its organization's."""
        ...

    async def of_organization(self, enterprise_id: str) -> Sequence[Installation]:
        """Of the whole of it, and of its workspaces that have installed the app for themselves."""
        ...

    async def workspaces(self) -> Sequence[Workspace]:
        """Every installation there is, also one that no key opens any more; no team: of a whole organization."""
        ...

    async def remove(self, *, enterprise_id: str | None, team_id: str | None) -> None:
        """Forget it; one that is gone already is fine."""
        ...


class NotInstalled(PlatformUnavailable):
    """That workspace has taken the app away, or never had it."""


class Workspaces:
    """Clients by workspace. `connect` gives them the HTTP session that they share; `only` is the plain token's one.

    `removed` is told the community that has taken the app away.
    """

    def __init__(
        self,
        *,
        api_url: str | None,
        installations: InstallationStore | None,
        removed: Callable[[str], Awaitable[None]],
    ) -> None:
        self.api_url = f"{(api_url or API_URL).rstrip('/')}/"
        self._installations = installations
        self._removed = removed
        self._session: aiohttp.ClientSession | None = None
        self.only: Installation | None = None
        self.token_refused: Callable[[], None] = lambda: None

    def connect(self, session: aiohttp.ClientSession | None) -> None:
        self._session = session

    @property
    def session(self) -> aiohttp.ClientSession | None:
        return self._session

    def client_with(self, token: str | None) -> AsyncWebClient:
        """No retries by the library: it repeats a POST whose answer was lost, and its pauses know no clock of ours."""
        client = AsyncWebClient(token=token, base_url=self.api_url, session=self._session, retry_handlers=[])
        client.proxy = None  # it reads the environment by itself, but not NO_PROXY: the session knows the way
        return client

    async def installation(self, workspace: Workspace) -> Installation:
        """NotInstalled where there is none."""
        if self._installations is None:
            if self.only is None:
                raise PlatformUnavailable("Slack is not connected", after=5.0)
            return self.only
        found = await self._installations.find(enterprise_id=workspace.enterprise_id, team_id=workspace.team_id)
        if found is None:
            raise NotInstalled("the workspace has not installed the app", after=60.0)
        return found

    async def of_community(self, community_id: str) -> tuple[Workspace, ...]:
        """Through which of our installations a community can be reached: several only within an organization."""
        if not community_id.startswith("E"):
            return (Workspace(team_id=community_id),)
        if self._installations is None:
            known = [] if self.only is None else [self.only]
        else:
            known = list(await self._installations.of_organization(community_id))
        return tuple(Workspace(team_id=one.team_id or "", enterprise_id=community_id) for one in known)

    async def client(self, workspace: Workspace) -> AsyncWebClient:
        if self._session is None or self._session.closed:
            raise PlatformUnavailable("Slack is not connected", after=5.0)
        return self.client_with((await self.installation(workspace)).bot_token)

    async def refused(self, workspace: Workspace, token: str | None) -> None:
        """Slack does not take this token of the workspace any more. One that is there by now in its place stays."""
        if self._installations is None:
            self.token_refused()
            if self.only is not None and self.only.bot_token == token:
                await self._removed(self.only.community_id)
            return
        found = await self._installations.find(enterprise_id=workspace.enterprise_id, team_id=workspace.team_id)
        if found is not None and found.bot_token == token:
            _log.warning("installation_removed", action="install", team=found.team_id, enterprise=found.enterprise_id)
            await self._installations.remove(enterprise_id=found.enterprise_id, team_id=found.team_id)
            others = {one.community_id for one in await self._installations.workspaces()}
            if found.community_id not in others:
                await self._removed(found.community_id)

    async def all(self) -> Sequence[Workspace]:
        """Every workspace, or whole organization, that has installed the app."""
        if self._installations is not None:
            return await self._installations.workspaces()
        only = self.only
        return [] if only is None else [Workspace(team_id=only.team_id or "", enterprise_id=only.enterprise_id)]


def workspace_of(destination: Destination) -> Workspace:
    details = destination.details
    return Workspace(
        team_id=details.get("team", destination.community_id), enterprise_id=details.get("enterprise") or None
    )
