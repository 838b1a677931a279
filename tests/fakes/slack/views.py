"""Modals and Home tabs: opening, stacking, updating: https://docs.slack.dev/surfaces/modals"""

import secrets
from typing import Any

from . import forms, posting, rules
from .acts import Act
from .blocks import Json, with_ids
from .call import Call
from .core import Core
from .errors import ApiError, Malformed
from .messages import View
from .payloads import Writer
from .table import Method
from .world import Installation, User

STACK = 3
READ_ONLY = {
    "id", "team_id", "state", "hash", "previous_view_id", "root_view_id", "app_id", "app_installed_team_id", "bot_id",
}  # fmt: skip


def _check(core: Core, bot: Installation, view: Any, kind: str, replaces: View | None = None) -> Json:
    """The view as Slack keeps it; raises `Malformed` and `ApiError`."""
    if problems := rules.view_problems(view, kind):
        raise Malformed("invalid_arguments", problems)
    if len(str(view)) > rules.VIEW_BYTES:
        raise Malformed("view_too_large", [("/view", "greater than 250kb")])
    posting.check_pictures(core, bot, view["blocks"], "/view/blocks")
    external = view.get("external_id")
    if external and any(
        one.body.get("external_id") == external and one is not replaces and not one.closed
        for one in core.world.views.values()
    ):
        raise ApiError("duplicate_external_id")
    body = {key: value for key, value in view.items() if key not in READ_ONLY}
    return body | {"blocks": with_ids(view["blocks"], core.world.ids.small())}


def _new_hash(core: Core) -> str:
    return f"{int(core.clock.seconds())}.{secrets.token_hex(4)}"


def show(core: Core, bot: Installation, user: User, view: Any, *, pushed: bool) -> View:
    """Put a modal on a person's screen: alone, or on top of the one there."""
    body = _check(core, bot, view, "modal")
    if pushed and not user.modals:
        raise ApiError("not_found")
    if pushed and len(user.modals) >= STACK:
        raise ApiError("push_limit_reached")
    if not pushed:
        for one in user.modals:
            one.closed = True
        user.modals.clear()
    number = core.world.ids.new("V")
    below = user.modals[-1] if pushed else None
    root, previous = (below.root_id, below.id) if below else (number, None)
    shown = View(number, user.id, bot.home, body, _new_hash(core), root, previous)
    shown.values = forms.initial(shown.blocks)
    shown.versions.append(body)
    core.world.views[number] = shown
    user.modals.append(shown)
    core.changed()
    return shown


def rewrite(core: Core, bot: Installation, shown: View, view: Any) -> None:
    """Change a view in place; what a person filled in stays where block and action keep their ids.

    https://docs.slack.dev/surfaces/modals#updating_views
    """
    shown.body = _check(core, bot, view, shown.body["type"], replaces=shown)
    kept = shown.values
    shown.values = forms.initial(shown.blocks)
    for block, states in shown.values.items():
        for action, state in states.items():
            old = kept.get(block, {}).get(action)
            if old is not None and old["type"] == state["type"]:
                states[action] = old
    shown.hash = _new_hash(core)
    shown.errors = {}
    shown.versions.append(shown.body)
    core.changed()


def _trigger(core: Core, call: Call) -> Act:
    """The act whose trigger this is; raises for a late, used or unknown one."""
    trigger = core.triggers.get(call.need("trigger_id"))
    if trigger is None:
        raise ApiError("invalid_trigger_id")
    if trigger.used:
        raise ApiError("exchanged_trigger_id")
    if core.clock.seconds() > trigger.ends:
        raise ApiError("expired_trigger_id")
    if trigger.act.installation is not call.installation:
        raise ApiError("invalid_trigger_id")
    return trigger.act


def open_(core: Core, call: Call) -> Json:
    return _open(core, call, pushed=False)


def push(core: Core, call: Call) -> Json:
    return _open(core, call, pushed=True)


def _open(core: Core, call: Call, *, pushed: bool) -> Json:
    act = _trigger(core, call)
    if pushed and not isinstance(act.source, View):
        raise ApiError("invalid_trigger_id")  # it must come from within a modal
    shown = show(core, call.installation, act.user, call.args.get("view"), pushed=pushed)
    core.triggers[call.need("trigger_id")].used = True
    act.view = shown
    core.changed()
    return {"view": Writer(core.world, core.origin).view(shown, call.installation)}


def update(core: Core, call: Call) -> Json:
    number, external = call.get("view_id"), call.get("external_id")
    if not number and not external:
        raise Malformed("invalid_arguments", [("/view_id", "view_id or external_id is needed")])
    open_views = [one for one in core.world.views.values() if not one.closed]
    shown = next((one for one in open_views if number == one.id or external == one.body.get("external_id", "")), None)
    if shown is None or shown.team_id != call.installation.home:
        raise ApiError("not_found")
    if call.get("hash") not in {None, shown.hash}:
        raise ApiError("hash_conflict")
    rewrite(core, call.installation, shown, call.args.get("view"))
    return {"view": Writer(core.world, core.origin).view(shown, call.installation)}


def publish(core: Core, call: Call) -> Json:
    bot = call.installation
    user = core.world.users.get(call.need("user_id"))
    if user is None or not any(bot.covers(team) for team in user.teams):
        raise ApiError("not_found")
    if user.home is not None and call.get("hash") not in {None, user.home.hash}:
        raise ApiError("hash_conflict")
    if user.home is None:
        body = _check(core, bot, call.args.get("view"), "home")
        number = core.world.ids.new("V")
        user.home = View(
            number, user.id, bot.home, body, _new_hash(core), number, None, values=forms.initial(body["blocks"])
        )
        user.home.versions.append(body)
        core.world.views[number] = user.home
        core.changed()
    else:
        rewrite(core, bot, user.home, call.args.get("view"))
    return {"view": Writer(core.world, core.origin).view(user.home, bot)}


METHODS = [
    Method("views.open", open_, "", "trigger_id view"),
    Method("views.push", push, "", "trigger_id view"),
    Method("views.update", update, "", "view_id external_id view hash"),
    Method("views.publish", publish, "", "user_id view hash"),
]
