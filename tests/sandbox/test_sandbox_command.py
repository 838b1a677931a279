"""`python -m bot sandbox` as a process."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


async def test_it_says_where_it_listens_and_leaves_nothing_behind(tmp_path: Path) -> None:
    env = {**os.environ, "TMPDIR": str(tmp_path)}
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "sandbox", "--port", "0", cwd=ROOT, env=env, stdout=asyncio.subprocess.PIPE
    )
    assert program.stdout is not None
    async with asyncio.timeout(30):
        first = (await program.stdout.readline()).decode()
        port = int(first.split("http://127.0.0.1:")[1].split(";")[0])
        second = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "sandbox", "--port", str(port), cwd=ROOT, stderr=asyncio.subprocess.PIPE
        )
        said = (await second.communicate())[1].decode()
        assert second.returncode == 1
        assert f"127.0.0.1:{port}" in said
        assert "--port 0" in said
        program.send_signal(signal.SIGTERM)
        assert await program.wait() == 0
    assert os.listdir(tmp_path) == []  # noqa: PTH208
