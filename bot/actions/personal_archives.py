"""What is kept of a person, as a file to hand out."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator, Callable, Sequence
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
        jobs = await self._personal.jobs_of(person.platform, person.user_id)
        rest = await self._personal.traces_of(person.platform, person.user_id)
        other = f"{json.dumps(rest, indent=1, ensure_ascii=False, default=str)}\n" if rest else ""
        reserved = _rest(jobs) + len(other.encode(errors="replace"))
        with temporary_file(self._folder) as file, contextlib.ExitStack() as stack:
            archive = Archive(file, most_bytes=None if most_bytes is None else most_bytes - reserved)
            stack.callback(archive.abandon)
            where = UsageFilter(platform=person.platform, user_id=person.user_id)
            await archive.add_chunks("usage.csv", csv_chunks(self._ledger.export(where)))
            kept = await archive.add_pictures(jobs, self._pictures)
            await archive.add_jobs("jobs.json", jobs, kept)
            own = await self._personal.defaults_of(person.platform, person.user_id)
            if own != Defaults():
                await archive.add_text("defaults.json", f"{json.dumps(asdict(own), indent=1)}\n")
            if other:
                await archive.add_text("other.json", other)
            readme = self._readme(person.locale, len(jobs), archive.pictures, archive.left_out)
            await archive.add_text("README.txt", readme)
            size = await archive.close()
            yield Export(
                file=file,
                name=f"easel-{self._clock.now():%Y-%m-%d}.zip",
                size=size,
                jobs=len(jobs),
                pictures=archive.pictures,
                left_out=archive.left_out,
            )


def _rest(jobs: Sequence[Job]) -> int:
    """Bytes to keep for what is written after the pictures: jobs.json at its largest, the README, the directory."""
    return 16 * 1024 + sum(2048 + 6 * len(job.request.prompt) + 6 * len(job.prompt_sent) for job in jobs)
