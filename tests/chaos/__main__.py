"""`python -m tests.chaos`: everything that we know to do to Easel, and what it made of it.

Exit code 1 if a request was lost or doubled, or a scenario could not be played; its data is then kept.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import time
from pathlib import Path

from .frame import Row, all_scenarios
from .running import play_all, room_for_data, tidy
from .table import markdown, show, write

SEED = 20261123


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=SEED, help="what happens by chance follows from it (%(default)s)")
    parser.add_argument("--kills", type=int, default=200, help="kill -9, in all scenarios together (%(default)s)")
    parser.add_argument("--lanes", type=int, default=4, help="side by side, besides those that only wait (%(default)s)")
    parser.add_argument("--short", action="store_true", help="the short ones only, and little of each")
    parser.add_argument("--only", action="append", metavar="WORD", help="those with this word in name or file")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="put the table there too")
    parser.add_argument("--list", action="store_true", help="tell what there is, and do nothing")
    options = parser.parse_args()
    chosen = [
        one
        for one in all_scenarios()
        if (one.short or not options.short)
        and (not options.only or any(word in f"{one.subject} {one.name}" for word in options.only))
    ]
    if options.list or not chosen:
        sys.stdout.writelines(f"{one.subject:10} {one.name}\n" for one in chosen)
        return 0 if chosen else 2
    # discord.py's voice part warns wherever it is imported, and nobody here speaks.
    os.environ["PYTHONWARNINGS"] = "ignore:'audioop' is deprecated:DeprecationWarning"
    directory = room_for_data()
    began = time.monotonic()
    rows = asyncio.run(
        play_all(
            chosen,
            seed=options.seed,
            kills=options.kills,
            lanes=options.lanes,
            short=options.short,
            directory=directory,
            told=_tell,
        )
    )
    seconds = time.monotonic() - began
    show(rows, options.seed, seconds)
    if options.markdown:
        write(options.markdown, markdown(rows, options.seed, seconds))
    if not tidy(directory, rows):
        sys.stderr.write(f"What happened is in {directory}\n")
        return 1
    return 0


def _tell(row: Row) -> None:
    sys.stderr.write(f"{'ok' if row.good else 'BAD':4}{row.seconds:5.0f} s  {row.name}\n")


if __name__ == "__main__":
    sys.exit(main())
