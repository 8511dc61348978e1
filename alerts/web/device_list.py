"""Devices as a list: state, last heard, battery, who has it; ten thousand are a few pages."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from sqlalchemy import Connection, Select, case, or_, select

from alerts.api.hub import hub_of
from alerts.api.security import Staff
from alerts.directory import Directory, Person
from alerts.store.tables import device, resident, unknown_device
from alerts.store.tables import source as source_table
from alerts.web import figures, places
from alerts.web.csv_file import csv_file
from alerts.web.page import show
from alerts.web.paging import cut
from alerts.web.words import DEVICE_STATE_TEXT

routes = APIRouter()
FILE_ROWS = 50_000
STRANGERS = 30
STATES = (
    ("well", "正常"),
    ("silent", "失联"),
    ("low", "电量低"),
    ("never", "未上线"),
    ("free", "没有借出"),
    ("retired", "已停用"),
)


@dataclass(frozen=True)
class Wanted:
    """What somebody filters by; empty means every device in use."""

    state: str = ""
    area: str = ""
    q: str = ""


def _wanted(state: str = "", area: str = "", q: str = "") -> Wanted:
    return Wanted(state, area, q.strip()[:64])


Filter = Annotated[Wanted, Depends(_wanted)]


@routes.get("/devices")
async def get_devices(request: Request, visit: Staff, wanted: Filter, page: int = 1) -> Response:
    """Page by page; on the first one also gateways, kiosks and unknown devices."""
    person = visit.person

    def ask(tx: Connection, directory: Directory, now: datetime) -> dict[str, Any]:
        paged = cut(tx, chosen(directory, person, wanted, now), page, "/devices", asdict(wanted))
        first = wanted == Wanted() and paged.number == 1
        return {
            "paged": paged,
            "lines": [line(row, directory) for row in paged.rows],
            "wanted": wanted,
            "states": STATES,
            "areas": places.options(directory, person),
            "counts": figures.device_counts(tx, person, now),
            "sources": figures.sources(tx, person, now) if first else [],
            "strangers": strangers(tx, person) if first else [],
            "file": paged.address.replace("/devices", "/devices.csv", 1),
        }

    return await show(request, visit, "devices.html", ask)


@routes.get("/devices.csv")
async def get_devices_file(request: Request, visit: Staff, wanted: Filter) -> Response:
    """The same list as a file; that it was taken along is logged."""
    hub = hub_of(request)
    rows = await hub.read(
        lambda tx, d, now: [
            _cells(line(row, d))
            for row in tx.execute(chosen(d, visit.person, wanted, now).limit(FILE_ROWS))
        ]
    )
    asked = {name: value for name, value in asdict(wanted).items() if value}
    await hub.engine.run(
        lambda w: w.note(
            "exported", who=visit.person.display, subject="devices", rows=len(rows), asked=asked
        )
    )
    columns = (
        "设备号",
        "名称",
        "位置",
        "居民",
        "地区",
        "状态",
        "电量 %",
        "最后收到",
        "网关",
        "地址码",
    )
    return csv_file("设备", columns, rows)


def _trouble_first(state: Any) -> Any:
    """SQL: silent, then tired, then well, then those not heard yet."""
    tired = device.c.battery_percent <= figures.LOW_PERCENT
    return case((state == "silent", 0), (tired, 1), (state == "well", 2), else_=3)


def chosen(directory: Directory, person: Person, wanted: Wanted, now: datetime) -> Select[Any]:
    """Devices of the person's area that fit the filter, those with a trouble first."""
    area = places.narrowed(directory, person, wanted.area)
    state = figures.device_state(now)
    query = (
        select(device, resident.c.name.label("resident_name"), state.label("state"))
        .outerjoin(resident, resident.c.id == device.c.resident_id)
        .where(places.inside(device.c.area, area))
        .order_by(_trouble_first(state), device.c.id)
    )
    if wanted.state != "retired":
        query = query.where(device.c.retired_at.is_(None))
    if wanted.state == "low":
        query = query.where(device.c.battery_percent <= figures.LOW_PERCENT)
    elif wanted.state == "free":
        query = query.where(device.c.resident_id.is_(None))
    elif wanted.state in DEVICE_STATE_TEXT:
        query = query.where(state == wanted.state)
    if wanted.q:
        fields = (device.c.id, device.c.address, device.c.label, device.c.model, resident.c.name)
        query = query.where(or_(*(f.contains(wanted.q, autoescape=True) for f in fields)))
    return query


def line(row: Any, directory: Directory) -> dict[str, Any]:
    """One device for the screen."""
    return {
        "id": row.id,
        "label": " · ".join(part for part in (row.label, row.model) if part) or "设备",
        "room": row.room,
        "resident_id": row.resident_id,
        "resident": row.resident_name,
        "area": directory.path(row.area),
        "state": row.state,
        "state_text": DEVICE_STATE_TEXT[row.state],
        "battery": row.battery_percent,
        "low": row.battery_percent is not None and row.battery_percent <= figures.LOW_PERCENT,
        "last_heard": row.last_heard,
        "source": row.source,
        "address": row.address,
    }


def strangers(tx: Connection, person: Person) -> list[Any]:
    """Devices in no roster that a gateway of this area has heard, those that pressed first."""
    u = unknown_device
    return list(
        tx.execute(
            select(u)
            .join(source_table, source_table.c.name == u.c.source)
            .where(places.inside(source_table.c.area, person.area))
            .order_by(u.c.pressed_at.is_(None), u.c.last_heard.desc())
            .limit(STRANGERS)
        ).all()
    )


def _cells(d: dict[str, Any]) -> list[Any]:
    battery = None if d["battery"] is None else round(d["battery"])
    names = ("id", "label", "room", "resident", "area", "state_text")
    return [*(d[n] for n in names), battery, d["last_heard"], d["source"], d["address"]]
