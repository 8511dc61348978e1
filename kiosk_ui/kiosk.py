"""One kiosk: what a touch, a word from the hub, or the passing of time changes.

Everything a screen shows follows from the state here; `changed` says that it may differ now.
"""

import logging
import time
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from alerts.contract import DevicePresence, Event, Kind, Presence
from kiosk_ui import machine, tap
from kiosk_ui.client import HubClient, Waits
from kiosk_ui.machine import Move, Screen
from kiosk_ui.outbox import OpenRequest, Outbox
from kiosk_ui.request import News, Request
from kiosk_ui.session import Session, wipe
from kiosk_ui.settings import KioskSettings
from kiosk_ui.wire import Wire

log = logging.getLogger(__name__)

TICK_MS = 250
CALLS = (Kind.HELP, Kind.STAFF_WANTED)
"""What a visitor can call for, the more urgent first."""


class Kiosk(QObject):
    """The state of one kiosk; the view-models read it and pass on what was touched."""

    changed = Signal()
    pressed = Signal()
    """A press was taken: the moment for a sound."""

    def __init__(
        self,
        settings: KioskSettings,
        outbox: Outbox,
        wire: Wire,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
        waits: Waits | None = None,
    ) -> None:
        """At home, with the requests that were open when this machine last stopped."""
        super().__init__()
        self.settings = settings
        self.monotonic = monotonic
        self.screen = Screen.HOME
        self.session = Session()
        self.requests: dict[Kind, Request] = {}
        self.ended: Request | None = None
        """The request whose end is on show."""
        self._clock = clock
        self._outbox = outbox
        self.presses = 0
        """How many calls for a person were taken since the start."""
        self._cancel = ""
        self._taps: dict[Kind, tap.Tap] = {}
        self._started = self._entered = self._touched = monotonic()
        self.client = HubClient(wire, outbox, self.presence, waits)
        self.client.settled.connect(self._settled)
        self.client.said.connect(self.hear)
        self.client.net_changed.connect(self.changed)
        self._restore()
        self._timer = QTimer(self, interval=TICK_MS)
        self._timer.timeout.connect(self.tick)

    def start(self) -> None:
        """Begin to talk to the hub and to count time."""
        self.client.start()
        self._timer.start()

    def stop(self) -> None:
        """Stop both; what is not sent yet stays in the outbox."""
        self._timer.stop()
        self.client.stop()

    @property
    def shown(self) -> Request | None:
        """The open request that the screen is about."""
        return next((self.requests[kind] for kind in CALLS if kind in self.requests), None)

    @property
    def just_pressed(self) -> bool:
        """Whether another finger of the hand that just pressed may be touching a key."""
        now = self.monotonic()
        return any(now - one.latest < tap.AFTERWARDS_S for one in self._taps.values())

    @property
    def cancel_sent(self) -> bool:
        """Whether the hub has heard of the latest 不用了."""
        return not self._outbox.is_waiting(self._cancel)

    def press(self, kind: Kind) -> None:
        """Commit a call for a person, then show it, then send it; a trembling finger calls once."""
        self._taps[kind], counts = tap.contact(self._taps.get(kind), self.monotonic())
        if not counts:
            return
        event, open_ = str(uuid.uuid4()), self.requests.get(kind)
        request = open_ or Request(kind, (), self.monotonic())
        request = request.pressed_again(event)
        # The press is on the disk when this returns; only then may a screen speak of it.
        on_disk = self._keep(event, kind, {"again": open_.event} if open_ else {}, request)
        self.requests[kind] = replace(request, on_disk=on_disk)
        self.presses += 1
        self.pressed.emit()
        self.go(Move.CALL if self.shown is self.requests[kind] and not open_ else Move.AGAIN)
        self.client.send()

    def cancel(self) -> None:
        """不用了: every open call of this visitor is taken back, and the desk hears of it."""
        for request in self.requests.values():
            self._cancel = str(uuid.uuid4())
            self._keep(self._cancel, Kind.HELP_CANCELLED, {"event": request.event}, None)
        for kind in reversed(CALLS):
            if kind in self.requests:
                self._end(replace(self.requests[kind], cancelled=True))
        self.client.send()

    def hear(self, news: News) -> None:
        """Move the request this news is about; news about others is not ours to show."""
        for kind, request in self.requests.items():
            if news.event in request.events:
                request = request.after(news)
                self.requests[kind] = request
                if request.ended:
                    self._end(request)
                break
        self._tell()

    def go(self, move: Move) -> None:
        """Follow the table of screens."""
        step = machine.step(self.screen, move)
        if step.wipe:
            self.session = wipe()
        if step.to is not self.screen or move is Move.CALL:
            self._entered = self.monotonic()
        if step.to is not Screen.DONE:
            self.ended = None
        self.screen = step.to
        self._tell()

    def choose(self, session: Session) -> None:
        """Take over what the visitor chose in the header."""
        self.session = session
        self.changed.emit()

    def touched(self) -> None:
        """Somebody is there."""
        self._touched = self.monotonic()

    def tick(self) -> None:
        """Do what time itself does: end offers and screens, forget what is over, count seconds."""
        now = self.monotonic()
        for request in list(self.requests.values()):
            if request.forgotten(now):
                self._end(request)
        move = machine.due(self.screen, self._entered, self._touched, now)
        if move is not None:
            self._touched = now
            self.go(move)
        self.changed.emit()

    def presence(self) -> Presence:
        """This kiosk's own condition, for the devices page."""
        waiting, refused = self._outbox.counts()
        return Presence(
            devices=[
                DevicePresence(
                    device=self.settings.device, last_heard=self._clock(), status="online"
                )
            ],
            state={
                "version": version("yijian-hub"),
                "screen": self.screen.value,
                "outbox": waiting,
                "refused": refused,
                "outbox_on_disk": self._outbox.durable,
                "stream": self.client.streaming,
                "uptime_s": round(self.monotonic() - self._started),
            },
        )

    def _settled(self, event: str) -> None:
        for kind, request in self.requests.items():
            if event == request.event:
                self.requests[kind] = replace(request, reached=True)
                self.client.ask(event)
        self._tell()

    def _end(self, request: Request) -> None:
        self.requests.pop(request.kind, None)
        self._outbox.end_request(request.event)
        if self.shown is None and self.screen is not Screen.HOME:
            self.ended = request
            self.go(Move.ENDED)
        self._tell()

    def _keep(self, event: str, kind: Kind, data: dict[str, Any], request: Request | None) -> bool:
        """Whether the event is on the disk; where it is not, the screen says so."""
        now = self._clock()
        if self.client.online is False:
            data = {**data, "offline": True}
        said = Event(
            device=self.settings.device, id=event, kind=kind, at=now, received_at=now, data=data
        )
        open_ = OpenRequest(kind, self._wall(request), request.events) if request else None
        return self._outbox.keep(said, open_)

    def _wall(self, request: Request) -> datetime:
        return datetime.fromtimestamp(
            self._clock().timestamp() - (self.monotonic() - request.pressed), UTC
        )

    def _restore(self) -> None:
        for kept in self._outbox.open_requests():
            age = max(0.0, (self._clock() - kept.pressed_at).total_seconds())
            self.requests[kept.kind] = Request(
                kept.kind,
                kept.events,
                self.monotonic() - age,
                reached=not self._outbox.is_waiting(kept.events[0]),
            )
        self.client.follow(tuple(self.requests.values()))

    def _tell(self) -> None:
        self.client.follow(tuple(self.requests.values()))
        self.changed.emit()
