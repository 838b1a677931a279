"""What is set wrong, on the real program: a sentence, exit code 2, and nothing of a secret in it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.journeys.programs import environment
from tests.journeys.quick_program import Run

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


def assert_sentence(said: str, *parts: str) -> None:
    assert "Traceback" not in said
    assert SECRET not in said
    assert "Horse9" not in said
    for part in parts:
        assert part in said


@pytest.mark.parametrize("url", DATABASES)
def test_a_database_url_that_is_wrong_shows_no_part_of_its_login(url: str, tmp_path: Path, run: Run) -> None:
    settings = {"DATABASE_URL": url, "LOG_LEVEL": "debug"}
    code, said = run("run", settings=settings, directory=tmp_path)
    assert code == (1 if f"{SECRET}/" in url or f"{SECRET} " in url else 2), said  # those two can be told apart
    assert_sentence(said, "DATABASE_URL")
    if f"{SECRET}@" in url:
        assert "%40 for @" in said


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_no_command_shows_a_part_of_the_login(command: Sequence[str], tmp_path: Path, run: Run) -> None:
    code, said = run(*command, settings={"DATABASE_URL": DATABASES[0], "LOG_LEVEL": "debug"}, directory=tmp_path)
    assert code == (1 if command == ("doctor",) else 2), said
    assert_sentence(said, "%40 for @")


@pytest.mark.parametrize("command", [("run",), ("doctor",), ("migrate",)], ids=" ".join)
def test_a_server_that_is_away_is_named_without_its_user(command: Sequence[str], tmp_path: Path, run: Run) -> None:
    url = f"postgresql://Horse9user:{SECRET}%40Horse9@127.0.0.1:1/easel?password={SECRET}"
    code, said = run(*command, settings={"DATABASE_URL": url, "LOG_LEVEL": "debug"}, directory=tmp_path)
    assert code == 1, said
    assert_sentence(said, "postgresql://127.0.0.1:1/easel can't be reached")


@pytest.mark.parametrize("name", OTHERS)
def test_no_other_address_shows_its_login(name: str, tmp_path: Path, run: Run) -> None:
    code, said = run("run", settings={name: OTHERS[name], "LOG_LEVEL": "debug"}, directory=tmp_path)
    assert code == 2, said
    assert_sentence(said, name)
    code, said = run("doctor", settings={name: OTHERS[name], "LOG_LEVEL": "debug"}, directory=tmp_path)
    assert code == 1, said
    assert_sentence(said, name)


def test_an_object_stores_endpoint_shows_no_login(tmp_path: Path, run: Run) -> None:
    settings = {"PICTURES_URL": "s3://bucket", "AWS_ENDPOINT_URL": f"http://key:{SECRET}Horse9@127.0.0.1:1"}
    for command, expected in (("run", 2), ("doctor", 1)):
        code, said = run(command, settings=settings, directory=tmp_path)
        assert code == expected, said
        assert_sentence(said, "AWS_ENDPOINT_URL must be an address without a user")


TEXT = "# Schlüssel für Anna\nWEB_PORT=0\n"
UNREADABLE = {
    "UTF-16, little": b"\xff\xfe" + TEXT.encode("utf-16-le"),
    "UTF-16, big": b"\xfe\xff" + TEXT.encode("utf-16-be"),
    "UTF-16 without a mark": TEXT.encode("utf-16-le"),
    "Latin-1": TEXT.encode("latin-1"),
    "NUL": TEXT.encode() + b"\0\n",
    "binary": bytes(range(256)),
    "huge": b"#" * (1 << 21),
}


@pytest.mark.parametrize("command", [*COMMANDS, ("sandbox", "--port", "0")], ids=" ".join)
def test_an_env_file_that_is_no_utf_8_ends_every_command_with_a_sentence(
    command: Sequence[str], tmp_path: Path, run: Run
) -> None:
    (tmp_path / ".env").write_bytes(UNREADABLE["Latin-1"])
    code, said = run(*command, settings={}, directory=tmp_path)
    assert code == 2, said
    assert_sentence(said, ".env, line 1: a character is not in UTF-8; save it as UTF-8")
    assert "Anna" not in said


@pytest.mark.parametrize("kind", UNREADABLE)
def test_an_env_file_that_is_no_text(kind: str, tmp_path: Path, run: Run) -> None:
    (tmp_path / ".env").write_bytes(UNREADABLE[kind])
    code, said = run("health", settings={}, directory=tmp_path)
    assert code == 2, said
    assert_sentence(said, ".env")
    assert said.count("\n") == 1
    assert list(tmp_path.iterdir()) == [tmp_path / ".env"]


def test_an_env_file_that_is_no_file(tmp_path: Path, run: Run) -> None:
    file = tmp_path / ".env"
    file.mkdir()
    code, said = run("health", settings={}, directory=tmp_path)
    assert (code, ".env is a directory" in said) == (2, True)
    (file / "pyvenv.cfg").touch()
    assert run("health", settings={}, directory=tmp_path) == (1, "not running\n")
    (file / "pyvenv.cfg").unlink()
    file.rmdir()
    file.symlink_to("/dev/null")
    assert run("health", settings={}, directory=tmp_path) == (1, "not running\n")
    file.unlink()
    file.symlink_to(file)
    code, said = run("health", settings={}, directory=tmp_path)
    assert (code, ".env can't be read" in said) == (2, True)


def test_an_env_file_that_may_not_be_read(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("WEB_PORT=0\n")
    file.chmod(0)
    # No mode keeps root out, unless root lacks the capability.
    drop = [] if os.getuid() else ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
    if drop and shutil.which(drop[0]) is None:
        pytest.skip("root may read anything here")
    done = subprocess.run(  # noqa: S603 - our own program, and setpriv
        [*drop, sys.executable, "-m", "bot", "health"],
        cwd=tmp_path,
        env=environment({}),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert_sentence(done.stderr, ".env can't be read (Permission denied)")


@pytest.mark.parametrize("text", ["\ufeffWEB_PORT=eighty\n", "A=1\r\nWEB_PORT=eighty\r\n", "A=1\rWEB_PORT='eighty'\r"])
def test_an_env_file_with_a_mark_or_other_line_ends_is_read(text: str, tmp_path: Path, run: Run) -> None:
    (tmp_path / ".env").write_bytes(text.encode())
    code, said = run("health", settings={}, directory=tmp_path)
    assert code == 2, said
    assert_sentence(said, "WEB_PORT: must be a whole number from 0 to 65535, such as 8080, not “eighty”")


def test_an_env_file_may_be_a_pipe(tmp_path: Path, run: Run) -> None:
    file = tmp_path / ".env"
    os.mkfifo(file)
    writer = subprocess.Popen(["sh", "-c", "sleep 0.2; echo WEB_PORT=eighty > .env"], cwd=tmp_path)  # noqa: S607
    code, said = run("health", settings={}, directory=tmp_path)
    assert writer.wait(10) == 0
    assert code == 2
    assert_sentence(said, "“eighty”")
    code, said = run("health", settings={}, directory=tmp_path)
    assert code == 2
    assert_sentence(said, "nothing came out of it")


LIMIT_SLIPS = (
    "LIMIT_USER_DALIY=3", "LIMITS_USER_DAILY=3", "limit_user_daliy=3", "export LIMIT_USER_DALIY=3",
    "LIMIT_USER_DAILY: 3", "LIMIT_USER_DAILY : 3", "LIMIT_USER_DAILY 3", "LIMIT_USER_DAILY", "USER_DAILY_LIMIT=3",
    "LIMIT-USER-DAILY=3", "LIMIT_USER_DAILY='3", 'WEB_TOKEN="abc\nLIMIT_USER_DAILY="3"', "LIMIT_USER_DALIY = 3",
    "LIMIT USER DAILY=3", "set LIMIT_USER_DAILY=3", "- LIMIT_USER_DAILY=3", "\uff2cIMIT_USER_DAILY=3",
    "limit.user.daily=3", "\u200bLIMIT_USER_DAILY=3", 'NOTE="abc\nLIMIT_USER_DAILY=3\n"', "LIMIT_PERSON_DAILY=3",
    "LIMIT_USER_DAILY:3", "MAX_USER_DAILY: 3",
)  # fmt: skip


@pytest.mark.parametrize("line", LIMIT_SLIPS)
def test_a_slip_in_a_limit_of_the_env_file_stops_the_start(line: str, tmp_path: Path, run: Run) -> None:
    (tmp_path / ".env").write_text(f"# limits\n{line}\nLOG_LEVEL=info\n")
    code, said = run("health", settings={}, directory=tmp_path)
    assert code == 2, said
    number = 3 if "NOTE" in line else line.count("\n") + 2
    named = "The limit would not hold" if "LIMIT USER" in line else "LIMIT_" if "MAX" in line else "LIMIT_USER_DAILY"
    assert_sentence(said, named, f".env, line {number}")
    if line == LIMIT_SLIPS[0]:
        assert run("run", settings={}, directory=tmp_path) == (2, said)
        code, said = run("doctor", settings={}, directory=tmp_path)
        assert code == 1, said
        assert_sentence(said, "✗ Settings", "Did you mean LIMIT_USER_DAILY?")


def test_a_slip_in_a_limit_of_the_environment_stops_the_start(tmp_path: Path, run: Run) -> None:
    for name in ("LIMIT_USER_DALIY", "LIMITS_USER_DAILY", "limit_user_dailly", "USER_DAILY_LIMIT"):
        code, said = run("health", settings={name: "3"}, directory=tmp_path)
        assert code == 2, (name, said)
        assert_sentence(said, "The environment:", "Did you mean LIMIT_USER_DAILY?")


def test_other_slips_are_named_by_run_and_doctor(tmp_path: Path, run: Run) -> None:
    lines = (
        "DISCORD_TOKN=x", "DISCORD_BOT_TOKEN=x", "SLACK_WEBHOOK=https://hooks.slack.com/services/T/B/secret",
        "POSTGRES_PASSWORD=others", "SANDBOX_SPEED=10", "AWS_REGION=eu", "WEB_PORT=1", "WEB_PORT=0", "what is this",
        "RETENTION_DAYS: 9", "export LOG_LEVEL=info", "TIMEZONE = UTC",
    )  # fmt: skip
    (tmp_path / ".env").write_text("\n".join(lines))
    expected = (
        ".env, line 1: DISCORD_TOKN is no setting of Easel's, so it has no effect. Did you mean DISCORD_TOKEN?",
        ".env, line 2: DISCORD_BOT_TOKEN is no setting of Easel's, so it has no effect. Did you mean DISCORD_TOKEN?",
        ".env, line 3: SLACK_WEBHOOK is no setting",
        ".env, line 5: SANDBOX_SPEED has no effect here: the sandbox reads it from the environment only.",
        ".env, line 6: AWS_REGION has no effect here: the object store reads it from the environment only.",
        ".env, lines 7 and 8: WEB_PORT is set twice; the last value counts.",
        ".env, line 9 can't be read. Write NAME=value",
        ".env, line 10 can't be read. Write RETENTION_DAYS=value",
    )
    settings = {
        "TIMEZONES": "x",
        "SLACK_TEAM_ID": "others'",
        "FTP_PROXY": "others'",
        "DATABASE_URL": "sqlite:///x/y.db",
    }
    for command in ("doctor", "run"):
        code, said = run(command, settings=settings, directory=tmp_path, stop_at='"ready"')
        assert code == 0, said
        assert_sentence(said, *expected, "The environment: TIMEZONES is no setting", "Did you mean TIMEZONE?")
        for absent in (
            "POSTGRES",
            "hooks.slack",
            "SLACK_TEAM",
            "FTP_PROXY",
            "line 4",
            "line 11",
            "line 12",
            "every line",
        ):
            assert absent not in said


VALUES = {  # wrong, and what is said of it
    "WEB_PORT": ("tcp://10.0.0.1", "a whole number from 0 to 65535, such as 8080, not “tcp://10.0.0.1”. Kubernetes"),
    "SEEDREAM_QPS": ("nan", "a number above 0, up to 1000, such as 5, not “nan”"),
    "RETENTION_GB": ("1e9", "a number above 0, up to 1000000, such as 50, not “1e9”"),
    "RETENTION_DAYS": ("0", "a whole number from 1 to 3650, such as 30, not “0”"),
    "SHARE_LINK_DAYS": ("366", "a whole number from 1 to 365, such as 30, not “366”"),
    "DISCORD_SHARD_COUNT": ("two", "a whole number from 1 to 10000, such as 2, not “two”"),
    "FORGET_COMMUNITIES_DAYS": ("-1", "a whole number from 1 to 36500, such as 30, not “-1”"),
    "SLACK_SERVE_STRANGERS": ("perhaps", "true or false, not “perhaps”"),
    "LOG_LEVEL": ("verbose", "debug, info, warning or error, not “verbose”"),
    "LOG_FORMAT": ("xml", "console or json, not “xml”"),
    "TIMEZONE": ("europe/berln", "such as Europe/Berlin or UTC, not “europe/berln”; did you mean Europe/Berlin?"),
    "WEB_HOST": ("127.0.0.1:8080", "a host alone, such as 127.0.0.1 or 0.0.0.0, not “127.0.0.1:8080”; WEB_PORT has"),
    "SEEDREAM_API_URL": ("open-api.chanjing.cc", "such as https://open-api.chanjing.cc, not “open-api"),
    "DISCORD_API_URL": ("https://example.com:port/api", "an address such as https://example.com/api/v10, not"),
    "PUBLIC_URL": ("http://localhost/easel", "an address without a path, such as https://easel.example.com, not"),
    "DATA_DIR": ("file:///var/lib/easel", "a path, such as /var/lib/easel, not “file:///var/lib/easel”"),
    "FONT_PATH": ("~nobody-of-that-name/font.ttf", "write the path in full"),
    "DATABASE_URL": ("sqlite://data/easel.db", "three slashes"),
    "PICTURES_URL": ("data/pictures", "file:data/pictures"),
    "DISCORD_GATEWAY": ("2/2", "0/2 and 1/2 for two"),
    "LABEL_ON_PICTURES": ("x" * 40, "at most 24 characters"),
}  # fmt: skip


@pytest.mark.parametrize("name", VALUES)
def test_a_wrong_value_is_named_in_our_words(name: str, tmp_path: Path, run: Run) -> None:
    value, expected = VALUES[name]
    code, said = run("imagine", "a fox", settings={name: value}, directory=tmp_path)
    assert code == 2, said
    assert_sentence(said, name, expected)
    assert "Input should" not in said
    assert said.count("\n") == 1, said


def test_what_nobody_sees_is_named(tmp_path: Path, run: Run) -> None:
    for name, value, expected in (
        ("CHANJING_APP_ID", "abc\u200b", "CHANJING_APP_ID: holds a character that nobody sees; copy it again"),
        ("SLACK_SIGNING_SECRET", f"\u2060{SECRET}", "SLACK_SIGNING_SECRET: holds a character that nobody sees"),
        ("WEB_PORT", "80\u200b", "not “80\\u200b”"),
        ("LOG_LEVEL", "\x1b[31minfo", "not “\\x1b[31minfo”"),
    ):
        code, said = run("health", settings={name: value}, directory=tmp_path)
        assert code == 2, said
        assert_sentence(said, expected)


def test_values_mean_what_a_person_expects(tmp_path: Path, run: Run) -> None:
    home = tmp_path / "home"
    home.mkdir()
    settings = {
        "HOME": str(home), "DATA_DIR": "~/my easel #1", "WEB_HOST": "[::1]", "LOG_LEVEL": '"ERROR"',
        "TIMEZONE": " UTC ", "PUBLIC_URL": "'http://localhost:8080/'",
        "SANDBOX_PAINTING": "plain", "SANDBOX_SPEED": "1000",
    }  # fmt: skip
    code, said = run("imagine", "a fox 1k", settings=settings, directory=tmp_path)
    assert code == 0, said
    kept = home / "my easel #1"
    assert (kept / "easel.db").is_file()
    assert len(list((kept / "pictures").rglob("*.png"))) == 1
    assert sorted(path.name for path in home.iterdir()) == ["my easel #1"]
