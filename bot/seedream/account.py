"""Whether the provider accepts the operator's account, from what its answers to calls with a token say."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from bot.domain.errors import ModelAccountRefused
from bot.domain.ports import AccountState, Clock

log = structlog.get_logger()


class AccountWatch:
    """One for a client. A change is logged once."""

    def __init__(self, clock: Clock) -> None:
        self.state = AccountState()
        self._clock = clock

    def accepted(self) -> None:
        """The provider answered a call that only an accepted account may make."""
        if self.state.accepted is False:
            log.info("account_accepted", action="account")
        self._set(accepted=True)

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Around whatever gets a token."""
        try:
            yield
        except ModelAccountRefused as error:
            self._refused(error)
            raise

    def _refused(self, error: ModelAccountRefused) -> None:
        if self.state.accepted is not False:
            log.error("account_refused", action="account", error=error.detail, trace_id=error.trace_id)
        self._set(accepted=False)

    def _set(self, *, accepted: bool) -> None:
        if self.state.accepted is not accepted:
            self.state = AccountState(accepted=accepted, since=self._clock.now())
