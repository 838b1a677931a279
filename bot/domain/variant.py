"""The same words drawn differently: which ways there are, and what each counts."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from bot.domain.job import Job
from bot.domain.report import JobReport
from bot.domain.request import ImageRequest


def sharper(request: ImageRequest) -> ImageRequest | None:
    """The request at the next clarity; None if it has the highest."""
    higher = [clarity for clarity in request.spec.clarities if clarity > request.clarity]
    return dataclasses.replace(request, clarity=min(higher)) if higher else None


def shapes(request: ImageRequest) -> tuple[tuple[int, ImageRequest], ...]:
    """The request in each other ratio, with the ratio's place among those of its model."""
    return tuple(
        (index, dataclasses.replace(request, ratio=ratio))
        for index, ratio in enumerate(request.spec.ratios)
        if ratio != request.ratio
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What a request counts against the person's day, in points; `left` is what is there now, None: no limit.

    `per_picture`: points of one picture. Where it is 1, points are pictures.
    """

    points: int
    left: int | None
    per_picture: int = 1

    @property
    def fits(self) -> bool:
        return self.left is None or self.points <= self.left


@dataclass(frozen=True, slots=True, kw_only=True)
class MoreView:
    """What stands behind More, for one person. `shape` is each shape's price; `hd` None: it is as sharp as can be."""

    report: JobReport
    shape: Price
    hd: Price | None

    @property
    def job(self) -> Job:
        return self.report.job
