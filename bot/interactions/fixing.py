"""A form that could not be taken, opened again: for platforms that can't say beside a field what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from bot.actions.actions import Actions
from bot.domain.card import ButtonAction
from bot.domain.errors import NotAllowed

from . import account, people, settings
from .forms import FormId
from .inputs import Input
from .replies import Replies
from .routes import First, Route, Run

_OPENS: Mapping[str, Run] = MappingProxyType(
    {FormId.SETTINGS: settings.section, FormId.PEOPLE: people.people, FormId.DEFAULTS: account.defaults}
)


def fix_target(form: str, target: str) -> str:
    """What a Fix button carries; empty for a form that can't be opened again."""
    return f"{form}.{target}" if form in _OPENS else ""


async def fix(given: Input, actions: Actions) -> Replies:
    """The form begins with what holds now."""
    form, _, given.target = given.target.partition(".")
    opens = _OPENS.get(form)
    if opens is None:
        raise NotAllowed("draft-gone")
    return await opens(given, actions)


BUTTONS: Mapping[str, Route] = MappingProxyType({ButtonAction.FIX: Route(fix, First.FORM)})
