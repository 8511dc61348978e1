"""Alerts as rows: load, open, and save with compare-and-set on the version."""

from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, insert, select, update

from alerts.contract import Kind, Severity
from alerts.model import Alert, Outcome, State
from alerts.store.tables import alert as table

_FIELDS = tuple(f.name for f in fields(Alert))
_BY_NUMBER = select(table).where(table.c.number == bindparam("n"))
_OPEN_BY_KEY = select(table).where(
    table.c.key == bindparam("k"), table.c.state.not_in(("resolved", "closed"))
)
_INSERT = insert(table).returning(table.c.number)
_SAVE = (
    update(table)
    .where(table.c.number == bindparam("n"), table.c.version == bindparam("expected"))
    .values({name: bindparam(name) for name in _FIELDS if name != "number"})
)


class Changed(Exception):
    """Somebody else changed the alert in the meantime; load it again."""


def load(tx: Connection, number: int) -> Alert | None:
    """The alert of this number."""
    row = tx.execute(_BY_NUMBER, {"n": number}).one_or_none()
    return None if row is None else from_row(row)


def find_open(tx: Connection, key: str) -> Alert | None:
    """The one open alert of a device and class."""
    row = tx.execute(_OPEN_BY_KEY, {"k": key}).one_or_none()
    return None if row is None else from_row(row)


def due(
    tx: Connection, now: datetime, limit: int, *, lock: bool, number: int | None = None
) -> list[Alert]:
    """Alerts whose due step has come, lives first; with `lock`, those no other hub works on."""
    query: Select[Any] = (
        select(table)
        .where(table.c.state != "closed", table.c.due_at <= now)
        .order_by(table.c.severity, table.c.due_at)
        .limit(limit)
    )
    if number is not None:
        query = query.where(table.c.number == number)
    if lock:
        query = query.with_for_update(skip_locked=True)
    return [from_row(row) for row in tx.execute(query)]


def due_numbers(tx: Connection, now: datetime) -> list[int]:
    """The numbers alone, also of those whose rows this version cannot read."""
    query = select(table.c.number).where(table.c.state != "closed", table.c.due_at <= now)
    return list(tx.execute(query.order_by(table.c.severity, table.c.due_at)).scalars())


def put_off(tx: Connection, number: int, until: datetime) -> None:
    """Move a due step that cannot be done."""
    tx.execute(update(table).where(table.c.number == number).values(due_at=until))


def open_new(tx: Connection, alert: Alert) -> int:
    """Store a new alert and return its number."""
    values = _values(alert)
    del values["number"]
    return int(tx.execute(_INSERT, values).scalar_one())


def save(tx: Connection, alert: Alert, expected: int) -> None:
    """Store the changed alert if its version is still `expected`; raises Changed."""
    values = {**_values(alert), "n": alert.number, "expected": expected}
    if tx.execute(_SAVE, values).rowcount != 1:
        raise Changed(f"alert {alert.number} changed meanwhile")


def from_row(row: Row[Any]) -> Alert:
    """A row of the table as the frozen value the pure modules work on."""
    values = {name: getattr(row, name) for name in _FIELDS}
    values["kind"] = Kind(row.kind)
    values["severity"] = Severity(row.severity)
    values["state"] = State(row.state)
    values["outcome"] = Outcome(row.outcome) if row.outcome else None
    values["marks"] = tuple(row.marks)
    return Alert(**values)


def _values(alert: Alert) -> dict[str, Any]:
    values = {name: getattr(alert, name) for name in _FIELDS}
    values["marks"] = list(alert.marks)
    values["severity"] = int(alert.severity)
    return values
