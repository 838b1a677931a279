"""What concerns one person alone: refusals, defaults, and what is kept of them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from bot.actions.actions import Actions
from bot.cards.defaults_form import default_fields
from bot.cards.sentences import sentence, words
from bot.cards.why_card import why_card
from bot.domain.card import ButtonAction, Card, Tone
from bot.domain.errors import NotAllowed, Refused
from bot.domain.ports import UsageGroup
from bot.domain.usage import UsagePeriod, UsageScope
from bot.grammar.options import OPTIONS

from .commands import Command
from .controls import PanelAction, PanelButton
from .forms import Field, Form, FormId, Kind, one_section
from .inputs import Input
from .numbers import number_in
from .panels import Panel
from .replies import HandOver, HandTable, InvalidFields, Open, Replace, Replies, Say, ShowPanel, ShowUsage
from .results import say
from .routes import First, Route


async def why(given: Input, actions: Actions) -> Replies:
    return (Say(why_card(await actions.why.refusals(await given.person()), given.locale)),)


async def appeal(given: Input, actions: Actions) -> Replies:
    entry = number_in(given.target)
    if entry is None:
        raise NotAllowed("nothing-to-appeal")
    told = await actions.why.appeal(entry, await given.person(), given.channel_locale)
    return (say("appealed-ok" if told else "reported-unseen", given),)


async def usage(given: Input, actions: Actions) -> Replies:
    """The numbers; with `table` every entry as a file too. The action says who may see whose."""
    person, scope = await given.person(), UsageScope(given.text("scope") or UsageScope.MINE)
    period = UsagePeriod(given.text("period") or UsagePeriod.MONTH)
    group = UsageGroup(given.text("group")) if given.text("group") else None
    channel = given.counted_channel
    view = await actions.account.usage(person, scope=scope, group=group, period=period, channel_id=channel)
    if given.text("table") != "yes":
        return (ShowUsage(view),)
    return (
        ShowUsage(view),
        HandTable(await actions.account.csv(person, scope=scope, period=period, channel_id=channel)),
    )


async def defaults(given: Input, actions: Actions) -> Replies:
    """A form of what holds where one's requests don't say it."""
    person = await given.person()
    own = await actions.defaults.read(person)
    styles = tuple(await actions.settings.styles(person))
    locale = person.locale
    fields = [
        Field(
            kind=Kind.CHOICE,
            name=field.name,
            label=field.label,
            value=(field.chosen,),
            choices=tuple((str(choice.value), choice.label) for choice in field.choices),
            required=True,
        )
        for field in default_fields(own, styles, locale)
    ]
    form = Form(
        id=FormId.DEFAULTS,
        title=words("defaults-title", locale),
        submit=words("form-save", locale),
        intro=(words("defaults-intro", locale),),
        sections=one_section(*fields),
    )
    return (Open(form),)


async def defaults_given(given: Input, actions: Actions) -> Replies:
    """A field that the form didn't have is left as it is."""
    changes = {option.name: given.text(option.name) for option in OPTIONS if option.name in given.values}
    try:
        await actions.defaults.change(await given.person(), changes)
    except Refused as refused:
        name = str(refused.values.get("setting", "")).removeprefix("default_")
        if name in changes:
            raise InvalidFields({name: refused}) from refused
        raise
    return (say("defaults-saved", given),)


async def export(given: Input, actions: Actions) -> Replies:
    person = await given.person()
    return (HandOver(lambda most: actions.mydata.export(person, most_bytes=most)),)


async def ask_to_forget(given: Input, _: Actions) -> Replies:
    """Everything is deleted after a second yes only."""
    locale = given.locale
    yes, keep = words("button-delete-mine-really", locale), words("button-keep-mine", locale)
    question = words("mydata-delete-ask", locale)
    if given.abilities.whole_forms:
        form = Form(
            id=FormId.FORGET,
            title=words("button-delete-mine", locale),
            submit=yes,
            cancel=keep,
            intro=(question, words("mydata-delete-ask-again", locale)),
        )
        return (Open(form),)
    panel = Panel(
        name="mydata",
        heading="",
        tone=Tone.FAILED,
        text=question,
        buttons=(
            PanelButton(action=PanelAction.FORGET, label=yes, danger=True),
            PanelButton(action=PanelAction.KEEP, label=keep),
        ),
    )
    return (ShowPanel(panel),)


async def forget(given: Input, actions: Actions) -> Replies:
    forgotten = await actions.mydata.delete(await given.person())
    done = sentence("mydata-deleted", given.locale, messages=forgotten.messages_left)
    return (Replace(Card(tone=Tone.DONE, status=done)),)


async def keep(given: Input, _: Actions) -> Replies:
    return (Replace(Card(tone=Tone.CANCELLED, status=sentence("mydata-kept", given.locale))),)


BUTTONS: Mapping[str, Route] = MappingProxyType(
    {ButtonAction.WHY: Route(why, First.ALONE), ButtonAction.APPEAL: Route(appeal, First.ALONE)}
)
PANELS: Mapping[str, Route] = MappingProxyType(
    {
        PanelAction.DEFAULTS: Route(defaults, First.FORM),
        PanelAction.FORGET: Route(forget, First.SILENT, slow=True),
        PanelAction.KEEP: Route(keep, First.SILENT),
    }
)
FORMS: Mapping[str, Route] = MappingProxyType(
    {
        FormId.DEFAULTS: Route(defaults_given, First.ALONE),
        FormId.FORGET: Route(forget, First.SILENT, slow=True),
    }
)
COMMANDS: Mapping[Command, Route] = MappingProxyType(
    {
        Command.USAGE: Route(usage, First.ALONE),
        Command.WHY: Route(why, First.ALONE),
        Command.DEFAULTS: Route(defaults, First.FORM),
        Command.EXPORT: Route(export, First.ALONE),
        Command.FORGET: Route(ask_to_forget, First.ALONE),
    }
)
