"""A blood pressure cuff: a measurement now and then, and a second one where the first is odd."""

from math import inf
from typing import ClassVar

from pydantic import Field

from simulators.chance import between, seed_of
from simulators.device import Device, Moment, NewId, Options
from simulators.wearer import Wearer

NOISE_MMHG = 3.0
"""How far two measurements in a row differ on a body at rest."""


class CuffOptions(Options):
    """What a scenario may set for a cuff."""

    every_s: float = Field(default=600.0, gt=0, description="seconds between measurements")
    repeat_after_s: float = Field(
        default=60.0, gt=0, description="wait before an odd one is repeated"
    )
    systolic: tuple[float, float] = Field(
        default=(90.0, 160.0), description="what is not odd, in mmHg"
    )
    diastolic: tuple[float, float] = Field(
        default=(50.0, 100.0), description="what is not odd, in mmHg"
    )


class Cuff(Device):
    """The cuff on the table."""

    options_shape: ClassVar[type[Options]] = CuffOptions

    def __init__(
        self,
        name: str,
        options: CuffOptions,
        new_id: NewId,
        wearer: Wearer | None = None,
        speed: float = 1.0,
    ) -> None:
        """A cuff whose first measurement comes somewhere within the first interval."""
        super().__init__(name, options, new_id, wearer, speed)
        self._limits = options
        self._seed = seed_of(name)
        self._taken = 0
        self._regular_due: float | None = None
        self._repeat_due = inf

    def measure(self, now: Moment) -> None:
        """Somebody presses start; an odd result is measured once more after a rest."""
        if self._measure(now):
            self._repeat_due = now.seconds + self._limits.repeat_after_s / self._speed

    def _work(self, now: Moment) -> None:
        every = self._limits.every_s / self._speed
        if self._regular_due is None:
            self._regular_due = now.seconds + between(self._seed, 0, 0, every)
        if now.seconds >= self._repeat_due:
            self._repeat_due = inf
            self._measure(now)
        if now.seconds >= self._regular_due:
            self._regular_due = now.seconds + every
            self.measure(now)

    def _next_work(self) -> float:
        return -inf if self._regular_due is None else min(self._regular_due, self._repeat_due)

    def _measure(self, now: Moment) -> bool:
        """Take a measurement; True where it is odd."""
        body = self.wearer.vitals(now.life_s)
        systolic = round(body.systolic_mmhg + self._noise())
        diastolic = round(body.diastolic_mmhg + self._noise())
        values = {
            "systolic_mmhg": systolic,
            "diastolic_mmhg": diastolic,
            "mean_mmhg": round(diastolic + (systolic - diastolic) / 3),
            "pulse_bpm": round(body.pulse_bpm),
        }
        self.measured(values, now)
        within_systolic = _within(systolic, self._limits.systolic)
        return not (within_systolic and _within(diastolic, self._limits.diastolic))

    def _noise(self) -> float:
        self._taken += 1
        return between(self._seed, self._taken, -NOISE_MMHG, NOISE_MMHG)


def _within(value: float, bounds: tuple[float, float]) -> bool:
    return bounds[0] <= value <= bounds[1]


Cuff.actions = {**Device.actions, "measure": Cuff.measure}
