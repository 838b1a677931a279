"""Names that lead where a test says, also in programs that it starts."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[3]


def own_address() -> str | None:
    """This machine's address towards the outside; None where it has none but loopback. Nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("198.51.100.1", 9))  # reserved for documentation: RFC 5737
        except OSError:
            return None
        address: str = probe.getsockname()[0]
    return None if address.startswith("127.") else address


def resolving(names: Mapping[str, str]) -> dict[str, str]:
    """The settings of a program for which these names lead to these addresses."""
    path = os.pathsep.join((str(Path(__file__).parent), str(ROOT)))
    return {"PYTHONPATH": path, "EASEL_TEST_NAMES": json.dumps(dict(names))}
