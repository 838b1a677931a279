"""The page: one more chat, served by the bot itself."""

from .config import CannotServe, WebConfig
from .events import EventHub
from .platform import WebPlatform
from .server import WebServer

__all__ = ["CannotServe", "EventHub", "WebConfig", "WebPlatform", "WebServer"]
