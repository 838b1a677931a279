"""A button that does once more what Slack stood in the way of, with everything that was typed."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, TypeAlias

from bot.actions import Actions
from bot.cards.sentences import words
from bot.domain.card import Button, ButtonAction
from bot.interactions.commands import Command
from bot.interactions.controls import PanelAction, PanelButton
from bot.interactions.forms import FormId, read_request

from .buttons import button_element, panel_button
from .inputs import SlackInput
from .limits import BUTTON_VALUE
from .text import clip

# What was tried: a button by its name, one of a panel, a command, or a form that was sent.
Tried: TypeAlias = str | PanelAction | Command | FormId

_PANEL_OF: Mapping[Command, PanelAction] = MappingProxyType(
    {
        Command.SETTINGS: PanelAction.HOME,
        Command.PEOPLE: PanelAction.HELD,
        Command.AUDIT: PanelAction.AUDIT,
        Command.DEFAULTS: PanelAction.DEFAULTS,
    }
)


async def retry_button(given: SlackInput, tried: Tried, actions: Actions) -> dict[str, Any] | None:
    """The element, or None where only typing it again helps. A request is kept as a draft that the button orders.

    Raises Refused for a request that could not be taken anyway, and StoreUnavailable.
    """
    label = words("button-try-again", given.locale)
    match tried:
        case FormId.IMAGINE | FormId.EDIT:
            text, typed = read_request(given.text)
            parent = given.target or None
            draft = await actions.imagine.keep(
                text, author=await given.person(), typed=typed, parent_id=parent, event=given.event
            )
            return button_element(Button(press=ButtonAction.USE, label=label, target=draft, primary=True))
        case Command.DRAW:
            prompt = clip(given.text("prompt"), BUTTON_VALUE)
            return panel_button(PanelButton(action=PanelAction.DRAW, label=label, target=prompt, primary=True))
        case Command():
            panel = _PANEL_OF.get(tried)
            return None if panel is None else panel_button(PanelButton(action=panel, label=label))
        case PanelAction():
            return panel_button(PanelButton(action=tried, label=label, target=given.target))
        case str() if tried in set(ButtonAction):
            press = ButtonAction(tried)
            return button_element(Button(press=press, label=label, target=given.target, index=given.index))
    return None
