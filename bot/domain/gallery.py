"""What a gallery shows: a page of jobs, or one job and what people think of it."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.ports import GalleryFilter, GalleryPage, Opinion
from bot.domain.report import JobReport


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPage:
    """A page of a gallery. `target` is what its buttons carry, so that they find the same gallery again."""

    gallery_filter: GalleryFilter
    page: GalleryPage
    target: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A job and what people think of it."""

    report: JobReport
    opinion: Opinion
