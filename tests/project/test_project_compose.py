"""compose.yaml says what it means, by the Compose specification's schema and by what the program knows."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft201909Validator

from bot.settings import Settings

ROOT = Path(__file__).parents[2]
# Of https://github.com/compose-spec/compose-spec, as docker-compose 1.29.2 carries it; Apache License 2.0.
SCHEMA = Path(__file__).with_name("compose-spec.json")
# Of the usual names of S3's clients; all others are the program's own.
OF_S3 = {"AWS_ENDPOINT", "AWS_ALLOW_HTTP", "AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
    return found


def test_it_follows_the_specification(compose: dict[str, Any]) -> None:
    faults = Draft201909Validator(json.loads(SCHEMA.read_text("utf-8"))).iter_errors(compose)
    assert [f"{list(fault.path)}: {fault.message}" for fault in faults] == []


def test_the_topology(compose: dict[str, Any]) -> None:
    services = compose["services"]
    roles = [service["command"][-1] for service in services.values() if "--role" in service.get("command", [])]
    assert sorted(roles) == ["gateway", "gateway", "worker", "worker", "worker"]
    gateways = [services[name]["environment"]["DISCORD_GATEWAY"] for name in ("gateway-0", "gateway-1")]
    assert gateways == ["0/2", "1/2"]


def test_every_setting_in_it_is_one(compose: dict[str, Any]) -> None:
    known = {name.upper() for name in Settings.model_fields} | OF_S3
    for name in ("gateway-0", "worker-0"):
        assert set(compose["services"][name]["environment"]) <= known


def test_what_is_waited_for_and_mounted_is_there(compose: dict[str, Any]) -> None:
    services = compose["services"]
    for service in services.values():
        assert set(service.get("depends_on", ())) <= set(services)
        for volume in service.get("volumes", ()):
            source = volume.split(":")[0]
            assert (ROOT / source).exists() if source.startswith(".") else source in compose["volumes"]


def test_prometheus_asks_every_process(compose: dict[str, Any]) -> None:
    scrape = yaml.safe_load((ROOT / "ops/prometheus/prometheus.yml").read_text("utf-8"))
    asked = scrape["scrape_configs"][0]["static_configs"][0]["targets"]
    assert asked == [
        f"{name}:8080" for name, service in compose["services"].items() if "--role" in service.get("command", [])
    ]


def test_no_secret_is_written_down(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        for name, value in service.get("environment", {}).items():
            if any(word in name for word in ("PASSWORD", "TOKEN", "SECRET")):
                assert str(value).startswith("${"), name


def test_every_image_of_others_has_an_exact_tag(compose: dict[str, Any]) -> None:
    images = {service["image"] for service in compose["services"].values()} - {"easel"}
    images |= set(re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text("utf-8"), re.MULTILINE))
    exact = re.compile(r".+(@sha256:[0-9a-f]{64}|:v?[0-9]+\.[0-9]+[\w.-]*|:RELEASE\.[0-9TZ-]+)")
    assert {image for image in images if not exact.fullmatch(image)} == set()


def test_prometheus_knows_the_token_of_the_metrics_and_no_other(compose: dict[str, Any]) -> None:
    prometheus = compose["services"]["prometheus"]
    assert set(prometheus["environment"]) == {"METRICS_TOKEN"}
    assert "$$METRICS_TOKEN" in prometheus["command"][0]
    assert all("METRICS_TOKEN" in compose["services"][name]["environment"] for name in ("gateway-0", "worker-0"))
