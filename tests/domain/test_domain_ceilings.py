"""Whatever a community has stored, nothing that holds for anybody there goes beyond the operator's limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.ceilings import BOUNDED, EXCEPTED, beyond, bounds, ceiling, cut, read_bounded
from bot.domain.community import Community, Exceptions
from bot.domain.community_fields import FIELDS, WholeNumber
from bot.domain.errors import Refused
from bot.domain.limits import Ceilings, Limits
from bot.domain.models import MODEL

ROLES = ("vip", "member", "guest")
# Every limit, and which way it must not be passed. A new field of Limits or Ceilings must be decided here.
AT_MOST, AT_LEAST, FREE = "at most", "at least", "free"
DIRECTIONS: Mapping[str, str] = {
    "user_daily": AT_MOST,
    "user_running": AT_MOST,
    "user_waiting": AT_MOST,
    "user_unfinished": AT_MOST,
    "channel_daily": AT_MOST,
    "community_monthly": AT_MOST,
    "total_daily": AT_MOST,
    "total_monthly": AT_MOST,
    "guests_daily": AT_MOST,
    "cooldown": AT_LEAST,
    "weights": AT_LEAST,
    "timezone": FREE,  # of a community's own days; the ceilings have the operator's
    "guest": FREE,  # says whose limits they are
}
NO_COMMUNITY = Community(platform="p", community_id="c")

_number = st.integers(-5, 10**12)
_maybe = st.none() | _number
_clarity = st.sampled_from(MODEL.clarities)
_by_role = st.dictionaries(st.sampled_from(ROLES), _number)
_weights = st.dictionaries(_clarity, st.integers(-3, 9))
_legal = {name: FIELDS[name].number or WholeNumber(0, 0, 0) for name in EXCEPTED}
_allowed = {name: st.integers(number.least, number.most) for name, number in _legal.items()}
_exceptions = st.builds(
    Exceptions,
    **{name: st.none() | number for name, number in _allowed.items() if name != "role_daily"},
    role_daily=st.dictionaries(st.sampled_from(ROLES), _allowed["role_daily"]),
)
_communities = st.builds(
    Community,
    platform=st.just("p"),
    community_id=st.just("c"),
    timezone=st.sampled_from(["UTC", "Pacific/Kiritimati", "Etc/GMT+12"]),
    user_daily=_maybe,
    user_running=_maybe,
    user_waiting=_maybe,
    monthly=_maybe,
    cooldown=_maybe,
    role_daily=_by_role,
    channel_daily=st.dictionaries(st.sampled_from(["c1", "c2"]), _number),
    weights=_weights,
    exceptions=_exceptions,
)
_limits = st.builds(
    Limits,
    user_daily=_maybe,
    user_running=_number,
    user_waiting=_number,
    channel_daily=_maybe,
    community_monthly=_maybe,
    cooldown=st.integers(0, 10**6),
    weights=_weights,
    timezone=st.just("UTC"),
    ceilings=st.builds(
        Ceilings,
        user_daily=_maybe,
        user_unfinished=_maybe,
        community_monthly=_maybe,
        total_daily=_maybe,
        total_monthly=_maybe,
        guests_daily=_maybe,
        weights=_weights,
        timezone=st.just("Asia/Shanghai"),
    ),
)


def _beyond(name: str, held: Any, most: Any, ceilings: Ceilings) -> bool:
    if held is None and getattr(ceilings, name, None) is not None:
        return False  # the community has set none, and the operator's has a counter of its own
    match DIRECTIONS[name]:
        case "at most":
            return most is not None and (held is None or held > most)
        case "at least" if isinstance(most, Mapping):
            return any(max(1, held.get(each, 1)) < max(1, most.get(each, 1)) for each in MODEL.clarities)
        case "at least":
            return bool(held < most)
        case _:
            return False


def test_every_limit_has_a_direction() -> None:
    named = {field.name for kind in (Limits, Ceilings) for field in fields(kind)}
    assert named - {"ceilings"} <= set(DIRECTIONS), "say which way a new limit must not be passed"


@settings(deadline=None)
@given(_limits, _communities, st.sets(st.sampled_from(ROLES)), st.sampled_from(["c1", "c2", ""]))
def test_nothing_stored_goes_beyond_the_operators_limits(
    limits: Limits, community: Community, roles: set[str], channel: str
) -> None:
    held = limits.within(community, roles=roles, channel_id=channel)
    most = limits.excepted(community.exceptions, roles=roles)
    for field in fields(Limits):
        if field.name != "ceilings":
            assert not _beyond(field.name, getattr(held, field.name), getattr(most, field.name), most.ceilings), (
                field.name
            )
    # What is counted over more than the community is the operator's alone.
    assert held.ceilings == most.ceilings
    untouched = limits.within(replace(NO_COMMUNITY, exceptions=community.exceptions), roles=roles)
    assert held.ceilings == untouched.ceilings


@settings(deadline=None)
@given(_limits, _communities, st.sets(st.sampled_from(ROLES)))
def test_without_exceptions_the_operators_limits_for_all_are_the_ceilings(
    limits: Limits, community: Community, roles: set[str]
) -> None:
    held = limits.within(replace(community, exceptions=Exceptions()), roles=roles)
    for field in fields(Limits):
        if field.name != "ceilings":
            assert not _beyond(field.name, getattr(held, field.name), getattr(limits, field.name), limits.ceilings), (
                field.name
            )
    assert held.ceilings == limits.ceilings


def test_every_limit_that_a_community_sets_has_a_ceiling_or_can_only_make_stricter() -> None:
    stricter_only = {
        "channel_daily",
        "weights",
    }  # there is no operator's limit of a channel; a picture counts 1 at least
    no_limits = {
        "timezone", "allowed_channels", "moderation_channel", "gallery_channel", "default_ratio", "default_clarity",
        "default_n", "default_style", "styles", "retention_days",
    }  # fmt: skip
    assert set(FIELDS) == set(BOUNDED) | stricter_only | no_limits, "decide what bounds a new setting"
    assert set(EXCEPTED) == set(BOUNDED)


@settings(deadline=None)
@given(_limits, _communities)
def test_what_is_shown_is_what_holds(limits: Limits, community: Community) -> None:
    held = cut(community, limits)
    assert beyond(held, limits) == ()
    for roles in [(), *((role,) for role in ROLES)]:
        assert limits.within(held, roles=roles) == limits.within(community, roles=roles)


@settings(deadline=None)
@given(_communities, st.sampled_from(sorted(BOUNDED)), st.integers(0, 10**6), st.sampled_from(ROLES))
def test_what_can_be_typed_holds_as_it_was_typed(community: Community, name: str, number: int, role: str) -> None:
    limits = Limits(user_daily=50, user_running=3, user_waiting=7, community_monthly=1000, cooldown=5)
    of_role = role if name == "role_daily" else ""
    told = bounds(name, limits, community.exceptions, role=of_role)
    assert told is not None
    assert told.least <= told.example <= told.most
    try:
        value = read_bounded(name, f"{role}={number}" if of_role else str(number), limits, community.exceptions)
    except Refused:
        assert not told.least <= number <= told.most
    else:
        assert told.least <= number <= told.most
        assert name not in beyond(replace(community, **{name: value}), limits)


@pytest.mark.parametrize(
    ("name", "text", "code", "most"),
    [
        ("user_daily", "100000", "setting-ceiling", 2),
        ("user_daily", "many", "setting-number", 2),
        ("user_daily", "9" * 5000, "setting-ceiling", 2),
        ("user_running", "0", "setting-number", 3),
        ("monthly", "10000000", "setting-ceiling", 3),
        ("role_daily", "vip=3", "setting-ceiling", 2),
        ("user_running", "4", "setting-ceiling", 3),
        ("user_waiting", "8", "setting-ceiling", 7),
    ],
)
def test_a_refusal_names_the_ceiling(name: str, text: str, code: str, most: int) -> None:
    limits = Limits(user_daily=2, community_monthly=3)
    with pytest.raises(Refused) as caught:
        read_bounded(name, text, limits, Exceptions())
    assert (caught.value.code, caught.value.values["most"]) == (code, most)


def test_where_a_community_sets_nothing_the_operators_day_holds_alone() -> None:
    """Else a day that is over in the operator's time zone would go on in the community's."""
    limits = Limits(user_daily=50, ceilings=Ceilings(user_daily=50, timezone="Asia/Shanghai"))
    assert limits.within(NO_COMMUNITY).user_daily is None
    assert limits.within(NO_COMMUNITY).ceilings.user_daily == 50
    assert limits.within(replace(NO_COMMUNITY, user_daily=70)).user_daily == 50


def test_a_pause_between_requests_has_a_floor() -> None:
    with pytest.raises(Refused) as caught:
        read_bounded("cooldown", "5", Limits(), Exceptions(cooldown=10))
    assert (caught.value.code, caught.value.values["least"]) == ("setting-floor", 10)
    assert Limits().within(replace(NO_COMMUNITY, cooldown=0, exceptions=Exceptions(cooldown=10))).cooldown == 10


def test_an_exception_goes_above_the_limits_for_all_and_counts_everywhere() -> None:
    limits = Limits(user_daily=50, ceilings=Ceilings(user_daily=50, user_unfinished=10))
    community = replace(NO_COMMUNITY, exceptions=Exceptions(user_daily=200, user_running=5, role_daily={"vip": 500}))
    held = limits.within(community)
    assert (held.user_daily, held.ceilings.user_daily, held.ceilings.user_unfinished) == (None, 200, 12)
    assert limits.within(community, roles=["vip"]).ceilings.user_daily == 500
    assert limits.within(replace(community, user_daily=20)).user_daily == 20
    assert ceiling("role_daily", limits, community.exceptions, role="vip").most == 500
