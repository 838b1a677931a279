"""The words beside one picture as it came from the provider, and the name of its file."""

from __future__ import annotations

import dataclasses
from pathlib import PurePath

from bot.cards.sentences import words
from bot.domain.job import Job
from bot.domain.ports import FittedPicture

_MIB = 1024 * 1024


def original_text(job: Job, index: int, locale: str, *, reduced: bool, platform: str) -> str:
    """Which picture it is; if the platform does not take its file, how large that is and that this one is smaller."""
    size = f"{job.pictures[index - 1].size / _MIB:.1f}"
    code = "original-reduced" if reduced else "original-file"
    return words(code, locale, index=index, count=len(job.pictures), size=size, id=job.id, platform=platform)


def original_file(job: Job, index: int, file: FittedPicture) -> FittedPicture:
    """The file under its number in the job, also where it was made to fit by itself."""
    return dataclasses.replace(file, name=f"easel-{job.id}-{index}{PurePath(file.name).suffix}")
