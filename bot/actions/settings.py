"""Change what a community has decided, below the operator's limits.

Every change is in the trail with what was before, and can be undone.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.actions.permissions import require_manager, require_moderator
from bot.domain.blocklist import folds_to_nothing
from bot.domain.ceilings import BOUNDED, cut, cut_value, read_bounded
from bot.domain.community import BlockedWord, Community
from bot.domain.community_fields import read_field, write_field
from bot.domain.errors import NotAllowed, Refused
from bot.domain.limits import Limits
from bot.domain.moderation import AuditAction, AuditEntry
from bot.domain.people import Person
from bot.domain.ports import CommunityStore, Locks, NewAudit
from bot.domain.style import STYLES

MOST_WORDS = 500
LONGEST_WORD = 100
_SHOWN = 300  # characters of a value in the trail


class Settings:
    """Each change checks its author's permission here; `undo` is called by Moderate, which has checked it.

    `limits` are the operator's: the ceilings of what anybody sets here, the operator included.
    """

    def __init__(self, *, communities: CommunityStore, limits: Limits, locks: Locks) -> None:
        self._communities = communities
        self._limits = limits
        # Read, change, save: the second of two at a time must see what the first has changed.
        self._locks = locks

    async def read(self, person: Person) -> Community:
        """The settings that hold, for moderators and managers."""
        require_moderator(person)
        return cut(await self._communities.community(person.platform, person.community_id), self._limits)

    async def styles(self, person: Person) -> Mapping[str, str]:
        """The community's own styles, name → words, for everybody in it."""
        return (await self._communities.community(person.platform, person.community_id)).styles

    async def wrong(self, by: Person, changes: Mapping[str, str]) -> dict[str, Refused]:
        """What `change` would refuse of the fields named, each by itself."""
        require_manager(by)
        exceptions = (await self._of(by)).exceptions

        def read() -> dict[str, Refused]:
            found = {}
            for name, text in changes.items():
                try:
                    read_bounded(name, text, self._limits, exceptions)
                except Refused as refused:
                    found[name] = refused
            return found

        return await asyncio.to_thread(read)  # time zones are read from the disk

    async def change(self, by: Person, changes: Mapping[str, str]) -> AuditEntry | None:
        """Set the fields named, each from what was typed; None where nothing is different from before.

        All or nothing: Refused (ceilings.read_bounded has the codes) names the first that isn't legal.
        """
        require_manager(by)
        exceptions = (await self._of(by)).exceptions

        def read() -> dict[str, Any]:
            return {name: read_bounded(name, text, self._limits, exceptions) for name, text in changes.items()}

        values = await asyncio.to_thread(read)  # time zones are read from the disk
        return await self._set(by, values, changes.get("default_style", ""))

    async def _put_back(self, by: Person, was: Mapping[str, str]) -> AuditEntry | None:
        """Set fields to what they were, as far as the operator's limits allow it now."""
        require_manager(by)
        exceptions = (await self._of(by)).exceptions

        def read() -> dict[str, Any]:
            return {
                name: cut_value(name, read_field(name, text), self._limits, exceptions) for name, text in was.items()
            }

        return await self._set(by, await asyncio.to_thread(read), was.get("default_style", ""))

    async def _set(self, by: Person, values: dict[str, Any], style: str) -> AuditEntry | None:
        """`style` is the default style as it was typed."""
        async with self._locks.acquire(f"settings:{by.platform}:{by.community_id}"):
            before = await self._of(by)
            held = cut(before, self._limits)
            # A form sends back what it showed: what is cut there is no change.
            values = {
                name: getattr(before, name) if name in BOUNDED and value == getattr(held, name) else value
                for name, value in values.items()
            }
            after = replace(before, **values)
            if not _style_known(after):
                if "default_style" in values:
                    legal = ", ".join((*STYLES, *after.styles))
                    raise Refused("setting-choice", setting="default_style", word=style, legal=legal)
                # Its words have just been taken away.
                after, values = replace(after, default_style=None), values | {"default_style": None}
            return await self._save(by, before, after, list(values))

    async def pause(self, by: Person, *, paused: bool) -> AuditEntry:
        """`already-paused` and `not-paused` where it is so already."""
        require_moderator(by)
        async with self._locks.acquire(f"settings:{by.platform}:{by.community_id}"):
            before = await self._of(by)
            if before.paused == paused:
                raise NotAllowed("already-paused" if paused else "not-paused")
            action = AuditAction.PAUSED if paused else AuditAction.RESUMED
            undo = {"kind": "pause", "paused": "" if paused else "yes"}
            return await self._communities.save_community(
                replace(before, paused=paused), NewAudit.by(by, action, undo=undo)
            )

    async def add_word(self, by: Person, word: str, *, whole: bool = True, job_id: str = "") -> AuditEntry:
        """Block a word from now on. Refused: `word-empty`, `word-too-long`, `word-there`, `words-full`."""
        require_moderator(by)
        word = " ".join(word.split())
        if folds_to_nothing(word):
            raise Refused("word-empty")
        if len(word) > LONGEST_WORD:
            raise Refused("word-too-long", length=len(word), limit=LONGEST_WORD)
        async with self._locks.acquire(f"settings:{by.platform}:{by.community_id}"):
            before = await self._of(by)
            if any(_same(blocked, word) for blocked in before.blocked_words):
                raise Refused("word-there", word=word)
            if len(before.blocked_words) >= MOST_WORDS:
                raise Refused("words-full", most=MOST_WORDS)
            after = replace(before, blocked_words=(*before.blocked_words, BlockedWord(word=word, whole=whole)))
            detail = {"whole": "yes" if whole else "no"} | ({"job": job_id} if job_id else {})
            undo = {"kind": "word-added", "word": word}
            audit = NewAudit.by(by, AuditAction.WORD_ADDED, target=word, detail=detail, undo=undo)
            return await self._communities.save_community(after, audit)

    async def remove_word(self, by: Person, word: str) -> AuditEntry:
        """Allow a word again; `word-gone` where it isn't blocked."""
        require_moderator(by)
        word = " ".join(word.split())
        async with self._locks.acquire(f"settings:{by.platform}:{by.community_id}"):
            before = await self._of(by)
            gone = [blocked for blocked in before.blocked_words if _same(blocked, word)]
            if not gone:
                raise Refused("word-gone", word=word)
            after = replace(before, blocked_words=tuple(each for each in before.blocked_words if each not in gone))
            undo = {"kind": "word-removed", "word": gone[0].word, "whole": "yes" if gone[0].whole else ""}
            audit = NewAudit.by(by, AuditAction.WORD_REMOVED, target=gone[0].word, undo=undo)
            return await self._communities.save_community(after, audit)

    async def undo(self, entry: AuditEntry, by: Person) -> AuditEntry | None:
        """Take back an entry of the settings, by any author. None if the settings have been changed back already."""
        undo = entry.undo or {}
        try:
            match undo.get("kind"):
                case "pause":
                    return await self.pause(by, paused=bool(undo["paused"]))
                case "word-added":
                    return await self.remove_word(by, undo["word"])
                case "word-removed":
                    return await self.add_word(by, undo["word"], whole=bool(undo["whole"]))
                case _:
                    return await self._put_back(by, json.loads(undo["fields"]))
        except Refused as refused:
            if refused.code in {"already-paused", "not-paused", "word-gone", "word-there"}:
                return None
            raise

    async def _of(self, by: Person) -> Community:
        return await self._communities.community(by.platform, by.community_id)

    async def _save(self, by: Person, before: Community, after: Community, names: list[str]) -> AuditEntry | None:
        changed = [name for name in names if getattr(before, name) != getattr(after, name)]
        if not changed:
            return None
        was = {name: write_field(before, name) for name in changed}
        detail = {name: f"{_shown(was[name])} → {_shown(write_field(after, name))}" for name in changed}
        undo = {"kind": "fields", "fields": json.dumps(was)}
        audit = NewAudit.by(by, AuditAction.SETTINGS_CHANGED, target=", ".join(changed), detail=detail, undo=undo)
        return await self._communities.save_community(after, audit)


def _style_known(community: Community) -> bool:
    style = community.default_style
    return style is None or style in STYLES or style in community.styles


def _same(blocked: BlockedWord, word: str) -> bool:
    return blocked.word.casefold() == word.casefold()


def _shown(value: str) -> str:
    if not value:
        return "–"
    return value if len(value) <= _SHOWN else value[: _SHOWN - 1] + "…"
