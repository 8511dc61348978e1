"""How often one may be wrong, and that counting it costs little."""

import pytest

from alerts.api.limits import KEYS, Attempts


class Stopwatch:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def watch() -> Stopwatch:
    return Stopwatch()


@pytest.fixture
def attempts(watch: Stopwatch) -> Attempts:
    return Attempts(3, 60, watch)


def test_after_three_mistakes_one_waits_a_minute(attempts: Attempts, watch: Stopwatch) -> None:
    waits = []
    for _ in range(4):
        waits.append(attempts.wait_s("zhang"))
        attempts.failed("zhang")
        watch.seconds += 10
    assert waits == [0, 0, 0, 30]


def test_the_wait_ends_by_itself(attempts: Attempts, watch: Stopwatch) -> None:
    for _ in range(3):
        attempts.failed("zhang")
    watch.seconds = 59.5
    assert attempts.wait_s("zhang") == 0.5
    watch.seconds = 60
    assert attempts.wait_s("zhang") == 0


def test_the_right_password_forgives_earlier_mistakes(attempts: Attempts) -> None:
    for _ in range(2):
        attempts.failed("zhang")
    attempts.succeeded("zhang")
    attempts.failed("zhang")
    assert attempts.wait_s("zhang") == 0


def test_one_persons_mistakes_are_nobody_elses(attempts: Attempts) -> None:
    for _ in range(9):
        attempts.failed("zhang")
    assert attempts.wait_s("li") == 0


def test_however_many_names_are_tried_the_memory_is_bounded(attempts: Attempts) -> None:
    for number in range(KEYS + 500):
        attempts.failed(f"nobody-{number}")
    for _ in range(1000):
        attempts.failed("zhang")
    assert len(attempts._tries) == KEYS
    assert len(attempts._tries["zhang"]) == 3
    assert "nobody-0" not in attempts._tries
