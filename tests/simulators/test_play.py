"""Scenarios played against a real broker: what the hub's side hears of them."""

import asyncio
import json
import time
import tomllib
from collections import Counter
from datetime import datetime

import pytest

from simulators.play import play
from simulators.scenario import Scenario, load
from simulators.trouble import CannotRun
from tests.simulators.conftest import Place
from tests.simulators.hub_side import HubSide
from tests.simulators.running import running, until

PENDANT = """
title = "t"
[[devices]]
type = "pendant"
"""


def story(text: str, *lines: tuple[float, str, str]) -> Scenario:
    told = "".join(
        f'[[story]]\nat_s = {at}\ndevice = "{device}"\ndoes = "{does}"\n'
        for at, device, does in lines
    )
    return Scenario.model_validate(tomllib.loads(text + told))


async def test_a_press_is_repeated_until_it_is_answered(place: Place) -> None:
    both = PENDANT + 'count = 2\nname = "both"\n'
    one, other = "pendant-0001", "pendant-0002"
    with HubSide(place.broker, answers=False) as hub:

        def sayings() -> Counter[str]:
            return Counter(event["device"] for event in hub.events("sos"))

        async with running(play(story(both, (0, "both", "press")), place.credentials)):
            await until(lambda: sayings() == {one: 2, other: 2})
            ids = {event["device"]: event["id"] for event in hub.events("sos")}
            hub.reply(one, ids[one], "received")
            hub.reply(other, "another-event", "received")
            await until(lambda: sayings()[other] == 3)
            assert sayings()[one] == 2
            assert {event["id"] for event in hub.events("sos")} == set(ids.values())


async def test_a_press_out_of_range_arrives_on_return_with_its_own_time(place: Place) -> None:
    away = (0.1, "pendant", "out_of_range"), (0.6, "pendant", "press")
    scenario = story(PENDANT, *away, (1.4, "pendant", "back_in_range"))
    with HubSide(place.broker) as hub:
        async with running(play(scenario, place.credentials)):
            await until(lambda: hub.statuses("pendant-0001") == ["online", "offline"])
            await until(lambda: len(hub.events("sos")) == 1)
            await until(lambda: hub.statuses("pendant-0001")[2:] == ["online"])
    heard = next(h for h in hub.heard if h.what == "event")
    heard_at = time.time() - (time.monotonic() - heard.at)
    pressed_at = datetime.fromisoformat(json.loads(heard.payload)["at"]).timestamp()
    assert heard_at - pressed_at >= 0.7


async def test_every_stage_is_logged_and_nobodys_name(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    scenario = story(PENDANT, (0, "pendant", "press"))
    with HubSide(place.broker, answers=False) as hub:
        async with running(play(scenario, place.credentials)):
            await until(lambda: len(hub.events("sos")) == 1)
            event = hub.events("sos")[0]["id"]
            for stage in ("received", "accepted", "on_the_way", "arrived", "closed"):
                hub.reply("pendant-0001", event, stage, by="张社工")
            await until(lambda: f"heard closed for {event}" in caplog.text)
    heard = [r.message for r in caplog.records if " heard " in r.message]
    assert heard == [
        f"pendant-0001: heard {stage} for {event}"
        for stage in ("received", "accepted", "on_the_way", "arrived", "closed")
    ]
    assert "张社工" not in caplog.text


async def test_bad_replies_are_logged_and_the_device_goes_on(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    scenario = story(PENDANT, (1, "pendant", "press"))
    with HubSide(place.broker) as hub:
        async with running(play(scenario, place.credentials)):
            await until(lambda: hub.statuses("pendant-0001") == ["online"])
            for payload in (b"", b"\xff", b"[]", b'{"event":"x","stage":"?"}', b'{"error":"no"}'):
                hub.babble("pendant-0001", payload)
            await until(lambda: len(hub.events("sos")) == 1)
    assert caplog.text.count("heard a bad reply") == 4
    assert caplog.text.count("was refused: no") == 1


async def test_residents_are_all_alive_and_nobody_calls(place: Place) -> None:
    with HubSide(place.broker) as hub:
        async with running(play(load("residents"), place.credentials, speed=300)):
            await until(lambda: len({h.device for h in hub.heard if h.payload == b"online"}) == 8)
            await until(
                lambda: (
                    {r["device"] for r in hub.readings() if "pulse_bpm" in r["values"]}
                    == {"band-0001", "band-0002", "cuff-0001", "cuff-0002"}
                )
            )
        assert hub.events() == []


async def test_the_night_has_a_cancelled_fall_and_a_real_one(place: Place) -> None:
    with HubSide(place.broker) as hub:
        async with running(play(load("night_two_falls"), place.credentials, speed=60)):
            await until(lambda: len(hub.distinct("sos")) == 2)
    kinds = Counter(event["kind"] for event in hub.distinct())
    assert kinds == {"fall": 2, "fall_cancelled": 1, "sos": 2}
    first = hub.distinct("fall")[0]
    assert hub.distinct("fall_cancelled")[0]["data"] == {"event": first["id"]}


async def test_the_night_on_the_wrist_shows_a_racing_heart(place: Place) -> None:
    with HubSide(place.broker) as hub:
        async with running(play(load("night_two_falls"), place.credentials, speed=60)):
            await until(lambda: any(r["values"].get("pulse_bpm", 0) > 110 for r in hub.readings()))


async def test_a_broken_button_warns_twice_and_falls_silent(place: Place) -> None:
    with HubSide(place.broker) as hub:
        async with running(play(load("broken_button"), place.credentials, speed=60)):
            await until(lambda: hub.statuses("pendant-0001") == ["online", "offline"])
            levels = [e["data"]["battery_percent"] for e in hub.distinct("low_battery")]
            assert levels == [12, 4]
        assert hub.events("sos") == []


async def test_a_quiet_morning_ends_by_itself_and_in_order(place: Place) -> None:
    with HubSide(place.broker) as hub:
        await asyncio.wait_for(play(load("quiet_morning"), place.credentials, speed=3600), 20)
        await until(
            lambda: all(
                hub.statuses(f"{device}-0001")[-1:] == ["offline"]
                for device in ("pendant", "fall", "band", "cuff")
            )
        )
        assert {event["kind"] for event in hub.events()} == {"test"}
        assert any("systolic_mmhg" in r["values"] for r in hub.readings())


async def test_a_fleet_measures_at_its_rate_without_loss(place: Place) -> None:
    fleet = story('title = "t"\n[fleet]\ncount = 60\nreadings_per_s = 300\n')
    with HubSide(place.broker) as hub:
        async with running(play(fleet, place.crowd)):
            await until(lambda: len(hub.readings()) > 0)
            began = hub.heard[0].at
            await until(lambda: len(hub.readings()) >= 900)
            took = hub.heard[-1].at - began
    assert 1.5 < took < 6
    per_device = Counter(reading["device"] for reading in hub.readings())
    assert len(per_device) == 60
    assert min(per_device.values()) > 5
    assert len({(r["device"], r["id"]) for r in hub.readings()}) == len(hub.readings())


async def test_a_fleet_outlives_its_broker(place: Place) -> None:
    fleet = story('title = "t"\n[fleet]\ncount = 60\nreadings_per_s = 120\n')
    async with running(play(fleet, place.crowd)):
        with HubSide(place.broker) as hub:
            await until(lambda: len({r["device"] for r in hub.readings()}) == 60)
        place.broker.kill()
        place.broker.start()
        with HubSide(place.broker) as hub:
            await until(lambda: len({r["device"] for r in hub.readings()}) == 60)


async def test_rounds_tell_the_story_again(place: Place) -> None:
    scenario = story("round_s = 1\n" + PENDANT, (0.2, "pendant", "self_test"))
    with HubSide(place.broker) as hub:
        async with running(play(scenario, place.credentials)):
            await until(lambda: len({e["id"] for e in hub.events("test")}) >= 3)


async def test_a_line_about_a_part_happens_to_all_of_it(place: Place) -> None:
    crowd = PENDANT + 'count = 20\nname = "crowd"\n'
    with HubSide(place.broker) as hub:
        async with running(play(story(crowd, (0, "crowd", "press")), place.crowd)):
            await until(lambda: len({e["device"] for e in hub.events("sos")}) == 20)


async def test_a_refused_password_ends_the_whole_play(place: Place) -> None:
    logins = tuple(
        login.model_copy(update={"password": "wrong"}) if login.device == "band-0002" else login
        for login in place.credentials.logins
    )
    wrong = type(place.credentials)(place.simulators, place.credentials.broker, logins)
    with pytest.raises(CannotRun, match=r"band-0002: the broker refused its password"):
        await asyncio.wait_for(play(load("residents"), wrong), 20)


async def test_a_file_without_a_fitting_device_is_refused(place: Place) -> None:
    empty = type(place.credentials)(place.simulators, place.credentials.broker, ())
    with pytest.raises(CannotRun, match="holds no device"):
        await play(load("residents"), empty)
