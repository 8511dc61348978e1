"""What happens to presses while the hub, the broker or the gateway is gone."""

import os
import signal
import subprocess
import sys
import time
from functools import partial

from device_gateway.build import build
from tests.device_gateway.fake_hub import FakeHub, eventually, listed
from tests.device_gateway.place import Device, Place


def test_a_press_waits_for_the_hub_and_is_answered_only_then(place: Place, hub: FakeHub) -> None:
    pendant = place.device()
    hub.stop()
    pendant.press("e-1")
    pendant.press("e-1")
    pendant.press("e-2", kind="door_open")
    assert place.gateway is not None
    shelf = place.gateway.events.shelf
    eventually(lambda: len(shelf) == 2)
    assert pendant.heard == []
    hub.start()
    eventually(lambda: sorted(pendant.stages) == [("e-1", "received"), ("e-2", "received")])
    assert sorted(hub.event_ids) == ["e-1", "e-2"]


def test_a_hub_that_takes_connections_and_says_nothing_loses_nothing(
    place: Place, hub: FakeHub
) -> None:
    pendant = place.device()
    hub.silent = True
    pendant.press("e-1")
    eventually(lambda: hub.asked.count("POST /v1/events") >= 2)
    assert pendant.heard == []
    hub.silent = False
    eventually(lambda: pendant.stages == [("e-1", "received")])


def test_what_the_hub_did_not_settle_comes_again_after_a_gateways_death(
    place: Place, hub: FakeHub
) -> None:
    pendant, band = place.device(), place.device("band-1")
    hub.stop()
    pendant.press("e-1")
    band.measure("r-1")
    assert place.gateway is not None
    shelf = place.gateway.events.shelf
    eventually(lambda: len(shelf) == 1)
    place.stop_gateway()
    hub.start()
    place.start_gateway()
    eventually(lambda: pendant.stages == [("e-1", "received")])
    eventually(lambda: [one["id"] for one in hub.readings] == ["r-1"])


def test_a_press_while_the_gateway_is_away_waits_at_the_broker(place: Place, hub: FakeHub) -> None:
    pendant = place.device()
    place.stop_gateway()
    pendant.press("e-1")
    place.start_gateway()
    eventually(lambda: pendant.stages == [("e-1", "received")])


def test_a_killed_broker_comes_back_and_everything_goes_on(place: Place, hub: FakeHub) -> None:
    pendant = place.device()
    hub.stop()
    pendant.press("e-1")
    gateway = place.gateway
    assert gateway is not None
    eventually(lambda: len(gateway.events.shelf) == 1)
    place.broker.kill()
    eventually(lambda: not any(session.is_up for session in gateway.mqtt.sessions))
    hub.start()
    eventually(lambda: hub.event_ids == ["e-1"])
    place.broker.start()
    eventually(lambda: all(session.is_up for session in gateway.mqtt.sessions))
    pendant.press("e-1")
    eventually(lambda: ("e-1", "received") in pendant.stages)
    pendant.press("e-2")
    eventually(lambda: ("e-2", "received") in pendant.stages)
    assert hub.event_ids == ["e-1", "e-2"]


def test_the_gateway_starts_without_hub_from_its_copy_of_the_roster(
    place: Place, hub: FakeHub
) -> None:
    place.stop_gateway()
    hub.stop()
    place.start_gateway()
    pendant = place.device()
    pendant.press("e-1")
    assert place.gateway is not None
    shelf = place.gateway.events.shelf
    eventually(lambda: len(shelf) == 1)
    assert pendant.errors == []


def test_without_any_roster_nobody_is_sent_away(quiet_place: Place, hub: FakeHub) -> None:
    quiet_place.start_gateway()
    quiet_place.stop_gateway()
    (quiet_place.state_dir / "roster.json").write_bytes(b"damaged")
    hub.broken = True
    pendant = quiet_place.device()
    pendant.press("e-1")
    asked = len(hub.asked)
    quiet_place.gateway = build(quiet_place.settings())
    quiet_place.gateway.start()
    eventually(lambda: len(hub.asked) > asked)
    assert pendant.heard == []
    hub.broken = False
    eventually(lambda: pendant.stages == [("e-1", "received")])


def test_a_flood_of_readings_delays_no_press(place: Place, hub: FakeHub) -> None:
    pendant, band = place.device(), place.device("band-1")
    hub.reading_s = 0.5
    band.flood(3000)
    waits = []
    for number in range(10):
        start = time.monotonic()
        pendant.press(f"e-{number}")
        eventually(partial(_was_received, pendant, f"e-{number}"))
        waits.append(time.monotonic() - start)
    assert len(hub.readings) < 3000
    assert max(waits) < hub.reading_s
    eventually(lambda: len(hub.readings) == 3000, 30)


def test_a_lane_full_of_readings_leaves_the_rest_with_the_broker(
    place: Place, hub: FakeHub
) -> None:
    pendant, band = place.device(), place.device("band-1")
    hub.broken = True
    band.flood(4000)
    gateway = place.gateway
    assert gateway is not None
    eventually(lambda: len(gateway.readings) == 2000)
    pendant.press("e-1")
    eventually(lambda: len(gateway.events.shelf) == 1)
    hub.broken = False
    eventually(lambda: pendant.stages == [("e-1", "received")])
    eventually(lambda: len(hub.readings) == 4000, 30)


def test_readings_held_back_for_long_outlive_their_connection(
    quiet_place: Place, hub: FakeHub
) -> None:
    mqtt = {"port": quiet_place.broker.port, "password": "secret", "keepalive_s": 5}
    gateway = quiet_place.start_gateway(mqtt=mqtt)
    band = quiet_place.device("band-1")
    hub.broken = True
    band.flood(3000)
    log = quiet_place.broker.log
    eventually(lambda: "has exceeded timeout" in log.read_text("utf-8"), 30)
    hub.broken = False
    eventually(lambda: len(hub.readings) == 3000, 30)
    eventually(lambda: gateway.mqtt.readings_session.is_up)
    band.measure("r-last")
    eventually(lambda: hub.readings[-1]["id"] == "r-last")


def test_more_than_the_brokers_limit_of_events_can_wait_and_a_press_still_gets_through(
    place: Place, hub: FakeHub
) -> None:
    hub.broken = True
    hub.roster = [*hub.roster, *listed("smoke-1")]
    pendant = place.device()
    for number in range(1200):
        pendant.press(f"m-{number}", kind="mains_lost")
    pendant.press("e-1")
    gateway = place.gateway
    assert gateway is not None
    eventually(lambda: gateway.events.shelf.holds_life)
    assert len(gateway.events.shelf) == 1201
    hub.broken = False
    eventually(lambda: len(hub.events) == 1201, 20)
    assert "e-1" in hub.event_ids[:501]


def test_sigterm_ends_the_program_within_two_seconds(quiet_place: Place, hub: FakeHub) -> None:
    path = quiet_place.state_dir.parent / "hub.toml"
    path.write_text(
        f"""
[device_gateway]
hub_url = "{hub.url}"
token = "gateway-token"
state_dir = "{quiet_place.state_dir}"
[device_gateway.mqtt]
port = {quiet_place.broker.port}
password = "secret"
""",
        "utf-8",
    )
    program = subprocess.Popen(
        [sys.executable, "-m", "device_gateway", "--settings", path], stderr=subprocess.PIPE
    )
    pendant = quiet_place.device()
    stderr = program.stderr
    assert stderr is not None
    log = b""
    while b"readings session is open" not in log or b"events session is open" not in log:
        log += stderr.readline()
    hub.silent = True
    pendant.press("e-1")
    eventually(lambda: "POST /v1/events" in hub.asked)
    start = time.monotonic()
    os.kill(program.pid, signal.SIGTERM)
    assert program.wait(10) == 0
    assert time.monotonic() - start < 2
    log += stderr.read()
    stderr.close()
    assert b"gateway-token" not in log
    assert b"secret" not in log


def test_a_gateway_of_which_a_part_died_ends(place: Place, hub: FakeHub) -> None:
    gateway = place.gateway
    assert gateway is not None
    gateway.lookout.stop()
    assert gateway.wait() is False


def _was_received(device: Device, event: str) -> bool:
    return (event, "received") in device.stages
