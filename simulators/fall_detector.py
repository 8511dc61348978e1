"""A fall detector: after a fall the wearer has a while to say that nothing happened.

Three makes are sold, and `pre_alarm` chooses one: `hub` reports the fall at once and leaves the
countdown to the hub; `own` counts down itself and reports only a fall that nobody cancelled;
`none` reports at once and cannot be cancelled. The last two say so with `pre_alarm: false`.
"""

from dataclasses import dataclass
from math import inf
from typing import ClassVar, Literal

from pydantic import Field

from simulators.device import Device, Moment, NewId, Options
from simulators.wearer import Wearer


class FallDetectorOptions(Options):
    """What a scenario may set for a fall detector."""

    pre_alarm: Literal["hub", "own", "none"] = Field(default="hub", description="who counts down")
    countdown_s: float = Field(default=25.0, gt=0, description="how long a fall may be cancelled")


@dataclass(frozen=True, slots=True)
class _Fall:
    began: Moment
    event: str | None


class FallDetector(Device):
    """The box at the belt; it also has a button."""

    options_shape: ClassVar[type[Options]] = FallDetectorOptions

    def __init__(
        self,
        name: str,
        options: FallDetectorOptions,
        new_id: NewId,
        wearer: Wearer | None = None,
        speed: float = 1.0,
    ) -> None:
        """A detector whose wearer stands upright; a fall is felt by the wearer's band too."""
        super().__init__(name, options, new_id, wearer, speed)
        self._make = options
        self._fall: _Fall | None = None

    def fall(self, now: Moment) -> str | None:
        """The wearer falls; a make with its own countdown says so only when it has run out."""
        self.wearer.befall("fall", now.life_s)
        if not self.switched_on:
            return None
        data = {} if self._make.pre_alarm == "hub" else {"pre_alarm": False}
        event = None if self._make.pre_alarm == "own" else self.say("fall", now, data)
        self._fall = _Fall(now, event)
        return event

    def cancel(self, now: Moment) -> str | None:
        """The wearer says that nothing happened; None where the time for it is over."""
        fall = self._fall
        late = fall is None or now.seconds > fall.began.seconds + self._make.countdown_s
        if fall is None or late or self._make.pre_alarm == "none":
            return None
        self._fall = None
        return self.say("fall_cancelled", now, {"event": fall.event} if fall.event else {})

    def press(self, now: Moment) -> str | None:
        """The wearer calls for help."""
        return self.say("sos", now, {"battery_percent": self.battery_percent})

    def _work(self, now: Moment) -> None:
        if now.seconds >= self._next_work() and self._fall is not None:
            began = self._fall.began
            self._fall = _Fall(began, self.say("fall", began, {"pre_alarm": False}))

    def _next_work(self) -> float:
        if self._fall is None or self._fall.event is not None or self._make.pre_alarm != "own":
            return inf
        return self._fall.began.seconds + self._make.countdown_s


FallDetector.actions = {
    **Device.actions,
    "fall": FallDetector.fall,
    "cancel": FallDetector.cancel,
    "press": FallDetector.press,
}
