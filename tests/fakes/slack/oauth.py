"""Installing by OAuth: the page where a person says yes, and the exchange of the code.

https://docs.slack.dev/authentication/installing-with-oauth
"""

import secrets
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode, urlsplit

from .acts import CannotDoThat
from .blocks import Json
from .building import Building
from .call import Call
from .core import Core
from .errors import ApiError
from .table import Method
from .world import Team, User

CODE_LIFETIME = 600.0  # seconds


@dataclass(eq=False)
class Code:
    user: User
    team: Team
    scopes: tuple[str, ...]
    redirect_uri: str
    ends: float
    used: bool = False
    whole_organisation: bool = False


class OAuth(Building):
    installer: User | None = None  # who says yes where a browser just follows the page; None: the first person
    deny: bool = False  # they say no

    def __post_init__(self) -> None:
        super().__post_init__()
        self.codes: dict[str, Code] = {}

    @property
    def authorize_url(self) -> str:
        """For `AsyncOAuthSettings(authorization_url=…)`."""
        return f"{self.origin}/oauth/v2/authorize"

    def authorize(
        self, user: User, url: str, *, team: Team | None = None, deny: bool = False, whole_organisation: bool = False
    ) -> str:
        """A person opens the app's authorize URL and decides; where their browser is sent then."""
        query = {key: values[0] for key, values in parse_qs(urlsplit(url).query).items()}
        if query.get("client_id") != self.app.client_id:
            raise CannotDoThat("Something went wrong when authorizing this app: invalid client_id")
        redirect = query.get("redirect_uri") or (self.app.redirect_urls or [""])[0]
        if not any(redirect.startswith(one) for one in self.app.redirect_urls):
            raise CannotDoThat(f"redirect_uri did not match any configured URIs: {redirect}")
        scopes = tuple(one for one in query.get("scope", "").replace(" ", ",").split(",") if one)
        if strangers := set(scopes) - set(self.app.scopes):
            raise CannotDoThat(f"Invalid permissions requested: {sorted(strangers)}")
        back = {"state": query["state"]} if "state" in query else {}
        if deny:
            return f"{redirect}?{urlencode({'error': 'access_denied'} | back)}"
        code = secrets.token_hex(16)
        ends = self.clock.seconds() + CODE_LIFETIME
        place = team or user.team
        self.codes[code] = Code(user, place, scopes, redirect, ends, whole_organisation=whole_organisation)
        return f"{redirect}?{urlencode({'code': code} | back)}"


def access(core: Core, call: Call) -> Json:
    assert isinstance(core, OAuth)
    client, secret = call.client or (call.get("client_id"), call.get("client_secret"))
    if client != core.app.client_id:
        raise ApiError("invalid_client_id")
    if secret != core.app.client_secret:
        raise ApiError("bad_client_secret")
    code = core.codes.get(call.get("code") or "")
    if code is None or code.ends < core.clock.seconds():
        raise ApiError("invalid_code")
    if code.used:
        raise ApiError("code_already_used")
    if call.get("redirect_uri") not in {None, code.redirect_uri}:
        raise ApiError("bad_redirect_uri")
    code.used = True
    enterprise = code.team.enterprise
    where = enterprise if code.whole_organisation and enterprise else code.team
    found = core.install(where, scopes=code.scopes, installer=code.user)
    return {
        "app_id": core.app.id,
        "authed_user": {"id": code.user.id},
        "scope": ",".join(found.scopes),
        "token_type": "bot",
        "access_token": found.token,
        "bot_user_id": found.bot.id,
        "team": {"id": found.team.id, "name": found.team.name} if found.team else None,
        "enterprise": {"id": enterprise.id, "name": enterprise.name} if enterprise else None,
        "is_enterprise_install": found.team is None,
    }


METHODS = [Method("oauth.v2.access", access, "", "code client_id client_secret redirect_uri", token="none", json=False)]
