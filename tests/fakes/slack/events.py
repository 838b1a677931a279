"""What happens in the world, told to whoever subscribed to it."""

from collections.abc import Callable

from .acts import Act
from .blocks import Json
from .core import Core
from .messages import MENTION, Message
from .payloads import Writer, event_payload
from .world import Channel, Installation, User


class Events(Core):
    """`deliver` is put in by the server; `emit` makes the envelope's payload."""

    deliver: Callable[[Act], None]

    def emit(
        self, bot: Installation, event: Json, *, user: User, channel: Channel | None = None, forced: bool = False
    ) -> Act:
        """Send an event to the app if it subscribed to its type (`forced`: anyhow)."""
        act = Act(
            kind="events_api",
            user=user,
            channel=channel,
            installation=bot,
            started=self.clock.seconds(),
            sequence=self.world.ids.sequence(),
            wait=self.until,
            look=self.shown_since,
        )
        event = {"event_ts": self.world.ids.ts()} | event
        act.payload = event_payload(self.app, bot, event, self.world.ids, self.clock.seconds(), channel)
        self.acts.append(act)
        if forced or _subscription(event) in self.app.events:
            self.deliver(act)
        else:
            act.failure = f"not subscribed to {_subscription(event)}"
        return act


def _subscription(event: Json) -> str:
    """The name that a manifest knows an event by: `message.channels` for a message in a channel."""
    if event["type"] != "message":
        return str(event["type"])
    kinds = {"channel": "channels", "group": "groups", "im": "im", "mpim": "mpim"}
    return f"message.{kinds[event['channel_type']]}"


KINDS = {"public": "channel", "private": "group", "im": "im", "mpim": "mpim"}


def joined(core: Core, channel: Channel, user: User) -> None:
    """Put somebody into a channel and tell the app, if its bot is there."""
    channel.members.add(user.id)
    bot = core.world.installed_in(channel)
    if isinstance(core, Events) and bot is not None and bot.bot.id in channel.members and not channel.is_direct:
        event: Json = {
            "type": "member_joined_channel",
            "user": user.id,
            "channel": channel.id,
            "channel_type": "C" if channel.kind == "public" else "G",
            "team": user.team.id,
        }
        core.emit(bot, event, user=user, channel=channel)
    core.changed()


def written(core: Events, channel: Channel, message: Message, author: User) -> Act | None:
    """Tell of a person's message: as app_mention if it names the bot, and as a message where subscribed."""
    bot = core.world.installed_in(channel)
    if bot is None or bot.bot.id not in channel.members:
        return None
    body = Writer(core.world, core.origin).message(message) | {"channel": channel.id, "event_ts": message.ts}
    act = None
    if bot.bot.id in MENTION.findall(message.text) and not channel.is_direct:
        act = core.emit(bot, body | {"type": "app_mention"}, user=author, channel=channel)
    event = body | {"channel_type": KINDS[channel.kind]}
    if _subscription(event) in core.app.events:
        other = core.emit(bot, event, user=author, channel=channel)
        act = act or other
    return act
