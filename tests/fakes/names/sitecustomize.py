"""For a program that is started with this folder in PYTHONPATH: `EASEL_TEST_NAMES` (JSON) says what names lead to."""

import json
import os
import socket
from typing import Any

_NAMES: dict[str, str] = json.loads(os.environ.get("EASEL_TEST_NAMES", "{}"))
_resolve = socket.getaddrinfo


def _with_names(host: Any, *more: Any, **how: Any) -> Any:
    return _resolve(_NAMES.get(host, host), *more, **how)


socket.getaddrinfo = _with_names
