"""The clock of these tests."""

from datetime import UTC, datetime

NINE = datetime(2026, 11, 24, 9, 0, 0, tzinfo=UTC)


def now() -> datetime:
    return datetime.now(UTC)


class MovableClock:
    """Moves when told to; wall time and monotonic seconds alike."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds
