"""The fair queue of waiting jobs: people take turns, whoever has the fewest jobs running first, then the oldest.

A sheet takes nobody's turn: the provider draws nothing for it, and the jobs that it waits for stand in the line.
"""

from __future__ import annotations

from collections import OrderedDict

from bot.domain.job import Job, JobKind

Author = tuple[str, str, str]


def author_of(job: Job) -> Author:
    """Whose turn it is: one person has one queue over all communities of a platform."""
    return job.author.account


class FairQueue:
    """Jobs that wait, and how many run, per person. At most `running_limit` of one person's jobs run at once.

    A community may set a lower limit for the jobs that are asked for there; each job keeps that of its `add`.
    """

    def __init__(self, running_limit: int) -> None:
        self._limit = running_limit
        self._waiting: dict[Author, OrderedDict[str, Job]] = {}
        self._running: dict[Author, int] = {}
        self._limits: dict[str, int] = {}  # by the ids of those that wait
        self._sheets: OrderedDict[str, Job] = OrderedDict()

    def __len__(self) -> int:
        return sum(len(jobs) for jobs in self._waiting.values())

    def __contains__(self, job: Job) -> bool:
        return job.id in self._sheets or job.id in self._waiting.get(author_of(job), ())

    def job_ids(self) -> list[str]:
        return [job_id for jobs in self._waiting.values() for job_id in jobs]

    def add(self, job: Job, running_limit: int | None = None) -> None:
        if job.kind is JobKind.SHEET:
            self._sheets[job.id] = job
            return
        self._waiting.setdefault(author_of(job), OrderedDict())[job.id] = job
        if running_limit is not None:
            self._limits[job.id] = running_limit

    def remove(self, job: Job) -> bool:
        """Take a job out of the queue; whether it stood there."""
        if self._sheets.pop(job.id, None) is not None:
            return True
        jobs = self._waiting.get(author_of(job), OrderedDict())
        found = jobs.pop(job.id, None) is not None
        self._limits.pop(job.id, None)
        if found and not jobs:
            del self._waiting[author_of(job)]
        return found

    def next(self) -> Job | None:
        """Whose turn it is, taken out of the queue; None while nobody may run. The caller says `started`."""
        if self._sheets:
            return self._sheets.popitem(last=False)[1]
        ready = [
            (self._running.get(author, 0), next(iter(jobs.values())).created_at, author)
            for author, jobs in self._waiting.items()
            if self._running.get(author, 0) < self._limits.get(next(iter(jobs)), self._limit)
        ]
        if not ready:
            return None
        author = min(ready)[2]
        job = next(iter(self._waiting[author].values()))
        self.remove(job)
        return job

    def started(self, job: Job) -> None:
        if job.kind is JobKind.SHEET:
            return
        self._running[author_of(job)] = self._running.get(author_of(job), 0) + 1

    def stopped(self, job: Job) -> None:
        if job.kind is JobKind.SHEET:
            return
        author = author_of(job)
        self._running[author] -= 1
        if self._running[author] == 0:
            del self._running[author]

    def position(self, job: Job) -> int | None:
        """The place in line, 1 for the next; None if the job does not wait.

        Counts those who come first when everybody takes turns: a person's second job waits for all the first ones.
        """
        author = author_of(job)
        jobs = self._waiting.get(author)
        if jobs is None or job.id not in jobs:
            return None
        mine = self._running.get(author, 0) + list(jobs).index(job.id)
        ahead = 0
        for other, theirs in self._waiting.items():
            base = self._running.get(other, 0)
            for place, waiting in enumerate(theirs.values()):
                if (base + place, waiting.created_at, other) >= (mine, job.created_at, author):
                    break
                ahead += 1
        return ahead + 1
