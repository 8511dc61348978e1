"""A pendant: every press is heard of its own."""

from simulators.pendant import Pendant, PendantOptions
from tests.simulators.moments import after, numbered
from tests.simulators.said import events, reply


def make_pendant() -> Pendant:
    pendant = Pendant("pendant-0001", PendantOptions(), numbered())
    pendant.join()
    pendant.due(after(0))
    return pendant


def test_a_press_is_an_sos_of_the_moment() -> None:
    pendant = make_pendant()
    event = pendant.press(after(3))
    said = events(pendant.due(after(3)))
    assert [(e["id"], e["kind"], e["at"]) for e in said] == [
        (event, "sos", "2026-11-24T01:00:03.000Z")
    ]
    assert said[0]["data"] == {"presses": 1, "battery_percent": pendant.battery_percent}


def test_a_second_press_is_a_second_event_that_counts() -> None:
    pendant = make_pendant()
    first = pendant.press(after(0))
    assert first is not None
    pendant.due(after(0))
    pendant.hear(reply(first))
    second = pendant.press(after(9))
    said = events(pendant.due(after(9)))
    assert second != first
    assert [(e["id"], e["data"]["presses"]) for e in said] == [(second, 2)]


def test_presses_count_from_one_after_closing() -> None:
    pendant = make_pendant()
    first = pendant.press(after(0))
    assert first is not None
    pendant.hear(reply(first, "closed"))
    pendant.press(after(60))
    assert events(pendant.due(after(60)))[0]["data"]["presses"] == 1


def test_presses_out_of_range_all_arrive_on_return() -> None:
    pendant = make_pendant()
    pendant.out_of_range(after(1))
    pendant.lose()
    pressed = [pendant.press(after(second)) for second in (2, 3, 4)]
    assert pendant.due(after(5)) == []
    pendant.back_in_range(after(60))
    pendant.join()
    said = events(pendant.due(after(60)))
    assert [e["id"] for e in said] == pressed
    assert [e["data"]["presses"] for e in said] == [1, 2, 3]


def test_a_dead_pendant_cannot_be_pressed() -> None:
    pendant = make_pendant()
    pendant.switch_off(after(0))
    assert pendant.press(after(1)) is None
