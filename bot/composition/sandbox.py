"""The stand-in for the provider, set up from `SANDBOX_*` and the settings: in the program, for a check, by itself."""

from __future__ import annotations

import dataclasses
import os

from bot.domain.models import MODELS
from bot.sandbox import server
from bot.sandbox.config import SandboxConfig
from bot.sandbox.models import SandboxModel
from bot.sandbox.server import RunningSandbox
from bot.settings import Settings


def check_sandbox(settings: Settings) -> None:
    """ValueError with a sentence that names the variable."""
    _config(settings)


async def start_sandbox(settings: Settings, *, journal: bool) -> RunningSandbox:
    """One on a free port of this machine; close it by `async with`. ValueError or OSError.

    `journal`: its tasks outlive a kill, as a provider's would.
    """
    config = _config(settings)
    if not journal:
        config = dataclasses.replace(config, journal="")
    elif not config.journal:
        config = dataclasses.replace(config, journal=str(settings.data_dir / "sandbox.jsonl"))
    return await server.start(config=config)


async def serve_sandbox(settings: Settings, host: str, port: int) -> None:
    """Until SIGTERM or SIGINT. ValueError or OSError."""
    await server.serve(host, port, _config(settings))


def _config(settings: Settings) -> SandboxConfig:
    models = tuple(
        SandboxModel(**{field.name: getattr(spec, field.name) for field in dataclasses.fields(SandboxModel)})
        for spec in MODELS.values()
    )
    config = SandboxConfig.from_environment(os.environ)
    return dataclasses.replace(config, models=models, font_path=settings.font_path)
