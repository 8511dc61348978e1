"""A cuff: a measurement now and then, and a second one where the first is odd."""

import itertools
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from simulators.cuff import Cuff, CuffOptions
from simulators.wearer import EpisodeKind, Wearer
from tests.simulators.moments import NINE_S, after, numbered
from tests.simulators.said import readings


def make_cuff(befallen: EpisodeKind | None = None, seed: int = 7) -> Cuff:
    wearer = Wearer(seed)
    if befallen is not None:
        wearer.befall(befallen, NINE_S - 3600)
    cuff = Cuff("cuff-0001", CuffOptions(every_s=600, repeat_after_s=60), numbered(), wearer)
    cuff.join()
    return cuff


def measured(cuff: Cuff, seconds: int, since: int = 0) -> list[tuple[int, dict[str, Any]]]:
    """Its measurements and their moments, asked once a second."""
    found = [(s, r) for s in range(since, since + seconds) for r in readings(cuff.due(after(s)))]
    return [(s, r["values"]) for s, r in found if "systolic_mmhg" in r["values"]]


def test_measurements_come_at_the_interval() -> None:
    moments = [s for s, _ in measured(make_cuff(), 3600)]
    assert len(moments) == 6
    assert {b - a for a, b in itertools.pairwise(moments)} == {600}


def test_an_odd_measurement_is_repeated_once_after_a_rest() -> None:
    moments = [s for s, _ in measured(make_cuff("hypertension"), 1800)]
    gaps = [b - a for a, b in itertools.pairwise(moments)]
    assert gaps == [60, 540, 60, 540, 60]


def test_an_ordinary_measurement_is_not_repeated() -> None:
    cuff = make_cuff()
    measured(cuff, 601)
    cuff.measure(after(601))
    assert len(measured(cuff, 100, since=601)) == 1


@given(st.integers(min_value=0, max_value=2**32 - 1))
def test_pressures_are_in_order(seed: int) -> None:
    (_, values), *_ = measured(make_cuff(seed=seed), 601)
    assert values["diastolic_mmhg"] < values["mean_mmhg"] < values["systolic_mmhg"]
    assert 90 <= values["systolic_mmhg"] <= 150
    assert 50 <= values["pulse_bpm"] <= 100


def test_two_measurements_in_a_row_differ_a_little() -> None:
    cuff = make_cuff()
    measured(cuff, 601)
    for _ in range(10):
        cuff.measure(after(601))
    systolic = [values["systolic_mmhg"] for _, values in measured(cuff, 1, since=601)]
    assert 1 < max(systolic) - min(systolic) + 1 <= 7
