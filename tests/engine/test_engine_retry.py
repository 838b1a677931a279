from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.engine.retry import Backoff


@given(st.floats(0, 600), st.integers(0, 30))
def test_what_the_other_side_asked_for_is_never_undercut(asked: float, tries: int) -> None:
    backoff = Backoff(tries=tries)
    pause = backoff.pause(asked)
    assert pause >= asked
    assert pause <= max(1.25 * 60, 1.25 * asked)
    assert backoff.tries == tries + 1
