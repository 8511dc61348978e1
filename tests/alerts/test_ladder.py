"""Who is told after how many seconds, and that it never ends in silence."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.contract import SEVERITY, Kind, Severity
from alerts.ladder import (
    LADDERS,
    TARGET_TEXT,
    Ladder,
    Target,
    climb,
    due_at,
    ladder_for,
    resume,
    rung,
)

NINE = datetime(2026, 11, 24, 1, tzinfo=UTC)
LIFE = LADDERS["life"]
T = Target
FIRST = [T.SIREN, T.NEAR]
REPEAT = [T.SIREN, T.NEAR, T.TOWN_ALL, T.DISTRICT_ALL, T.DEVICE]


def after(seconds: float) -> datetime:
    return NINE + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("step", "second", "targets"),
    [
        (0, 0, FIRST),
        (1, 30, [T.TOWN_ONE]),
        (2, 60, [T.SIREN, T.TOWN_ALL, T.DEVICE]),
        (3, 120, [T.SIREN, T.DISTRICT, T.DEVICE]),
        (4, 180, REPEAT),
        (5, 240, REPEAT),
        (1000, 60_000 - 60, REPEAT),
    ],
)
def test_a_life_alert_climbs_from_the_village_to_the_district(
    step: int, second: int, targets: list[Target]
) -> None:
    assert due_at(LIFE, NINE, step) == after(second)
    assert list(rung(LIFE, step).targets) == targets


@pytest.mark.parametrize(
    ("step", "second", "then", "told"),
    [
        (0, -1, 0, []),  # a clock set back: nothing yet
        (0, 0, 1, FIRST),
        (1, 29, 1, []),
        (1, 30, 2, [T.TOWN_ONE]),
        (0, 60, 3, [T.SIREN, T.NEAR, T.TOWN_ONE, T.TOWN_ALL, T.DEVICE]),  # a minute missed
        (3, 120, 4, [T.SIREN, T.DISTRICT, T.DEVICE]),
        (4, 180, 5, REPEAT),
        (4, 239, 5, REPEAT),
        (4, 240, 6, REPEAT),  # two repetitions missed are one
        (4, 3600, 62, REPEAT),
    ],
)
def test_each_rung_is_taken_when_its_time_has_come(
    step: int, second: int, then: int, told: list[Target]
) -> None:
    assert climb(LIFE, NINE, step, after(second)) == (then, tuple(told))


def test_a_hub_that_was_down_for_an_hour_tells_everybody_once() -> None:
    step, told = climb(LIFE, NINE, 0, after(3600))
    assert set(told) == set(T)
    assert len(told) == len(set(told))
    assert due_at(LIFE, NINE, step) == after(3660)


@given(st.sampled_from(list(LADDERS.values())), st.integers(0, 40), st.integers(0, 10**7))
def test_after_climbing_the_next_rung_always_lies_ahead(
    ladder: Ladder, step: int, seconds: int
) -> None:
    then, told = climb(ladder, NINE, step, after(seconds))
    assert due_at(ladder, NINE, then) > after(seconds)
    assert then >= step
    assert bool(told) == (then > step)


@given(st.sampled_from(list(LADDERS.values())), st.integers(0, 10**6), st.integers(1, 10**6))
def test_climbing_in_two_looks_ends_where_one_look_ends(
    ladder: Ladder, first: int, more: int
) -> None:
    step, _ = climb(ladder, NINE, 0, after(first))
    twice, _ = climb(ladder, NINE, step, after(first + more))
    once, _ = climb(ladder, NINE, 0, after(first + more))
    assert twice == once


@given(st.sampled_from(list(LADDERS.values())), st.integers(0, 40))
def test_a_fallen_back_alert_goes_on_with_its_next_rung_at_once(ladder: Ladder, step: int) -> None:
    from_ = resume(ladder, step, NINE)
    assert due_at(ladder, from_, step) == NINE
    then, told = climb(ladder, from_, step, NINE)
    assert then == step + 1
    assert told == rung(ladder, step).targets


@pytest.mark.parametrize("name", LADDERS)
def test_no_ladder_ends_in_silence(name: str) -> None:
    ladder = LADDERS[name]
    assert ladder.name == name
    assert ladder.rungs[0].after_s == 0
    assert [r.after_s for r in ladder.rungs] == sorted({r.after_s for r in ladder.rungs})
    assert ladder.repeat_s > 0
    assert set(ladder.repeat) - {T.DEVICE, T.SIREN}


@pytest.mark.parametrize(
    ("kind", "minutes_late", "ladder"),
    [
        (Kind.SOS, 0, "life"),
        (Kind.SOS, 60, "life"),  # an old press still rings
        (Kind.HELP, 10, "life"),
        (Kind.HELP, 11, "window"),  # a visitor who may have left
        (Kind.STAFF_WANTED, 0, "attention"),
        (Kind.STAFF_WANTED, 11, "window"),
        (Kind.OUT_OF_BOUNDS, 0, "health"),
        (Kind.LEAVE_ZONE, 0, "attention"),
        (Kind.LOW_BATTERY, 0, "technical"),
        (Kind.TEST, 0, "test"),
    ],
)
def test_the_ladder_follows_from_kind_and_age(kind: Kind, minutes_late: int, ladder: str) -> None:
    assert ladder_for(kind, SEVERITY[kind], timedelta(minutes=minutes_late)) == ladder


def test_only_a_life_rings_the_siren() -> None:
    rings = {
        name
        for name, ladder in LADDERS.items()
        if any(T.SIREN in r.targets for r in ladder.rungs) or T.SIREN in ladder.repeat
    }
    assert rings == {"life"}


def test_every_severity_has_a_ladder_and_every_target_a_name() -> None:
    assert {ladder_for(Kind.SOS, severity, timedelta()) for severity in Severity} <= set(LADDERS)
    assert TARGET_TEXT.keys() == set(Target)
