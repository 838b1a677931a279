"""What the vendor's status codes mean for a call, in the words of `bot.domain.errors`.

The documented codes are in `Code`. A code of three digits that is not among them is an HTTP status: it comes from a
gateway in front of the vendor, and is no verdict (`gateway_status`). The vendor numbers its own by family (4… the
caller's fault, 5… the service's), so an undocumented one with HTTP status 200 is read by its first digit:

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


_DOCUMENTED = frozenset(Code)
_OK = 200
_HTTP_STATUSES = range(300, 600)

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
    return ModelUnavailable(error.detail, trace_id=error.trace_id, code=error.code, came=error.came)


def gateway_status(http_status: int, code: int) -> int | None:
    """The HTTP status of a gateway's own answer; None for an answer of the vendor's.

    The vendor answers with HTTP status 200 and its codes; the documented ones are its own whatever the status.
    """
    if code in _DOCUMENTED:
        return None
    if http_status != _OK:
        return http_status
    return code if code in _HTTP_STATUSES else None
