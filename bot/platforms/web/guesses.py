"""Wrong tokens, links and codes, counted per client.

The length of a secret is what keeps guesses out; the count only bounds the load, so a right token is never refused. A
device code is short and lives for minutes: past its bounds, codes are refused unread.
"""

from __future__ import annotations

from collections import OrderedDict, deque

from bot.domain.ports import Clock

from .answers import Problem

WRONG_GUESSES = 10  # of one client, within…
WINDOW_SECONDS = 60.0
WRONG_CODES = 200  # of everybody together, within the same time
_MOST_CLIENTS = 1000


class WrongGuesses:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._clients: OrderedDict[str, deque[float]] = OrderedDict()
        self._codes: deque[float] = deque(maxlen=WRONG_CODES)

    def wrong(self, client: str, code: str) -> Problem:
        """Count one more; the refusal: 401 `code`, or 429 where this client has guessed too often."""
        refusal = self._too_many(self._clients.get(client))
        moments = self._clients.setdefault(client, deque(maxlen=WRONG_GUESSES))
        moments.append(self._clock.monotonic())
        self._clients.move_to_end(client)
        while len(self._clients) > _MOST_CLIENTS:
            self._clients.popitem(last=False)
        return refusal or Problem(401, code)

    def wrong_code(self, client: str) -> Problem:
        self._codes.append(self._clock.monotonic())
        return self.wrong(client, "wrong-code")

    def check_code(self, client: str) -> None:
        """Before a device code is read. Problem 429: this client, or all together, have guessed too often."""
        refusal = self._too_many(self._clients.get(client)) or self._too_many(self._codes)
        if refusal is not None:
            raise refusal

    def _too_many(self, moments: deque[float] | None) -> Problem | None:
        if moments is None or len(moments) < (moments.maxlen or 0):
            return None
        wait = WINDOW_SECONDS - (self._clock.monotonic() - moments[0])
        if wait <= 0:
            return None
        # Closed, so that guessing on costs a connection each time.
        return Problem(429, "slow-down", headers={"Retry-After": str(max(1, round(wait))), "Connection": "close"})
