"""Where a result's message is, told by the id that is saved with its job.

Mostly the id is the message's own number, in the channel where it was asked. `alone-<message>`: its author alone sees
it, so nobody finds it and nothing of it can be changed. `in-<thread>-<message>`: it is in the thread of its series.
"""

from __future__ import annotations

from bot.domain.people import Destination

_ALONE, _IN = "alone-", "in-"


def alone(message_id: int) -> str:
    return f"{_ALONE}{message_id}"


def is_alone(result_id: str | None) -> bool:
    return (result_id or "").startswith(_ALONE)


def in_thread(thread_id: int, message_id: str) -> str:
    return f"{_IN}{thread_id}-{message_id}"


def located(result_id: str, asked_in: Destination) -> tuple[int, int]:
    """The channel and the message; not for what `is_alone`."""
    if not result_id.startswith(_IN):
        return int(asked_in.channel_id), int(result_id)
    thread, _, message = result_id.removeprefix(_IN).partition("-")
    return int(thread), int(message)
