"""Who is silent: three missed beats are a fault, and a fault at the hub is nobody else's."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from alerts import register
from alerts.contract import DevicePresence, Kind, Presence, UnknownDevice
from alerts.model import Alert, Outcome, State
from alerts.store import tables
from alerts.supervise import SILENCES_A_SWEEP
from tests.alerts.stand import (
    DISTRICT,
    GATEWAY,
    KIOSK,
    NINE,
    VILLAGE,
    WEARERS,
    Stand,
)

INTERVAL_S = 60
DEVICE = tables.device


async def look_for(hub: Stand, seconds: float, *heard: str, gateway: bool = True) -> None:
    """Time passes while gateway and kiosk report often enough and the hub looks around."""
    end = hub.clock() + timedelta(seconds=seconds)
    while hub.clock() < end:
        await hub.later(min(30, (end - hub.clock()).total_seconds()))
        if gateway:
            await hub.heard(*heard)
        await hub.heard(KIOSK, source=KIOSK)
        await hub.engine.sweep()


async def listening(hub: Stand, *devices: str) -> None:
    """The hub has listened for a while, and has just heard these devices."""
    hub.change(lambda work: work.tx.execute(update(DEVICE).values(interval_s=INTERVAL_S)))
    await hub.engine.sweep()
    await look_for(hub, 40)
    await hub.heard(*devices)


def open_alerts(hub: Stand) -> list[Alert]:
    return [a for a in hub.alerts() if a.state is not State.CLOSED]


# ── devices ──────────────────────────────────────────────────────────────────────────────────
async def test_three_missed_beats_open_a_fault_that_names_the_device(hub: Stand) -> None:
    await listening(hub, "pendant-1")
    await look_for(hub, 3 * INTERVAL_S)
    assert hub.alerts() == []
    await look_for(hub, 10)
    alert = hub.alert()
    assert (alert.kind, alert.device, alert.severity, alert.area) == (
        Kind.SILENCE, "pendant-1", 4, VILLAGE,
    )  # fmt: skip
    assert hub.told() == ["王网格员"]
    await look_for(hub, 60)
    assert len(hub.alerts()) == 1


async def test_a_return_closes_the_silence(hub: Stand) -> None:
    await listening(hub, "pendant-1")
    await look_for(hub, 3 * INTERVAL_S + 10)
    await hub.heard("pendant-1")
    assert (hub.alert().state, hub.alert().outcome) == (State.CLOSED, Outcome.RESTORED)
    await look_for(hub, 3 * INTERVAL_S + 10)
    assert [a.state for a in hub.alerts()] == [State.CLOSED, State.TRIGGERED]


async def test_old_news_of_a_device_does_not_close_its_silence(hub: Stand) -> None:
    await listening(hub, "pendant-1")
    await look_for(hub, 3 * INTERVAL_S + 10)
    long_ago = hub.clock() - timedelta(seconds=3 * INTERVAL_S + 5)
    beat = DevicePresence(device="pendant-1", last_heard=long_ago)
    await hub.engine.take_presence(GATEWAY, Presence(devices=[beat]))
    assert hub.alert().state is State.TRIGGERED


async def test_a_beat_that_was_reported_late_closes_the_silence(hub: Stand) -> None:
    await listening(hub, "pendant-1")
    await look_for(hub, 3 * INTERVAL_S + 10)
    before_it = hub.clock() - timedelta(seconds=15)
    beat = DevicePresence(device="pendant-1", last_heard=before_it)
    await hub.engine.take_presence(GATEWAY, Presence(devices=[beat]))
    assert hub.alert().state is State.CLOSED


async def test_a_device_that_was_never_heard_is_not_silent(hub: Stand) -> None:
    await listening(hub)
    await look_for(hub, 5 * INTERVAL_S)
    assert hub.alerts() == []


async def test_a_last_will_is_only_a_hint(hub: Stand) -> None:
    await listening(hub, "pendant-1")
    will = DevicePresence(device="pendant-1", last_heard=hub.clock(), status="offline")
    await hub.engine.take_presence(GATEWAY, Presence(devices=[will]))
    await look_for(hub, 60)
    assert hub.alerts() == []
    assert hub.rows(select(DEVICE.c.status).where(DEVICE.c.id == "pendant-1"))[0][0] == "offline"


async def test_a_retired_device_is_missed_by_nobody(hub: Stand) -> None:
    await listening(hub, "pendant-1")
    hub.change(lambda work: register.retire(work, "pendant-1"))
    await look_for(hub, 4 * INTERVAL_S)
    assert hub.alerts() == []


async def test_nobody_speaks_for_a_device_of_another_source(hub: Stand) -> None:
    assert await hub.heard("pendant-1", "nobody", source=KIOSK) == 0
    assert await hub.heard("pendant-1", "nobody") == 1


async def test_a_beat_from_the_future_counts_as_now(hub: Stand) -> None:
    beat = DevicePresence(device="pendant-1", last_heard=NINE + timedelta(days=300))
    await hub.engine.take_presence(GATEWAY, Presence(devices=[beat]))
    row = hub.rows(select(DEVICE).where(DEVICE.c.id == "pendant-1"))[0]
    assert (row.last_heard, row.silent_at) == (NINE, NINE + timedelta(seconds=900))


async def test_a_storm_of_silences_comes_in_parts(hub: Stand) -> None:
    await listening(hub)
    new = register.NewDevice("", GATEWAY, DISTRICT)
    rows = [
        {"id": f"many-{n}", "source": GATEWAY, "protocol": "own_mqtt", "address": f"many-{n}",
         "area": DISTRICT, "registered_at": NINE, "last_heard": NINE, "silent_at": NINE,
         "interval_s": new.interval_s}
        for n in range(SILENCES_A_SWEEP + 20)
    ]  # fmt: skip
    hub.change(lambda work: work.tx.execute(DEVICE.insert(), rows))
    await hub.engine.sweep()
    assert len(hub.alerts()) == SILENCES_A_SWEEP
    assert (await hub.say("sos")).status == "accepted"
    await hub.engine.sweep()
    assert len(hub.alerts()) == SILENCES_A_SWEEP + 21


# ── gateways and kiosks ──────────────────────────────────────────────────────────────────────
async def test_a_gateway_that_is_down_names_its_residents_and_raises_no_device_alerts(
    hub: Stand,
) -> None:
    await listening(hub, *WEARERS)
    await look_for(hub, 4 * INTERVAL_S, gateway=False)
    (alert,) = hub.alerts()
    assert (alert.kind, alert.severity, alert.area) == (Kind.GATEWAY_DOWN, 2, DISTRICT)
    assert alert.data["source"] == GATEWAY
    assert alert.data["residents"] == [1, 2, 3, 4]
    assert alert.data["devices"] == 5


async def test_it_takes_three_missed_reports(hub: Stand) -> None:
    await listening(hub)
    await look_for(hub, 30, gateway=False)
    assert hub.alerts() == []
    await look_for(hub, 1, gateway=False)
    assert [a.kind for a in hub.alerts()] == [Kind.GATEWAY_DOWN]


async def test_a_gateway_that_is_back_closes_its_fault_and_gives_its_devices_time(
    hub: Stand,
) -> None:
    await listening(hub, "pendant-1")
    await look_for(hub, 4 * INTERVAL_S, gateway=False)
    await hub.heard()
    assert [a.state for a in hub.alerts()] == [State.CLOSED]
    await look_for(hub, 3 * INTERVAL_S + 30)
    assert open_alerts(hub) == []
    await look_for(hub, 10)
    assert [a.kind for a in open_alerts(hub)] == [Kind.SILENCE]


async def test_a_source_that_never_reported_is_not_down(hub: Stand) -> None:
    await hub.engine.sweep()
    hub.clock.forward(600)
    await hub.engine.sweep()
    assert hub.alerts() == []


# ── the hub itself ───────────────────────────────────────────────────────────────────────────
async def test_a_hub_that_was_down_accuses_nobody(hub: Stand) -> None:
    await listening(hub, *WEARERS)
    await hub.later(4 * INTERVAL_S)
    again = Stand(hub.url, hub.clock)
    await again.engine.sweep()
    assert again.alerts() == []
    await look_for(again, 3 * INTERVAL_S - 30, *WEARERS)
    assert again.alerts() == []
    again.close()


async def test_a_hub_that_could_not_look_for_a_while_accuses_nobody(hub: Stand) -> None:
    await listening(hub, *WEARERS)
    hub.clock.forward(45)  # its database was locked: nobody could report
    hub.idle += 45
    await hub.engine.sweep()
    assert hub.alerts() == []
    await look_for(hub, 40)
    assert hub.alerts() == []


async def test_a_hub_that_could_not_climb_for_a_while_does_not_call_itself_broken(
    hub: Stand,
) -> None:
    await listening(hub)
    await hub.open("low_battery")
    hub.clock.forward(3 * 3600)
    hub.idle += 3 * 3600
    await hub.heard()
    await hub.engine.sweep()
    await hub.engine.climb_due()
    assert [a.kind for a in hub.alerts()] == [Kind.LOW_BATTERY]


# ── strangers ────────────────────────────────────────────────────────────────────────────────
async def stranger(hub: Stand, kind: str | None, address: str = "aa:bb", count: int = 1) -> None:
    seen = UnknownDevice(
        protocol="ble", address=address, last_heard=hub.clock(), count=count,
        kind=Kind(kind) if kind else None,
    )  # fmt: skip
    await hub.engine.take_presence(GATEWAY, Presence(unknown=[seen]))


async def test_a_strange_device_is_listed_and_calls_nobody(hub: Stand) -> None:
    await stranger(hub, None)
    await stranger(hub, "low_battery", count=3)
    t = tables.unknown_device
    (row,) = hub.rows(select(t))
    assert (row.address, row.times, row.pressed_at) == ("aa:bb", 4, None)
    assert hub.alerts() == []


async def test_a_strange_devices_press_rings_at_the_window_once_in_ten_minutes(
    hub: Stand,
) -> None:
    await stranger(hub, "sos")
    alert = hub.alert()
    assert (alert.marks, alert.area, alert.resident_id) == (("unregistered",), DISTRICT, None)
    assert alert.data["address"] == "aa:bb"
    assert hub.told() == ["陈社工"]
    for _ in range(5):
        hub.clock.forward(100)
        await stranger(hub, "sos")
    assert (len(hub.told()), hub.alert().press_count) == (1, 1)
    hub.clock.forward(100)
    await stranger(hub, "sos")
    assert (hub.told(), hub.alert().press_count) == (["陈社工", "陈社工"], 2)


async def test_who_presses_on_and_on_is_heard_again_after_ten_minutes(hub: Stand) -> None:
    await stranger(hub, "sos")
    await hub.accept("chen")
    t = tables.alert
    closed = update(t).values(state="closed", due_at=None)
    hub.change(lambda work: work.tx.execute(closed))
    for _ in range(3):
        hub.clock.forward(4 * 60)
        await stranger(hub, "sos")
    assert len(hub.alerts()) == 2


async def test_a_second_stranger_joins_the_open_alert_and_pushes(hub: Stand) -> None:
    await stranger(hub, "sos", "aa:bb")
    await stranger(hub, "smoke", "cc:dd")
    assert len(hub.alerts()) == 1
    assert hub.alert().press_count == 2


async def test_a_source_shows_its_own_condition(hub: Stand) -> None:
    presence = Presence(refused={"not_json": 3}, state={"version": "1", "outbox": 0})
    await hub.engine.take_presence(GATEWAY, presence)
    row: Any = hub.rows(select(tables.source).where(tables.source.c.name == GATEWAY))[0]
    assert (row.last_seen, row.state["outbox"], row.refused) == (NINE, 0, {"not_json": 3})
