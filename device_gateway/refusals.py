"""What was not taken: counted by reason, logged with the device, and a flood of it in few lines."""

import logging
import threading
from collections import Counter

from device_gateway.presence import Presence

log = logging.getLogger(__name__)
REMEMBERED = 10_000


class Refusals:
    """Nothing is dropped silently; the 1st, 10th, 100th … of a kind is a line in the log."""

    def __init__(self, presence: Presence) -> None:
        """Nothing was refused yet."""
        self._presence = presence
        self._lock = threading.Lock()
        self._times: Counter[tuple[str, str]] = Counter()

    def note(self, device: str, reason: str) -> None:
        """Count and, where it is news, log one refused item or message."""
        self._presence.refused(reason)
        key = (device, reason)
        with self._lock:
            if key not in self._times and len(self._times) >= REMEMBERED:
                self._times.clear()
            self._times[key] += 1
            times = self._times[key]
        if str(times).strip("0") == "1":
            log.warning("refused from %.64r: %.64s (time %d)", device, reason, times)
