"""The gateway dies at every moment between a press and its answer; the press outlives it."""

import pytest

from tests.journeys.facts import alerts_of
from tests.journeys.world import World

PRESS_MOMENTS = range(1, 17)
"""Up to 9 the broker still keeps the press; afterwards it is a gateway at rest that dies."""

STAGE_MOMENTS = range(1, 5)
"""From the hub's word on the stream to the device."""


@pytest.mark.parametrize("moment", PRESS_MOMENTS)
def test_a_press_outlives_a_gateway_that_is_killed_at_this_moment(
    world: World, moment: int
) -> None:
    pendant = world.pendant()
    world.gateway_match.set(moment)
    press = pendant.press()
    world.gateway.wait_killed()
    assert world.gateway_match.burnt
    world.gateway.start()
    pendant.hears(press, "received")
    (ring,) = world.siren.wait(pendant.device)
    assert alerts_of(world, pendant.device) == [(press.id, 1)]
    world.desk().settle(ring.body["alert"])


@pytest.mark.parametrize("moment", STAGE_MOMENTS)
def test_a_stage_outlives_a_gateway_that_is_killed_at_this_moment(
    world: World, moment: int
) -> None:
    pendant, desk = world.pendant(), world.desk("town-1")
    press = pendant.press()
    pendant.hears(press, "received")
    world.gateway_match.set(moment)
    desk.act(desk.sees(pendant.device).number, "acknowledge")
    world.gateway.wait_killed()
    assert world.gateway_match.burnt
    world.gateway.start()
    assert pendant.hears(press, "accepted").body["by"] == "张社工"
    assert alerts_of(world, pendant.device) == [(press.id, 1)]
