"""How long to wait after a failure: a little longer each time; the log hears of changes only."""

import logging

log = logging.getLogger(__name__)


class Patience:
    """Grows from `first_s` to `last_s` while somebody stays silent, and says when that changes."""

    def __init__(self, whom: str, first_s: float, last_s: float) -> None:
        """All is well at the start."""
        self._whom = whom
        self._first_s, self._last_s = first_s, last_s
        self._wait_s = 0.0

    @property
    def is_tried(self) -> bool:
        """True from a failure until the next success."""
        return self._wait_s > 0

    def failed(self, why: object) -> float:
        """Seconds to wait before the next attempt."""
        if not self.is_tried:
            log.warning("%s: %s; trying again until it answers", self._whom, why)
        self._wait_s = min(max(self._wait_s * 2, self._first_s), self._last_s)
        return self._wait_s

    def succeeded(self) -> None:
        """It answered: the next failure is the first again."""
        if self.is_tried:
            log.warning("%s: answers again", self._whom)
        self._wait_s = 0.0
