"""An interaction as the input of a route."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import discord

from bot.cards.mentions import person_mark
from bot.domain.moderation import AuditEntry
from bot.domain.people import Person
from bot.interactions.inputs import Abilities, Input, Stage

from .limits import FORM_LOOKUP_SECONDS
from .origin import counted_channel, person_of
from .render import prompt_on, words_on

ABILITIES = Abilities(
    hides_pictures=True,
    whole_forms=False,
    names_roles=False,
    links_originals=False,
    form_seconds=FORM_LOOKUP_SECONDS,
)


@dataclass(slots=True, kw_only=True)
class DiscordInput(Input):
    """The interaction is the way back to whoever pressed."""

    interaction: discord.Interaction[Any]

    async def person(self, *, fresh: bool = False) -> Person:  # noqa: ARG002 - every interaction brings it
        return person_of(self.interaction)

    def shown_prompt(self) -> str:
        return prompt_on(self.interaction.message)

    def shown_text(self) -> str:
        return words_on(self.interaction.message)

    async def names_in(self, _: Iterable[AuditEntry]) -> Callable[[str], str]:
        """Mentions, which Discord shows by name."""
        return person_mark


def input_of(
    interaction: discord.Interaction[Any],
    *,
    target: str = "",
    index: int | None = None,
    values: Mapping[str, tuple[str, ...]] | None = None,
    stage: Stage = Stage.CARD,
) -> DiscordInput:
    message = interaction.message
    return DiscordInput(
        interaction=interaction,
        abilities=ABILITIES,
        locale=interaction.locale.value,
        channel_locale=(interaction.guild_locale or interaction.locale).value,
        channel_id=str(interaction.channel_id),
        counted_channel=counted_channel(interaction),
        target=target,
        index=index,
        values=values or {},
        stage=stage,
        private=message is not None and message.flags.ephemeral,
    )


def values_in(components: Sequence[Mapping[str, Any]]) -> dict[str, tuple[str, ...]]:
    """What was filled in, by the names of the fields, from the data of a submitted form's interaction.

    https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-object-modal-submit-data-structure
    """
    found: dict[str, tuple[str, ...]] = {}
    for component in components:
        inner = component.get("component")
        found |= values_in([*(component.get("components") or []), *([inner] if inner else [])])
        if "custom_id" in component:
            values = component.get("values")
            chosen = values if values is not None else [component.get("value")]
            found[str(component["custom_id"])] = tuple(str(one) for one in chosen if one is not None)
    return found
