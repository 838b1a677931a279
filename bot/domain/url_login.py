"""The user and the password in a URL: what no log, message or traceback may show any part of."""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qsl, unquote

ESCAPE: Final = (
    "In a URL's user and password write %40 for @, %3A for :, %2F for /, %3F for ?, %23 for #, %25 for % and %20 for a "
    "space"
)
_PASSWORDS: Final = frozenset({"password", "sslpassword"})  # parameters of PostgreSQL


def login_of(url: str) -> str:
    """All that may belong to the user and the password, however badly it is escaped; nothing where there is none."""
    _, _, rest = url.partition("://")
    return rest.rpartition("@")[0]


def is_ambiguous(url: str) -> bool:
    """Whether libraries may take a part of the user or password for a host, a port or a path."""
    login = login_of(url)
    return any(character in login for character in "@/?#\\") or any(each.isspace() for each in login)


def secrets_of(url: str) -> tuple[str, ...]:
    """The password as it is written, and unescaped; for redaction."""
    _, _, password = login_of(url).partition(":")
    in_query = [value for name, value in parse_qsl(url.partition("?")[2]) if name in _PASSWORDS]
    return tuple(dict.fromkeys(form for each in (password, *in_query) if each for form in (each, unquote(each))))
