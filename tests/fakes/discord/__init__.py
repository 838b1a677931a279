"""A Discord on loopback that plays by the real one's rules, and people to act in it."""

from .call import Upload
from .clock import Clock
from .core import Request, Violation
from .interactions import Answer, Interaction, Modal, NotAnswered, Reply
from .messages import Attachment, Button, Message
from .options import CannotDoThat
from .remote import RemoteFakeDiscord
from .server import FakeDiscord
from .world import Channel, Guild, Member, Role, User

__all__ = [
    "Answer",
    "Attachment",
    "Button",
    "CannotDoThat",
    "Channel",
    "Clock",
    "FakeDiscord",
    "Guild",
    "Interaction",
    "Member",
    "Message",
    "Modal",
    "NotAnswered",
    "RemoteFakeDiscord",
    "Reply",
    "Request",
    "Role",
    "Upload",
    "User",
    "Violation",
]
