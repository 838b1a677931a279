"""The secret of whoever runs this Easel: a file in DATA_DIR that only their user can read.

It opens what is the operator's on the page: as Bearer for the commands of this machine's terminal, and in the fragment
of the link that `python -m bot link` prints, which no server and no log ever sees.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
import tempfile
from pathlib import Path

import structlog

_log = structlog.get_logger(__name__)

FILE = "local-secret"
_SHORTEST, _MOST = 32, 200  # characters


def local_secret(data_dir: Path) -> str:
    """The secret, made at the first call and the same from then on.

    One that others could read until now is replaced. Where no file can be kept, it is good for this process only.
    """
    path = data_dir / FILE
    try:
        return _read(path) or _make(path)
    except OSError as error:
        _log.warning("local_secret_not_kept", action="start", file=str(path), error=error.strerror)
        return secrets.token_urlsafe(32)


def _read(path: Path) -> str | None:
    """None where there is none, or none that is still a secret."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    except FileNotFoundError:
        return None
    with os.fdopen(descriptor, "rb") as file:
        was = os.fstat(file.fileno())
        with contextlib.suppress(OSError, AttributeError):  # a system without modes, or another user's file
            os.fchmod(file.fileno(), 0o600)
        is_private = not os.fstat(file.fileno()).st_mode & (stat.S_IRWXG | stat.S_IRWXO)
        found = file.read(_MOST).decode("ascii", errors="replace").strip()
    if not was.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        is_known = False
    else:
        # Where modes can't be set, every file is everybody's, and a new secret would be no better.
        is_known = is_private
        _log.warning("local_secret_was_readable", action="start", file=str(path), replaced=is_known)
    return None if is_known or len(found) < _SHORTEST or not found.isprintable() else found


def _make(path: Path) -> str:
    """Whole or not at all; of two processes that start at once, both have the same."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    secret = secrets.token_urlsafe(32)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{FILE}-")  # 0600
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(f"{secret}\n")
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return path.read_text("ascii").strip()


def operator_link(page: str, secret: str) -> str:
    """For a terminal, never for a log. A browser sends no fragment anywhere."""
    return f"{page}/#local={secret}"
