"""The command line; no logic."""

from __future__ import annotations

import argparse
import errno
import gc
import sys
from pathlib import Path
from typing import Any

from bot import __version__
from bot.cli.command_line import add_commands
from bot.cli.streams import Streams
from bot.runtime.absent import as_if_absent
from bot.settings import SettingsError, load_settings

TROUBLE = 1
USAGE = 2  # the exit code of a wrong call or a wrong setting
INTERRUPTED = 130
# What a disk or its permissions refuse.
_THIS_MACHINE = frozenset(
    getattr(errno, name)
    for name in ("EACCES", "EPERM", "EROFS", "ENOSPC", "ENOTDIR", "EISDIR", "EEXIST", "ENAMETOOLONG", "ELOOP", "EDQUOT")
    if hasattr(errno, name)
)
_IMAGINE_EPILOG = """\
options of a request, anywhere in it:
  ratio:16:9 or --ar 16:9, n:2 or x2, clarity:4096 or 4k, style:NAME

examples:
    python -m bot imagine a red fox in the snow --ar 16:9
    python -m bot imagine "a red fox, n:2 4k" --out pictures
    python -m bot imagine "{red|blue} fox" --all
    echo "a red fox" | python -m bot imagine - --json | jq -r '.pictures[].path'

exit codes:
  0 done   1 trouble on this machine   2 wrong call or setting   3 over a limit   4 the provider failed   130 Ctrl-C
"""

_SETUP_EPILOG = """\
Enter alone keeps what is there, or skips. Ctrl-C at any question ends it, and says what was written. What is in .env
already stays, with its comments; the file is for its owner alone (mode 600). Secrets are not shown while you type them.

examples:
    python -m bot setup
    cd /var/lib/easel && easel setup
"""


def main(arguments: list[str] | None = None) -> int:
    """The whole program, or with `arguments` one command on the streams as they are; the exit code."""
    if arguments is not None:
        return _command(arguments)
    streams = Streams()
    try:
        code = _command(sys.argv[1:])
    except SystemExit as stop:  # argparse
        code = stop.code if isinstance(stop.code, int) else USAGE
    except KeyboardInterrupt:
        code = INTERRUPTED
    return streams.finish(code)


def _command(arguments: list[str]) -> int:
    if arguments[:1] == ["imagine"]:
        from bot.cli.imagine_arguments import WrongOption, arranged  # noqa: PLC0415 - it knows the grammar

        try:
            arguments = ["imagine", *arranged(arguments[1:])]
        except WrongOption as wrong:
            _add_imagine(argparse.ArgumentParser().add_subparsers()).error(str(wrong))
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options) or 0)
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        if getattr(options, "json", False) or getattr(options, "form", "") == "json":
            from bot.platforms.terminal.outcome import error_json  # noqa: PLC0415

            sys.stdout.write(f"{error_json('settings', str(error))}\n")
        return USAGE
    except OSError as error:
        if error.filename is None or error.errno not in _THIS_MACHINE:
            raise
        sys.stderr.write(
            f"{error.filename}: {error.strerror}. Give the user that runs Easel a directory of its own: DATA_DIR.\n"
        )
        return TROUBLE


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

    _add_imagine(commands)

    sandbox = commands.add_parser("sandbox", help="the stand-in for the Seedream API by itself")
    sandbox.add_argument("--host", default="127.0.0.1")
    sandbox.add_argument("--port", type=int, default=8090)
    sandbox.set_defaults(run=_sandbox)

    doctor = commands.add_parser("doctor", help="check settings, accounts, permissions, database and fonts")
    doctor.add_argument("--json", action="store_true", help="print the findings as JSON")
    doctor.set_defaults(run=_doctor)

    setup = commands.add_parser(
        "setup",
        help="ask what you want, try each credential, write .env, and draw a picture",
        description="Asks for the Seedream account, Discord, Slack and the page, tries what you type, and writes .env.",
        epilog=_SETUP_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    setup.set_defaults(run=_setup)

    health = commands.add_parser("health", help="exit 0 if the running bot on this machine is ready")
    health.set_defaults(run=_health)

    add_commands(commands, _operate)
    return parser


def _add_imagine(commands: Any) -> argparse.ArgumentParser:
    """`commands` is what argparse's add_subparsers returns."""
    imagine: argparse.ArgumentParser = commands.add_parser(
        "imagine",
        help="one request from the terminal",
        description="One request from the terminal, through the running bot or, where none runs, right here.",
        usage="python -m bot imagine TEXT... [--out DIR] [--json] [--all] [--preview auto|no]",
        epilog=_IMAGINE_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    imagine.add_argument(
        "text",
        nargs="+",
        metavar="TEXT",
        help="what to draw, with its options anywhere; - reads it from standard input",
    )
    imagine.add_argument("--out", type=Path, default=Path(), metavar="DIR", help="where the files go (here)")
    imagine.add_argument("--json", action="store_true", help="print the job as JSON instead of the paths")
    imagine.add_argument("--all", action="store_true", help="draw every combination of {red|blue} without asking")
    imagine.add_argument(
        "--preview",
        choices=["auto", "no"],
        default="auto",
        help="show the pictures within a terminal that can: kitty, iTerm2, sixel (%(default)s)",
    )
    imagine.set_defaults(run=_imagine)
    return imagine


def _run(options: argparse.Namespace) -> int:
    settings = load_settings()
    gc.disable()  # it would look through all that is being loaded, again and again
    with as_if_absent("rich"), as_if_absent("greenlet"):  # for tracebacks and contexts that our log doesn't have
        import structlog as _structlog  # noqa: F401, PLC0415
    from bot.composition.app import run  # noqa: PLC0415 - --help and mistakes should not wait for every library

    gc.freeze()  # all of it is there to stay
    gc.enable()
    return run(settings, options.role)


def _imagine(options: argparse.Namespace) -> int:
    settings = load_settings()
    from bot.cli.imagine import imagine_once  # noqa: PLC0415
    from bot.cli.standard_input import WrongInput, prompt_of  # noqa: PLC0415
    from bot.platforms.terminal.outcome import error_json  # noqa: PLC0415

    try:
        text = prompt_of(options.text)
    except WrongInput as wrong:
        sys.stderr.write(f"{wrong}\n")
        if options.json:
            sys.stdout.write(f"{error_json(wrong.code, str(wrong))}\n")
        return USAGE
    return imagine_once(
        settings,
        text,
        out=options.out,
        as_json=options.json,
        priced=options.all,
        preview=options.preview == "auto",
    )


def _sandbox(options: argparse.Namespace) -> int:
    settings = load_settings()
    from bot.cli.sandbox import serve  # noqa: PLC0415

    return serve(settings, options.host, options.port)


def _doctor(options: argparse.Namespace) -> int:
    from bot.cli.doctor import examine  # noqa: PLC0415

    return examine(as_json=options.json)


def _setup(_: argparse.Namespace) -> int:
    from bot.cli.setup import set_up  # noqa: PLC0415

    return set_up()


def _health(_: argparse.Namespace) -> int:
    from bot.cli.health import check  # noqa: PLC0415

    return check(load_settings())


def _operate(options: argparse.Namespace) -> int:
    settings = load_settings()
    from bot.cli.run import operate  # noqa: PLC0415

    return operate(settings, options)


if __name__ == "__main__":
    sys.exit(main())
