"""Who may see a job: the one rule that every listing and every id passes. db/visibility.py says it in SQL.

A job's author sees it everywhere. Others see it where it was asked; elsewhere in the same community only if that place
is open to the whole community, or if the author has shared the job with it.
"""

from __future__ import annotations

import dataclasses

from bot.domain.job import Job, JobState
from bot.domain.people import CONVERSATION, Destination, Person
from bot.domain.report import JobReport

# Platforms without a community beyond the person who asks.
_ALONE = frozenset({"terminal"})


def is_author(job: Job, person: Person) -> bool:
    return (job.author.platform, job.author.user_id) == (person.platform, person.user_id)


def is_open(job: Job) -> bool:
    """Whether the whole community may see it."""
    return job.shared_at is not None or not job.destination.private


def may_see(job: Job, person: Person) -> bool:
    """Whether this person may see the job from where they are: `person.channels` of `person.community_id`."""
    if is_author(job, person):
        return True
    if (job.destination.platform, job.destination.community_id) != (person.platform, person.community_id):
        return False
    return job.destination.channel_id in person.channels or (is_open(job) and not person.confined)


def may_moderate(there: Destination, person: Person) -> bool:
    """Whether this person may act on what others asked for there."""
    if (there.platform, there.community_id) != (person.platform, person.community_id):
        return False
    return person.moderator or not set(there.channels).isdisjoint(person.moderated)


def may_hear_of_removal(there: Destination, person: Person) -> bool:
    """Whether this person may know that a message is to go from there: they are there, or moderate there."""
    here = (there.platform, there.community_id) == (person.platform, person.community_id)
    return may_moderate(there, person) or (here and there.channel_id in person.channels)


def may_be_told(job: Job, there: Destination) -> bool:
    """Whether everybody who reads along there may see the job."""
    if (job.destination.platform, job.destination.community_id) != (there.platform, there.community_id):
        return False
    return is_open(job) or job.destination.channel_id in there.channels


def may_be_shared(job: Job) -> bool:
    """Whether there is a community that doesn't see the job yet and could."""
    there = job.destination
    return there.private and there.platform not in _ALONE and not there.community_id.startswith(CONVERSATION)


def may_hide(job: Job, person: Person) -> bool:
    """Whether this person may hide the job's pictures until somebody looks: its author, and who moderates there."""
    here = (job.destination.platform, job.destination.community_id) == (person.platform, person.community_id)
    return is_author(job, person) or may_moderate(job.destination, person) or (here and person.manager)


def without_kept(job: Job) -> Job:
    """The job as everybody but its author sees it: what a cancelled or failed one has was never posted."""
    return dataclasses.replace(job, pictures=()) if job.state in {JobState.CANCELLED, JobState.FAILED} else job


def for_reader(report: JobReport, person: Person) -> JobReport:
    """The report without the parent if this person may not see it: the lineage line tells the parent's options."""
    parent = report.parent
    return report if parent is None or may_see(parent, person) else dataclasses.replace(report, parent=None)


def for_place(report: JobReport) -> JobReport:
    """The same for everybody who reads along where the job was asked."""
    parent = report.parent
    told = parent is None or may_be_told(parent, report.job.destination)
    return report if told else dataclasses.replace(report, parent=None)
