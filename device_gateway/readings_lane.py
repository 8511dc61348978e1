"""Readings to the hub: in batches, one request at a time; a full lane makes its link wait."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator

import orjson

from alerts.contract import BATCH_LIMIT
from device_gateway.client import HubLine, HubRefused, HubSilent, Verdict
from device_gateway.frame import Decoded, Frame
from device_gateway.letter import Letter
from device_gateway.patience import Patience
from device_gateway.refusals import Refusals

log = logging.getLogger(__name__)

PATH = "/v1/readings"
BATCH_S = 0.1
"""How long a first reading waits for others."""
REST_S = 1.0
MOST = 4 * BATCH_LIMIT
MOST_BYTES = 16 * 1024 * 1024
"""Messages in memory; what comes then stays with the link."""

Item = tuple[Letter, Decoded, list[bytes]]


class ReadingsLane:
    """One thread, one line to the hub; never in the way of an event."""

    def __init__(
        self,
        line: HubLine,
        hear: Callable[[Frame], Decoded],
        refusals: Refusals,
        patience: Patience,
    ) -> None:
        """Nothing is sent before `run`; `hear` decodes, on the link's thread.

        So the next batch is read while the hub stores the one before.
        """
        self._line = line
        self._hear = hear
        self._refusals = refusals
        self._patience = patience
        self._waiting: deque[Item] = deque()
        self._bytes = 0
        self._changed = threading.Condition()
        self._stop = threading.Event()

    def __len__(self) -> int:
        """How many messages wait."""
        return len(self._waiting)

    def put(self, letter: Letter) -> None:
        """Take it in; waits while the lane is full and the letter's link still there."""
        with self._changed:
            while self._is_full() and not (letter.is_orphan or self._stop.is_set()):
                self._changed.wait(REST_S)
        if letter.is_orphan or self._stop.is_set():
            return
        item = self._open(letter)
        if item is None:
            return
        with self._changed:
            self._waiting.append(item)
            self._bytes += len(letter.frame.payload)
            if len(self._waiting) in (1, BATCH_LIMIT):
                self._changed.notify_all()

    def run(self) -> None:
        """Send until stopped."""
        while not self._stop.is_set():
            try:
                for batch in _batches(self._next()):
                    self._send(batch)
            except Exception:
                log.exception("the readings lane stumbled and goes on")
                self._stop.wait(REST_S)

    def stop(self) -> None:
        """End after the attempt under way; what is unsettled stays where it came from."""
        self._stop.set()
        with self._changed:
            self._changed.notify_all()
        self._line.hang_up()

    def _is_full(self) -> bool:
        return len(self._waiting) >= MOST or self._bytes >= MOST_BYTES

    def _next(self) -> list[Item]:
        with self._changed:
            if not self._waiting:
                self._changed.wait(REST_S)
            end = time.monotonic() + BATCH_S
            while 0 < len(self._waiting) < BATCH_LIMIT and not self._stop.is_set():
                left = end - time.monotonic()
                if left <= 0 or not self._changed.wait(left):
                    break
            was_full = self._is_full()
            count = min(len(self._waiting), BATCH_LIMIT)
            items = [self._waiting.popleft() for _ in range(count)]
            self._bytes -= sum(len(letter.frame.payload) for letter, _, _ in items)
            if was_full:
                self._changed.notify_all()
            return items

    def _open(self, letter: Letter) -> Item | None:
        """The message decoded; None where nothing is left to send, or it could not be read."""
        try:
            said = self._hear(letter.frame)
            if said.readings:
                return letter, said, [orjson.dumps(item) for item in said.readings]
            letter.settle(said.device, (), said.refused)
        except Exception:
            log.exception("a message on %s could not be read", letter.frame.topic)
        return None

    def _send(self, batch: list[Item]) -> None:
        items = [item for _, _, items in batch for item in items]
        while not self._stop.is_set():
            try:
                verdicts = self._post(items)
            except HubSilent as why:
                self._stop.wait(self._patience.failed(why))
            except HubRefused as why:
                self._patience.succeeded()
                self._refused(batch, str(why))
                return
            else:
                self._patience.succeeded()
                self._settle(batch, verdicts)
                return

    def _post(self, items: list[bytes]) -> list[Verdict]:
        verdicts: list[Verdict] = []
        for start in range(0, len(items), BATCH_LIMIT):
            verdicts += self._line.post_items(PATH, items[start : start + BATCH_LIMIT])
        return verdicts

    def _refused(self, batch: list[Item], reason: str) -> None:
        """Find out which message spoils the body."""
        if len(batch) > 1:
            for one in batch:
                self._send([one])
        else:
            self._settle(batch, [Verdict(None, "refused", reason)] * len(batch[0][2]))

    def _settle(self, batch: list[Item], verdicts: list[Verdict]) -> None:
        start = 0
        for letter, said, items in batch:
            own = verdicts[start : start + len(items)]
            start += len(items)
            for verdict in own:
                if verdict.status == "refused":
                    self._refusals.note(said.device, verdict.reason or "refused")
            try:
                letter.settle(said.device, own, said.refused)
            except Exception:
                log.exception("a message of %s could not be answered", said.device)


def _batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    batch: list[Item] = []
    count = 0
    for item in items:
        if batch and count + len(item[2]) > BATCH_LIMIT:
            yield batch
            batch, count = [], 0
        batch.append(item)
        count += len(item[2])
    if batch:
        yield batch
