"""Wakes the open streams of this process; what they then send comes from the database."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from alerts.work import Work


class Signal:
    """Something happened: everybody who waits looks again."""

    def __init__(self) -> None:
        """Nobody waits yet."""
        self._waiting: set[asyncio.Event] = set()

    def ring(self) -> None:
        """Wake all."""
        for event in self._waiting:
            event.set()

    @contextmanager
    def subscribed(self) -> Iterator[asyncio.Event]:
        """An event that is set whenever the signal rings."""
        event = asyncio.Event()
        self._waiting.add(event)
        try:
            yield event
        finally:
            self._waiting.discard(event)


class Signals:
    """The two things streams wait for, and who is looking at the desk."""

    def __init__(self) -> None:
        """Nobody is connected."""
        self.replies = Signal()
        self.alerts = Signal()
        self.present: Counter[int] = Counter()

    def after_commit(self, work: Work) -> None:
        """A listener of the engine."""
        if work.replied:
            self.replies.ring()
        if work.touched:
            self.alerts.ring()

    def is_present(self, staff_id: int) -> bool:
        """Whether this member of staff has the desk open at this hub."""
        return self.present[staff_id] > 0

    @contextmanager
    def looking(self, staff_id: int) -> Iterator[asyncio.Event]:
        """Counts a person's open page while it lasts."""
        self.present[staff_id] += 1
        try:
            with self.alerts.subscribed() as event:
                yield event
        finally:
            self.present[staff_id] -= 1


async def wait(event: asyncio.Event, timeout_s: float) -> bool:
    """True when the event was set in time; it is cleared."""
    try:
        await asyncio.wait_for(event.wait(), timeout_s)
    except TimeoutError:
        return False
    event.clear()
    return True
