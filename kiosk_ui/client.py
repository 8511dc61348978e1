"""The kiosk's line to the hub: presses out, replies in, a beat every ten seconds; help first."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from pydantic import ValidationError
from PySide6.QtCore import QObject, QTimer, Signal

from alerts.contract import Presence, RequestProgress
from kiosk_ui.outbox import Outbox
from kiosk_ui.request import Request, from_progress
from kiosk_ui.sender import Sender
from kiosk_ui.stream import Stream
from kiosk_ui.wire import Answer, Wire

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Waits:
    """How long the line waits for what, in seconds."""

    retry: tuple[float, ...] = (1, 2, 5, 10, 30)
    poll: float = 5
    beat: float = 10
    probe: float = 5
    """Between beats while the hub cannot be reached."""
    silence: float = 30
    """A stream without even a ping for so long is dead; the hub pings every 10 s."""


class HubClient(QObject):
    """Sends the outbox and hears the hub; nothing here blocks, and nothing gives up."""

    settled = Signal(str)
    """This event is on the hub's disk."""
    said = Signal(object)
    """News about one of this kiosk's events."""
    net_changed = Signal()

    def __init__(
        self,
        wire: Wire,
        outbox: Outbox,
        presence: Callable[[], Presence],
        waits: Waits | None = None,
    ) -> None:
        """Silent until started; `presence` is asked at each beat."""
        super().__init__()
        self._wire = wire
        self._outbox = outbox
        self._presence = presence
        self._waits = waits or Waits()
        self.online: bool | None = None
        """Whether the hub was reached last time; None before the first answer."""
        self._followed: tuple[Request, ...] = ()
        self._asked: set[str] = set()
        self._beating = False
        self._lanes = tuple(self._lane(outbox, urgent) for urgent in (True, False))
        self._stream = Stream(wire, self._waits.retry, self._waits.silence, self)
        self._stream.said.connect(self.said)
        self._stream.opened.connect(lambda: self._reached(True))
        self._poll = QTimer(self, interval=round(self._waits.poll * 1000))
        self._poll.timeout.connect(self._look_after)
        self._beat = QTimer(self)
        self._beat.timeout.connect(self._say_alive)

    def start(self) -> None:
        """Send what was kept, open the stream, begin to beat."""
        self._stream.start()
        self._poll.start()
        self._beat.start(round(self._waits.probe * 1000))
        self._say_alive()
        self.send()

    def stop(self) -> None:
        """Say nothing any more."""
        self._poll.stop()
        self._beat.stop()
        self._stream.stop()
        for lane in self._lanes:
            lane.stop()
        self._wire.close()

    def send(self) -> None:
        """Something was committed: send it now, help before everything else."""
        for lane in self._lanes:
            lane.kick()

    def follow(self, requests: tuple[Request, ...]) -> None:
        """Ask about these where the stream does not tell."""
        self._followed = requests

    def ask(self, event: str) -> None:
        """Ask the hub how one request stands; the answer comes as news."""
        if event in self._asked:
            return
        self._asked.add(event)
        path = f"/v1/requests/{quote(event, safe='')}"
        self._wire.get(path, lambda answer: self._told(event, answer))

    @property
    def streaming(self) -> bool:
        """Whether replies come by themselves."""
        return self._stream.is_open

    def _lane(self, outbox: Outbox, urgent: bool) -> Sender:
        lane = Sender(self._wire, lambda: outbox.waiting(urgent), self._waits.retry, self)
        lane.settled.connect(self._settle)
        lane.refused.connect(outbox.refuse)
        lane.answered.connect(self._reached)
        return lane

    def _settle(self, event: str) -> None:
        self._outbox.settle(event)
        self.settled.emit(event)

    def _look_after(self) -> None:
        for lane in self._lanes:
            lane.nudge()
        for request in self._followed:
            if request.reached and (request.number is None or not self.streaming):
                self.ask(request.event)

    def _told(self, event: str, answer: Answer) -> None:
        self._asked.discard(event)
        self._reached(answer.reached)
        if not answer.ok:
            log.info("request: hub said %s", answer.why)
            return
        try:
            progress = RequestProgress.model_validate_json(answer.body)
        except ValidationError as why:
            log.warning("request: the hub's answer is no progress (%d faults)", why.error_count())
            return
        self.said.emit(from_progress(progress))

    def _say_alive(self) -> None:
        if self._beating:
            return
        self._beating = True
        self._wire.post("/v1/presence", self._presence().model_dump_json(), self._beat_heard)

    def _beat_heard(self, answer: Answer) -> None:
        self._beating = False
        if not answer.ok and self.online is not False:
            log.warning("presence: hub said %s", answer.why)
        self._reached(answer.reached)

    def _reached(self, reached: bool) -> None:
        if reached is self.online:
            return
        log.warning("hub %s", "reached" if reached else "cannot be reached")
        self.online = reached
        self._beat.start(round((self._waits.beat if reached else self._waits.probe) * 1000))
        if reached:
            self.send()
            self._stream.start()
        self.net_changed.emit()
