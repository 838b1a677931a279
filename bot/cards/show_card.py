"""One job with all there is to say of it."""

from __future__ import annotations

import dataclasses

from bot.cards.job_card import job_card
from bot.cards.sentences import sentence, words
from bot.domain.card import Card, Text
from bot.domain.gallery import Shown
from bot.domain.ports import Opinion
from bot.domain.request import ImageRequest
from bot.grammar.printing import print_request


def show_card(shown: Shown, locale: str) -> Card:
    """Its card with the whole prompt, who asked and when, what people think, and the command that asks the same."""
    job = shown.report.job
    card = job_card(dataclasses.replace(shown.report, usage=None), locale, opinion=shown.opinion, full=True)
    if job.deleted_at is not None:
        return card
    asked = sentence("show-asked", locale, name=job.author.name, moment=job.created_at)
    liked = liked_by(shown.opinion, locale)
    return dataclasses.replace(
        card,
        heading=card.heading or words("show-heading", locale, id=job.id),
        prompt=job.request.prompt,
        command=command(job.request),
        notes=(asked, *((liked,) if liked else ()), *card.notes),
        mention=False,
    )


def command(request: ImageRequest) -> str:
    """What one can send to ask the same, in one line."""
    return f"/imagine {' '.join(print_request(request).split())}"


def liked_by(opinion: Opinion, locale: str) -> Text | None:
    """Stars and votes in words; None where there is neither."""
    votes = [
        words("show-votes", locale, index=index, votes=votes) for index, votes in sorted(opinion.votes.items()) if votes
    ]
    stars = [words("show-stars", locale, stars=opinion.stars)] if opinion.stars else []
    told = " · ".join([*stars, *votes])
    return (told[0].upper() + told[1:],) if told else None
