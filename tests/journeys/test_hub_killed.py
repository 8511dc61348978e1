"""The hub dies at every moment between a press and its notice; the press outlives it."""

import contextlib

import httpx
import pytest

from tests.journeys.facts import alerts_of, notices_of
from tests.journeys.waiting import until
from tests.journeys.world import World

LEASE_S = 21
"""After this a notice whose sender died is sent by whoever lives."""

ACCEPTANCE_MOMENTS = (4, 6, 9, 11, 13, 14, 15, 17)
"""Up to 13 it is not committed; afterwards it is, and the device must hear of it."""

MOMENTS = (*range(1, 25), 28, 32)
"""Up to 23 the siren has not been told; afterwards the hub dies before it has noted that it was."""


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_press_outlives_a_hub_that_is_killed_at_this_moment(world: World, moment: int) -> None:
    pendant = world.pendant()
    world.hub_match.set(moment)
    press = pendant.press()
    world.hub.wait_killed()
    assert world.hub_match.burnt
    world.hub.start()
    pendant.hears(press, "received")
    world.clock.advance(LEASE_S)
    until(lambda: notices_of(world, pendant.device, "siren") == ["delivered"], "the siren's notice")
    assert len(world.siren.rings(pendant.device)) in (1, 2)
    assert alerts_of(world, pendant.device) == [(press.id, 1)]
    (number,) = {ring.body["alert"] for ring in world.siren.rings(pendant.device)}
    world.desk().settle(number)


@pytest.mark.parametrize("moment", ACCEPTANCE_MOMENTS)
def test_an_acceptance_is_whole_or_not_at_all_when_the_hub_is_killed_at_this_moment(
    world: World, moment: int
) -> None:
    pendant, village = world.pendant(), world.desk("village-1")
    press = pendant.press()
    pendant.hears(press, "received")
    number = village.sees(pendant.device).number
    world.hub_match.set(moment)
    with contextlib.suppress(httpx.TransportError):
        village.act(number, "acknowledge")
    world.hub.wait_killed()
    assert world.hub_match.burnt
    world.hub.start()
    if village.look(number).owner is None:
        village.act(number, "acknowledge")
    pendant.hears(press, "accepted")
    assert pendant.stages(press).count("accepted") == 1
    village.act(number, "resolve", outcome="false_press")
    village.act(number, "close")
