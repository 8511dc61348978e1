"""What the gateway asks and tells the hub every ten seconds: the roster in, presence out."""

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from device_gateway.client import HubLine, HubSilent
from device_gateway.patience import Patience
from device_gateway.presence import Presence, Report
from device_gateway.roster_copy import RosterCopy

log = logging.getLogger(__name__)

PATH = "/v1/presence"
LOOK_S = 0.25
HURRY_S = 1.0
"""Pause while a stranger's press is to be told, or while there is no roster at all."""


class Housekeeping:
    """One thread, one line to the hub."""

    def __init__(
        self,
        line: HubLine,
        roster: RosterCopy,
        presence: Presence,
        patience: Patience,
        state: Callable[[], dict[str, Any]],
        hurry: threading.Event,
        report_s: float,
        sweep: Callable[[], None],
    ) -> None:
        """Nothing is asked before `run`; `hurry` brings a turn forward, `sweep` is called often."""
        self._line = line
        self._roster = roster
        self._presence = presence
        self._patience = patience
        self._state = state
        self._hurry = hurry
        self._report_s = report_s
        self._sweep = sweep
        self._stop = threading.Event()

    def run(self) -> None:
        """Go on until stopped."""
        last = float("-inf")
        while not self._stop.wait(LOOK_S):
            try:
                self._sweep()
                if time.monotonic() - last >= self._pause():
                    last = time.monotonic()
                    self.turn()
            except Exception:
                log.exception("the housekeeping stumbled and goes on")

    def turn(self) -> None:
        """Ask for the roster and tell who was heard; a silent hub is told the next time."""
        try:
            self._roster.refresh(self._line)
            while self._tell():
                pass
        except HubSilent as why:
            self._patience.failed(why)
        else:
            self._patience.succeeded()

    def stop(self) -> None:
        """End after the turn under way."""
        self._stop.set()
        self._line.hang_up()

    def _pause(self) -> float:
        in_haste = self._hurry.is_set() or not self._roster.known.is_set()
        return min(HURRY_S, self._report_s) if in_haste else self._report_s

    def _tell(self) -> bool:
        """True where one body had no room for all."""
        self._hurry.clear()
        report = self._presence.report(self._state())
        try:
            answer = self._line.ask("POST", PATH, report.body)
        except HubSilent:
            self._give_back(report)
            raise
        if not 200 <= answer.status < 300:
            self._give_back(report)
            raise HubSilent(f"the hub answered {answer.status} to the presence")
        return report.more

    def _give_back(self, report: Report) -> None:
        self._presence.put_back(report)
        if any(seen.kind is not None for seen in report.strangers.values()):
            self._hurry.set()
