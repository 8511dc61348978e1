"""The broker dies in the middle of many presses."""

from tests.journeys.facts import alerts_of
from tests.journeys.waiting import until
from tests.journeys.world import World

MANY = 20


def test_a_broker_killed_in_mid_burst_loses_no_press_and_doubles_none(world: World) -> None:
    pendants = [world.pendant() for _ in range(MANY)]
    presses = [pendant.press() for pendant in pendants]
    until(lambda: any(press.answered.is_set() for press in presses), "the first answer")
    world.broker.kill()
    world.broker.start()
    for pendant, press in zip(pendants, presses, strict=True):
        pendant.hears(press, "received")
        assert 1 <= len(world.siren.wait(pendant.device)) <= 2
        assert alerts_of(world, pendant.device) == [(press.id, 1)]
    assert len(world.desk().open()) == MANY


def test_presses_that_no_gateway_heard_wait_at_the_broker_through_its_restart(
    world: World,
) -> None:
    world.gateway.kill()
    pendants = [world.pendant() for _ in range(5)]
    presses = [pendant.press() for pendant in pendants]
    until(lambda: world.broker_keeps(press.id for press in presses), "the broker to save them")
    for pendant in pendants:
        pendant.leave()
    world.broker.kill()
    world.broker.start()
    world.gateway.start()
    for pendant, press in zip(pendants, presses, strict=True):
        world.siren.wait(pendant.device)
        assert alerts_of(world, pendant.device) == [(press.id, 1)]
