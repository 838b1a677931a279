"""Every command says why a real server of PostgreSQL lets nobody in: one sentence, no traceback, no secret."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from bot.__main__ import main
from bot.settings import Settings
from tests.db.server import PostgresServer
from tests.fakes.certificates import Authority
from tests.journeys.quick_program import QuickProgram

pytestmark = [pytest.mark.postgresql, pytest.mark.usefixtures("hurried")]

PASSWORD = "a-password-of-the-tests"
COMMANDS = ("usage", "jobs list", "restored", "migrate", "migrate --from sqlite --to {url}")
SETUP = (
    f"CREATE ROLE easel LOGIN PASSWORD '{PASSWORD}'",
    f"CREATE ROLE crowd LOGIN PASSWORD '{PASSWORD}' CONNECTION LIMIT 0",
    f"CREATE ROLE guest LOGIN PASSWORD '{PASSWORD}'",
    "CREATE DATABASE easel OWNER easel",
    "CREATE DATABASE of_others",
)


@dataclass
class Server:
    port: int

    def url(self, user: str = "easel", password: str = PASSWORD, database: str = "easel", query: str = "") -> str:
        return f"postgresql://{user}:{password}@127.0.0.1:{self.port}/{database}{query}"


@pytest.fixture(scope="module")
def plain() -> Iterator[Server]:
    """It listens at a port, wants passwords, and speaks no TLS."""
    directory = Path(tempfile.mkdtemp(prefix="easel-door-"))  # short, as the path of a socket must be
    server = PostgresServer(directory)
    try:
        with psycopg.connect(server.url(), autocommit=True) as connection:
            for statement in SETUP:
                connection.execute(statement.encode())
        (directory / "pg_hba.conf").write_text("local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n")
        server.stop()
        port = free_port()
        server.start(f"-h 127.0.0.1 -p {port}")
        yield Server(port)
        server.stop("immediate")
    finally:
        shutil.rmtree(directory)
        directory.with_suffix(".lock").unlink(missing_ok=True)


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory, plain: Server) -> Iterator[Server]:
    """One of Debian's, which takes nobody without TLS; the wheel's speaks none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        pytest.skip("no PostgreSQL that speaks TLS: apt-get install postgresql")
    directory = Path(tempfile.mkdtemp(prefix="easel-door-"))
    user = pwd.getpwnam("pgserver") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())

    def ask(program: str, *arguments: str) -> None:
        command = [str(found[-1].with_name(program)), "-D", str(directory / "data"), *arguments]
        subprocess.run(  # noqa: S603 - a server of ours
            command, check=True, capture_output=program == "initdb", cwd=directory, user=user.pw_uid, group=user.pw_gid
        )

    try:
        authority = tmp_path_factory.mktemp("authority")
        Authority(authority).server("localhost")
        certificate = directory / "server.pem"
        certificate.write_bytes((authority / "localhost.pem").read_bytes())
        certificate.chmod(0o600)
        for path in (directory, certificate):
            os.chown(path, user.pw_uid, user.pw_gid)
        ask("initdb", "-A", "trust", "-U", "postgres")
        data = directory / "data"
        (data / "pg_hba.conf").write_text("hostssl all all 127.0.0.1/32 trust\n")
        with (data / "postgresql.conf").open("a") as settings:
            settings.write(f"ssl = on\nssl_cert_file = '{certificate}'\nssl_key_file = '{certificate}'\n")
        port = free_port()
        ask("pg_ctl", "-o", f"-h 127.0.0.1 -p {port} -k {directory}", "-l", str(directory / "log"), "-w", "start")
        yield Server(port)
        ask("pg_ctl", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(directory)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database_file: Path) -> Iterator[Mapping[str, str]]:
    """No setting of this machine; a file that could be moved."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    (tmp_path / "data").mkdir()
    database_file.rename(tmp_path / "data" / "easel.db")
    for name, value in {"WEB_PORT": "0", "SEEDREAM_SANDBOX_URL": "http://127.0.0.1:1"}.items():
        monkeypatch.setenv(name, value)
    umask = os.umask(0o077)
    yield os.environ
    os.umask(umask)


def refused(command: str, url: str, capsys: pytest.CaptureFixture[str]) -> str:
    """What it says on stderr; it ends with 1."""
    code = main([word.format(url=url) for word in command.split()])
    out, err = capsys.readouterr()
    assert (code, out) == (1, ""), err
    assert "Traceback" not in err
    assert PASSWORD not in err
    (line,) = err.strip().splitlines()
    return line


DOORS = {
    "wrong password": ({"password": "another"}, "refuses the user or the password"),
    "no such user": ({"user": "nobody"}, "refuses the user or the password"),
    "no such database": ({"database": "elsewhere"}, "does not exist on that server"),
    "too many connections": ({"user": "crowd"}, "takes no more connections"),
}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("command", COMMANDS)
def test_the_reason_in_words(
    plain: Server,
    say: Mapping[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    door: str,
    command: str,
) -> None:
    how, told = DOORS[door]
    url = plain.url(**how)
    monkeypatch.setenv("DATABASE_URL", url)
    assert told in refused(command, url, capsys)


@pytest.mark.journey
@pytest.mark.parametrize("door", DOORS)
def test_a_start_ends_with_the_reason(plain: Server, quick: QuickProgram, tmp_path: Path, door: str) -> None:
    how, told = DOORS[door]
    settings = {"DATABASE_URL": plain.url(**how), "WEB_PORT": "0", "SEEDREAM_SANDBOX_URL": "http://127.0.0.1:1"}
    for role in ("all", "worker"):
        code, said = quick.run("run", "--role", role, settings=settings, directory=tmp_path)
        assert code == 1
        assert told in said.splitlines()[-1]
        assert "Traceback" not in said
        assert PASSWORD not in said


WITHOUT_TLS = {
    "TLS required": ("?sslmode=disable", "takes connections over TLS only"),
    "an unknown authority": ("?sslmode=verify-full&sslrootcert=/nowhere.pem", "is not trusted"),
}


@pytest.mark.parametrize("door", WITHOUT_TLS)
@pytest.mark.parametrize("command", [*COMMANDS, "doctor"])
def test_a_server_that_wants_tls(
    secure: Server,
    say: Mapping[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    door: str,
    command: str,
) -> None:
    query, told = WITHOUT_TLS[door]
    url = secure.url(query=query)
    monkeypatch.setenv("DATABASE_URL", url)
    if command == "doctor":
        assert main([command]) == 1
        assert told in capsys.readouterr().out
    else:
        assert told in refused(command, url, capsys)


@pytest.mark.parametrize("command", ["migrate", "migrate --from sqlite --to {url}"])
def test_a_user_who_may_make_no_tables(
    plain: Server,
    say: Mapping[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: str,
) -> None:
    url = plain.url(user="guest", database="of_others")
    monkeypatch.setenv("DATABASE_URL", url)
    assert "GRANT CREATE ON SCHEMA public" in refused(command, url, capsys)


def test_what_the_others_say_of_a_user_who_may_make_no_tables(
    plain: Server, say: Mapping[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    url = plain.url(user="guest", database="of_others")
    monkeypatch.setenv("DATABASE_URL", url)
    assert "`python -m bot migrate`" in refused("usage", url, capsys)
    assert main(["doctor"]) == 1
    assert "does not let its user make tables" in capsys.readouterr().out


@pytest.mark.parametrize("door", DOORS)
def test_doctor_tells_the_reason_too(
    plain: Server,
    say: Mapping[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    door: str,
) -> None:
    how, told = DOORS[door]
    monkeypatch.setenv("DATABASE_URL", plain.url(**how))
    assert main(["doctor"]) == 1
    out, err = capsys.readouterr()
    assert told in out
    assert "Traceback" not in out + err
    assert PASSWORD not in out + err


def test_health_and_backup_ask_no_server(
    plain: Server, say: Mapping[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Health asks the bot, and a server has a tool of its own for backups."""
    monkeypatch.setenv("DATABASE_URL", plain.url(password="another"))
    monkeypatch.setenv("WEB_PORT", "1")
    assert main(["health"]) == 1
    out, err = capsys.readouterr()
    assert (out, err) == ("not running: nobody listens at http://127.0.0.1:1\n", "")
    assert main(["backup"]) == 2
    out, err = capsys.readouterr()
    assert (out, "pg_dump" in err) == ("", True)
