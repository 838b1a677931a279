"""The names in the ids of buttons: what was posted keeps working, and means one thing."""

from __future__ import annotations

from bot.domain.card import ButtonAction
from bot.interactions.controls import PanelAction
from bot.interactions.table import BUTTONS, PANELS
from bot.platforms.slack.buttons import PANEL_ACTIONS


def test_no_name_is_a_cards_button_and_a_panels() -> None:
    assert not set(PANEL_ACTIONS) & set(ButtonAction)


def test_every_button_and_panel_has_a_route() -> None:
    assert set(BUTTONS) == set(ButtonAction)
    assert set(PANELS) == set(PanelAction)
