"""Whether the picture store answers, for readiness, which it does not decide: requests are taken and wait for it."""

from __future__ import annotations

import asyncio
from typing import Final

from bot.domain.ports import Clock, PictureStore
from bot.observability.health import NOT_KNOWN, Check

ANSWER_SECONDS: Final = 3.0
ASK_SECONDS: Final = 15.0  # between two questions, which a bucket may cost money
_NOBODYS_KEY: Final = "readiness/none.png"


class PictureStoreCheck:
    def __init__(self, pictures: PictureStore, clock: Clock) -> None:
        self._pictures = pictures
        self._clock = clock
        self._asked_at = float("-inf")
        self._check = NOT_KNOWN

    async def check(self) -> Check:
        """Ask for a picture that nobody has, unless somebody asked a moment ago."""
        if self._clock.monotonic() - self._asked_at >= ASK_SECONDS:
            self._asked_at = self._clock.monotonic()
            ok = await self._answers()
            since = self._check.since if self._check.ok is ok else self._clock.now()
            detail = "ok" if ok else "the picture store does not answer: check PICTURES_URL, its permissions and space"
            self._check = Check(ok=ok, detail=detail, since=since)
        return self._check

    async def _answers(self) -> bool:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._pictures.get(_NOBODYS_KEY)
        except KeyError:
            return True
        except (OSError, TimeoutError):
            return False
        return True
