"""What every device does: repeat until heard, beat when idle, keep what is said out of range."""

import contextlib
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.device import KEPT_READINGS, Device, Options
from simulators.messages import BadReply, Message
from tests.simulators.moments import after, numbered
from tests.simulators.said import events, readings, reply


class Silent(Device):
    """A device without a battery to report."""

    battery_every_s = inf


def make_device(beat_every_s: float = 300.0) -> Silent:
    return Silent("box-0001", Options(beat_every_s=beat_every_s), numbered())


def joined(beat_every_s: float = 300.0) -> Silent:
    device = make_device(beat_every_s)
    device.join()
    device.due(after(0))
    return device


def walk(device: Device, seconds: int, since: int = 0) -> list[tuple[int, Message]]:
    """What it says, asked once a second."""
    return [(s, m) for s in range(since, since + seconds) for m in device.due(after(s))]


def moments_of_events(device: Device, seconds: int, since: int = 0) -> list[int]:
    return [s for s, m in walk(device, seconds, since) if m.topic.endswith("/event")]


def test_an_event_is_repeated_until_any_stage_is_heard() -> None:
    device = joined()
    event = device.say("sos", after(0))
    assert moments_of_events(device, 200) == [0, 2, 6, 14, 30, 62, 122, 182]
    assert event is not None
    device.hear(reply(event))
    assert moments_of_events(device, 200, since=200) == []
    assert device.unheard == ()


@pytest.mark.parametrize("stage", ["still_calling", "accepted", "closed"])
def test_every_stage_ends_the_repetition(stage: str) -> None:
    device = joined()
    event = device.say("sos", after(0))
    assert event is not None
    device.hear(reply(event, stage))
    assert device.due(after(0)) == []
    assert device.stages[event] == [stage]


def test_every_repetition_is_the_same_bytes() -> None:
    device = joined()
    device.say("sos", after(0), {"presses": 1})
    payloads = {m.payload for _, m in walk(device, 100)}
    assert len(payloads) == 1


def test_a_reply_to_another_event_changes_nothing_for_this_one() -> None:
    device = joined()
    event = device.say("sos", after(0))
    device.hear(reply("somebody-elses"))
    assert device.unheard == (event,)


def test_an_error_is_remembered_and_the_event_goes_on() -> None:
    device = joined()
    event = device.say("sos", after(0))
    device.hear(b'{"error": "unknown kind"}')
    assert device.errors == ["unknown kind"]
    assert device.unheard == (event,)


@given(st.binary(max_size=60))
def test_nonsense_on_the_reply_topic_never_ends_a_repetition(payload: bytes) -> None:
    device = joined()
    event = device.say("sos", after(0))
    with contextlib.suppress(BadReply):
        device.hear(payload)
    assert device.unheard == (event,)


def test_nothing_is_said_before_the_connection_stands() -> None:
    device = make_device()
    device.say("sos", after(0))
    assert walk(device, 100) == []
    device.join()
    said = device.due(after(100))
    assert [m.topic for m in said] == ["yj/1/box-0001/event", "yj/1/box-0001/status"]


def test_an_event_of_an_absence_keeps_its_own_time_and_id() -> None:
    device = joined()
    device.lose()
    device.out_of_range(after(5))
    event = device.say("sos", after(10))
    assert walk(device, 60, since=10) == []
    device.back_in_range(after(70))
    device.join()
    said = events(device.due(after(70)))
    assert [(e["id"], e["at"]) for e in said] == [(event, "2026-11-24T01:00:10.000Z")]


def test_a_broken_connection_makes_it_say_everything_again_at_once() -> None:
    device = joined()
    device.say("sos", after(0))
    walk(device, 40)
    device.lose()
    device.join()
    assert len(events(device.due(after(40)))) == 1


def test_an_idle_device_beats_at_its_interval() -> None:
    device = joined(beat_every_s=60)
    assert [s for s, m in walk(device, 200) if m.payload == b"online"] == [60, 120, 180]


def test_any_message_is_a_beat() -> None:
    device = joined(beat_every_s=60)
    device.measured({"pulse_bpm": 70}, after(50))
    walk(device, 1, since=50)
    assert [s for s, m in walk(device, 100, since=51) if m.payload == b"online"] == [110]


def test_readings_of_an_absence_come_as_one_message() -> None:
    device = joined()
    device.lose()
    for second in range(3):
        device.measured({"pulse_bpm": 70 + second}, after(second))
    device.join()
    said = device.due(after(10))
    assert [r["values"]["pulse_bpm"] for r in readings(said)] == [70, 71, 72]
    assert sum(m.topic.endswith("/reading") for m in said) == 1
    assert readings(device.due(after(11))) == []


def test_more_readings_than_it_can_hold_are_counted_and_fit_one_message() -> None:
    device = make_device()
    values = {"pulse_bpm": 70, "spo2_percent": 97, "temperature_c": 36.5, "battery_percent": 80}
    for second in range(KEPT_READINGS + 5):
        device.measured(values, after(second))
    device.join()
    said = [m for m in device.due(after(100)) if m.topic.endswith("/reading")]
    assert device.forgotten == 5
    assert len(readings(said)) == KEPT_READINGS
    assert len(said[0].payload) < 16 * 1024


def test_a_dead_device_says_nothing_more() -> None:
    device = joined()
    device.say("low_battery", after(0))
    device.switch_off(after(1))
    assert not device.reachable
    assert device.say("sos", after(2)) is None
    assert walk(device, 1000) == []
    assert device.next_due() == inf


def test_a_fresh_battery_brings_it_back() -> None:
    device = joined()
    device.switch_off(after(0))
    device.lose()
    device.switch_on(after(10))
    device.join()
    device.say("sos", after(11))
    assert len(events(device.due(after(11)))) == 1
    assert device.battery_percent == 100


def test_a_device_reports_its_battery_by_day() -> None:
    device = Device("box-0002", Options(), numbered())
    device.join()
    moments = [s for s in range(0, 86_400, 600) if readings(device.due(after(s)))]
    assert moments == [0, 21_600, 43_200, 64_800]


def test_a_low_battery_is_said_with_its_level() -> None:
    device = joined()
    device.low_battery(after(0), percent=7)
    assert events(device.due(after(0)))[0]["data"] == {"battery_percent": 7}


@given(st.lists(st.sampled_from(["say", "measure", "wait", "lose", "join", "hear"]), max_size=40))
def test_asking_at_next_due_is_enough(steps: list[str]) -> None:
    """A device asked only when it says so says the same as one asked every second."""
    lazy, eager = make_device(60), make_device(60)
    now, lazily, eagerly = 0, [], []
    for step in steps:
        for device in (lazy, eager):
            if step == "say":
                device.say("sos", after(now))
            elif step == "measure":
                device.measured({"pulse_bpm": 70}, after(now))
            elif step == "lose":
                device.lose()
            elif step == "join":
                device.join()
            elif step == "hear" and device.unheard:
                device.hear(reply(device.unheard[0]))
        for second in range(now, now + 37):
            eagerly += [(second, m.payload) for m in eager.due(after(second))]
            if lazy.next_due() <= after(second).seconds:
                lazily += [(second, m.payload) for m in lazy.due(after(second))]
        now += 37
    assert lazily == eagerly


def test_a_long_life_does_not_fill_the_memory() -> None:
    device = joined()
    for second in range(1000):
        event = device.say("sos", after(second))
        assert event is not None
        device.hear(reply(event))
        device.hear(b'{"error": "no"}')
    for _ in range(1000):
        device.hear(reply("still", "still_calling"))
    assert len(device.stages) <= 200
    assert len(device.errors) <= 200
    assert len(device.stages["still"]) <= 200
