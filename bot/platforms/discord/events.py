"""What a person did on Discord as an event that orders once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import discord

from bot.domain.order_event import OrderEvent, content_digest, event_key

from .interaction import Interaction
from .origin import NAME


def order_event(interaction: Interaction, now: datetime) -> OrderEvent:
    """Buttons and forms of a message also have a double press: the same person, message, button and values."""
    data: Any = interaction.data or {}
    press = ""
    if interaction.type in {discord.InteractionType.component, discord.InteractionType.modal_submit}:
        message = "" if interaction.message is None else str(interaction.message.id)
        filled = content_digest(data.get("components") or data.get("values") or [])
        press = event_key(NAME, str(interaction.user.id), message, str(data.get("custom_id")), filled)
    return OrderEvent(id=event_key(NAME, str(interaction.id)), at=now, press=press)
