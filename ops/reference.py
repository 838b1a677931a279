# ruff: noqa: INP001 - a script, not a package
"""Writes the pages of the documentation that are made from the code: `python ops/reference.py`, or `make reference`.

docs/commands.md is what `--help` says of every command, docs/values.md what each setting may be. A test compares them.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from pydantic import SecretStr  # noqa: E402

from bot.__main__ import _parser  # noqa: E402
from bot.settings import _READERS, Settings  # noqa: E402

_WIDTH = "100"  # columns that argparse fills
_IMPOSSIBLE = "\x7f?"  # no setting may be this
# Where the refusal says what is wrong with a value, and not what would be right.
_BY_HAND = {
    "trusted_proxies": "addresses and networks, such as 10.0.0.5 or 172.16.0.0/12, with commas between",
    "allowed_communities": "all, or communities such as discord:123 and slack:T0123, with commas between",
    "operator_channel": "a channel, such as discord:456 or slack:C0123",
    "font_path": "the path of a font file (.ttf, .otf or .ttc)",
    "ssl_cert_file": "the path of a file of certificates in PEM",
    "http_proxy": "the address of an HTTP proxy, such as http://proxy.example.com:3128",
    "https_proxy": "the address of an HTTP proxy, such as http://proxy.example.com:3128",
    "no_proxy": "names, addresses and networks, with commas between, or *",
    "picture_hosts": "hosts such as pictures.corp or 10.0.0.7:9000, with commas between",
    "database_url": "sqlite+aiosqlite:///data/easel.db, or postgresql://user@host:5432/name",
    "pictures_url": "file:data/pictures, file:///var/lib/easel/pictures or s3://bucket/prefix",
    "slack_store_key": "keys of 32 bytes in URL-safe base64, the newest first, with commas between",
}
_MADE = "<!-- Made by ops/reference.py from the code: change it there, then `make reference`. -->"


def pages() -> dict[Path, str]:
    """Each page by its place."""
    return {ROOT / "docs" / "commands.md": _commands(), ROOT / "docs" / "values.md": _values()}


def _commands() -> str:
    intro = "What `--help` prints. [Operating](operating.md) says what they are for. As a package: `easel …`."
    parts = ["# Commands", _MADE, intro]
    for name, parser in _each(_parser(), "python -m bot"):
        parts += [f"## {name}", f"```text\n{parser.format_help().strip()}\n```"]
    return "\n\n".join(parts) + "\n"


def _each(parser: argparse.ArgumentParser, name: str) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    yield name, parser
    for action in parser._actions:  # noqa: SLF001 - argparse names no other way
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            for below, under in action.choices.items():
                yield from _each(under, f"{name} {below}")


def _values() -> str:
    parts = [
        "# What each setting may be",
        _MADE,
        "The words are those with which a wrong value is refused. [Settings](settings.md) says what each is for.",
    ]
    rows = ["| setting | may be | secret |", "| --- | --- | --- |"]
    for name, field in Settings.model_fields.items():
        secret = "yes" if SecretStr.__name__ in str(field.annotation) else ""
        rows.append(f"| `{name.upper()}` | {_legal(name, field)} | {secret} |")
    return "\n\n".join([*parts, "\n".join(rows)]) + "\n"


def _legal(name: str, field: Any) -> str:
    if name in _BY_HAND:
        return _BY_HAND[name]
    bounds = {type(each).__name__: each for each in field.metadata}
    if {"Ge", "Le"} <= bounds.keys():
        return f"a whole number from {bounds['Ge'].ge} to {bounds['Le'].le}"
    read = _READERS.get(name)
    if read is None:
        return "any text"
    try:
        read(_IMPOSSIBLE)
    except ValueError as error:
        said = str(error)
    else:
        return "any text"
    if "nobody sees" in said:
        return "any text that can be seen"
    said = re.sub(r",? (?:not|and has) [“\d].*$|^must (?:be|say) |[;.] .*$", "", said.replace(_IMPOSSIBLE, ""))
    return re.sub(r"^needs ", "", said).replace("|", "\\|").strip()


def main() -> None:
    """Write them."""
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    import os

    os.environ.update({"COLUMNS": _WIDTH, "NO_COLOR": "1", "PYTHON_COLORS": "0"})
    main()
