"""All measurements, at sizes that fit twelve minutes together, as docs/performance.md: `make bench`.

`python -m bench --size tiny` does least of everything and only shows that it works; names choose some of them. The
document is written from bench/performance.md.in, whose `$names` are the tables of the measurements.
"""

from __future__ import annotations

import argparse
import importlib
import os
import re
import sys
import time
import traceback
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from string import Template

from bench.machine import calibrated, described
from bench.real_pickup import section_of
from bench.start import MEMORY
from bench.tables import Figures, Size, Table
from bot import __version__
from bot.domain.ports import MOST_FOUND

ROOT = Path(__file__).parents[1]
# In the order in which they run; each module has `figures`.
NAMES = (
    *("engine", "growth", "large_database", "pictures", "burst", "interactions"),
    *("scale", "slack_posts", "pickup", "start"),
)
_MISSING = "*Not measured in this run.*"
_OPERATING = re.compile(r"(<!-- memory, by make bench -->\n).*?(<!-- end of memory -->)", re.DOTALL)


def run(names: Sequence[str], size: Size) -> tuple[dict[str, Sequence[Table]], Table, list[str]]:
    """The tables of each measurement, the machine, and those that failed."""
    found: dict[str, Sequence[Table]] = {}
    failed: list[str] = []
    load, loops = os.getloadavg()[0], calibrated()
    for name in names:
        began = time.monotonic()
        print(f"\n{name} …", flush=True)
        figures: Figures = importlib.import_module(f"bench.{name}").figures
        try:
            found[name] = figures(size)
        except Exception:
            traceback.print_exc()
            failed.append(name)
        else:
            print(*found[name], sep="\n")
        print(f"\n{name}: {time.monotonic() - began:.0f} s", flush=True)
        loops += calibrated()
    return found, described(loops, (load, os.getloadavg()[0])), failed


def document(
    tables: Mapping[str, Sequence[Table]], machine: Table, size: Size, seconds: float, before: str = ""
) -> str:
    """`before`: the document as it was; what bench.real_pickup wrote into it stays."""
    words = Template((ROOT / "bench/performance.md.in").read_text(encoding="utf-8"))
    shown = {name: "\n\n".join(table.markdown() for table in tables.get(name, ())) or _MISSING for name in NAMES}
    run_of = f"{datetime.now(UTC):%Y-%m-%d}, Easel {__version__}, size {size.value}, {seconds / 60:.0f} minutes"
    return words.substitute(
        shown,
        machine=machine.markdown(),
        run=run_of,
        most_found=f"{MOST_FOUND:,}",
        real_pickup=section_of(before) or "*Run it with `make bench-real`.*",
    )


def operating(text: str, tables: Mapping[str, Sequence[Table]]) -> str:
    """docs/operating.md with the memory that was measured."""
    measured = "\n\n".join(table.markdown() for table in tables.get("start", ()) if table.title == MEMORY)
    return _OPERATING.sub(lambda found: f"{found[1]}\n{measured}\n\n{found[2]}", text) if measured else text


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}; nothing is written for some")
    parser.add_argument("--size", type=Size, choices=list(Size), default=Size.QUICK, help="(%(default)s)")
    options = parser.parse_args()
    if wrong := set(options.names) - set(NAMES):
        parser.error(f"there is no {', '.join(sorted(wrong))}")
    began = time.monotonic()
    tables, machine, failed = run(options.names or NAMES, options.size)
    print(machine)
    if not options.names:
        path = ROOT / "docs/performance.md"
        before = path.read_text(encoding="utf-8")
        text = document(tables, machine, options.size, time.monotonic() - began, before)
        path.write_text(text, encoding="utf-8")
        path = ROOT / "docs/operating.md"
        path.write_text(operating(path.read_text(encoding="utf-8"), tables), encoding="utf-8")
        print("\ndocs/performance.md and the memory in docs/operating.md are written.")
    if failed:
        print(f"\nFailed: {', '.join(failed)}.", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
