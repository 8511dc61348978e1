"""A fall detector: reported at once or after its own countdown, cancelled in time or not."""

from typing import Any, Literal

import pytest

from simulators.fall_detector import FallDetector, FallDetectorOptions
from simulators.wearer import Wearer
from tests.simulators.moments import NINE_S, after, numbered
from tests.simulators.said import events

Make = Literal["hub", "own", "none"]


def make_detector(make: Make = "hub", wearer: Wearer | None = None) -> FallDetector:
    options = FallDetectorOptions(pre_alarm=make)
    detector = FallDetector("fall-0001", options, numbered(), wearer)
    detector.join()
    detector.due(after(0))
    return detector


def said_at(detector: FallDetector, second: float) -> list[dict[str, Any]]:
    return events(detector.due(after(second)))


def test_a_fall_is_reported_at_once_where_the_hub_counts_down() -> None:
    detector = make_detector()
    event = detector.fall(after(1))
    said = said_at(detector, 1)
    assert [(e["id"], e["kind"], e["data"]) for e in said] == [(event, "fall", {})]


def test_a_cancel_in_time_names_the_fall() -> None:
    detector = make_detector()
    event = detector.fall(after(1))
    said_at(detector, 1)
    assert detector.cancel(after(20)) is not None
    cancelled = [e for e in said_at(detector, 20) if e["kind"] == "fall_cancelled"]
    assert [e["data"] for e in cancelled] == [{"event": event}]


def test_a_cancel_after_the_countdown_says_nothing() -> None:
    detector = make_detector()
    detector.fall(after(1))
    assert detector.cancel(after(27)) is None


def test_without_a_fall_there_is_nothing_to_cancel() -> None:
    assert make_detector().cancel(after(1)) is None


def test_a_fall_is_cancelled_once() -> None:
    detector = make_detector()
    detector.fall(after(1))
    assert detector.cancel(after(2)) is not None
    assert detector.cancel(after(3)) is None


def test_its_own_countdown_reports_the_fall_when_it_has_run_out() -> None:
    detector = make_detector("own")
    assert detector.fall(after(1)) is None
    assert said_at(detector, 25.9) == []
    assert detector.next_due() == after(26).seconds
    said = said_at(detector, 26)
    assert [(e["kind"], e["at"], e["data"]) for e in said] == [
        ("fall", "2026-11-24T01:00:01.000Z", {"pre_alarm": False})
    ]


def test_its_own_countdown_cancelled_reports_only_a_note() -> None:
    detector = make_detector("own")
    detector.fall(after(1))
    detector.cancel(after(9))
    said = said_at(detector, 9) + said_at(detector, 100)
    assert {e["kind"] for e in said} == {"fall_cancelled"}
    assert all(e["data"] == {} for e in said)


def test_a_make_that_cannot_cancel_says_so() -> None:
    detector = make_detector("none")
    detector.fall(after(1))
    assert detector.cancel(after(2)) is None
    assert [e["data"] for e in said_at(detector, 2)] == [{"pre_alarm": False}]


@pytest.mark.parametrize("make", ["hub", "own", "none"])
def test_the_wearers_heart_tells_of_the_fall(make: Make) -> None:
    wearer = Wearer(1)
    make_detector(make, wearer).fall(after(1))
    assert wearer.vitals(NINE_S + 30).pulse_bpm > Wearer(1).vitals(NINE_S + 30).pulse_bpm + 20


def test_its_button_calls_for_help() -> None:
    detector = make_detector()
    detector.press(after(1))
    assert [e["kind"] for e in said_at(detector, 1)] == ["sos"]


def test_an_empty_battery_feels_no_fall() -> None:
    detector = make_detector("own")
    detector.switch_off(after(0))
    detector.fall(after(1))
    detector.switch_on(after(10))
    assert said_at(detector, 60) == []
