"""The Grafana dashboard shows every metric, and nothing that isn't one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import combinations
from typing import Any

import jsonschema
import pytest
from prometheus_client import Counter, Gauge, Histogram
from prometheus_client.metrics import MetricWrapperBase

from bot.observability.metrics import Metrics
from tests.project.tree import ROOT

_WORDS = frozenset({"by", "sum", "min", "rate", "increase", "time", "vector", "or", "histogram_quantile", "le"})
_OF_SCRAPES = frozenset({"instance"})  # which Prometheus adds by itself
# What Grafana needs of a dashboard to import it:
# https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/
_POSITION = {
    "type": "object",
    "required": ["h", "w", "x", "y"],
    "properties": {
        "h": {"type": "integer", "minimum": 1},
        "w": {"type": "integer", "minimum": 1, "maximum": 24},
        "x": {"type": "integer", "minimum": 0, "maximum": 23},
        "y": {"type": "integer", "minimum": 0},
    },
    "additionalProperties": False,
}
_TARGET = {
    "type": "object",
    "required": ["refId", "expr", "datasource", "legendFormat"],
    "properties": {"refId": {"pattern": "^[A-Z]$"}, "expr": {"type": "string", "minLength": 1}},
}
_PANEL = {
    "type": "object",
    "required": ["id", "type", "title", "gridPos"],
    "properties": {"gridPos": _POSITION, "type": {"enum": ["row", "stat", "timeseries"]}},
    "if": {"properties": {"type": {"const": "row"}}},
    "then": {"required": ["collapsed", "panels"]},
    "else": {
        "required": ["targets", "fieldConfig", "options", "datasource", "description"],
        "properties": {
            "targets": {"type": "array", "minItems": 1, "items": _TARGET},
            "fieldConfig": {"type": "object", "required": ["defaults", "overrides"]},
        },
    },
}
_DASHBOARD = {
    "type": "object",
    "required": ["uid", "title", "schemaVersion", "panels", "templating", "time", "refresh", "annotations"],
    "properties": {
        "uid": {"type": "string", "pattern": "^[a-zA-Z0-9_-]{1,40}$"},
        "schemaVersion": {"type": "integer", "minimum": 36},
        "panels": {"type": "array", "items": _PANEL},
        "id": False,  # a number of somebody else's Grafana would overwrite a dashboard there
    },
}


@pytest.fixture(scope="module")
def dashboard() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ROOT / "ops/grafana/easel.json").read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def expressions(dashboard: dict[str, Any]) -> list[str]:
    return [target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", ())]


def _metrics() -> Iterator[tuple[str, str, frozenset[str]]]:
    """Each of our metrics: its name in a query, its name in the documents, its labels."""
    for metric in vars(Metrics()).values():
        if isinstance(metric, MetricWrapperBase):
            name, labels = metric._name, frozenset(metric._labelnames)
            match metric:
                case Counter():
                    yield f"{name}_total", f"{name}_total", labels
                case Histogram():
                    yield f"{name}_bucket", name, labels | {"le"}
                case Gauge():
                    yield name, name, labels
    yield "easel_build_info", "easel_build_info", frozenset({"version"})


def _process_metrics() -> set[str]:
    return {
        sample.name
        for family in Metrics().registry.collect()
        if family.name.startswith("process_")
        for sample in family.samples
    }


def test_grafana_can_read_it(dashboard: dict[str, Any]) -> None:
    jsonschema.Draft202012Validator(_DASHBOARD).validate(dashboard)
    ids = [panel["id"] for panel in dashboard["panels"]]
    assert len(set(ids)) == len(ids)


def test_it_shows_every_metric(expressions: list[str]) -> None:
    shown = set(re.findall(r"\beasel_\w+", " ".join(expressions)))
    assert {name for name, _, _ in _metrics()} == shown
    assert len(shown) >= 13


def test_it_asks_for_nothing_that_there_isnt(expressions: list[str]) -> None:
    known = {name for name, _, _ in _metrics()} | _process_metrics()
    labels = frozenset().union(*(labels for _, _, labels in _metrics()))
    for expression in expressions:
        bare = re.sub(r'"[^"]*"|\[[^\]]*\]|\$__?\w+', " ", expression)
        unknown = set(re.findall(r"[a-zA-Z_]\w*", bare)) - known - labels - _WORDS - _OF_SCRAPES
        assert not unknown, expression


def test_each_metric_is_asked_by_its_own_labels(dashboard: dict[str, Any]) -> None:
    labels = {name: own | _OF_SCRAPES for name, _, own in _metrics()}
    for panel in dashboard["panels"]:
        for target in panel.get("targets", ()):
            (name,) = re.findall(r"\b(?:easel|process)_\w+", target["expr"])
            asked = set(re.findall(r"(\w+)=~?\"", target["expr"]))
            for grouped in re.findall(r"by \(([^)]*)\)", target["expr"]):
                asked |= set(grouped.split(", "))
            asked |= set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]))
            assert asked <= labels.get(name, _OF_SCRAPES), target


def test_every_query_goes_to_the_chosen_prometheus_and_the_chosen_easel(dashboard: dict[str, Any]) -> None:
    variables = {variable["name"]: variable for variable in dashboard["templating"]["list"]}
    assert variables["datasource"]["type"] == "datasource"
    assert variables["datasource"]["query"] == "prometheus"
    for panel in dashboard["panels"]:
        for target in panel.get("targets", ()):
            assert target["datasource"] == panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
            assert '{instance=~"$instance"' in target["expr"]
    assert "http" not in json.dumps(dashboard)


def test_no_panel_lies_on_another(dashboard: dict[str, Any]) -> None:
    for one, other in combinations([panel["gridPos"] for panel in dashboard["panels"]], 2):
        apart_x = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        apart_y = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert apart_x or apart_y, (one, other)
    assert all(position["x"] + position["w"] <= 24 for position in (p["gridPos"] for p in dashboard["panels"]))


def test_parentheses_close(expressions: list[str]) -> None:
    for expression in expressions:
        for begin, end in ("()", "{}", "[]"):
            assert expression.count(begin) == expression.count(end), expression
