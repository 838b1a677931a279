"""The arguments of the operator's commands. Imports little: --help and mistakes should not wait."""

from __future__ import annotations

import argparse
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.cli import dates
from bot.domain.job import JobState
from bot.domain.moderation import AuditAction
from bot.domain.ports import UsageGroup

_MOST = 100_000
Commands = Any  # argparse._SubParsersAction, which argparse does not name


def add_commands(commands: Commands, run: Any) -> None:
    """Hang them all below `python -m bot`; `run` takes the parsed arguments, whose `work` says what is to be done."""
    for add in (
        _usage,
        _jobs,
        _limits,
        _words,
        _pause,
        _block,
        _audit,
        _mydata,
        _invites,
        _share_links,
        _backup,
        _restored,
        _migrate,
    ):
        add(_Maker(commands, run))


class _Maker:
    """Makes subcommands that look alike."""

    def __init__(self, commands: Commands, run: Any, path: str = "") -> None:
        self._commands = commands
        self._run = run
        self._path = path

    def group(self, name: str, help_text: str, *examples: str) -> _Maker:
        """A command that has commands below it."""
        parser = self._parser(name, help_text, examples)
        below = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
        return _Maker(below, self._run, f"{self._path}{name} ")

    def command(self, name: str, help_text: str, *examples: str, csv: bool = False) -> argparse.ArgumentParser:
        parser = self._parser(name, help_text, examples)
        parser.set_defaults(run=self._run, work=f"{self._path}{name}", form="table")
        forms = parser.add_mutually_exclusive_group()
        forms.add_argument("--json", dest="form", action="store_const", const="json", help="print JSON")
        if csv:
            forms.add_argument("--csv", dest="form", action="store_const", const="csv", help="print CSV")
        return parser

    def _parser(self, name: str, help_text: str, examples: tuple[str, ...]) -> argparse.ArgumentParser:
        lines = [f"  python -m bot {example}" for example in examples]
        parser: argparse.ArgumentParser = self._commands.add_parser(
            name,
            help=help_text,
            description=f"{help_text[0].upper()}{help_text[1:]}.",
            epilog="\n".join(["examples:", *lines]) if lines else None,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        return parser


def _usage(make: _Maker) -> None:
    parser = make.command(
        "usage",
        "who used how much: pictures delivered and reserved, and the points that count against limits",
        "usage",
        "usage --group day --since 7d",
        "usage --group channel --platform discord --community 81384788765712384 --csv > channels.csv",
        "usage --since 2026-01 --entries --csv > ledger.csv",
        csv=True,
    )
    groups = [group.value for group in UsageGroup]
    parser.add_argument("--group", choices=groups, default="person", help="one line for each (%(default)s)")
    parser.add_argument("--entries", action="store_true", help="every entry of the ledger in place of sums")
    _place(parser)
    parser.add_argument("--user", metavar="ID", help="of this person only")
    _days(parser, since=dates.MONTH)


def _jobs(make: _Maker) -> None:
    jobs = make.group(
        "jobs",
        "what was asked for and where it stands",
        "jobs list --state failed --since 7d",
        "jobs show k3v9x2m4p7qa",
        "jobs cancel k3v9x2m4p7qa",
    )
    listing = jobs.command("list", "jobs, the newest first", "jobs list --state unfinished", csv=True)
    states = ["all", "unfinished", "finished", *(state.value for state in JobState)]
    listing.add_argument("--state", choices=states, default="all", help="in this state (%(default)s)")
    listing.add_argument("--prompts", action="store_true", help="with what people asked for, which is theirs")
    _place(listing)
    listing.add_argument("--user", metavar="ID", help="of this person only")
    _days(listing, since="all")
    _count(listing, 50)
    jobs.command("show", "one job with all there is to say of it").add_argument("job", metavar="JOB")
    jobs.command("cancel", "stop a job, whoever asked for it; what was ordered already counts").add_argument(
        "job", metavar="JOB"
    )


def _limits(make: _Maker) -> None:
    limits = make.group(
        "limits",
        "what holds in a community: its own settings, and your exceptions to the limits for all",
        "limits show --platform discord --community 81384788765712384",
        "limits set user_daily=200 --platform discord --community 81384788765712384",
        "limits set user_daily=20 cooldown=10 --own --platform discord --community 81384788765712384",
        "limits set user_daily=default --platform slack --community T024BE7LD",
    )
    _place(limits.command("show", "its own values, the ceilings and exceptions, and what holds", csv=True))
    setting = limits.command(
        "set", "make exceptions to the limits for all, or change other settings; the audit trail keeps what was before"
    )
    setting.add_argument("assignments", metavar="NAME=VALUE", nargs="+", help="`default` gives a value back")
    setting.add_argument("--own", action="store_true", help="limits too as the community's own, below the ceilings")
    _place(setting)


def _words(make: _Maker) -> None:
    words = make.group("words", "the words that a community blocks", "words add sewage", "words add sew --within")
    _place(words.command("list", "all of them", csv=True))
    adding = words.command("add", "block a word in what people ask for")
    adding.add_argument("word", metavar="WORD")
    adding.add_argument("--within", action="store_true", help="also within other words, as Chinese needs")
    _place(adding)
    removing = words.command("remove", "allow a word again")
    removing.add_argument("word", metavar="WORD")
    _place(removing)


def _pause(make: _Maker) -> None:
    for name, help_text in (
        ("pause", "take no new requests in a community, or anywhere; what is under way goes on"),
        ("resume", "take requests again"),
    ):
        parser = make.command(name, help_text, f"{name} --everywhere", f"{name} --platform slack --community T024BE7LD")
        parser.add_argument("--everywhere", action="store_true", help="on all platforms")
        _place(parser)


def _block(make: _Maker) -> None:
    blocking = make.command(
        "block",
        "let a person ask for nothing in a community",
        "block 80351110224678912 --platform discord --community 81384788765712384 --hours 24 --reason spam",
    )
    blocking.add_argument("person", metavar="PERSON", help="the person's id on that platform")
    blocking.add_argument("--hours", type=_hours, metavar="N", help="only for so long; else until unblock")
    blocking.add_argument("--reason", default="", help="shown to that person, and in the audit trail")
    _place(blocking)
    lifting = make.command("unblock", "lift every block and lock of a person in a community")
    lifting.add_argument("person", metavar="PERSON")
    _place(lifting)


def _audit(make: _Maker) -> None:
    audit = make.group(
        "audit",
        "who did what to whom, and taking it back",
        "audit list --platform discord --community 81384788765712384 --action removed",
        "audit undo 17",
    )
    listing = audit.command("list", "the trail of a community, the newest first", csv=True)
    actions = sorted(action.value for action in AuditAction)
    listing.add_argument("--action", choices=actions, metavar="ACTION", help=f"only these: {', '.join(actions)}")
    listing.add_argument("--user", metavar="ID", help="only what was done to this person, job or word")
    listing.add_argument(
        "--everywhere",
        action="store_true",
        help="what belongs to no community: pauses everywhere, and with --platform people's data handed out or deleted",
    )
    listing.add_argument("--before", type=int, metavar="ID", help="the page that follows this entry")
    _count(listing, 20)
    _place(listing)
    audit.command("undo", "take back what an entry tells of").add_argument("entry", metavar="ID", type=int)


def _mydata(make: _Maker) -> None:
    mydata = make.group(
        "mydata",
        "what is kept of a person",
        "mydata export discord 80351110224678912 --out ann.zip",
        "mydata delete discord 80351110224678912",
    )
    exporting = mydata.command("export", "all of it as a zip: jobs, usage, pictures")
    deleting = mydata.command("delete", "forget it, in every community of the platform, for good")
    for parser in (exporting, deleting):
        parser.add_argument("of_platform", metavar="PLATFORM", choices=["discord", "slack", "web", "terminal"])
        parser.add_argument("person", metavar="PERSON", help="the person's id on that platform")
    exporting.add_argument("--out", type=Path, metavar="FILE", help="where it goes (here)")
    deleting.add_argument("--yes", action="store_true", help="don't ask")
    deleting.add_argument("--leave-messages", action="store_true", help="even if no bot runs to take them away")


def _invites(make: _Maker) -> None:
    inviting = make.command(
        "invite",
        "print a link that signs somebody in to the page by name; again for another device",
        "invite Ada",
        "invite Ada --token",
    )
    inviting.add_argument("name", metavar="NAME", help="what the page calls this person")
    inviting.add_argument("--token", action="store_true", help="a token for a program of theirs in place of a link")
    make.command("invites", "who was invited, and what they are signed in with", csv=True)
    ending = make.command("uninvite", "end every session, link and token of somebody who was invited", "uninvite Ada")
    ending.add_argument("name", metavar="NAME")
    make.command("link", "print the link that opens the page with its studio, for whoever runs this Easel")


def _share_links(make: _Maker) -> None:
    links = make.group(
        "share-links",
        "links by which people show a result to whoever has them, and ending one",
        "share-links list --user n-58df2cc1",
        "share-links end k3v9x2m4p7qa",
    )
    listing = links.command("list", "those that have not ended, the newest first", csv=True)
    listing.add_argument("--user", metavar="ID", help="of this person only")
    listing.add_argument("--job", metavar="JOB", help="to this result only")
    ending = links.command("end", "end a link, whosever it is; whoever has it sees nothing from then on")
    ending.add_argument("link", metavar="LINK")


def _backup(make: _Maker) -> None:
    parser = make.command(
        "backup",
        "the database and the pictures as of now, while the bot runs",
        "backup",
        "backup --out /mnt/elsewhere/easel --keep 14",
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="where it goes (backups in DATA_DIR)")
    parser.add_argument("--keep", type=_number, metavar="N", help="remove all but the newest N in that directory")
    parser.add_argument("--no-pictures", action="store_true", help="only the database")


def _restored(make: _Maker) -> None:
    make.command(
        "restored",
        "before the first start on a database that another tool restored, so that nothing is paid twice",
        "restored",
    )


def _migrate(make: _Maker) -> None:
    parser = make.command(
        "migrate",
        "bring the database to the newest tables, as each start does; or move it to a server, or back",
        "migrate",
        "migrate --from sqlite --to postgresql://easel:password@db.internal/easel",
        "migrate --from postgresql --to sqlite",
    )
    parser.add_argument(
        "--from", dest="source", metavar="URL", help="what to move; sqlite or postgresql alone: DATABASE_URL's"
    )
    parser.add_argument(
        "--to",
        dest="target",
        metavar="URL",
        help="where to, an empty one: postgresql://… or sqlite:///…; sqlite alone: in DATA_DIR",
    )


def _place(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--platform", choices=["discord", "slack", "web", "terminal"], help="on this platform")
    parser.add_argument("--community", metavar="ID", help="in this community: the guild's or workspace's id")


def _days(parser: argparse.ArgumentParser, *, since: str) -> None:
    parser.add_argument(
        "--since",
        type=dates.word,
        default=since,
        metavar="DAY",
        help=f"from then on: {dates.EXAMPLES} ({since})",
    )
    parser.add_argument(
        "--until", type=dates.word, default="all", metavar="DAY", help="up to that day, itself included"
    )


def _count(parser: argparse.ArgumentParser, default: int) -> None:
    parser.add_argument("--count", type=_number, default=default, metavar="N", help="at most so many (%(default)s)")


def _number(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= _MOST:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 to {_MOST}")
    return int(text)


def _hours(text: str) -> timedelta:
    return timedelta(hours=_number(text))
