"""Why a job failed, in words."""

from __future__ import annotations

from bot.cards.clip import clip
from bot.cards.sentences import has_sentence, sentence
from bot.domain.card import Text
from bot.domain.job import FailureCode, Job

_SHOWN_DETAIL = 200


def failure_sentence(job: Job, locale: str) -> Text:
    """Why the job failed, with the provider's own words where it had some."""
    if job.failure is None:
        return sentence("failure-internal", locale, id=job.id)
    if job.failure.code is FailureCode.UNDELIVERABLE:
        reason, _, word = f"undeliverable-{job.failure.detail}".partition(" ")
        return sentence(
            reason if has_sentence(reason) else "failure-undeliverable", locale, word=clip(word, _SHOWN_DETAIL)
        )
    detail = clip(" ".join(job.failure.detail.split()), _SHOWN_DETAIL)
    said = "something" if detail else "nothing"
    return sentence(f"failure-{job.failure.code.value}", locale, id=job.id, said=said, detail=detail)
