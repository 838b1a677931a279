"""Takes out of a log line what nobody may read there: secrets, signed addresses, prompts, control characters."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, Final
from urllib.parse import quote, quote_plus

MASK: Final = "***"
_SHORTEST: Final = 4  # a shorter "secret" would blank half of every line
_DEEPEST: Final = 8
_LONGEST_LINE: Final = 4_000
_LONGEST_OF_MANY_LINES: Final = 40_000
_PROMPTS: Final = frozenset({"prompt", "prompt_sent"})
_MANY_LINES: Final = frozenset({"exception", "stack"})
_SECRET_NAME: Final = re.compile(
    r"(^|_|-)(token|secret|password|passwd|authorization|cookie|(api|secret|access|private)[_-]?key)$",
    re.IGNORECASE,
)
# Order matters: an address loses its secrets in the path before its query goes. Every repetition that could begin
# anywhere has an upper bound, so that a hostile text can't take quadratic time.
_PATTERNS: Final = tuple(
    (re.compile(pattern, re.IGNORECASE), replacement)
    for pattern, replacement in (
        # Discord: the token of a webhook or an interaction is part of the path.
        # https://docs.discord.com/developers/resources/webhook · /interactions/receiving-and-responding
        (r"(/webhooks/[^/\s\"']+/)[^/\s\"'?#]+", rf"\1{MASK}"),
        (r"(/interactions/[^/\s\"']+/)[^/\s\"'?#]+", rf"\1{MASK}"),
        # Slack: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
        (r"(hooks\.slack\.com/)[^\s\"'<>]+", rf"\1{MASK}"),
        (r"(/seedream/callback/)[^/\s\"'?#]+", rf"\1{MASK}"),
        # Up to the last @, since a password may have some of its own; /messages/@original is Discord's.
        (r"([a-z][a-z0-9+.-]{0,30}://)[^\s\"'<>]{1,300}(?<!/messages/)@", rf"\1{MASK}@"),
        # PostgreSQL names the user whom it refuses.
        (r"(\b(?:user|role) )\"[^\"\n]{1,100}\"", rf'\1"{MASK}"'),
        (r"([a-z][a-z0-9+.-]{0,30}://[^\s\"'<>?#]{1,1000})\?[^\s\"'<>]+", rf"\1?{MASK}"),
        (r"\?[^\s\"'<>=?]{1,100}=[^\s\"'<>]*", f"?{MASK}"),
        # What tokens look like, wherever they stand.
        (r"\bxox[a-z]-[\w-]{8,}|\bxapp-[\w-]{8,}", MASK),
        (r"\b[\w-]{23,28}\.[\w-]{6,7}\.[\w-]{27,}", MASK),  # a Discord bot's
        (r"\b(Bearer|Bot|Basic)\s+[\w.~+/=-]{8,}", rf"\1 {MASK}"),
    )
)
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


class Redactor:
    """A structlog processor. `secrets` are masked wherever they stand, also quoted as in an address or in JSON."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        forms = {form for secret in secrets if len(secret) >= _SHORTEST for form in _forms(secret)}
        longest_first = sorted(forms, key=len, reverse=True)
        self._secrets = re.compile("|".join(map(re.escape, longest_first))) if forms else None

    def __call__(
        self,
        logger: Any,  # noqa: ARG002 - structlog's
        method: str,
        event: MutableMapping[str, Any],
    ) -> MutableMapping[str, Any]:
        """The event with plain values only: text, numbers, None, lists and dicts of them."""
        quiet = event.get("level", method) != "debug"
        return {
            self.text(name): self._value(name, value, quiet=quiet, depth=0)
            for name, value in event.items()
            if not (quiet and name in _PROMPTS)
        }

    def text(self, text: str, *, many_lines: bool = False) -> str:
        """One line of text without secrets; `many_lines` keeps line breaks and tabs."""
        if self._secrets is not None:
            text = self._secrets.sub(MASK, text)
        longest = _LONGEST_OF_MANY_LINES if many_lines else _LONGEST_LINE
        length = len(text)
        text = text[: 2 * longest]  # only now: half a secret would not be recognised
        for pattern, replacement in _PATTERNS:
            text = pattern.sub(replacement, text)
        text = _CONTROL.sub(lambda found: _visible(found.group(), many_lines=many_lines), text)
        return text if length <= longest else f"{text[:longest]}… ({length} characters)"

    def _value(self, name: str, value: Any, *, quiet: bool, depth: int) -> Any:
        if value is None or isinstance(value, bool | int | float):
            return value
        if _SECRET_NAME.search(name):
            return MASK
        if isinstance(value, str):
            return self.text(value, many_lines=name in _MANY_LINES)
        if depth < _DEEPEST:
            if isinstance(value, Mapping):
                return {
                    self.text(str(key)): self._value(str(key), item, quiet=quiet, depth=depth + 1)
                    for key, item in value.items()
                    if not (quiet and key in _PROMPTS)
                }
            if isinstance(value, Sequence | AbstractSet) and not isinstance(value, bytes | bytearray | memoryview):
                return [self._value("", item, quiet=quiet, depth=depth + 1) for item in value]
        return self.text(repr(value))


def _forms(secret: str) -> set[str]:
    return {
        secret,
        quote(secret, safe=""),
        quote(secret),
        quote_plus(secret),
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        repr(secret)[1:-1],
        repr(secret.encode())[2:-1],
    }


def _visible(character: str, *, many_lines: bool) -> str:
    return character if many_lines and character in "\n\t" else character.encode("unicode_escape").decode()
