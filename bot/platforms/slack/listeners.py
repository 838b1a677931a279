"""What Bolt hears, acknowledged at once and handed to the desk."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext

from bot.cards.refusal_card import refusal_sentence
from bot.domain.errors import BadOption, PlatformError
from bot.grammar.parse import parse

from .asking import Asking, asking_of
from .buttons import pressed
from .defaults_form import DEFAULTS_FORM, read_defaults
from .desk import Desk
from .easel import COMMAND, Easel
from .events import is_old_edit, order_event
from .form import CALLBACK, PROMPT, REPORT_FORM, WORD_FORM, read_form
from .home import DEFAULTS_ACTION, DRAW_ACTION, SETTINGS_ACTION, Home
from .moderation import Moderation
from .mydata import FORGET_FORM, MyDataAnswers
from .once import Once, key_of
from .own_defaults import OwnDefaults
from .people_form import (
    AUDIT_ACTION,
    AUDIT_PAGE_ACTION,
    AUDIT_UNDO_ACTION,
    LIFT_ACTION,
    PEOPLE_ACTION,
    PEOPLE_FORM,
    read_decision,
)
from .studio import Settings
from .studio_form import STUDIO_FORM, read_studio
from .text import plain, typed
from .wire import Wire
from .workspaces import Workspace

_log = structlog.get_logger(__name__)

MESSAGE_SHORTCUT = "imagine_message"
GLOBAL_SHORTCUT = "imagine_global"

_MENTION = re.compile(r"^\s*<@[A-Z0-9]+(?:\|[^>]*)?>[\s:,]*")
_LEGAL_FORM_ERRORS = frozenset({"prompt-empty", "prompt-too-long", "text-too-long"})

Body = dict[str, Any]


class Listeners:
    """Acknowledges first, works afterwards. Whatever comes twice is done once."""

    def __init__(
        self,
        *,
        desk: Desk,
        easel: Easel,
        home: Home,
        settings: Settings,
        moderation: Moderation,
        own: OwnDefaults,
        mydata: MyDataAnswers,
        wire: Wire,
    ) -> None:
        self._mydata = mydata
        self._own = own
        self._desk = desk
        self._easel = easel
        self._home = home
        self._settings = settings
        self._moderation = moderation
        self._wire = wire
        self._once = Once()

    def register(self, app: AsyncApp) -> None:
        app.command("/imagine")(self.command)
        app.command(COMMAND)(self.easel)
        app.event("app_home_opened")(self.home)
        app.shortcut(MESSAGE_SHORTCUT)(self.message_shortcut)
        app.shortcut(GLOBAL_SHORTCUT)(self.global_shortcut)
        app.view(CALLBACK)(self.form)
        app.view(REPORT_FORM)(self.report_form)
        app.view(WORD_FORM)(self.word_form)
        app.view(STUDIO_FORM)(self.studio_form)
        app.view(PEOPLE_FORM)(self.people_form)
        app.view(DEFAULTS_FORM)(self.defaults_form)
        app.view(FORGET_FORM)(self.forget_form)
        app.action(re.compile(r".*"))(self.button)
        app.event("app_mention")(self.mention)
        app.event("message")(self.message)
        app.event("app_uninstalled")(self.uninstalled)
        app.event("tokens_revoked")(self.revoked)
        # Last, so that it gets what nobody else wants: unanswered, Slack would send it again and again.
        app.event(re.compile(r".*"))(self.unwanted)
        app.error(self.failed)

    async def command(self, ack: AsyncAck, body: Body, context: AsyncBoltContext) -> None:
        await ack()
        await self._do(body, context, lambda asking: self._desk.typed(asking, typed(str(body.get("text") or ""))))

    async def easel(self, ack: AsyncAck, body: Body, context: AsyncBoltContext) -> None:
        await ack()
        await self._do(body, context, lambda asking: self._easel.typed(asking, typed(str(body.get("text") or ""))))

    async def home(self, body: Body, event: Body, context: AsyncBoltContext) -> None:
        if event.get("tab") == "home":
            await self._do(body, context, self._home.opened)

    async def message_shortcut(self, ack: AsyncAck, body: Body, context: AsyncBoltContext) -> None:
        await ack()
        text = typed(str((body.get("message") or {}).get("text") or ""))
        await self._do(body, context, lambda asking: self._desk.shortcut(asking, text))

    async def global_shortcut(self, ack: AsyncAck, body: Body, context: AsyncBoltContext) -> None:
        await ack()
        await self._do(body, context, self._desk.shortcut)

    async def form(self, ack: AsyncAck, body: Body, context: AsyncBoltContext) -> None:
        filled = read_form(body.get("view") or {})
        asking = asking_of(body, context)
        try:
            parse(filled.text, filled.typed)
        except BadOption as wrong:
            # What only the words of the prompt can mend is said beside them; anything else has a button that mends it.
            if wrong.code in _LEGAL_FORM_ERRORS:
                locale = self._desk.locale(asking)
                said = plain(refusal_sentence(wrong, locale), now=self._desk.now(), locale=locale)
                await ack(response_action="errors", errors={PROMPT: said})
                return
        await ack()
        await self._do(body, context, lambda asking: self._desk.submitted(asking, filled))

    async def report_form(self, ack: AsyncAck, body: Body, context: AsyncBoltContext) -> None:
        await ack()
        filled = read_form(body.get("view") or {})
        await self._do(body, context, lambda asking: self._desk.reported(asking, filled))

    async def word_form(self, ack: AsyncAck, body: Body, context: AsyncBoltContext) -> None:
        await ack()
        filled = read_form(body.get("view") or {})
        await self._do(body, context, lambda asking: self._desk.word_given(asking, filled))

    async def defaults_form(self, ack: AsyncAck, body: Body, context: AsyncBoltContext) -> None:
        await ack()
        changes = read_defaults(body.get("view") or {})
        await self._do(body, context, lambda asking: self._own.submitted(asking, changes))

    async def forget_form(self, ack: AsyncAck, body: Body, context: AsyncBoltContext) -> None:
        await ack()
        await self._do(body, context, self._mydata.forget)

    async def studio_form(self, ack: AsyncAck, body: Body, context: AsyncBoltContext) -> None:
        """Here the answer has to wait: it says what isn't legal. Saved twice is as good as once."""
        wrong = await self._settings.submitted(asking_of(body, context), read_studio(body.get("view") or {}))
        if wrong:
            await ack(response_action="errors", errors=dict(wrong))
        else:
            await ack()

    async def people_form(self, ack: AsyncAck, body: Body, context: AsyncBoltContext) -> None:
        """As above; but decided twice would stand in the trail twice."""
        key = key_of(body)
        wrong: Mapping[str, str] = {}
        if self._once.first(key):
            wrong = await self._moderation.decided(asking_of(body, context), read_decision(body.get("view") or {}))
        if wrong:
            self._once.forget(key)
            await ack(response_action="errors", errors=dict(wrong))
        else:
            await ack()

    async def button(self, ack: AsyncAck, body: Body, action: Body, context: AsyncBoltContext) -> None:
        await ack()
        if action.get("action_id") == DRAW_ACTION:
            await self._do(body, context, self._desk.shortcut)
        elif action.get("action_id") == SETTINGS_ACTION:
            await self._do(body, context, self._settings.open)
        elif action.get("action_id") == DEFAULTS_ACTION:
            await self._do(body, context, self._own.open)
        elif (moderating := self._moderating(action)) is not None:
            await self._do(body, context, moderating)
        elif action.get("type") == "button" and not action.get("url"):
            await self._do(body, context, lambda asking: self._desk.pressed(asking, pressed(action)))

    def _moderating(self, action: Body) -> Callable[[Asking], Awaitable[None]] | None:
        """What a button of moderation does; None for any other."""
        moderation, value = self._moderation, str(action.get("value") or "")
        known: dict[str, Callable[[Asking], Awaitable[None]]] = {
            PEOPLE_ACTION: moderation.open_people,
            AUDIT_ACTION: moderation.open_audit,
            LIFT_ACTION: lambda asking: moderation.lift(asking, value),
            AUDIT_UNDO_ACTION: lambda asking: moderation.undo(asking, value),
            AUDIT_PAGE_ACTION: lambda asking: moderation.older(asking, value),
        }
        return known.get(str(action.get("action_id") or ""))

    async def mention(self, body: Body, event: Body, context: AsyncBoltContext) -> None:
        if event.get("bot_id") or event.get("channel_type") == "im":
            return  # our own conversation is heard as a message already
        text = typed(_MENTION.sub("", str(event.get("text") or "")))
        if is_old_edit(event, self._desk.now()) or (event.get("edited") and not text.strip()):
            return
        await self._do(body, context, lambda asking: self._desk.mentioned(asking, text))

    async def message(self, body: Body, event: Body, context: AsyncBoltContext) -> None:
        """Only those to ourselves are asked for; edits, joins and what bots say are no requests."""
        if event.get("channel_type") != "im" or event.get("subtype") or event.get("bot_id"):
            return
        text = typed(_MENTION.sub("", str(event.get("text") or "")))
        await self._do(body, context, lambda asking: self._desk.mentioned(asking, text))

    async def uninstalled(self, context: AsyncBoltContext) -> None:
        await self._gone(context)

    async def revoked(self, event: Body, context: AsyncBoltContext) -> None:
        if (event.get("tokens") or {}).get("bot"):
            await self._gone(context)

    async def unwanted(self) -> None:
        """Bolt acknowledges events by itself."""

    async def failed(self, error: Exception) -> None:
        """Before a listener of ours is reached, or an error in acknowledging: there is nobody to answer."""
        _log.error("Bolt failed", action="listen", exc_info=error)

    async def _do(
        self, body: Mapping[str, Any], context: AsyncBoltContext, work: Callable[[Asking], Awaitable[None]]
    ) -> None:
        key = key_of(body)
        if not self._once.first(key):
            _log.info("heard before", action="listen", type=str(body.get("type") or "command"))
            return
        asking = asking_of(body, context)
        asking.event = order_event(body, context, self._desk.now())
        await work(asking)

    async def _gone(self, context: AsyncBoltContext) -> None:
        """Slack may say so late, or twice, when the app is long installed again: so the token itself is asked."""
        team = "" if context.is_enterprise_install else context.team_id or ""
        workspace = Workspace(team_id=team, enterprise_id=context.enterprise_id)
        _log.warning("uninstalled", action="listen", team=workspace.team_id)
        try:
            await self._wire.look_again(workspace)
        except PlatformError as error:
            _log.info("token looked at", action="listen", error=str(error))  # its next use will tell
