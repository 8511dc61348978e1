"""Moments for devices without a clock: so many seconds after nine in the morning."""

from datetime import UTC, datetime, timedelta
from itertools import count

from simulators.device import Moment, NewId

NINE = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
"""Nine o'clock where the wearers live."""
NINE_S = 9 * 3600.0


def after(seconds: float) -> Moment:
    """That moment, on all three clocks."""
    return Moment(1000.0 + seconds, NINE + timedelta(seconds=seconds), NINE_S + seconds)


def numbered() -> NewId:
    """Ids that tell in which order they were made."""
    numbers = count(1)
    return lambda: f"id-{next(numbers)}"
