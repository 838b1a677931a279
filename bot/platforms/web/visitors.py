"""Who is asking, and as whom they speak.

- **Nobody has to sign in where no token is set**: the page listens on loopback only, so whoever reaches it is on this
  machine: user `local`. Who moderates and manages must know the local secret, which only the user that runs Easel can
  read: as Bearer, or by the link that opens a session with it.
- **WEB_TOKEN** makes a guest of each browser, a person of its own with its own usage, told apart by the session in its
  cookie. Programs that send it as Bearer share the guest `api`. Another token ends the guests' sessions.
- **An invite** signs somebody in by name; programs of theirs send a token of their own as Bearer.
- **The local secret** as Bearer, with the header `X-Easel-Platform: terminal`, speaks for the terminal.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from aiohttp import web

from bot.domain.people import Destination, Person
from bot.domain.ports import Clock, SignIns
from bot.domain.sign_in import SESSION_LASTS, TOKEN_PREFIX, Credential, CredentialKind, SignedIn, hashed

from .answers import Problem, locale_of
from .config import WebConfig
from .guesses import WrongGuesses
from .names import Names, guest_name
from .proxies import TrustedProxies
from .signing import Signer, same

COMMUNITY, CHANNEL = "web", "main"
LOCAL: Final = "local"
COOKIE: Final = "easel"
TERMINAL_HEADER = "X-Easel-Platform"
_SEEN_AGAIN = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """A person at the door of the page; `from_terminal`: the local secret was shown.

    `session` is what their browser's cookie stands for, `program` a token of a named person; both are None for others.
    """

    person: Person
    from_terminal: bool = False
    session: SignedIn | None = None
    program: SignedIn | None = None

    @property
    def destination(self) -> Destination:
        return Destination(
            platform=self.person.platform,
            community_id=self.person.community_id,
            channel_id=CHANNEL,
            locale=self.person.locale,
        )


_VISITOR: Final = web.RequestKey("visitor", Visitor)
_SCRAPER: Final = web.RequestKey("scraper", bool)
_METRICS: Final = "/metrics"


class Visitors:
    """Recognises each request once, in the guard; whoever answers it asks `identify`."""

    def __init__(
        self, config: WebConfig, clock: Clock, *, sign_ins: SignIns, signer: Signer, proxies: TrustedProxies
    ) -> None:
        self._config = config
        self._clock = clock
        self._sign_ins = sign_ins
        self._signer = signer
        self.proxies = proxies
        self.guesses = WrongGuesses(clock)
        # What sessions that were opened with a shared secret end with.
        self.token_fingerprint = None if config.token is None else signer.fingerprint(config.token)
        self.local_fingerprint = signer.fingerprint(config.local_secret)

    def identify(self, request: web.Request) -> Visitor:
        """Whoever this request is from; a Problem 401 where nobody can tell."""
        visitor: Visitor | None = request.get(_VISITOR)
        if visitor is None:
            raise Problem(401, "sign-in")
        return visitor

    def check_scraper(self, request: web.Request) -> None:
        """Problem 401 for who may not read the metrics: with a token of their own, only it and the operator may."""
        if request.get(_SCRAPER, False):
            return
        visitor = self.identify(request)
        if self._config.metrics_token is not None and not visitor.person.operator:
            raise Problem(401, "sign-in")

    async def recognise_bearer(self, request: web.Request) -> bool:
        """Whether it carries a right token, which a browser led astray by a foreign page can't.

        A Problem (401, 429) for a wrong one, wherever it comes from.
        """
        bearer = _bearer(request)
        if bearer is None:
            return False
        metrics_token = self._config.metrics_token
        if request.path == _METRICS and metrics_token is not None and same(bearer, metrics_token):
            request[_SCRAPER] = True
            return True
        visitor = await self._bearer_visitor(request, bearer)
        if visitor is None:
            raise self.guesses.wrong(self.proxies.client(request), "wrong-token")
        request[_VISITOR] = visitor
        return True

    async def recognise(self, request: web.Request) -> None:
        """By the cookie, or by where the page listens."""
        locale = locale_of(request)
        session = await self.session(request)
        if session is not None and self.is_open(session):
            request[_VISITOR] = self.visitor_of(session, locale)
        elif self._config.token is None:
            request[_VISITOR] = _page_visitor(LOCAL, "You", locale)

    async def session(self, request: web.Request) -> SignedIn | None:
        """What the cookie stands for, also where the shared secret that it was opened with is another by now."""
        cookie = request.cookies.get(COOKIE, "")
        secret = self._signer.secret_in(cookie)
        if secret is not None:
            found = await self._sign_ins.find(hashed(secret), CredentialKind.SESSION)
            return found if isinstance(found, SignedIn) else None
        now = self._clock.now()
        user_id = self._signer.legacy_user(cookie, now)
        if user_id is None or await self._sign_ins.legacy_ended(user_id):
            return None
        kind, opened_by = CredentialKind.LEGACY, self.token_fingerprint
        return SignedIn(
            credential=Credential(hash="", kind=kind, user_id=user_id, created_at=now, opened_by=opened_by), name=None
        )

    def is_open(self, session: SignedIn) -> bool:
        return session.credential.opened_by in {None, self.token_fingerprint, self.local_fingerprint}

    async def still_in(self, visitor: Visitor) -> bool:
        """Whether an answer that lasts may go on: nobody has ended what it was asked with."""
        signed_in = visitor.session or visitor.program
        if signed_in is None or signed_in.credential.kind is CredentialKind.LEGACY:
            return True
        found = await self._sign_ins.find(signed_in.credential.hash, signed_in.credential.kind)
        return isinstance(found, SignedIn)

    async def end(self, visitor: Visitor) -> None:
        """Accept no cookie any more that WEB_TOKEN signed for this guest."""
        if visitor.session is not None and visitor.session.credential.kind is CredentialKind.LEGACY:
            await self._sign_ins.end_legacy(visitor.person.user_id, self._clock.now() + SESSION_LASTS)

    def visitor_of(self, session: SignedIn, locale: str) -> Visitor:
        if session.user_id == LOCAL:
            return _page_visitor(LOCAL, "You", locale, operator=True, session=session)
        name = session.name or guest_name(session.user_id)
        return _page_visitor(session.user_id, name, locale, guest=session.name is None, session=session)

    async def names(self) -> Names:
        """What people of the page are called."""
        return await Names.load(self._sign_ins)

    def is_token(self, token: str) -> bool:
        return self._config.token is not None and same(token, self._config.token)

    def is_local_secret(self, secret: str) -> bool:
        return same(secret, self._config.local_secret)

    def picture_key(self, job_id: str, index: int) -> str | None:
        """What a link to one picture carries so that people of other platforms may follow it; None without a token."""
        return None if self._config.token is None else self._signer.picture_key(job_id, index)

    def link_key(self, job_id: str, index: int) -> str:
        """What a link carries that is given to a program which may see the picture."""
        return self._signer.picture_key(job_id, index)

    def follows_link(self, request: web.Request) -> bool:
        """Whether its address carries the key to the picture: no foreign page can know it."""
        key, place = request.query.get("key"), request.match_info
        if key is None or not {"job", "index"} <= set(place):
            return False
        return self.may_follow(key, place["job"], int(place["index"]))

    def may_follow(self, key: str, job_id: str, index: int) -> bool:
        return self._signer.may_follow(key, job_id, index)

    async def _bearer_visitor(self, request: web.Request, bearer: str) -> Visitor | None:
        locale = locale_of(request)
        if self.is_local_secret(bearer):
            if request.headers.get(TERMINAL_HEADER, "").lower() != "terminal":
                return _page_visitor(LOCAL, "You", locale, operator=True, from_terminal=True)
            person = Person(
                platform="terminal",
                community_id="terminal",
                user_id=LOCAL,
                name="You",
                locale=locale,
                moderator=True,
                manager=True,
                operator=True,
            )
            return Visitor(person=person, from_terminal=True)
        if self.is_token(bearer):
            return _page_visitor("api", "API", locale, guest=True)
        return await self._program(bearer, locale) if bearer.startswith(TOKEN_PREFIX) else None

    async def _program(self, bearer: str, locale: str) -> Visitor | None:
        found = await self._sign_ins.find(hashed(bearer), CredentialKind.TOKEN)
        if not isinstance(found, SignedIn) or found.name is None:
            return None
        now = self._clock.now()
        if found.seen_at is None or now - found.seen_at >= _SEEN_AGAIN:
            await self._sign_ins.seen(found.credential.hash, now, None)
        return _page_visitor(found.user_id, found.name, locale, program=found)


def _page_visitor(
    user_id: str,
    name: str,
    locale: str,
    *,
    operator: bool = False,
    guest: bool = False,
    from_terminal: bool = False,
    session: SignedIn | None = None,
    program: SignedIn | None = None,
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
        guest=guest,
    )
    return Visitor(person=person, from_terminal=from_terminal, session=session, program=program)


def _bearer(request: web.Request) -> str | None:
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    return value.strip() if scheme.lower() == "bearer" else None
