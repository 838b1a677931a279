"""The alert rules are what Prometheus reads, and ask for nothing that Easel doesn't measure."""

from __future__ import annotations

import re
from typing import Any

import jsonschema
import pytest
import yaml
from prometheus_client import Counter, Gauge, Histogram
from prometheus_client.metrics import MetricWrapperBase

from bot.observability.metrics import Metrics
from tests.project.tree import ROOT

_DURATION = {"type": "string", "pattern": r"^([0-9]+(ms|[smhdwy]))+$"}
# https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/
_RULES = {
    "type": "object",
    "required": ["groups"],
    "additionalProperties": False,
    "properties": {
        "groups": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["name", "rules"],
                "additionalProperties": False,
                "properties": {
                    "name": {"type": "string"},
                    "interval": _DURATION,
                    "rules": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["alert", "expr", "labels", "annotations"],
                            "additionalProperties": False,
                            "properties": {
                                "alert": {"pattern": "^[A-Z][A-Za-z0-9]*$"},
                                "expr": {"type": "string", "minLength": 1},
                                "for": _DURATION,
                                "labels": {"properties": {"severity": {"enum": ["warning", "critical"]}}},
                                "annotations": {"required": ["summary"]},
                            },
                        },
                    },
                },
            },
        }
    },
}
# Of PromQL: an instant vector gives one of these a range vector, another keeps its kind.
_OF_RANGES = frozenset({"rate", "increase", "predict_linear"})
_OTHERS = frozenset({"histogram_quantile"})
_AGGREGATIONS = frozenset({"sum", "min", "max"})
_KEYWORDS = frozenset({"or", "and", "by"})
_TOKEN = re.compile(
    r"\s*(?:(?P<range>\[[0-9]+[smhd]\])|(?P<labels>\{[^{}]*\})|(?P<number>[0-9.]+)|(?P<name>[a-zA-Z_:][\w:]*)"
    r"|(?P<operator>==|!=|<=|>=|[<>+*/-])|(?P<open>\()|(?P<close>\))|(?P<comma>,))"
)
_MATCHER = re.compile(r'^\{\s*(\w+)\s*(=|!=|=~|!~)\s*"[^"]*"\s*(,\s*(\w+)\s*(=|!=|=~|!~)\s*"[^"]*"\s*)*\}$')


def measured() -> dict[str, frozenset[str]]:
    """Each name that a query may ask for, with its labels."""
    known = {"up": frozenset({"job", "instance"})}
    for metric in vars(Metrics()).values():
        if isinstance(metric, MetricWrapperBase):
            name, labels = metric._name, frozenset(metric._labelnames)
            if isinstance(metric, Counter):
                known[f"{name}_total"] = labels
            elif isinstance(metric, Histogram):
                known |= {f"{name}_bucket": labels | {"le"}, f"{name}_sum": labels, f"{name}_count": labels}
            elif isinstance(metric, Gauge):
                known[name] = labels
    return known


def parsed(expression: str) -> list[tuple[str, str]]:
    """The tokens, of which each must be one of the language; brackets close in order."""
    tokens, place, depth = [], 0, 0
    while place < len(expression.rstrip()):
        found = _TOKEN.match(expression, place)
        assert found is not None, expression[place:]
        kind = str(found.lastgroup)
        depth += {"open": 1, "close": -1}.get(kind, 0)
        assert depth >= 0, expression
        tokens.append((kind, found[kind]))
        place = found.end()
    assert depth == 0, expression
    return tokens


def check(expression: str) -> None:
    """AssertionError: not PromQL as these rules use it, or a metric or label that there isn't."""
    known, tokens = measured(), parsed(expression)
    asked: set[str] = set()
    grouping = False
    for number, (kind, text) in enumerate(tokens):
        following = tokens[number + 1] if number + 1 < len(tokens) else ("end", "")
        if kind == "name" and text in _OF_RANGES | _OTHERS | _AGGREGATIONS:
            assert following[0] == "open" or following[1] == "by", expression
            if text in _OF_RANGES:
                rest = tokens[number:]
                assert any(one[0] == "range" for one in rest[: rest.index(("close", ")"))]), expression
        elif kind == "name" and text in _KEYWORDS:
            grouping = text == "by"
        elif kind == "name" and grouping:
            assert text in set().union(*known.values()), text
        elif kind == "name":
            assert text in known, text
            asked = set(known[text])
        elif kind == "labels":
            assert _MATCHER.match(text), text
            assert set(re.findall(r"(\w+)\s*[=!]", text)) <= asked, text
        elif kind == "range":
            assert tokens[number - 1][0] in {"name", "labels"}, expression
        elif kind == "operator":
            assert following[0] in {"number", "name", "open"}, expression
        if kind == "close":
            grouping = False
    assert tokens[-1][0] in {"close", "number", "name", "labels"}, expression


@pytest.fixture(scope="module")
def rules() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "ops/prometheus/alerts.yml").read_text("utf-8"))
    return found


def test_prometheus_can_read_them(rules: dict[str, Any]) -> None:
    jsonschema.Draft202012Validator(_RULES).validate(rules)
    names = [rule["alert"] for group in rules["groups"] for rule in group["rules"]]
    assert len(set(names)) == len(names) >= 6


def test_each_asks_for_what_is_measured_and_names_labels_that_are_there(rules: dict[str, Any]) -> None:
    for group in rules["groups"]:
        for rule in group["rules"]:
            check(rule["expr"])
            for label in re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"]):
                assert label in rule["expr"] or label == "instance", rule


@pytest.mark.parametrize(
    "wrong",
    [
        "min(easel_provider_upp) == 0",
        "min(easel_provider_up == 0",
        "min(easel_provider_up)) == 0",
        "rate(easel_jobs_finished_total) > 1",
        'rate(easel_jobs_finished_total{colour="red"}[5m]) > 1',
        "rate(easel_jobs_finished_total{state=failed}[5m]) > 1",
        "sum by (colour) (easel_jobs) > 1",
        "easel_jobs >",
        "easel_jobs ? 1",
        "average(easel_jobs) > 1",
    ],
)
def test_a_rule_that_is_none_is_found(wrong: str) -> None:
    with pytest.raises(AssertionError):
        check(wrong)
