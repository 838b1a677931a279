"""What a person can ask for, the same on every platform.

A platform reads its message, calls one of these, and draws what comes back; a Refused that comes instead is the
person's answer.
"""

from bot.actions.actions import Actions
from bot.actions.imagine import Imagine
from bot.actions.jobs import JobActions

__all__ = ["Actions", "Imagine", "JobActions"]
