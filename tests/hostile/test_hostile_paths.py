"""Addresses as no client would write them, sent as they are."""

from __future__ import annotations

import asyncio

import pytest

from tests.web.conftest import Site


@pytest.mark.parametrize(
    "path",
    [
        "/pictures/../../../../etc/passwd",
        "/pictures/../easel.db/1",
        "/pictures/..%2f..%2feasel.db/1",
        "/pictures/%2e%2e/%2e%2e/etc/passwd",
        "/pictures/....//....//etc/passwd",
        "/pictures/..\\..\\easel.db/1",
        "/pictures/%5c..%5c..%5ceasel.db/1",
        "/pictures/%252e%252e%252feasel.db/1",
        "/pictures/%c0%ae%c0%ae/1",
        "//pictures//..//1",
        "/pictures/000000000000/1/../../../etc/passwd",
        "/pictures/000000000000/1;x=../..",
        "/static/../../settings.py",
        "/static/..%2f..%2f..%2fsettings.py",
        "/static//etc/passwd",
        "http://127.0.0.1/etc/passwd",
        "file:///etc/passwd",
        "/%2fetc/passwd",
    ],
)
async def test_no_path_leads_out(page: Site, path: str) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", page.server.port)
    host = f"localhost:{page.server.port}"
    writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
    async with asyncio.timeout(30):
        answer = await reader.read()
    writer.close()
    assert answer.split(b" ", 2)[1] in {b"400", b"403", b"404"}
    assert b"root:" not in answer
    assert b"SQLite format" not in answer
    assert b"class Settings" not in answer
