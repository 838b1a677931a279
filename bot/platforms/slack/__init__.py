"""Slack: people's commands, mentions and buttons in, cards and pictures out."""

from .config import SlackConfig
from .installations import SealedInstallations
from .oauth import OAuthApp
from .platform import SlackPlatform
from .workspaces import Installation, InstallationStore

__all__ = ["Installation", "InstallationStore", "OAuthApp", "SealedInstallations", "SlackConfig", "SlackPlatform"]
