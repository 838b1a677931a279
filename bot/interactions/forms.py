"""Forms: what they ask for, before a platform draws them. A field's name comes back with what was filled in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from typing import Any, Final

from bot.cards.sentences import words
from bot.domain.request import MAX_PROMPT, ImageRequest
from bot.grammar.options import OPTIONS, STYLE, Option
from bot.grammar.parse import TypedOptions
from bot.grammar.printing import quote_prompt

from .controls import PanelButton

# Discord's modal has five fields, and one of them is the prompt. Further options stand in the prompt's field.
_MOST_OPTIONS: Final = 4


class FormId(StrEnum):
    """Which form it is. The value is part of the ids of forms that people have open, so it never changes."""

    EDIT = "form"  # the target is the job that the new one is an edit of
    IMAGINE = "imagine"
    REPORT = "report"  # the target is a job's id, as for BLOCK_WORD
    BLOCK_WORD = "blockword"
    DEFAULTS = "defaults"
    SETTINGS = "studio"  # the target is a section, or empty for all of them
    PEOPLE = "people"
    FORGET = "forget"


class Kind(Enum):
    LINE = auto()
    PARAGRAPH = auto()
    CHOICE = auto()  # one of `choices`
    CHOICES = auto()  # any of `choices`
    PERSON = auto()
    ROLE = auto()
    CHANNEL = auto()  # any channel in which people ask
    TEXT_CHANNEL = auto()  # one to which messages are posted


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One input. `value` is what it shows at first: ids for persons, roles and channels.

    `most` is the number of characters of a text (0: as many as the platform takes), and of channels that can be chosen.
    """

    kind: Kind
    name: str
    label: str
    hint: str = ""
    value: tuple[str, ...] = ()
    choices: tuple[tuple[str, str], ...] = ()  # value, label
    most: int = 0
    required: bool = False

    @property
    def text(self) -> str:
        return self.value[0] if self.value else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Fields that belong together. `notes` say what holds now where the fields can't show it."""

    name: str
    fields: tuple[Field, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """`target` comes back with the values. `intro` stands above the fields, with `ways` to other panels and forms.

    `orders`: what comes back orders a job, so a form that was opened outside of a channel asks for one.
    """

    id: FormId
    title: str
    target: str = ""
    submit: str = ""
    cancel: str = ""
    intro: tuple[str, ...] = ()
    sections: tuple[Section, ...] = ()
    ways: tuple[PanelButton, ...] = ()
    orders: bool = False

    @property
    def fields(self) -> tuple[Field, ...]:
        return tuple(field for section in self.sections for field in section.fields)


def one_section(*fields: Field) -> tuple[Section, ...]:
    return (Section(name="", fields=fields),)


def text_form(form: FormId, target: str, locale: str, *, most: int, required: bool) -> Form:
    """A form with one text, named `text`. Its words are `form-<id>-title` and `form-<id>-text`."""
    field = Field(
        kind=Kind.LINE if required else Kind.PARAGRAPH,
        name="text",
        label=words(f"form-{form}-text", locale),
        most=most,
        required=required,
    )
    return Form(
        id=form,
        title=words(f"form-{form}-title", locale),
        target=target,
        submit=words("form-send", locale),
        sections=one_section(field),
    )


def request_form(
    form: FormId,
    locale: str,
    *,
    target: str = "",
    request: ImageRequest | None = None,
    prompt: str = "",
    held: TypedOptions | None = None,
    styles: Iterable[str] = (),
) -> Form:
    """A request to be changed and sent: `request`, else `prompt` with the options that are `held` for this person.

    Without either, an option that isn't chosen is left to the request's words. `styles` are the community's own.
    """
    text = quote_prompt(request.prompt) if request else prompt
    known = request or held
    further = () if known is None else ((option, getattr(known, option.name)) for option in OPTIONS[_MOST_OPTIONS:])
    typed = [f"{option.name}:{value}" for option, value in further if value not in {None, option.default}]
    text = " ".join([*typed, text])
    # Room for the backslashes that keep words of the prompt from being read as options.
    most = MAX_PROMPT + max(0, len(text) - len(request.prompt)) if request else 0
    fields = [
        Field(
            kind=Kind.PARAGRAPH,
            name="prompt",
            label=words("form-prompt", locale),
            value=(text,) if text else (),
            most=most,
            required=True,
        )
    ]
    for option in OPTIONS[:_MOST_OPTIONS]:
        chosen = None if known is None else getattr(known, option.name) or option.default
        fields.append(option_field(option, chosen, styles if option is STYLE else (), locale))
    return Form(
        id=form,
        title=words("form-title-edit" if target else "form-title", locale),
        target=target,
        submit=words("form-draw", locale),
        sections=one_section(*fields),
        orders=True,
    )


def option_field(option: Option, chosen: str | int | None, own: Iterable[str], locale: str) -> Field:
    """One of the option's values, or one of the community's `own`."""
    offered = {str(choice.value): choice.label for choice in option.choices(locale)}
    offered |= {value: value for value in (*own, *(() if chosen is None else (str(chosen),))) if value not in offered}
    return Field(
        kind=Kind.CHOICE,
        name=option.name,
        label=words(f"form-{option.name}", locale),
        value=() if chosen is None else (str(chosen),),
        choices=tuple(offered.items()),
        required=chosen is not None,
    )


def read_request(text: Callable[[str], str]) -> tuple[str, TypedOptions]:
    """What a form of a request says: the prompt, and the fields, which win over options in it. `text`: of a field."""
    chosen: dict[str, Any] = {option.name: text(option.name) or None for option in OPTIONS}
    numbers = {option.name: _small_number(chosen[option.name]) for option in OPTIONS if isinstance(option.default, int)}
    return text("prompt"), TypedOptions(**chosen | numbers)


def _small_number(value: str | None) -> int | None:
    """No option has more than four digits; what somebody made up may have thousands."""
    return int(value) if value is not None and value.isdecimal() and len(value) <= 4 else None  # noqa: PLR2004


def shortened(choices: Sequence[tuple[str, str]], chosen: Sequence[str], most: int) -> Sequence[tuple[str, str]]:
    """The first choices that a platform has room for, the chosen ones among them."""
    if len(choices) <= most:
        return choices
    kept = [choice for choice in choices if choice[0] in chosen][:most]
    others = [choice for choice in choices if choice not in kept][: most - len(kept)]
    return [choice for choice in choices if choice in kept or choice in others]
