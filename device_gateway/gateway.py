"""The running gateway: its threads from start to end, and its own condition."""

import logging
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any, Protocol

from device_gateway.events_lane import EventsLane
from device_gateway.housekeeping import Housekeeping
from device_gateway.links.modem import ModemLink
from device_gateway.links.mqtt import MqttLink
from device_gateway.lookout import Lookout
from device_gateway.presence import Presence
from device_gateway.readings_lane import ReadingsLane
from device_gateway.replies import Replies
from device_gateway.roster_copy import RosterCopy
from device_gateway.siren import SirenWatch
from device_gateway.slots import Slots
from device_gateway.state import State

log = logging.getLogger(__name__)

SWITCH_S = 0.0005
"""A thread busy with readings gives way to a press after this; Python's default is 5 ms."""
LOOK_S = 1.0
FAREWELL_S = 1.5
"""All threads together have this long to end; what is unsettled stays where it came from."""


class Worker(Protocol):
    """Something that works in a thread of its own."""

    def run(self) -> None:
        """Work until stopped."""

    def stop(self) -> None:
        """End soon."""


@dataclass(frozen=True)
class Gateway:
    """All parts, wired; `build` makes one from settings."""

    state: State
    roster: RosterCopy
    presence: Presence
    slots: Slots
    siren: SirenWatch
    replies: Replies
    events: EventsLane
    readings: ReadingsLane
    mqtt: MqttLink
    modem: ModemLink | None
    lookout: Lookout
    housekeeping: Housekeeping
    _stop: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        """Begin; returns at once. Devices are heard once there is a roster, if only its copy."""
        sys.setswitchinterval(SWITCH_S)
        for name, worker in self._workers().items():
            run = self._once_known(worker.run) if name.startswith("mqtt") else worker.run
            thread = threading.Thread(target=run, name=name, daemon=True)
            thread.start()
            self._threads.append(thread)
        log.info("gateway %s runs", version("yijian-hub"))

    def stop(self) -> None:
        """End everything; the broker keeps what was not settled."""
        self._stop.set()
        for worker in self._workers().values():
            worker.stop()
        end = time.monotonic() + FAREWELL_S
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))
        self.slots.close()
        self.state.close()
        log.info("gateway stopped")

    def wait(self) -> bool:
        """Return when `end` was called; False where a worker died instead."""
        while not self._stop.wait(LOOK_S):
            dead = [thread.name for thread in self._threads if not thread.is_alive()]
            if dead:
                log.critical("these have ended by themselves: %s", ", ".join(dead))
                return False
        return True

    def end(self) -> None:
        """Let `wait` return."""
        self._stop.set()

    def _workers(self) -> dict[str, Worker]:
        named: dict[str, Worker] = {
            "housekeeping": self.housekeeping,
            "events": self.events,
            "readings": self.readings,
            "replies": self.replies,
            "lookout": self.lookout,
            "mqtt events": self.mqtt.events_session,
            "mqtt readings": self.mqtt.readings_session,
        }
        return {**named, "modem": self.modem} if self.modem else named

    def _once_known(self, run: Callable[[], None]) -> Callable[[], None]:
        """Without any roster every device would be a stranger, and its press sent away."""

        def run_then() -> None:
            while not self._stop.is_set():
                if self.roster.known.wait(0.5):
                    run()
                    return

        return run_then


@dataclass(frozen=True)
class Condition:
    """What the desk is told about the gateway itself."""

    started: float
    monotonic: Callable[[], float]
    siren: SirenWatch
    events: EventsLane
    readings: ReadingsLane
    mqtt: MqttLink
    has_modem: bool

    def __call__(self) -> dict[str, Any]:
        """The condition of this moment."""
        return {
            "version": version("yijian-hub"),
            "uptime_s": round(self.monotonic() - self.started),
            "mqtt_events_up": self.mqtt.events_session.is_up,
            "mqtt_readings_up": self.mqtt.readings_session.is_up,
            "events_waiting": len(self.events.shelf),
            "readings_waiting": len(self.readings),
            "presses_unanswered": len(self.siren),
            "modem": self.has_modem,
        }
