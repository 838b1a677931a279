"""What discord.py and aiohttp raise, in the words of the domain.

PlatformError
├─ PlatformUnavailable   later; CallUnclear is one whose effect nobody knows
├─ Undeliverable         FormRefused is one for what the message is made of
├─ MessageGone           the message, or the channel, is not there any more
├─ AccessDenied          we may not do this there
├─ TokenDead             the interaction's token is no longer good
└─ TooLarge              the files are more than is taken there
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator

import aiohttp
import discord
import structlog

from bot.domain.errors import CredentialsRefused, PlatformError, PlatformUnavailable, Undeliverable
from bot.runtime.unreachable import why

# Codes of https://docs.discord.com/developers/topics/opcodes-and-status-codes#json that others ask for.
UNKNOWN_INTERACTION = 10062
ALREADY_ACKNOWLEDGED = 40060
_AUTHENTICATION_FAILED = 4004  # the gateway's word for a wrong token

TOKEN_REFUSED = (
    "Discord refuses DISCORD_TOKEN. Copy the bot's token again from https://discord.com/developers/applications "  # noqa: S105 - a sentence
    "(your application, Bot, Reset Token) and restart Easel."
)
_log = structlog.get_logger(__name__)

NO_SENSE = "Discord's answer makes no sense (a proxy or a sign-in page may stand between)"


class FormRefused(Undeliverable):
    """Discord does not take a message that looks like this."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail, reason="form")


class MessageGone(PlatformError):
    """What was to be changed is not there any more; asking again won't help."""


class ChannelUnknown(MessageGone):
    """Discord doesn't know the channel, or doesn't show it to us any more."""


class AccessDenied(PlatformError):
    """Discord does not let us do this in that place."""


class TokenDead(PlatformError):
    """The interaction's token is expired or unknown."""


class AnsweredElsewhere(PlatformError):
    """Another process has given the interaction its first answer, and does what it asks for."""


class TooLarge(PlatformError):
    """The request holds more bytes than are taken."""


class TokenRefused(PlatformError):
    """The bot's own token is not accepted (any more)."""


class CallUnclear(PlatformUnavailable):
    """The answer was lost: the call may have had its effect."""


@contextlib.asynccontextmanager
async def translated(seconds: float) -> AsyncIterator[None]:
    """Turn whatever a call to Discord raises into one of the above, and give up after so many seconds."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except discord.RateLimited as error:
        raise PlatformUnavailable("Discord asks us to slow down", after=error.retry_after) from error
    except discord.HTTPException as error:
        raise _meaning(error) from error
    except TimeoutError as error:
        raise CallUnclear("Discord did not answer in time", after=5.0) from error
    except (aiohttp.ClientError, OSError) as error:
        raise CallUnclear(f"Discord could not be reached: {why(error)}", after=5.0) from error
    except (TypeError, KeyError, AttributeError) as error:
        # discord.py reads an answer without a look at it: see `making_sense`.
        _log.warning("answer_made_no_sense", action="call", error=f"{type(error).__name__}: {error}")
        raise CallUnclear(NO_SENSE, after=5.0) from error


def _meaning(error: discord.HTTPException) -> PlatformError:
    said = f"Discord answered {error.status}, code {error.code}"
    match error.status, error.code:
        case (_, 50027) | (404, 10015):  # invalid webhook token, unknown webhook
            meaning: PlatformError = TokenDead(said)
        case (401, _):
            meaning = TokenRefused(said)
        case (_, code) if code == ALREADY_ACKNOWLEDGED:
            meaning = AnsweredElsewhere(said)
        case (413, _) | (_, 40005):  # request entity too large
            meaning = TooLarge(said)
        case (403, _) | (_, 50083):  # thread is archived
            meaning = AccessDenied(said)
        case (404, 10003):
            meaning = ChannelUnknown(said)
        case (404, _):
            meaning = MessageGone(said)
        case (429, _):
            meaning = PlatformUnavailable(said, after=_retry_after(error))
        case (status, _) if status >= 500 or status == 408:  # noqa: PLR2004 - HTTP's own numbers
            meaning = CallUnclear(said, after=5.0)
        case (400, _):
            meaning = FormRefused(said)
        case _:
            meaning = Undeliverable(said)
    return meaning


def _retry_after(error: discord.HTTPException) -> float:
    try:
        return float(error.response.headers["Retry-After"])
    except (KeyError, ValueError):
        return 30.0


def pause_asked_by(error: Exception) -> float:
    """Seconds that Discord asks to wait before the next try; 0 where it asks for none."""
    if isinstance(error, discord.RateLimited):
        return error.retry_after
    if isinstance(error, discord.HTTPException) and error.status == 429:  # noqa: PLR2004 - HTTP's own number
        return _retry_after(error)
    return error.after if isinstance(error, PlatformUnavailable) else 0.0


@contextlib.contextmanager
def connecting() -> Iterator[None]:
    """Around the whole connection: turn what ends it into a PlatformError with a sentence for the operator."""
    try:
        yield
    except discord.LoginFailure as error:
        raise CredentialsRefused(TOKEN_REFUSED) from error
    except discord.PrivilegedIntentsRequired as error:
        raise PlatformError("Discord closed the gateway with code 4014 (an intent is not allowed)") from error
    except discord.ConnectionClosed as error:
        if error.code == _AUTHENTICATION_FAILED:
            raise CredentialsRefused(TOKEN_REFUSED) from error
        raise PlatformError(f"Discord closed the gateway with code {error.code}") from error
    except discord.RateLimited as error:
        raise PlatformUnavailable("Discord asks for a pause", after=error.retry_after) from error
    except discord.HTTPException as error:
        after = pause_asked_by(error)
        raise PlatformUnavailable(f"Discord answered {error.status}, code {error.code}", after=after) from error
    except discord.GatewayNotFound as error:
        raise PlatformUnavailable("Discord names no gateway", after=0.0) from error
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        raise PlatformUnavailable(f"Discord can't be reached ({why(error)})", after=0.0) from error


@contextlib.contextmanager
def making_sense() -> Iterator[None]:
    """Around calls whose answers discord.py reads without a check: with HTML it raises what Python raises."""
    try:
        yield
    except (TypeError, KeyError, ValueError, AttributeError, IndexError) as error:
        raise PlatformError(NO_SENSE) from error
