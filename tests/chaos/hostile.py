"""Strangers at the page: thousands of streams, requests that never end, answers that nobody reads."""

from __future__ import annotations

import asyncio

from tests.journeys.bot_program import BotProgram
from tests.journeys.programs import until_told

from .frame import Row, Trial, scenario

STREAMS = 10_000
AT_ONCE = 250
SLOW = 50  # of each kind, held open all the while
REQUESTS = 6
SECONDS = 60.0  # that a stranger waits for an answer


class Strangers:
    def __init__(self, port: int) -> None:
        self._port = port
        self._held: list[asyncio.StreamWriter] = []
        self.answers = {"200": 0, "503": 0, "cut": 0}

    async def dawdle(self) -> None:
        """Heads and bodies that don't end, and answers that are left lying."""
        whole = self._get("/static/app.js") + self._get("/api/history")
        body = b"POST /api/commands HTTP/1.1\r\nHost: localhost:%d\r\nContent-Length: 99\r\n\r\n{" % self._port
        for beginning in (b"GET / HTTP/1.1\r\nX-Slow: ", body, whole):
            for _ in range(SLOW):
                _, writer = await asyncio.open_connection("127.0.0.1", self._port)
                writer.write(beginning)
                self._held.append(writer)

    async def stream(self) -> None:
        """Open a stream; where this address has too many connections, the program may cut it before its answer."""
        try:
            await self._stream()
        except (ConnectionError, asyncio.IncompleteReadError):
            self.answers["cut"] += 1

    async def _stream(self) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        async with asyncio.timeout(SECONDS):
            writer.write(self._get("/api/events"))
            head = await reader.readuntil(b"\r\n\r\n")
            status = head.split(b" ", 2)[1].decode()
            self.answers[status] += 1
            if status == "200":
                self._held.append(writer)
                return
            if b"Too many pages are open at once." not in await reader.read():
                raise AssertionError("refused without a sentence")
        writer.close()

    def leave(self) -> None:
        for writer in self._held:
            writer.transport.abort()

    def _get(self, path: str) -> bytes:
        return f"GET {path} HTTP/1.1\r\nHost: localhost:{self._port}\r\n\r\n".encode()


@scenario("10,000 event streams opened, 150 connections that dawdle")
async def strangers(trial: Trial) -> Row:
    settings = {"SANDBOX_SPEED": "20", "SANDBOX_PAINTING": "plain"}
    async with BotProgram(trial.directory, settings) as bot:
        await bot.start()
        crowd = Strangers(int(bot.url.rpartition(":")[2]))
        try:
            await crowd.dawdle()
            asked = [await bot.imagine(f"a fox {number} 1k", terminal=True) for number in range(REQUESTS)]
            for _ in range(0, STREAMS, AT_ONCE):
                await asyncio.gather(*(crowd.stream() for _ in range(AT_ONCE)))
            await until_told(bot.is_ready, what="readiness among strangers")
            await bot.settled()
            done = [await bot.job(job_id, terminal=True) for job_id in asked]
        finally:
            crowd.leave()
        await bot.stop()
    lost = sum(job["state"] != "done" for job in done)
    assert min(crowd.answers["200"], crowd.answers["503"]) > 0, crowd.answers
    served, refused, cut = (crowd.answers[how] for how in ("200", "503", "cut"))
    note = f"{served} streams served, {refused:,} refused in a sentence, {cut:,} cut before their answer"
    return trial.row(faults=STREAMS + 3 * SLOW, requests=REQUESTS, lost=lost, note=note)
