"""What holds where a request doesn't say it: the person's own defaults, then the community's, then Easel's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from bot.domain.community import Community
from bot.domain.defaults import Defaults
from bot.domain.errors import Refused
from bot.domain.people import Person
from bot.domain.ports import CommunityStore, PersonalData
from bot.domain.style import STYLES
from bot.grammar.options import NO_STYLE, OPTIONS, STYLE, Option
from bot.grammar.parse import TypedOptions
from bot.grammar.words import normalise

_UNSET = frozenset({"", "-"})


class PersonalDefaults:
    """One person's own; the same in every community of their platform."""

    def __init__(self, *, personal: PersonalData, communities: CommunityStore) -> None:
        self._personal = personal
        self._communities = communities

    async def read(self, person: Person) -> Defaults:
        """What this person has set."""
        return await self._personal.defaults_of(person.platform, person.user_id)

    async def holding(self, person: Person) -> TypedOptions:
        """What a request of theirs here begins with: for forms that show it."""
        community = await self._communities.community(person.platform, person.community_id)
        return laid_over(community, await self.read(person))

    async def change(self, person: Person, changes: Mapping[str, str]) -> Defaults:
        """Set those named (`ratio`, `n`, `clarity`, `style`), each from what was typed; others stay.

        Nothing typed means "as the community has it". All or nothing: Refused `setting-choice` with `setting`, `word`
        and `legal`.
        """
        before = await self.read(person)
        styles: Mapping[str, str] = {}
        if "style" in changes:
            styles = (await self._communities.community(person.platform, person.community_id)).styles
            # A style of another community is passed over here, and stays.
            styles = {**styles, **({before.style: ""} if before.style else {})}
        values: dict[str, Any] = {
            option.name: _value(option, changes[option.name], styles) for option in OPTIONS if option.name in changes
        }
        defaults = replace(before, **values)
        await self._personal.keep_defaults(person.platform, person.user_id, defaults)
        return defaults


def laid_over(community: Community, own: Defaults) -> TypedOptions:
    """A person's own defaults over the community's; a style that isn't known here gives way to the community's."""
    style = own.style
    if style is not None and style != NO_STYLE and style not in STYLES and style not in community.styles:
        style = None
    chosen: Mapping[str, Any] = asdict(replace(own, style=style))
    return TypedOptions(
        **{name: value or getattr(community, f"default_{name}", None) for name, value in chosen.items()}
    )


def _value(option: Option, text: str, styles: Mapping[str, str]) -> str | int | None:
    spelling = normalise(text.strip())
    if spelling in _UNSET:
        return None
    found = option.find(spelling)
    if found is None and option is STYLE:
        found = next((name for name in styles if normalise(name) == spelling), None)
    if found is None:
        own = tuple(styles) if option is STYLE else ()
        legal = ", ".join((*(str(choice.value) for choice in option.choices()), *own))
        raise Refused("setting-choice", setting=f"default_{option.name}", word=text.strip(), legal=legal)
    return found
