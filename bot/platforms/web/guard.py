"""What every request passes before anything is done: it must be addressed to us and come from one of our pages.

A page on loopback can be reached by every site that the person opens: by forms and fetches (cross-site request
forgery), or by a name that suddenly means 127.0.0.1 (DNS rebinding). So the Host must be ours, a writing request must
come from our own origin and be JSON (which no form can send), and nothing is answered with CORS headers.
https://owasp.org/www-community/attacks/csrf
https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Sec-Fetch-Site
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from urllib.parse import urlsplit

import structlog
from aiohttp import ClientConnectionResetError, web

from bot.domain.errors import NotAllowed, Refused, StoreUnavailable
from bot.domain.ports import Clock

from .answers import Problem, locale_of, problem_answer, refusal_answer
from .config import WebConfig, is_address, is_loopback
from .render import refusal_json
from .visitors import Visitors

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_log = structlog.get_logger(__name__)

POLICY = "Content-Security-Policy"
SECURITY_HEADERS: Mapping[str, str] = MappingProxyType(
    {
        POLICY: (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self';"
            " manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
        ),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
        "Server": "easel",  # not the versions of what runs below
    }
)
# Asked by orchestrators and the provider by whatever name they know us: they tell nothing, or carry their own secret.
_ANY_HOST = ("/healthz", "/readyz", "/seedream/callback/", "/slack/")
# Everything else is the same for everybody.
_FOR_SOMEBODY = ("/api/", "/pictures/", "/metrics")
_CODES: Mapping[int, str] = MappingProxyType({404: "not-found", 405: "no-method", 413: "too-large"})


class Guard:
    def __init__(self, config: WebConfig, visitors: Visitors, clock: Clock) -> None:
        self._config = config
        self._visitors = visitors
        self._proxies = visitors.proxies
        self._clock = clock
        self.port = config.port  # the bound one, once it is known

    @web.middleware
    async def errors(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Turn everything that goes wrong into an answer in the reader's language."""
        try:
            return await handler(request)
        except Problem as problem:
            return problem_answer(problem, locale_of(request))
        except Refused as refused:
            return refusal_answer(refused, refusal_json(refused, locale_of(request)), self._clock.now())
        except web.HTTPException as error:
            code = _CODES.get(error.status, "bad-request")
            headers = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else {}
            return problem_answer(Problem(error.status, code, headers=headers), locale_of(request))
        except StoreUnavailable as error:
            _log.debug("refused_store_unavailable", action="web", error=str(error))
            away = NotAllowed("storage-away")
            return refusal_answer(away, refusal_json(away, locale_of(request)), self._clock.now())
        except ClientConnectionResetError:
            raise  # who asked has gone: nobody to answer, and nothing is broken
        except Exception as error:
            if isinstance(error, ConnectionError) and request.transport is None:
                raise  # gone in the middle of its body
            # The path of a callback holds its secret; the route's pattern doesn't.
            resource = request.match_info.route.resource
            _log.exception("request_failed", action="web", route=resource.canonical if resource else "")
            return problem_answer(Problem(500, "internal"), locale_of(request))

    @web.middleware
    async def borders(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Refuse what isn't addressed to us or what another site's page sent."""
        if request.path.startswith(_ANY_HOST) or await self._visitors.recognise_bearer(request):
            return await handler(request)
        if self._visitors.follows_link(request):
            return await handler(request)
        if not self.is_our_host(self._proxies.host(request)):
            raise Problem(403, "wrong-host")
        writing = request.method not in {"GET", "HEAD"}
        site = request.headers.get("Sec-Fetch-Site", "none")
        if (writing or request.path.startswith("/api/")) and site not in {"same-origin", "none"}:
            raise Problem(403, "foreign")
        if writing and not self._is_our_origin(request):
            raise Problem(403, "foreign")
        if request.path.startswith(_FOR_SOMEBODY):
            await self._visitors.recognise(request)
        return await handler(request)

    async def add_headers(self, _request: web.Request, response: web.StreamResponse) -> None:
        """For the signal `on_response_prepare`: every answer gets them, or a policy of its own that allows less."""
        stricter = response.headers.get(POLICY)
        for name, value in SECURITY_HEADERS.items():
            response.headers[name] = value
        if stricter is not None:
            response.headers[POLICY] = stricter
        response.headers.setdefault("Cache-Control", "no-store")

    def is_our_host(self, host: str) -> bool:
        """Whether a Host header names us. An address can't be rebound to another, so behind a token any will do."""
        try:
            parts = urlsplit(f"//{host}")
            name, port = (parts.hostname or "").lower(), parts.port or 80
        except ValueError:
            return False
        public = self._config.public
        if public is not None and name == (public.hostname or "").lower():
            return True
        if self._config.token is not None and not is_loopback(self._config.host):
            return is_loopback(name) or is_address(name) or name == self._config.host.lower()
        return port == self.port and (is_loopback(name) or name == self._config.host.lower())

    def _is_our_origin(self, request: web.Request) -> bool:
        origin = request.headers.get("Origin")
        if origin is None:
            return True  # not a browser, or one so old that it can't send our JSON across sites anyway
        parts = urlsplit(origin)
        public = self._config.public
        if public is not None and (parts.scheme, parts.netloc) == (public.scheme, public.netloc):
            return True
        return parts.scheme in {"http", "https"} and parts.netloc.lower() == self._proxies.host(request).lower()
