"""Who is silent: the hub decides from the beats that gateways and kiosks pass on."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from alerts.contract import LIFE_KINDS, SEVERITY, DevicePresence, Kind, Presence, UnknownDevice
from alerts.intake import open_alert, press_again
from alerts.model import restore
from alerts.store import alert_rows
from alerts.store.tables import alert, device, source, unknown_device
from alerts.work import Work

MISSED_BEATS = 3
SOURCE_SILENCE = timedelta(seconds=30)
"""A gateway or kiosk reports every 10 s; three missed reports are silence."""

UNKNOWN_PRESS_PAUSE = timedelta(minutes=10)
SILENCES_A_SWEEP = 200
"""So many faults at once are raised over several sweeps: an SOS never waits behind them."""

_SOURCE_TEXT = {"gateway": "网关", "kiosk": "窗口终端"}
Item = TypeVar("Item")
_BEAT = (
    update(device)
    .where(device.c.id == bindparam("d"))
    .values(last_heard=bindparam("heard"), silent_at=bindparam("silent"), status=bindparam("st"))
)
_SEEN = (
    update(source)
    .where(source.c.name == bindparam("s"))
    .values(
        last_seen=bindparam("seen"),
        state=bindparam("st"),
        refused=bindparam("rf"),
    )
)


def take_presence(work: Work, name: str, presence: Presence) -> int:
    """Note who was heard; closes the silence of those who are back. Returns how many counted."""
    was = work.tx.execute(select(source).where(source.c.name == name)).one()
    away = was.last_seen is None or work.now - was.last_seen > SOURCE_SILENCE
    work.tx.execute(
        _SEEN,
        {
            "s": name,
            "seen": work.now,
            "st": presence.state,
            "rf": presence.refused,
        },
    )
    if away:
        _give_time(work, name)
    _close(work, f"source:{name}:{Kind.GATEWAY_DOWN}")
    counted = _beats(work, name, presence.devices)
    for stranger in presence.unknown:
        _take_unknown(work, was, stranger)
    return counted


def sweep(work: Work, started_at: datetime) -> int:
    """Raise a fault alert for each silent gateway and device; returns how many were raised.

    A gateway that is down raises one alert naming its residents, and none for its devices.
    Nothing is judged in the hub's own first half minute: it was the hub that did not listen.
    """
    if work.now - started_at < SOURCE_SILENCE:
        return 0
    gateways = work.tx.execute(select(source)).all()
    down = {g.name for g in gateways if g.last_seen and work.now - g.last_seen > SOURCE_SILENCE}
    raised = sum(_raise_down(work, g) for g in gateways if g.name in down)
    for row in _overdue(work.tx, work.now, down):
        raised += _raise_silence(work, row)
    return raised


def _overdue(tx: Connection, now: datetime, down: set[str]) -> list[Row[Any]]:
    return list(
        tx.execute(
            select(device)
            .where(
                device.c.silent_at < now,
                device.c.retired_at.is_(None),
                device.c.source.not_in(down),
            )
            .order_by(device.c.silent_at)
            .limit(SILENCES_A_SWEEP)
        ).all()
    )


def _give_time(work: Work, name: str) -> None:
    """Its gateway was away, not the devices: each has three beats to be heard again."""
    mine = device.c.source == name
    for interval in work.tx.execute(select(device.c.interval_s).where(mine).distinct()).scalars():
        until = work.now + SOURCE_SILENCE + MISSED_BEATS * timedelta(seconds=interval)
        work.tx.execute(
            update(device)
            .where(mine, device.c.interval_s == interval, device.c.silent_at < until)
            .values(silent_at=until)
        )


def _raise_silence(work: Work, row: Row[Any]) -> int:
    key = f"{row.id}:{Kind.SILENCE}"
    work.tx.execute(update(device).where(device.c.id == row.id).values(silent_at=None))
    if alert_rows.find_open(work.tx, key) is not None:
        return 0
    open_alert(
        work,
        Kind.SILENCE,
        SEVERITY[Kind.SILENCE],
        key,
        work.now,
        row=row,
        data={"last_heard": row.last_heard.isoformat(), "battery_percent": row.battery_percent},
    )
    return 1


def _raise_down(work: Work, row: Row[Any]) -> int:
    key = f"source:{row.name}:{Kind.GATEWAY_DOWN}"
    if alert_rows.find_open(work.tx, key) is not None:
        return 0
    served = work.tx.execute(
        select(device.c.resident_id).where(
            device.c.source == row.name, device.c.retired_at.is_(None)
        )
    ).scalars()
    devices = list(served)
    open_alert(
        work,
        Kind.GATEWAY_DOWN,
        SEVERITY[Kind.GATEWAY_DOWN],
        key,
        work.now,
        area=row.area,
        data={
            "label": f"{_SOURCE_TEXT.get(row.kind, row.kind)} {row.name} 失联",
            "source": row.name,
            "kind": row.kind,
            "last_seen": row.last_seen.isoformat(),
            "devices": len(devices),
            "residents": sorted({r for r in devices if r is not None}),
        },
    )
    return 1


def _beats(work: Work, name: str, beats: list[DevicePresence]) -> int:
    counted = 0
    for part in _chunks(beats, 500):
        by_id = {b.device: b for b in part}
        known = work.tx.execute(
            select(device.c.id, device.c.interval_s, device.c.last_heard, device.c.status).where(
                device.c.id.in_(by_id), device.c.source == name
            )
        ).all()
        rows = []
        for row in known:
            heard = min(by_id[row.id].last_heard, work.now)
            if row.last_heard is None or heard >= row.last_heard:
                silent = heard + MISSED_BEATS * timedelta(seconds=row.interval_s)
                status = by_id[row.id].status or row.status
                rows.append({"d": row.id, "heard": heard, "silent": silent, "st": status})
        if rows:
            work.tx.execute(_BEAT, rows)
        counted += len(rows)
        _close_silences(work, {row["d"] for row in rows if row["silent"] > work.now})
    return counted


def _close_silences(work: Work, back: set[str]) -> None:
    silent = work.tx.execute(
        select(alert.c.device).where(
            alert.c.kind == Kind.SILENCE.value, alert.c.state.not_in(("closed", "resolved"))
        )
    ).scalars()
    for name in back.intersection(silent):
        _close(work, f"{name}:{Kind.SILENCE}")


def _close(work: Work, key: str) -> None:
    found = alert_rows.find_open(work.tx, key)
    if found is not None:
        work.note("restored", alert=found.number, subject=found.device or "")
        work.save(found, restore(found, work.now))


def _take_unknown(work: Work, heard_by: Row[Any], stranger: UnknownDevice) -> None:
    """List a device in no roster; its press raises one alert at the window, rate-limited."""
    t = unknown_device
    mine = (
        (t.c.source == heard_by.name)
        & (t.c.protocol == stranger.protocol)
        & (t.c.address == stranger.address)
    )
    was = work.tx.execute(select(t).where(mine)).one_or_none()
    pressed = stranger.kind is not None and stranger.kind in LIFE_KINDS
    recently = was and was.pressed_at and work.now - was.pressed_at < UNKNOWN_PRESS_PAUSE
    rings = pressed and not recently
    values = {
        "last_heard": min(stranger.last_heard, work.now),
        "times": (was.times if was else 0) + stranger.count,
        "pressed_at": work.now if rings else was and was.pressed_at,
    }
    if was is None:
        place = {"source": heard_by.name, "protocol": stranger.protocol}
        work.tx.execute(
            insert(t).values(
                **place, address=stranger.address, first_heard=stranger.last_heard, **values
            )
        )
    else:
        work.tx.execute(update(t).where(mine).values(**values))
    if rings and stranger.kind is not None:
        _raise_unregistered(work, heard_by, stranger, stranger.kind)


def _raise_unregistered(
    work: Work, heard_by: Row[Any], stranger: UnknownDevice, kind: Kind
) -> None:
    key = f"unknown:{heard_by.name}:person"
    found = alert_rows.find_open(work.tx, key)
    if found is not None:
        press_again(work, found, kind, stranger.address, ("unregistered",))
        return
    open_alert(
        work,
        kind,
        SEVERITY[kind],
        key,
        work.now,
        area=heard_by.area,
        marks=("unregistered",),
        data={"address": stranger.address, "protocol": stranger.protocol},
    )


def _chunks(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    rest = iter(items)
    while part := list(islice(rest, size)):
        yield part
