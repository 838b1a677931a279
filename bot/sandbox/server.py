"""A Seedream 3.0 that runs anywhere: the same API, real pictures, and faults on demand.

It imports nothing of the bot, so that the two can only agree through the vendor's document.
"""

import asyncio
import contextlib
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from .api import Api
from .callbacks import Callbacks
from .config import SandboxConfig
from .control import Control
from .faults import Faults
from .journal import Journal
from .quota import Quota
from .studio import Studio
from .tasks import TaskBook
from .tokens import TokenIssuer

LARGEST_BODY = 256 * 1024
"""Bytes: 2000 characters of four bytes, each escaped, and room for the rest."""
SAYS_SO = "Seedream-Sandbox"
"""The header of every answer by which whoever is drawn for knows that this is no real provider."""
FAREWELL = 1.0
"""Seconds that calls under way get to finish when the sandbox closes."""


class RunningSandbox:
    """A sandbox that listens; `async with` closes it."""

    def __init__(
        self, url: str, runner: web.AppRunner, faults: Faults, control: Control, closers: tuple[Any, ...]
    ) -> None:
        self.url = url
        """Base URL without a slash at the end."""
        self.faults = faults
        self.control = control
        self._runner = runner
        self._closers = closers

    async def close(self) -> None:
        """Stop listening, stop painting, remove the files."""
        await self._runner.cleanup()
        for part in self._closers:
            await part.close()

    def state(self) -> dict[str, Any]:
        """Give what `GET /sandbox/state` gives."""
        return self.control.state()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


async def start(
    host: str = "127.0.0.1",
    port: int = 0,
    *,
    config: SandboxConfig | None = None,
    clock: Callable[[], float] = time.time,
    **changes: Any,
) -> RunningSandbox:
    """Start a sandbox in this event loop; port 0 takes a free one.

    `changes` are fields of SandboxConfig. `clock` gives Unix seconds and rules tokens, progress and the QPS window,
    so a test that moves it moves everything. Raises OSError when the port is taken, ValueError for an unknown fault.
    """
    config = replace(config or SandboxConfig(), **changes)
    faults = Faults(config.faults, config.seed)
    tokens = TokenIssuer(
        clock,
        app_id=config.app_id,
        secret_key=config.secret_key,
        lifetime=config.token_lifetime,
        replace=config.replace_tokens,
    )
    quota = Quota(clock, config.qps)
    journal = Journal(Path(config.journal), clock()) if config.journal else None
    tasks = TaskBook(
        clock,
        speed=config.speed,
        kept=config.kept_tasks,
        late_seconds=config.late_seconds,
        drawing=config.drawing,
        seed=config.seed,
        known=journal.tasks if journal is not None else (),
        write=journal.write if journal is not None else lambda _: None,
    )
    callbacks = Callbacks(clock, timeout=config.callback_timeout)
    studio = Studio(
        painters=config.painters,
        kept=config.kept_pictures,
        painting=config.painting,
        font_path=config.font_path,
    )
    api = Api(
        clock,
        tokens=tokens,
        quota=quota,
        tasks=tasks,
        faults=faults,
        studio=studio,
        callbacks=callbacks,
        config=config,
    )
    control = Control(clock, api=api, faults=faults, quota=quota, tasks=tasks, tokens=tokens)
    app = web.Application(client_max_size=LARGEST_BODY)
    app.on_response_prepare.append(_say_so)
    api.add_routes(app.router)
    control.add_routes(app.router)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=FAREWELL)
    try:
        await runner.setup()
        site = web.TCPSite(runner, host, port)
        await site.start()
    except BaseException:
        await runner.cleanup()
        await studio.close()
        raise
    closers = (callbacks, studio, journal) if journal is not None else (callbacks, studio)
    return RunningSandbox(_url(host, runner), runner, faults, control, closers)


async def serve(host: str, port: int, config: SandboxConfig) -> None:
    """Run a sandbox until SIGTERM, SIGINT or cancelled; say where it listens. OSError: the port is taken."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):  # else its files would stay behind
        with contextlib.suppress(NotImplementedError):  # on Windows Ctrl-C cancels
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with await start(host, port, config=config) as sandbox:
        sys.stdout.write(
            f"A stand-in for Seedream 3.0 listens at {sandbox.url}; no account, no cost.\n"
            f"Faults on demand: {sandbox.url}/sandbox/faults, or [[fail]] in a prompt. Stop it with Ctrl+C.\n"
        )
        sys.stdout.flush()
        await stop.wait()


async def _say_so(_request: web.Request, response: web.StreamResponse) -> None:
    response.headers[SAYS_SO] = "yes"


def _url(host: str, runner: web.AppRunner) -> str:
    port = runner.addresses[0][1]
    # Every address there is cannot be dialled; this machine's own can.
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)  # noqa: S104  # compared, not bound
    return f"http://[{reachable}]:{port}" if ":" in reachable else f"http://{reachable}:{port}"
