"""`python -m bot mydata`: what is kept of a person, handed out or deleted when they ask the operator for it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import sys
import tempfile
from argparse import Namespace
from pathlib import Path
from typing import IO

from bot.actions.mydata import Forgotten
from bot.cli.admin_session import AdminSession
from bot.cli.faults import Trouble, WrongCall
from bot.cli.output import Output, warn
from bot.cli.running import whoever_runs
from bot.composition.identity import operator_at
from bot.domain.people import Person

# Their messages are in a chat that only the running bot can speak to; the page and the terminal have none.
_HAVE_MESSAGES = frozenset({"discord", "slack"})


async def export(session: AdminSession, options: Namespace, output: Output) -> None:
    person = Person(platform=options.of_platform, community_id="", user_id=options.person, name="")
    by = operator_at(options.of_platform, "")
    async with session.actions.mydata.export(person, by=by) as archive:
        if not archive.jobs:
            warn(f"No job of {options.person} on {options.of_platform} is kept; the archive says so.")
        path = options.out or Path(archive.name)
        path = path / archive.name if path.is_dir() else path
        await asyncio.to_thread(_write, archive.file, path)
    output.done(
        f"{path}: {archive.jobs} jobs, {archive.pictures} pictures.",
        file=str(path),
        jobs=archive.jobs,
        pictures=archive.pictures,
        bytes=archive.size,
    )


async def delete(session: AdminSession, options: Namespace, output: Output) -> None:
    if not options.yes:
        await asyncio.to_thread(_ask, options.person)
    async with whoever_runs(session.settings.database_url) as bot:
        if bot is not None:
            gone = Forgotten(**await bot.do("people", options.of_platform, options.person, "forget"))
        elif options.of_platform in _HAVE_MESSAGES and not options.leave_messages:
            raise Trouble(
                "No bot runs that could take their messages away, and afterwards nobody knows where these are. Start "
                "it first, or leave the messages where they are with --leave-messages."
            )
        else:
            gone = await session.operator_actions.forget(options.of_platform, options.person)
    if gone.messages_left and options.of_platform in _HAVE_MESSAGES:
        warn(f"{gone.messages_left} messages are still in the chat.")
    output.done(
        f"Deleted: {gone.jobs} jobs, {gone.pictures} pictures. Backups made before still hold them.",
        jobs=gone.jobs,
        pictures=gone.pictures,
        messages_left=gone.messages_left,
    )


def _ask(person: str) -> None:
    """WrongCall unless whoever sits there types the id once more."""
    if not sys.stdin.isatty():
        raise WrongCall("This can't be undone. Say that you mean it with --yes.")
    sys.stderr.write(f"This deletes everything kept of {person}, for good. Type the id once more: ")
    sys.stderr.flush()
    if sys.stdin.readline().strip() != person:
        raise WrongCall("Nothing was deleted.")


def _write(file: IO[bytes], path: Path) -> None:
    """Whole or not at all, for the user's eyes only."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".easel-")
    try:
        with os.fdopen(descriptor, "wb") as out:
            shutil.copyfileobj(file, out)
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            Path(name).unlink()
        raise
