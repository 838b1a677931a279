"""A Refused → what its person alone sees: why, what would do, and one button that does it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping

from bot.cards.clip import SHOWN_PROMPT, clip, excerpt
from bot.cards.help_text import help_text
from bot.cards.phrases import listed, options_line
from bot.cards.sentences import OTHERWISE, has_sentence, sentence, words
from bot.domain.card import Button, ButtonAction, Card, Moment, Text, Tone
from bot.domain.errors import BadOption, OverLimit, Refused, Repair
from bot.grammar.options import NO_STYLE, NUMBER, OPTIONS, STYLE, Option
from bot.grammar.small_talk import SmallTalk

_SHOWN_WORD = 60
_SHOWN_CHANNELS = 10
_BY_CODE = {
    "matrix-too-large": "button-fewer",
    "not-a-request": "button-draw-anyway",
    "foreign-option": "button-leave-out",
}
_OPTION = {option.name: option for option in OPTIONS}


def refusal_card(
    refused: Refused,
    locale: str,
    *,
    draft_id: str | None = None,
    prompt: str = "",
    form: str = "",
    channel_name: Callable[[str], str] = str,
) -> Card:
    """Why nothing was done. With a repair and the draft that keeps it there is one button, which takes it.

    `draft_id` is where the repair waits (the refusal's own where none is given); `prompt` is what the person typed;
    `channel_name` makes `#general` of a channel's id. A blocked word can be called harmless by a button, and the `form`
    that could not be taken can be opened again.
    """
    draft = draft_id or refused.draft_id
    buttons: tuple[Button, ...] = ()
    if refused.repair is not None and draft:
        label = _use(refused, refused.repair, locale)
        buttons = (Button(press=ButtonAction.USE, label=label, target=draft, primary=True),)
    elif form:
        buttons = (Button(press=ButtonAction.FIX, label=words("button-fix", locale), target=form, primary=True),)
    elif refused.code == "blocked-word" and refused.entry_id is not None:
        label = words("button-appeal", locale)
        buttons = (Button(press=ButtonAction.APPEAL, label=label, target=str(refused.entry_id)),)
    if refused.code == "not-a-request":
        return _small_talk(refused, locale, buttons)
    return Card(
        tone=Tone.ASKING if refused.code == "matrix-offer" else Tone.REFUSED,
        prompt=excerpt(prompt.strip()),
        status=refusal_sentence(refused, locale, channel_name=channel_name),
        notes=_notes(refused, locale),
        buttons=buttons,
    )


def invalid_card(
    wrong: Mapping[str, Refused], locale: str, *, form: str = "", channel_name: Callable[[str], str] = str
) -> Card:
    """What is wrong with each field of a form, by its name. The `form` can be opened again by a button."""
    card = refusal_card(next(iter(wrong.values())), locale, form=form, channel_name=channel_name)
    lines: list[str | Moment] = []
    for refused in wrong.values():
        lines += ["\n" if lines else "", *refusal_sentence(refused, locale, channel_name=channel_name)]
    return dataclasses.replace(card, status=tuple(lines))


def _small_talk(refused: Refused, locale: str, buttons: tuple[Button, ...]) -> Card:
    """An answer to small talk, with a button that draws the text as a request."""
    if refused.values["kind"] == SmallTalk.HELP:
        return dataclasses.replace(help_text(locale), buttons=buttons)
    return Card(tone=Tone.DONE, status=refusal_sentence(refused, locale), buttons=buttons)


def refusal_sentence(refused: Refused, locale: str, *, channel_name: Callable[[str], str] = str) -> Text:
    """The one sentence that says why."""
    code = refused.code if has_sentence(refused.code) else OTHERWISE
    values = {
        name: clip(value, _SHOWN_WORD) if name == "word" and isinstance(value, str) else value
        for name, value in refused.values.items()
    }
    if "setting" in values:
        values["setting"] = words(f"field-{values['setting']}", locale, n="")
        # As they can be typed: without the language's commas.
        values |= {name: str(value) for name, value in values.items() if isinstance(value, int)}
    if "channels" in values:
        values["channels"] = listed(map(channel_name, str(values["channels"]).split()[:_SHOWN_CHANNELS]), locale)
    option = _OPTION.get(str(values.get("option", "")))
    if option is not None:
        legal = (choice.value for choice in option.choices() if choice.value != NO_STYLE)
        values["legal"] = listed((option.spelling(value, locale) for value in legal), locale)
        if values.get("nearest", NO_STYLE) != NO_STYLE:
            values["nearest"] = option.spelling(str(values["nearest"]), locale)
    return sentence(code, locale, **values)


def _notes(refused: Refused, locale: str) -> tuple[Text, ...]:
    notes = []
    if isinstance(refused, BadOption):
        for name in ("understood", "others"):
            value = refused.values.get(name)
            if isinstance(value, str) and value:
                said = clip(" ".join(value.split()), SHOWN_PROMPT)
                notes.append(sentence(f"note-{name}", locale, **{name: said}))
        if "word" in refused.values:
            notes.append(sentence("note-quote", locale))
    if refused.code == "matrix-too-large" and refused.repair is not None:
        said = clip(" ".join(refused.repair.text.split()), SHOWN_PROMPT)
        notes.append(sentence("note-would-draw", locale, text=said))
    if isinstance(refused, (BadOption, OverLimit)):
        notes.append(sentence("note-nothing-charged", locale))
    return tuple(notes)


def _use(refused: Refused, repair: Repair, locale: str) -> str:
    """What the button takes: "Use 16:9", or all of it where more than one thing changes."""
    if refused.code == "matrix-offer":
        return words("button-draw-all", locale, jobs=str(refused.values["jobs"]))
    if refused.code in _BY_CODE:
        return words(_BY_CODE[refused.code], locale)
    if isinstance(refused, OverLimit):
        return _smaller(refused, repair, locale)
    option = _OPTION.get(str(refused.values.get("option", "")))
    if option is None or refused.values.get("others"):
        return words("button-use", locale, what=options_line(repair.request, locale))
    if option is STYLE and repair.request.style is None:
        return words("button-use-no-style", locale)
    return words("button-use", locale, what=_named(option, repair, locale))


def _smaller(refused: OverLimit, repair: Repair, locale: str) -> str:
    """Fewer pictures ("Make it 2"), or the lower clarity where it must be that."""
    request = repair.request
    if str(request.clarity) == refused.values.get("clarity", str(request.clarity)):
        return words("button-make-it", locale, n=request.n)
    return words("button-use", locale, what=f"{request.clarity} · {words('pictures', locale, n=request.n)}")


def _named(option: Option, repair: Repair, locale: str) -> str:
    value = getattr(repair.request, option.name)
    return option.label(value, locale) if option in {NUMBER, STYLE} else str(value)
