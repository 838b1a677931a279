"""Galleries, and single jobs looked at."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from bot.actions.actions import Actions
from bot.domain.card import ButtonAction
from bot.domain.ports import GalleryFilter

from .commands import Command
from .inputs import Input
from .replies import Replies, ShowJob, ShowPage
from .routes import First, Route


async def search(given: Input, actions: Actions) -> Replies:
    """The first page, for this person alone: a gallery is looked through, not posted."""
    gallery_filter = GalleryFilter(given.text("shelf") or GalleryFilter.MINE)
    person = await given.person()
    found = await actions.gallery.search(
        person, gallery_filter=gallery_filter, channel_id=given.channel_id, text=given.text("words")
    )
    return (ShowPage(found),)


async def page(given: Input, actions: Actions) -> Replies:
    person = await given.person()
    found = await actions.gallery.turn(given.target, given.index, person=person, channel_id=given.channel_id)
    return (ShowPage(found, instead=True),)


def first_for_show(given: Input) -> First:
    return First.CHANNEL if given.text("everybody") == "yes" else First.ALONE


async def show(given: Input, actions: Actions) -> Replies:
    everybody = given.text("everybody") == "yes"
    shown = await actions.gallery.show(given.target, await given.person(), aloud=everybody)
    return (ShowJob(shown, everybody=everybody),)


BUTTONS: Mapping[str, Route] = MappingProxyType(
    {ButtonAction.SHOW: Route(show, First.ALONE), ButtonAction.PAGE: Route(page, First.SILENT)}
)
COMMANDS: Mapping[Command, Route] = MappingProxyType(
    {Command.GALLERY: Route(search, First.ALONE), Command.SHOW: Route(show, first_for_show)}
)
