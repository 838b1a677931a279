"""The table: everything that can be pressed, sent or typed has a route, and orders are answered by their cards."""

from __future__ import annotations

import pytest

from bot.domain.card import ButtonAction
from bot.interactions.commands import Command
from bot.interactions.controls import PanelAction
from bot.interactions.forms import FormId
from bot.interactions.routes import First
from bot.interactions.table import BUTTONS, COMMANDS, FORMS, PANELS
from tests.interactions.given import Given


def test_everything_has_a_route() -> None:
    assert set(BUTTONS) == set(ButtonAction)
    assert set(PANELS) == set(PanelAction)
    assert set(FORMS) == set(FormId)
    assert set(COMMANDS) == set(Command)


@pytest.mark.parametrize(
    ("prompt", "first"),
    [
        ("a fox", First.ORDER),
        ("a fox style:somebodys-own", First.ORDER),  # it may be the community's
        ("a fox ratio:17:9", First.ALONE),
        ("", First.ALONE),
        ("a {red|blue} fox", First.ALONE),  # its price comes first
    ],
)
def test_what_is_surely_refused_is_answered_to_its_author_alone(prompt: str, first: First) -> None:
    given = Given(values={"prompt": (prompt,)})
    assert FORMS[FormId.IMAGINE].first_for(given) is first


def test_a_job_is_shown_to_everybody_only_if_that_was_asked_for() -> None:
    assert COMMANDS[Command.SHOW].first_for(Given()) is First.ALONE
    assert COMMANDS[Command.SHOW].first_for(Given(values={"everybody": ("yes",)})) is First.CHANNEL
