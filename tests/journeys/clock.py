"""A clock that can be moved: real time and an offset that stands in a file all programs read."""

import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path


class MovableClock:
    """Runs by itself like any clock, and jumps ahead when told."""

    def __init__(self, file: Path) -> None:
        self._file = file
        if not file.exists():
            self._write(0.0)

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.offset())

    def monotonic(self) -> float:
        return time.monotonic() + self.offset()

    def offset(self) -> float:
        return float(self._file.read_text())

    def advance(self, seconds: float) -> None:
        """Everybody's clock shows so much more from now on."""
        self._write(self.offset() + seconds)

    def _write(self, offset: float) -> None:
        fresh = self._file.with_name(f".{self._file.name}.new")
        fresh.write_text(str(offset))
        os.replace(fresh, self._file)
