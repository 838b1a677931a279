"""Where a list of jobs, newest first, goes on: behind the job that was shown last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.domain.job import Job, is_job_id

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_LONGEST = 16  # digits: beyond the year 2286


@dataclass(frozen=True, slots=True)
class Cursor:
    """The moment and the id of a job: both, since several jobs may have the same moment."""

    created_at: datetime
    job_id: str

    @classmethod
    def behind(cls, job: Job) -> Cursor:
        return cls(job.created_at, job.id)

    def __str__(self) -> str:
        """`<microseconds since 1970>-<job id>`, for an address."""
        return f"{(self.created_at - _EPOCH) // _MICROSECOND}-{self.job_id}"

    @classmethod
    def parse(cls, text: str) -> Cursor:
        """Raises ValueError if the text is no cursor."""
        moment, _, job_id = text.partition("-")
        if not (moment.isascii() and moment.isdecimal() and len(moment) <= _LONGEST and is_job_id(job_id)):
            raise ValueError(text)
        return cls(_EPOCH + int(moment) * _MICROSECOND, job_id)
