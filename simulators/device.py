"""What every simulated device does: say an event until it is heard, beat, remember the answers.

A state machine without I/O or clock: the moment is passed in, messages come out, replies go in.
"""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from math import inf
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from simulators import messages
from simulators.chance import between, seed_of
from simulators.messages import Message, Reading, Reply
from simulators.repetition import wait_after
from simulators.wearer import Wearer

NewId = Callable[[], str]
KEPT_READINGS = 60
"""Readings a device out of range can hold; older ones are forgotten and counted."""
REMEMBERED_EVENTS = 200
BATTERY_EVERY_S = 21_600.0


@dataclass(frozen=True, slots=True)
class Moment:
    """One moment on three clocks: a steady one, the calendar's, and the wearer's own day."""

    seconds: float
    at: datetime
    life_s: float


class Options(BaseModel):
    """What a scenario may set for one device."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
    beat_every_s: float = Field(
        default=300.0, gt=0, description="seconds an idle device waits to beat"
    )


@dataclass(slots=True)
class _Unheard:
    message: Message
    sendings: int = 0
    due: float = -inf


class Device:
    """One device; a model adds what its sensors and buttons do."""

    options_shape: ClassVar[type[Options]] = Options
    actions: ClassVar[Mapping[str, Callable[..., Any]]]
    """What a story can let happen to it: name and method, called with the moment."""
    battery_every_s: ClassVar[float] = BATTERY_EVERY_S

    def __init__(
        self,
        name: str,
        options: Options,
        new_id: NewId,
        wearer: Wearer | None = None,
        speed: float = 1.0,
    ) -> None:
        """A device that is switched on, in range and not yet connected."""
        self.name = name
        self.wearer = wearer or Wearer(seed_of(name))
        self.stages: dict[str, list[str]] = {}
        self.errors: list[str] = []
        self.in_range = True
        self.switched_on = True
        self.battery_percent = round(between(seed_of(name), 90, 62, 99))
        self.forgotten = 0
        self._speed = speed
        self._beat_every_s = options.beat_every_s
        self._new_id = new_id
        self._unheard: dict[str, _Unheard] = {}
        self._kept: deque[Reading] = deque()
        self._joined = False
        self._announced = False
        self._spoke = -inf
        self._battery_due = -inf

    @property
    def reachable(self) -> bool:
        """Whether its radio can hold a connection now."""
        return self.in_range and self.switched_on

    @property
    def unheard(self) -> tuple[str, ...]:
        """Ids of the events it still repeats."""
        return tuple(self._unheard)

    def say(self, kind: str, now: Moment, data: Mapping[str, Any] | None = None) -> str | None:
        """Begin to say an event, until any stage for it is heard; None where it is off."""
        if not self.switched_on:
            return None
        event_id = self._new_id()
        message = messages.event(self.name, event_id, kind, now.at, data or {})
        self._unheard[event_id] = _Unheard(message)
        self._remember(event_id)
        return event_id

    def measured(self, values: Mapping[str, float], now: Moment) -> None:
        """Keep a reading to be sent once."""
        self._kept.append(Reading(self._new_id(), now.at, values))
        if len(self._kept) > KEPT_READINGS:
            self._kept.popleft()
            self.forgotten += 1

    def join(self) -> None:
        """The connection stands and replies can be heard: say everything unheard at once."""
        self._joined, self._announced = True, False
        for unheard in self._unheard.values():
            unheard.due = -inf

    def lose(self) -> None:
        """The connection is gone."""
        self._joined = False

    def hear(self, payload: bytes) -> Reply:
        """Take a reply; a stage ends the repetition of its event. Raises BadReply."""
        reply = messages.read_reply(payload)
        if reply.error is not None:
            self.errors = [*self.errors, reply.error][-REMEMBERED_EVENTS:]
        elif reply.event is not None and reply.stage is not None:
            self._unheard.pop(reply.event, None)
            heard = self._remember(reply.event)
            heard[:] = [*heard, reply.stage][-REMEMBERED_EVENTS:]
        return reply

    def due(self, now: Moment) -> list[Message]:
        """What to publish at this moment, events first."""
        if self.switched_on:
            self._work(now)
            self._check_battery(now)
        if not (self._joined and self.reachable):
            return []
        found = [*self._unheard_due(now), *self._kept_due()]
        if not self._announced or (not found and now.seconds >= self._beat_due()):
            self._announced = True
            found.append(messages.status(self.name, online=True))
        if found:
            self._spoke = now.seconds
        return found

    def next_due(self) -> float:
        """The second of the steady clock at which `due` has something to say again."""
        waits = [self._next_work(), self._battery_due] if self.switched_on else []
        if self._joined and self.reachable:
            waits += [unheard.due for unheard in self._unheard.values()]
            waits += [self._beat_due() if self._announced and not self._kept else -inf]
        return min(waits, default=inf)

    def _work(self, now: Moment) -> None:
        """What the model does by itself; it runs out of range too."""

    def _next_work(self) -> float:
        """When `_work` has something to do again."""
        return inf

    def _beat_due(self) -> float:
        return self._spoke + self._beat_every_s

    def _check_battery(self, now: Moment) -> None:
        if now.seconds >= self._battery_due:
            self._battery_due = now.seconds + self.battery_every_s
            if self.battery_every_s < inf:
                self.measured({"battery_percent": self.battery_percent}, now)

    def _unheard_due(self, now: Moment) -> list[Message]:
        found = []
        for unheard in self._unheard.values():
            if now.seconds >= unheard.due:
                unheard.sendings += 1
                unheard.due = now.seconds + wait_after(unheard.sendings)
                found.append(_numbered(unheard.message, unheard.sendings))
        return found

    def _kept_due(self) -> list[Message]:
        if not self._kept:
            return []
        kept = tuple(self._kept)
        self._kept.clear()
        return [messages.readings(self.name, kept)]

    def _remember(self, event_id: str) -> list[str]:
        heard = self.stages.setdefault(event_id, [])
        if len(self.stages) > REMEMBERED_EVENTS:
            self.stages.pop(next(iter(self.stages)))
        return heard

    # What can happen to any device.

    def out_of_range(self, now: Moment) -> None:
        """It is carried away from the radio; what is said now is sent on return."""
        self.in_range = False

    def back_in_range(self, now: Moment) -> None:
        """It can be heard again."""
        self.in_range = True

    def switch_off(self, now: Moment) -> None:
        """Its battery is empty: nothing is said, measured or remembered any more."""
        self.switched_on = False
        self._unheard.clear()
        self._kept.clear()

    def switch_on(self, now: Moment) -> None:
        """It has a fresh battery."""
        self.switched_on, self.battery_percent = True, 100
        self._battery_due = -inf

    def low_battery(self, now: Moment, percent: int = 12) -> str | None:
        """It warns that its battery runs out."""
        self.battery_percent = percent
        return self.say("low_battery", now, {"battery_percent": percent})

    def self_test(self, now: Moment) -> str | None:
        """The monthly trial press."""
        return self.say("test", now, {"battery_percent": self.battery_percent})


def _numbered(message: Message, sendings: int) -> Message:
    if sendings == 1:
        return message
    about = f"{message.about} again ({sendings})"
    return Message(message.topic, message.payload, message.retain, about)


Device.actions = {
    "out_of_range": Device.out_of_range,
    "back_in_range": Device.back_in_range,
    "switch_off": Device.switch_off,
    "switch_on": Device.switch_on,
    "low_battery": Device.low_battery,
    "self_test": Device.self_test,
}
