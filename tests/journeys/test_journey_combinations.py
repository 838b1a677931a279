"""Settings that don't go together, and values that can't be meant: `run` and `doctor` name them with what was given."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.journeys.quick_program import Run

pytestmark = pytest.mark.journey

SECRET = "s3cret-of-mine"
ACCOUNT = f"CHANJING_APP_ID=abc\nCHANJING_SECRET_KEY={SECRET}"
MANY = f"SLACK_CLIENT_ID=1.2\nSLACK_CLIENT_SECRET={SECRET}"
# A file .env, and what is said of it before anything starts.
REFUSED = (
    ("CHANJING_APP_ID=abc", "CHANJING_APP_ID=abc is set and CHANJING_SECRET_KEY is not", "set both, or neither"),
    ("CHANJING_APP_ID=abc\nCHANJING_SECRET_KEY=", "CHANJING_APP_ID=abc is set and CHANJING_SECRET_KEY is not"),
    (f"CHANJING_SECRET_KEY={SECRET}", "CHANJING_SECRET_KEY is set and CHANJING_APP_ID is not", "set both, or neither"),
    ("CHANJING_APP_ID=xoxb-1234567890-abc", "CHANJING_APP_ID=", "CHANJING_SECRET_KEY is not"),
    ("DISCORD_GATEWAY=2/3\nDISCORD_SHARD_COUNT=2", "DISCORD_SHARD_COUNT=2", "DISCORD_GATEWAY=2/3", "=3 or more"),
    ("SLACK_CLIENT_ID=1.2", "SLACK_CLIENT_ID=1.2 is set and SLACK_CLIENT_SECRET is not", "set both"),
    (f"SLACK_CLIENT_SECRET={SECRET}", "SLACK_CLIENT_SECRET is set and SLACK_CLIENT_ID is not", "set both"),
    (MANY, "SLACK_CLIENT_ID=1.2 needs PUBLIC_URL", "SLACK_CLIENT_ID=1.2 needs SLACK_STORE_KEY", "openssl rand"),
    (f"{MANY}\nSLACK_BOT_TOKEN=xoxb-{SECRET}", "SLACK_BOT_TOKEN is for one workspace and SLACK_CLIENT_ID=1.2 for many"),
    (f"{MANY}\nPUBLIC_URL=http://localhost\nSLACK_STORE_KEY={SECRET}", "SLACK_STORE_KEY, which SLACK_CLIENT_ID=1.2"),
    (f"SLACK_BOT_TOKEN=xapp-{SECRET}", "SLACK_BOT_TOKEN=xapp-… is an app-level token", "SLACK_APP_TOKEN"),
    (f"SLACK_APP_TOKEN=xoxb-{SECRET}", "SLACK_APP_TOKEN=xoxb-… is a bot's token", "SLACK_BOT_TOKEN"),
    ("WEB_HOST=0.0.0.0", "WEB_HOST=0.0.0.0 lets other machines in, and WEB_TOKEN is not set", "long random word"),
    ("WEB_HOST=[::]", "WEB_HOST=:: lets other machines in"),
    ("WEB_HOST=0.0.0.0\nWEB_TOKEN=''", "WEB_HOST=0.0.0.0", "WEB_TOKEN is not set"),
    ("PUBLIC_URL=https://easel.example.com", "PUBLIC_URL=https://easel.example.com shows", "WEB_TOKEN is not set"),
    ("WEB_HOST=0\nPUBLIC_URL=http://example.com", "WEB_HOST=0 lets", "PUBLIC_URL=http://example.com shows"),
    ("WEB_TOKEN=short", "WEB_TOKEN: needs at least 16 characters and has 5. Take this one:"),
    ("METRICS_TOKEN=short", "METRICS_TOKEN: needs at least 16"),
    ("TRUSTED_PROXIES=*", "TRUSTED_PROXIES: '*' is no address and no network; write 10.0.0.5"),
    ("HTTPS_PROXY=socks5://127.0.0.1:1080", "HTTPS_PROXY: must be the address of an HTTP", "not of one by socks5"),
    (f"HTTPS_PROXY=socks5h://user:{SECRET}@127.0.0.1:1080", "HTTPS_PROXY: must be", "not of one by socks5h"),
    ("HTTP_PROXY=proxy:port", "HTTP_PROXY: must be the address of an HTTP proxy, such as"),
    ("SSL_CERT_FILE=/nowhere.pem", "SSL_CERT_FILE: /nowhere.pem can't be read as certificates"),
    ("SSL_CERT_FILE=.env", "SSL_CERT_FILE: .env can't be read as certificates in PEM"),
    ("PICTURE_HOSTS=http://pictures.corp/x", "PICTURE_HOSTS: “http://pictures.corp/x” is no host"),
    ("PICTURES_URL=s3://", "PICTURES_URL: s3:// needs the name of a bucket"),
    ("PICTURES_URL=ftp://x/y", "PICTURES_URL: ftp: addresses can't keep pictures"),
    ("DATABASE_URL=data/easel.db", "DATABASE_URL is not understood", "not “data/easel.db”"),
    ("DATABASE_URL=sqlite:///:memory:", "DATABASE_URL must name a file"),
    ("DATABASE_URL=postgresql://h/db?x=y", "DATABASE_URL: PostgreSQL has no parameter 'x'"),
    ("DATA_DIR=/dev/null/x", "DATA_DIR"),
    ("DATA_DIR=.env", "DATA_DIR"),
    ("FONT_PATH=/nowhere.ttf", "FONT_PATH: there is no file /nowhere.ttf"),
    ("LABEL_ON_PICTURES=\U0001f98a", "LABEL_ON_PICTURES: no font of this machine has all characters"),
    ("LIMIT_USER_RUNNING=0", "LIMIT_USER_RUNNING: must be a whole number from 1 to 1000000000, such as 3, not “0”"),
    ("LIMIT_USER_DAILY=5,000", "LIMIT_USER_DAILY: must be a whole number", "not “5,000”"),
    ("LIMIT_TOTAL_DAILY=inf", "LIMIT_TOTAL_DAILY: must be a whole number", "not “inf”"),
    ("WEB_PORT=\uff18\uff10", "WEB_PORT: must be a whole number", "not “\uff18\uff10”"),
    ("export WEB_PORT = 99999", "WEB_PORT: must be a whole number from 0 to 65535"),
    ("TIMEZONE=GMT+8", "TIMEZONE: must be a time zone such as Europe/Berlin or UTC, not “GMT+8”\n"),
    ("LOG_LEVEL=warn\nLOG_FORMAT=text", "LOG_LEVEL: must be debug", "LOG_FORMAT: must be console or json, not “text”"),
)  # fmt: skip
# What starts, with a word in the log and from `doctor`.
NOTED = (
    ("OPERATOR_CHANNEL=discord:123", "OPERATOR_CHANNEL=discord:123 has no effect, since DISCORD_TOKEN is not set"),
    ("OPERATOR_CHANNEL=slack:C0123", "OPERATOR_CHANNEL=slack:C0123 has no effect, since SLACK_BOT_TOKEN is not set"),
    ("SEEDREAM_API_URL=https://api.example", "SEEDREAM_API_URL=https://api.example has no effect", "the sandbox draws"),
    ("ALLOWED_COMMUNITIES=slack:T0123\nDISCORD_TOKEN=x\nDISCORD_API_URL=http://127.0.0.1:1/api/v10",
     "ALLOWED_COMMUNITIES=slack:T0123 names nothing of Discord", "Add discord:ID"),
)  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), [(text, expected) for text, *expected in REFUSED])
def test_settings_that_are_refused_are_named_with_their_values(
    text: str, expected: list[str], tmp_path: Path, run: Run
) -> None:
    (tmp_path / ".env").write_text(text, encoding="utf-8")
    for command, code in (("run", 2), ("doctor", 1)):
        ended, said = run(command, directory=tmp_path, settings={"SSL_CERT_FILE": ""})
        assert ended == code, said
        assert [part for part in expected if part not in said] == [], said
        assert "Traceback" not in said
        assert SECRET not in said
    assert not (tmp_path / "data" / "easel.db").exists()


@pytest.mark.parametrize(("text", "expected"), [(text, expected) for text, *expected in NOTED])
def test_settings_without_an_effect_are_named(text: str, expected: list[str], tmp_path: Path, run: Run) -> None:
    (tmp_path / ".env").write_text(f"{text}\nWEB_PORT=0\n", encoding="utf-8")
    for command in ("run", "doctor"):
        _, said = run(command, directory=tmp_path, stop_at='"ready"')
        assert [part for part in expected if part not in said] == [], said


def test_a_proxy_for_everything_is_named_where_no_other_is_set(tmp_path: Path, run: Run) -> None:
    code, said = run("doctor", directory=tmp_path, settings={"ALL_PROXY": "socks5://127.0.0.1:1"})
    assert (code, "ALL_PROXY has no effect on Easel. Set HTTPS_PROXY" in said) == (0, True), said
    settings = {"ALL_PROXY": "socks5://127.0.0.1:1", "https_proxy": "http://127.0.0.1:1"}
    code, said = run("doctor", directory=tmp_path, settings=settings)
    assert (code, "ALL_PROXY" in said) == (0, False), said
