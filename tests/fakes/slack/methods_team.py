"""Who is who, tokens, and the way to Socket Mode."""

from .blocks import Json
from .call import Call
from .core import Core
from .errors import ApiError
from .payloads import Writer, enterprise_json
from .table import Method


def auth_test(core: Core, call: Call) -> Json:
    bot = call.installation
    name = bot.team.name if bot.team else bot.enterprise.name if bot.enterprise else ""
    domain = bot.team.domain if bot.team else "org"
    body: Json = {
        "url": f"https://{domain}.slack.com/",
        "team": name,
        "user": bot.bot.name,
        "team_id": bot.home,
        "user_id": bot.bot.id,
        "bot_id": bot.bot_id,
        "is_enterprise_install": bot.team is None,
    }
    if bot.enterprise:
        body["enterprise_id"] = bot.enterprise.id
    return body


def auth_revoke(core: Core, call: Call) -> Json:
    test = call.flag("test")
    if not test:
        call.installation.state = "revoked"
        core.changed()
    return {"revoked": not test}


def users_info(core: Core, call: Call) -> Json:
    bot = call.installation
    user = core.world.users.get(call.need("user"))
    if user is None or not _visible(core, call, user.id):
        raise ApiError("user_not_found")
    own = next((team for team in user.teams if bot.covers(team)), None)
    email = "users:read.email" in bot.scopes
    locale = call.flag("include_locale")
    viewer = own or bot.team or user.team
    return {"user": Writer(core.world, core.origin).user(user, viewer=viewer, email=email, locale=locale)}


def _visible(core: Core, call: Call, number: str) -> bool:
    """Whether the bot can know this person: of its workspaces, or met in a shared channel."""
    bot, user = call.installation, core.world.users[number]
    if any(bot.covers(team) for team in user.teams):
        return True
    return any(
        number in channel.members and any(bot.covers(team) for team in channel.teams)
        for channel in core.world.channels.values()
    )


def team_info(core: Core, call: Call) -> Json:
    bot = call.installation
    team = core.world.teams.get(call.get("team") or bot.home)
    if team is None or not bot.covers(team):
        raise ApiError("team_not_found")
    body: Json = {"id": team.id, "name": team.name, "domain": team.domain, "email_domain": "", "icon": {}}
    if enterprise := enterprise_json(bot, team):
        body |= {"enterprise_id": enterprise["id"], "enterprise_name": enterprise["name"]}
    return {"team": body}


def bots_info(core: Core, call: Call) -> Json:
    key = call.get("bot") or call.installation.bot_id
    found = next((one for one in core.world.installations if one.bot_id == key), None)
    if found is None:
        raise ApiError("bot_not_found")
    bot: Json = {"id": found.bot_id, "deleted": found.state != "active", "name": core.app.name, "app_id": core.app.id}
    return {"bot": bot | {"user_id": found.bot.id, "updated": 1_700_000_000, "icons": {}}}


def usergroups_list(core: Core, call: Call) -> Json:
    bot = call.installation
    found = [(key, name) for key, (team, name) in core.world.usergroups.items() if bot.covers(team)]
    return {"usergroups": [{"id": key, "handle": name, "name": name} for key, name in found]}


METHODS = [
    Method("usergroups.list", usergroups_list, "usergroups:read", "include_disabled include_count include_users"),
    Method("auth.test", auth_test, "", ""),
    Method("auth.revoke", auth_revoke, "", "test", json=False),
    Method("users.info", users_info, "users:read", "user include_locale", json=False),
    Method("team.info", team_info, "team:read", "team domain", json=False),
    Method("bots.info", bots_info, "users:read", "bot team_id", json=False),
]
