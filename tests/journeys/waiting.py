"""Waits for a condition, never for a while."""

import time
from collections.abc import Callable
from typing import TypeVar

Answer = TypeVar("Answer")

PATIENCE_S = 30.0
"""A loaded machine is slow, not wrong; only a story that fails waits this long."""


class NeverHappened(AssertionError):
    """The condition did not come true in time."""


def until(
    question: Callable[[], Answer | None], what: str = "", seconds: float = PATIENCE_S
) -> Answer:
    """The first answer that is true; NeverHappened, with the last one, where time runs out."""
    end = time.monotonic() + seconds
    while not (answer := question()):
        if time.monotonic() > end:
            raise NeverHappened(f"{what or question} in {seconds} s; last: {answer!r}")
        time.sleep(0.02)
    return answer
