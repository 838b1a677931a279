"""A Slack on loopback that plays by the real one's rules, and people to act in it."""

from .acts import Ack, Act, CannotDoThat, NotAnswered
from .blocks import Button, Picture
from .clock import Clock
from .core import Request, Violation
from .errors import ApiError
from .http_mode import HttpAnswer
from .messages import File, Message, View
from .remote import RemoteFakeSlack
from .server import FakeSlack
from .world import BOT_SCOPES, Channel, Enterprise, Installation, Team, User

__all__ = [
    "BOT_SCOPES",
    "Ack",
    "Act",
    "ApiError",
    "Button",
    "CannotDoThat",
    "Channel",
    "Clock",
    "Enterprise",
    "FakeSlack",
    "File",
    "HttpAnswer",
    "Installation",
    "Message",
    "NotAnswered",
    "Picture",
    "RemoteFakeSlack",
    "Request",
    "Team",
    "User",
    "View",
    "Violation",
]
