"""A band: readings of its wearer at an interval, and none from an empty clasp."""

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.band import Band, BandOptions, battery_at
from simulators.wearer import Wearer
from tests.simulators.moments import after, numbered
from tests.simulators.said import events, readings


def make_band(every_s: object = 20.0, speed: float = 1.0) -> Band:
    band = Band(
        "band-0001", BandOptions.model_validate({"every_s": every_s}), numbered(), Wearer(7), speed
    )
    band.join()
    return band


def readings_of(band: Band, seconds: int, since: int = 0) -> list[tuple[int, dict[str, Any]]]:
    """Its readings and their moments, asked once a second."""
    return [(s, r) for s in range(since, since + seconds) for r in readings(band.due(after(s)))]


def test_readings_come_at_the_interval() -> None:
    moments = [s for s, _ in readings_of(make_band(20), 600)]
    assert len(moments) == 30
    assert {b - a for a, b in itertools.pairwise(moments)} <= {19, 20, 21}


def test_an_interval_with_room_is_used_in_full() -> None:
    moments = [s for s, _ in readings_of(make_band((15, 30)), 3000)]
    gaps = [b - a for a, b in itertools.pairwise(moments)]
    assert min(gaps) >= 14
    assert max(gaps) <= 31
    assert max(gaps) - min(gaps) >= 10


def test_a_reading_is_what_the_wearer_is() -> None:
    second, reading = readings_of(make_band(), 30)[0]
    body = Wearer(7).vitals(after(second).life_s)
    assert reading["values"]["pulse_bpm"] == round(body.pulse_bpm)
    assert reading["values"]["spo2_percent"] == round(body.spo2_percent)
    assert reading["values"]["temperature_c"] == round(body.temperature_c, 1)


def test_every_reading_has_an_id_of_its_own() -> None:
    ids = [r["id"] for _, r in readings_of(make_band(), 300)]
    assert len(set(ids)) == len(ids)


def test_a_faster_story_measures_more_often() -> None:
    assert len(readings_of(make_band(60, speed=6), 600)) in (59, 60, 61)


def test_a_fleet_keeps_its_rate_when_a_turn_is_late() -> None:
    band = make_band(1.0)
    found = [r for s in range(0, 1000) for r in readings(band.due(after(s * 1.01)))]
    assert len(found) == pytest.approx(1000, abs=15)


def test_a_long_sleep_is_not_made_up_for() -> None:
    band = make_band(1.0)
    readings_of(band, 5)
    assert len(readings_of(band, 20, since=4000)) <= 22


def test_an_empty_clasp_measures_nothing() -> None:
    band = make_band()
    band.taken_off(after(0))
    said = band.due(after(0))
    assert [e["kind"] for e in events(said)] == ["taken_off"]
    assert readings_of(band, 300) == []


def test_put_on_again_it_clears_the_notice_and_measures() -> None:
    band = make_band()
    band.taken_off(after(0))
    band.put_on(after(60))
    cleared = [e for e in events(band.due(after(60))) if e["kind"] == "cleared"]
    assert [e["data"] for e in cleared] == [{"kind": "taken_off"}]
    assert readings_of(band, 100, since=60) != []


def test_a_fever_shows_in_its_readings() -> None:
    band = make_band(600)
    band.episode(after(0), "fever")
    _, last = readings_of(band, 9000)[-1]
    assert last["values"]["temperature_c"] >= 38


def test_its_button_calls_for_help() -> None:
    band = make_band()
    band.press(after(0))
    assert [e["kind"] for e in events(band.due(after(0)))] == ["sos"]


@given(st.floats(min_value=0, max_value=1e7))
def test_its_battery_is_charged_every_day(life_s: float) -> None:
    assert 50 < battery_at(life_s) <= 100
