"""Where the operator is warned: OPERATOR_CHANNEL."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

_CHANNEL = re.compile(
    r"discord:(?P<discord>[0-9]{1,20})|slack:(?:(?P<team>[TE][A-Z0-9]{1,20})/)?(?P<slack>[CG][A-Z0-9]{1,20})"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorChannel:
    """A chat's channel. `community_id` is the Slack workspace it is in, where several have installed the app."""

    platform: str
    channel_id: str
    community_id: str = ""

    @classmethod
    def read(cls, text: str) -> Self:
        """ValueError, with a sentence, for what names no channel."""
        found = _CHANNEL.fullmatch(text.strip())
        if found is None:
            raise ValueError(
                f"“{text}” names no channel. Write discord:381870553235193857 or slack:C024BE7LD, and where several "
                "workspaces have installed the app slack:T024BE7LD/C024BE7LD"
            )
        if found["discord"]:
            return cls(platform="discord", channel_id=found["discord"])
        return cls(platform="slack", channel_id=found["slack"], community_id=found["team"] or "")
