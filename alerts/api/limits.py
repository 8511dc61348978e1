"""How often one may be wrong: counts in a sliding window, bounded in memory."""

from collections import OrderedDict
from collections.abc import Callable

KEYS = 10_000


class Attempts:
    """Wrong tries per key; after `most` of them the key waits `pause_s`."""

    def __init__(self, most: int, pause_s: float, monotonic: Callable[[], float]) -> None:
        """`monotonic` is the clock waits are measured with."""
        self._most = most
        self._pause_s = pause_s
        self._monotonic = monotonic
        self._tries: OrderedDict[str, list[float]] = OrderedDict()

    def wait_s(self, key: str) -> float:
        """Seconds until this key may try again; 0 when it may now."""
        tries = self._recent(key)
        if len(tries) < self._most:
            return 0.0
        return max(0.0, tries[-self._most] + self._pause_s - self._monotonic())

    def failed(self, key: str) -> None:
        """One more wrong try; the oldest keys are forgotten when there are too many."""
        tries = self._recent(key)
        tries.append(self._monotonic())
        self._tries[key] = tries[-self._most :]
        self._tries.move_to_end(key)
        while len(self._tries) > KEYS:
            self._tries.popitem(last=False)

    def succeeded(self, key: str) -> None:
        """The right one: earlier mistakes do not count any more."""
        self._tries.pop(key, None)

    def _recent(self, key: str) -> list[float]:
        since = self._monotonic() - self._pause_s
        return [moment for moment in self._tries.get(key, ()) if moment > since]
