"""Paints off the event loop and keeps the files for a while."""

import asyncio
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

from .config import Painting
from .painter import paint, paint_plain, picture_size
from .validate import Submission

TINY = (16, 16)
"""Pixels."""
ENCODER_EFFORT = 1
"""PNG's compress_level: time matters here, the size of a file that is thrown away does not."""


class Studio:
    """Pictures on demand, each painted once however many ask for it at the same time.

    A picture follows from its prompt, number and size alone, so a file that had to go is simply painted again.
    """

    def __init__(self, *, painters: int, kept: int, painting: Painting, font_path: Path | None) -> None:
        self._folder = TemporaryDirectory(prefix="easel-sandbox-")
        self._threads = ThreadPoolExecutor(painters, thread_name_prefix="sandbox-painter")
        self._kept = kept
        self._painting = painting
        self._font_path = font_path
        self._files: OrderedDict[str, Path] = OrderedDict()
        self._under_way: dict[str, asyncio.Future[Path]] = {}

    async def picture(self, name: str, asked: Submission, index: int) -> Path:
        """Give the PNG file of one picture; `name` is its own, safe as a file name."""
        if name in self._files:
            self._files.move_to_end(name)
            return self._files[name]
        if name not in self._under_way:
            loop = asyncio.get_running_loop()
            future = loop.run_in_executor(self._threads, self._paint, name, asked, index)
            self._under_way[name] = future
            future.add_done_callback(lambda done: self._finished(name, done))
        # A downloader who hangs up must not stop the picture for the next one.
        return await asyncio.shield(self._under_way[name])

    async def close(self) -> None:
        """Let started pictures finish, drop the others and remove every file."""
        await asyncio.to_thread(self._threads.shutdown, wait=True, cancel_futures=True)
        await asyncio.to_thread(self._folder.cleanup)

    def _paint(self, name: str, asked: Submission, index: int) -> Path:
        size = picture_size(asked.aspect_ratio, asked.clarity)
        if self._painting != "scene":
            picture = paint_plain(asked.prompt, index, TINY if self._painting == "tiny" else size)
        else:
            picture = paint(asked.prompt, index, size, font_path=self._font_path)
        path = Path(self._folder.name, f"{name}.png")
        picture.save(path, "PNG", compress_level=ENCODER_EFFORT)
        return path

    def _finished(self, name: str, done: asyncio.Future[Path]) -> None:
        del self._under_way[name]
        if done.cancelled() or done.exception():
            return
        self._files[name] = done.result()
        while len(self._files) > self._kept:
            # The least recently used of many: nobody is reading it any more. Unlinking is one quick system call.
            self._files.popitem(last=False)[1].unlink(missing_ok=True)
