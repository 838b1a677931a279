"""`python -m bot share-links`: what people show to whoever has the link, and ending one."""

from __future__ import annotations

from argparse import Namespace

from bot.cli.admin_session import AdminSession
from bot.cli.output import Output, Row
from bot.composition.identity import operator_at
from bot.domain.errors import NotAllowed

_COLUMNS = ("id", "job", "platform", "user", "made", "ends", "prompt")


async def list_links(session: AdminSession, options: Namespace, output: Output) -> None:
    rows: list[Row] = [
        {
            "id": link.id,
            "job": link.job_id,
            "platform": link.platform,
            "user": link.user_id,
            "made": link.created_at,
            "ends": link.ends_at,
            "prompt": link.prompt,
        }
        for link in await session.actions.share_links.everybodys()
        if options.user in {None, link.user_id} and options.job in {None, link.job_id}
    ]
    await output.rows(_COLUMNS, rows)


async def end(session: AdminSession, options: Namespace, output: Output) -> None:
    """Over the database: a running bot looks there for each request."""
    link = await session.stores.share_links.find(options.link)
    job = None if link is None else await session.stores.jobs.get(link.job_id)
    if link is None or job is None:
        raise NotAllowed("share-link-gone")
    here = operator_at(job.destination.platform, job.destination.community_id)
    await session.actions.share_links.end(link.id, here)
    output.done(f"Share link {link.id} to job {job.id} has ended.", link=link.id, job=job.id)
