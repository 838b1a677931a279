"""Discord's answers that are not a success, by the code of its error table.

https://docs.discord.com/developers/topics/opcodes-and-status-codes
"""

from typing import Any


class ApiError(Exception):
    """An answer with an HTTP status and Discord's own code."""

    def __init__(self, status: int, code: int, message: str, errors: dict[str, Any] | None = None) -> None:
        super().__init__(f"{status} {code} {message}")
        self.status = status
        self.body: dict[str, Any] = {"message": message, "code": code}
        if errors:
            self.body["errors"] = errors


class InvalidForm(ApiError):
    """400 50035: the request breaks a rule of the API, so whoever sent it has a bug."""

    def __init__(self, problems: list[tuple[str, str]]) -> None:
        self.problems = problems
        errors: dict[str, Any] = {}
        for where, message in problems:
            node = errors
            for part in filter(None, where.split("/")):
                node = node.setdefault(part, {})
            node.setdefault("_errors", []).append({"code": "INVALID", "message": message})
        super().__init__(400, 50035, "Invalid Form Body", errors)

    @classmethod
    def at(cls, where: str, message: str) -> "InvalidForm":
        return cls([(where, message)])


def unauthorized() -> ApiError:
    return ApiError(401, 0, "401: Unauthorized")


def not_found(what: str) -> ApiError:
    codes = {
        "Channel": 10003,
        "Guild": 10004,
        "Member": 10007,
        "Message": 10008,
        "User": 10013,
        "Emoji": 10014,
        "Webhook": 10015,
        "interaction": 10062,
        "application command": 10063,
    }
    return ApiError(404, codes[what], f"Unknown {what}")


def missing_access() -> ApiError:
    return ApiError(403, 50001, "Missing Access")


def missing_permissions() -> ApiError:
    return ApiError(403, 50013, "Missing Permissions")


def cannot_message_user() -> ApiError:
    return ApiError(403, 50007, "Cannot send messages to this user")


def not_your_message() -> ApiError:
    return ApiError(403, 50005, "Cannot edit a message authored by another user")


def empty_message() -> ApiError:
    return ApiError(400, 50006, "Cannot send an empty message")


def thread_is_archived() -> ApiError:
    return ApiError(400, 50083, "Thread is archived")


def wrong_channel_type() -> ApiError:
    return ApiError(400, 50024, "Cannot execute action on this channel type")


def too_large() -> ApiError:
    return ApiError(413, 40005, "Request entity too large")


def already_acknowledged() -> ApiError:
    return ApiError(400, 40060, "Interaction has already been acknowledged.")


def too_many_followups() -> ApiError:
    return ApiError(400, 40094, "This interaction has hit the maximum number of follow up messages")


def token_expired() -> ApiError:
    return ApiError(401, 50027, "Invalid Webhook Token")
