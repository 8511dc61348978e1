"""A fall counts down before it calls, and a press does not."""

import pytest

from tests.journeys.waiting import until
from tests.journeys.world import World


def test_a_fall_that_is_cancelled_calls_nobody(world: World) -> None:
    detector = world.pendant()
    fall = detector.press("fall")
    detector.hears(fall, "received")
    assert world.desk().sees(detector.device).state == "pre_alarm"
    cancel = detector.press("fall_cancelled", data={"event": fall.id})
    detector.hears(cancel, "received")
    (alert,) = world.desk().all_of(detector.device)
    assert (alert.state, alert.outcome) == ("closed", "本人取消")
    world.clock.advance(30)
    after_everything_due(world)
    assert world.siren.rings(detector.device) == []
    assert world.desk().look(alert.number).notices == []


def test_a_fall_that_is_not_cancelled_calls_after_25_seconds(world: World) -> None:
    detector = world.pendant()
    fall = detector.press("fall")
    detector.hears(fall, "received")
    number = world.desk().sees(detector.device).number
    world.clock.advance(15)
    after_everything_due(world)
    assert world.siren.rings(detector.device) == []
    world.clock.advance(10)
    (ring,) = world.siren.wait(detector.device)
    assert (ring.body["alert"], ring.body["kind"]) == (number, "fall")
    assert world.desk().sees(detector.device).state == "triggered"


def test_a_press_confirms_a_fall_at_once(world: World) -> None:
    detector = world.pendant()
    detector.hears(detector.press("fall"), "received")
    detector.hears(detector.press("sos"), "received")
    world.siren.wait(detector.device)
    alert = world.desk().sees(detector.device)
    assert (alert.state, alert.press_count) == ("triggered", 2)


def test_a_cancel_after_the_call_is_a_note_and_a_person_still_looks(world: World) -> None:
    detector = world.pendant()
    fall = detector.press("fall", data={"pre_alarm": False})
    world.siren.wait(detector.device)
    cancel = detector.press("fall_cancelled", data={"event": fall.id})
    detector.hears(cancel, "received")
    alert = world.desk().sees(detector.device)
    assert alert.state == "triggered"
    assert alert.cancelled_at is not None


@pytest.mark.parametrize("kind", ["sos", "smoke", "gas", "carbon_monoxide"])
def test_what_cannot_wait_has_no_countdown(world: World, kind: str) -> None:
    device = world.pendant()
    press = device.press(kind)
    device.hears(press, "received")
    (ring,) = world.siren.wait(device.device)
    assert ring.body["kind"] == kind


def after_everything_due(world: World) -> None:
    """A press that came later has rung: whatever was due before it has been done."""
    later = world.pendant()
    later.press()
    world.siren.wait(later.device)
    until(lambda: world.desk().sees(later.device).notices[0].state == "delivered", "its notice")
