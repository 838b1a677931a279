"""What a value must be, and the sentence where it isn't: what would do, within which bounds, an example, what came."""

from __future__ import annotations

import ipaddress
import math
import os
import re
import secrets
from collections.abc import Collection
from difflib import get_close_matches
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo, available_timezones

from bot.domain.url_login import ESCAPE, is_ambiguous, login_of

SHORTEST_TOKEN: Final = 16  # characters of those that open the page
_TOKEN_BYTES: Final = 24
_LONGEST_TOKEN: Final = 4096  # characters; those of the platforms have about a hundred
_LONGEST_LABEL: Final = 24  # what fits the narrowest picture
_SHOWN: Final = 40  # characters of a wrong value
_HOST: Final = re.compile(r"(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_-]{1,63})*\.?", re.IGNORECASE)
_YES, _NO = frozenset({"true", "1", "yes", "y", "on", "t"}), frozenset({"false", "0", "no", "n", "off", "f"})

Networks = tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]


def shown(text: str) -> str:
    """A wrong value in quotation marks, cut, with what nobody sees as its code."""
    return f"“{visible(text if len(text) <= _SHOWN else f'{text[:_SHOWN]}…')}”"


def visible(text: str) -> str:
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)


def seen_whole(text: str) -> str:
    """An id or a secret in any letters; what nobody sees came with it from a page."""
    if not text.strip().isprintable():
        raise ValueError("holds a character that nobody sees; copy it again")
    return text.strip()


def unquoted(text: str) -> str:
    """Without blanks around it, and without the quotes that `docker run --env-file` leaves in place."""
    text = text.strip() or text
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"" else text


def whole_number(text: str, least: int, most: int, example: int) -> int:
    """In ASCII digits alone: "1e9", "٣" or "50 pictures" is rather a slip than meant."""
    if not re.fullmatch(r"[0-9]{1,10}", text.strip()) or not least <= int(text) <= most:
        raise ValueError(f"must be a whole number from {least} to {most}, such as {example}, not {shown(text.strip())}")
    return int(text)


def number_above_zero(text: str, most: int, example: float) -> float:
    """With a decimal point or without one."""
    found = float(text) if re.fullmatch(r"\s*[0-9]{0,12}\.?[0-9]{0,12}\s*", text) and text.strip(" .") else math.nan
    if not 0 < found <= most:
        raise ValueError(f"must be a number above 0, up to {most}, such as {example:g}, not {shown(text.strip())}")
    return found


def one_of(text: str, words: Collection[str]) -> str:
    """In any case."""
    if text.strip().lower() not in words:
        *others, last = words
        raise ValueError(f"must be {', '.join(others)} or {last}, not {shown(text.strip())}")
    return text.strip().lower()


def yes_or_no(text: str) -> bool:
    """As people write it."""
    word = text.strip().lower()
    if word not in _YES | _NO:
        raise ValueError(f"must be true or false, not {shown(text.strip())}")
    return word in _YES


def web_address(text: str, *, example: str, path: bool = True) -> str:
    """Of an API, or of the page: http or https, a host, perhaps a port, and a path where that is of use."""
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise ValueError(f"must be an address such as {example}, not {shown(text)}") from None
    if login_of(text):
        raise ValueError(f"must be an address without a user and a password, such as {example}: none is sent there")
    if parts.scheme not in {"http", "https"} or not host or parts.query or parts.fragment or not is_host(host):
        raise ValueError(f"must be an address such as {example}, not {shown(text)}")
    if parts.path.strip("/") and not path:
        raise ValueError(f"must be an address without a path, such as {example}, not {shown(text)}")
    return text.rstrip("/")


def is_host(text: str) -> bool:
    """A name or an address, without a port."""
    try:
        ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return _HOST.fullmatch(text) is not None
    return True


def listening_host(text: str) -> str:
    """Where the page listens: an address of this machine, or a name of it."""
    if "://" in text or text.count(":") == 1 or text.count("]:") == 1:
        raise ValueError(
            f"must be a host alone, such as 127.0.0.1 or 0.0.0.0, not {shown(text)}; WEB_PORT has the port"
        )
    host = text.removeprefix("[").removesuffix("]")
    if not is_host(host):
        raise ValueError(f"must be an address of this machine, such as 127.0.0.1 or 0.0.0.0 for all, not {shown(text)}")
    return host.lower()


def port(text: str) -> int:
    if text.startswith("tcp://"):
        raise ValueError(
            f"must be a whole number from 0 to 65535, such as 8080, not {shown(text)}. Kubernetes sets it so for a "
            "service of the name “web”: set enableServiceLinks: false, or WEB_PORT itself"
        )
    return whole_number(text, 0, 65535, 8080)


def path(text: str) -> Path:
    """With ~ and $HOME in the place of a shell's, which reads neither .env nor a unit's file."""
    if "://" in text or text.startswith("file:"):
        raise ValueError(f"must be a path, such as /var/lib/easel, not {shown(text)}")
    return Path(_expanded(text))


def _expanded(text: str) -> str:
    found = os.path.expanduser(os.path.expandvars(text))  # noqa: PTH111 - not all of it is a path yet
    if found.startswith(("~", "$")):
        raise ValueError(f"{shown(text)} begins with what stands for no directory here; write the path in full")
    return found


def database_url(text: str) -> str:
    """A file's path below ~ is expanded."""
    scheme, slashes, file = text.partition(":///")
    if slashes and scheme.startswith("sqlite") and file.startswith(("~", "$")):
        return f"{scheme}:///{_expanded(file)}"
    return text


def pictures_url(text: str) -> str:
    """The same; a path that begins at the root or at home needs no `file:`."""
    if text.startswith(("/", "~", "$")):
        return file_url(Path(_expanded(text)))
    file = text.removeprefix("file:")
    return file_url(Path(_expanded(file))) if file != text and file.startswith(("~", "$")) else text


def file_url(folder: Path) -> str:
    """As PICTURES_URL has it: a relative path stays one."""
    return f"file:{quote(folder.as_posix(), safe='/:')}"


def time_zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (OSError, ValueError, KeyError):
        # Etc/GMT+8 is eight hours behind UTC, so that it is no answer to "GMT+8".
        zones = {zone.lower(): zone for zone in available_timezones() if not zone.startswith(("Etc/", "GMT"))}
        near = get_close_matches(text.lower().replace(" ", "_"), zones, n=1)
        mean = f"; did you mean {zones[near[0]]}?" if near else ""
        raise ValueError(f"must be a time zone such as Europe/Berlin or UTC, not {shown(text)}{mean}") from None
    return text


def path_in_a_url(text: str) -> Path:
    """The database's URL is made of it, where a ? would begin the parameters."""
    found = path(text)
    if "?" in str(found):
        raise ValueError(f"must be a path without a question mark, not {shown(str(found))}")
    return found


def escaped(url: str) -> str:
    """An address whose user and password can be told apart from its host."""
    if is_ambiguous(url):
        raise ValueError(f"its user or its password can't be told apart from the host. {ESCAPE}")
    return url


def one_word(text: str) -> str:
    """Tokens are sent in a header, which takes nothing else. A line break around one is a slip of copying."""
    word = text.strip()
    if not word or len(word) > _LONGEST_TOKEN or not word.isascii() or not word.isprintable() or " " in word:
        raise ValueError("must be one word of plain characters; copy it again")
    return word


def long_word(text: str) -> str:
    """Its length is what keeps guesses out: whoever has the right token is never refused."""
    token = text.strip()
    if len(token) < SHORTEST_TOKEN:
        raise ValueError(
            f"needs at least {SHORTEST_TOKEN} characters and has {len(token)}. Take this one: "
            f"{secrets.token_urlsafe(_TOKEN_BYTES)}"
        )
    return token


def networks(text: str) -> Networks:
    """Addresses and networks, with commas between."""
    found = []
    for part in text.split(","):
        try:
            found += [ipaddress.ip_network(part.strip(), strict=False)] if part.strip() else []
        except ValueError:
            raise ValueError(
                f"{part.strip()[:60]!r} is no address and no network; write 10.0.0.5 or 172.16.0.0/12, with commas "
                "between several"
            ) from None
    return tuple(found)


def short_line(text: str) -> str:
    if not (text.isprintable() and len(text) <= _LONGEST_LABEL):
        raise ValueError(f"must be one line of at most {_LONGEST_LABEL} characters, such as AI-generated")
    return text


def font_file(text: str) -> Path:
    found = path(text)
    if not found.is_file():
        raise ValueError(f"there is no file {found}; give the path of a font file (.ttf, .otf or .ttc)")
    return found


def one_of_several(text: str) -> str:
    place, _, number = text.partition("/")
    if not (place.isdecimal() and number.isdecimal() and int(place) < int(number)):
        raise ValueError("must say which of how many gateways this is, from 0: 0/2 and 1/2 for two")
    return text


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
