"""What is kept of a person, as a file to hand out."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from bot.actions.archive import Archive, temporary_file
from bot.actions.csv_export import csv_chunks
from bot.domain.defaults import Defaults
from bot.domain.job import Job
from bot.domain.people import Person
from bot.domain.ports import Clock, PersonalData, PictureStore, UsageFilter, UsageLedger


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """A zip, at its beginning, open until the context ends. `left_out`: pictures for which there was no room."""

    file: IO[bytes]
    name: str
    size: int
    jobs: int
    pictures: int
    left_out: int


class PersonalArchives:
    """`readme` puts into a person's language what the archive holds: (locale, jobs, pictures, left out) → text.

    `folder` takes the temporary files; None leaves the choice to the machine.
    """

    def __init__(
        self,
        *,
        personal: PersonalData,
        ledger: UsageLedger,
        pictures: PictureStore,
        clock: Clock,
        readme: Callable[[str, int, int, int], str],
        folder: Path | None,
    ) -> None:
        self._personal = personal
        self._ledger = ledger
        self._pictures = pictures
        self._clock = clock
        self._readme = readme
        self._folder = folder

    @contextlib.asynccontextmanager
    async def of(self, person: Person, *, most_bytes: int | None = None) -> AsyncIterator[Export]:
        """jobs.json, usage.csv, defaults.json and other.json if there are any, the pictures as delivered, README.txt.

        `most_bytes` is what the platform can post: the oldest pictures are left out, and the README says so.
        OSError where the disk or the picture store fails.
        """
        whose = person.platform, person.user_id
        rest = await self._personal.traces_of(*whose)
        other = f"{json.dumps(rest, indent=1, ensure_ascii=False, default=str)}\n" if rest else ""
        room = None
        if most_bytes is not None:
            room = most_bytes - await _rest(self._personal.jobs_of(*whose)) - len(other.encode(errors="replace"))
        with temporary_file(self._folder) as file, contextlib.ExitStack() as stack:
            archive = Archive(file, most_bytes=room)
            stack.callback(archive.abandon)
            where = UsageFilter(platform=person.platform, user_id=person.user_id)
            await archive.add_chunks("usage.csv", csv_chunks(self._ledger.export(where)))
            kept = await archive.add_pictures(self._personal.jobs_of(*whose, newest_first=True), self._pictures)
            jobs = await archive.add_jobs("jobs.json", self._personal.jobs_of(*whose), kept)
            own = await self._personal.defaults_of(*whose)
            if own != Defaults():
                await archive.add_text("defaults.json", f"{json.dumps(asdict(own), indent=1)}\n")
            if other:
                await archive.add_text("other.json", other)
            readme = self._readme(person.locale, jobs, archive.pictures, archive.left_out)
            await archive.add_text("README.txt", readme)
            size = await archive.close()
            yield Export(
                file=file,
                name=f"easel-{self._clock.now():%Y-%m-%d}.zip",
                size=size,
                jobs=jobs,
                pictures=archive.pictures,
                left_out=archive.left_out,
            )


async def _rest(jobs: AsyncIterator[Job]) -> int:
    """Bytes to keep for what is written after the pictures: jobs.json at its largest, the README, the directory."""
    rest = 16 * 1024
    async for job in jobs:
        rest += 2048 + 6 * len(job.request.prompt) + 6 * len(job.prompt_sent)
    return rest
