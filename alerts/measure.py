"""Readings in batches: store them, and watch each person's bounds."""

import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from alerts import rules
from alerts.contract import PLAUSIBLE, SEVERITY, Kind, Reading
from alerts.intake import Refused, honest_time, open_alert
from alerts.model import restore
from alerts.store import alert_rows
from alerts.store.tables import bound, device, reading, watch
from alerts.work import Work

LOW_BATTERY, BATTERY_WELL = 15.0, 25.0
"""Percent: an alert below, closed above; the gap keeps a tired battery from flapping."""

_PRESSURE = ("systolic_mmhg", "diastolic_mmhg")
_DEVICES = select(
    device.c.id,
    device.c.source,
    device.c.area,
    device.c.pre_alarm,
    device.c.resident_id,
    device.c.battery_percent,
).where(device.c.id.in_(bindparam("ids", expanding=True)), device.c.retired_at.is_(None))
_WATCHES = select(watch).where(watch.c.device.in_(bindparam("ids", expanding=True)))
_BOUNDS = select(bound).where(bound.c.resident_id.in_(bindparam("ids", expanding=True)))
_LAST = select(func.max(reading.c.seq))
_NEW = select(reading.c.device, reading.c.id).where(
    reading.c.seq > bindparam("last"), reading.c.device.in_(bindparam("ids", expanding=True))
)
_BATTERY = (
    update(device).where(device.c.id == bindparam("d")).values(battery_percent=bindparam("percent"))
)
_INSERT = {
    "sqlite": sqlite.insert(reading).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(reading).on_conflict_do_nothing(),
}

Answer = tuple[str, str | None]
"""Status and reason of one item."""


def take_readings(work: Work, source: str, items: list[Reading]) -> list[Answer]:
    """Store what is a measurement and is new; the answers come in input order."""
    rows = _rows(work.tx, items)
    answers: list[Answer] = []
    accepted: list[tuple[int, Reading, datetime]] = []
    seen: set[tuple[str, str]] = set()
    for index, item in enumerate(items):
        try:
            at = _check(item, rows.get(item.device), source, work.now)
        except Refused as why:
            answers.append(("refused", why.reason))
            continue
        if (item.device, item.id) in seen:
            answers.append(("duplicate", None))
            continue
        seen.add((item.device, item.id))
        answers.append(("accepted", None))
        accepted.append((index, item, at))
    for index in _store(work, accepted, rows):
        answers[index] = ("duplicate", None)
    fresh = [(item, at) for index, item, at in accepted if answers[index][0] == "accepted"]
    _Watcher.over(work, fresh, rows).judge_all()
    return answers


def _rows(tx: Connection, items: list[Reading]) -> dict[str, Row[Any]]:
    names = list({item.device for item in items})
    found: Iterable[Row[Any]] = tx.execute(_DEVICES, {"ids": names})
    return {row.id: row for row in found}


def _check(item: Reading, row: Row[Any] | None, source: str, now: datetime) -> datetime:
    if row is None:
        raise Refused("unknown_device")
    if row.source != source:
        raise Refused("not_in_roster")
    if not item.values:
        raise Refused("no_values")
    for name, value in item.values.items():
        limits = PLAUSIBLE.get(name)
        if limits is None:
            raise Refused(f"unknown_value:{name[:32]}")
        if not math.isfinite(value) or not limits[0] <= value <= limits[1]:
            raise Refused(f"implausible:{name}")
    return honest_time(item.at, item.received_at, now)[0]


def _store(
    work: Work, accepted: list[tuple[int, Reading, datetime]], rows: dict[str, Row[Any]]
) -> list[int]:
    """Insert; returns the indexes of those that were stored before."""
    if not accepted:
        return []
    last = work.tx.execute(_LAST).scalar() or 0
    stored = work.tx.execute(
        _INSERT[work.tx.dialect.name],
        [
            {
                "device": item.device,
                "id": item.id,
                "at": at,
                "resident_id": rows[item.device].resident_id,
                "measured": item.values,
            }
            for _index, item, at in accepted
        ],
    ).rowcount
    if stored == len(accepted):
        return []
    names = list({item.device for _i, item, _at in accepted})
    new = {(r.device, r.id) for r in work.tx.execute(_NEW, {"last": last, "ids": names})}
    return [index for index, item, _at in accepted if (item.device, item.id) not in new]


@dataclass
class _Watcher:
    """Judges fresh readings of devices that somebody wears; batteries of all."""

    work: Work
    fresh: list[tuple[Reading, datetime]]
    rows: dict[str, Row[Any]]
    bounds: dict[tuple[int, str], rules.Bound]
    watches: dict[tuple[str, str], rules.Watch]

    @classmethod
    def over(
        cls, work: Work, fresh: list[tuple[Reading, datetime]], rows: dict[str, Row[Any]]
    ) -> "_Watcher":
        """Load the bounds of these people and what is being watched on these devices."""
        names = list({item.device for item, _at in fresh})
        people = list({rows[n].resident_id for n in names if rows[n].resident_id is not None})
        bounds = {
            (row.resident_id, row.quantity): personal_bound(row.quantity, row.low, row.high)
            for row in (work.tx.execute(_BOUNDS, {"ids": people}) if people else ())
        }
        watches = {
            (row.device, row.quantity): _from_json(row.state)
            for row in (work.tx.execute(_WATCHES, {"ids": names}) if names else ())
        }
        return cls(work, fresh, rows, bounds, watches)

    def judge_all(self) -> None:
        """Each reading in the order it came."""
        for item, at in self.fresh:
            row = self.rows[item.device]
            percent = item.values.get("battery_percent")
            if percent is not None and percent != row.battery_percent:
                self._battery(row, percent)
            if row.resident_id is not None:
                for quantity, value in item.values.items():
                    if quantity in rules.DEFAULT_BOUNDS:
                        self._judge(row, item, quantity, value, at)

    def _judge(
        self, row: Row[Any], item: Reading, quantity: str, value: float, at: datetime
    ) -> None:
        limits = self.bounds.get((row.resident_id, quantity)) or rules.DEFAULT_BOUNDS[quantity]
        key = (row.id, quantity)
        before = self.watches.get(key)
        after, verdict = rules.judge(quantity, value, at, limits, before)
        if after != before:
            self._remember(key, before, after)
        if verdict is rules.Verdict.RAISE:
            self._raise(row, item, quantity, value, at, limits)
        elif verdict is rules.Verdict.CLEAR:
            self._clear(row, quantity)

    def _remember(
        self, key: tuple[str, str], before: rules.Watch | None, after: rules.Watch | None
    ) -> None:
        mine = (watch.c.device == key[0]) & (watch.c.quantity == key[1])
        if after is None:
            self.watches.pop(key)
            self.work.tx.execute(delete(watch).where(mine))
            return
        self.watches[key] = after
        state = _to_json(after)
        if before is None:
            self.work.tx.execute(
                insert(watch), {"device": key[0], "quantity": key[1], "state": state}
            )
        else:
            self.work.tx.execute(update(watch).where(mine).values(state=state))

    def _raise(
        self,
        row: Row[Any],
        item: Reading,
        quantity: str,
        value: float,
        at: datetime,
        limits: rules.Bound,
    ) -> None:
        data = {
            "quantity": quantity,
            "label": rules.label(item.values, quantity),
            "explain": rules.explain(quantity, value, limits),
            "values": item.values,
        }
        key = _alert_key(row.id, quantity)
        found = alert_rows.find_open(self.work.tx, key)
        if found is not None:
            self.work.save(found, replace(found, data={**found.data, **data}, active=True))
            return
        kind = Kind.OUT_OF_BOUNDS
        open_alert(self.work, kind, SEVERITY[kind], key, at, row=row, data=data)

    def _clear(self, row: Row[Any], quantity: str) -> None:
        """Back inside: the condition ends, the alert still waits for a person."""
        found = alert_rows.find_open(self.work.tx, _alert_key(row.id, quantity))
        if found is not None and found.data.get("quantity") == quantity:
            self.work.note("cleared", alert=found.number, subject=row.id)
            self.work.save(found, replace(found, active=False))

    def _battery(self, row: Row[Any], percent: float) -> None:
        self.work.tx.execute(_BATTERY, {"d": row.id, "percent": percent})
        if LOW_BATTERY < percent < BATTERY_WELL:
            return
        key = f"{row.id}:{Kind.LOW_BATTERY}"
        found = alert_rows.find_open(self.work.tx, key)
        if percent <= LOW_BATTERY and found is None:
            kind = Kind.LOW_BATTERY
            data = {"battery_percent": percent}
            open_alert(self.work, kind, SEVERITY[kind], key, self.work.now, row=row, data=data)
        elif percent >= BATTERY_WELL and found is not None:
            self.work.note("restored", alert=found.number, subject=row.id)
            self.work.save(found, restore(found, self.work.now))


def personal_bound(quantity: str, low: float | None, high: float | None) -> rules.Bound:
    """A person's own bound; the side left open keeps the default's hysteresis."""
    return rules.Bound(low, high, rules.DEFAULT_BOUNDS[quantity].hysteresis)


def _alert_key(name: str, quantity: str) -> str:
    group = "blood_pressure" if quantity in _PRESSURE else quantity
    return f"{name}:{Kind.OUT_OF_BOUNDS}:{group}"


def _to_json(state: rules.Watch) -> dict[str, Any]:
    return {
        **asdict(state),
        "since": state.since.isoformat(),
        "last_at": state.last_at.isoformat(),
    }


def _from_json(state: dict[str, Any]) -> rules.Watch:
    times = {name: datetime.fromisoformat(state[name]) for name in ("since", "last_at")}
    return rules.Watch(**{**state, **times})
