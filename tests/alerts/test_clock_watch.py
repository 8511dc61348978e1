"""A clock that is set forward or back changes no wait."""

from datetime import datetime, timedelta

import pytest

from alerts.clock_watch import ClockWatch, follow
from alerts.model import State
from tests.alerts.stand import NINE, Stand

HOUR = timedelta(hours=1)


class Clocks:
    def __init__(self) -> None:
        self.wall: datetime = NINE
        self.since_start = 0.0

    def pass_time(self, seconds: float) -> None:
        self.wall += timedelta(seconds=seconds)
        self.since_start += seconds


def test_time_that_passes_is_no_jump() -> None:
    clocks = Clocks()
    watch = ClockWatch(lambda: clocks.since_start, lambda: clocks.wall)
    clocks.pass_time(3600)
    assert watch.jump() is None


@pytest.mark.parametrize("jump", [HOUR, -HOUR])
def test_a_clock_that_is_set_is_seen_until_it_is_followed(jump: timedelta) -> None:
    clocks = Clocks()
    watch = ClockWatch(lambda: clocks.since_start, lambda: clocks.wall)
    clocks.wall += jump
    assert (watch.jump(), watch.jump()) == (jump, jump)
    watch.followed(jump)
    assert watch.jump() is None


@pytest.mark.parametrize("jump", [HOUR, -HOUR])
async def test_the_next_rung_comes_after_the_same_wait(lite: Stand, jump: timedelta) -> None:
    await lite.open("sos")
    due = lite.alert().due_at
    assert due is not None
    lite.change(lambda work: follow(work, jump))
    alert = lite.alert()
    assert (alert.due_at, alert.climb_from) == (due + jump, NINE + jump)
    assert alert.state is State.TRIGGERED
