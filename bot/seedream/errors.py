"""What the vendor's status codes mean for a call, in the words of `bot.domain.errors`.

The documented codes are in `Code`. The vendor numbers them by family (4… the caller's fault, 5… the service's own),
so an undocumented code is read by its first digit:

- 4…: answered and refused, so ModelRejected with the vendor's words: an empty account or a prompt that its
  moderation stopped must reach the person, and sending it again changes nothing.
- anything else: ModelUnclear. It costs a look at the list of tasks and can never pay twice.
"""

from __future__ import annotations

from enum import IntEnum

from bot.domain.errors import ModelError, ModelRejected, ModelUnavailable, ModelUnclear

from .payloads import Envelope


class Code(IntEnum):
    """The documented status codes."""

    SUCCESS = 0
    BAD_FORMAT = 400
    BAD_TOKEN = 10400
    BAD_VALUE = 40000
    OVER_QPS = 40001
    INTERNAL = 50000


# Seconds. The limiter paces the next call anyway; this keeps the caller from queueing again at once.
AFTER_OVER_QPS = 1.0
# Seconds. Another holder of the account renews its token too: let it come to rest.
AFTER_BAD_TOKEN = 5.0


def failure(answer: Envelope) -> ModelError:
    """The error of an answer whose code is not 0."""
    detail = answer.msg or f"code {answer.code}"
    if answer.code == Code.OVER_QPS:
        return ModelUnavailable(detail, after=AFTER_OVER_QPS, trace_id=answer.trace_id, code=answer.code)
    if answer.code == Code.BAD_TOKEN:
        return ModelUnavailable(detail, after=AFTER_BAD_TOKEN, trace_id=answer.trace_id, code=answer.code)
    if callers_fault(answer.code):
        return ModelRejected(detail, trace_id=answer.trace_id, code=answer.code)
    return ModelUnclear(detail, trace_id=answer.trace_id, code=answer.code)


def callers_fault(code: int) -> bool:
    """Whether the code is of the family 4…, documented or not."""
    return str(code).startswith("4")


def unavailable(error: ModelUnclear) -> ModelUnavailable:
    """The same for a call without effects: it does no harm to make it again."""
    return ModelUnavailable(error.detail, trace_id=error.trace_id, code=error.code)
