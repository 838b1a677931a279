"""The page, Discord and Slack as their own tests set them up, for whoever wants to do them harm."""

from __future__ import annotations

from tests.web.conftest import page, site

__all__ = ["page", "site"]
