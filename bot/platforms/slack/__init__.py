"""Slack: people's commands, mentions and buttons in, cards and pictures out."""

from .platform import SlackPlatform
from .workspaces import Installation, InstallationStore

__all__ = ["Installation", "InstallationStore", "SlackPlatform"]
