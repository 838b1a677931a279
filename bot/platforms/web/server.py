"""The web server of the page, with an explicit start and stop."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Sequence

import structlog
from aiohttp import web

from bot.actions import Actions
from bot.domain.ports import Clock, SignIns

from .assets import Assets
from .commands import Commands
from .config import CannotServe, WebConfig
from .entrance import Entrance
from .events import EventHub
from .guard import Guard
from .handler import RequestHandler
from .lookups import Lookups
from .messages import Messages
from .mydata import MyDataRoutes
from .openai_api import OpenAIImages, in_openai_shape
from .pictures import PagePictures, Pictures
from .platform import WebPlatform
from .preview import Preview
from .probes import Probes, ProbeSources
from .proxies import TrustedProxies
from .render import picture_url
from .requests import BODY_LIMIT
from .results import Results
from .sandbox_faults import SandboxFaults
from .sessions import Sessions
from .share_links import ShareLinkRoutes
from .signing import Signer
from .stream import Stream
from .studio import Studio
from .style_examples import StyleExamples
from .visitors import Visitors
from .zip_download import ZipDownload

_log = structlog.get_logger(__name__)

STOP_SECONDS = 1.0


class WebServer:
    """Serves the page, its API, the pictures and the probes on one port. Its `platforms` feed the hub.

    `faults` are the sandbox's, where that draws.
    """

    def __init__(
        self,
        config: WebConfig,
        *,
        hub: EventHub,
        pictures: PagePictures,
        clock: Clock,
        actions: Actions,
        sign_ins: SignIns,
        probes: ProbeSources,
        faults: SandboxFaults | None = None,
    ) -> None:
        self._config = config
        self.platforms = {name: WebPlatform(hub, name=name) for name in ("web", "terminal")}
        signer = Signer(config.signing_key, token=config.token, legacy_until=config.legacy_until)
        proxies = TrustedProxies(config.trusted_proxies)
        self._visitors = Visitors(config, clock, sign_ins=sign_ins, signer=signer, proxies=proxies)
        self._guard = Guard(config, self._visitors, clock)
        self._stream = Stream(hub=hub, jobs=actions.jobs, visitors=self._visitors, clock=clock, config=config)
        messages = Messages(actions=actions, platforms=self.platforms, clock=clock)
        lookups = Lookups(actions=actions, messages=messages, visitors=self._visitors)
        handler = RequestHandler(actions=actions, messages=messages, visitors=self._visitors, clock=clock)
        commands = Commands(
            actions=actions,
            lookups=lookups,
            handler=handler,
            messages=messages,
            visitors=self._visitors,
            clock=clock,
        )
        studio = Studio(actions=actions, messages=messages, visitors=self._visitors, sign_ins=sign_ins, faults=faults)
        mydata = MyDataRoutes(actions=actions, visitors=self._visitors)
        self._archives = mydata.archives
        machines = Probes(config=config, sources=probes, visitors=self._visitors)
        files = Pictures(jobs=actions.jobs, pictures=pictures, visitors=self._visitors)
        openai = OpenAIImages(
            actions=actions,
            messages=messages,
            visitors=self._visitors,
            pictures=pictures,
            hub=hub,
            clock=clock,
            public_url=config.public_url,
        )
        share_links = ShareLinkRoutes(
            links=actions.share_links,
            pictures=pictures,
            visitors=self._visitors,
            signer=signer,
            clock=clock,
            public_url=config.public_url,
        )
        sessions = Sessions(
            config=config,
            actions=actions,
            visitors=self._visitors,
            sign_ins=sign_ins,
            signer=signer,
            dispatcher=probes.dispatcher,
            clock=clock,
        )
        dispatcher = probes.dispatcher
        self._from_sandbox = lambda: dispatcher.sandbox is True
        self._routes = [
            *sessions.routes(),
            *commands.routes(),
            *handler.routes(),
            *lookups.routes(),
            *Preview(actions=actions, visitors=self._visitors).routes(),
            *Results(actions=actions, visitors=self._visitors).routes(),
            *StyleExamples(actions=actions, visitors=self._visitors).routes(),
            *ZipDownload(actions=actions, pictures=pictures, visitors=self._visitors).routes(),
            *studio.routes(),
            *mydata.routes(),
            *self._stream.routes(),
            *files.routes(),
            *share_links.routes(),
            *openai.routes(),
            *machines.routes(),
        ]
        if not config.page:
            self._routes = machines.routes()
        self._runner: web.AppRunner | None = None
        self._entrance: Entrance | None = None

    @property
    def url(self) -> str:
        """Where people of this machine open the page; the bound port once it runs."""
        host = self._config.host
        if host in {"0.0.0.0", "::"}:  # noqa: S104 - compared, not bound
            host = "127.0.0.1"
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    @property
    def port(self) -> int:
        return self._guard.port

    def picture_link(self, job_id: str, index: int) -> str | None:
        """Where people of any platform find an original (`index` from 1); None unless PUBLIC_URL is set."""
        key = self._visitors.picture_key(job_id, index)
        if self._config.public_url is None or key is None:
            return None
        return f"{self._config.public_url.rstrip('/')}{picture_url(job_id, index)}?key={key}"

    async def start(self, extra_routes: Sequence[web.RouteDef] = ()) -> None:
        """Listen. `extra_routes` go with the page and decide by themselves who may call them.

        CannotServe, naming the setting: that would open the page to strangers, or the port is taken.
        """
        self._config.check()
        assets = await asyncio.to_thread(Assets.read, self._from_sandbox)
        middlewares = [in_openai_shape, self._guard.errors, self._guard.borders]
        app = web.Application(client_max_size=BODY_LIMIT, middlewares=middlewares)
        app.on_response_prepare.append(self._guard.add_headers)
        app.add_routes([*assets.routes(), *self._routes, *extra_routes] if self._config.page else self._routes)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=STOP_SECONDS)
        await runner.setup()
        entrance = Entrance(
            runner,
            proxies=self._visitors.proxies,
            most=self._config.most_connections,
            most_each=self._config.most_connections_each,
        )
        try:
            self._guard.port = await entrance.open(self._config.host, self._config.port)
        except OSError as error:
            await runner.cleanup()
            raise self._why(error) from error
        self._runner, self._entrance = runner, entrance
        _log.info("page_open", action="web", url=self.url)

    async def stop(self) -> None:
        """End the streams, let running requests finish for a moment, close the port. More than once is fine."""
        self._stream.stop()
        if self._entrance is not None:
            self._entrance.close()
            self._entrance = None
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
        await self._archives.close()

    def _why(self, error: OSError) -> CannotServe:
        where = f"{self._config.host}:{self._config.port}"
        if error.errno == errno.EADDRINUSE:
            return CannotServe(
                f"{where} is in use by another program. Set WEB_PORT to a free port, or to 0 to take any free one."
            )
        if error.errno == errno.EACCES:
            return CannotServe(f"{where} is not for ordinary programs. Set WEB_PORT to a port above 1023.")
        return CannotServe(f"The page can't listen on {where}: {error.strerror or error}. Check WEB_HOST and WEB_PORT.")
