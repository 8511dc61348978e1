"""Chance repeats: a run can be played again, and nothing of it jumps."""

from hypothesis import given
from hypothesis import strategies as st

from simulators.chance import draw, seed_of, wander

SEEDS = st.integers(min_value=0, max_value=2**40)


@given(SEEDS, st.integers(min_value=-(10**9), max_value=10**9))
def test_a_draw_lies_in_its_range_and_repeats(seed: int, place: int) -> None:
    assert 0 <= draw(seed, place) < 1
    assert draw(seed, place) == draw(seed, place)


def test_draws_are_evenly_spread() -> None:
    tenths = [0] * 10
    for place in range(10_000):
        tenths[int(draw(7, place) * 10)] += 1
    assert min(tenths) > 900
    assert max(tenths) < 1100


def test_neighbouring_seeds_draw_differently() -> None:
    assert len({draw(seed, 1) for seed in range(1000)}) == 1000


@given(SEEDS, st.floats(min_value=-1e6, max_value=1e6))
def test_a_walk_is_smooth_and_bounded(seed: int, seconds: float) -> None:
    here, there = wander(seed, seconds, 100), wander(seed, seconds + 0.1, 100)
    assert -1 <= here <= 1
    assert abs(here - there) < 0.01


def test_a_name_has_one_seed_on_every_machine() -> None:
    assert seed_of("123456789") == 0xCBF43926  # the check value of CRC-32
