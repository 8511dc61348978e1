"""A fall counts down: cancelled in time, confirmed by a press, or by nobody."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from alerts.model import Outcome, State
from alerts.store import tables
from tests.alerts.stand import (
    NINE,
    Stand,
)

SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)
EVENT = tables.event


async def fall(hub: Stand, **fields: Any) -> State:
    return (await hub.open("fall", "fall-1", **fields)).state


async def test_a_fall_counts_down_from_the_moment_it_happened(hub: Stand) -> None:
    assert await fall(hub, at=NINE - 10 * SECOND) is State.PRE_ALARM
    assert hub.alert().due_at == NINE + 15 * SECOND
    assert hub.notices() == []
    await hub.later(14)
    assert hub.alert().state is State.PRE_ALARM
    await hub.later(1)
    assert hub.alert().state is State.TRIGGERED
    assert hub.told() == ["王网格员"]
    assert hub.history() == ["opened", "confirmed", "rung"]


@pytest.mark.parametrize("at", [NINE, NINE + 4 * MINUTE, None])
async def test_a_countdown_never_lasts_longer_than_25_s_from_the_receipt(
    hub: Stand, at: datetime | None
) -> None:
    await fall(hub, at=at)
    assert hub.alert().due_at == NINE + 25 * SECOND


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"at": NINE - 25 * SECOND}, "it comes late"),
        ({"data": {"pre_alarm": False}}, "the device has counted down itself"),
        ({"at": NINE - 3 * MINUTE}, "it comes very late"),
    ],
)
async def test_no_countdown_where(hub: Stand, fields: dict[str, Any], why: str) -> None:
    assert await fall(hub, **fields) is State.TRIGGERED, why
    assert hub.told() == ["王网格员"]


async def test_no_countdown_for_a_model_that_cannot_cancel(hub: Stand) -> None:
    change = tables.device.update().where(tables.device.c.id == "fall-1").values(pre_alarm=False)
    hub.change(lambda work: work.tx.execute(change))
    assert await fall(hub) is State.TRIGGERED


async def test_a_press_confirms_a_fall_at_once(hub: Stand) -> None:
    await fall(hub)
    hub.clock.forward(3)
    await hub.say("sos", "fall-1")
    alert = hub.alert()
    assert (alert.state, alert.kind, alert.press_count) == (State.TRIGGERED, "fall", 2)
    assert alert.climb_from == NINE + 3 * SECOND
    assert hub.told() == ["王网格员"]


async def test_a_second_fall_does_not_lengthen_the_countdown(hub: Stand) -> None:
    await fall(hub)
    hub.clock.forward(20)
    await hub.say("fall", "fall-1")
    assert (hub.alert().state, hub.alert().due_at) == (State.PRE_ALARM, NINE + 25 * SECOND)


async def test_a_cancelled_fall_is_closed_and_nobody_is_woken(hub: Stand) -> None:
    await fall(hub)
    await hub.say("fall_cancelled", "fall-1", data={"event": "e1"})
    alert = hub.alert()
    assert (alert.state, alert.outcome) == (State.CLOSED, Outcome.CANCELLED_BY_USER)
    await hub.later(3600)
    assert hub.notices() == []
    assert hub.history() == ["opened", "fall_cancelled"]


async def test_a_cancel_after_the_countdown_is_only_a_note(hub: Stand) -> None:
    await fall(hub)
    await hub.later(26)
    await hub.say("fall_cancelled", "fall-1")
    alert = hub.alert()
    assert (alert.state, alert.cancelled_at) == (State.TRIGGERED, hub.clock())
    await hub.later(30)
    assert "张社工" in hub.told(), "the ladder goes on"


async def test_a_cancel_of_another_fall_ends_nothing(hub: Stand) -> None:
    await fall(hub)
    await hub.say("fall_cancelled", "fall-1", data={"event": "a fall of yesterday"})
    assert hub.alert().state is State.PRE_ALARM


async def test_a_cancelled_fall_takes_no_press_back(hub: Stand) -> None:
    await hub.open("sos", "fall-1")
    await hub.say("fall_cancelled", "fall-1")
    assert (hub.alert().state, hub.alert().cancelled_at) == (State.TRIGGERED, None)
    assert "fall_cancelled" in hub.history()


async def test_a_press_after_a_late_cancel_takes_the_cancel_back(hub: Stand) -> None:
    await fall(hub)
    await hub.later(26)
    await hub.say("fall_cancelled", "fall-1")
    await hub.say("sos", "fall-1")
    assert hub.alert().cancelled_at is None


async def test_a_cancel_without_a_fall_is_logged(hub: Stand) -> None:
    assert (await hub.say("fall_cancelled", "fall-1")).status == "accepted"
    assert hub.alerts() == []
    last = hub.rows(select(tables.audit.c.what, tables.audit.c.subject))[-1]
    assert tuple(last) == ("fall_cancelled", "fall-1")


async def test_somebody_may_accept_a_fall_while_it_counts_down(hub: Stand) -> None:
    await fall(hub)
    await hub.accept()
    await hub.say("fall_cancelled", "fall-1")
    await hub.later(60)
    assert hub.alert().state is State.ACKNOWLEDGED
