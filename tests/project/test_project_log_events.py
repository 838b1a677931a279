"""Log events are constants: they are searched for and counted by name."""

import re

import pytest

from tests.project.tree import ROOT

_CALL = re.compile(r"\b_?log\.(?:debug|info|warning|error|exception|critical)\(\s*(f?\"[^\"]*\")")
_CONSTANT = re.compile(r'"[a-z][a-z0-9]*(_[a-z0-9]+)*"')


@pytest.mark.parametrize("room", ["bot", "cogs", "db"])
def test_log_events_are_short_constants(room: str) -> None:
    events = [
        (str(path.relative_to(ROOT)), event)
        for path in sorted((ROOT / room).rglob("*.py"))
        if "sandbox" not in path.parts  # its log has no fields: it stands alone, with the standard library
        for event in _CALL.findall(path.read_text(encoding="utf-8"))
    ]
    assert [(path, event) for path, event in events if not _CONSTANT.fullmatch(event)] == []
    assert events or room != "bot"
