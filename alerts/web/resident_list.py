"""Residents as a list: name, place, devices; what more there is stands on their card."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from sqlalchemy import Connection, Select, case, func, or_, select

from alerts.api.security import Staff
from alerts.directory import Directory, Person
from alerts.store.tables import contact, device, resident
from alerts.web import figures, places
from alerts.web.page import show
from alerts.web.paging import cut

routes = APIRouter()
WITH = (
    ("silent", "设备失联"),
    ("without", "没有设备"),
    ("unasked", "没有登记同意"),
    ("gone", "已迁出"),
)


@dataclass(frozen=True)
class Wanted:
    """What somebody filters by; empty means everybody who lives here."""

    q: str = ""
    area: str = ""
    only: str = ""


def _wanted(q: str = "", area: str = "", only: str = "") -> Wanted:
    return Wanted(q.strip()[:64], area, only)


@routes.get("/residents")
async def get_residents(
    request: Request, visit: Staff, wanted: Annotated[Wanted, Depends(_wanted)], page: int = 1
) -> Response:
    """Page by page, by name."""

    def ask(tx: Connection, directory: Directory, now: datetime) -> dict[str, Any]:
        query = chosen(directory, visit.person, wanted, now)
        paged = cut(tx, query, page, "/residents", asdict(wanted))
        return {
            "paged": paged,
            "lines": [
                {
                    "r": row,
                    "age": row.born and now.year - row.born,
                    "area": directory.path(row.area),
                }
                for row in paged.rows
            ],
            "wanted": wanted,
            "only": WITH,
            "areas": places.options(directory, visit.person),
        }

    return await show(request, visit, "residents.html", ask)


def chosen(directory: Directory, person: Person, wanted: Wanted, now: datetime) -> Select[Any]:
    """Residents of the person's area that fit the filter, each with counts of devices."""
    area = places.narrowed(directory, person, wanted.area)
    silent = case((figures.device_state(now) == "silent", 1), else_=0)
    devices = func.count(device.c.id).label("devices")
    quiet = func.coalesce(func.sum(silent), 0).label("silent")
    query = (
        select(resident, devices, quiet)
        .outerjoin(device, device.c.resident_id == resident.c.id)
        .where(places.inside(resident.c.area, area))
        .where(
            resident.c.removed_at.is_not(None)
            if wanted.only == "gone"
            else resident.c.removed_at.is_(None)
        )
        .group_by(resident.c.id)
        .order_by(resident.c.name, resident.c.id)
    )
    if wanted.only == "silent":
        query = query.having(func.sum(silent) > 0)
    elif wanted.only == "without":
        query = query.having(func.count(device.c.id) == 0)
    elif wanted.only == "unasked":
        query = query.where(resident.c.consent_at.is_(None))
    if wanted.q:
        rung = select(contact.c.resident_id).where(
            contact.c.phone.contains(wanted.q, autoescape=True)
        )
        like = [
            c.contains(wanted.q, autoescape=True) for c in (resident.c.name, resident.c.address)
        ]
        query = query.where(or_(*like, resident.c.id.in_(rung)))
    return query
