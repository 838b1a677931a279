"""Which message in which channel: how a place in Slack and a message of ours are written down and found again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.domain.people import Destination

from .workspaces import Workspace, workspace_of

# https://docs.slack.dev/messaging/message-metadata
EVENT_TYPE = "easel_job"
FILES = "files"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelRef:
    """Where a message goes: a channel of a workspace, and the thread in it, if any.

    `private`: not everybody of the community can look in there, or Slack has not said so.
    """

    workspace: Workspace
    channel_id: str
    thread: str | None = None
    private: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message of ours. As text it is `channel:timestamp`: a timestamp alone is unique within its channel only.

    Behind a second colon there may be the workspace whose bot has posted it: see community_channels.py.
    """

    channel_id: str
    ts: str

    def __str__(self) -> str:
        return f"{self.channel_id}:{self.ts}"

    @classmethod
    def of(cls, text: str | None) -> Message | None:
        channel, colon, rest = (text or "").partition(":")
        return cls(channel_id=channel, ts=rest.partition(":")[0]) if colon else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What a message of ours is, in its metadata: `part` is "card" or "result".

    "files" is a message of nothing but the job's pictures, as an upload into a channel makes it: known by their names.
    """

    job_id: str
    part: str
    files: tuple[str, ...] = field(default=())

    def metadata(self) -> dict[str, Any]:
        payload = {"job": self.job_id, "part": self.part, "files": " ".join(self.files)}
        return {"event_type": EVENT_TYPE, "event_payload": payload}

    @classmethod
    def on(cls, message: Mapping[str, Any]) -> Mark | None:
        metadata = message.get("metadata") or {}
        payload = metadata.get("event_payload") or {}
        if metadata.get("event_type") != EVENT_TYPE:
            return None
        files = tuple(str(payload.get("files", "")).split())
        return cls(job_id=str(payload.get("job", "")), part=str(payload.get("part", "")), files=files)


def channel_ref_of(destination: Destination) -> ChannelRef:
    return ChannelRef(
        workspace=workspace_of(destination),
        channel_id=destination.channel_id,
        thread=destination.details.get("thread") or None,
    )


def files_named_after(job_id: str, message: Mapping[str, Any]) -> tuple[str, ...]:
    """Its files, if they are a job's pictures: an upload into a channel takes no metadata, but keeps their names."""
    files = message.get("files") or []
    ours = [str(file["id"]) for file in files if str(file.get("name", "")).startswith(f"easel-{job_id}-")]
    return tuple(ours) if len(ours) == len(files) else ()
