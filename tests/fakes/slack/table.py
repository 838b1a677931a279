"""The rows of the Web API's table."""

from collections.abc import Callable
from dataclasses import dataclass

from .blocks import Json
from .call import Call
from .core import Core


@dataclass(frozen=True)
class Method:
    """A method, the scope it needs ("" for none) and the arguments it knows, separated by blanks.

    Slack ignores others silently; here they are violations, for they are typing errors. `token` is "bot", "app",
    or "none" for what is called with the client's secret. `json`: whether it takes arguments as JSON.
    """

    name: str
    handle: Callable[[Core, Call], Json]
    scope: str
    args: str
    token: str = "bot"
    json: bool = True
