"""How fast people answered this month, and what is well: counted from what is stored."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Any

from sqlalchemy import Connection, CursorResult, case, func, select

from alerts.contract import Kind
from alerts.directory import Directory, Person
from alerts.model import OUTCOME_TEXT, Outcome
from alerts.store.tables import alert, audit, device, resident, source
from alerts.supervise import SOURCE_SILENCE
from alerts.views import summary
from alerts.web.words import SHANGHAI

PROMISE_S = 60
COUNTED = 3000
"""Newest life alerts of the month that are measured; a district has some hundred."""

LOW_PERCENT = 15


@dataclass(frozen=True)
class Figures:
    """None where nothing has been measured yet: no number is better than an invented one."""

    today: int
    month: int
    within_promise: float | None
    answer_s: float | None
    arrive_s: float | None


def figures(tx: Connection, person: Person, now: datetime) -> Figures:
    """Today's and this month's alerts of a life, and how soon a person answered and came."""
    local = now.astimezone(SHANGHAI)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    since = midnight.replace(day=1).astimezone(now.tzinfo)
    rows = tx.execute(
        select(alert.c.number, alert.c.opened_at)
        .where(
            alert.c.area.startswith(person.area, autoescape=True),
            alert.c.severity == 1,
            alert.c.opened_at >= since,
            func.coalesce(alert.c.outcome, "").not_in(
                (Outcome.CANCELLED_BY_USER, Outcome.TEST, Outcome.DEMO)
            ),
        )
        .order_by(alert.c.number.desc())
        .limit(COUNTED)
    ).all()
    times = _times(tx, since, {row.number for row in rows})
    answers = [t for row in rows if (t := _between(times.get(row.number, {}), "acknowledged"))]
    comings = [t for row in rows if (t := _between(times.get(row.number, {}), "arrived"))]
    return Figures(
        today=sum(row.opened_at >= midnight for row in rows),
        month=len(rows),
        within_promise=_share(answers, _left_waiting(rows, times, now)),
        answer_s=median(answers) if answers else None,
        arrive_s=median(comings) if comings else None,
    )


def _times(tx: Connection, since: datetime, numbers: set[int]) -> dict[int, dict[str, datetime]]:
    """First moment of each kind of line, per alert."""
    found: dict[int, dict[str, datetime]] = {}
    rows = tx.execute(
        select(audit.c.alert, audit.c.what, func.min(audit.c.at).label("at"))
        .where(
            audit.c.alert >= min(numbers, default=0),
            audit.c.what.in_(("opened", "confirmed", "acknowledged", "arrived")),
            audit.c.at >= since,
        )
        .group_by(audit.c.alert, audit.c.what)
    )
    for row in rows:
        if row.alert in numbers:
            found.setdefault(row.alert, {})[row.what] = row.at
    return found


def _between(times: dict[str, datetime], what: str) -> float | None:
    """Seconds from the moment it rang; a countdown before that is the elder's own."""
    rang = times.get("confirmed", times.get("opened"))
    then = times.get(what)
    if rang is None or then is None or then < rang:
        return None
    return max(0.001, (then - rang).total_seconds())


def _left_waiting(rows: Iterable[Any], times: dict[int, dict[str, datetime]], now: datetime) -> int:
    """Alerts that rang longer than promised and that nobody has answered at all."""
    silent = [times[row.number] for row in rows if row.number in times]
    rang = [t.get("confirmed", t.get("opened")) for t in silent if "acknowledged" not in t]
    return sum(at is not None and (now - at).total_seconds() > PROMISE_S for at in rang)


def _share(answers: list[float], unanswered: int) -> float | None:
    every = len(answers) + unanswered
    return sum(t <= PROMISE_S for t in answers) / every if every else None


@dataclass(frozen=True)
class DeviceCounts:
    """Devices of an area by what they can do now."""

    well: int
    silent: int
    low: int
    never: int

    @property
    def total(self) -> int:
        """All that are registered."""
        return self.well + self.silent + self.never


def device_state(now: datetime) -> Any:
    """SQL: well, silent, never (not heard yet) or retired."""
    return case(
        (device.c.retired_at.is_not(None), "retired"),
        (device.c.last_heard.is_(None), "never"),
        (device.c.silent_at > now, "well"),
        else_="silent",
    )


def device_counts(tx: Connection, person: Person, now: datetime) -> DeviceCounts:
    """How many devices of the person's area are well."""
    state = device_state(now)
    low = func.sum(case((device.c.battery_percent <= LOW_PERCENT, 1), else_=0))
    rows = tx.execute(
        select(state.label("state"), func.count().label("n"), low.label("low"))
        .where(
            device.c.area.startswith(person.area, autoescape=True), device.c.retired_at.is_(None)
        )
        .group_by(state)
    ).all()
    by = {row.state: row for row in rows}
    return DeviceCounts(
        well=by["well"].n if "well" in by else 0,
        silent=by["silent"].n if "silent" in by else 0,
        low=sum(row.low or 0 for row in rows),
        never=by["never"].n if "never" in by else 0,
    )


def sources(tx: Connection, person: Person, now: datetime) -> list[dict[str, Any]]:
    """Gateways and kiosks of the area with their last report."""
    rows = tx.execute(
        select(source)
        .where(source.c.area.startswith(person.area, autoescape=True))
        .order_by(source.c.kind, source.c.name)
    )
    return [
        {
            "name": row.name,
            "kind": {"gateway": "网关", "kiosk": "窗口终端"}.get(row.kind, row.kind),
            "last_seen": row.last_seen,
            "well": row.last_seen is not None and now - row.last_seen <= SOURCE_SILENCE,
            "version": row.state.get("version", ""),
            "refused": row.refused,
        }
        for row in rows
    ]


def last_closed(
    tx: Connection, directory: Directory, person: Person, now: datetime
) -> dict[str, Any] | None:
    """The newest alert of a life that is over."""
    row = _newest(tx, person, alert.c.severity == 1, alert.c.state == "closed").first()
    if row is None:
        return None
    return {"line": summary(row, directory, now), "at": row.closed_at}


def drills(tx: Connection, person: Person) -> list[dict[str, Any]]:
    """The last tests and demonstrations: a button nobody tries is a button nobody knows works."""
    wanted = (alert.c.kind == Kind.TEST) | alert.c.outcome.in_((Outcome.TEST, Outcome.DEMO))
    return [
        {
            "number": row.number,
            "at": row.opened_at,
            "who": row.resident_name or row.label or row.device or "",
            "how": OUTCOME_TEXT[Outcome(row.outcome)] if row.outcome else "进行中",
        }
        for row in _newest(tx, person, wanted)
    ]


def _newest(tx: Connection, person: Person, *wanted: Any) -> CursorResult[Any]:
    return tx.execute(
        select(
            alert,
            resident.c.name.label("resident_name"),
            func.coalesce(device.c.label, "").label("label"),
            func.coalesce(device.c.room, "").label("room"),
        )
        .outerjoin(resident, resident.c.id == alert.c.resident_id)
        .outerjoin(device, device.c.id == alert.c.device)
        .where(alert.c.area.startswith(person.area, autoescape=True), *wanted)
        .order_by(alert.c.number.desc())
        .limit(3)
    )
