"""The provider's account as a check of its own: looked at from the start, by calls that cost nothing."""

from __future__ import annotations

from typing import Final

import structlog

from bot.composition.balance import Facts
from bot.composition.who_draws import keep_who_draws
from bot.domain.errors import ModelError
from bot.domain.ports import AccountState, Clock, ImageModel
from bot.observability.health import Check

_log = structlog.get_logger(__name__)

LOOK_SECONDS: Final = 600.0
# While it is refused or not known yet. Longer than a refused token's rest (bot/seedream/token.py).
LOOK_AGAIN_SECONDS: Final = 60.0


async def watch_account(model: ImageModel, clock: Clock, *, facts: Facts) -> None:
    """Look now and then, for ever. Cancel it to stop."""
    while True:
        try:
            await model.check_account()
        except ModelError as error:  # the model remembers a refusal; anything else says nothing of the account
            _log.debug("account_not_known", action="account", error=error.detail)
        await keep_who_draws(model, facts=facts, clock=clock)
        await clock.sleep(LOOK_SECONDS if model.account.accepted else LOOK_AGAIN_SECONDS)


def account_check(state: AccountState) -> Check:
    """The entry of /readyz. It makes nobody unready: another process would have the same account."""
    if state.accepted is None:
        return Check(ok=None, detail="unknown", since=None)
    since = "" if state.since is None else f" since {state.since.isoformat(timespec='seconds')}"
    if state.accepted:
        return Check(ok=True, detail=f"ok{since}", since=state.since)
    detail = f"refused{since}; correct CHANJING_APP_ID and CHANJING_SECRET_KEY (or CHANJING_ACCESS_TOKEN) and restart"
    return Check(ok=False, detail=detail, since=state.since)


def drawing_check(model: ImageModel) -> Check:
    """Whether what is accepted now is drawn now."""
    if model.account.accepted is False:
        since = model.account.since
        return Check(ok=False, detail=f"refused since {since:%Y-%m-%dT%H:%M:%SZ}", since=since)
    if model.away_since is not None:
        since = model.away_since
        return Check(ok=False, detail=f"waits since {since:%Y-%m-%dT%H:%M:%SZ}", since=since)
    if model.account.accepted is None:
        return Check(ok=None, detail="unknown", since=None)
    return Check(ok=True, detail="ok", since=model.account.since)
