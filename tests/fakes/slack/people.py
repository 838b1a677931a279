"""Acting as people: each act becomes a payload for the app, as Slack's clients make them."""

import re
import secrets
from collections.abc import Mapping
from typing import Any

from . import forms
from .acts import RESPONSE_URL_LIFETIME, TRIGGER_LIFETIME, Act, CannotDoThat, ResponseUrl, Trigger
from .blocks import SELECTS, Json, controls
from .delivery import Delivery
from .events import written
from .messages import File, Message, View
from .payloads import Writer, enterprise_json, team_json
from .posting import open_direct
from .world import Channel, Installation, Team, User

URL = re.compile(r"https?://[^\s<>|]+")
NAME = re.compile(r"([@#])([\w.-]+)")


def escape(text: str) -> str:
    """What Slack does to everything people type: https://docs.slack.dev/messaging/formatting-message-text#escaping"""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


class People(Delivery):
    async def slash(
        self, user: User, channel: Channel, command: str, text: str = "", *, thread: Message | None = None
    ) -> Act:
        """Type a slash command. Raises `CannotDoThat` where Slack's client would not send it."""
        if thread is not None:
            raise CannotDoThat(f"{command} is not supported in threads. Sorry!")
        self._be_in(user, channel)
        if self.app.commands is not None and command not in self.app.commands:
            raise CannotDoThat(f"{command} is not a valid command; there are {sorted(self.app.commands)}")
        bot = self._installed(user, channel)
        if bot.state != "active" or "commands" not in bot.scopes:
            raise CannotDoThat(f"{command} is not a valid command")
        act = self._start("slash_commands", user, channel, bot)
        team = self._team(user, bot)
        names = {"im": "directmessage", "mpim": channel.name, "private": "privategroup"}
        enterprise = enterprise_json(bot, user.team)
        act.payload = {
            "token": self.app.verification_token,
            "team_id": team.id,
            "team_domain": team.domain,
            "channel_id": channel.id,
            "channel_name": names.get(channel.kind, channel.name),
            "user_id": user.id,
            "user_name": user.name,
            "command": command,
            "text": self._typed(text.strip(), channel, escaped=bool((self.app.commands or {}).get(command))),
            "api_app_id": self.app.id,
            "is_enterprise_install": str(bot.team is None).lower(),
            "response_url": self._response_url(act),
            "trigger_id": self._trigger(act),
        }
        if enterprise:
            act.payload |= {"enterprise_id": enterprise["id"], "enterprise_name": enterprise["name"]}
        return self._go(act)

    async def press(self, user: User, where: Message | View, button: str) -> Act:
        """Press a button by its words or action_id, in a message, a modal or the Home tab."""
        found = [
            (block, one)
            for block, one in self._controls(user, where)
            if one["type"] == "button" and button in {one["text"]["text"], one["action_id"]}
        ]
        if len(found) != 1:
            raise CannotDoThat(f"{len(found)} buttons are {button!r}; there are {where.labels}")
        block, element = found[0]
        action: Json = {"type": "button", "text": element["text"]}
        action |= {key: element[key] for key in ("value", "style", "url") if key in element}
        return self._act(user, where, block, element, action)

    async def select(self, user: User, where: Message | View, action_id: str, *values: Any) -> Act:
        """Choose in a menu, by action_id or placeholder: options by value or words, or User, Channel, a date."""
        found = [
            (block, one)
            for block, one in self._controls(user, where)
            if one["type"] in SELECTS and action_id in {one["action_id"], (one.get("placeholder") or {}).get("text")}
        ]
        if len(found) != 1:
            raise CannotDoThat(f"{len(found)} menus are {action_id!r}")
        block, element = found[0]
        many = element["type"].startswith("multi_") or element["type"] == "checkboxes"
        if not many and len(values) != 1:
            raise CannotDoThat(f"{action_id!r} takes one value")
        state = forms.fill(element, list(values) if many else values[0])
        if isinstance(where, View) and element["type"] != "overflow":
            where.values.setdefault(block, {})[element["action_id"]] = state
        return self._act(user, where, block, element, state)

    async def type_in_select(self, user: User, where: Message | View, action_id: str, typed: str) -> Act:
        """Type into a menu with an external source; the proposals are in the acknowledgement's `options`."""
        block, element = next(
            (block, one) for block, one in self._controls(user, where) if one["action_id"] == action_id
        )
        act = self._interact(user, where)
        act.payload |= {
            "type": "block_suggestion",
            "action_id": element["action_id"],
            "block_id": block,
            "value": typed,
        }
        return self._go(act)

    async def shortcut(self, user: User, message: Message | None, callback_id: str) -> Act:
        """Use a shortcut: of a message, or a global one with None."""
        kind = "global" if message is None else "message"
        known = self.app.shortcuts
        if known is not None and known.get(callback_id) != kind:
            raise CannotDoThat(f"there is no {kind} shortcut {callback_id!r}; there are {known}")
        if message is None:
            bot = self._installed(user, None)
            act = self._start("interactive", user, None, bot)
            act.payload = self._common(act) | {"type": "shortcut"}
        else:
            self._see(user, message)
            if message.ephemeral:
                raise CannotDoThat("an ephemeral message has no shortcuts")
            channel = self.world.channels[message.channel_id]
            act = self._start("interactive", user, channel, self._installed(user, channel))
            act.source = message
            act.payload = self._common(act) | {
                "type": "message_action",
                "channel": {"id": channel.id, "name": _name(channel)},
                "message": Writer(self.world, self.origin).message(message),
                "message_ts": message.ts,
                "response_url": self._response_url(act),
            }
        act.payload |= {"callback_id": callback_id, "action_ts": self.world.ids.ts(), "trigger_id": self._trigger(act)}
        return self._go(act)

    async def mention(
        self, user: User, channel: Channel, text: str, thread: Message | None = None, *files: File
    ) -> Act:
        """Write a message that begins by naming the bot; it hears of it if it is in the channel."""
        self._be_in(user, channel)
        bot = self.world.installed_in(channel)
        if bot is None or bot.bot.id not in channel.members:
            raise CannotDoThat("the bot is not in this channel: Slack offers to invite it and tells it nothing")
        count = len(self.acts)
        self.say(user, channel, f"{bot.bot.mention} {self._typed(text, channel, escaped=True)}", *files, thread=thread)
        return self.acts[count]

    async def edit_mention(self, mention: Act, text: str) -> Act:
        """Change what such a message says: Slack tells of the whole message again, as an event of its own."""
        event = mention.payload["event"]
        channel = self.world.channels[event["channel"]]
        message, bot = channel.all_messages[event["ts"]], self.world.installed_in(channel)
        if bot is None:
            raise CannotDoThat("the bot is not in this channel any more")
        message.text, message.edited = f"{bot.bot.mention} {self._typed(text, channel, escaped=True)}", True
        count = len(self.acts)
        written(self, channel, message, self.world.users[message.user_id])
        return self.acts[count]

    async def open_home(self, user: User, tab: str = "home") -> Act:
        """Open the app's Home tab (or "messages")."""
        bot = self._installed(user, None)
        direct = open_direct(self, bot, [user])
        event: Json = {"type": "app_home_opened", "user": user.id, "channel": direct.id, "tab": tab}
        if user.home is not None and tab == "home":
            event["view"] = Writer(self.world, self.origin).view(user.home, bot)
        return self.emit(bot, event, user=user)

    async def submit_view(self, user: User, view: View, values: Mapping[str, Any] | None = None) -> Act:
        """Send a form; values by label, block_id or action_id, the rest as it is.

        `await act.acked()` says what the app answered; the modal then is closed, or `view.errors` are shown, or
        `act.view` is the updated or pushed one.
        """
        if view not in user.modals or view is not user.modals[-1]:
            raise CannotDoThat("this form is not on top of the person's screen")
        view.values = forms.submit(view, values or {})
        view.errors = {}
        act = self._start("interactive", user, None, self._owner(view))
        act.source = view
        writer = Writer(self.world, self.origin)
        act.payload = self._common(act) | {
            "type": "view_submission",
            "trigger_id": self._trigger(act),
            "view": writer.view(view, act.installation),
            "response_urls": [],
        }
        return self._go(act)

    async def close_view(self, user: User, view: View, *, everything: bool = False) -> Act | None:
        """Close a modal, or all of them by the cross; the app hears of it if it asked to (`notify_on_close`)."""
        if view not in user.modals:
            raise CannotDoThat("this form is not on the person's screen")
        act = self._start("interactive", user, None, self._owner(view))
        act.source = view
        self.close_views(act, user.modals[:] if everything else [view])
        if not view.body.get("notify_on_close"):
            return None
        body = Writer(self.world, self.origin).view(view, act.installation)
        act.payload = self._common(act) | {"type": "view_closed", "view": body, "is_cleared": everything}
        return self._go(act)

    def _act(self, user: User, where: Message | View, block: str, element: Json, state: Json) -> Act:
        act = self._interact(user, where)
        if "state" in act.payload and element["type"] in SELECTS - {"overflow"}:
            act.payload["state"]["values"][block][element["action_id"]] = state
        action = state | {"action_id": element["action_id"], "block_id": block, "action_ts": self.world.ids.ts()}
        act.payload |= {"type": "block_actions", "trigger_id": self._trigger(act), "actions": [action]}
        return self._go(act)

    def _interact(self, user: User, where: Message | View) -> Act:
        writer = Writer(self.world, self.origin)
        if isinstance(where, View):
            act = self._start("interactive", user, None, self._owner(where))
            act.source = where
            container: Json = {"type": "view", "view_id": where.id}
            view = writer.view(where, act.installation)
            act.payload = self._common(act) | {"container": container, "view": view}
            return act
        channel = self.world.channels[where.channel_id]
        posters = (one for one in self.world.installations if one.bot_id == where.bot_id and one.state == "active")
        bot = next(posters, None)
        if bot is None:
            raise CannotDoThat("the app that posted this is no longer installed")
        act = self._start("interactive", user, channel, bot)
        act.source = where
        container = {
            "type": "message",
            "message_ts": where.ts,
            "channel_id": channel.id,
            "is_ephemeral": where.ephemeral,
        }
        if where.in_thread:
            container["thread_ts"] = where.thread_ts
        act.payload = self._common(act) | {
            "container": container,
            "channel": {"id": channel.id, "name": _name(channel)},
            "state": {"values": forms.initial(where.all_blocks)},
            "response_url": self._response_url(act),
        }
        if not where.ephemeral:  # Slack keeps no copy of an ephemeral message to send along
            act.payload["message"] = writer.message(where)
        return act

    def _common(self, act: Act) -> Json:
        """What every interactive payload begins with."""
        user, bot = act.user, act.installation
        team = self._team(user, bot)
        return {
            "team": None if bot.team is None else team_json(team),
            "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": user.team.id},
            "api_app_id": self.app.id,
            "token": self.app.verification_token,
            "enterprise": enterprise_json(bot, team),
            "is_enterprise_install": bot.team is None,
        }

    def _start(self, kind: str, user: User, channel: Channel | None, bot: Installation) -> Act:
        act = Act(
            kind, user, channel, bot, self.clock.seconds(), self.world.ids.sequence(), self.until, self.shown_since
        )
        self.acts.append(act)
        return act

    def _go(self, act: Act) -> Act:
        self.deliver(act)
        self.changed()
        return act

    def _trigger(self, act: Act) -> str:
        number = f"{self.world.ids.sequence()}.{secrets.randbelow(10**10)}.{secrets.token_hex(16)}"
        act.trigger = self.triggers[number] = Trigger(number, act, self.clock.seconds() + TRIGGER_LIFETIME)
        return number

    def _response_url(self, act: Act) -> str:
        token = secrets.token_urlsafe(18)
        ends = self.clock.seconds() + RESPONSE_URL_LIFETIME
        act.response_url = self.response_urls[token] = ResponseUrl(token, act, ends)
        kind = "commands" if act.kind == "slash_commands" else "actions"
        return f"{self.origin}/{kind}/{act.installation.home}/{token}"

    def _typed(self, text: str, channel: Channel, *, escaped: bool) -> str:
        """A person's words as the app gets them; `escaped`: links and names become `<…>` too (should_escape)."""
        out = escape(text)
        if not escaped:
            return out
        users = {one.name: f"<@{one.id}|{one.name}>" for one in self.world.users.values()}
        rooms = {one.name: f"<#{one.id}|{one.name}>" for one in self.world.channels.values()}

        def name(match: re.Match[str]) -> str:
            known = users if match[1] == "@" else rooms
            return known.get(match[2], match[0])

        return NAME.sub(name, URL.sub(lambda match: f"<{match[0]}>", out))

    def _be_in(self, user: User, channel: Channel) -> None:
        if user.id not in channel.members:
            raise CannotDoThat(f"{user.name} is not in #{channel.name}")
        if channel.archived:
            raise CannotDoThat(f"#{channel.name} is archived")

    def _see(self, user: User, message: Message) -> None:
        channel = self.world.channels[message.channel_id]
        if message not in channel.seen_by(user):
            raise CannotDoThat(f"{user.name} does not see this message")
        inside = any(one in user.teams for one in channel.teams)
        if user.id not in channel.members and (channel.is_private or not inside):
            raise CannotDoThat(f"{user.name} does not see #{channel.name}")

    def _controls(self, user: User, where: Message | View) -> list[tuple[str, Json]]:
        if isinstance(where, Message):
            self._see(user, where)
            return list(controls(where.all_blocks))
        if where is not user.home and where not in user.modals:
            raise CannotDoThat(f"{user.name} does not see this view")
        return list(controls(where.blocks))

    def _installed(self, user: User, channel: Channel | None) -> Installation:
        bot = self.world.installed_for(user, channel)
        if bot is None:
            raise CannotDoThat(f"the app is not installed for {user.name}")
        return bot

    def _owner(self, view: View) -> Installation:
        return next(one for one in self.world.installations if one.home == view.team_id)

    def _team(self, user: User, bot: Installation) -> Team:
        return bot.team or next((one for one in user.teams if bot.covers(one)), user.team)


def _name(channel: Channel) -> str:
    return {"im": "directmessage", "private": "privategroup"}.get(channel.kind, channel.name)
