"""What slack_sdk and aiohttp raise, in the words of the domain.

PlatformError
├─ PlatformUnavailable   later; CallUnclear is one whose effect nobody knows, SlowDown a 429
├─ MessageGone           the message is not there any more, or can't be touched
├─ AccessDenied          we may not do this there; `code` says why in Slack's word
├─ FileNotReady          a block names a file that Slack does not show yet
├─ TriggerDead           the form came too late: trigger_id is good for three seconds and one use
├─ TokenRefused          the bot's own token is not accepted (any more)
└─ Rejected              anything else that will not get better by asking again
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError, SlackRequestError

from bot.domain.errors import PlatformError, PlatformUnavailable
from bot.runtime.unreachable import why


class MessageGone(PlatformError):
    """What was to be changed is not there any more; asking again won't help."""

    def __init__(self, said: str, code: str = "") -> None:
        super().__init__(said)
        self.code = code


class AccessDenied(PlatformError):
    """Slack does not let us do this in that place."""

    def __init__(self, code: str) -> None:
        super().__init__(f"Slack answered {code}")
        self.code = code


class FileNotReady(PlatformError):
    """`invalid_blocks`: most often a slack_file that is still being looked through."""

    def __init__(self, said: str, code: str = "") -> None:
        super().__init__(said)
        self.code = code


class TriggerDead(PlatformError):
    """The person's action is too long ago for a form."""


class TokenRefused(PlatformError):
    """The bot's own token is not accepted."""


class Rejected(PlatformError):
    """Slack does not take the call, and never will; `code` says why in Slack's word."""

    def __init__(self, said: str, code: str = "") -> None:
        super().__init__(said)
        self.code = code


class CallUnclear(PlatformUnavailable):
    """The answer was lost: the call may have had its effect."""


class SlowDown(PlatformUnavailable):
    """Too many calls: https://docs.slack.dev/apis/web-api/rate-limits."""


# The errors of https://docs.slack.dev/reference/methods/chat.postMessage#errors and of the others that are called.
_GONE = """
message_not_found thread_not_found cant_update_message edit_window_closed file_not_found file_deleted
"""
_DENIED = """
not_in_channel channel_not_found is_archived restricted_action restricted_action_read_only_channel
restricted_action_thread_only_channel restricted_action_thread_locked restricted_action_non_threadable_channel
no_permission ekm_access_denied access_denied missing_scope method_not_supported_for_channel_type user_not_found
user_not_in_channel user_disabled cannot_dm_bot user_is_bot user_is_restricted user_is_ultra_restricted
file_uploads_disabled file_uploads_except_images_disabled team_access_not_granted
channel_type_not_supported posting_to_general_channel_denied cant_delete_message cant_delete_file
"""
_REVOKED = """
invalid_auth not_authed account_inactive token_revoked token_expired org_login_required not_allowed_token_type
"""
_BLOCKS = "invalid_blocks invalid_blocks_format slack_file_not_found msg_blocks_too_long msg_too_long"
_TRIGGER = "invalid_trigger_id expired_trigger_id exchanged_trigger_id trigger_expired trigger_exchanged"
_LATER = "service_unavailable team_added_to_org accesslimited"
# "It is possible some aspect of the operation succeeded before the error was raised."
_UNCLEAR = "fatal_error internal_error request_timeout"


def _by_code() -> dict[str, Callable[[str, str], PlatformError]]:
    meanings: tuple[tuple[str, Callable[[str, str], PlatformError]], ...] = (
        (_GONE, lambda code, said: MessageGone(said, code)),
        (_DENIED, lambda code, _: AccessDenied(code)),
        (_REVOKED, lambda _, said: TokenRefused(said)),
        (_BLOCKS, lambda code, said: FileNotReady(said, code)),
        (_TRIGGER, lambda _, said: TriggerDead(said)),
        (_LATER, lambda _, said: PlatformUnavailable(said, after=5.0)),
        (_UNCLEAR, lambda _, said: CallUnclear(said, after=5.0)),
    )
    return {code: meaning for codes, meaning in meanings for code in codes.split()}


_MEANINGS = _by_code()


@contextlib.asynccontextmanager
async def translated(seconds: float) -> AsyncIterator[None]:
    """Turn whatever a call to Slack raises into one of the above, and give up after so many seconds."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except SlackApiError as error:
        raise _meaning(error) from error
    except SlackRequestError as error:
        raise PlatformUnavailable(f"Slack took no upload: {type(error).__name__}", after=5.0) from error
    except SlackClientError as error:
        raise CallUnclear(f"Slack's answer made no sense: {type(error).__name__}", after=5.0) from error
    except TimeoutError as error:
        raise CallUnclear("Slack did not answer in time", after=5.0) from error
    except (aiohttp.ClientConnectorError, aiohttp.ClientHttpProxyError) as error:  # nothing was sent
        raise PlatformUnavailable(f"Slack could not be reached: {why(error)}", after=5.0) from error
    except (aiohttp.ClientError, OSError) as error:
        raise CallUnclear(f"Slack could not be reached: {why(error)}", after=5.0) from error


def _meaning(error: SlackApiError) -> PlatformError:
    # A body that is no JSON comes as a string or as bare status.
    response = error.response
    status = int(getattr(response, "status_code", 0) or 0)
    data = getattr(response, "data", None)
    code = str(data.get("error", "")) if isinstance(data, dict) else ""
    said = f"Slack answered {status} {code}".rstrip()
    if status == 429 or code in {"ratelimited", "rate_limited"}:  # noqa: PLR2004 - HTTP's own number
        return SlowDown(said, after=_retry_after(response))
    if code in _MEANINGS:
        return _MEANINGS[code](code, said)
    if status >= 500 or not code:  # noqa: PLR2004 - HTTP's own number
        return CallUnclear(said, after=5.0)
    return Rejected(said, code)


def _retry_after(response: object) -> float:
    headers = getattr(response, "headers", None) or {}
    try:
        return max(1.0, float({str(name).lower(): value for name, value in headers.items()}["retry-after"]))
    except (KeyError, ValueError, TypeError):
        return 30.0
