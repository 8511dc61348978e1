"""One device: who has it and had it, what it said lately, and what may be done with it."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import Connection, Row, or_, select

from alerts import rules
from alerts.api.problems import Refusal
from alerts.api.security import Staff
from alerts.contract import Kind
from alerts.directory import Directory, Person
from alerts.model import KIND_TEXT
from alerts.store.tables import device, event, lending, reading, resident, source
from alerts.web import figures, places
from alerts.web.device_list import line
from alerts.web.looks import looked
from alerts.web.page import show
from alerts.web.rights import Rights

routes = APIRouter()
SHOWN = 20
FOUND = 12


@routes.get("/new/device")
async def get_new_device(
    request: Request,
    visit: Staff,
    protocol: str = "own_mqtt",
    address: str = "",
    source: str = "",
) -> Response:
    """The form; an unknown device's address comes filled in."""
    if not Rights(visit.person).manages:
        raise Refusal(403, "登记设备要由区里来做")

    def ask(tx: Connection, directory: Directory, _now: datetime) -> dict[str, Any]:
        return {
            "typed": {"protocol": protocol[:32], "address": address[:128], "source": source[:64]},
            "sources": sources_of(tx, visit.person),
            "areas": places.options(directory, visit.person),
        }

    return await show(request, visit, "new_device.html", ask)


@routes.get("/devices/{device_id}")
async def get_device(request: Request, visit: Staff, device_id: str, find: str = "") -> Response:
    """The device; `find` looks for somebody to lend it to."""
    person = visit.person
    worn_by: list[int | None] = []

    def ask(tx: Connection, directory: Directory, now: datetime) -> dict[str, Any]:
        row = device_row(tx, person, device_id, now)
        worn_by.append(row.resident_id)
        return {
            "d": line(row, directory),
            "row": row,
            "protocol": row.protocol,
            "keeps": Rights(person).keeps_devices(row.area),
            "lendings": _lendings(tx, device_id),
            "events": _events(tx, device_id),
            "readings": _readings(tx, device_id),
            "find": find.strip()[:64],
            "people": people_like(tx, person, find.strip()[:64]),
        }

    answer = await show(request, visit, "device.html", ask)
    await looked(request, visit, worn_by[0])
    return answer


def device_row(tx: Connection, person: Person, device_id: str, now: datetime) -> Row[Any]:
    """The device with its wearer; raises Refusal where this person may not see it."""
    row = tx.execute(
        select(
            device,
            resident.c.name.label("resident_name"),
            figures.device_state(now).label("state"),
        )
        .outerjoin(resident, resident.c.id == device.c.resident_id)
        .where(device.c.id == device_id)
    ).one_or_none()
    if row is None or not person.sees(row.area):
        raise Refusal(404, "没有这台设备，或不在您的辖区")
    return row


def sources_of(tx: Connection, person: Person) -> list[tuple[str, str]]:
    """Gateways of the person's area that may speak for a new device."""
    rows = tx.execute(
        select(source.c.name)
        .where(source.c.kind == "gateway", places.inside(source.c.area, person.area))
        .order_by(source.c.name)
    )
    return [(name, name) for name in rows.scalars()]


def people_like(tx: Connection, person: Person, text: str) -> list[Any]:
    """Residents of the person's area whose name or address holds this text."""
    if not text:
        return []
    names = (resident.c.name, resident.c.address)
    return list(
        tx.execute(
            select(resident.c.id, resident.c.name, resident.c.address, resident.c.consent_at)
            .where(
                places.inside(resident.c.area, person.area),
                resident.c.removed_at.is_(None),
                or_(*(column.contains(text, autoescape=True) for column in names)),
            )
            .order_by(resident.c.name)
            .limit(FOUND)
        ).all()
    )


def _lendings(tx: Connection, device_id: str) -> list[Any]:
    return list(
        tx.execute(
            select(lending.c.from_at, lending.c.until_at, lending.c.resident_id, resident.c.name)
            .join(resident, resident.c.id == lending.c.resident_id)
            .where(lending.c.device == device_id)
            .order_by(lending.c.id.desc())
            .limit(SHOWN)
        ).all()
    )


def _events(tx: Connection, device_id: str) -> list[dict[str, Any]]:
    rows = tx.execute(
        select(event.c.kind, event.c.at, event.c.received_at, event.c.alert)
        .where(event.c.device == device_id)
        .order_by(event.c.seq.desc())
        .limit(SHOWN)
    )
    return [
        {"text": KIND_TEXT[Kind(r.kind)], "at": r.at, "received": r.received_at, "alert": r.alert}
        for r in rows
    ]


def _readings(tx: Connection, device_id: str) -> list[dict[str, Any]]:
    rows = tx.execute(
        select(reading.c.at, reading.c.measured)
        .where(reading.c.device == device_id)
        .order_by(reading.c.at.desc())
        .limit(SHOWN)
    )
    return [{"at": row.at, "text": measured_text(row.measured)} for row in rows]


def measured_text(values: dict[str, float]) -> str:
    """All values of one reading: 血压 182/110 · 脉搏 88 次/分."""
    skipped = ("diastolic_mmhg", "mean_mmhg") if "systolic_mmhg" in values else ()
    return " · ".join(rules.label(values, name) for name in values if name not in skipped)
