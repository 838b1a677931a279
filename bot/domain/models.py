"""Which image models there are, as data: what each draws, and which of them new requests are for.

A model is added here and nowhere else: options, prices, cards, estimates, the sandbox and the call that orders follow.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSpec:
    """`code` is the provider's name for the model, `name` the one for people.

    `ratios` are width:height, `clarities` roughly the side in pixels of a square, smallest first. A default is one of
    them. `takes_pictures`: whether a request may show the model pictures in addition to the prompt.
    """

    code: str
    name: str
    ratios: tuple[str, ...]
    clarities: tuple[int, ...]
    most_pictures: int
    takes_pictures: bool
    default_ratio: str
    default_clarity: int


# `POST /open/v1/ai_creation/task/submit`: docs/seedream.md.
SEEDREAM_3 = ModelSpec(
    code="doubao-seedream-3.0-t2i",
    name="Seedream 3.0",
    ratios=("1:1", "3:4", "4:3", "9:16", "16:9"),
    clarities=(1024, 2048, 4096),
    most_pictures=4,
    takes_pictures=False,
    default_ratio="1:1",
    default_clarity=2048,
)

# Of all jobs that were ever accepted, by code.
MODELS: Mapping[str, ModelSpec] = MappingProxyType({spec.code: spec for spec in (SEEDREAM_3,)})
# Of new requests.
MODEL = SEEDREAM_3


def model_of(code: str) -> ModelSpec:
    """The model of a job. One that this version doesn't know has its code for a name."""
    return MODELS.get(code) or replace(MODEL, code=code, name=code)
