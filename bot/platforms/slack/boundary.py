"""The edge of everything a person does: whatever goes wrong behind it becomes a sentence for that person alone."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from typing import Any

import aiohttp
import structlog
from slack_sdk.errors import SlackClientError
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.actions import JobActions
from bot.cards.clip import excerpt
from bot.cards.refusal_card import refusal_card
from bot.cards.sentences import sentence, words
from bot.cards.untold_card import untold_card
from bot.domain.card import Card, Tone
from bot.domain.errors import EaselError, NotAllowed, PlatformError, PlatformUnavailable, Refused, StoreUnavailable
from bot.domain.people import Person
from bot.domain.ports import Clock

from .api import SlackApi
from .faults import SlowDown
from .limits import CALL_SECONDS, REMEMBERED, RESPONSE_URL_SECONDS, RESPONSE_URL_USES
from .membership import SaidHere
from .render import Drawn, draw
from .request_context import NAME, People, RequestContext
from .workspaces import Workspaces

_log = structlog.get_logger(__name__)

TOLD_ALONE = "alone"  # the result's message of what only its author was told: there is none to find again
UNCONFIRMED = "slack-unconfirmed"
EASEL = "Easel"  # where Slack doesn't say what the bot is called there
_NEEDS_POWER = frozenset({"moderators-only", "managers-only", "not-yours"})


def is_unconfirmed(refused: Refused, ctx: RequestContext) -> bool:
    """Whether it was refused only because Slack did not say what this person may do."""
    return ctx.unconfirmed and refused.code in _NEEDS_POWER


RetryButton = Callable[[], Awaitable[dict[str, Any] | None]]


async def no_button() -> None:
    """Nothing to press."""


class Boundary:
    """Every listener runs within `answering`: Bolt loses an acknowledgement when a listener raises right behind it."""

    def __init__(
        self,
        *,
        api: SlackApi,
        workspaces: Workspaces,
        people: People,
        jobs: JobActions,
        clock: Clock,
        serve_strangers: bool,
    ) -> None:
        self._api = api
        self._jobs = jobs
        self._workspaces = workspaces
        self._people = people
        self._clock = clock
        self._serve_strangers = serve_strangers
        self._running: set[asyncio.Task[object]] = set()
        self._offering: set[str] = set()
        self._uses: OrderedDict[str, tuple[int, float]] = OrderedDict()  # response_url → uses left, monotonic end

    async def served(self, ctx: RequestContext) -> Person:
        """Who did it; SaidHere, before anything is told or done, for people of another organization."""
        person = await self._people.person(ctx)
        if ctx.stranger and not self._serve_strangers:
            raise SaidHere("stranger", retry=False)
        return person

    @contextlib.asynccontextmanager
    async def answering(
        self, ctx: RequestContext, *, prompt: str = "", retry: RetryButton = no_button
    ) -> AsyncIterator[None]:
        """Answer a Refused with why, Slack's own trouble with a button that tries again, and a bug with a reference.

        `prompt`: as typed. `retry` makes the button; None where there is nothing to press.
        """
        task = asyncio.current_task()
        if task is not None:
            self._running.add(task)
        try:
            yield
        except SaidHere as refused:
            locale = self._people.locale(ctx)
            button = await self._button(retry) if refused.retry else None
            name = await self._people.called(ctx, ctx.bot_user_id) if ctx.bot_user_id else ""
            card = Card(tone=Tone.REFUSED, prompt=excerpt(prompt), status=refused.sentence(locale, name or EASEL))
            await self.say(ctx, card, button=button)
        except Refused as refused:
            if is_unconfirmed(refused, ctx):
                said = words(UNCONFIRMED, self._people.locale(ctx))
                await self.say(ctx, Card(tone=Tone.REFUSED, prompt=excerpt(prompt), status=(said,)))
            else:
                await self.say(ctx, refusal_card(refused, self._people.locale(ctx), prompt=prompt))
        except StoreUnavailable as error:
            _log.debug("refused_store_unavailable", action="answer", error=str(error))
            if ctx.accepted is None:
                away = refusal_card(NotAllowed("storage-away"), self._people.locale(ctx), prompt=prompt)
                await self.say(ctx, away)
        except PlatformError as error:
            await self._slack_away(ctx, error, prompt, retry)
        except Exception as error:
            # The last place before Bolt, which would only log it.
            await self._failed(ctx, error)
        finally:
            if task is not None:
                self._running.discard(task)
        self.keep(asyncio.create_task(self._offer(ctx), name="slack-offer"))

    async def _offer(self, ctx: RequestContext) -> None:
        """After an answer: what this person asked for and nobody could tell them of. The next answer tells the rest."""
        if ctx.user_id in self._offering:
            return
        self._offering.add(ctx.user_id)
        try:
            locale = self._people.locale(ctx)
            person = Person(
                platform=NAME,
                community_id=ctx.workspace.community_id,
                user_id=ctx.user_id,
                name=ctx.name,
                locale=locale,
            )
            for report in await self._jobs.untold(person):
                if not await self.say(ctx, untold_card(report, locale)):
                    return
                await self._jobs.told(report.job.id, TOLD_ALONE)
        except (PlatformError, StoreUnavailable, KeyError) as error:
            _log.info("offer_put_off", action="answer", error=str(error))
        finally:
            self._offering.discard(ctx.user_id)

    async def say(
        self, ctx: RequestContext, card: Card, *, instead: bool = False, button: dict[str, Any] | None = None
    ) -> bool:
        """Show the card to this person alone, by whichever way is still open; `instead` of what was pressed on.

        Whether there was a way. `button` stands below it, an element as Slack takes it.
        """
        locale = self._people.locale(ctx)
        drawn = draw(card, now=self._clock.now(), locale=locale, names=self._api.names)
        if button is not None:
            drawn.blocks.append({"type": "actions", "elements": [button]})
        try:
            return await self._respond(ctx, drawn, instead=instead) or await self._write(ctx, drawn)
        except StoreUnavailable as error:  # which is said already: the workspace's token can't be read
            _log.debug("answer_failed", action="answer", error=str(error))
            return False

    async def _write(self, ctx: RequestContext, drawn: Drawn) -> bool:
        try:
            if ctx.channel_id and not ctx.channel_id.startswith("D"):
                await self._api.whisper(ctx.channel_ref, ctx.user_id, drawn)
                return True
        except PlatformError as error:
            _log.info("whisper_failed", action="answer", error=str(error))
        try:
            await self._api.post(await self._api.open_dm(ctx.workspace, ctx.user_id), drawn)
        except PlatformError as error:
            _log.warning("answer_failed", action="answer", error=str(error))
            return False
        return True

    async def dismiss(self, ctx: RequestContext) -> None:
        """Take away the message, for its reader alone, that was pressed on."""
        await self._respond(ctx, None)

    def now(self) -> datetime:
        return self._clock.now()

    def keep(self, task: asyncio.Task[object]) -> None:
        """Own a task whose outcome nobody needs any more."""
        self._running.add(task)
        task.add_done_callback(self._let_go)

    async def idle(self, seconds: float) -> None:
        """Wait until nobody is being answered, at most so long."""
        if self._running:
            await asyncio.wait(set(self._running), timeout=seconds)

    async def _respond(self, ctx: RequestContext, drawn: Drawn | None, *, instead: bool = False) -> bool:
        """Whether the response_url took it. It needs no membership, but it wears out.

        https://docs.slack.dev/interactivity/handling-user-interaction#message-responses
        """
        url = ctx.response_url
        if not url or not self._use(url):
            return False
        client = AsyncWebhookClient(url, session=self._workspaces.session)
        client.proxy = None  # the session knows the way
        client.retry_handlers = []
        try:
            async with asyncio.timeout(CALL_SECONDS):
                if drawn is None:
                    answer = await client.send(delete_original=True)
                else:
                    answer = await client.send(
                        text=drawn.text,
                        blocks=drawn.blocks,
                        response_type="ephemeral",
                        replace_original=instead,
                        unfurl_links=False,
                        unfurl_media=False,
                    )
        except (SlackClientError, aiohttp.ClientError, OSError, TimeoutError) as error:
            _log.info("response_url_failed", action="answer", error=type(error).__name__)
            return False
        if answer.status_code == 400 and drawn is not None and drawn.blocks:  # noqa: PLR2004 - HTTP's own number
            return await self._respond(ctx, drawn.in_words, instead=instead)
        if answer.status_code != 200:  # noqa: PLR2004 - HTTP's own number
            _log.info("response_url_expired", action="answer", status=answer.status_code)
            self._uses[url] = (0, self._clock.monotonic() + RESPONSE_URL_SECONDS)
            return False
        return True

    def _use(self, url: str) -> bool:
        now = self._clock.monotonic()
        left, end = self._uses.get(url, (RESPONSE_URL_USES, now + RESPONSE_URL_SECONDS))
        if left == 0 or now >= end:
            return False
        self._uses[url] = (left - 1, end)
        if len(self._uses) > REMEMBERED:
            self._uses.popitem(last=False)
        return True

    async def _slack_away(self, ctx: RequestContext, error: PlatformError, prompt: str, retry: RetryButton) -> None:
        _log.warning("slack_away", action="answer", error=str(error))
        if ctx.accepted is not None:
            return  # the job is on its way, and its card will say so
        locale = self._people.locale(ctx)
        said = words("slack-away", locale)
        if not isinstance(error, PlatformUnavailable):
            said = words("slack-refused", locale, word=getattr(error, "code", "") or "–")
        elif isinstance(error, SlowDown):
            said = words("slack-slow-down", locale, n=round(error.after))
        card = Card(tone=Tone.REFUSED, prompt=excerpt(prompt), status=(said,))
        await self.say(ctx, card, button=await self._button(retry))

    async def _button(self, retry: RetryButton) -> dict[str, Any] | None:
        try:
            return await retry()
        except EaselError as error:
            _log.info("retry_button_failed", action="answer", error=str(error))
            return None

    async def _failed(self, ctx: RequestContext, error: Exception) -> None:
        """Something that nobody foresaw: the log gets the error, the person its reference."""
        reference = secrets.token_hex(4)
        _log.error("listener_failed", action="answer", reference=reference, exc_info=error)
        if ctx.accepted is not None:
            return  # the job is on its way, and its card will say so
        said = sentence("internal", self._people.locale(ctx), id=reference)
        await self.say(ctx, Card(tone=Tone.FAILED, status=said))

    def _let_go(self, task: asyncio.Task[object]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.info("late_answer_dropped", action="answer", error=str(error))
