"""SVG → PNG, in a process of its own.

resvg holds Python's lock while it reads the fonts and draws, some 100 ms: in a thread it would stop the event loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from pathlib import Path

AT_ONCE = 2
DEADLINE = 20.0  # seconds; it takes about a quarter of one


class DrawingError(RuntimeError):
    """The drawing could not be made into a picture."""


class Raster:
    """`font` is the operator's own font file, tried before the system's."""

    def __init__(self, font: Path | None = None) -> None:
        self._font = font
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def png(self, svg: str, *, zoom: float = 2.0) -> bytes:
        """The PNG, `zoom` times as large as the SVG says. DrawingError if it can't be drawn, or not in time."""
        order = json.dumps({"svg": svg, "zoom": zoom, "font": None if self._font is None else str(self._font)})
        async with self._turns:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                __name__,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                cwd=Path(__file__).parents[2],
                env=_environment(),
            )
            try:
                async with asyncio.timeout(DEADLINE):
                    data, complaint = await process.communicate(order.encode())
            except TimeoutError:
                raise DrawingError(f"no drawing within {DEADLINE:.0f} s") from None
            finally:
                if process.returncode is None:
                    with contextlib.suppress(ProcessLookupError):
                        process.kill()
                    await process.wait()
        if process.returncode != 0:
            last = complaint.decode(errors="replace").strip().rpartition("\n")[2]
            raise DrawingError(f"the drawing failed: {last[:200]}")
        return data


def _environment() -> dict[str, str]:
    """What Python and the fonts need; no setting of ours, and so no secret."""
    return {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "SYSTEMROOT") if name in os.environ}


def _main() -> None:
    """Read the order from standard input, write the PNG to standard output."""
    import resvg_py  # noqa: PLC0415 - only the process that draws needs it

    order = json.load(sys.stdin.buffer)
    svg, font = order["svg"], order["font"]
    files = []
    if font is not None:
        from PIL import ImageFont  # noqa: PLC0415

        files = [font]
        name = ImageFont.truetype(font, 12).getname()[0] or ""
        svg = svg.replace('font-family="', f"font-family=\"'{name}', ", 1)
    sys.stdout.buffer.write(resvg_py.svg_to_bytes(svg_string=svg, zoom=order["zoom"], font_files=files))


if __name__ == "__main__":
    _main()
