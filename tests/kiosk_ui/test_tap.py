import pytest

from kiosk_ui.tap import Tap, contact


def count(moments: list[float]) -> int:
    tap: Tap | None = None
    counted = 0
    for moment in moments:
        tap, counts = contact(tap, moment)
        counted += counts
    return counted


@pytest.mark.parametrize(
    ("moments", "taps"),
    [
        ([0.0], 1),
        ([0.0, 0.1, 0.2, 0.3], 1),
        ([0.0, 0.4], 2),
        ([0.0, 0.5, 1.0], 3),
        ([0.0, 0.1, 0.6, 0.7], 2),
    ],
)
def test_a_trembling_finger_is_one_tap_and_a_second_press_is_another(
    moments: list[float], taps: int
) -> None:
    assert count(moments) == taps


def test_hammering_is_heard_however_fast_it_is() -> None:
    assert count([i / 10 for i in range(51)]) >= 5
