"""Names that are nearly settings."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.configuration.near_misses import _distance, _letters_apart, in_environment

NAMES = st.text("ABC_", max_size=8)


@given(NAMES, NAMES)
def test_what_is_counted_quickly_never_hides_a_slip(one: str, other: str) -> None:
    assert _letters_apart(one, other) <= _distance(one, other)


def test_slips_of_each_kind_are_found() -> None:
    settings = ["LIMIT_USER_DAILY", "WEB_PORT"]
    for slip in ("LIMIT_USER_DALIY", "LIMIT_USER_DAIILY", "LIMIT_USR_DAILY", "LIMIT_USER_DAYLI", "USER_DAILY_LIMITS"):
        (found,) = in_environment({slip: "1"}, settings)
        assert "Did you mean LIMIT_USER_DAILY?" in found.sentence
    assert in_environment({"WEB_SORTS": "1", "LIMIT_ZZZ_DAILY": "1"}, settings) == []
