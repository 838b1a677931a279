"""compose.yaml as `docker compose` reads it with a file `.env`: which services run, how, and with what settings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
# https://docs.docker.com/reference/compose-file/interpolation/
_VARIABLE = re.compile(r"\$(?:(?P<dollar>\$)|(?P<bare>\w+)|\{(?P<name>\w+)(?:(?P<how>:?[-?+])(?P<word>[^}]*))?\})")


class Composition:
    """`env` is the file `.env`. KeyError: what it must have is missing."""

    def __init__(self, env: Mapping[str, str], *profiles: str) -> None:
        self._env = env
        whole: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
        self.services: dict[str, dict[str, Any]] = {
            name: service
            for name, service in whole["services"].items()
            if not service.get("profiles") or set(service["profiles"]) & set(profiles)
        }
        for service in self.services.values():
            needed = service.get("depends_on", ())
            assert set(needed) <= set(self.services), "compose refuses a service that waits for one that isn't there"

    def roles(self, role: str) -> list[str]:
        """The services that run Easel in this role."""
        return [name for name, one in self.services.items() if one.get("command", [])[-2:] == ["--role", role]]

    def arguments(self, name: str) -> list[str]:
        """What follows `python -m` in the service's command."""
        python, minus_m, *arguments = self.services[name]["command"]
        assert (python, minus_m) == ("python", "-m")
        return [self._filled(argument) for argument in arguments]

    def environment(self, name: str) -> dict[str, str]:
        service = self.services[name]
        of_file = self._env if service.get("env_file") == [".env"] else {}
        return {**of_file, **{key: self._filled(str(value)) for key, value in service["environment"].items()}}

    def _filled(self, text: str) -> str:
        return _VARIABLE.sub(self._value, text)

    def _value(self, found: re.Match[str]) -> str:
        if found["dollar"]:
            return "$"
        value = self._env.get(found["bare"] or found["name"])
        how, word = found["how"] or ":-", found["word"] or ""
        there = bool(value) if how.startswith(":") else value is not None
        match how[-1]:
            case "+":
                return word if there else ""
            case "?" if not there:
                raise KeyError(word)
            case _:
                return value or "" if there else word
