"""Who is asking, and as whom they speak.

Three ways in, each with its own identity:

- **This machine, no token set**: the page listens on loopback only, so whoever reaches it runs it: user `local`, who
  may moderate and manage.
- **A token is set**: it opens the page (as a cookie after signing in, or as `Authorization: Bearer`). Each browser is
  a person of its own with its own usage, told apart by a random id that the cookie carries with a signature made from
  the token. Nobody moderates: the token says "a guest of the operator", not "the operator", and is usually shared by
  a whole team. A new token signs everybody out. Bearer callers share the person `api`.
- **The local secret** as Bearer, which only processes that can read this machine's data directory know. With the
  header `X-Easel-Platform: terminal` it speaks for the terminal, else for `local` on the page.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections import OrderedDict
from dataclasses import dataclass

from aiohttp import web

from bot.domain.people import Destination, Person
from bot.domain.ports import Clock

from .answers import Problem, locale_of
from .config import WebConfig
from .names import guest_name

COMMUNITY, CHANNEL = "web", "main"
COOKIE = "easel"
COOKIE_DAYS = 90
TERMINAL_HEADER = "X-Easel-Platform"
# A token is guessed over the network or not at all: ten wrong ones a minute from one address are no typing errors.
WRONG_TOKENS = 10
WRONG_TOKENS_SECONDS = 60.0
_MOST_ADDRESSES = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """A person at the door of the page; `from_terminal`: the local secret was shown."""

    person: Person
    from_terminal: bool = False

    @property
    def destination(self) -> Destination:
        return Destination(
            platform=self.person.platform,
            community_id=self.person.community_id,
            channel_id=CHANNEL,
            locale=self.person.locale,
        )


class Visitors:
    def __init__(self, config: WebConfig, clock: Clock) -> None:
        self._config = config
        self._clock = clock
        self._wrong: OrderedDict[str, list[float]] = OrderedDict()

    def identify(self, request: web.Request) -> Visitor:
        """Whoever this request is from; a Problem (401, 429) where nobody can tell."""
        locale = locale_of(request)
        bearer = _bearer(request)
        if bearer is not None:
            return self._bearer_visitor(request, bearer, locale)
        if self._config.token is None:
            return _page_visitor("local", "You", locale, operator=True)
        user_id = self._signed_in(request)
        if user_id is None:
            raise Problem(401, "sign-in")
        return _page_visitor(user_id, guest_name(user_id), locale)

    def knows_bearer(self, request: web.Request) -> bool:
        """Whether it carries a right token. A browser led astray by a foreign page can't."""
        bearer = _bearer(request)
        return bearer is not None and (self._is_token(bearer) or _same(bearer, self._config.local_secret))

    def sign_in(self, request: web.Request, token: str, response: web.Response) -> None:
        """Give this browser its cookie for the right token; a Problem for a wrong one. Who is in already stays in."""
        self._stop_guessing(request)
        if not self._is_token(token):
            raise self._wrong_token(request)
        user_id = self._signed_in(request) or f"b-{secrets.token_hex(8)}"
        public = self._config.public
        response.set_cookie(
            COOKIE,
            f"{user_id}.{self._signature(user_id)}",
            max_age=COOKIE_DAYS * 24 * 3600,
            httponly=True,
            samesite="Strict",
            secure=request.secure or (public is not None and public.scheme == "https"),
        )

    def picture_key(self, job_id: str, index: int) -> str | None:
        """What a link to one picture carries so that people of other platforms may follow it; None without a token."""
        return None if self._config.token is None else self._mac(f"picture:{job_id}/{index}")[:32]

    def may_follow(self, key: str, job_id: str, index: int) -> bool:
        right = self.picture_key(job_id, index)
        return right is not None and _same(key, right)

    def _bearer_visitor(self, request: web.Request, bearer: str, locale: str) -> Visitor:
        if _same(bearer, self._config.local_secret):
            if request.headers.get(TERMINAL_HEADER, "").lower() != "terminal":
                return _page_visitor("local", "You", locale, operator=True, from_terminal=True)
            person = Person(
                platform="terminal",
                community_id="terminal",
                user_id="local",
                name="You",
                locale=locale,
                moderator=True,
                manager=True,
                operator=True,
            )
            return Visitor(person=person, from_terminal=True)
        self._stop_guessing(request)
        if not self._is_token(bearer):
            raise self._wrong_token(request)
        return _page_visitor("api", "API", locale)

    def _signed_in(self, request: web.Request) -> str | None:
        user_id, _, signature = request.cookies.get(COOKIE, "").partition(".")
        return user_id if user_id and _same(signature, self._signature(user_id)) else None

    def _signature(self, user_id: str) -> str:
        return self._mac(f"browser:{user_id}")

    def _mac(self, text: str) -> str:
        return hmac.new((self._config.token or "").encode(), text.encode(), hashlib.sha256).hexdigest()

    def _is_token(self, token: str) -> bool:
        return self._config.token is not None and _same(token, self._config.token)

    def _stop_guessing(self, request: web.Request) -> None:
        recent = self._recent_wrong(request.remote or "")
        if len(recent) >= WRONG_TOKENS:
            wait = WRONG_TOKENS_SECONDS - (self._clock.monotonic() - recent[0])
            raise Problem(429, "slow-down", headers={"Retry-After": str(max(1, round(wait)))})

    def _wrong_token(self, request: web.Request) -> Problem:
        address = request.remote or ""
        self._wrong[address] = [*self._recent_wrong(address), self._clock.monotonic()]
        self._wrong.move_to_end(address)
        while len(self._wrong) > _MOST_ADDRESSES:
            self._wrong.popitem(last=False)
        return Problem(401, "wrong-token")

    def _recent_wrong(self, address: str) -> list[float]:
        since = self._clock.monotonic() - WRONG_TOKENS_SECONDS
        return [moment for moment in self._wrong.get(address, ()) if moment > since]


def _page_visitor(
    user_id: str, name: str, locale: str, *, operator: bool = False, from_terminal: bool = False
) -> Visitor:
    person = Person(
        platform="web",
        community_id=COMMUNITY,
        user_id=user_id,
        name=name,
        locale=locale,
        moderator=operator,
        manager=operator,
        operator=operator,
    )
    return Visitor(person=person, from_terminal=from_terminal)


def _bearer(request: web.Request) -> str | None:
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    return value.strip() if scheme.lower() == "bearer" else None


def _same(given: str, right: str) -> bool:
    """Compare without telling by the time it takes how much was right."""
    return hmac.compare_digest(given.encode(errors="surrogateescape"), right.encode(errors="surrogateescape"))
