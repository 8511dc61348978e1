"""A wearer is a plausible, quiet body, until something befalls it."""

import itertools
from statistics import mean, pstdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.wearer import DAY_S, EFFECTS, EpisodeKind, Vitals, Wearer

SEEDS = st.integers(min_value=0, max_value=2**32 - 1)
TIMES = st.floats(min_value=0, max_value=30 * DAY_S)
NIGHT_S, NOON_S, WALK_S = 3 * 3600.0, 12.5 * 3600, 9.5 * 3600


@given(SEEDS, TIMES)
def test_a_healthy_body_stays_within_ordinary_bounds(seed: int, when: float) -> None:
    body = Wearer(seed).vitals(when)
    assert 52 <= body.pulse_bpm <= 100
    assert 95 <= round(body.spo2_percent) <= 100
    assert 35.9 <= body.temperature_c <= 37.2
    assert 100 <= body.systolic_mmhg <= 146
    assert 58 <= body.diastolic_mmhg <= 88


@given(SEEDS, TIMES)
def test_nothing_jumps_within_a_second(seed: int, when: float) -> None:
    wearer = Wearer(seed)
    before, after = wearer.vitals(when), wearer.vitals(when + 1)
    assert abs(before.pulse_bpm - after.pulse_bpm) < 0.5
    assert abs(before.spo2_percent - after.spo2_percent) < 0.1
    assert abs(before.temperature_c - after.temperature_c) < 0.02


def test_values_drift_over_hours_rather_than_flicker() -> None:
    wearer = Wearer(3)
    pulses = [wearer.vitals(20.0 * i).pulse_bpm for i in range(int(DAY_S / 20))]
    steps = [abs(a - b) for a, b in itertools.pairwise(pulses)]
    assert mean(steps) < pstdev(pulses) / 10


@given(SEEDS)
def test_the_same_seed_is_the_same_person(seed: int) -> None:
    assert Wearer(seed).vitals(NOON_S) == Wearer(seed).vitals(NOON_S)


def test_two_people_differ() -> None:
    assert Wearer(1).vitals(NOON_S) != Wearer(2).vitals(NOON_S)


@given(SEEDS)
def test_the_heart_is_slower_asleep_than_on_a_walk(seed: int) -> None:
    wearer = Wearer(seed)
    assert wearer.vitals(NIGHT_S).pulse_bpm < wearer.vitals(WALK_S).pulse_bpm


def _fever(body: Vitals) -> bool:
    return body.temperature_c >= 38.5


def _desaturation(body: Vitals) -> bool:
    return body.spo2_percent < 90


def _racing_pulse(body: Vitals) -> bool:
    return body.pulse_bpm > 112


def _hypertension(body: Vitals) -> bool:
    return body.systolic_mmhg > 180 and body.diastolic_mmhg > 95


@pytest.mark.parametrize(
    ("kind", "felt"),
    [
        ("fever", _fever),
        ("desaturation", _desaturation),
        ("racing_pulse", _racing_pulse),
        ("hypertension", _hypertension),
    ],
)
@pytest.mark.parametrize("seed", range(20))
def test_an_episode_comes_and_goes(kind: EpisodeKind, felt: object, seed: int) -> None:
    assert callable(felt)
    wearer, effect = Wearer(seed), EFFECTS[kind]
    wearer.befall(kind, NOON_S)
    height = NOON_S + effect.comes_s + effect.stays_s / 2
    over = NOON_S + effect.comes_s + effect.stays_s + effect.goes_s
    assert not felt(wearer.vitals(NOON_S))
    assert felt(wearer.vitals(height))
    assert wearer.vitals(over) == Wearer(seed).vitals(over)


def test_a_fall_makes_the_heart_race() -> None:
    wearer = Wearer(5)
    wearer.befall("fall", NIGHT_S)
    assert wearer.vitals(NIGHT_S + 20).pulse_bpm > Wearer(5).vitals(NIGHT_S + 20).pulse_bpm + 25


@given(SEEDS, st.lists(st.sampled_from(sorted(EFFECTS)), max_size=12), TIMES)
def test_whatever_befalls_a_person_a_sensor_could_read_it(
    seed: int, kinds: list[EpisodeKind], when: float
) -> None:
    wearer = Wearer(seed)
    for place, kind in enumerate(kinds):
        wearer.befall(kind, when - 300 * place)
    body = wearer.vitals(when)
    assert 10 <= body.pulse_bpm <= 300
    assert 30 <= body.spo2_percent <= 100
    assert 20 <= body.temperature_c <= 46
    assert body.diastolic_mmhg < body.systolic_mmhg <= 300


def test_the_same_episode_twice_is_felt_once() -> None:
    once, twice = Wearer(4), Wearer(4)
    once.befall("fever", NOON_S)
    twice.befall("fever", NOON_S)
    twice.befall("fever", NOON_S)
    assert twice.vitals(NOON_S + 3600) == once.vitals(NOON_S + 3600)


def test_an_episode_of_last_week_is_forgotten_at_the_next_one() -> None:
    wearer = Wearer(4)
    for day in range(7):
        wearer.befall("fall", day * DAY_S)
    assert len(wearer.episodes) == 1
