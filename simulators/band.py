"""A band at the wrist: pulse, oxygen and temperature of its wearer, a button, and a clasp."""

from math import inf
from typing import Annotated, ClassVar

from pydantic import Field, field_validator

from simulators.chance import between, draw, seed_of
from simulators.device import Device, Moment, NewId, Options
from simulators.wearer import DAY_S, EpisodeKind, Wearer

Seconds = Annotated[float, Field(gt=0)]


class BandOptions(Options):
    """What a scenario may set for a band."""

    every_s: tuple[Seconds, Seconds] = Field(
        default=(20.0, 20.0), description="seconds between readings: one number, or the extremes"
    )

    @field_validator("every_s", mode="before")
    @classmethod
    def _one_number(cls, value: object) -> object:
        return (value, value) if isinstance(value, int | float) else value

    @field_validator("every_s")
    @classmethod
    def _in_order(cls, value: tuple[float, float]) -> tuple[float, float]:
        if value[0] > value[1]:
            raise ValueError("the shorter one comes first")
        return value


class Band(Device):
    """The band of one wearer."""

    options_shape: ClassVar[type[Options]] = BandOptions
    battery_every_s: ClassVar[float] = inf

    def __init__(
        self,
        name: str,
        options: BandOptions,
        new_id: NewId,
        wearer: Wearer | None = None,
        speed: float = 1.0,
    ) -> None:
        """A band that is worn; its first reading comes somewhere within the first interval."""
        super().__init__(name, options, new_id, wearer, speed)
        self._seed = seed_of(name)
        self._shortest, self._longest = options.every_s
        self._taken = 0
        self._reading_due: float | None = None
        self.worn = True

    def press(self, now: Moment) -> str | None:
        """The wearer calls for help."""
        return self.say("sos", now, {"battery_percent": self.battery_percent})

    def taken_off(self, now: Moment) -> str | None:
        """The clasp is opened: no more readings."""
        self.worn = False
        return self.say("taken_off", now)

    def put_on(self, now: Moment) -> str | None:
        """The band is worn again."""
        self.worn = True
        return self.say("cleared", now, {"kind": "taken_off"})

    def episode(self, now: Moment, kind: EpisodeKind) -> None:
        """Something befalls the wearer."""
        self.wearer.befall(kind, now.life_s)

    def _work(self, now: Moment) -> None:
        if self._reading_due is None:
            self._reading_due = now.seconds + draw(self._seed, 0) * self._wait()
        if now.seconds < self._reading_due:
            return
        self._taken += 1
        # A late turn is made up for, so that the rate holds; a long sleep is not.
        self._reading_due = max(self._reading_due + self._wait(), now.seconds - self._wait())
        if self.worn:
            self.measured(self._read(now), now)

    def _next_work(self) -> float:
        return -inf if self._reading_due is None else self._reading_due

    def _wait(self) -> float:
        return between(self._seed, self._taken, self._shortest, self._longest) / self._speed

    def _read(self, now: Moment) -> dict[str, float]:
        body = self.wearer.vitals(now.life_s)
        return {
            "pulse_bpm": round(body.pulse_bpm),
            "spo2_percent": round(body.spo2_percent),
            "temperature_c": round(body.temperature_c, 1),
            "battery_percent": round(battery_at(now.life_s)),
        }


def battery_at(life_s: float) -> float:
    """A band is charged while its wearer washes at seven; it never falls below a half."""
    since_charged = (life_s - 7 * 3600) % DAY_S
    return 100 - 48 * since_charged / DAY_S


Band.actions = {
    **Device.actions,
    "press": Band.press,
    "taken_off": Band.taken_off,
    "put_on": Band.put_on,
    "episode": Band.episode,
}
