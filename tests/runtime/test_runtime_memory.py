"""Memory of large pictures goes back to the system."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

# A block that is freed raises glibc's threshold to its size; the next one of its kind then stays in the heap.
SCRIPT = """
import os, re
from pathlib import Path
from bot.runtime.memory import give_back_large_memory

def resident():
    return int(re.search(r"VmRSS:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])

assert give_back_large_memory()
for _ in range(3):
    large = [bytearray(os.urandom(1)) * (24 << 20) for _ in range(4)]
    before = resident()
    keep = [bytearray(1000) for _ in range(1000)]
    del large
print(before - resident())
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc keeps what is freed")
def test_a_large_block_is_given_back_when_it_is_freed() -> None:
    told = subprocess.run([sys.executable, "-c", SCRIPT], check=True, capture_output=True, text=True)  # noqa: S603 - ours
    assert int(told.stdout) > 4 * 20_000  # kB
