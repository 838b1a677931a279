"""What stands behind More: other shapes and HD with their price, the command, spoiler and report."""

from __future__ import annotations

from collections.abc import Iterator

from bot.cards.clip import clip, excerpt
from bot.cards.phrases import options_line
from bot.cards.result_buttons import original_button, share_button, unshare_button
from bot.cards.sentences import sentence, words
from bot.cards.show_card import command, liked_by
from bot.domain.card import Button, ButtonAction, Card, Text, Tone
from bot.domain.job import JobState
from bot.domain.ports import Opinion
from bot.domain.variant import MoreView, Price, shapes, sharper
from bot.domain.visibility import may_be_shared
from bot.grammar.options import RATIO

_SHOWN_SENT = 500


def more_card(view: MoreView, locale: str, opinion: Opinion | None = None, *, by_author: bool = False) -> Card:
    """The card behind More, for the presser alone, with the presser's prices. `opinion` adds the stars and votes.

    `by_author`: the presser is the author, who may share a private result.
    """
    job = view.job
    notes: list[Text] = []
    if opinion is not None and (liked := liked_by(opinion, locale)):
        notes.append(liked)
    hd = sharper(job.request)
    if hd is not None and view.hd is not None:
        price = "".join(map(str, _price(view.hd, locale)))
        notes.append(sentence("more-hd", locale, clarity=str(hd.clarity), price=price))
    if job.prompt_sent != job.request.prompt:
        notes.append(sentence("more-sent", locale, prompt=clip(job.prompt_sent, _SHOWN_SENT)))
    notes.append(sentence("note-job", locale, id=job.id))
    return Card(
        tone=Tone.DONE,
        job_id=job.id,
        heading=words("more-heading", locale),
        prompt=excerpt(job.request.prompt),
        options=options_line(job.request, locale),
        status=sentence("more-shapes", locale, price="".join(map(str, _price(view.shape, locale)))),
        command=command(job.request),
        notes=tuple(notes),
        buttons=tuple(_buttons(view, locale, by_author=by_author)),
    )


def _price(price: Price, locale: str) -> Text:
    """`uses 2 of the 14 you have left today`."""
    if price.left is None:
        return sentence("price-unlimited", locale, n=price.points, points=price.per_picture)
    code = "price" if price.fits else "price-too-much"
    return sentence(code, locale, n=price.points, points=price.per_picture, left=price.left)


def _buttons(view: MoreView, locale: str, *, by_author: bool) -> Iterator[Button]:
    job = view.job
    for index, request in shapes(job.request):
        label = RATIO.label(request.ratio, locale)
        yield Button(press=ButtonAction.SHAPE, label=label, target=job.id, index=index, row=0)
    if view.hd is not None:
        yield Button(press=ButtonAction.HD, label=words("button-hd", locale), target=job.id, row=1)
    if job.state is JobState.DONE:
        yield Button(press=ButtonAction.SPOILER, label=words("button-spoiler", locale), target=job.id, row=1)
        yield Button(press=ButtonAction.REPORT, label=words("button-report", locale), target=job.id, row=1)
        if by_author and may_be_shared(job):
            share = share_button if job.shared_at is None else unshare_button
            yield share(job, locale, row=1)
        yield original_button(job, locale, row=2)
