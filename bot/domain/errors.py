"""The family of errors. Every boundary turns what its libraries raise into one of these.

EaselError
├─ Refused                 the person asked for something we won't do: safe to show, nothing was charged
│  ├─ BadOption            a word of the request has no legal value (grammar)
│  ├─ OverLimit            a limit of the person or the community
│  └─ NotAllowed           missing permission, not theirs, no longer there
├─ ModelError              the image model's side of a call
│  ├─ ModelUnavailable     nothing happened; the same call may be made again after `after` seconds
│  │  └─ ModelAway         nobody has answered for hours, so that waiting on makes little sense
│  ├─ ModelUnclear         the call may have had its effect: a submit must be looked up, never repeated
│  ├─ ModelRejected        the request itself will never be taken; `detail` may be shown
│  └─ ModelAccountRefused  the credentials are wrong: only the operator can mend it
├─ PictureBroken           bytes that are no complete picture, or a link that leads to none
│  └─ PictureUnusable      too large, of an unknown kind, or at no URL: fetching it again changes nothing
├─ PlatformError           the chat platform's side of a call
│  ├─ PlatformUnavailable  try again after `after` seconds
│  ├─ CredentialsRefused   the platform refuses the bot's own credentials: only the operator can mend it
│  └─ Undeliverable        this destination takes nothing from us any more
│     └─ PicturesUnusable   the kept pictures can't be opened
├─ StoreUnavailable        the database can't be reached or used: nothing is known to have been saved
├─ AlreadyOrdered          this event, or a press in the same moment, has ordered a job
├─ JobExists               another job has this id
├─ StaleJob                a conditional save found the job in another state: somebody else moved it
├─ SubmitBusy              an identical order is being submitted: wait your turn
└─ TaskTaken               another job has this task of the provider already
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.domain.order_event import Repeat
    from bot.domain.request import ImageRequest


class EaselError(Exception):
    """Whatever goes wrong within Easel's own words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """The nearest request that would be taken: its text as one could type it, and the request."""

    text: str
    request: ImageRequest


class Refused(EaselError):
    """Not done, nothing charged. `code` names the sentence in bot/cards/locales; `values` fill it."""

    def __init__(self, code: str, *, repair: Repair | None = None, **values: str | int | datetime) -> None:
        super().__init__(code)
        self.code = code
        self.values = values
        self.repair = repair
        self.draft_id: str | None = None  # where an action kept the repair, for the button that uses it
        self.entry_id: int | None = None  # what tells of it in the audit trail, for an appeal


class BadOption(Refused):
    """A word of the request can't be taken. `values` has word, option, understood and nearest where there are any."""


class OverLimit(Refused):
    """A limit stands in the way. `values` has limit, used, wanted, and `resets_at` and `fits` where they make sense."""


class NotAllowed(Refused):
    """This person may not do this here, or the thing is gone."""


class ModelError(EaselError):
    """Something about a call to the image model. `trace_id` is the provider's, for its support.

    `came`: the first words of an answer that can't be read, for the operator alone: they may quote a prompt.
    """

    def __init__(self, detail: str, *, trace_id: str = "", code: int | None = None, came: str = "") -> None:
        super().__init__(detail)
        self.detail = detail
        self.trace_id = trace_id
        self.code = code
        self.came = came


class ModelUnavailable(ModelError):
    """Nothing happened. The same call may be made again after `after` seconds."""

    def __init__(
        self, detail: str, *, after: float = 1.0, trace_id: str = "", code: int | None = None, came: str = ""
    ) -> None:
        super().__init__(detail, trace_id=trace_id, code=code, came=came)
        self.after = after


class ModelAway(ModelUnavailable):
    """Nothing happened: the call waited for the provider for hours, and in vain."""


class ModelUnclear(ModelError):
    """The answer was lost or unreadable: the call may have had its effect."""


class ModelRejected(ModelError):
    """The provider will never take this request (codes 400 and 40000)."""


class ModelAccountRefused(ModelError):
    """The provider refuses the credentials."""


class PictureBroken(EaselError):
    """What came is not a complete, acceptable picture."""


class PictureUnusable(PictureBroken):
    """What came is what the provider has, and it can't be taken: fetching the same link again changes nothing."""


class PlatformError(EaselError):
    """Something about a call to a chat platform."""


class PlatformUnavailable(PlatformError):
    """The platform did not take it now; the same message may be posted again after `after` seconds."""

    def __init__(self, detail: str, *, after: float = 1.0) -> None:
        super().__init__(detail)
        self.after = after


class CredentialsRefused(PlatformError):
    """The platform refuses the bot's own credentials. The text is a sentence for the operator, without secrets."""


class Undeliverable(PlatformError):
    """The channel is gone or closed to us for good.

    `reason` names a sentence for people, `undeliverable-<reason>` in bot/cards/locales; empty: the channel is closed.
    """

    def __init__(self, detail: str = "", *, reason: str = "") -> None:
        super().__init__(detail)
        self.reason = reason


class PicturesUnusable(Undeliverable):
    """The kept pictures can't be opened: there is nothing to show, in no place."""


class StoreUnavailable(EaselError):
    """What is saved can't be reached or used right now: whether the last save took place is not known."""


class AlreadyOrdered(EaselError):
    """The event has ordered `job_id`, None where that job is forgotten; nothing new was saved.

    `same_content`: False where the sender used the event's id for something else before.
    """

    def __init__(self, job_id: str | None, *, repeat: Repeat, same_content: bool = True) -> None:
        super().__init__(f"job {job_id} was ordered by the same {repeat}")
        self.job_id = job_id
        self.repeat = repeat
        self.same_content = same_content


class JobExists(EaselError, ValueError):
    """Another job has this id."""


class StaleJob(EaselError):
    """The job was not in the state this save came from."""


class SubmitBusy(EaselError):
    """An identical order is being submitted; wait your turn: a lost answer is found by its order alone."""


class TaskTaken(EaselError):
    """Another job has this task of the provider already."""
