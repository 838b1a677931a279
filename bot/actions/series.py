"""A series: one job per combination of a prompt's matrix, and the sheet that their pictures go on."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.domain.errors import Refused, Repair
from bot.domain.job import Job, JobKind, new_job_id
from bot.domain.people import Destination
from bot.grammar.matrix import MOST_COMBINATIONS, Combination
from bot.grammar.printing import print_request

# What is listed by its time stands in the order of the combinations, and the sheet behind them.
_APART = timedelta(microseconds=1)


def of_sheet(sheet: Job, ways: Sequence[Combination]) -> list[Job]:
    """The jobs whose pictures go on this sheet. They have no card: the sheet's speaks for all of them."""
    return [
        dataclasses.replace(
            sheet,
            id=new_job_id(),
            kind=JobKind.PICTURES,
            series_id=sheet.id,
            request=way.request,
            prompt_sent=way.request.prompt_sent,
            destination=_in_series(sheet.destination),
            parent_id=None,
            created_at=sheet.created_at - (len(ways) - place) * _APART,
        )
        for place, way in enumerate(ways)
    ]


def begun_at(sheet: Job) -> datetime:
    """A moment before every job of its series, and behind whatever was asked before."""
    return sheet.created_at - (MOST_COMBINATIONS + 1) * _APART


def _in_series(there: Destination) -> Destination:
    """Without a card of their own, but told which card speaks for them."""
    card = {} if there.card_id is None else {"series_card": there.card_id}
    return dataclasses.replace(there, card_id=None, details={**there.details, **card})


def price_of(sheet: Job, series: Sequence[Job], left: int | None) -> Refused:
    """`matrix-offer` with `jobs`, `pictures`, `points`, and what is `left` today (-1: no limit)."""
    pictures = sum(job.ordered for job in series)
    return Refused(
        "matrix-offer",
        repair=Repair(text=print_request(sheet.request), request=sheet.request),
        jobs=len(series),
        pictures=pictures,
        points=pictures * sheet.points,
        left=-1 if left is None else left,
    )
