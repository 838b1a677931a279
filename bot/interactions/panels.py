"""Panels: rows of words with buttons and selects, before a platform draws them. More than a card, less than a form."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.card import Text, Tone

from .controls import PanelButton
from .forms import Form


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Words, and what can be done about them. `number` stands before them, if the button names it."""

    text: Text
    number: int | None = None
    button: PanelButton | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One page. `name` is the target of an Undo that comes back to it.

    `done` tells what has just been changed, each with its Undo; `notice` stands in its place if nothing was.
    """

    name: str
    heading: str
    tone: Tone = Tone.DONE
    done: tuple[Row, ...] = ()
    notice: Text = ()
    rows: tuple[Row, ...] = ()
    text: str = ""  # in place of rows
    buttons: tuple[PanelButton, ...] = ()
    form: Form | None = None  # what else can be done, if the platform shows whole forms
