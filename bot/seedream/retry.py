"""Calls without effects are made again, a bounded number of times."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt, wait_exponential, wait_random

from bot.domain.errors import ModelAway, ModelUnavailable
from bot.domain.ports import Clock

T = TypeVar("T")

ATTEMPTS = 3
# Seconds: about 0.5, then 1, never above 4, with a little chance so that processes don't march in step.
FIRST_WAIT = 0.5
LONGEST_WAIT = 4.0
CHANCE = 0.25


async def repeated(clock: Clock, call: Callable[[], Awaitable[T]]) -> T:
    """The result of `call`; after ModelUnavailable once more, up to ATTEMPTS times. Other errors pass at once.

    ModelAway is one of those: it has waited long enough.
    """
    retrying = AsyncRetrying(
        sleep=clock.sleep,
        stop=stop_after_attempt(ATTEMPTS),
        wait=wait_exponential(multiplier=FIRST_WAIT, max=LONGEST_WAIT) + wait_random(0, CHANCE),
        retry=retry_if_exception(_may_pass),
        reraise=True,
    )
    return await retrying(call)


def _may_pass(error: BaseException) -> bool:
    return isinstance(error, ModelUnavailable) and not isinstance(error, ModelAway)
