"""Readings in batches: stored once, watched for the person who wears the device."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from alerts import register, respond
from alerts.contract import PLAUSIBLE
from alerts.measure import _from_json, _to_json, personal_bound
from alerts.model import Outcome, State
from alerts.rules import Bound, Watch
from alerts.store import tables
from tests.alerts.stand import GATEWAY, KIOSK, NINE, ZONE, Stand

READING = tables.reading


def reading(hub: Stand, name: str, device: str = "band-1", **fields: Any) -> dict[str, Any]:
    now = hub.clock()
    return {"device": device, "id": name, "at": now, "received_at": now,
            "values": {"pulse_bpm": 72}, **fields}  # fmt: skip


def stored(hub: Stand) -> list[str]:
    return [row.id for row in hub.rows(select(READING.c.id).order_by(READING.c.seq))]


async def out_of_bounds(hub: Stand, device: str = "band-1", **values: Any) -> None:
    """The same measurement now and half a minute later."""
    await hub.measure(device, **values)
    hub.clock.forward(30)
    await hub.measure(device, **values)


# ── batches ──────────────────────────────────────────────────────────────────────────────────
async def test_one_bad_reading_never_fails_its_batch(hub: Stand) -> None:
    batch = [
        reading(hub, "a"),
        {"device": "band-1"},
        reading(hub, "b", values={"pulse_bpm": 900}),
        reading(hub, "c", values={}),
        reading(hub, "d", device="nobody"),
        reading(hub, "e", device=KIOSK),
        reading(hub, "f", values={"mood": 1}),
        reading(hub, "a"),
        reading(hub, "g"),
        reading(hub, "x\0y"),
    ]
    results = await hub.engine.take_readings(GATEWAY, batch)
    assert [(r.status, r.reason) for r in results] == [
        ("accepted", None),
        ("refused", "missing:id"),
        ("refused", "implausible:pulse_bpm"),
        ("refused", "no_values"),
        ("refused", "unknown_device"),
        ("refused", "not_in_roster"),
        ("refused", "unknown_value:mood"),
        ("duplicate", None),
        ("accepted", None),
        ("refused", "string_pattern_mismatch:id"),
    ]
    assert stored(hub) == ["a", "g"]


async def test_a_repetition_is_a_duplicate_also_beside_new_ones(hub: Stand) -> None:
    await hub.engine.take_readings(GATEWAY, [reading(hub, "a"), reading(hub, "b")])
    batch = [reading(hub, "b"), reading(hub, "c"), reading(hub, "a", device="cuff-1")]
    results = await hub.engine.take_readings(GATEWAY, batch)
    assert [r.status for r in results] == ["duplicate", "accepted", "accepted"]
    assert stored(hub) == ["a", "b", "c", "a"]


async def test_readings_and_events_have_ids_of_their_own(hub: Stand) -> None:
    await hub.say("sos", "band-1", id="1")
    assert (await hub.measure("band-1", id="1", pulse_bpm=72)).status == "accepted"


async def test_a_reading_belongs_to_whoever_wore_the_device_then(hub: Stand) -> None:
    await hub.measure("band-1", pulse_bpm=72)
    hub.change(lambda work: register.lend(work, "band-1", 1))
    await hub.measure("band-1", pulse_bpm=73)
    owners = hub.rows(select(READING.c.resident_id).order_by(READING.c.seq))
    assert [row.resident_id for row in owners] == [3, 1]


@pytest.mark.parametrize("name", PLAUSIBLE)
@pytest.mark.parametrize("side", [0, 1])
async def test_what_no_working_device_reports_is_refused(lite: Stand, name: str, side: int) -> None:
    edge: Any = PLAUSIBLE[name][side]
    beyond = edge + (1 if side else -1) * 0.01
    assert (await lite.measure("band-1", **{name: edge})).status == "accepted"
    absurdities: list[Any] = [beyond, float("nan"), float("inf"), float("-inf")]
    for absurd in absurdities:
        result = await lite.measure("band-1", **{name: absurd})
        assert (result.status, result.reason) == ("refused", f"implausible:{name}")


async def test_a_reading_from_1970_counts_as_just_measured(hub: Stand) -> None:
    await hub.engine.take_readings(GATEWAY, [reading(hub, "a", at=NINE.replace(year=1970))])
    assert hub.rows(select(READING.c.at))[0].at == NINE


async def test_an_unforeseen_trouble_with_one_reading_holds_up_no_other(hub: Stand) -> None:
    spoilt = {"device": "band-1", "quantity": "pulse_bpm", "state": {"of": "another version"}}
    hub.change(lambda work: work.tx.execute(tables.watch.insert(), spoilt))
    batch = [reading(hub, "a"), reading(hub, "b", device="cuff-1"), reading(hub, "c")]
    results = await hub.engine.take_readings(GATEWAY, batch)
    assert [r.status for r in results] == ["refused", "accepted", "refused"]
    assert results[0].reason == "internal_error"


# ── out of bounds ────────────────────────────────────────────────────────────────────────────
async def test_two_measurements_out_of_bounds_tell_somebody(hub: Stand) -> None:
    await hub.measure("band-1", pulse_bpm=130)
    assert hub.alerts() == []
    hub.clock.forward(30)
    await hub.measure("band-1", pulse_bpm=132)
    alert = hub.alert()
    assert (alert.kind, alert.severity, alert.ladder) == ("out_of_bounds", 2, "health")
    assert (alert.data["label"], alert.data["explain"]) == (
        "脉搏 132 次/分", "脉搏 132（常在 45–120）",
    )  # fmt: skip
    assert hub.told() == ["王网格员"]
    assert "132" not in hub.notices()[0].text, "no health data leaves the desk"


async def test_what_stays_out_of_bounds_is_one_alert_and_one_call(hub: Stand) -> None:
    await out_of_bounds(hub, pulse_bpm=130)
    for _ in range(3):
        await out_of_bounds(hub, pulse_bpm=140)
    assert len(hub.alerts()) == 1
    assert hub.told() == ["王网格员"]


async def test_back_inside_ends_the_condition_but_a_person_still_looks(hub: Stand) -> None:
    await out_of_bounds(hub, pulse_bpm=130)
    for _ in range(2):
        hub.clock.forward(10)
        await hub.measure("band-1", pulse_bpm=80)
    alert = hub.alert()
    assert (alert.state, alert.active) == (State.TRIGGERED, False)
    assert hub.history()[-1] == "cleared"


async def test_out_again_after_the_end_is_a_new_alert(hub: Stand) -> None:
    await out_of_bounds(hub, pulse_bpm=130)
    for value in (80, 80):
        hub.clock.forward(10)
        await hub.measure("band-1", pulse_bpm=value)
    await hub.accept("wang")
    await hub.does("wang", respond.settle, 1, Outcome.VISITED)
    await out_of_bounds(hub, pulse_bpm=130)
    assert [a.state for a in hub.alerts()] == [State.RESOLVED, State.TRIGGERED]


async def test_both_values_of_a_blood_pressure_are_one_alert(hub: Stand) -> None:
    await out_of_bounds(hub, "cuff-1", systolic_mmhg=190, diastolic_mmhg=115)
    assert len(hub.alerts()) == 1
    assert hub.alert().data["label"] == "血压 190/115"


async def test_a_watch_outlives_the_hub(hub: Stand) -> None:
    await hub.measure("band-1", spo2_percent=85)
    hub.clock.forward(30)
    again = Stand(hub.url, hub.clock, _count=10)
    await again.measure("band-1", spo2_percent=86)
    assert again.alert().data["quantity"] == "spo2_percent"
    again.close()


async def test_a_device_nobody_wears_never_alarms_by_its_readings(hub: Stand) -> None:
    await out_of_bounds(hub, ZONE, pulse_bpm=200, spo2_percent=60)
    assert hub.alerts() == []


async def test_a_person_has_bounds_of_their_own(hub: Stand) -> None:
    set_ = register.set_bound
    hub.change(lambda work: set_(work, 3, "pulse_bpm", 40, 140, "张社工"))
    await out_of_bounds(hub, pulse_bpm=130)
    assert hub.alerts() == []
    await out_of_bounds(hub, pulse_bpm=150)
    assert hub.alert().data["explain"] == "脉搏 150（常在 40–140）"


async def test_without_bounds_of_their_own_the_usual_ones_count_again(hub: Stand) -> None:
    set_ = register.set_bound
    hub.change(lambda work: set_(work, 3, "pulse_bpm", 40, 140, "张社工"))
    hub.change(lambda work: set_(work, 3, "pulse_bpm", None, None, "张社工"))
    await out_of_bounds(hub, pulse_bpm=130)
    assert len(hub.alerts()) == 1


async def test_a_new_wearer_starts_without_the_old_ones_watch(hub: Stand) -> None:
    await hub.measure("band-1", pulse_bpm=130)
    hub.change(lambda work: register.lend(work, "band-1", 1))
    hub.clock.forward(30)
    await hub.measure("band-1", pulse_bpm=130)
    assert hub.alerts() == []


def test_a_personal_bound_keeps_the_usual_hysteresis() -> None:
    assert personal_bound("pulse_bpm", None, 150) == Bound(None, 150, 5)


def test_a_watch_survives_json() -> None:
    watch = Watch("pulse_bpm", 2, NINE, NINE + timedelta(seconds=30.5), 130.5, True, 1)
    assert _from_json(_to_json(watch)) == watch


# ── batteries ────────────────────────────────────────────────────────────────────────────────
async def batteries(hub: Stand, device: str, *percents: float) -> list[State]:
    for percent in percents:
        hub.clock.forward(60)
        await hub.measure(device, battery_percent=percent)
    return [alert.state for alert in hub.alerts()]


async def test_a_low_battery_is_a_work_order_until_it_is_well(hub: Stand) -> None:
    assert await batteries(hub, "band-1", 40, 16) == []
    assert await batteries(hub, "band-1", 15, 14, 16, 24) == [State.TRIGGERED]
    assert (hub.alert().kind, hub.alert().data) == ("low_battery", {"battery_percent": 15})
    assert await batteries(hub, "band-1", 25) == [State.CLOSED]
    assert hub.alert().outcome is Outcome.RESTORED
    assert await batteries(hub, "band-1", 15) == [State.CLOSED, State.TRIGGERED]


async def test_a_battery_of_the_zone_is_a_work_order_too(hub: Stand) -> None:
    assert await batteries(hub, ZONE, 5) == [State.TRIGGERED]


async def test_a_fresh_battery_closes_what_the_devices_own_event_opened(hub: Stand) -> None:
    await hub.open("low_battery", "band-1", data={"battery_percent": 10})
    assert await batteries(hub, "band-1", 100) == [State.CLOSED]


async def test_several_values_of_one_batch_end_where_the_last_one_says(hub: Stand) -> None:
    percents = [80, 10, 90, 90, 8]
    batch = [reading(hub, str(n), values={"battery_percent": p}) for n, p in enumerate(percents)]
    await hub.engine.take_readings(GATEWAY, batch)
    assert [a.state for a in hub.alerts()] == [State.CLOSED, State.TRIGGERED]
    battery = select(tables.device.c.battery_percent).where(tables.device.c.id == "band-1")
    assert hub.rows(battery)[0][0] == 8
