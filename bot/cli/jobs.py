"""`python -m bot jobs`: what was asked for and where it stands; stop one."""

from __future__ import annotations

from argparse import Namespace
from datetime import timedelta

from bot.cli import dates
from bot.cli.admin_session import AdminSession
from bot.cli.communities import zone_of
from bot.cli.output import Cell, Output
from bot.cli.running import whoever_runs
from bot.domain.defaults import OPTION_NAMES
from bot.domain.errors import NotAllowed
from bot.domain.job import FINISHED, UNFINISHED, Job, JobState
from db.job_list import JobFilter, list_jobs

_COLUMNS = (
    "id",
    "state",
    "platform",
    "community",
    "channel",
    "user",
    "name",
    "asked",
    "seconds",
    "pictures",
    "failure",
)
_DAY = timedelta(days=1)


async def show_list(session: AdminSession, options: Namespace, output: Output) -> None:
    zone = await zone_of(session, options)
    since, until = dates.first_day(options.since, zone), dates.last_day(options.until, zone)
    where = JobFilter(
        states=_states(options.state),
        platform=options.platform,
        community_id=options.community,
        user_id=options.user,
        since=dates.midnight(since, zone) if since else None,
        until=dates.midnight(until + _DAY, zone) if until else None,
    )
    jobs = list_jobs(session.engine, where, count=options.count)
    columns = [*_COLUMNS, *(["prompt"] if options.prompts else [])]
    await output.stream(columns, (_row(job) async for job in jobs))


async def show(session: AdminSession, options: Namespace, output: Output) -> None:
    job = await session.stores.jobs.get(options.job)
    if job is None:
        raise NotAllowed("job-gone")
    request = job.request
    output.record(
        {
            **_row(job),
            **{name: getattr(request, name) for name in OPTION_NAMES},
            "points": job.points * request.n,
            "submitted": job.submitted_at,
            "generating": job.generating_at,
            "ready": job.ready_at,
            "finished": job.finished_at,
            "task": job.task_id,
            "submit_open": job.submit_open,
            "card_open": job.card_open,
            "message": job.result_id,
            "parent": job.parent_id,
            "deleted": job.deleted_at,
            "failure_detail": job.failure.detail if job.failure else None,
            "files": [picture.key for picture in job.pictures],
        }
    )


async def cancel(session: AdminSession, options: Namespace, output: Output) -> None:
    async with whoever_runs(session.settings.database_url) as bot:
        if bot is not None:
            await bot.do("jobs", options.job, "cancel")
        else:
            await session.operator_actions.cancel(options.job)
    output.done(f"Job {options.job} is cancelled; what was ordered already counts, nothing else does.", job=options.job)


def _states(name: str) -> tuple[JobState, ...]:
    match name:
        case "all":
            return ()
        case "unfinished":
            return UNFINISHED
        case "finished":
            return tuple(FINISHED)
        case _:
            return (JobState(name),)


def _row(job: Job) -> dict[str, Cell]:
    destination, end = job.destination, job.finished_at or job.ready_at
    return {
        "id": job.id,
        "state": job.state.value,
        "platform": destination.platform,
        "community": destination.community_id,
        "channel": destination.channel_id,
        "user": job.author.user_id,
        "name": job.author.name,
        "asked": job.created_at,
        "seconds": None if end is None else max(0.0, (end - job.created_at).total_seconds()),
        "pictures": len(job.pictures),
        "failure": job.failure.code.value if job.failure else None,
        "prompt": job.request.prompt,
    }
