"""A wall clock that is set forward or back must not make a waiting person wait otherwise."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Column, type_coerce, update

from alerts.store.tables import alert, device, notice, source
from alerts.work import Work

log = logging.getLogger(__name__)

SLEW = timedelta(seconds=1)
"""NTP moves a clock by less than this between two looks; more is a jump."""


class ClockWatch:
    """Compares the wall clock with one that cannot be set."""

    def __init__(
        self,
        monotonic: Callable[[], float],
        wall: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Both are asked at every look."""
        self._monotonic = monotonic
        self._wall = wall
        self._offset = self._now()

    def jump(self) -> timedelta | None:
        """By how much the wall clock was set, until that is followed; None where it was not."""
        offset = self._now()
        moved = offset - self._offset
        if abs(moved) > SLEW:
            return moved
        self._offset = offset
        return None

    def followed(self, jump: timedelta) -> None:
        """All waits have moved with the jump."""
        self._offset += jump

    def _now(self) -> datetime:
        return self._wall() - timedelta(seconds=self._monotonic())


def follow(work: Work, jump: timedelta) -> None:
    """Move every wait that is under way by the jump: what had 20 s left has 20 s left.

    For SQLite, where this machine's clock decides; on PostgreSQL it is the database's.
    """
    log.warning("the wall clock was set by %s; all waits move with it", jump)
    work.note("clock_set", subject=str(jump))
    micros = round(jump.total_seconds() * 1_000_000)
    moved: dict[Any, tuple[Column[Any], ...]] = {
        alert: (alert.c.due_at, alert.c.climb_from, alert.c.since),
        notice: (notice.c.next_try_at, notice.c.deadline),
        device: (device.c.last_heard, device.c.silent_at),
        source: (source.c.last_seen,),
    }
    for table, columns in moved.items():
        values = {c.name: type_coerce(c, BigInteger) + micros for c in columns}
        waiting = columns[0].is_not(None)
        work.tx.execute(update(table).where(waiting).values(values))
