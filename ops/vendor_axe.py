# ruff: noqa: INP001 - a script, not a package
"""`make vendor`: the tests' copy of axe-core, as npm gives it, with its licences. It is part of no release of Easel.

For a new version change VERSION, look at what changed, and set both sums.
"""

from __future__ import annotations

import tarfile
import tempfile
from pathlib import Path

from vendor_fluent import check, fetch

VERSION = "4.14.1"
TARBALL = "e6b0ce02b84d892e2e33e403485e7f3d6c29e2be6df65daf44d89ba564139745"
SCRIPT = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c"
TARGET = Path(__file__).parents[1] / "tests/browser/vendor"
FILES = {
    "axe.min.js": "axe.min.js",
    "LICENSE": "axe.LICENSE.txt",
    "LICENSE-3RD-PARTY.txt": "axe.LICENSE-3RD-PARTY.txt",
}


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        check("The package", fetch(Path(name), f"axe-core@{VERSION}"), TARBALL)
        (package,) = Path(name).glob("*.tgz")
        with tarfile.open(package) as archive:
            found = {}
            for inside in FILES:
                file = archive.extractfile(f"package/{inside}")
                if file is None:
                    raise FileNotFoundError(inside)
                found[inside] = file.read()
        check("The script", found["axe.min.js"], SCRIPT)
        TARGET.mkdir(exist_ok=True)
        for inside, target in FILES.items():
            (TARGET / target).write_bytes(found[inside])


if __name__ == "__main__":
    main()
