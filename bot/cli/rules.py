"""`limits`, `words`, `pause`, `resume`, `block`, `unblock`, `audit`: what holds in a community, and who decided it."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import fields

from bot.cards.audit_card import audit_line
from bot.cli.faults import WrongCall
from bot.cli.office import Office
from bot.cli.output import Cell, Output, warn
from bot.cli.places import known_places, place_of
from bot.cli.running import whoever_runs
from bot.composition.identity import operator_at
from bot.domain.community import Community
from bot.domain.community_fields import FIELDS, write_field
from bot.domain.limits import Limits
from bot.domain.moderation import AuditAction, AuditEntry
from bot.platforms.terminal.progress import plain
from bot.settings import Settings

# Where the operator's own limit goes by another name than the community's.
_OPERATORS = {"monthly": "community_monthly"}
_LIMITS = frozenset(field.name for field in fields(Limits)) - {"timezone"}
_UNDECIDED = Community(platform="", community_id="")


async def show_limits(office: Office, options: Namespace, output: Output) -> None:
    platform, community_id = await place_of(office, options)
    community = await office.stores.communities.community(platform, community_id)
    rows: list[dict[str, Cell]] = [
        {"setting": name, "own": _own(community, name), "otherwise": _otherwise(name, office.settings)}
        for name in FIELDS
    ]
    await output.rows(("setting", "own", "otherwise"), rows)


async def set_limits(office: Office, options: Namespace, output: Output) -> None:
    changes = {}
    for assignment in options.assignments:
        name, sign, value = assignment.partition("=")
        if not sign or name not in FIELDS:
            raise WrongCall(f"{assignment!r} sets nothing. Write name=value; the names are {', '.join(FIELDS)}.")
        changes[name] = value
    platform, community_id = await place_of(office, options)
    await _warn_of_strangers(office, platform, community_id)
    entry = await office.actions.settings.change(operator_at(platform, community_id), changes)
    if entry is None:
        output.done("It is so already.")
        return
    told = "; ".join(f"{name}: {change}" for name, change in entry.detail.items())
    output.done(f"{told}. `audit undo {entry.id}` takes it back.", audit=entry.id)


async def add_word(office: Office, options: Namespace, output: Output) -> None:
    by = operator_at(*await place_of(office, options))
    entry = await office.actions.settings.add_word(by, options.word, whole=not options.within)
    output.done(f"Blocked: {entry.target}. `audit undo {entry.id}` takes it back.", audit=entry.id)


async def remove_word(office: Office, options: Namespace, output: Output) -> None:
    by = operator_at(*await place_of(office, options))
    entry = await office.actions.settings.remove_word(by, options.word)
    output.done(f"Allowed again: {entry.target}. `audit undo {entry.id}` takes it back.", audit=entry.id)


async def list_words(office: Office, options: Namespace, output: Output) -> None:
    community = await office.stores.communities.community(*await place_of(office, options))
    rows: list[dict[str, Cell]] = [
        {"word": each.word, "also_within_words": not each.whole} for each in community.blocked_words
    ]
    await output.rows(("word", "also_within_words"), rows)


async def pause(office: Office, options: Namespace, output: Output) -> None:
    await _pause(office, options, output, paused=True)


async def resume(office: Office, options: Namespace, output: Output) -> None:
    await _pause(office, options, output, paused=False)


async def _pause(office: Office, options: Namespace, output: Output, *, paused: bool) -> None:
    entry: AuditEntry | None
    if options.everywhere:
        where = "everywhere"
        entry = (await office.actions.moderate.pause_everywhere(operator_at("", ""), paused=paused)).entry
    else:
        platform, community_id = await place_of(office, options)
        where = f"in {platform} {community_id}"
        entry = await office.actions.settings.pause(operator_at(platform, community_id), paused=paused)
    said = "Nothing new is taken" if paused else "Requests are taken again"
    output.done(f"{said} {where}.", audit=None if entry is None else entry.id)


async def block(office: Office, options: Namespace, output: Output) -> None:
    platform, community_id = await place_of(office, options)
    await _warn_of_strangers(office, platform, community_id)
    by = operator_at(platform, community_id)
    if options.hours is None:
        entry = await office.actions.people.block(by, options.person, reason=options.reason)
        how_long = "until somebody lifts it"
    else:
        entry = await office.actions.people.lock(by, options.person, lasting=options.hours, reason=options.reason)
        how_long = f"for {options.hours.total_seconds() / 3600:.0f} h"
    output.done(f"{options.person} may not ask in {platform} {community_id} {how_long}.", audit=entry.id)


async def unblock(office: Office, options: Namespace, output: Output) -> None:
    platform, community_id = await place_of(office, options)
    entry = await office.actions.people.lift(operator_at(platform, community_id), options.person)
    output.done(f"{options.person} may ask again in {platform} {community_id}.", audit=entry.id)


async def list_audit(office: Office, options: Namespace, output: Output) -> None:
    """Newest first. What belongs to no community is a pause everywhere, and, by platform, people's data."""
    place = (options.platform or "", "") if options.everywhere else await place_of(office, options)
    entries = await office.stores.communities.audit_trail(
        *place,
        target=options.user,
        action=AuditAction(options.action) if options.action else None,
        before=options.before,
        count=options.count,
    )
    columns = ("id", "at", "actor", "action", "target", "what", "can_be_undone", "undone_by")
    await output.rows(columns, [_entry(entry) for entry in entries])


async def undo(office: Office, options: Namespace, output: Output) -> None:
    """Through the running bot, which can post again what was removed."""
    async with whoever_runs(office.settings.database_url) as bot:
        if bot is not None:
            left_over = bool((await bot.do("audit", str(options.entry), "undo"))["left_over"])
        else:
            left_over = (await office.deeds.undo(options.entry)).left_over
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


def _otherwise(name: str, settings: Settings) -> str | None:
    """What holds where the community has decided nothing."""
    if name == "retention_days":
        return "for ever" if settings.retention_days is None else str(settings.retention_days)
    operators = _OPERATORS.get(name, name)
    if operators in _LIMITS:
        value = getattr(settings.limits, operators)
        return "no limit" if value is None else str(value or "none")
    return write_field(_UNDECIDED, name) or None


async def _warn_of_strangers(office: Office, platform: str, community_id: str) -> None:
    """An id with a typing error is a community too; that it has never asked for anything gives it away."""
    if (platform, community_id) not in await known_places(office, platform):
        warn(f"Nobody in {platform} {community_id} has asked for anything yet.")
