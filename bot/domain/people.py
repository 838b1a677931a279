"""Who asks, and where the answer goes. Plain data that survives a restart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

_IDS_PER_COMMUNITY = frozenset({"slack"})
# How the id of a community begins that is one conversation and nothing else.
CONVERSATION = "dm-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody on a platform, in the community (guild, workspace, the page) they speak in.

    `user_id` is unique within `platform`; `locale` is what the platform says of this person, such as `zh-CN`.
    `roles` are the ids of their roles there. `moderator` is the platform's word for "may act on what others made",
    `manager` for "may change the community's settings"; `operator` is whoever runs this Easel. None is stored.
    `guest`: a visitor of the page without a name of their own; all of them together have a day's limit. `allowed_as`:
    what the operator's list of allowed communities may call where they are; the community's id where it is empty.
    `channels`: the channel that they are in, and the one that its thread is in. `confined`: the platform shows them
    only channels that they were invited to, so nothing of the community's other channels. `moderated`: channels where
    they may act on what others made, though not in the whole community.
    """

    platform: str
    community_id: str
    user_id: str
    name: str
    locale: str = "en"
    roles: tuple[str, ...] = ()
    moderator: bool = False
    manager: bool = False
    operator: bool = False
    guest: bool = False
    allowed_as: tuple[str, ...] = field(default=(), compare=False)
    channels: tuple[str, ...] = field(default=(), compare=False)
    confined: bool = field(default=False, compare=False)
    moderated: tuple[str, ...] = field(default=(), compare=False)

    @property
    def account(self) -> tuple[str, str, str]:
        """Who has one day and one queue: platform, organization, user id. The organization is "" where ids are unique.

        A Slack user id is unique within its organization or workspace alone, which is the community there.
        """
        organization = self.community_id if self.platform in _IDS_PER_COMMUNITY else ""
        return (self.platform, organization, self.user_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Where a job's card and result go.

    `card_id` is the message that shows progress, if the platform has one by then. `locale` is the language of
    what everybody there sees. `details` is what one platform also needs to find its way back after a restart
    (on Discord the interaction token and when it dies); no other room reads it, but for `parent`: the channel that a
    thread or a forum's post is in. `private`: not everybody of the community can look in there, or nobody knows.
    """

    platform: str
    community_id: str
    channel_id: str
    card_id: str | None = None
    locale: str = "en"
    details: Mapping[str, str] = field(default_factory=dict)
    private: bool = True
    one_message: bool = field(default=False, compare=False)

    @property
    def channels(self) -> tuple[str, ...]:
        """Where this is for a rule about channels: a thread is also where its channel is."""
        return tuple(filter(None, (self.channel_id, self.details.get("parent"))))

    @property
    def counted_channel(self) -> str:
        """The channel whose limit and usage this counts for: a thread's is the channel that it is in."""
        return self.details.get("parent") or self.channel_id
