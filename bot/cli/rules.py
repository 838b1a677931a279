"""`limits`, `words`, `pause`, `resume`, `block`, `unblock`, `audit`: what holds in a community, and who decided it."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import fields

from bot.cards.audit_card import audit_line
from bot.cli.admin_session import AdminSession
from bot.cli.communities import community_of, known_communities
from bot.cli.faults import WrongCall
from bot.cli.output import Cell, Output, warn
from bot.cli.running import whoever_runs
from bot.composition.identity import operator_at
from bot.domain.ceilings import BOUNDED, EXCEPTED, cut
from bot.domain.community import Community
from bot.domain.community_fields import FIELDS, read_field, write_field
from bot.domain.limits import Limits
from bot.domain.moderation import AuditAction, AuditEntry
from bot.platforms.terminal.progress import plain
from bot.settings import Settings

_LIMITS = frozenset(field.name for field in fields(Limits)) - {"timezone", "ceilings", "guest"}
_UNDECIDED = Community(platform="", community_id="")
_COLUMNS = ("setting", "own", "otherwise", "ceiling", "exception", "holds")


async def show_limits(session: AdminSession, options: Namespace, output: Output) -> None:
    """`otherwise` holds where the community has set nothing; `ceiling` is the operator's for all communities."""
    platform, community_id = await community_of(session, options)
    community = await session.stores.communities.community(platform, community_id)
    held = cut(community, session.settings.limits)
    rows: list[dict[str, Cell]] = []
    for name in FIELDS:
        otherwise = _otherwise(name, session.settings, community)
        rows.append(
            {
                "setting": name,
                "own": _own(community, name),
                "otherwise": otherwise,
                "ceiling": _otherwise(BOUNDED[name], session.settings, _UNDECIDED) if name in BOUNDED else None,
                "exception": (write_field(community.exceptions, name) or None) if name in EXCEPTED else None,
                "holds": _own(held, name) or otherwise,
            }
        )
    await output.rows(_COLUMNS, rows)


async def set_limits(session: AdminSession, options: Namespace, output: Output) -> None:
    """Limits become exceptions for the community; with --own, and whatever is no limit, its own settings."""
    changes = dict(_assignment(text) for text in options.assignments)
    exceptions = {} if options.own else {name: text for name, text in changes.items() if name in EXCEPTED}
    own = {name: text for name, text in changes.items() if name not in exceptions}
    for name, text in exceptions.items():  # all or nothing: Refused before anything is saved
        read_field(name, text)
    platform, community_id = await community_of(session, options)
    await _warn_of_strangers(session, platform, community_id)
    by, actions = operator_at(platform, community_id), session.actions
    made = [
        await actions.settings.change(by, own) if own else None,
        await actions.exceptions.change(by, exceptions) if exceptions else None,
    ]
    entries = [entry for entry in made if entry is not None]
    if not entries:
        output.done("It is so already.")
        return
    told = [f"{name}: {change}" for entry in entries for name, change in entry.detail.items()]
    undo = " and ".join(f"`python -m bot audit undo {entry.id}`" for entry in entries)
    takes = "takes" if len(entries) == 1 else "take"
    output.done(
        f"{'; '.join(told)}. {undo} {takes} it back.", audit=entries[-1].id, audits=[str(e.id) for e in entries]
    )
    community = await session.stores.communities.community(platform, community_id)
    for name in exceptions:
        if (kept := _own(community, name)) is not None and _own(cut(community, session.settings.limits), name) == kept:
            warn(f"The community's own {name}={kept} holds below the exception.")


def _assignment(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign or name not in FIELDS:
        raise WrongCall(f"{text!r} sets nothing. Write name=value; the names are {', '.join(FIELDS)}.")
    number = FIELDS[name].number
    if not value.strip() and number is not None:
        raise WrongCall(
            f"{text!r} names no value. Write a whole number from {number.least} to {number.most}, such as "
            f"{number.example}, or {name}=default for no value of its own."
        )
    return name, value


async def add_word(session: AdminSession, options: Namespace, output: Output) -> None:
    by = operator_at(*await community_of(session, options))
    entry = await session.actions.settings.add_word(by, options.word, whole=not options.within)
    output.done(f"Blocked: {entry.target}. `python -m bot audit undo {entry.id}` takes it back.", audit=entry.id)


async def remove_word(session: AdminSession, options: Namespace, output: Output) -> None:
    by = operator_at(*await community_of(session, options))
    entry = await session.actions.settings.remove_word(by, options.word)
    output.done(f"Allowed again: {entry.target}. `python -m bot audit undo {entry.id}` takes it back.", audit=entry.id)


async def list_words(session: AdminSession, options: Namespace, output: Output) -> None:
    community = await session.stores.communities.community(*await community_of(session, options))
    rows: list[dict[str, Cell]] = [
        {"word": each.word, "also_within_words": not each.whole} for each in community.blocked_words
    ]
    await output.rows(("word", "also_within_words"), rows)


async def pause(session: AdminSession, options: Namespace, output: Output) -> None:
    await _pause(session, options, output, paused=True)


async def resume(session: AdminSession, options: Namespace, output: Output) -> None:
    await _pause(session, options, output, paused=False)


async def _pause(session: AdminSession, options: Namespace, output: Output, *, paused: bool) -> None:
    entry: AuditEntry | None
    if options.everywhere:
        where = "everywhere"
        entry = (await session.actions.moderate.pause_everywhere(operator_at("", ""), paused=paused)).entry
    else:
        platform, community_id = await community_of(session, options)
        where = f"in {platform} {community_id}"
        entry = await session.actions.settings.pause(operator_at(platform, community_id), paused=paused)
    said = "Nothing new is taken" if paused else "Requests are taken again"
    output.done(f"{said} {where}.{_undo(entry)}", audit=None if entry is None else entry.id)


async def block(session: AdminSession, options: Namespace, output: Output) -> None:
    platform, community_id = await community_of(session, options)
    await _warn_of_strangers(session, platform, community_id)
    by = operator_at(platform, community_id)
    if options.hours is None:
        entry = await session.actions.people.block(by, options.person, reason=options.reason)
        how_long = "until somebody lifts it"
    else:
        entry = await session.actions.people.lock(by, options.person, lasting=options.hours, reason=options.reason)
        how_long = f"for {options.hours.total_seconds() / 3600:.0f} h"
    output.done(f"{options.person} may not ask in {platform} {community_id} {how_long}.{_undo(entry)}", audit=entry.id)


def _undo(entry: AuditEntry | None) -> str:
    """The command that takes it back."""
    if entry is None or entry.undo is None:
        return ""
    return f" `python -m bot audit undo {entry.id}` takes it back."


async def unblock(session: AdminSession, options: Namespace, output: Output) -> None:
    platform, community_id = await community_of(session, options)
    entry = await session.actions.people.lift(operator_at(platform, community_id), options.person)
    output.done(f"{options.person} may ask again in {platform} {community_id}.{_undo(entry)}", audit=entry.id)


async def list_audit(session: AdminSession, options: Namespace, output: Output) -> None:
    """Newest first. What belongs to no community is a pause everywhere, and, by platform, people's data."""
    community_key = (options.platform or "", "") if options.everywhere else await community_of(session, options)
    entries = await session.stores.communities.audit_trail(
        *community_key,
        target=options.user,
        action=AuditAction(options.action) if options.action else None,
        before=options.before,
        count=options.count,
    )
    columns = ("id", "at", "actor", "action", "target", "what", "can_be_undone", "undone_by")
    await output.rows(columns, [_entry(entry) for entry in entries])


async def undo(session: AdminSession, options: Namespace, output: Output) -> None:
    """Through the running bot, which can post again what was removed."""
    async with whoever_runs(session.settings.database_url) as bot:
        if bot is not None:
            left_over = bool((await bot.do("audit", str(options.entry), "undo"))["left_over"])
        else:
            left_over = (await session.operator_actions.undo(options.entry)).left_over
    if left_over:
        warn("The chat could not be reached, so the message itself is as it was.")
    output.done(f"Entry {options.entry} is undone.", entry=options.entry, left_over=left_over)


def _entry(entry: AuditEntry) -> dict[str, Cell]:
    # The line begins with the moment, which has a column of its own.
    sentence = plain(audit_line(entry, "en")[2:])
    return {
        "id": entry.id,
        "at": entry.at,
        "actor": entry.actor_name or entry.actor_id,
        "action": entry.action.value,
        "target": entry.target,
        "what": sentence,
        "can_be_undone": entry.undo is not None and entry.undone_at is None,
        "undone_by": entry.undone_by or None,
    }


def _own(community: Community, name: str) -> str | None:
    own = write_field(community, name)
    return own if own != write_field(_UNDECIDED, name) else None


def _otherwise(name: str, settings: Settings, community: Community) -> str | None:
    """What holds where this community has decided nothing."""
    if name == "retention_days":
        return "for ever" if settings.retention_days is None else str(settings.retention_days)
    if name == "role_daily":
        return write_field(community.exceptions, name) or None
    limit = BOUNDED.get(name, name)
    if limit in _LIMITS:
        value = getattr(settings.limits.excepted(community.exceptions), limit)
        return "no limit" if value is None else str(value or "none")
    return write_field(_UNDECIDED, name) or None


async def _warn_of_strangers(session: AdminSession, platform: str, community_id: str) -> None:
    """An id with a typing error is a community too; that it has never asked for anything gives it away."""
    if (platform, community_id) not in await known_communities(session, platform):
        warn(f"Nobody in {platform} {community_id} has asked for anything yet.")
