"""Readings out of a person's bounds: measure again, tell somebody, all quiet. No diagnosis.

Pure functions of one reading and what is remembered of the readings before it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

REPEAT_S = 30.0
"""Seconds a value must stay out of bounds before a second measurement confirms the first."""

CONFIRM_WITHIN = timedelta(minutes=30)
"""A first measurement older than this confirms nothing any more."""

QUIET_TWICE = 2
"""Measurements well inside the bounds that end what was raised."""


class BadBound(ValueError):
    """Bounds no value could return into; the text says why."""


@dataclass(frozen=True)
class Quantity:
    """How a measured value is named and written for staff."""

    name: str
    unit: str
    digits: int


QUANTITIES: dict[str, Quantity] = {
    "pulse_bpm": Quantity("脉搏", "次/分", 0),
    "spo2_percent": Quantity("血氧", "%", 0),
    "systolic_mmhg": Quantity("收缩压", "mmHg", 0),
    "diastolic_mmhg": Quantity("舒张压", "mmHg", 0),
    "mean_mmhg": Quantity("平均压", "mmHg", 0),
    "temperature_c": Quantity("体温", "℃", 1),
    "glucose_mmol_l": Quantity("血糖", "mmol/L", 1),
    "weight_kg": Quantity("体重", "kg", 1),
    "respiration_per_min": Quantity("呼吸", "次/分", 0),
    "steps": Quantity("步数", "步", 0),
    "battery_percent": Quantity("电量", "%", 0),
    "rssi_dbm": Quantity("信号", "dBm", 0),
    "latitude_deg": Quantity("纬度", "°", 5),
    "longitude_deg": Quantity("经度", "°", 5),
}
"""Every value a device may report, in Chinese."""


@dataclass(frozen=True)
class Bound:
    """Where a person's value usually lies; None is open on that side.

    A value counts as back only when it is inside by `hysteresis`.
    """

    low: float | None
    high: float | None
    hysteresis: float

    def __post_init__(self) -> None:
        """Refuse bounds that could never be left or returned into."""
        if self.low is None and self.high is None:
            raise BadBound("a bound needs a low or a high side")
        if not self.hysteresis >= 0:
            raise BadBound(f"a hysteresis of {self.hysteresis}")
        if self.low is not None and self.high is not None:
            room = self.high - self.low
            if not room >= 2 * self.hysteresis or room == 0:
                raise BadBound(f"no room to return between {self.low} and {self.high}")

    def excess(self, value: float) -> float:
        """How far a value lies outside; 0 within the bounds."""
        below = 0.0 if self.low is None else self.low - value
        above = 0.0 if self.high is None else value - self.high
        return max(below, above, 0.0)

    def well_inside(self, value: float) -> bool:
        """Inside by the hysteresis on both sides."""
        low = self.low is None or value >= self.low + self.hysteresis
        return low and (self.high is None or value <= self.high - self.hysteresis)


DEFAULT_BOUNDS: dict[str, Bound] = {
    "pulse_bpm": Bound(45, 120, 5),
    "spo2_percent": Bound(90, None, 2),
    "systolic_mmhg": Bound(90, 180, 5),
    "diastolic_mmhg": Bound(50, 110, 5),
    "temperature_c": Bound(35.0, 38.5, 0.3),
    "glucose_mmol_l": Bound(3.9, 16.7, 0.5),
    "respiration_per_min": Bound(8, 28, 2),
}
"""When somebody is told, for a person without bounds of their own.

These are thresholds for a message, not for a diagnosis. They are round figures of general
knowledge (3.9 mmol/L is where low glucose is commonly said to begin, 16.7 is 300 mg/dL, 35 °C
where hypothermia is), chosen wide so that few healthy people cross them, and checked against no
guideline. Whoever knows the person sets better ones.
"""


class Verdict(StrEnum):
    """What one reading asks for."""

    NOTHING = "nothing"
    REPEAT = "repeat"
    """First time out of bounds: please measure again."""
    RAISE = "raise"
    """Confirmed: somebody must know."""
    STILL = "still"
    """Raised before and still out of bounds."""
    CLEAR = "clear"
    """Back well inside the bounds, twice."""


@dataclass(frozen=True)
class Watch:
    """What is remembered of one quantity of one device after a value out of bounds."""

    quantity: str
    count: int
    """Measurements out of bounds since `since`."""
    since: datetime
    last_at: datetime
    """The newest reading seen; older ones decide nothing."""
    worst: float
    raised: bool = False
    quiet_count: int = 0


def judge(
    quantity: str,
    value: float,
    at: datetime,
    bound: Bound,
    watch: Watch | None,
    repeat_s: float = REPEAT_S,
) -> tuple[Watch | None, Verdict]:
    """What to remember after a reading, and what it asks for.

    Nothing is raised by one measurement: a second one out of bounds, `repeat_s` or more after
    the first and within CONFIRM_WITHIN, confirms it. A value well inside before that forgets it;
    a value between (inside, but not by the hysteresis) neither confirms nor forgets.
    """
    if watch is not None and at <= watch.last_at:
        return watch, Verdict.NOTHING
    if bound.excess(value) > 0:
        return _outside(quantity, value, at, bound, watch, timedelta(seconds=repeat_s))
    if watch is None:
        return None, Verdict.NOTHING
    return _inside(value, at, bound, watch)


def _outside(
    quantity: str,
    value: float,
    at: datetime,
    bound: Bound,
    watch: Watch | None,
    repeat: timedelta,
) -> tuple[Watch, Verdict]:
    if watch is None or (not watch.raised and at - watch.since > CONFIRM_WITHIN):
        return Watch(quantity, 1, at, at, value), Verdict.REPEAT
    worse = bound.excess(value) > bound.excess(watch.worst)
    seen = replace(
        watch,
        count=watch.count + 1,
        last_at=at,
        worst=value if worse else watch.worst,
        quiet_count=0,
    )
    if watch.raised:
        return seen, Verdict.STILL
    if at - watch.since < repeat:
        return seen, Verdict.NOTHING
    return replace(seen, raised=True), Verdict.RAISE


def _inside(value: float, at: datetime, bound: Bound, watch: Watch) -> tuple[Watch | None, Verdict]:
    if not bound.well_inside(value):
        return replace(watch, last_at=at), Verdict.NOTHING
    if not watch.raised:
        return None, Verdict.NOTHING
    if watch.quiet_count + 1 >= QUIET_TWICE:
        return None, Verdict.CLEAR
    return replace(watch, last_at=at, quiet_count=watch.quiet_count + 1), Verdict.NOTHING


def explain(quantity: str, value: float, bound: Bound) -> str:
    """A value and where it usually lies, as staff read it: 收缩压 182（常在 90–180）."""
    what = _quantity(quantity)
    low, high = (None if side is None else _number(side, what) for side in (bound.low, bound.high))
    usual = f"{low}–{high}" if low and high else f"{low} 以上" if low else f"{high} 以下"
    return f"{what.name} {_number(value, what)}（常在 {usual}）"


def label(values: Mapping[str, float], quantity: str) -> str:
    """A value of a reading as staff read it: 血压 182/110, 脉搏 130 次/分."""
    pair = ("systolic_mmhg", "diastolic_mmhg")
    if quantity in pair and all(key in values for key in pair):
        high, low = (_number(values[key], QUANTITIES[key]) for key in pair)
        return f"血压 {high}/{low}"
    what = _quantity(quantity)
    return f"{what.name} {_number(values[quantity], what)} {what.unit}".rstrip()


def _quantity(key: str) -> Quantity:
    return QUANTITIES.get(key, Quantity(key, "", 1))


def _number(value: float, what: Quantity) -> str:
    return f"{value:.{what.digits}f}"
