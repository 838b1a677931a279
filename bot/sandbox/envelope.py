"""The one shape of every answer: `{"trace_id", "code", "msg", "data"}` with HTTP status 200."""

from enum import IntEnum
from uuid import uuid4

from aiohttp import web


class Code(IntEnum):
    """The status codes of the vendor's document."""

    SUCCESS = 0
    BAD_FORMAT = 400
    BAD_TOKEN = 10400
    BAD_VALUE = 40000
    OVER_QPS = 40001
    INTERNAL = 50000


class Refusal(Exception):
    """A call is answered with a code other than 0; `msg` is what its envelope says."""

    def __init__(self, code: Code, msg: str) -> None:
        super().__init__(msg)
        self.code = code
        self.msg = msg


def envelope(code: Code, msg: str, data: object) -> web.Response:
    """Give the answer; `data` is null unless the code is 0."""
    return web.json_response({"trace_id": uuid4().hex, "code": int(code), "msg": msg, "data": data})
