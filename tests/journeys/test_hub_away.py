"""The hub is dead, hangs at its database, or comes back: whoever pressed is not forgotten."""

import sqlite3
import time

from tests.journeys.facts import alerts_of
from tests.journeys.people import KIOSK
from tests.journeys.waiting import until
from tests.journeys.world import World

PATIENCE_OF_THE_GATEWAY_S = 15
LOCKED_S = 30


def test_with_the_hub_dead_for_a_minute_the_siren_rings_all_the_same(world: World) -> None:
    world.hub.kill()
    pendant = world.pendant()
    press = pendant.press()
    (ring,) = world.siren.wait(pendant.device)
    assert PATIENCE_OF_THE_GATEWAY_S - 1 < ring.at - press.at < PATIENCE_OF_THE_GATEWAY_S + 5
    assert (ring.body["by"], ring.body["kind"], ring.body["alert"]) == ("gateway", "sos", None)
    world.clock.advance(45)
    world.clock.advance(15)
    world.siren.wait(pendant.device, 2)
    assert pendant.stages(press) == []
    world.hub.start()
    pendant.hears(press, "received")
    (*_, last) = world.siren.wait(pendant.device, 3)
    assert alerts_of(world, pendant.device) == [(press.id, 1)]
    world.desk().settle(last.body["alert"])


def test_with_the_database_locked_for_30_seconds_nothing_is_confirmed_and_nothing_lost(
    world: World,
) -> None:
    pendant = world.pendant()
    lock = sqlite3.connect(world.folder / "hub.db", isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    locked_at = time.monotonic()
    press = pendant.press()
    (ring,) = world.siren.wait(pendant.device)
    assert ring.body["by"] == "gateway"
    until(lambda: time.monotonic() - locked_at > LOCKED_S, "half a minute", LOCKED_S + 5)
    assert pendant.stages(press) == []
    lock.execute("ROLLBACK")
    lock.close()
    pendant.hears(press, "received")
    (*_, last) = world.siren.wait(pendant.device, 2)
    assert alerts_of(world, pendant.device) == [(press.id, 1)]
    world.desk().settle(last.body["alert"])


def test_a_kiosk_pressed_with_the_hub_down_says_what_to_do_and_sends_it_later_once(
    world: World,
) -> None:
    kiosk = world.kiosk()
    world.hub.kill()
    kiosk.start()
    kiosk.tap("sos")
    kiosk.shows("已记在本机，联网后自动送出。")
    kiosk.shows("0574-00000000")
    kiosk.kill()
    kiosk.start()
    world.hub.start()
    duty = world.desk("district-1")
    alert = duty.sees(KIOSK)
    assert (alert.kind, alert.press_count) == ("help", 1)
    assert world.siren.wait(KIOSK)[0].body["alert"] == alert.number
    duty.act(alert.number, "acknowledge")
    kiosk.shows("已受理")
    assert len(alerts_of(world, KIOSK)) == 1
    duty.act(alert.number, "resolve", outcome="help_nonmedical")
    duty.act(alert.number, "close")
    kiosk.stop()


def test_a_kiosk_press_that_waited_for_ten_minutes_concerns_the_window_only(world: World) -> None:
    kiosk = world.kiosk()
    rings = len(world.siren.rings(KIOSK))
    world.hub.kill()
    kiosk.start()
    kiosk.tap("sos")
    kiosk.shows("已记在本机")
    world.clock.advance(11 * 60)
    world.hub.start()
    alert = world.desk("district-1").sees(KIOSK)
    assert "延迟" in alert.marks
    world.clock.advance(10 * 60)
    later = world.pendant()
    later.press()
    world.siren.wait(later.device)
    assert {n.to for n in world.desk().look(alert.number).notices} == {"吴社工"}
    assert len(world.siren.rings(KIOSK)) == rings
