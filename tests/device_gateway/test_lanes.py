"""The lanes go on whatever a single message does."""

import threading
import time
from collections.abc import Iterator, Sequence

import orjson
import pytest

from device_gateway.client import HubLine, Verdict
from device_gateway.events_lane import EventsLane
from device_gateway.frame import Decoded, Frame
from device_gateway.patience import Patience
from device_gateway.presence import Presence
from device_gateway.protocols.own_mqtt import decode
from device_gateway.readings_lane import MOST, ReadingsLane
from device_gateway.refusals import Refusals
from device_gateway.siren import SirenWatch, Waits
from tests.device_gateway.fake_hub import TOKEN, FakeHub, eventually
from tests.device_gateway.test_shelf import FakeLetter


class BadLetter(FakeLetter):
    """Breaks whoever settles it."""

    def settle(self, device: str, verdicts: Sequence[Verdict], refused: Sequence[str]) -> None:
        super().settle(device, verdicts, refused)
        raise RuntimeError("the link is broken")


def reading(number: int, cls: type[FakeLetter] = FakeLetter) -> FakeLetter:
    body = {"id": f"r-{number}.", "values": {"steps": 1}}
    return cls(orjson.dumps(body), "yj/1/band-1/reading")


def hear(frame: Frame) -> Decoded:
    if b"poison" in frame.payload:
        raise IndexError("poison")
    return stored(501) if frame.payload == b"stored" else decode(frame)


def stored(count: int) -> Decoded:
    """What a watch says that kept its records while it was away."""
    item = decode(reading(0).frame).readings[0]
    return Decoded("band-1", readings=tuple({**item, "id": f"s-{i}"} for i in range(count)))


@pytest.fixture
def readings(hub: FakeHub) -> Iterator[ReadingsLane]:
    line, patience = HubLine(hub.url, TOKEN, 2), Patience("hub", 0.05, 0.1)
    lane = ReadingsLane(line, hear, Refusals(Presence()), patience)
    threading.Thread(target=lane.run, daemon=True).start()
    yield lane
    lane.stop()


@pytest.fixture
def events(hub: FakeHub) -> Iterator[EventsLane]:
    lane = EventsLane(
        HubLine(hub.url, TOKEN, 2),
        SirenWatch(Waits()),
        Refusals(Presence()),
        Patience("hub", 0.05, 0.1),
        time.monotonic,
        lambda _frame, _device, _kind: None,
    )
    threading.Thread(target=lane.run, daemon=True).start()
    yield lane
    lane.stop()


def test_a_message_of_more_readings_than_a_body_holds_is_settled_as_one(
    readings: ReadingsLane, hub: FakeHub
) -> None:
    letter = FakeLetter(b"stored")
    readings.put(letter)
    eventually(lambda: letter.acknowledged == 1)
    assert len(letter.verdicts) == len(hub.readings) == 501


def test_a_letter_that_cannot_be_answered_holds_up_no_other(
    readings: ReadingsLane, events: EventsLane, hub: FakeHub
) -> None:
    bad, good = reading(1, BadLetter), reading(2)
    readings.put(bad)
    readings.put(good)
    eventually(lambda: good.acknowledged == 1)
    press = BadLetter(b'{"id":"e-1","kind":"sos"}', "yj/1/pendant-1/event")
    again = FakeLetter(b'{"id":"e-2","kind":"sos"}', "yj/1/pendant-1/event")
    for letter in (press, again):
        events.take(letter, decode(letter.frame))
    eventually(lambda: again.acknowledged == 1)
    assert len(events.shelf) == 0


def test_a_message_that_breaks_its_reading_stays_with_the_broker_and_the_lane_goes_on(
    readings: ReadingsLane, hub: FakeHub
) -> None:
    poison, good = FakeLetter(b"poison", "yj/1/band-1/reading"), reading(2)
    readings.put(poison)
    readings.put(good)
    eventually(lambda: good.acknowledged == 1)
    assert poison.acknowledged == 0


def test_a_reading_that_spoils_its_body_is_found(readings: ReadingsLane, hub: FakeHub) -> None:
    hub.poison = "r-7."
    letters = [reading(number) for number in range(20)]
    for letter in letters:
        readings.put(letter)
    eventually(lambda: all(letter.acknowledged for letter in letters))
    refused = [letter for letter in letters if letter.verdicts[0].status == "refused"]
    assert refused == [letters[7]]
    assert len(hub.readings) == 19


def test_a_full_lane_makes_its_link_wait_and_lets_a_dead_link_go(
    readings: ReadingsLane, hub: FakeHub
) -> None:
    hub.broken = True
    for number in range(MOST):
        readings.put(reading(number))
    eventually(lambda: len(readings) < MOST)
    while len(readings) < MOST:
        readings.put(reading(MOST + len(readings)))
    late, orphan = reading(-1), reading(-2)
    waiting = threading.Thread(target=readings.put, args=(late,))
    waiting.start()
    orphan.is_orphan = True
    readings.put(orphan)
    assert waiting.is_alive()
    hub.broken = False
    waiting.join(10)
    eventually(lambda: late.acknowledged == 1)
    assert orphan.acknowledged == 0
