"""Every button, panel and form, and the route that answers it: the one table that all platforms read."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from bot.domain.card import Press

from . import account, gallery, moderation, results, settings
from .commands import Command
from .controls import PanelAction
from .forms import FormId
from .routes import First, Route

ALONE, SILENT, ORDER, BESIDE, FORM = First.ALONE, First.SILENT, First.ORDER, First.BESIDE, First.FORM

BUTTONS: Mapping[str, Route] = MappingProxyType(
    {
        Press.AGAIN: Route(results.again, ORDER),
        Press.HD: Route(results.hd, ORDER),
        Press.SHAPE: Route(results.shape, ORDER),
        Press.USE: Route(results.use, BESIDE),
        Press.EDIT: Route(results.edit, FORM),
        Press.CANCEL: Route(results.cancel, SILENT),
        Press.DELETE: Route(results.delete, SILENT),
        Press.STAR: Route(results.star, SILENT),
        Press.VOTE: Route(results.vote, SILENT),
        Press.MORE: Route(results.more, ALONE),
        Press.SPOILER: Route(results.spoiler, ALONE),
        Press.REPORT: Route(results.report, FORM),
        Press.SHOW: Route(gallery.show, ALONE),
        Press.PAGE: Route(gallery.page, SILENT),
        Press.REMOVE: Route(moderation.remove, SILENT),
        Press.LOCK: Route(moderation.lock, SILENT),
        Press.UNDO: Route(moderation.undo, SILENT),
        Press.BLOCK_WORD: Route(moderation.block_word, FORM),
        Press.WHY: Route(account.why, ALONE),
        Press.APPEAL: Route(account.appeal, ALONE),
    }
)
PANELS: Mapping[str, Route] = MappingProxyType(
    {
        PanelAction.HOME: Route(settings.home, SILENT),
        PanelAction.SECTION: Route(settings.section, FORM),
        PanelAction.PAUSE: Route(settings.pause, SILENT),
        PanelAction.RESUME: Route(settings.resume, SILENT),
        PanelAction.USAGE: Route(settings.usage, SILENT),
        PanelAction.AUDIT: Route(settings.audit, SILENT),
        PanelAction.HELD: Route(settings.held, SILENT),
        PanelAction.LIFT: Route(settings.lift, SILENT),
        PanelAction.UNDO: Route(settings.undo, SILENT),
        PanelAction.PEOPLE: Route(settings.people, FORM),
        PanelAction.DEFAULTS: Route(account.defaults, FORM),
        PanelAction.DRAW: Route(results.draw, FORM),
        PanelAction.FORGET: Route(account.forget, SILENT, slow=True),
        PanelAction.KEEP: Route(account.keep, SILENT),
    }
)
FORMS: Mapping[str, Route] = MappingProxyType(
    {
        FormId.EDIT: Route(results.edited, results.first_for_request),
        FormId.IMAGINE: Route(results.edited, results.first_for_request),
        FormId.REPORT: Route(results.reported, ALONE),
        FormId.BLOCK_WORD: Route(moderation.word_given, ALONE),
        FormId.DEFAULTS: Route(account.defaults_given, ALONE),
        FormId.SETTINGS: Route(settings.settings_given, SILENT),
        FormId.PEOPLE: Route(settings.people_given, SILENT),
        FormId.FORGET: Route(account.forget, SILENT, slow=True),
    }
)
COMMANDS: Mapping[Command, Route] = MappingProxyType(
    {
        Command.DRAW: Route(results.draw, FORM),
        Command.GALLERY: Route(gallery.search, ALONE),
        Command.SHOW: Route(gallery.show, gallery.first_for_show),
        Command.USAGE: Route(account.usage, ALONE),
        Command.WHY: Route(account.why, ALONE),
        Command.DEFAULTS: Route(account.defaults, FORM),
        Command.EXPORT: Route(account.export, ALONE),
        Command.FORGET: Route(account.ask_to_forget, ALONE),
        Command.SETTINGS: Route(settings.home, ALONE),
        Command.PEOPLE: Route(settings.held, ALONE),
        Command.AUDIT: Route(settings.audit, ALONE),
        Command.REPORT: Route(results.report, FORM),
    }
)
