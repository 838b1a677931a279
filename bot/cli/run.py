"""One command of the operator's from its arguments to its exit code."""

from __future__ import annotations

import asyncio
import sys
from argparse import Namespace
from collections.abc import Awaitable, Callable, Mapping

from bot.cards import refusal_card
from bot.cli import backup, invites, jobs, migrating, mydata, restoring, rules, share_links, usage
from bot.cli.admin_session import AdminSession, open_admin_session
from bot.cli.faults import Exit, WrongCall
from bot.cli.output import Form, Output, visible
from bot.composition.before_start import check
from bot.composition.private_files import new_files_are_private
from bot.domain.errors import EaselError, Refused
from bot.observability.logs import configure_logs
from bot.platforms.terminal.outcome import error_json
from bot.platforms.terminal.progress import plain
from bot.settings import Settings

Work = Callable[[AdminSession, Namespace, Output], Awaitable[None]]
# These look after the database as a whole and want it neither open nor up to date.
Upkeep = Callable[[Settings, Namespace, Output], Awaitable[None]]

WORK: Mapping[str, Work] = {
    "usage": usage.usage,
    "jobs list": jobs.show_list,
    "jobs show": jobs.show,
    "jobs cancel": jobs.cancel,
    "limits show": rules.show_limits,
    "limits set": rules.set_limits,
    "words list": rules.list_words,
    "words add": rules.add_word,
    "words remove": rules.remove_word,
    "pause": rules.pause,
    "resume": rules.resume,
    "block": rules.block,
    "unblock": rules.unblock,
    "audit list": rules.list_audit,
    "audit undo": rules.undo,
    "mydata export": mydata.export,
    "mydata delete": mydata.delete,
    "invite": invites.invite,
    "invites": invites.list_people,
    "uninvite": invites.uninvite,
    "share-links list": share_links.list_links,
    "share-links end": share_links.end,
}
UPKEEP: Mapping[str, Upkeep] = {
    "backup": backup.backup,
    "migrate": migrating.bring_up_to_date,
    "restored": restoring.mark_restored,
    "link": invites.link,
}


def operate(settings: Settings, options: Namespace) -> int:
    """Do what `options.work` names; the exit code. SettingsError: a value is wrong."""
    level = "error" if settings.log_level == "info" else settings.log_level
    configure_logs(settings.log_format, level, redact=settings.secrets)
    new_files_are_private()
    check(settings)
    try:
        asyncio.run(_operate(settings, options))
    except Refused as refused:
        card = refusal_card(refused, "en")
        said = " ".join(plain(text) for text in (card.status, *card.notes) if text)
        return _tell(options, said, refused.code, Exit.WRONG)
    except WrongCall as error:
        return _tell(options, str(error), "wrong-call", Exit.WRONG)
    except (EaselError, OSError) as error:
        return _tell(options, str(error), "trouble", Exit.TROUBLE)
    return Exit.DONE


def _tell(options: Namespace, said: str, code: str, leave: Exit) -> Exit:
    """On stderr for people; with --json on stdout for programs, too."""
    sys.stderr.write(f"{visible(said) if code not in {'wrong-call', 'trouble'} else said}\n")
    if options.form == Form.JSON:
        sys.stdout.write(f"{error_json(code, said)}\n")
    return leave


async def _operate(settings: Settings, options: Namespace) -> None:
    output = Output(Form(options.form))
    upkeep = UPKEEP.get(options.work)
    if upkeep is not None:
        await upkeep(settings, options, output)
        return
    async with open_admin_session(settings) as session:
        await WORK[options.work](session, options, output)
