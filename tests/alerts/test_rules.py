"""A value out of bounds is measured again before anybody is called."""

import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.contract import PLAUSIBLE
from alerts.rules import (
    CONFIRM_WITHIN,
    DEFAULT_BOUNDS,
    QUANTITIES,
    REPEAT_S,
    BadBound,
    Bound,
    Verdict,
    Watch,
    explain,
    judge,
    label,
)

NINE = datetime(2026, 11, 24, 9, tzinfo=UTC)
PULSE = Bound(45, 120, 5)
NOTHING, REPEAT, RAISE, STILL, CLEAR = Verdict


def follow(*readings: tuple[float, float], bound: Bound = PULSE) -> list[Verdict]:
    """The verdicts on pulses given as (seconds after nine, value)."""
    return [verdict for verdict, _ in steps(*readings, bound=bound)]


def steps(
    *readings: tuple[float, float], bound: Bound = PULSE
) -> list[tuple[Verdict, Watch | None]]:
    watch: Watch | None = None
    seen = []
    for second, value in readings:
        watch, verdict = judge("pulse_bpm", value, NINE + timedelta(seconds=second), bound, watch)
        seen.append((verdict, watch))
    return seen


@pytest.mark.parametrize(
    ("readings", "verdicts"),
    [
        ([(0, 72), (60, 80)], [NOTHING, NOTHING]),
        ([(0, 45), (60, 120)], [NOTHING, NOTHING]),  # the bound itself is inside
        ([(0, 130)], [REPEAT]),
        ([(0, 40)], [REPEAT]),
        ([(0, 130), (29, 131), (30, 132)], [REPEAT, NOTHING, RAISE]),
        ([(0, 130), (1800, 130)], [REPEAT, RAISE]),
        ([(0, 130), (1801, 130), (1831, 130)], [REPEAT, REPEAT, RAISE]),
        ([(0, 130), (40, 80), (80, 130)], [REPEAT, NOTHING, REPEAT]),  # one spike is forgotten
        ([(0, 130), (40, 118), (80, 130)], [REPEAT, NOTHING, RAISE]),  # 118 is hardly inside
        ([(0, 130), (40, 130), (80, 130)], [REPEAT, RAISE, STILL]),
        ([(0, 130), (40, 130), (80, 80), (90, 80)], [REPEAT, RAISE, NOTHING, CLEAR]),
        ([(0, 130), (40, 130), (80, 118), (90, 118)], [REPEAT, RAISE, NOTHING, NOTHING]),
        (
            [(0, 130), (40, 130), (80, 80), (90, 125), (100, 80), (110, 80)],
            [REPEAT, RAISE, NOTHING, STILL, NOTHING, CLEAR],
        ),
        ([(0, 130), (-60, 130), (0, 130)], [REPEAT, NOTHING, NOTHING]),  # older, repeated
        ([(0, 130), (40, 130), (20, 80), (30, 80)], [REPEAT, RAISE, NOTHING, NOTHING]),
    ],
)
def test_a_row_of_pulses_gives_these_verdicts(
    readings: list[tuple[float, float]], verdicts: list[Verdict]
) -> None:
    assert follow(*readings) == verdicts


def test_a_watch_remembers_since_when_how_often_and_the_worst() -> None:
    *_, (_, watch) = steps((0, 130), (40, 141), (80, 125))
    assert watch == Watch(
        "pulse_bpm", 3, NINE, NINE + timedelta(seconds=80), worst=141, raised=True
    )


def test_after_the_all_clear_nothing_is_remembered() -> None:
    assert steps((0, 130), (40, 130), (80, 80), (120, 80))[-1] == (CLEAR, None)


def test_a_device_that_measures_slowly_may_ask_for_a_longer_proof() -> None:
    watch, _ = judge("pulse_bpm", 130, NINE, PULSE, None, repeat_s=120)
    early = judge("pulse_bpm", 130, NINE + timedelta(seconds=119), PULSE, watch, repeat_s=120)
    assert early[1] is NOTHING
    late = judge("pulse_bpm", 130, NINE + timedelta(seconds=120), PULSE, watch, repeat_s=120)
    assert late[1] is RAISE


def test_not_a_number_is_no_reason_to_call() -> None:
    assert follow((0, math.nan), (60, math.nan)) == [NOTHING, NOTHING]


def test_an_open_side_is_never_crossed() -> None:
    oxygen = DEFAULT_BOUNDS["spo2_percent"]
    assert follow((0, 100), (60, 89), (120, 88), bound=oxygen) == [NOTHING, REPEAT, RAISE]


@pytest.mark.parametrize(
    ("low", "high", "hysteresis"),
    [(None, None, 1), (50, 50, 0), (60, 50, 0), (50, 60, 6), (50, 60, -1), (math.nan, 60, 0)],
)
def test_bounds_nobody_could_return_into_are_refused(
    low: float | None, high: float | None, hysteresis: float
) -> None:
    with pytest.raises(BadBound):
        Bound(low, high, hysteresis)


def test_every_value_a_device_may_send_has_a_chinese_name() -> None:
    assert set(QUANTITIES) == set(PLAUSIBLE)


@pytest.mark.parametrize("quantity", DEFAULT_BOUNDS)
def test_default_bounds_lie_within_what_a_working_device_can_report(quantity: str) -> None:
    lowest, highest = PLAUSIBLE[quantity]
    bound = DEFAULT_BOUNDS[quantity]
    assert bound.low is None or lowest < bound.low
    assert bound.high is None or bound.high < highest


@pytest.mark.parametrize(
    ("quantity", "value", "text"),
    [
        ("systolic_mmhg", 182, "收缩压 182（常在 90–180）"),
        ("spo2_percent", 86.0, "血氧 86（常在 90 以上）"),
        ("temperature_c", 38.94, "体温 38.9（常在 35.0–38.5）"),
    ],
)
def test_a_value_is_explained_beside_its_usual_range(
    quantity: str, value: float, text: str
) -> None:
    assert explain(quantity, value, DEFAULT_BOUNDS[quantity]) == text


def test_a_bound_from_zero_or_up_to_something_is_said_so() -> None:
    assert explain("steps", 9000, Bound(None, 8000, 0)) == "步数 9000（常在 8000 以下）"
    assert explain("steps", -1, Bound(0, 8000, 0)) == "步数 -1（常在 0–8000）"


@pytest.mark.parametrize(
    ("values", "quantity", "text"),
    [
        ({"systolic_mmhg": 182, "diastolic_mmhg": 110}, "systolic_mmhg", "血压 182/110"),
        ({"systolic_mmhg": 182, "diastolic_mmhg": 110}, "diastolic_mmhg", "血压 182/110"),
        ({"systolic_mmhg": 182}, "systolic_mmhg", "收缩压 182 mmHg"),
        ({"pulse_bpm": 130.4}, "pulse_bpm", "脉搏 130 次/分"),
        ({"glucose_mmol_l": 3.2}, "glucose_mmol_l", "血糖 3.2 mmol/L"),
        ({"lactate": 3.25}, "lactate", "lactate 3.2"),
    ],
)
def test_a_reading_is_labelled_as_staff_say_it(
    values: dict[str, float], quantity: str, text: str
) -> None:
    assert label(values, quantity) == text


rows = st.lists(
    st.tuples(
        st.integers(0, 7200).map(float),
        st.one_of(st.integers(30, 60), st.integers(100, 150)).map(float),
    ),
    max_size=40,
)


@given(rows)
def test_nothing_is_raised_without_an_earlier_measurement_that_agrees(
    readings: list[tuple[float, float]],
) -> None:
    for end, verdict in enumerate(follow(*readings)):
        if verdict is RAISE:
            second, value = readings[end]
            assert PULSE.excess(value) > 0
            assert any(
                PULSE.excess(earlier) > 0
                and second - when >= REPEAT_S
                and second - when <= CONFIRM_WITHIN.total_seconds()
                for when, earlier in readings[:end]
            )


@given(rows)
def test_raised_and_cleared_alternate_and_clear_needs_two_values_well_inside(
    readings: list[tuple[float, float]],
) -> None:
    raised = False
    for end, verdict in enumerate(follow(*readings)):
        if verdict is RAISE:
            assert not raised
            raised = True
        if verdict in (STILL, CLEAR):
            assert raised
        if verdict is CLEAR:
            raised = False
            assert sum(PULSE.well_inside(value) for _, value in readings[: end + 1]) >= 2


@given(rows, st.integers(0, 7200), st.floats(30, 150))
def test_an_older_reading_changes_nothing(
    readings: list[tuple[float, float]], back: int, value: float
) -> None:
    watch = steps(*readings)[-1][1] if readings else None
    if watch is not None:
        older = watch.last_at - timedelta(seconds=back)
        assert judge("pulse_bpm", value, older, PULSE, watch) == (watch, NOTHING)


@given(st.lists(st.floats(50, 115), max_size=30))
def test_values_well_inside_are_never_remembered(values: list[float]) -> None:
    seen = steps(*((30.0 * number, value) for number, value in enumerate(values)))
    assert all(step == (NOTHING, None) for step in seen)
