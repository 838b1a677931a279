"""compose.yaml says what it means, by the Compose specification's schema and by what the program knows."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from jsonschema import Draft201909Validator

from bot.settings import Settings
from tests.fleet.composed import Composition

ROOT = Path(__file__).parents[2]
# Of https://github.com/compose-spec/compose-spec, as docker-compose 1.29.2 carries it; Apache License 2.0.
SCHEMA = Path(__file__).with_name("compose-spec.json")
# Of the usual names of PostgreSQL's and S3's clients; all others are the program's own.
OF_CLIENTS = {
    "PGPASSWORD",
    "AWS_ENDPOINT",
    "AWS_ALLOW_HTTP",
    "AWS_REGION",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
}


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
    known = {name.upper() for name in Settings.model_fields} | OF_CLIENTS
    for name in ("gateway-0", "worker-0"):
        assert set(compose["services"][name]["environment"]) <= known


def test_what_is_waited_for_and_mounted_is_there(compose: dict[str, Any]) -> None:
    services = compose["services"]
    for service in services.values():
        assert set(service.get("depends_on", ())) <= set(services)
        for volume in service.get("volumes", ()):
            source = volume.split(":")[0]
            assert (ROOT / source).exists() if source.startswith(".") else source in compose["volumes"]


def test_the_store_is_the_one_that_the_settings_name(compose: dict[str, Any]) -> None:
    services = compose["services"]
    settings, store = services["worker-0"]["environment"], services["s3"]
    endpoint, place = urlsplit(settings["AWS_ENDPOINT"]), urlsplit(settings["PICTURES_URL"])
    assert endpoint.hostname == "s3"
    assert f"-s3.port={endpoint.port}" in store["command"]
    assert f":{endpoint.port}/healthz" in store["healthcheck"]["test"][-1]
    keys = "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"
    assert [store["environment"][key] for key in keys] == [settings[key] for key in keys]
    assert "ports" not in store  # its other doors ask for no key
    assert services["bucket"]["image"] == store["image"]
    assert f"s3.bucket.create -name {place.netloc} " in services["bucket"]["command"][0]


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


@pytest.mark.parametrize("profiles", [(), ("sandbox",)])
def test_only_the_profile_starts_a_sandbox_and_no_account_is_made_up(profiles: tuple[str, ...]) -> None:
    env = {"POSTGRES_PASSWORD": "p@ss/w:rd", "S3_PASSWORD": "s", "WEB_TOKEN": "w", "METRICS_TOKEN": "m"}
    composition = Composition(env, *profiles)
    assert ("sandbox" in composition.services) is bool(profiles)
    for name in (*composition.roles("gateway"), *composition.roles("worker")):
        settings = composition.environment(name)
        assert not [key for key in settings if key.startswith("CHANJING") or key == "SEEDREAM_API_URL"]
        assert settings["PGPASSWORD"] == "p@ss/w:rd"
        assert "p@ss" not in settings["DATABASE_URL"]
    with pytest.raises(KeyError, match="POSTGRES_PASSWORD"):
        Composition({}).environment("worker-0")


def test_no_service_asks_for_the_health_of_a_bot_that_it_does_not_run(compose: dict[str, Any]) -> None:
    """The image's check is `python -m bot health`."""
    ours = [one for one in compose["services"].values() if one["image"] == "easel"]
    assert len(ours) == 6
    assert all("run" in one["command"] or "test" in one["healthcheck"] for one in ours)


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
