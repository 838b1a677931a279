"""What pydantic finds, as sentences of our own without a secret in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.configuration import values
from bot.observability.redact import Redactor


def sentence_of(fault: Mapping[str, Any], fields: Mapping[str, Any]) -> str:
    """`fault` is one of a ValidationError's errors(); `fields` are the model's."""
    names = [str(part) for part in fault["loc"]]
    said = str(fault["msg"]).removeprefix("Value error, ")
    if not names:  # of several settings together, whose words are ours and name no secret
        return said
    if fault["type"] != "value_error":
        said = _bounds(fault, fields[names[0]]) or said
    return f"{names[0].upper()}: {_masked(said, fault['input'])}"


def _bounds(fault: Mapping[str, Any], field: Any) -> str | None:
    """Of a whole number whose field has them, in our words in place of the library's."""
    bounds = {type(each).__name__: each for each in field.metadata}
    if not {"Ge", "Le"} <= bounds.keys():
        return None
    least, most = bounds["Ge"].ge, bounds["Le"].le
    example = least if field.default is None else field.default
    return f"must be a whole number from {least} to {most}, such as {example}, not {values.shown(str(fault['input']))}"


def _masked(message: str, value: object) -> str:
    """The message without what is secret in the value that it quotes, such as a token in the wrong place."""
    redactor = Redactor()
    for part in (str(value), *str(value).split(",")):
        for form in (part.strip(), values.visible(part.strip())):
            message = message.replace(form, redactor.text(form)) if form else message
    return message
