"""How a request from the terminal ended, and what that means for stdout, stderr and the exit code."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any

from bot.domain.job import FailureCode


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
    """`job` is the job's JSON, None where there is none; `paths` are its pictures; `sentence` is for people."""

    exit: Exit
    sentence: str = ""
    job: Mapping[str, Any] | None = None
    paths: tuple[Path, ...] = ()

    def on_stdout(self, *, as_json: bool) -> str:
        if not as_json:
            return "".join(f"{path}\n" for path in self.paths)
        if self.job is None:
            return json.dumps({"error": {"message": self.sentence}}, ensure_ascii=False) + "\n"
        return json.dumps(_with_paths(self.job, self.paths), ensure_ascii=False, indent=2) + "\n"


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
    return {**job, "pictures": pictures}
