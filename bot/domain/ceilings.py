"""The operator's limits as ceilings of what a community sets: which settings have one, and what they are cut to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from bot.domain.community import Community, Exceptions
from bot.domain.community_fields import FIELDS, WholeNumber, read_field
from bot.domain.errors import Refused
from bot.domain.limits import Limits

# A community's setting → the operator's limit that bounds it. `role_daily` is bounded number by number.
BOUNDED: Mapping[str, str] = {
    "user_daily": "user_daily",
    "user_running": "user_running",
    "user_waiting": "user_waiting",
    "monthly": "community_monthly",
    "cooldown": "cooldown",
    "role_daily": "user_daily",
}
# The others are bounded from above.
FROM_BELOW = frozenset({"cooldown"})
EXCEPTED = tuple(field.name for field in fields(Exceptions))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceiling:
    """What the operator lets a community set: at most so much, or at least; None is no bound."""

    most: int | None = None
    least: int | None = None

    def cut(self, value: int) -> int:
        if self.most is not None:
            value = min(value, self.most)
        return value if self.least is None else max(value, self.least)


def ceiling(name: str, limits: Limits, exceptions: Exceptions, *, role: str = "") -> Ceiling:
    """Of one setting in a community with these exceptions; `role` is whose number of `role_daily` is meant."""
    if name not in BOUNDED:
        return Ceiling()
    bound = getattr(limits.excepted(exceptions, roles=(role,) if role else ()), BOUNDED[name])
    return Ceiling(least=bound or None) if name in FROM_BELOW else Ceiling(most=bound)


def cut_value(name: str, value: Any, limits: Limits, exceptions: Exceptions) -> Any:
    """The value of a setting as far as the operator's limits allow it."""
    if name not in BOUNDED or value is None:
        return value
    if name == "role_daily":
        return {role: ceiling(name, limits, exceptions, role=role).cut(most) for role, most in value.items()}
    return ceiling(name, limits, exceptions).cut(value)


def cut(community: Community, limits: Limits) -> Community:
    """The settings as they hold: what is stored beyond the operator's limits is cut to them."""
    found = {name: cut_value(name, getattr(community, name), limits, community.exceptions) for name in BOUNDED}
    return replace(community, **found)


def bounds(name: str, limits: Limits, exceptions: Exceptions, *, role: str = "") -> WholeNumber | None:
    """Which numbers a community may set; None for a setting that is none."""
    number = FIELDS[name].number
    if number is None:
        return None
    bound = ceiling(name, limits, exceptions, role=role)
    least = max(number.least, bound.least or 0)
    most = number.most if bound.most is None else max(least, min(number.most, bound.most))
    return WholeNumber(least, most, min(max(number.example, least), most))


def read_bounded(name: str, text: str, limits: Limits, exceptions: Exceptions) -> Any:
    """The value of the setting that somebody typed for a community with these exceptions.

    Raises Refused as `read_field`, and `setting-ceiling` or `setting-floor` for what the operator's limits forbid:
    with `word`, `least`, `most` and an `example`. The bounds that a `setting-number` names are the operator's too.
    """
    try:
        value = read_field(name, text)
    except Refused as refused:
        if refused.code == "setting-number" and (number := bounds(name, limits, exceptions)) is not None:
            refused.values |= asdict(number)
            word = str(refused.values["word"])
            if ceiling(name, limits, exceptions).most is not None and word.isascii() and word.isdecimal():
                refused.code = "setting-ceiling" if int(word[:10]) > number.most else refused.code
        raise
    if name in BOUNDED and value is not None:
        for role, given in value.items() if name == "role_daily" else (("", value),):
            _require(name, given, role, limits, exceptions)
    return value


def _require(name: str, given: int, role: str, limits: Limits, exceptions: Exceptions) -> None:
    bound = ceiling(name, limits, exceptions, role=role)
    number = bounds(name, limits, exceptions, role=role)
    if bound.cut(given) != given and number is not None:
        code = "setting-ceiling" if bound.least is None else "setting-floor"
        raise Refused(code, setting=name, word=f"{role}={given}" if role else str(given), **asdict(number))


def beyond(community: Community, limits: Limits) -> Iterable[str]:
    """The names of settings that are stored beyond the operator's limits."""
    held = cut(community, limits)
    return tuple(name for name in BOUNDED if getattr(held, name) != getattr(community, name))
