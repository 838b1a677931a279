"""The unit for systemd: it can be read, it is as closed as it says, and it starts what there is."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bot.cli.faults import Exit
from tests.project.tree import ROOT, read

UNIT = "ops/systemd/easel.service"
# Of ten, as systemd counts: what is left is the network, and files of its own.
MOST_EXPOSED = 1.5


def directives() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in read(UNIT).splitlines():
        name, separator, value = line.partition("=")
        if separator and not line.startswith("#"):
            found.setdefault(name, []).append(value)
    return found


def test_it_starts_the_console_script_and_stops_it_in_time() -> None:
    unit = directives()
    assert unit["ExecStart"] == ["/opt/easel/bin/easel run"]
    assert unit["RestartPreventExitStatus"] == [str(int(Exit.WRONG))]
    assert int(unit["TimeoutStopSec"][0]) > 10  # what docs/operating.md says a stop takes at most
    assert unit["User"] != ["root"]
    assert [f"/var/lib/{name}" for name in unit["StateDirectory"]] == unit["WorkingDirectory"]
    assert f"`{UNIT}`" in read("docs/operating.md") or f"cp {UNIT}" in read("docs/operating.md")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd on this machine")
def test_systemd_understands_it_and_finds_it_closed(tmp_path: Path) -> None:
    file = tmp_path / "easel.service"
    file.write_text(read(UNIT).replace("/opt/easel/bin/easel", sys.executable))
    verified = analyze("verify", str(file))
    assert (verified.returncode, verified.stderr) == (0, "")
    security = analyze("security", "--offline=true", f"--threshold={MOST_EXPOSED * 10:.0f}", str(file))
    assert security.returncode == 0, security.stdout[-300:]


def analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - systemd's own
        ["systemd-analyze", "--no-pager", *arguments],  # noqa: S607 - wherever it is
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
