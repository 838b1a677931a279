"""A stand-in for Seedream 3.0, for trying the bot without an account and for tests."""

from .config import SandboxConfig
from .faults import Fault, Faults
from .server import RunningSandbox, serve, start

__all__ = ["Fault", "Faults", "RunningSandbox", "SandboxConfig", "serve", "start"]
