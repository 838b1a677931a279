"""How a request from the terminal ended, and what that means for stdout, stderr and the exit code."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any

from bot.domain.job import FailureCode
from bot.platforms.terminal.writing import json_text, write_paths


class Exit(IntEnum):
    DONE = 0
    TROUBLE = 1  # ours or this machine's
    USAGE = 2
    OVER_LIMIT = 3
    PROVIDER = 4
    INTERRUPTED = 130  # what shells expect after Ctrl-C


_NOT_THE_PROVIDER = {FailureCode.UNDELIVERABLE.value, FailureCode.INTERNAL.value}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """`job` is the job's JSON, None where there is none; `paths` are its pictures; `sentence` is for people.

    `code`, `message`, `hint` and `repair` say in JSON why there is no job; `sentence` stands in for `message`.
    """

    exit: Exit
    sentence: str = ""
    job: Mapping[str, Any] | None = None
    paths: tuple[Path, ...] = ()
    code: str = "internal"
    message: str = ""
    hint: str = ""
    repair: str | None = None

    def to_stdout(self, *, as_json: bool) -> None:
        """Write the paths, or the JSON."""
        if not as_json:
            write_paths(self.paths)
        elif self.job is None:
            sys.stdout.write(f"{error_json(self.code, self.message or self.sentence, self.hint, self.repair)}\n")
        else:
            sys.stdout.write(f"{json_text(_with_paths(self.job, self.paths))}\n")


def error_json(code: str, message: str, hint: str = "", repair: str | None = None) -> str:
    """As the page's API says why it did nothing."""
    return json_text({"error": {"code": code, "message": message, "hint": hint, "repair": repair}})


def exit_of(job: Mapping[str, Any]) -> Exit:
    """The exit code for a finished job's JSON."""
    match job["state"]:
        case "done":
            return Exit.DONE
        case "cancelled":
            return Exit.INTERRUPTED
        case _:
            code = (job.get("error") or {}).get("code")
            return Exit.TROUBLE if code in _NOT_THE_PROVIDER else Exit.PROVIDER


def _with_paths(job: Mapping[str, Any], paths: tuple[Path, ...]) -> dict[str, Any]:
    """The pictures as files: `path` beside what the page's JSON has, and `url` as a file's address."""
    pictures = [
        {**picture, "url": path.as_uri(), "path": str(path)}
        for picture, path in zip(job["pictures"], paths, strict=False)
    ]
    error = None if job["error"] is None else {"hint": "", "repair": None, **job["error"]}
    return {**job, "pictures": pictures, "error": error}
