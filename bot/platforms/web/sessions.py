"""Signing in to the page and out again, and what it must know before it draws anything."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Final

from aiohttp import web

from bot.actions import Actions
from bot.domain.models import MODEL
from bot.domain.people import Person
from bot.domain.ports import Clock, Dispatcher, SignIns
from bot.domain.request import ImageRequest
from bot.domain.sign_in import (
    CODE_LASTS,
    SESSION_LASTS,
    Credential,
    CredentialKind,
    SignedIn,
    Unusable,
    hashed,
)

from .answers import Problem
from .config import WebConfig
from .device_code import new_code, read_code
from .render import iso
from .requests import json_body
from .signing import Signer
from .visitors import CHANNEL, COOKIE, LOCAL, Visitors

_RENEWED: Final = timedelta(days=1)  # a session in use goes on
_GONE: Final = {Unusable.USED: "used-invite", Unusable.EXPIRED: "expired-invite"}


class Sessions:
    def __init__(
        self,
        *,
        config: WebConfig,
        actions: Actions,
        visitors: Visitors,
        sign_ins: SignIns,
        signer: Signer,
        dispatcher: Dispatcher,
        clock: Clock,
    ) -> None:
        self._config = config
        self._dispatcher = dispatcher
        self._actions = actions
        self._visitors = visitors
        self._sign_ins = sign_ins
        self._signer = signer
        self._clock = clock

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/api/session", self.who),
            web.post("/api/session", self.sign_in),
            web.delete("/api/session", self.sign_out),
            web.post("/api/session/code", self.offer_code),
            web.post("/api/invite", self.look),
        ]

    async def who(self, request: web.Request) -> web.Response:
        """401 for who must sign in first. A session in use is renewed."""
        visitor = self._visitors.identify(request)
        person, session = visitor.person, visitor.session
        response = web.json_response(
            {
                "name": person.name,
                "guest": person.guest,
                "named": session is not None and session.name is not None,
                "signed_in": session is not None,
                "moderator": person.moderator,
                "manager": person.manager,
                "prices": await self._prices(person),
                "locale": person.locale,
                "share_days": list(self._actions.share_links.days),
                "sandbox": self._dispatcher.sandbox is True,
                "token": self._config.token is not None,
                "now": iso(self._clock.now()),
            }
        )
        if session is not None:
            await self._renew(request, session, response)
        return response

    async def _prices(self, person: Person) -> dict[str, int]:
        """What one picture counts at each clarity, so that HD has its price on it."""
        asked = [ImageRequest(prompt="a picture", clarity=clarity) for clarity in MODEL.clarities]
        prices = [await self._actions.variants.price(one, person=person, channel_id=CHANNEL) for one in asked]
        return {str(one.clarity): price.points for one, price in zip(asked, prices, strict=True)}

    async def _renew(self, request: web.Request, session: SignedIn, response: web.Response) -> None:
        credential, now = session.credential, self._clock.now()
        if credential.kind is CredentialKind.LEGACY:
            await self._open(request, session.user_id, credential.opened_by, response)
            return
        if credential.guest_id is not None:
            await self._sign_ins.bring_along(credential.hash)
        if now - (session.seen_at or credential.created_at) >= _RENEWED:
            await self._sign_ins.seen(credential.hash, now, now + SESSION_LASTS)
            secret = self._signer.secret_in(request.cookies.get(COOKIE, ""))
            if secret is not None:
                self._set_cookie(request, secret, response)

    async def sign_in(self, request: web.Request) -> web.Response:
        """`{"token"}`, `{"invite"}`, `{"code"}` or `{"secret"}` for a cookie that scripts can't read."""
        body = await json_body(request)
        given = [(name, body[name]) for name in ("token", "invite", "code", "secret") if name in body]
        if len(given) != 1 or not isinstance(given[0][1], str):
            raise Problem(400, "bad-request")
        name, secret = given[0][0], given[0][1].strip()
        response = web.Response(status=204)
        before = await self._visitors.session(request)
        match name:
            case "token":
                await self._with_token(request, secret, before, response)
            case "secret":
                await self._with_local_secret(request, secret, before, response)
            case "invite":
                await self._redeem(request, secret, CredentialKind.INVITE, before, response)
            case _:
                self._visitors.guesses.check_code(self._visitors.proxies.client(request))
                await self._redeem(request, read_code(secret), CredentialKind.CODE, before, response)
        return response

    async def look(self, request: web.Request) -> web.Response:
        """`{"invite"}`: whom it would sign in; it stays as it is."""
        secret = (await json_body(request)).get("invite")
        if not isinstance(secret, str):
            raise Problem(400, "bad-request")
        found = await self._sign_ins.find(hashed(secret.strip()), CredentialKind.INVITE)
        if isinstance(found, Unusable):
            raise self._unusable(request, found, CredentialKind.INVITE)
        return web.json_response({"name": found.name})

    async def offer_code(self, request: web.Request) -> web.Response:
        """A code that signs another device in as the same person."""
        visitor = self._visitors.identify(request)
        await json_body(request)
        session = visitor.session
        if session is None or session.user_id == LOCAL:
            raise Problem(403, "no-code")
        code, now = new_code(), self._clock.now()
        await self._sign_ins.add(
            Credential(
                hash=hashed(read_code(code)),
                kind=CredentialKind.CODE,
                user_id=session.user_id,
                created_at=now,
                expires_at=now + CODE_LASTS,
                opened_by=session.credential.opened_by,
            )
        )
        return web.json_response({"code": code, "expires_at": iso(now + CODE_LASTS), "now": iso(now)})

    async def sign_out(self, request: web.Request) -> web.Response:
        """The cookie opens nothing from now on, whoever has a copy of it."""
        session = await self._visitors.session(request)
        if session is not None:
            await self._end(session)
        response = web.Response(status=204)
        response.del_cookie(COOKIE, httponly=True, samesite="Strict")
        return response

    async def _with_token(
        self, request: web.Request, token: str, before: SignedIn | None, response: web.Response
    ) -> None:
        if not self._visitors.is_token(token):
            raise self._visitors.guesses.wrong(self._visitors.proxies.client(request), "wrong-token")
        if before is not None and before.name is not None:
            return  # somebody with a name stays who they are
        is_guest = before is not None and before.user_id != LOCAL
        user_id = before.user_id if before is not None and is_guest else f"b-{secrets.token_hex(8)}"
        await self._open(request, user_id, self._visitors.token_fingerprint, response)
        if before is not None:
            await self._end(before, legacy=False)

    async def _with_local_secret(
        self, request: web.Request, secret: str, before: SignedIn | None, response: web.Response
    ) -> None:
        if not self._visitors.is_local_secret(secret):
            raise self._visitors.guesses.wrong(self._visitors.proxies.client(request), "wrong-secret")
        await self._open(request, LOCAL, self._visitors.local_fingerprint, response)
        if before is not None:
            await self._end(before)

    async def _redeem(
        self,
        request: web.Request,
        secret: str,
        kind: CredentialKind,
        before: SignedIn | None,
        response: web.Response,
    ) -> None:
        is_guest = before is not None and before.name is None and before.user_id != LOCAL
        guest_id = before.user_id if before is not None and is_guest else None
        cookie, now = self._signer.new_secret(), self._clock.now()
        session = Credential(
            hash=hashed(cookie),
            kind=CredentialKind.SESSION,
            user_id="",
            created_at=now,
            expires_at=now + SESSION_LASTS,
        )
        found = await self._sign_ins.redeem(hashed(secret), kind, session, guest_id=guest_id)
        if isinstance(found, Unusable):
            raise self._unusable(request, found, kind)
        if before is not None:
            await self._end(before)
        self._set_cookie(request, cookie, response)

    def _unusable(self, request: web.Request, why: Unusable, kind: CredentialKind) -> Problem:
        client = self._visitors.proxies.client(request)
        if kind is CredentialKind.CODE:
            return self._visitors.guesses.wrong_code(client)
        if why is Unusable.UNKNOWN:
            return self._visitors.guesses.wrong(client, "wrong-invite")
        return Problem(410, _GONE[why])

    async def _open(self, request: web.Request, user_id: str, opened_by: str | None, response: web.Response) -> None:
        secret, now = self._signer.new_secret(), self._clock.now()
        await self._sign_ins.add(
            Credential(
                hash=hashed(secret),
                kind=CredentialKind.SESSION,
                user_id=user_id,
                created_at=now,
                expires_at=now + SESSION_LASTS,
                opened_by=opened_by,
            )
        )
        self._set_cookie(request, secret, response)

    async def _end(self, session: SignedIn, *, legacy: bool = True) -> None:
        """`legacy`: what WEB_TOKEN signed for the same guest opens nothing either."""
        if session.credential.kind is not CredentialKind.LEGACY:
            await self._sign_ins.end(session.credential.hash)
        if legacy and session.name is None and session.user_id != LOCAL:
            await self._sign_ins.end_legacy(session.user_id, self._clock.now() + SESSION_LASTS)

    def _set_cookie(self, request: web.Request, secret: str, response: web.Response) -> None:
        response.set_cookie(
            COOKIE,
            self._signer.cookie(secret),
            max_age=int(SESSION_LASTS.total_seconds()),
            httponly=True,
            samesite="Strict",
            secure=self._is_secure(request),
        )

    def _is_secure(self, request: web.Request) -> bool:
        """Whether the browser came by TLS, as far as we are told."""
        public, host = self._config.public, self._visitors.proxies.host(request)
        by_public_url = public is not None and public.scheme == "https" and host.lower() == public.netloc.lower()
        return by_public_url or self._visitors.proxies.scheme(request) == "https"
