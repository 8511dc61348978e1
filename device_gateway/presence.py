"""Who was heard and when, who is away, who was refused; kept between two reports to the hub."""

import threading
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

import orjson

from device_gateway.frame import Status
from device_gateway.pipeline import Stranger
from device_gateway.strangers import Listed, Strangers, listed

DEVICES = 5_000
"""Most devices in one report, so that its body stays far below the hub's limit of 1 MiB."""
REASONS = 200
"""Most reasons counted by name; a hub of tomorrow may know more."""


@dataclass(frozen=True, slots=True)
class Report:
    """One body for POST /v1/presence, and what to give back where the hub does not take it."""

    body: bytes
    devices: frozenset[str]
    strangers: Listed
    more: bool
    """Not all devices had room in it."""


class Presence:
    """Beats, absences, strangers and refusals; safe from any thread."""

    def __init__(self) -> None:
        """Nobody was heard yet."""
        self._lock = threading.Lock()
        self._last: dict[str, datetime] = {}
        self._status: dict[str, Status] = {}
        self._away: set[str] = set()
        self._changed: set[str] = set()
        self._strangers = Strangers()
        self._refused: Counter[str] = Counter()

    def heard(self, device: str, at: datetime, interval_s: float) -> bool:
        """Note a beat; True where the device had been away until now.

        Away is: its last will came, a reply found nobody listening, or it missed a beat.
        """
        with self._lock:
            before = self._last.get(device)
            self._last[device] = at
            self._changed.add(device)
            if device in self._away:
                self._away.discard(device)
                return True
            return before is not None and at - before > timedelta(seconds=1.5 * interval_s)

    def said_status(self, device: str, status: Status) -> None:
        """Note its status message or last will: a hint, no beat by itself."""
        with self._lock:
            if status == "offline":
                self._away.add(device)
            if self._status.get(device) != status:
                self._status[device] = status
                if device in self._last:
                    self._changed.add(device)

    def is_away(self, device: str) -> bool:
        """True from its last will or a reply it missed until it speaks again."""
        return device in self._away

    def missed(self, device: str) -> None:
        """Note that a reply found nobody listening."""
        with self._lock:
            self._away.add(device)

    def heard_stranger(self, stranger: Stranger, at: datetime) -> None:
        """Note a sender that stands in no roster."""
        with self._lock:
            self._strangers.note(stranger, at)

    def refused(self, reason: str) -> None:
        """Count a refusal."""
        with self._lock:
            known = reason in self._refused or len(self._refused) < REASONS
            self._refused[reason if known else "other"] += 1

    def report(self, state: dict[str, Any]) -> Report:
        """What has changed since the last report that the hub took.

        Composed outside the lock: with ten thousand devices no press waits for it.
        """
        with self._lock:
            changed, self._changed = self._changed, set()
            strangers = self._strangers.take()
            refused = dict(self._refused)
        devices = frozenset(islice(changed, DEVICES))
        rest = changed - devices
        if rest:
            with self._lock:
                self._changed |= rest
        body = {
            "devices": [self._row(device) for device in devices],
            "unknown": listed(strangers),
            "refused": refused,
            "state": state,
        }
        return Report(orjson.dumps(body), devices, strangers, bool(rest))

    def put_back(self, report: Report) -> None:
        """The hub did not take this report: what it held belongs to the next one."""
        with self._lock:
            self._changed |= report.devices
            self._strangers.put_back(report.strangers)

    def _row(self, device: str) -> dict[str, Any]:
        return {
            "device": device,
            "last_heard": self._last[device].isoformat(),
            "status": self._status.get(device),
        }
