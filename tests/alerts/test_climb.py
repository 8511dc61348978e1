"""Every alert that is not closed has its next step, owned or not."""

from typing import Any

import pytest

from alerts import respond
from alerts.contract import Kind
from alerts.model import Outcome, State
from tests.alerts.stand import KIOSK, Stand


async def test_nobody_answers_and_the_ladder_climbs_village_town_district(hub: Stand) -> None:
    await hub.open()
    told = [hub.told()]
    for seconds in (30, 30, 60, 60, 60):
        await hub.later(seconds)
        told.append(hub.told()[sum(map(len, told)) :])
    everybody = ["王网格员", "张社工", "李社工", "陈社工", "赵科长"]
    assert told == [
        ["王网格员"],
        ["张社工"],
        ["张社工", "李社工"],
        ["陈社工"],
        everybody,
        everybody,
    ]


async def test_the_siren_rings_at_0_60_120_s_and_then_each_minute(hub: Stand) -> None:
    await hub.open()
    rings = [n.created_at for n in hub.notices() if n.channel == "siren"]
    await hub.later(241)
    rings = [n.created_at for n in hub.notices() if n.channel == "siren"]
    assert [(r - rings[0]).seconds for r in rings] == [0, 60, 120, 180, 240]


async def test_the_device_hears_at_60_s_and_each_minute_that_we_still_call(hub: Stand) -> None:
    await hub.open()
    await hub.later(59)
    assert hub.stages("e1") == []
    await hub.later(1)
    assert hub.stages("e1") == ["still_calling"]
    await hub.later(180)
    assert hub.stages("e1") == ["still_calling"] * 4
    assert hub.replies()[0].text == "还在找人，请别挂心"


async def test_once_a_person_owns_it_nobody_else_is_called(hub: Stand) -> None:
    await hub.open()
    await hub.later(30)
    await hub.accept()
    await hub.later(299)
    assert hub.told() == ["王网格员", "张社工"]
    assert hub.stages("e1") == ["accepted"]


async def test_accepted_and_forgotten_comes_back_after_300_s(hub: Stand) -> None:
    await hub.open()
    await hub.accept("wang")
    await hub.later(299)
    assert hub.alert().state is State.ACKNOWLEDGED
    await hub.later(1)
    alert = hub.alert()
    assert (alert.state, alert.owner) == (State.TRIGGERED, None)
    assert hub.told() == ["王网格员", "张社工"], "it goes on where it stood"
    assert hub.told(channel="siren") == ["警灯", "警灯"]
    assert "fell_back" in hub.history()
    await hub.later(30)
    assert hub.told()[2:] == ["张社工", "李社工"]


async def test_on_the_way_without_arrival_comes_back_after_900_s(hub: Stand) -> None:
    await hub.open()
    await hub.accept()
    await hub.does("zhang", respond.dispatch, 1)
    await hub.later(899)
    assert hub.alert().state is State.DISPATCHED
    await hub.later(1)
    assert hub.alert().state is State.TRIGGERED


@pytest.mark.parametrize(
    ("settle", "pause_s"), [(False, 1800), (True, 24 * 3600)], ids=["on scene", "resolved"]
)
async def test_a_long_stay_reminds_and_then_reaches_the_leader(
    hub: Stand, settle: bool, pause_s: int
) -> None:
    await hub.open()
    await hub.accept()
    await hub.does("zhang", respond.arrive, 1)
    if settle:
        await hub.does("zhang", respond.settle, 1, Outcome.REAL_FALL)
    before = hub.told()
    await hub.later(pause_s)
    assert hub.told() == [*before, "张社工"]
    await hub.later(pause_s)
    assert hub.told() == [*before, "张社工", "张社工", "陈社工", "赵科长"]
    assert hub.alert().state is (State.RESOLVED if settle else State.ON_SCENE)
    assert hub.alert().reminders == 2


async def test_a_forgotten_battery_comes_back_without_the_siren(hub: Stand) -> None:
    await hub.open("low_battery")
    await hub.accept("wang")
    await hub.later(7200)
    assert hub.alert().state is State.TRIGGERED
    assert hub.told() == ["王网格员", "张社工", "李社工"]
    assert hub.told(channel="siren") == []


@pytest.mark.parametrize(
    ("kind", "seconds", "told"),
    [
        ("water_leak", 180, ["王网格员", "张社工"]),
        ("leave_zone", 180, ["王网格员", "张社工", "李社工"]),
        ("tamper", 7199, ["王网格员"]),
        ("tamper", 7200, ["王网格员", "张社工", "李社工"]),
    ],
)
async def test_what_is_less_urgent_climbs_more_slowly(
    hub: Stand, kind: Kind, seconds: float, told: list[str]
) -> None:
    await hub.open(kind)
    await hub.later(seconds)
    assert hub.told() == told
    assert hub.told(channel="siren") == []


async def test_a_test_press_is_told_once_and_closes_itself(hub: Stand) -> None:
    await hub.open("test")
    await hub.later(86399)
    assert (hub.alert().state, hub.told()) == (State.TRIGGERED, ["王网格员"])
    await hub.later(1)
    assert (hub.alert().state, hub.alert().outcome) == (State.CLOSED, Outcome.TEST)


async def test_a_hub_that_was_down_tells_everybody_at_once_when_it_is_back(hub: Stand) -> None:
    await hub.open()
    hub.clock.forward(600)
    assert await hub.engine.climb_due() == 1
    assert set(hub.told()) == {"王网格员", "张社工", "李社工", "陈社工", "赵科长"}
    assert await hub.engine.climb_due() == 0


async def test_at_the_window_one_colleague_is_called_after_the_other(hub: Stand) -> None:
    await hub.open("help", KIOSK)
    await hub.later(30)
    assert hub.told() == ["陈社工", "赵科长"], "the one at the window, then the colleague"


async def test_every_ladder_and_state_leaves_a_later_due_step(hub: Stand) -> None:
    kinds: list[Any] = ["sos", "smoke", "leave_zone", "low_battery", "test", "water_leak"]
    for kind in kinds:
        await hub.open(kind)
    await hub.open("fall", "fall-1")
    for _ in range(12):
        hub.clock.forward(3000)
        await hub.engine.climb_due()
        late = [a for a in hub.alerts() if a.due_at is not None and a.due_at <= hub.clock()]
        assert late == []
