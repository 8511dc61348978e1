"""The desk's right side: who is on duty, who is without protection now."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from alerts.contract import Kind
from alerts.directory import VILLAGE, Directory, Person
from alerts.model import KIND_TEXT, OPEN_STATES
from alerts.store.tables import alert, resident
from alerts.views import duty_view
from alerts.web import words

UNPROTECTED = (Kind.SILENCE, Kind.LOW_BATTERY, Kind.FAULT, Kind.MAINS_LOST, Kind.TAKEN_OFF)
SHOWN = 6


@dataclass(frozen=True)
class OnDuty:
    """One line: an area, who answers there, and until when."""

    area: str
    place: str
    name: str
    own: bool
    """False where nobody of the area itself is there and the one above answers."""
    note: str
    busy: int | None
    """The number of the alert this person has in hand."""


@dataclass(frozen=True)
class Unprotected:
    """A person whose device cannot call at the moment."""

    number: int
    name: str
    why: str
    since: datetime


def on_duty(tx: Connection, directory: Directory, person: Person, now: datetime) -> list[OnDuty]:
    """The person's own area first, those above it, and the towns or villages below."""
    busy = {
        row.owner_id: row.number
        for row in tx.execute(
            select(alert.c.owner_id, alert.c.number)
            .where(alert.c.state.in_(OPEN_STATES), alert.c.owner_id.is_not(None))
            .order_by(alert.c.number.desc())
        )
    }
    return [_line(directory, area, busy, now) for area in areas_of(directory, person.area)]


def areas_of(directory: Directory, area: str) -> list[str]:
    """Which areas matter to somebody of this one: up to the district, and one level down."""
    above, node = [], directory.areas.get(area)
    while node is not None:
        above.append(node.code)
        node = directory.areas.get(node.parent or "")
    below = [c for c, n in sorted(directory.areas.items()) if n.parent == area]
    if below and directory.areas[below[0]].level == VILLAGE:
        below = [c for c in below if c in directory.rota.rotations][:SHOWN]
    return [*reversed(above), *below]


def unprotected(tx: Connection, person: Person, now: datetime) -> tuple[list[Unprotected], int]:
    """The longest without, and how many there are."""
    rows = tx.execute(
        select(alert.c.number, alert.c.kind, alert.c.opened_at, alert.c.data, resident.c.name)
        .join(resident, resident.c.id == alert.c.resident_id)
        .where(
            alert.c.area.startswith(person.area, autoescape=True),
            alert.c.kind.in_([k.value for k in UNPROTECTED]),
            alert.c.state.in_(OPEN_STATES),
        )
        .order_by(alert.c.opened_at)
    ).all()
    lines = []
    for row in rows[:SHOWN]:
        percent = row.data.get("battery_percent") if row.kind == Kind.LOW_BATTERY else None
        why = f"电量 {percent:.0f}%" if isinstance(percent, int | float) else ""
        lines.append(
            Unprotected(row.number, row.name, why or KIND_TEXT[Kind(row.kind)], row.opened_at)
        )
    return lines, len(rows)


def _line(directory: Directory, area: str, busy: dict[int, int], now: datetime) -> OnDuty:
    duty = duty_view(directory, area, now)
    node = directory.areas[area]
    own = duty.answering_area == area and duty.staff_id is not None
    if duty.staff_id is None:
        note = "请尽快排班"
    elif not own:
        note = f"转{directory.areas[duty.answering_area].name} {duty.name}"
    else:
        note = f"至 {_until(duty.until, now)}"
    number = busy.get(duty.staff_id or 0)
    name = duty.name if own else "无人"
    return OnDuty(area, node.name, name, own, note, number if own else None)


def _until(until: datetime, now: datetime) -> str:
    """Within a day the hour is enough; later the day is said."""
    local = words.local(until)
    if until - now < timedelta(hours=20):
        return f"{local:%H:%M}"
    return f"{words.weekday(until)} {local:%H:%M}"
