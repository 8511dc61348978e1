"""A press and the people who answer it."""

import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from alerts.contract import AlertDetail
from tests.journeys.desk import Desk, Refused
from tests.journeys.facts import alerts_of
from tests.journeys.pendant import Pendant, Press
from tests.journeys.waiting import until
from tests.journeys.world import World

SOON_S = 5.0
"""Every stage reaches the device so soon after its cause."""


def test_a_press_is_answered_and_closed(world: World) -> None:
    pendant, village = world.pendant(), world.desk("village-1")
    press = pendant.press()
    assert pendant.hears(press, "received").at - press.at < SOON_S
    number = village.sees(pendant.device).number
    (ring,) = world.siren.wait(pendant.device)
    assert ring.at - press.at < SOON_S
    assert ring.body == {
        "alert": number,
        "device": pendant.device,
        "kind": "sos",
        "severity": 1,
        "state": "ON",
    }
    for action, stage in (
        ("acknowledge", "accepted"),
        ("dispatch", "on_the_way"),
        ("arrive", "arrived"),
    ):
        act_and_hear(village, number, action, pendant, press, stage)
    act_and_hear(village, number, "resolve", pendant, press, "closed", outcome="help_nonmedical")
    village.act(number, "close", text="已回访，平安")
    alert = village.look(number)
    assert (alert.state, alert.next, alert.outcome) == ("closed", None, "真实：生活求助")
    assert pendant.stages(press) == ["received", "accepted", "on_the_way", "arrived", "closed"]
    assert len(world.siren.rings(pendant.device)) == 1


def act_and_hear(
    desk: Desk, number: int, action: str, pendant: Pendant, press: Press, stage: str, **body: str
) -> None:
    """The device hears of what somebody did, by name, and soon."""
    with ThreadPoolExecutor(1) as beside:
        heard = beside.submit(pendant.hears, press, stage)
        began = time.monotonic()
        desk.act(number, action, **body)
    assert heard.result().body["by"] == "徐网格员"
    assert heard.result().at - began < SOON_S


def test_the_helper_sees_who_it_is_and_how_to_get_in(world: World) -> None:
    pendant = world.pendant()
    pendant.press()
    card = world.desk("village-1").sees(pendant.device).resident_card
    assert card is not None
    assert (card.address, card.door_note) == ("3 号 201", "钥匙在邻居家")
    assert [contact.phone for contact in card.contacts] == ["13900000001"]


def test_nobody_answers_and_the_ladder_climbs_from_village_to_town_to_district(
    world: World,
) -> None:
    pendant, leader = world.pendant(), world.desk()
    press = pendant.press()
    world.siren.wait(pendant.device)
    assert told(world, pendant, 1) == [{"徐网格员"}]
    world.clock.advance(30)
    assert told(world, pendant, 2)[1:] == [{"张社工"}]
    assert "still_calling" not in pendant.stages(press)
    world.clock.advance(30)
    assert told(world, pendant, 3)[2:] == [{"张社工", "林社工"}]
    pendant.hears(press, "still_calling")
    world.clock.advance(60)
    assert told(world, pendant, 4)[3:] == [{"吴社工"}]
    world.clock.advance(60)
    everybody = {"徐网格员", "张社工", "林社工", "吴社工", "郑社工", "周科长"}
    assert told(world, pendant, 5)[4:] == [everybody]
    assert len(world.siren.wait(pendant.device, 4)) == 4
    alert = leader.sees(pendant.device)
    leader.act(alert.number, "acknowledge")
    pendant.hears(press, "accepted")
    world.clock.advance(120)
    world.clock.advance(120)
    assert len(told(world, pendant, 5)) == 5
    assert len(world.siren.rings(pendant.device)) == 4


def told(world: World, pendant: Pendant, rungs: int) -> list[set[str]]:
    """Whom each rung told at the desk, once so many rungs have been taken."""

    def rungs_taken(alert: AlertDetail) -> int:
        return sum(line.what == "rung" for line in alert.history)

    leader = world.desk()
    number = leader.sees(pendant.device).number
    until(lambda: rungs_taken(leader.look(number)) >= rungs, f"rung {rungs}")
    alert = leader.look(number)
    assert rungs_taken(alert) == rungs
    return by_moment(alert)


def by_moment(alert: AlertDetail) -> list[set[str]]:
    at_desk = [notice for notice in alert.notices if notice.channel == "desk"]
    moments = dict.fromkeys(notice.created_at for notice in at_desk)
    return [{n.to for n in at_desk if n.created_at == moment} for moment in moments]


@pytest.mark.parametrize(
    ("actions", "patience_s"), [(("acknowledge",), 300), (("acknowledge", "dispatch"), 900)]
)
def test_what_was_accepted_and_forgotten_comes_back(
    world: World, actions: Iterable[str], patience_s: int
) -> None:
    pendant, town = world.pendant(), world.desk("town-1")
    press = pendant.press()
    number = town.sees(pendant.device).number
    for action in actions:
        town.act(number, action)
    rings = len(world.siren.wait(pendant.device))
    world.clock.advance(patience_s - 20)
    assert town.look(number).owner == "张社工"
    world.clock.advance(21)
    alert = town.sees(pendant.device, lambda alert: alert.state == "triggered")
    assert (alert.number, alert.owner) == (number, None)
    assert "fell_back" in [line.what for line in alert.history]
    world.siren.wait(pendant.device, rings + 1)
    world.desk("town-2").act(number, "acknowledge")
    until(lambda: pendant.stages(press).count("accepted") == 2, "the next one to accept")
    accepted = [h.body["by"] for h in pendant.heard if h.body.get("stage") == "accepted"]
    assert accepted == ["张社工", "林社工"]


def test_of_two_who_accept_at_once_one_owns_it_and_the_other_is_told_who(world: World) -> None:
    desks = [world.desk("town-1"), world.desk("village-1")]
    for _ in range(5):
        pendant = world.pendant()
        press = pendant.press()
        number = desks[0].sees(pendant.device).number
        answers = at_once(desks, number)
        (owner,) = [a.owner for a in answers if isinstance(a, AlertDetail)]
        (refused,) = [a for a in answers if isinstance(a, Refused)]
        assert (refused.status, refused.title) == (409, f"{owner}已经在处理 {number} 号报警")
        assert pendant.hears(press, "accepted").body["by"] == owner
        assert pendant.stages(press).count("accepted") == 1


def at_once(desks: list[Desk], number: int) -> list[AlertDetail | Refused]:
    start = Barrier(len(desks))

    def accept(desk: Desk) -> AlertDetail | Refused:
        start.wait()
        try:
            return desk.act(number, "acknowledge")
        except Refused as why:
            return why

    with ThreadPoolExecutor(len(desks)) as hands:
        return list(hands.map(accept, desks))


def test_a_second_press_is_counted_and_rings_again(world: World) -> None:
    pendant = world.pendant()
    first = pendant.press()
    world.siren.wait(pendant.device, 1)
    second = pendant.press()
    pendant.hears(second, "received")
    world.siren.wait(pendant.device, 2)
    assert world.desk().sees(pendant.device).press_count == 2
    assert alerts_of(world, pendant.device) == [(first.id, 2)]


def test_a_device_that_was_away_hears_the_newest_stage_when_it_is_back(world: World) -> None:
    pendant, town = world.pendant(), world.desk("town-1")
    press = pendant.press()
    pendant.hears(press, "received")
    pendant.leave()
    number = town.sees(pendant.device).number
    town.act(number, "acknowledge")
    town.act(number, "dispatch")
    until(lambda: world.replies(pendant.device) == 3, "both stages to find nobody")
    back = world.device(pendant.device)
    assert back.hears(press, "on_the_way").body["text"] == "张社工正在赶来"
    assert back.stages(press) == ["on_the_way"]


def test_a_stage_that_has_expired_is_not_told_to_a_device_that_comes_back(world: World) -> None:
    pendant, town = world.pendant(), world.desk("town-1")
    press = pendant.press()
    pendant.hears(press, "received")
    pendant.leave()
    town.act(town.sees(pendant.device).number, "acknowledge")
    until(lambda: world.replies(pendant.device) == 2, "the stage to find nobody")
    world.clock.advance(31 * 60)
    back = world.device(pendant.device)
    again = back.press()
    back.hears(again, "received")
    assert back.stages(press) == []


def test_the_clock_of_1970_does_not_stop_a_press(world: World) -> None:
    pendant = world.pendant()
    press = pendant.press(at="1970-01-01T00:00:07Z")
    pendant.hears(press, "received")
    world.siren.wait(pendant.device)
    alert = world.desk().sees(pendant.device)
    assert (alert.marks, alert.late_s) == (["时钟不准"], 0)
    assert abs((world.clock.now() - alert.opened_at).total_seconds()) < 60
