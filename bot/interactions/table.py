"""Every button, panel, form and command, and the route that answers it: the one table that all platforms read.

A route stands in the file of its handler, by subject.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from . import account, audit, fixing, gallery, helping, moderation, opinions, people, results, settings
from .commands import Command
from .routes import Route

BUTTONS: Mapping[str, Route] = MappingProxyType(
    {
        **results.BUTTONS,
        **opinions.BUTTONS,
        **gallery.BUTTONS,
        **moderation.BUTTONS,
        **account.BUTTONS,
        **fixing.BUTTONS,
    }
)
PANELS: Mapping[str, Route] = MappingProxyType(
    {**results.PANELS, **account.PANELS, **settings.PANELS, **people.PANELS, **audit.PANELS, **helping.PANELS}
)
FORMS: Mapping[str, Route] = MappingProxyType(
    {**results.FORMS, **opinions.FORMS, **moderation.FORMS, **account.FORMS, **settings.FORMS, **people.FORMS}
)
COMMANDS: Mapping[Command, Route] = MappingProxyType(
    {
        **results.COMMANDS,
        **opinions.COMMANDS,
        **gallery.COMMANDS,
        **account.COMMANDS,
        **settings.COMMANDS,
        **people.COMMANDS,
        **audit.COMMANDS,
        **helping.COMMANDS,
    }
)
