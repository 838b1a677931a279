"""Discord: people's commands and buttons in, cards and pictures out."""

from .client import EaselClient, Meta
from .platform import DiscordPlatform

__all__ = ["DiscordPlatform", "EaselClient", "Meta"]
