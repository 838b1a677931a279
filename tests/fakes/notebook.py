"""What platforms keep between starts."""

from __future__ import annotations


class Notebook:
    """The facts kept between starts, in memory."""

    def __init__(self) -> None:
        self.facts: dict[str, str] = {}

    async def get(self, key: str) -> str | None:
        return self.facts.get(key)

    async def set(self, key: str, value: str) -> None:
        self.facts[key] = value
