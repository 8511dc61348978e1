"""Who falls silent is missed, and no storm of small faults delays a life."""

import json
import time

from sqlalchemy import func, select

from alerts.store.tables import alert, resident
from tests.journeys import people
from tests.journeys.waiting import until
from tests.journeys.world import World

MANY_DEVICES, EVENTS_EACH = 25, 20


def test_a_button_that_falls_silent_is_missed_and_its_return_closes_the_fault(
    world: World,
) -> None:
    button = world.device(people.RESTLESS)
    button.leave()
    world.pass_time(3 * people.RESTLESS_S + 5)
    fault = world.desk("village-1").sees(people.RESTLESS)
    assert (fault.kind, fault.severity, fault.title) == ("silence", 4, "设备失联")
    assert fault.resident in people.RESIDENTS
    assert world.siren.rings(people.RESTLESS) == []
    world.device(people.RESTLESS)
    until(lambda: world.desk().look(fault.number).state == "closed", "the fault to close itself")
    assert world.desk().look(fault.number).outcome == "自动恢复"


def test_a_gateway_that_is_down_raises_one_alert_naming_its_residents(world: World) -> None:
    world.device(people.RESTLESS)
    world.pass_time(10)
    world.gateway.kill()
    world.clock.advance(31)
    down = world.desk().sees(None)
    assert (down.kind, down.data["source"]) == ("gateway_down", people.GATEWAY)
    everybody = [row.id for row in world.ask(select(resident.c.id).order_by(resident.c.id))]
    assert down.data["residents"] == everybody
    world.clock.advance(600)
    assert silences(world) == 1, "the fault of the story before, and no other"
    world.gateway.start()
    until(lambda: world.desk().look(down.number).state == "closed", "the alert to close itself")
    assert silences(world) == 1


def silences(world: World) -> int:
    asked = select(func.count()).where(alert.c.kind == "silence")
    return int(world.ask(asked)[0][0])


def test_a_press_behind_500_low_batteries_rings_within_3_seconds(world: World) -> None:
    weak = [world.pendant() for _ in range(MANY_DEVICES)]
    pressed = world.pendant()
    world.hub.pause()
    for pendant in weak:
        for number in range(EVENTS_EACH):
            said = {"id": f"weak-{number}", "kind": "low_battery", "data": {"battery_percent": 9}}
            pendant.say("event", json.dumps(said))
    until(lambda: world.broker_heard(weak) == MANY_DEVICES * EVENTS_EACH, "all of them to be sent")
    pressed.press()
    until(lambda: world.broker_heard([pressed]) >= 1, "the press to be sent")
    world.hub.resume()
    began = time.monotonic()
    (ring,) = world.siren.wait(pressed.device)
    assert ring.at - began < 3
    until(lambda: low_batteries(world) == MANY_DEVICES, "every low battery to be shown once")


def low_batteries(world: World) -> int:
    return int(world.ask(select(func.count()).where(alert.c.kind == "low_battery"))[0][0])
