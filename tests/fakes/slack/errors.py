"""Slack's answers that are not a success: mostly status 200 with `ok: false` and a word."""

from typing import Any


class ApiError(Exception):
    """`{"ok": false, "error": …}` with whatever else the error carries."""

    def __init__(self, error: str, *, status: int = 200, **more: Any) -> None:
        super().__init__(error)
        self.error = error
        self.status = status
        self.body: dict[str, Any] = {"ok": False, "error": error} | more


class Malformed(ApiError):
    """The request breaks a rule of the API, so whoever sent it has a bug: it becomes a violation."""

    def __init__(self, error: str, problems: list[tuple[str, str]]) -> None:
        self.problems = problems  # where (a JSON pointer or an argument) and what
        words = [f"{message} [json-pointer:{where}]" for where, message in problems]
        # https://docs.slack.dev/apis/web-api/#evaluating-responses
        messages = [f"[ERROR] {one}" for one in words]
        super().__init__(error, errors=words, response_metadata={"messages": messages})


def missing_argument(name: str) -> Malformed:
    return Malformed("invalid_arguments", [(f"/{name}", "missing required field")])


def invalid_slack_file(where: str) -> ApiError:
    """Not a bug of the caller: the file is not processed yet, or not one that blocks can show."""
    words = f"invalid slack file [json-pointer:{where}]"
    return ApiError("invalid_blocks", errors=[words], response_metadata={"messages": [f"[ERROR] {words}"]})


def image_not_downloaded(where: str) -> ApiError:
    words = f"downloading image failed [json-pointer:{where}]"
    return ApiError("invalid_blocks", errors=[words], response_metadata={"messages": [f"[ERROR] {words}"]})
