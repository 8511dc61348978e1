"""An unanswered event is said again after 2 s, 4 s, 8 s ... 60 s."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.repetition import wait_after


@pytest.mark.parametrize(
    ("sendings", "seconds"),
    [(1, 2), (2, 4), (3, 8), (4, 16), (5, 32), (6, 60), (7, 60), (9999, 60)],
)
def test_wait_doubles_up_to_a_minute(sendings: int, seconds: float) -> None:
    assert wait_after(sendings) == seconds


@given(st.integers(min_value=1, max_value=100_000))
def test_wait_never_shrinks_and_never_passes_a_minute(sendings: int) -> None:
    assert 2 <= wait_after(sendings) <= wait_after(sendings + 1) <= 60


def test_an_event_never_sent_has_no_wait() -> None:
    with pytest.raises(ValueError, match="never sent"):
        wait_after(0)
