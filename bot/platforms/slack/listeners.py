"""What Bolt hears, acknowledged at once and handed to the handler."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext

from bot.domain.errors import PlatformError, StoreUnavailable
from bot.domain.ports import Clock
from bot.interactions.commands import Command

from .api import SlackApi
from .events import is_old_edit, order_event
from .handler import RequestHandler
from .home import Home
from .modals import CALLBACKS
from .request_context import RequestContext, context_of
from .seen_events import SeenEvents, key_of
from .typed_names import TypedNames
from .workspaces import Workspace

_log = structlog.get_logger(__name__)

MESSAGE_SHORTCUT = "imagine_message"
GLOBAL_SHORTCUT = "imagine_global"

# Of the kinds of messages that people write; whatever else has a subtype is an edit, a join or somebody's app.
# https://docs.slack.dev/reference/events/message#subtypes
_WRITTEN = frozenset({"", "file_share", "thread_broadcast", "me_message"})

Body = dict[str, Any]


class Listeners:
    """Acknowledges first, works afterwards. Whatever comes twice is done once."""

    def __init__(
        self, *, handler: RequestHandler, home: Home, typed_names: TypedNames, api: SlackApi, clock: Clock
    ) -> None:
        self._typed_names = typed_names
        self._names = api.names
        self._handler = handler
        self._home = home
        self._api = api
        self._clock = clock
        self._seen = SeenEvents()

    def register(self, app: AsyncApp) -> None:
        app.command(re.compile(r"^/"))(self.command)
        app.event("app_home_opened")(self.home)
        app.shortcut(MESSAGE_SHORTCUT)(self.message_shortcut)
        app.shortcut(GLOBAL_SHORTCUT)(self.global_shortcut)
        for callback in set(CALLBACKS.values()):
            app.view(callback)(self.form)
        app.action(re.compile(r".*"))(self.button)
        app.event("app_mention")(self.mention)
        app.event("message")(self.message)
        app.event("app_uninstalled")(self.uninstalled)
        app.event("tokens_revoked")(self.revoked)
        # Last, so that it gets what nobody else wants: unanswered, Slack would send it again and again.
        app.event(re.compile(r".*"))(self.unwanted)
        app.error(self.failed)

    async def command(self, ack: AsyncAck, body: Body, context: AsyncBoltContext) -> None:
        """Whatever the manifest calls it."""
        await ack()
        name = str(body.get("command") or "")
        work = self._handler.easel if self._names.is_account(name) else self._handler.typed
        await asyncio.gather(self._names.heard(name), self._do(body, context, self._with_words(body, work)))

    async def home(self, body: Body, event: Body, context: AsyncBoltContext) -> None:
        if event.get("tab") == "home":
            await self._do(body, context, self._home.opened)

    async def message_shortcut(self, ack: AsyncAck, body: Body, context: AsyncBoltContext) -> None:
        await ack()
        work = self._with_words(body.get("message"), self._handler.described)
        await self._do(body, context, work)

    async def global_shortcut(self, ack: AsyncAck, body: Body, context: AsyncBoltContext) -> None:
        await ack()
        await self._do(body, context, lambda ctx: self._handler.command(ctx, Command.DRAW))

    async def form(self, ack: AsyncAck, body: Body, context: AsyncBoltContext) -> None:
        """Here the acknowledgement waits: it says what can't be taken. Such a form may be sent again."""
        key = key_of(body)
        wrong: Mapping[str, str] = {}
        if self._seen.first(key):
            wrong = await self._handler.submitted(self._context(body, context))
        if wrong:
            self._seen.forget(key)
            await ack(response_action="errors", errors=dict(wrong))
        else:
            await ack()

    async def button(self, ack: AsyncAck, body: Body, action: Body, context: AsyncBoltContext) -> None:
        await ack()
        if action.get("type") == "button" and not action.get("url"):
            await self._do(body, context, lambda ctx: self._handler.pressed(ctx, action))

    async def mention(self, body: Body, event: Body, context: AsyncBoltContext) -> None:
        if event.get("bot_id") or event.get("channel_type") == "im":
            return  # our own conversation is heard as a message already
        if is_old_edit(event, self._clock.now()):
            return
        await self._do(body, context, self._with_words(event, self._mentioned(event)))

    async def message(self, body: Body, event: Body, context: AsyncBoltContext) -> None:
        """Only those to ourselves are asked for; edits, joins and what bots say are no requests."""
        if event.get("channel_type") != "im" or event.get("bot_id"):
            return
        if str(event.get("subtype") or "") in _WRITTEN:
            await self._do(body, context, self._with_words(event, self._mentioned(event)))

    async def uninstalled(self, context: AsyncBoltContext) -> None:
        await self._gone(context)

    async def revoked(self, event: Body, context: AsyncBoltContext) -> None:
        if (event.get("tokens") or {}).get("bot"):
            await self._gone(context)

    async def unwanted(self) -> None:
        """Bolt acknowledges events by itself."""

    async def failed(self, error: Exception) -> None:
        """Before a listener of ours is reached, or an error in acknowledging: there is nobody to answer."""
        _log.error("bolt_failed", action="listen", exc_info=error)

    def _mentioned(self, event: Body) -> Callable[[RequestContext, str], Awaitable[None]]:
        """What becomes of the words of a message. One that was edited until nothing was left asks for nothing."""

        async def answer(ctx: RequestContext, text: str) -> None:
            if event.get("files"):
                await self._handler.shown_a_file(ctx, text)
            elif text.strip() or not event.get("edited"):
                await self._handler.mentioned(ctx, text)

        return answer

    def _with_words(
        self, said: Mapping[str, Any] | None, work: Callable[[RequestContext, str], Awaitable[None]]
    ) -> Callable[[RequestContext], Awaitable[None]]:
        """Do it with the `text` of what was said, its names read."""
        text = str((said or {}).get("text") or "")

        async def read(ctx: RequestContext) -> None:
            await work(ctx, await self._typed_names.read(ctx, text))

        return read

    async def _do(
        self, body: Mapping[str, Any], context: AsyncBoltContext, work: Callable[[RequestContext], Awaitable[None]]
    ) -> None:
        key = key_of(body)
        if not self._seen.first(key):
            _log.info("event_repeated", action="listen", type=str(body.get("type") or "command"))
            return
        await work(self._context(body, context))

    def _context(self, body: Mapping[str, Any], context: AsyncBoltContext) -> RequestContext:
        ctx = context_of(body, context)
        ctx.event = order_event(body, context, self._clock.now())
        return ctx

    async def _gone(self, context: AsyncBoltContext) -> None:
        """Slack may say so late, or twice, when the app is long installed again: so the token itself is asked."""
        team = "" if context.is_enterprise_install else context.team_id or ""
        workspace = Workspace(team_id=team, enterprise_id=context.enterprise_id)
        _log.warning("uninstalled", action="listen", team=workspace.team_id)
        try:
            await self._api.look_again(workspace)
        except (PlatformError, StoreUnavailable) as error:
            _log.info("token_check_failed", action="listen", error=str(error))  # its next use will tell
