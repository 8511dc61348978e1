"""One lane from the outbox to the hub: one POST at a time, repeated until the hub has it all."""

import logging
from collections.abc import Callable, Sequence

from pydantic import ValidationError
from PySide6.QtCore import QObject, QTimer, Signal

from alerts.contract import Results
from kiosk_ui.outbox import Kept
from kiosk_ui.wire import Answer, Wire

log = logging.getLogger(__name__)


class Sender(QObject):
    """Sends whatever `waiting` gives; tries again after 1, 2, 5, 10, 30 s, for ever."""

    settled = Signal(str)
    """This event is on the hub's disk."""
    refused = Signal(str, str)
    """The hub will not have this event, and why."""
    answered = Signal(bool)
    """The hub was reached, or it was not."""

    def __init__(
        self,
        wire: Wire,
        waiting: Callable[[], list[Kept]],
        waits: Sequence[float],
        parent: QObject | None = None,
    ) -> None:
        """Idle until kicked."""
        super().__init__(parent)
        self._wire = wire
        self._waiting = waiting
        self._waits = waits
        self._failures = 0
        self._trouble = ""
        self._in_flight = False
        self._again = False
        self._stopped = False
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.kick)

    def kick(self) -> None:
        """Send now, whatever the wait was; one that is under way is followed by another."""
        if self._in_flight or self._stopped:
            self._again = True
            return
        self._timer.stop()
        batch = self._waiting()
        if batch:
            self._in_flight = True
            body = f"[{','.join(kept.body for kept in batch)}]"
            self._wire.post("/v1/events", body, lambda answer: self._heard(answer, batch))

    def stop(self) -> None:
        """Try no more; what waits stays where it is."""
        self._timer.stop()
        self._stopped = True

    def nudge(self) -> None:
        """Send if nothing else is going to: nothing is under way and no wait is running."""
        if not self._in_flight and not self._timer.isActive():
            self.kick()

    def _heard(self, answer: Answer, batch: list[Kept]) -> None:
        if answer.ok:
            self._sort_out(answer, batch)
        elif answer.why != self._trouble:
            log.warning("events: %d kept, hub said %s", len(batch), answer.why)
        self._trouble = "" if answer.ok else answer.why
        self._in_flight = False
        left = self._waiting()
        progress = {kept.id for kept in batch} > {kept.id for kept in left} & {
            kept.id for kept in batch
        }
        again, self._again = self._again, False
        if progress:
            self._failures = 0
        if progress or again:
            self.kick()
        elif left:
            self._wait()
        self.answered.emit(answer.reached)

    def _sort_out(self, answer: Answer, batch: list[Kept]) -> None:
        """Pass on what the hub said to each event of the batch; what it left out stays."""
        try:
            results = Results.model_validate_json(answer.body).results
        except ValidationError:
            log.error("events: the hub's answer is no list of results; sending again")
            return
        ours = {kept.id for kept in batch}
        for result in results:
            if result.id not in ours:
                continue
            if result.status == "refused":
                log.error("event refused by the hub: %s", result.reason)
                self.refused.emit(result.id, result.reason or "")
            else:
                self.settled.emit(result.id)

    def _wait(self) -> None:
        wait = self._waits[min(self._failures, len(self._waits) - 1)]
        self._failures += 1
        self._timer.start(round(wait * 1000))
