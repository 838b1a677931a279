"""The command line; no logic."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bot import __version__
from bot.cli.command_line import add_commands
from bot.settings import SettingsError, load_settings

USAGE = 2  # the exit code of a wrong call or a wrong setting


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options) or 0)
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return USAGE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="easel" if Path(sys.argv[0]).stem == "easel" else "python -m bot",
        description="Easel turns /imagine into pictures by Seedream 3.0.",
    )
    parser.add_argument("--version", action="version", version=f"easel {__version__}")
    parser.set_defaults(run=_run, role="all")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")

    run = commands.add_parser("run", help="every platform that has credentials, plus the web page (the default)")
    run.add_argument(
        "--role",
        choices=["all", "gateway", "worker"],
        default="all",
        help="with DATABASE_URL=postgresql://…: gateway hears people, worker runs jobs (%(default)s)",
    )
    run.set_defaults(run=_run)

    imagine = commands.add_parser("imagine", help="one request from the terminal")
    imagine.add_argument(
        "text", nargs="+", help="what to draw, with options: a red fox ratio:16:9 n:2; - reads it from standard input"
    )
    imagine.add_argument("--out", type=Path, default=Path(), metavar="DIR", help="where the files go (here)")
    imagine.add_argument("--json", action="store_true", help="print the job as JSON instead of the paths")
    imagine.add_argument("--all", action="store_true", help="draw every combination of {red|blue} without asking")
    imagine.set_defaults(run=_imagine)

    sandbox = commands.add_parser("sandbox", help="the stand-in for the Seedream API by itself")
    sandbox.add_argument("--host", default="127.0.0.1")
    sandbox.add_argument("--port", type=int, default=8090)
    sandbox.set_defaults(run=_sandbox)

    doctor = commands.add_parser("doctor", help="check settings, accounts, permissions, database and fonts")
    doctor.add_argument("--json", action="store_true", help="print the findings as JSON")
    doctor.set_defaults(run=_doctor)

    health = commands.add_parser("health", help="exit 0 if the running bot on this machine is ready")
    health.set_defaults(run=_health)

    add_commands(commands, _operate)
    return parser


def _run(options: argparse.Namespace) -> int:
    settings = load_settings()
    from bot.composition.app import run  # noqa: PLC0415 - --help and mistakes should not wait for every library

    return run(settings, options.role)


def _imagine(options: argparse.Namespace) -> int:
    settings = load_settings()
    from bot.cli.imagine import imagine_once  # noqa: PLC0415
    from bot.cli.standard_input import WrongInput, prompt_of  # noqa: PLC0415

    try:
        text = prompt_of(options.text)
    except WrongInput as wrong:
        sys.stderr.write(f"{wrong}\n")
        return USAGE
    return imagine_once(settings, text, out=options.out, as_json=options.json, priced=options.all)


def _sandbox(options: argparse.Namespace) -> int:
    settings = load_settings()
    from bot.cli.sandbox import serve  # noqa: PLC0415

    return serve(settings, options.host, options.port)


def _doctor(options: argparse.Namespace) -> int:
    from bot.cli.doctor import examine  # noqa: PLC0415

    return examine(as_json=options.json)


def _health(_: argparse.Namespace) -> int:
    from bot.cli.health import check  # noqa: PLC0415

    return check(load_settings())


def _operate(options: argparse.Namespace) -> int:
    settings = load_settings()
    from bot.cli.run import operate  # noqa: PLC0415

    return operate(settings, options)


if __name__ == "__main__":
    sys.exit(main())
