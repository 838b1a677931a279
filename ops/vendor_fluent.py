# ruff: noqa: INP001 - a script, not a package
"""`make vendor`: write the page's copy of @fluent/bundle as one ES module, from the package that npm gives.

The package is checked against TARBALL and the module against MODULE. For a new version change VERSION, look at what
changed, and set both sums.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

VERSION = "0.19.1"
TARBALL = "8af8e91a347fa98a9f2469cab95096ac113eff165c82231033a0f98e10d49a2c"
MODULE = "d8de0ce4373e3cae52469b734680c0f2f267dae0ae9d17311c2f25ea4425a61e"
# In the order in which they need one another.
PARTS = ("memoizer", "types", "builtins", "scope", "resolver", "resource", "bundle")
TARGET = Path(__file__).parents[1] / "bot/platforms/web/static/vendor/fluent-bundle.js"
HEAD = f"// @fluent/bundle {VERSION}, by Mozilla and contributors; Apache License 2.0: fluent-bundle.LICENSE.txt\n"


def fetch(folder: Path, package: str = f"@fluent/bundle@{VERSION}") -> bytes:
    """The package as npm packs it."""
    command = ("npm", "pack", "--silent", package, "--pack-destination", str(folder))
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - no part of it is anybody's words
    (packed,) = folder.glob("*.tgz")
    return packed.read_bytes()


def one_module(package: Path) -> str:
    """Its modules as one, without imports of one another and without comments."""
    parts = [HEAD]
    with tarfile.open(package) as archive:
        for name in PARTS:
            file = archive.extractfile(f"package/esm/{name}.js")
            if file is None:
                raise FileNotFoundError(name)
            source = file.read().decode()
            source = re.sub(r'^import .* from "\./\w+\.js";\n', "", source, flags=re.MULTILINE)
            source = re.sub(r"^export (?=class|function)", "", source, flags=re.MULTILINE)
            source = re.sub(r"^ */\*\*.*?\*/\n", "", source, flags=re.MULTILINE | re.DOTALL)
            source = re.sub(r"^ *//.*\n", "", source, flags=re.MULTILINE)
            parts.append(source)
    parts.append("export { FluentBundle, FluentResource };\n")
    return "".join(parts)


def check(what: str, data: bytes, wanted: str) -> None:
    found = hashlib.sha256(data).hexdigest()
    if found != wanted:
        sys.exit(f"{what} has the SHA-256 {found}, not {wanted}. Nothing was written.")


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        check("The package", fetch(folder), TARBALL)
        (package,) = folder.glob("*.tgz")
        module = one_module(package).encode()
        check("The module", module, MODULE)
        TARGET.write_bytes(module)


if __name__ == "__main__":
    main()
