"""Whether a task in the provider's list may be a job's order, however the list spells it.

`photo_info` need not be byte for byte what was submitted (docs/seedream.md). Each field of a task agrees with an
order, says nothing, or contradicts it; the tasks whose orders are known show which fields this provider echoes at all.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum, StrEnum
from functools import lru_cache
from typing import Self
from urllib.parse import unquote

from bot.domain.job import Job
from bot.domain.ports import ModelTask, TaskState

# Characters, without spaces. A prompt that was cut to fewer says too little to tell whose it is.
_ENOUGH = 8
_RATIO_TOLERANCE = 0.04  # sizes in pixels are rounded; the nearest two ratios are a third apart

_CUT = re.compile(r"(?:&#?\w{0,8}|[\s\ufffd…]|\.{2,})+$")  # what a cut leaves at the end: half an entity, dots
_SAME_SIGN = str.maketrans("“”„«»‘’‚`´‐‑–—", '"' * 5 + "'" * 5 + "-" * 4)
_RATIO = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(?:[:xX*×/：_-]\s*(\d+(?:\.\d+)?))?\s*")


class Match(IntEnum):
    SAME = 0  # to the byte
    ALIKE = 1  # in another spelling
    SILENT = 2  # says nothing
    OTHER = 3  # says something else


class Field(StrEnum):
    """The cheapest to compare first."""

    KIND = "kind"
    N = "n"
    CLARITY = "clarity"
    RATIO = "ratio"
    PROMPT = "prompt"


def is_exact(job: Job, task: ModelTask) -> bool:
    """Whether the task echoes exactly this job's words and options."""
    request = job.request
    ours = (job.prompt_sent, request.ratio, request.clarity, request.n, True)
    return (task.prompt, task.ratio, task.clarity, task.n, task.is_picture) == ours


def match(field: Field, job: Job, task: ModelTask) -> Match:
    match field:
        case Field.KIND:
            return Match.SAME if task.is_picture else Match.OTHER
        case Field.N:
            return _number(job.request.n, task.n)
        case Field.CLARITY:
            return _number(job.request.clarity, task.clarity)
        case Field.RATIO:
            return _ratio(job.request.ratio, task.ratio)
        case Field.PROMPT:
            return _prompt(job.prompt_sent, task.prompt)


@dataclass(frozen=True, slots=True)
class Spelling:
    """How this provider echoes, as far as tasks of known orders show it.

    `rewrites`: a field was echoed in another spelling. `untold`: fields that a completed task did not echo.
    `wrong`: fields that were echoed as something else altogether, and so say nothing. `misdates`: its tasks are older
    than their orders, by its own times, so that these say nothing either.
    """

    rewrites: bool = False
    misdates: bool = False
    untold: frozenset[Field] = frozenset()
    wrong: frozenset[Field] = frozenset()

    @classmethod
    def of(cls, known: Iterable[tuple[Job, ModelTask]], *, skew: timedelta) -> Self:
        """From jobs with their tasks; `skew`: how far the provider's clock may be behind ours."""
        rewrites, untold, wrong, timely = False, set(), set(), set()
        for job, task in known:
            if task.created_at is not None and job.submitted_at is not None:
                timely.add(task.created_at >= job.submitted_at - skew)
            for field in Field:
                said = match(field, job, task)
                rewrites |= said is not Match.SAME
                if said is Match.OTHER:
                    wrong.add(field)
                elif said is Match.SILENT and task.state is not TaskState.WAITING:
                    untold.add(field)
        return cls(
            rewrites=rewrites, misdates=timely == {False}, untold=frozenset(untold | wrong), wrong=frozenset(wrong)
        )

    def may_be(self, job: Job, task: ModelTask) -> bool:
        """Whether nothing that this provider echoes tells the task from the job's order."""
        return all(field in self.wrong or match(field, job, task) is not Match.OTHER for field in Field)

    def said(self, job: Job, task: ModelTask) -> Mapping[Field, Match]:
        """What each field of a task that may be the job's says; a contradiction of a field that is wrong is silence."""
        return {field: min(match(field, job, task), Match.SILENT) for field in Field}


NO_EXAMPLES = Spelling()


def _number(ordered: int, echoed: int) -> Match:
    if not echoed:
        return Match.SILENT
    return Match.SAME if echoed == ordered else Match.OTHER


def _ratio(ordered: str, echoed: str) -> Match:
    if echoed == ordered:
        return Match.SAME
    ours, theirs = _quotient(ordered), _quotient(echoed)
    if theirs is None or ours is None:
        return Match.SILENT
    return Match.ALIKE if abs(theirs / ours - 1) <= _RATIO_TOLERANCE else Match.OTHER


def _quotient(text: str) -> float | None:
    """Width by height of `16:9`, `16x9`, `2560x1440`, `1.78`; None where that is not what it says."""
    found = _RATIO.fullmatch(text)
    if found is None:
        return None
    width, height = float(found[1]), float(found[2] or 1)
    return width / height if width and height else None


def _prompt(ordered: str, echoed: str) -> Match:
    if echoed == ordered:
        return Match.SAME
    ours, theirs = _plain(ordered), _plain(echoed)
    if ours == theirs:
        return Match.ALIKE
    stump = _plain(_CUT.sub("", echoed))
    # The last character may have been cut itself, from its accent or its other half.
    if ours.startswith(stump) or (_ENOUGH < len(stump) <= len(ours) and ours.startswith(stump[:-1])):
        return Match.ALIKE if len(stump) >= _ENOUGH else Match.SILENT
    return Match.SILENT if _could_be_left(ordered, echoed) else Match.OTHER


def _could_be_left(ordered: str, echoed: str) -> bool:
    """Whether leaving out signs and accents makes one of the other: no spelling in the documents, but a near one."""
    ours, theirs = _plain(ordered), _plain(echoed)
    return _letters(ours).startswith(_letters(theirs)) and not (_signs(theirs) - _signs(ours))


@lru_cache(maxsize=4096)
def _plain(text: str) -> str:
    """The text whatever its case, width, spacing and escapes."""
    text = unquote(html.unescape(html.unescape(text)))
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).translate(_SAME_SIGN)
    return "".join(one for one in text if not one.isspace() and unicodedata.category(one) not in {"Cc", "Cf"})


@lru_cache(maxsize=4096)
def _letters(plain: str) -> str:
    return "".join(one for one in unicodedata.normalize("NFKD", plain) if one.isalnum())


def _signs(plain: str) -> set[str]:
    return {one for one in plain if unicodedata.category(one)[0] in "PS"}
