"""`python -m bot sandbox`."""

from __future__ import annotations

import asyncio
import os
import sys

from bot.composition.sandbox import serve_sandbox
from bot.settings import Settings, SettingsError


def serve(settings: Settings, host: str, port: int) -> int:
    """The exit code. SettingsError: one of its variables is wrong."""
    try:
        asyncio.run(serve_sandbox(settings, host, port))
    except ValueError as error:
        raise SettingsError(str(error)) from None
    except OSError as error:
        where = f"{host}:{port}"
        sys.stderr.write(f"The sandbox can't listen on {where}: {os.strerror(error.errno or 0)}. Try --port 0.\n")
        return 1
    return 0
