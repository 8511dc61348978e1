"""A pendant with one button: every press is an event of its own."""

from typing import ClassVar

from simulators.device import Device, Moment, NewId, Options
from simulators.wearer import Wearer


class PendantOptions(Options):
    """What a scenario may set for a pendant."""


class Pendant(Device):
    """The button an elder wears."""

    options_shape: ClassVar[type[Options]] = PendantOptions

    def __init__(
        self,
        name: str,
        options: PendantOptions,
        new_id: NewId,
        wearer: Wearer | None = None,
        speed: float = 1.0,
    ) -> None:
        """A pendant nobody has pressed yet."""
        super().__init__(name, options, new_id, wearer, speed)
        self._pressed: list[str] = []

    def press(self, now: Moment) -> str | None:
        """Call for help; `presses` counts those nobody has closed yet, this one included."""
        self._pressed = [e for e in self._pressed if "closed" not in self.stages.get(e, ["closed"])]
        data = {"presses": len(self._pressed) + 1, "battery_percent": self.battery_percent}
        event_id = self.say("sos", now, data)
        if event_id is not None:
            self._pressed.append(event_id)
        return event_id


Pendant.actions = {**Device.actions, "press": Pendant.press}
