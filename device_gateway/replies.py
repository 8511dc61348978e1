"""Follows the hub's replies: each one into its device's slot, then to the device."""

import logging
import threading
from collections.abc import Callable, Iterator
from datetime import datetime

from pydantic import ValidationError

from alerts.contract import Reply
from device_gateway.client import HubLine, HubSilent
from device_gateway.patience import Patience
from device_gateway.roster import Roster
from device_gateway.slots import Slots
from device_gateway.sse import Message, messages

log = logging.getLogger(__name__)

PATH = "/v1/replies"

Tell = Callable[[Reply], None]


class Replies:
    """One thread reads the stream; whatever thread hears a device may have its slot sent again."""

    def __init__(
        self,
        line: HubLine,
        slots: Slots,
        roster: Callable[[], Roster],
        patience: Patience,
        clock: Callable[[], datetime],
    ) -> None:
        """Nothing is followed before `run`."""
        self._line = line
        self._slots = slots
        self._roster = roster
        self._patience = patience
        self._clock = clock
        self._tell: dict[str, Tell] = {}
        self._stop = threading.Event()

    def reach(self, protocol: str, tell: Tell) -> None:
        """Devices of this protocol are told through `tell`."""
        self._tell[protocol] = tell

    def run(self) -> None:
        """Follow until stopped; a broken stream is taken up where it broke."""
        while not self._stop.is_set():
            try:
                self._follow()
                why: object = "the stream ended"
            except HubSilent as silence:
                why = silence
            except Exception:
                log.exception("the replies stumbled and go on")
                why = "a fault of ours"
            if not self._stop.is_set():
                self._stop.wait(self._patience.failed(why))

    def stop(self) -> None:
        """Follow no longer."""
        self._stop.set()
        self._line.hang_up()

    def remind(self, device: str, event: str | None = None) -> None:
        """Send the device its newest reply again; only one about `event` where that is given."""
        reply = self._slots.newest(device, self._clock())
        if reply is not None and event in (None, reply.event):
            self._pass_on(reply)

    def remind_all(self, protocol: str) -> None:
        """The way to these devices is open again: send each its newest reply."""
        for reply in self._slots.all_newest(self._clock()):
            listed = self._roster().by_device.get(reply.device)
            if listed is not None and listed.protocol == protocol:
                self._pass_on(reply)

    def _follow(self) -> None:
        seq = self._slots.seq
        headers = {"Accept": "text/event-stream", **({"Last-Event-ID": seq} if seq else {})}
        for message in messages(self._heard(self._line.stream(PATH, headers))):
            self._take(message)

    def _heard(self, lines: Iterator[bytes]) -> Iterator[bytes]:
        for line in lines:
            self._patience.succeeded()
            yield line

    def _take(self, message: Message) -> None:
        reply = _read(message)
        if reply is None:
            if message.id.isdecimal():
                self._slots.skip(message.id)
            return
        try:
            self._slots.put(reply, self._clock())
        finally:  # a full disk is no reason to leave the device without its answer
            if reply.expires_at > self._clock():
                self._pass_on(reply)

    def _pass_on(self, reply: Reply) -> None:
        listed = self._roster().by_device.get(reply.device)
        tell = self._tell.get(listed.protocol) if listed is not None else None
        if tell is None:
            log.warning("no way to tell %s: its reply is kept", reply.device)
        else:
            tell(reply)


def _read(message: Message) -> Reply | None:
    try:
        reply = Reply.model_validate_json(message.data)
    except ValidationError as why:
        log.error("line %.20r of the hub: %d faults", message.id, why.error_count())
        return None
    if reply.expires_at.tzinfo is None:
        log.error("line %.20r of the hub: its times have no offset", message.id)
        return None
    return reply
