"""Who is signed in to the page, and by what: invites, device codes, sessions of browsers, tokens of programs."""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

LONGEST_NAME = 32  # characters
# What programs' tokens begin with, so that secret scanners know one and a wrong bearer costs no look-up.
TOKEN_PREFIX = "easel_"  # noqa: S105 - no token
INVITE_LASTS = timedelta(days=7)
CODE_LASTS = timedelta(minutes=5)
SESSION_LASTS = timedelta(days=90)  # since the page was last opened

# Names that the page gives itself: to its operator, to programs with WEB_TOKEN, and to guests.
_TAKEN = ("guest", "访客")
_RESERVED = frozenset({"you", "你", "您", "api", "easel", "operator", "local", "nobody", *_TAKEN})


class CredentialKind(StrEnum):
    INVITE = "invite"  # a link: one use
    CODE = "code"  # typed on a second device: one use
    SESSION = "session"  # of a browser
    TOKEN = "token"  # of a program  # noqa: S105 - the name of a kind
    LEGACY = "legacy"  # that a cookie signed by WEB_TOKEN itself is no longer accepted


class BadName(ValueError):
    """Nobody can be called this; the message says why, and what would do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """Something that opens the page. `hash` is of its secret, which nobody keeps.

    `opened_by`: a fingerprint of the shared secret that a session was opened with; it ends with that secret. None for
    named people, whose sessions end with `uninvite`. `guest_id`: the guest that this browser was before it signed in
    as somebody with a name, while that guest's last jobs are under way.
    """

    hash: str
    kind: CredentialKind
    user_id: str
    created_at: datetime
    expires_at: datetime | None = None
    opened_by: str | None = None
    guest_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """Whom a credential speaks for; `name` is None for guests, and for the operator of the page."""

    credential: Credential
    name: str | None
    seen_at: datetime | None = None

    @property
    def user_id(self) -> str:
        return self.credential.user_id


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedPerson:
    """Somebody who was invited by name, with what they can sign in by right now."""

    name: str
    user_id: str
    sessions: int = 0
    tokens: int = 0
    invites: int = 0  # links that nobody has used yet
    seen_at: datetime | None = None


class Unusable(StrEnum):
    """Why an invite or a code opens nothing."""

    UNKNOWN = "unknown"
    USED = "used"
    EXPIRED = "expired"


def hashed(secret: str) -> str:
    """How a secret is kept. Secrets are random, so that a plain hash tells nobody what they are."""
    return hashlib.sha256(secret.encode(errors="surrogateescape")).hexdigest()


def clean_name(text: str) -> str:
    """The name as it is shown. BadName: empty, too long, not printable, or one that the page uses itself."""
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if not name or len(name) > LONGEST_NAME:
        raise BadName(f"A name has 1 to {LONGEST_NAME} characters.")
    if not all(_may_stand(character) for character in name) or not any(character.isalnum() for character in name):
        raise BadName("A name is made of letters, digits, spaces and - _ . ' only, such as Ada Lovelace.")
    if folded_name(name) in _RESERVED or folded_name(name).startswith(_TAKEN):
        raise BadName(f"{name} is a name that the page uses itself. Choose another one.")
    return name


def folded_name(name: str) -> str:
    """Names that differ by case or width only are one person's."""
    return unicodedata.normalize("NFKC", name).casefold()


def _may_stand(character: str) -> bool:
    return character in " -_.'’·" or unicodedata.category(character)[0] in "LNM"
