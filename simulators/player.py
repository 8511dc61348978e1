"""One device alive on its link: asks it what to say, says it, and tells it what was heard."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from math import inf
from typing import Any

from simulators.device import Device, Moment
from simulators.links import Link
from simulators.messages import BadReply, status

log = logging.getLogger(__name__)

LONGEST_TURN_S = 3600.0
"""A device is asked at least so often; timers further away are not trusted."""


class Player:
    """A device, its link and its alarm clock."""

    def __init__(self, device: Device, link: Link, clock: Callable[[], Moment]) -> None:
        """A player that does nothing until `run`."""
        self.device = device
        self.link = link
        self.ready = asyncio.Event()
        self._clock = clock
        self._alarm: asyncio.TimerHandle | None = None

    async def run(self) -> None:
        """Live until cancelled; raises CannotRun where the broker refuses the login."""
        self._turn()
        try:
            await self.link.run(self)
        finally:
            if self._alarm is not None:
                self._alarm.cancel()

    async def leave(self) -> None:
        """Go offline in order."""
        await self.link.leave(status(self.device.name, online=False))

    def act(self, does: str, arguments: Mapping[str, Any]) -> None:
        """Let something happen to the device."""
        log.info("%s: %s", self.device.name, does.replace("_", " "))
        was_on = self.device.switched_on
        event = self.device.actions[does](self.device, self._clock(), **arguments)
        if event is None and not was_on and not self.device.switched_on:
            log.info("%s: nothing came of it, it is switched off", self.device.name)
        if self.device.reachable:
            self.link.want()
        else:
            self.link.drop()
        self._turn()

    def joined(self) -> None:
        """Say at once what waited for the connection."""
        if self.device.forgotten:
            log.info("%s: forgot %d old readings", self.device.name, self.device.forgotten)
            self.device.forgotten = 0
        self.device.join()
        self.ready.set()
        self._turn()

    def lost(self) -> None:
        """Measure on, say nothing."""
        self.device.lose()

    def heard(self, payload: bytes) -> None:
        """Log and remember a stage; nothing personal goes to the log."""
        try:
            reply = self.device.hear(payload)
        except BadReply as why:
            log.warning("%s: heard a bad reply: %s", self.device.name, why)
            return
        if reply.error is not None:
            log.warning("%s: was refused: %s", self.device.name, reply.error)
        else:
            log.info("%s: heard %s for %s", self.device.name, reply.stage, reply.event)
        self._turn()

    def _turn(self) -> None:
        now = self._clock()
        for message in self.device.due(now):
            if message.about:
                log.info("%s: says %s", self.device.name, message.about)
            self.link.publish(message)
        wait = max(self.device.next_due() - now.seconds, 0.0)
        if self._alarm is not None:
            self._alarm.cancel()
        wait = LONGEST_TURN_S if wait == inf else min(wait, LONGEST_TURN_S)
        self._alarm = asyncio.get_running_loop().call_later(wait, self._turn)
