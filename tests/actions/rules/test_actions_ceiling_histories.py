"""No history of deeds, in whatever order, lets anybody have more than the operator allows."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.actions.exceptions import LimitExceptions
from bot.actions.local_locks import LocalLocks
from bot.actions.settings import Settings
from bot.domain.ceilings import EXCEPTED
from bot.domain.community_fields import FIELDS
from bot.domain.errors import Refused
from bot.domain.limits import Limits
from bot.domain.moderation import AuditEntry
from bot.domain.people import Person
from tests.domain.test_domain_ceilings import _beyond
from tests.fakes.clock import FakeClock
from tests.fakes.communities import MemoryCommunities

MANAGER = Person(platform="p", community_id="c", user_id="mary", name="Mary", manager=True)
OPERATOR = Person(platform="p", community_id="c", user_id="operator", name="Operator", operator=True)
LIMITS = Limits(user_daily=50, user_running=3, user_waiting=7, community_monthly=1000, cooldown=5)
ROLES = ("vip", "member")

_numbers = st.sampled_from(
    ["", "default", "0", "1", "3", "49", "50", "51", "200", "99999", "-3", "1e9", "٣", "5 pictures"]
)
_by_role = st.dictionaries(st.sampled_from(ROLES), st.sampled_from(["0", "49", "51", "500"])).map(
    lambda table: ", ".join(f"{role}={most}" for role, most in table.items())
)
_texts: Mapping[str, st.SearchStrategy[str]] = {
    "role_daily": _by_role,
    "channel_daily": st.sampled_from(["", "general=99999"]),
    "weights": st.sampled_from(["", "4096=1, 2048=1", "4096=0", "2048=100"]),
    "timezone": st.sampled_from(["UTC", "Pacific/Kiritimati", "Etc/GMT+12"]),
    **{name: _numbers for name in EXCEPTED if name != "role_daily"},
}
_changes = st.lists(st.sampled_from(sorted(_texts)), min_size=1, max_size=3, unique=True).flatmap(
    lambda names: st.fixed_dictionaries({name: _texts[name] for name in names})
)
_exceptions = st.lists(st.sampled_from(sorted(EXCEPTED)), min_size=1, max_size=2, unique=True).flatmap(
    lambda names: st.fixed_dictionaries({name: _texts[name] for name in names})
)
# The same limits allowed, set and taken back again and again: storing more than is allowed is then the rule, no chance.
_HIGH = {"user_daily": "60", "user_running": "60", "user_waiting": "60", "monthly": "2000"}
_same = st.sampled_from([_HIGH, dict.fromkeys(_HIGH, "1"), dict.fromkeys(_HIGH, "default")])
_of_same = st.lists(
    st.tuples(st.sampled_from(["set", "except"]), _same) | st.tuples(st.just("undo"), st.integers(0, 30)),
    min_size=3,
    max_size=12,
)
_deeds = _of_same | st.lists(
    st.tuples(st.just("set"), _changes)
    | st.tuples(st.just("except"), _exceptions)
    | st.tuples(st.just("undo"), st.integers(0, 30)),
    max_size=15,
)


@settings(deadline=None)  # a machine under load is no failure
@given(_deeds)
def test_no_history_of_deeds_goes_beyond_the_operators_limits(deeds: list[tuple[str, Any]]) -> None:
    asyncio.run(_play(deeds))


async def _play(deeds: list[tuple[str, Any]]) -> None:
    clock = FakeClock(datetime(2026, 11, 30, 23, 59, tzinfo=UTC))
    communities = MemoryCommunities(clock)
    rules = Settings(communities=communities, limits=LIMITS, locks=LocalLocks())
    exceptions = LimitExceptions(communities=communities, locks=LocalLocks())
    entries: list[AuditEntry] = []
    for kind, what in deeds:
        before = await communities.community("p", "c")
        try:
            match kind:
                case "set":
                    entry = await rules.change(MANAGER, what)
                case "except":
                    entry = await exceptions.change(OPERATOR, what)
                case "undo" if entries:
                    entry = entries[what % len(entries)]
                    by_manager = entry.actor_id == MANAGER.user_id
                    entry = await (rules.undo(entry, MANAGER) if by_manager else exceptions.undo(entry, OPERATOR))
                case _:
                    entry = None
        except Refused:
            assert await communities.community("p", "c") == before, "what is refused changes nothing"
            continue
        entries += [] if entry is None else [entry]
        await _nothing_is_beyond(communities)


async def _nothing_is_beyond(communities: MemoryCommunities) -> None:
    community = await communities.community("p", "c")
    for roles in ((), ("vip",), ("member",), ROLES):
        for channel in ("", "general"):
            held = LIMITS.within(community, roles=roles, channel_id=channel)
            most = LIMITS.excepted(community.exceptions, roles=roles)
            for field in fields(Limits):
                if field.name != "ceilings":
                    pair = getattr(held, field.name), getattr(most, field.name)
                    assert not _beyond(field.name, *pair, most.ceilings), field.name


def test_every_setting_that_could_widen_a_limit_is_tried_here() -> None:
    numbers = {name for name, each in FIELDS.items() if each.number is not None} - {"retention_days"}
    assert numbers <= set(_texts)
