"""An event becomes part of exactly one alert: opens it, joins it, or ends a countdown."""

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Connection, Row, bindparam, insert, select, update

from alerts import ladder as ladders
from alerts.climb import confirm, push_again, rungs_due, tell_rungs
from alerts.contract import (
    HUB_KINDS,
    QUIET_KINDS,
    SEVERITY,
    Event,
    Kind,
    Severity,
)
from alerts.ladder import Target
from alerts.model import SELF_CLOSING, Alert, State, alert_class, cancel, restore
from alerts.store import alert_rows
from alerts.store.tables import device, event
from alerts.work import Work

PRE_ALARM = timedelta(seconds=25)
"""A fall's countdown, from the moment it happened, never more than this from its receipt."""

CLOCK_AHEAD = timedelta(minutes=5)
CLOCK_BEHIND = timedelta(days=7)
LATE = timedelta(minutes=2)
"""An event this old when it arrives is shown as late; it rings all the same."""

_DEVICE = select(device).where(device.c.id == bindparam("d"))
_SAME = select(event.c.digest).where(event.c.device == bindparam("d"), event.c.id == bindparam("i"))
_ALERT_OF = select(event.c.alert).where(
    event.c.device == bindparam("d"), event.c.id == bindparam("i")
)
_KIND_OF = select(event.c.kind).where(
    event.c.device == bindparam("d"), event.c.id == bindparam("i")
)
_INSERT = insert(event)
_BATTERY = (
    update(device).where(device.c.id == bindparam("d")).values(battery_percent=bindparam("percent"))
)


class Refused(Exception):
    """The event is not taken; `reason` is a code for the counter and the device."""

    def __init__(self, reason: str) -> None:
        """Keep the coded reason."""
        super().__init__(reason)
        self.reason = reason


def find_device(tx: Connection, name: str, source: str) -> Row[Any]:
    """The device's row; raises Refused where this source may not speak for it."""
    row = tx.execute(_DEVICE, {"d": name}).one_or_none()
    if row is None or row.retired_at is not None:
        raise Refused("unknown_device")
    if row.source != source:
        raise Refused("not_in_roster")
    return row


def honest_time(
    at: datetime | None, received_at: datetime, now: datetime
) -> tuple[datetime, datetime, bool]:
    """When it happened and was received, as far as one may believe device and source.

    The third is true where a clock was wrong; then the next one on the way counts.
    """
    received_at, source_wrong = _believed(received_at, now)
    if at is None:
        return received_at, received_at, source_wrong
    at, device_wrong = _believed(at, received_at)
    return at, received_at, source_wrong or device_wrong


def _believed(at: datetime, heard_at: datetime) -> tuple[datetime, bool]:
    if at - heard_at > CLOCK_AHEAD or heard_at - at > CLOCK_BEHIND:
        return heard_at, True
    return min(at, heard_at), False


def take(work: Work, item: Event, source: str) -> bool:
    """Store an event and do what it asks for; False where it is a repetition already stored.

    Raises Refused.
    """
    row = find_device(work.tx, item.device, source)
    if item.kind in HUB_KINDS:
        raise Refused("kind_of_the_hub")
    digest = _digest(item)
    known = {r.digest for r in work.tx.execute(_SAME, {"d": item.device, "i": item.id})}
    if digest in known:
        return False
    at, received_at, clock_wrong = honest_time(item.at, item.received_at, work.now)
    marks = [name for name, holds in (("clock_wrong", clock_wrong), ("same_id", known)) if holds]
    number = _act(work, item, row, at, tuple(marks))
    work.tx.execute(
        _INSERT,
        {
            "device": item.device,
            "id": item.id,
            "digest": digest,
            "kind": item.kind.value,
            "at": at,
            "received_at": received_at,
            "stored_at": work.now,
            "data": item.data,
            "alert": number,
        },
    )
    return True


def _act(
    work: Work, item: Event, row: Row[Any], at: datetime, marks: tuple[str, ...]
) -> int | None:
    if item.kind in QUIET_KINDS:
        return _quiet(work, item, row)
    if item.kind is Kind.LOW_BATTERY:
        percent = item.data.get("battery_percent")
        if isinstance(percent, int | float) and 0 <= percent <= 100:
            work.tx.execute(_BATTERY, {"d": item.device, "percent": percent})
    severity = SEVERITY[item.kind]
    key = f"{item.device}:{alert_class(item.kind)}"
    found = alert_rows.find_open(work.tx, key)
    if found is not None:
        return press_again(work, found, item.kind, item.id, marks).number
    return open_alert(
        work, item.kind, severity, key, at, row=row, event_id=item.id, marks=marks, data=item.data
    ).number


def open_alert(
    work: Work,
    kind: Kind,
    severity: Severity,
    key: str,
    at: datetime,
    *,
    row: Row[Any] | None = None,
    area: str = "",
    event_id: str | None = None,
    marks: tuple[str, ...] = (),
    data: dict[str, Any] | None = None,
) -> Alert:
    """A new alert on its ladder; its first rung is taken in this very transaction."""
    late = work.now - at
    if late > LATE:
        marks = (*marks, "late")
    counts_down = kind is Kind.FALL and _may_count_down(row, data or {}, late)
    alert = Alert(
        number=0,
        key=key,
        kind=kind,
        severity=severity,
        state=State.PRE_ALARM if counts_down else State.TRIGGERED,
        area=row.area if row is not None else area,
        opened_at=at,
        due_at=min(at, work.now) + PRE_ALARM,
        ladder=ladders.ladder_for(kind, severity, late),
        device=row.id if row is not None else None,
        resident_id=row.resident_id if row is not None else None,
        climb_from=None if counts_down else work.now,
        since=work.now,
        late_s=max(0, int(late.total_seconds())),
        marks=marks,
        first_event=event_id,
        last_event=event_id,
        data=data or {},
    )
    targets: tuple[Target, ...] = ()
    if not counts_down:
        alert, targets = rungs_due(alert, work.now)
    alert = work.open(alert)
    work.note(
        "opened",
        alert=alert.number,
        subject=alert.device or "",
        kind=kind.value,
        at=at.isoformat(),
        marks=list(marks),
        count_down=counts_down,
    )
    tell_rungs(work, alert, targets)
    return alert


def press_again(
    work: Work, alert: Alert, kind: Kind, event_id: str, marks: tuple[str, ...] = ()
) -> Alert:
    """A further press is never swallowed: it counts, is shown, and pushes again."""
    again = replace(
        alert,
        press_count=alert.press_count + 1,
        last_event=event_id,
        active=True,
        cancelled_at=None,
        marks=tuple(dict.fromkeys((*alert.marks, *marks))),
    )
    work.note(
        "pressed_again",
        alert=alert.number,
        subject=alert.device or "",
        kind=kind.value,
        count=again.press_count,
    )
    if alert.state is State.PRE_ALARM:
        if kind is Kind.FALL:
            return work.save(alert, again)
        return confirm(work, alert, again, "pressed")
    if alert.kind in SELF_CLOSING:
        return work.save(alert, again)
    return push_again(work, alert, again)


def _quiet(work: Work, item: Event, row: Row[Any]) -> int | None:
    """A cancel ends a countdown or is noted; a cleared condition closes a technical alarm."""
    kind = _kind_meant(work, item)
    found = alert_rows.find_open(work.tx, f"{item.device}:{alert_class(kind)}")
    if found is None:
        work.note(item.kind.value, subject=item.device, about=kind.value)
        return None
    work.note(item.kind.value, alert=found.number, subject=item.device)
    if item.kind is Kind.CLEARED:
        after = restore(found, work.now) if found.kind in SELF_CLOSING else None
        work.save(found, after or replace(found, active=False))
    elif not _takes_back(work, item, kind, found):
        work.touched.add(found.number)
    elif found.state is State.PRE_ALARM:
        work.save(found, cancel(found, work.now))
    else:
        work.save(found, replace(found, cancelled_at=work.now))
    return found.number


def _kind_meant(work: Work, item: Event) -> Kind:
    """What a quiet event is about; 不用了 at a kiosk may take back a call for staff as well."""
    if item.kind is Kind.CLEARED:
        return _cleared_kind(item)
    if item.kind is Kind.FALL_CANCELLED:
        return Kind.FALL
    named = item.data.get("event")
    if isinstance(named, str):
        kinds = work.tx.execute(_KIND_OF, {"d": item.device, "i": named}).scalars()
        if Kind.STAFF_WANTED.value in set(kinds):
            return Kind.STAFF_WANTED
    return Kind.HELP


def _cleared_kind(item: Event) -> Kind:
    named = item.data.get("kind")
    if not isinstance(named, str) or named not in SEVERITY or named in HUB_KINDS:
        raise Refused("cleared_what")
    return Kind(named)


def _takes_back(work: Work, item: Event, kind: Kind, found: Alert) -> bool:
    """Whether a cancel means this alert: one of its kind, and the event it names, if it does.

    A cancelled fall leaves a press of the same person as it is.
    """
    if found.kind is not kind:
        return False
    named = item.data.get("event")
    if not isinstance(named, str):
        return True
    numbers = work.tx.execute(_ALERT_OF, {"d": item.device, "i": named}).scalars()
    return found.number in set(numbers)


def _may_count_down(row: Row[Any] | None, data: dict[str, Any], late: timedelta) -> bool:
    """Not when it comes late, nor when its model has counted down already or cannot cancel."""
    model_can = row is None or bool(row.pre_alarm)
    return model_can and data.get("pre_alarm") is not False and late < PRE_ALARM


def _digest(item: Event) -> str:
    content = [item.kind.value, item.at and item.at.timestamp(), item.data]
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]
