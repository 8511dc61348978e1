"""Who is on duty: weekly rotations, leave, one-tap take-over, fall-back from village to district.

Pure functions of the plan and the time. Moments are aware UTC; a hand-off happens at the
wall-clock time of the plan's zone, whatever summer time does to it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
LOOK_AHEAD = timedelta(days=35)
"""How far `on_duty` looks for somebody else; after that it names the next hand-off."""


class BadRotation(ValueError):
    """A rotation that no calendar can follow; the text says why."""


class Reason(StrEnum):
    """Why this person answers."""

    ROTATION = "rotation"
    TAKE_OVER = "take_over"
    FALL_BACK = "fall_back"
    NOBODY = "nobody"


class Absence(StrEnum):
    """Why somebody whose turn it was does not answer."""

    LEAVE = "leave"
    INACTIVE = "inactive"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Member:
    """One of the staff; an inactive one is never on duty."""

    staff_id: int
    name: str
    active: bool = True


@dataclass(frozen=True)
class Rotation:
    """An area's members in turn, one a shift.

    The first member serves from local midnight of `starts_on` until the first hand-off after
    that day's; hand-offs follow every `shift_days`, on `handoff_weekday` when shifts are weeks.
    """

    area: str
    members: tuple[int, ...]
    starts_on: date
    handoff_weekday: int
    handoff_at: time
    shift_days: int = 7

    def __post_init__(self) -> None:
        """Refuse what could never hand off."""
        if self.shift_days < 1:
            raise BadRotation(f"{self.area}: a shift of {self.shift_days} days")
        if not 0 <= self.handoff_weekday <= 6:
            raise BadRotation(f"{self.area}: weekday {self.handoff_weekday} is not 0 to 6")
        if self.handoff_at.tzinfo is not None:
            raise BadRotation(f"{self.area}: the hand-off is a wall-clock time, without a zone")

    def handoff(self, shift: int, zone: ZoneInfo) -> datetime:
        """The moment the numbered shift begins; shift 0 is the first member's."""
        weeks = self.shift_days % 7 == 0
        back = (self.starts_on.weekday() - self.handoff_weekday) % 7 if weeks else 0
        day = self.starts_on + timedelta(days=shift * self.shift_days - back)
        return datetime.combine(day, self.handoff_at, zone).astimezone(UTC)

    def begins(self, zone: ZoneInfo) -> datetime:
        """Nobody of this rotation serves before."""
        return datetime.combine(self.starts_on, time(), zone).astimezone(UTC)

    def shift(self, at: datetime, zone: ZoneInfo) -> int:
        """The number of the shift that holds `at`; never below 0."""
        days = (at.astimezone(zone).date() - self.starts_on).days
        shift = days // self.shift_days + 1
        while self.handoff(shift, zone) > at:
            shift -= 1
        return max(shift, 0)

    def turns(self, at: datetime, zone: ZoneInfo) -> tuple[int, ...]:
        """All members, the one whose shift it is first; empty before the rotation begins."""
        if not self.members or at < self.begins(zone):
            return ()
        first = self.shift(at, zone) % len(self.members)
        return self.members[first:] + self.members[:first]


@dataclass(frozen=True)
class Leave:
    """Somebody is away from `from_at` until just before `until_at`."""

    staff_id: int
    from_at: datetime
    until_at: datetime


@dataclass(frozen=True)
class TakeOver:
    """Somebody answers for an area instead of its rotation; of two, the later begun counts."""

    area: str
    staff_id: int
    from_at: datetime
    until_at: datetime


@dataclass(frozen=True)
class Rota:
    """The whole plan of a district. `parents` leads village → town → district → None."""

    rotations: Mapping[str, Rotation] = field(default_factory=dict)
    leaves: tuple[Leave, ...] = ()
    take_overs: tuple[TakeOver, ...] = ()
    parents: Mapping[str, str | None] = field(default_factory=dict)
    staff: Mapping[int, Member] = field(default_factory=dict)
    zone: ZoneInfo = SHANGHAI


@dataclass(frozen=True)
class Answer:
    """Who answers at one moment, for `area` or for one below it."""

    area: str
    staff_id: int | None
    reason: Reason
    skipped: tuple[tuple[int, Absence], ...]


@dataclass(frozen=True)
class Duty:
    """Who answers, until when, and who is next.

    `next_staff_id` answers at `until`; it is the same person only where nobody else follows
    within LOOK_AHEAD, and then `until` is the next moment that could have changed it.
    """

    area_asked: str
    area: str
    staff_id: int | None
    name: str
    until: datetime
    next_staff_id: int | None
    next_name: str
    reason: Reason
    skipped: tuple[tuple[int, Absence], ...]


@dataclass(frozen=True)
class Gap:
    """A span in which an area has nobody of its own and falls back."""

    area: str
    from_at: datetime
    until_at: datetime


def answering(rota: Rota, area: str, at: datetime) -> Answer:
    """Exactly one answer: take-over, else rotation, else the same at the area above."""
    away = _away(rota, at)
    skipped: dict[int, Absence] = {}
    for place in chain(rota, area):
        for staff_id, reason in _candidates(rota, place, at):
            absence = _absence(rota, staff_id, away)
            if absence is None:
                found = reason if place == area else Reason.FALL_BACK
                return Answer(place, staff_id, found, tuple(skipped.items()))
            skipped.setdefault(staff_id, absence)
    return Answer(area, None, Reason.NOBODY, tuple(skipped.items()))


def on_duty(rota: Rota, area: str, at: datetime) -> Duty:
    """Who answers for an area now, until when, and who answers then."""
    now = answering(rota, area, at)
    ahead = _moments(rota, chain(rota, area), at, at + LOOK_AHEAD)
    until = ahead[0] if ahead else at + LOOK_AHEAD
    then = answering(rota, area, until)
    for moment in ahead:
        later = answering(rota, area, moment)
        if (later.area, later.staff_id) != (now.area, now.staff_id):
            until, then = moment, later
            break
    return Duty(
        area_asked=area,
        area=now.area,
        staff_id=now.staff_id,
        name=_name(rota, now.staff_id),
        until=until,
        next_staff_id=then.staff_id,
        next_name=_name(rota, then.staff_id),
        reason=now.reason,
        skipped=now.skipped,
    )


def everyone(rota: Rota, area: str, at: datetime) -> list[int]:
    """All of an area who are present, the person on duty first; no fall-back."""
    away = _away(rota, at)
    called = dict.fromkeys(staff_id for staff_id, _ in _candidates(rota, area, at))
    return [staff_id for staff_id in called if _absence(rota, staff_id, away) is None]


def gaps(rota: Rota, areas: Iterable[str], at: datetime, days: int = 14) -> list[Gap]:
    """The coming spans in which one of these areas has nobody of its own."""
    end = at + timedelta(days=days)
    found: list[Gap] = []
    for area in areas:
        edges = [at, *_moments(rota, (area,), at, end)]
        for begin, until in zip(edges, [*edges[1:], end], strict=True):
            if begin >= end or everyone(rota, area, begin):
                continue
            if found and found[-1].area == area and found[-1].until_at == begin:
                found[-1] = Gap(area, found[-1].from_at, until)
            else:
                found.append(Gap(area, begin, until))
    return found


def chain(rota: Rota, area: str) -> tuple[str, ...]:
    """An area and those above it, nearest first; a circle in the tree ends it."""
    places: dict[str, None] = {}
    place: str | None = area
    while place is not None and place not in places:
        places[place] = None
        place = rota.parents.get(place)
    return tuple(places)


def _candidates(rota: Rota, area: str, at: datetime) -> Iterable[tuple[int, Reason]]:
    """Everyone who could answer at one area, in the order they are asked."""
    taken = [t for t in rota.take_overs if t.area == area and t.from_at <= at < t.until_at]
    for take_over in sorted(taken, key=lambda t: t.from_at, reverse=True):
        yield take_over.staff_id, Reason.TAKE_OVER
    if area in rota.rotations:
        for staff_id in rota.rotations[area].turns(at, rota.zone):
            yield staff_id, Reason.ROTATION


def _away(rota: Rota, at: datetime) -> frozenset[int]:
    return frozenset(x.staff_id for x in rota.leaves if x.from_at <= at < x.until_at)


def _absence(rota: Rota, staff_id: int, away: frozenset[int]) -> Absence | None:
    if staff_id not in rota.staff:
        return Absence.UNKNOWN
    if not rota.staff[staff_id].active:
        return Absence.INACTIVE
    return Absence.LEAVE if staff_id in away else None


def _name(rota: Rota, staff_id: int | None) -> str:
    return "" if staff_id is None else rota.staff[staff_id].name


def _moments(
    rota: Rota, areas: tuple[str, ...], after: datetime, until: datetime
) -> list[datetime]:
    """Every moment in (after, until] at which an answer at one of these areas may change."""
    moments: set[datetime] = set()
    people: set[int] = set()
    for rotation in (rota.rotations[area] for area in areas if area in rota.rotations):
        people.update(rotation.members)
        moments.add(rotation.begins(rota.zone))
        shift = rotation.shift(after, rota.zone) + 1
        while (handoff := rotation.handoff(shift, rota.zone)) <= until:
            moments.add(handoff)
            shift += 1
    for take_over in (t for t in rota.take_overs if t.area in areas):
        people.add(take_over.staff_id)
        moments.update((take_over.from_at, take_over.until_at))
    for leave in (x for x in rota.leaves if x.staff_id in people):
        moments.update((leave.from_at, leave.until_at))
    return sorted(moment for moment in moments if after < moment <= until)
