# ruff: noqa: INP001 - a script, not a package
"""What Easel is shipped with: `python ops/licences.py` lists licences.

`--sbom` prints a CycloneDX document, `--texts` the licences themselves.

Reads the lock file and what is installed; asks nobody. https://cyclonedx.org/docs/1.6/json/
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", re.MULTILINE)
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
_TEXT = re.compile(r"\.dist-info/(?:.*/)?(?:LICEN[CS]E|COPYING|NOTICE|AUTHORS)[^/]*$", re.IGNORECASE)
_CLASSIFIER = "License :: OSI Approved :: "
_MIT = "Permission is hereby granted, free of charge, to any person obtaining a copy"
# Licences that ask for more than a notice where the work is passed on, and what follows.
NOTICES: Mapping[str, str] = {
    "LGPL": "used as a library that can be replaced: pass its source, or where it is, along with an image",
    "MPL": "changes to its own files stay under it; Easel makes none",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """A package of the lock file. `licence` is an SPDX expression, or the words of its own metadata."""

    name: str
    version: str
    licence: str
    hashes: tuple[str, ...]

    @property
    def notice(self) -> str:
        return next((notice for word, notice in NOTICES.items() if word in self.licence), "")


def components(lock: Path = ROOT / "requirements.txt") -> list[Component]:
    """All that the lock file names for this machine, in its order."""
    text = lock.read_text("utf-8")
    found = list(_PINNED.finditer(text))
    ends = [*(one.start() for one in found[1:]), len(text)]
    listed = []
    for one, end in zip(found, ends, strict=True):
        name, version = one.groups()
        try:
            licence = _licence(distribution(name))
        except PackageNotFoundError:  # for another kind of machine
            continue
        hashes = tuple(_HASH.findall(text, one.start(), end))
        listed.append(Component(name=name, version=version, licence=licence, hashes=hashes))
    return listed


def _licence(package: Distribution) -> str:
    """https://packaging.python.org/en/latest/specifications/core-metadata/#license-expression."""
    metadata = package.metadata
    if expression := metadata.get("License-Expression"):
        return str(expression)
    classifiers = [one.removeprefix(_CLASSIFIER) for one in metadata.get_all("Classifier") or ()]
    named = [one for one in classifiers if "License" in one and "::" not in one]
    plain = str(metadata.get("License") or "").strip().splitlines()
    return " AND ".join(named) or (plain[0] if plain else _by_its_words(package))


def _by_its_words(package: Distribution) -> str:
    """Of one that carries a licence and says nowhere which."""
    for file in package.files or ():
        if file.name.upper().startswith("LICEN") and _MIT in " ".join(file.read_text().split()):
            return "MIT"
    return "unknown"


def texts(listed: Sequence[Component]) -> str:
    """All licences in full, each with the package that carries it: what an image has to pass on."""
    parts = [f"Easel is made with these {len(listed)} packages. Each is followed by its licence as it carries it."]
    for one in listed:
        files = [file for file in distribution(one.name).files or () if _TEXT.search(file.as_posix())]
        carried = [file.read_text().strip() for file in files] or [
            f"It carries no text; its metadata says {one.licence}."
        ]
        heading = f"{one.name} {one.version}: {one.licence}"
        parts.append("\n\n".join([f"{'=' * len(heading)}\n{heading}\n{'=' * len(heading)}", *carried]))
    return "\n\n\n".join(parts)


def sbom(listed: Sequence[Component], now: datetime) -> dict[str, Any]:
    """A software bill of materials."""
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid4()}",
        "version": 1,
        "metadata": {
            "timestamp": now.isoformat(timespec="seconds"),
            "component": {"type": "application", "name": "easel", "bom-ref": "easel"},
        },
        "components": [
            {
                "type": "library",
                "bom-ref": _purl(one),
                "name": one.name,
                "version": one.version,
                "purl": _purl(one),
                "licenses": [{"license": {"name": one.licence}}],
            }
            for one in listed
        ],
        "dependencies": [{"ref": "easel", "dependsOn": [_purl(one) for one in listed]}],
    }


def _purl(component: Component) -> str:
    return f"pkg:pypi/{component.name.lower().replace('_', '-')}@{component.version}"


def main() -> None:
    """Print the list or the document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sbom", action="store_true", help="print CycloneDX 1.6 as JSON")
    parser.add_argument("--texts", action="store_true", help="print every licence in full")
    options = parser.parse_args()
    listed = components()
    if options.texts:
        sys.stdout.write(f"{texts(listed)}\n")
        return
    if options.sbom:
        sys.stdout.write(f"{json.dumps(sbom(listed, datetime.now(UTC)), indent=1)}\n")
        return
    width = max(len(f"{one.name} {one.version}") for one in listed)
    for one in listed:
        notice = f"  ({one.notice})" if one.notice else ""
        sys.stdout.write(f"{one.name + ' ' + one.version:<{width}}  {one.licence}{notice}\n")


if __name__ == "__main__":
    main()
