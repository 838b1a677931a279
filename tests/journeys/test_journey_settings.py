"""What is set wrong, on the real program: a sentence, exit code 2, and nothing of a secret in it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.journeys.programs import environment

pytestmark = pytest.mark.journey

COMMANDS = (
    ("run",), ("imagine", "a fox"), ("doctor",), ("health",), ("migrate",), ("usage",), ("jobs", "list"), ("backup",),
    ("link",), ("restored",),
)  # fmt: skip
SECRET = "Tr0ub4dor"
DATABASES = (
    f"postgresql://easel:{SECRET}@Horse9@127.0.0.1:1/easel",
    f"postgresql://easel:{SECRET}/Horse9@127.0.0.1:1/easel",
    f"postgresql://ea/sel:{SECRET}Horse9@127.0.0.1:1/easel",
    f"postgresql://easel:{SECRET}Horse9/easel",
    f"postgresql://easel:{SECRET} Horse9@127.0.0.1:1/easel",
    f"postgresql://easel:{SECRET}Horse9@127.0.0.1:port/easel",
    f"postgresql://easel:{SECRET}Horse9@127.0.0.1:1/easel?foo=bar",
    f"mysql://easel:{SECRET}Horse9@127.0.0.1/easel",
)
OTHERS = {
    "HTTPS_PROXY": f"http://user:{SECRET}/Horse9@127.0.0.1:3128",
    "HTTP_PROXY": f"ftp://user:{SECRET}Horse9@127.0.0.1:3128",
    "SEEDREAM_API_URL": f"https://user:{SECRET}Horse9@api.example.com",
    "DISCORD_API_URL": f"https://user:{SECRET}Horse9@discord.example.com/api/v10",
    "SLACK_API_URL": f"https://user:{SECRET}@Horse9@slack.example.com/api",
    "PUBLIC_URL": f"http://user:{SECRET}Horse9@localhost",
    "PICTURES_URL": f"s3://key:{SECRET}/Horse9@bucket/prefix",
    "PICTURE_HOSTS": f"user:{SECRET}Horse9@pictures.corp",
    "OPERATOR_CHANNEL": f"https://discord.com/api/webhooks/123456/{SECRET}Horse9",
    "TRUSTED_PROXIES": f"10.0.0.1,https://user:{SECRET}Horse9@proxy",
    "ALLOWED_COMMUNITIES": f"https://hooks.slack.com/services/T0/B0/{SECRET}Horse9",
}


def run(*arguments: str, settings: dict[str, str], directory: Path) -> tuple[int, str]:
    """`python -m bot …` to its end: exit code, and all that it printed."""
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "bot", *arguments],
        cwd=directory,
        env=environment(settings),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        timeout=60,
    )
    return done.returncode, done.stdout.decode()


def assert_sentence(said: str, *parts: str) -> None:
    assert "Traceback" not in said
    assert SECRET not in said
    assert "Horse9" not in said
    for part in parts:
        assert part in said


@pytest.mark.parametrize("url", DATABASES)
def test_a_database_url_that_is_wrong_shows_no_part_of_its_login(url: str, tmp_path: Path) -> None:
    settings = {"DATABASE_URL": url, "LOG_LEVEL": "debug"}
    code, said = run("run", settings=settings, directory=tmp_path)
    assert code == (1 if f"{SECRET}/" in url or f"{SECRET} " in url else 2), said  # those two can be told apart
    assert_sentence(said, "DATABASE_URL")
    if f"{SECRET}@" in url:
        assert "%40 for @" in said


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_no_command_shows_a_part_of_the_login(command: Sequence[str], tmp_path: Path) -> None:
    code, said = run(*command, settings={"DATABASE_URL": DATABASES[0], "LOG_LEVEL": "debug"}, directory=tmp_path)
    assert code == (1 if command == ("doctor",) else 2), said
    assert_sentence(said, "%40 for @")


@pytest.mark.parametrize("command", [("run",), ("doctor",), ("migrate",)], ids=" ".join)
def test_a_server_that_is_away_is_named_without_its_user(command: Sequence[str], tmp_path: Path) -> None:
    url = f"postgresql://Horse9user:{SECRET}%40Horse9@127.0.0.1:1/easel?password={SECRET}"
    code, said = run(*command, settings={"DATABASE_URL": url, "LOG_LEVEL": "debug"}, directory=tmp_path)
    assert code == 1, said
    assert_sentence(said, "postgresql://127.0.0.1:1/easel can't be reached")


@pytest.mark.parametrize("name", OTHERS)
def test_no_other_address_shows_its_login(name: str, tmp_path: Path) -> None:
    code, said = run("run", settings={name: OTHERS[name], "LOG_LEVEL": "debug"}, directory=tmp_path)
    assert code == 2, said
    assert_sentence(said, name)
    code, said = run("doctor", settings={name: OTHERS[name], "LOG_LEVEL": "debug"}, directory=tmp_path)
    assert code == 1, said
    assert_sentence(said, name)


def test_an_object_stores_endpoint_shows_no_login(tmp_path: Path) -> None:
    settings = {"PICTURES_URL": "s3://bucket", "AWS_ENDPOINT_URL": f"http://key:{SECRET}Horse9@127.0.0.1:1"}
    for command, expected in (("run", 2), ("doctor", 1)):
        code, said = run(command, settings=settings, directory=tmp_path)
        assert code == expected, said
        assert_sentence(said, "AWS_ENDPOINT_URL must be an address without a user")
