"""One message a second in a channel: each post waits for its turn, so that Slack has no reason to refuse.

https://docs.slack.dev/apis/web-api/rate-limits: chat.postMessage is limited by channel.
"""

from __future__ import annotations

from collections import OrderedDict

from bot.domain.ports import Clock

from .limits import POST_SECONDS, RATE_PAUSE_SECONDS, REMEMBERED


class ChannelPace:
    """Turns by channel, first come, first served."""

    def __init__(self, clock: Clock, seconds: float = POST_SECONDS) -> None:
        """`seconds`: between two messages of one channel."""
        self._clock = clock
        self._seconds = seconds
        self._next: OrderedDict[str, float] = OrderedDict()  # the channel's next free turn, monotonic seconds

    async def turn(self, channel_id: str) -> None:
        """Wait for the channel's next turn, and take it."""
        now = self._clock.monotonic()
        at = max(now, self._next.get(channel_id, now))
        self._next[channel_id] = at + self._seconds
        self._next.move_to_end(channel_id)
        if len(self._next) > REMEMBERED:
            self._next.popitem(last=False)
        if at > now:
            await self._clock.sleep(at - now)

    def give_back(self, channel_id: str) -> None:
        """A turn that was taken for nothing goes to the next one."""
        if channel_id in self._next:
            self._next[channel_id] -= self._seconds

    async def refused(self, channel_id: str, seconds: float) -> None:
        """Slack asks for a pause: the turns from now on come after it."""
        ends = self._clock.monotonic() + min(seconds, RATE_PAUSE_SECONDS)
        self._next[channel_id] = max(ends, self._next.get(channel_id, ends))
