"""What somebody pressed, sent or chose, as a platform hands it over."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto

from bot.domain.moderation import AuditEntry
from bot.domain.order_event import OrderEvent
from bot.domain.people import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Abilities:
    """What a platform can do. Routes ask this instead of the platform's name.

    `hides_pictures`: the pictures of a posted result can be hidden until somebody looks. `whole_forms`: a form shows
    all of its sections at once, and rows have their buttons beside them; else one section at a time, and buttons stand
    below all rows. `names_roles`: roles are typed by name, as no list offers them. `links_originals`: whoever sees a
    result can download its files as they came. `form_seconds`: how long a route may look something up before it opens
    a form.
    """

    hides_pictures: bool
    whole_forms: bool
    names_roles: bool
    links_originals: bool
    form_seconds: float


class Stage(Enum):
    """Where the pressed button stood."""

    CARD = auto()
    MORE = auto()  # on the card behind More
    PANEL = auto()
    FORM = auto()


@dataclass(slots=True, kw_only=True)
class Input(ABC):
    """One thing that a person did. Each platform adds its way back to that person.

    `target` and `index` are the button's; `values` what was typed and chosen, by the name of the field.
    `locale` is the person's language as far as it is known at once, `channel_locale` that of everybody who reads along.
    `counted_channel` is the channel that usage counts for: a thread's is the one that it is in.
    `private`: nobody else sees the pressed message. `event` is what an order takes its key from.
    """

    abilities: Abilities
    locale: str
    channel_locale: str
    channel_id: str
    counted_channel: str
    target: str = ""
    index: int | None = None
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    stage: Stage = Stage.CARD
    private: bool = False
    event: OrderEvent | None = None

    @abstractmethod
    async def person(self, *, fresh: bool = False) -> Person:
        """Who did it. Slack needs a call for this; `fresh` asks even if the answer is known."""

    @abstractmethod
    def shown_prompt(self) -> str:
        """The prompt on the pressed message, at most 300 characters; empty if the platform can't read it."""

    def shown_text(self) -> str:
        """All words on the pressed message, as far as the platform can read them."""
        return ""

    @abstractmethod
    async def names_in(self, entries: Iterable[AuditEntry]) -> Callable[[str], str]:
        """What the persons in these entries are called here, by their ids."""

    def text(self, name: str) -> str:
        """What was typed or chosen there; empty if nothing was."""
        return next(iter(self.values.get(name, ())), "").strip()

    def all(self, name: str) -> tuple[str, ...]:
        return self.values.get(name, ())
