"""A library that takes another one where it finds it, and is not to."""

from __future__ import annotations

import importlib
import sys

import pytest

from bot.runtime.absent import as_if_absent

UNUSED = "xmlrpc.client"


def test_it_is_not_found_within_and_found_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, UNUSED, raising=False)
    with as_if_absent(UNUSED), pytest.raises(ImportError):
        importlib.import_module(UNUSED)
    assert importlib.import_module(UNUSED).__name__ == UNUSED


def test_what_is_loaded_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, UNUSED, sys)
    with as_if_absent(UNUSED):
        assert importlib.import_module(UNUSED) is sys
    assert sys.modules[UNUSED] is sys
