"""The program as a process that is forked from one that has loaded everything: loading takes longer than a story."""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Mapping
from multiprocessing.context import ForkServerProcess
from pathlib import Path

_FORKS = multiprocessing.get_context("forkserver")


def fork_program(*arguments: str, settings: Mapping[str, str], folder: Path, log: Path) -> ForkServerProcess:
    """`python -m bot …` in the folder, with these settings as its whole environment; what it prints goes to the log."""
    _FORKS.set_forkserver_preload([__name__, "bot.__main__", "bot.composition.app", "bot.composition.sandbox"])
    process = _FORKS.Process(target=_run, args=(arguments, dict(settings), folder, log))
    process.start()
    return process


def _run(arguments: tuple[str, ...], settings: dict[str, str], folder: Path, log: Path) -> None:
    from bot.__main__ import main  # loaded where the program is forked, not where a test runs

    with log.open("ab") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    os.environ.clear()
    os.environ.update(settings)
    os.chdir(folder)
    sys.argv = ["python -m bot", *arguments]
    sys.exit(main())
