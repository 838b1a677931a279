"""One command of the operator's from its arguments to its exit code."""

from __future__ import annotations

import asyncio
import sys
from argparse import Namespace
from collections.abc import Awaitable, Callable, Mapping

from bot.cards import refusal_card
from bot.cli import backup, invites, jobs, migrating, mydata, restoring, rules, usage
from bot.cli.admin_session import AdminSession, open_admin_session
from bot.cli.faults import Exit, WrongCall
from bot.cli.output import Form, Output, warn
from bot.composition.core import check
from bot.composition.private_files import new_files_are_private
from bot.domain.errors import EaselError, Refused
from bot.observability.logs import configure_logs
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
    check(settings)
    new_files_are_private()
    try:
        asyncio.run(_operate(settings, options))
    except Refused as refused:
        card = refusal_card(refused, "en")
        warn(" ".join(plain(text) for text in (card.status, *card.notes) if text))
        return Exit.WRONG
    except WrongCall as error:
        sys.stderr.write(f"{error}\n")
        return Exit.WRONG
    except (EaselError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return Exit.TROUBLE
    return Exit.DONE


async def _operate(settings: Settings, options: Namespace) -> None:
    output = Output(Form(options.form))
    upkeep = UPKEEP.get(options.work)
    if upkeep is not None:
        await upkeep(settings, options, output)
        return
    async with open_admin_session(settings) as session:
        await WORK[options.work](session, options, output)
