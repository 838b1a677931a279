"""The terminal as a chat platform: the card is a line that changes, the result is files."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from pathlib import Path

from bot.domain.errors import Undeliverable
from bot.domain.job import Job, JobKind, JobState
from bot.domain.media import SUFFIXES, shown_as
from bot.domain.ports import FittedPicture, PictureReader
from bot.domain.report import JobReport
from bot.platforms.terminal.file_names import file_name

# A file on a disk has no limit of its own; the originals are at most this many bytes together anyway.
_NO_LIMIT = 1 << 30


class TerminalPlatform:
    """Writes results into the directory that the job's Destination names in `details["out"]`.

    `listener` hears of every report. A job without a directory was handed over by a command that fetches the
    pictures itself.
    """

    name = "terminal"

    def __init__(
        self, pictures: PictureReader, listener: Callable[[JobReport], None], *, file_mode: int = 0o600
    ) -> None:
        self._pictures = pictures
        self._listener = listener
        self._file_mode = file_mode

    async def show(self, report: JobReport) -> None:
        self._listener(report)

    async def conclude(self, report: JobReport) -> str:
        out = report.job.destination.details.get("out")
        if report.job.state is JobState.DONE and out:
            await write_pictures(report.job, Path(out), self._pictures, file_mode=self._file_mode)
        self._listener(report)
        return report.job.id

    async def take_away(self, job: Job) -> None:
        """Files that were handed over are their owner's."""


async def write_pictures(job: Job, out: Path, pictures: PictureReader, *, file_mode: int) -> list[Path]:
    """Write the job's pictures as delivered, labelled as AI-generated; their paths. Undeliverable: it can't be."""
    fitted = await pictures.fitted(job.pictures, job_id=job.id, per_file=_NO_LIMIT, together=_NO_LIMIT, webp=True)
    return await asyncio.to_thread(_write, job, fitted, out, file_mode)


def picture_paths(job: Job, out: Path) -> list[Path]:
    """Where `write_pictures` put them."""
    return [
        (out / _name(job, index, SUFFIXES[shown_as(picture.media_type)])).absolute()
        for index, picture in enumerate(job.pictures, start=1)
    ]


def _name(job: Job, number: int, suffix: str) -> str:
    return file_name(job.request.prompt, job.id, number, suffix, sheet=job.kind is JobKind.SHEET)


def _write(job: Job, fitted: Sequence[FittedPicture], out: Path, file_mode: int) -> list[Path]:
    paths = []
    try:
        out.mkdir(parents=True, exist_ok=True)
        for number, picture in enumerate(fitted, start=1):
            path = (out / _name(job, number, Path(picture.name).suffix[1:])).absolute()
            path.write_bytes(picture.data)
            with contextlib.suppress(OSError):  # a file system without modes
                path.chmod(file_mode)
            paths.append(path)
    except OSError as error:
        raise Undeliverable(f"cannot write into {out}: {error.strerror}") from error
    return paths
