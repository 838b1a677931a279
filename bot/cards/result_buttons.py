"""The buttons under a result, in two rows as every platform has room for: what to do next, and which is best."""

from __future__ import annotations

from collections.abc import Iterator

from bot.cards.sentences import words
from bot.domain.card import Button, ButtonAction
from bot.domain.job import Job
from bot.domain.limits import Limits
from bot.domain.ports import Opinion
from bot.domain.request import ImageRequest
from bot.domain.variant import sharper

LAST_ROW = 3  # below the numbers and Delete, and what turns a gallery's page


def result_buttons(
    job: Job, locale: str, opinion: Opinion | None = None, limits: Limits | None = None
) -> tuple[Button, ...]:
    """Again, Edit, HD, Star, More; below them a number for each of several pictures, and Delete.

    HD is left out at the highest clarity. With `limits` (the community's, not the presser's) it says how many it uses.
    Each number says how many votes its picture has.
    """
    return tuple(_buttons(job, locale, opinion or Opinion(), limits))


def _buttons(job: Job, locale: str, opinion: Opinion, limits: Limits | None) -> Iterator[Button]:
    yield Button(press=ButtonAction.AGAIN, label=words("button-again", locale), target=job.id, row=0)
    yield Button(press=ButtonAction.EDIT, label=words("button-edit", locale), target=job.id, row=0)
    if (hd := sharper(job.request)) is not None:
        yield Button(press=ButtonAction.HD, label=_hd(hd, limits, locale), target=job.id, row=0)
    star, stars = _star(opinion, locale), words("spoken-star", locale, stars=opinion.stars)
    yield Button(press=ButtonAction.STAR, label=star, target=job.id, row=0, spoken=stars)
    yield Button(press=ButtonAction.MORE, label=words("button-more", locale), target=job.id, row=0)
    if len(job.pictures) > 1:
        for index in range(1, len(job.pictures) + 1):
            votes = opinion.votes.get(index, 0)
            label = words("button-voted", locale, index=index, votes=votes) if votes else str(index)
            spoken = words("spoken-vote", locale, index=index, votes=votes)
            yield Button(press=ButtonAction.VOTE, label=label, target=job.id, index=index, row=1, spoken=spoken)
    yield Button(press=ButtonAction.DELETE, label=words("button-delete", locale), target=job.id, danger=True, row=1)


def _hd(request: ImageRequest, limits: Limits | None, locale: str) -> str:
    if limits is None:
        return words("button-hd", locale)
    points = limits.points(request)
    return words("button-hd-price", locale, n=points * request.n, points=points)


def _star(opinion: Opinion, locale: str) -> str:
    return words("button-starred", locale, stars=opinion.stars) if opinion.stars else words("button-star", locale)


def original_button(job: Job, locale: str, *, row: int | None = None) -> Button:
    return Button(press=ButtonAction.ORIGINAL, label=words("original", locale), target=job.id, row=row)


def share_button(job: Job, locale: str, *, row: int | None = None) -> Button:
    return Button(press=ButtonAction.SHARE, label=words("button-share", locale), target=job.id, row=row)


def unshare_button(job: Job, locale: str, *, row: int | None = None) -> Button:
    return Button(press=ButtonAction.UNSHARE, label=words("button-unshare", locale), target=job.id, row=row)
