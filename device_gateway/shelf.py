"""Events waiting for the hub: presses first, a repeated message once, nothing leaves unsettled."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass

from alerts.contract import BATCH_LIMIT, Kind
from device_gateway.letter import Letter

BATCH_BYTES = 512 * 1024
"""A body well below the hub's limit of 1 MiB."""

Key = tuple[str | None, str, bytes]


@dataclass(slots=True)
class Held:
    """One message with its items as JSON; `letter` changes when it is heard again."""

    letter: Letter
    device: str
    items: list[bytes]
    ids: tuple[str, ...]
    life: Kind | None
    refused: tuple[str, ...]
    try_after: float = 0.0
    """Monotonic; set where the hub refused it as a whole, so that it holds up no other."""

    @property
    def key(self) -> Key:
        """The same for every repetition of the message."""
        frame = self.letter.frame
        return frame.topic, frame.address, frame.payload

    @property
    def size(self) -> int:
        """Bytes it adds to a body."""
        return sum(map(len, self.items)) + len(self.items)


class Shelf:
    """Bounded by its links: each stops hearing at so many unsettled messages."""

    def __init__(self) -> None:
        """Nothing waits yet."""
        self._life: dict[Key, Held] = {}
        self._other: dict[Key, Held] = {}
        self._changed = threading.Condition()
        self._closed = False

    def __len__(self) -> int:
        """How many messages wait."""
        return len(self._life) + len(self._other)

    @property
    def holds_life(self) -> bool:
        """True where a press is among them."""
        return bool(self._life)

    def add(self, held: Held) -> bool:
        """Put it in its row; False where it is a repetition of one that already waits."""
        row = self._life if held.life else self._other
        with self._changed:
            waiting = row.setdefault(held.key, held)
            if waiting is held:
                self._changed.notify()
                return True
            orphaned = waiting.letter.is_orphan
            if orphaned:
                waiting.letter = held.letter
        if not orphaned:
            held.letter.acknowledge()
        return False

    def next_batch(self, now: float, patience_s: float) -> list[Held]:
        """What one body should carry, after waiting for the first; empty where nothing came.

        They stay on the shelf until `remove`.
        """
        with self._changed:
            if not self._closed and not self._ready(now):
                self._changed.wait(patience_s)
            return self._ready(now)

    def remove(self, held: Held) -> None:
        """It is settled."""
        with self._changed:
            (self._life if held.life else self._other).pop(held.key, None)

    def close(self) -> None:
        """Nobody waits here any longer."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _ready(self, now: float) -> list[Held]:
        batch: list[Held] = []
        items = size = 0
        for held in self._in_turn():
            if held.try_after > now:
                continue
            items, size = items + len(held.items), size + held.size
            if batch and (items > BATCH_LIMIT or size > BATCH_BYTES):
                break
            batch.append(held)
        return batch

    def _in_turn(self) -> Iterator[Held]:
        yield from self._life.values()
        yield from self._other.values()
