"""The coming days of an area's rota, day by day, as a calendar shows them. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from alerts import rota
from alerts.directory import Directory
from alerts.web.words import local

DAYS = 14


@dataclass(frozen=True)
class Turn:
    """Who answers during a part of one day."""

    from_at: datetime
    until_at: datetime
    name: str
    own: bool
    """False where somebody of another area answers, or nobody."""
    note: str


@dataclass(frozen=True)
class Day:
    """One field of the calendar."""

    day: date
    today: bool
    turns: tuple[Turn, ...]


def days(directory: Directory, area: str, now: datetime, count: int = DAYS) -> list[Day]:
    """From this week's Monday on; what has passed today is shown from now."""
    today = local(now).date()
    monday = today - timedelta(days=today.weekday())
    return [
        Day(day, day == today, _turns(directory, area, max(_midnight(now, day), now), day, now))
        for day in (monday + timedelta(days=n) for n in range(count))
    ]


def _turns(
    directory: Directory, area: str, begin: datetime, day: date, now: datetime
) -> tuple[Turn, ...]:
    end = _midnight(now, day + timedelta(days=1))
    turns = []
    while begin < end:
        duty = rota.on_duty(directory.rota, area, begin)
        until = min(end, max(duty.until, begin + timedelta(minutes=1)))
        turns.append(
            Turn(
                begin,
                until,
                duty.name or "无人",
                duty.area == area and duty.staff_id is not None,
                _note(directory, duty),
            )
        )
        begin = until
    return tuple(turns)


def _note(directory: Directory, duty: rota.Duty) -> str:
    if duty.staff_id is None:
        return "没有人"
    if duty.reason is rota.Reason.FALL_BACK:
        return f"由{directory.areas[duty.area].name}代"
    if duty.reason is rota.Reason.TAKE_OVER:
        return "接班"
    away = [directory.staff[i].display for i, _why in duty.skipped if i in directory.staff]
    return f"{'、'.join(away)}不在" if away else ""


def _midnight(now: datetime, day: date) -> datetime:
    """The beginning of a day at the place, as UTC."""
    zone = local(now).tzinfo
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(now.tzinfo)
