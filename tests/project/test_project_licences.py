"""The list of licences and the bill of materials name everything that an image holds."""

from __future__ import annotations

import importlib.util
import re
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.project.tree import ROOT


@pytest.fixture(scope="module")
def licences() -> Any:
    spec = importlib.util.spec_from_file_location("licences", ROOT / "ops" / "licences.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    import sys

    sys.modules["licences"] = module
    spec.loader.exec_module(module)
    return module


def test_every_locked_package_is_named_with_its_licence(licences: Any) -> None:
    listed = {one.name: one for one in licences.components()}
    locked = set(re.findall(r"^([\w.-]+)(?:\[[^\]]*\])?==", (ROOT / "requirements.txt").read_text(), re.MULTILINE))
    other_machines = {"colorama", "tzdata", "pywin32", "audioop-lts"}
    assert locked - set(listed) <= other_machines
    assert [one.name for one in listed.values() if one.licence == "unknown"] == []


def test_what_asks_for_more_than_a_notice_is_said(licences: Any) -> None:
    noted = {one.name: one.licence for one in licences.components() if "LGPL" in one.licence}
    assert any(name.startswith("psycopg") for name in noted)
    assert all(one.notice for one in licences.components() if one.name in noted)


def test_the_licences_are_passed_on_in_full(licences: Any) -> None:
    listed = licences.components()
    said = licences.texts(listed)
    assert [one.name for one in listed if f"\n{one.name} {one.version}: {one.licence}\n" not in said] == []
    assert said.count("It carries no text") <= 3
    assert said.count("Permission is hereby granted, free of charge") > 10
    assert "GNU LESSER GENERAL PUBLIC LICENSE" in said


def test_the_bill_of_materials_is_cyclonedx(licences: Any) -> None:
    listed = licences.components()
    document = licences.sbom(listed, datetime(2026, 11, 30, tzinfo=UTC))
    assert (document["bomFormat"], document["specVersion"], document["version"]) == ("CycloneDX", "1.6", 1)
    assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", document["serialNumber"])
    assert len({one["bom-ref"] for one in document["components"]}) == len(listed)
    assert all(one["purl"].startswith("pkg:pypi/") and one["licenses"] for one in document["components"])
