"""Closed alerts: to look something up, and to take a list along."""

from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from sqlalchemy import Connection, Select, func, select

from alerts.api.hub import hub_of
from alerts.api.security import Staff
from alerts.contract import SEVERITY, Kind
from alerts.directory import Directory, Person
from alerts.model import KIND_TEXT, OUTCOME_TEXT, Outcome
from alerts.store.tables import alert, device, resident
from alerts.views import summary
from alerts.web import case, places
from alerts.web.csv_file import csv_file
from alerts.web.page import show
from alerts.web.paging import cut
from alerts.web.words import SHANGHAI

routes = APIRouter()
FILE_ROWS = 20_000

KINDS = tuple(kind for kind in Kind if kind in SEVERITY)


@dataclass(frozen=True)
class Wanted:
    """What somebody filters by; empty means everything."""

    kind: str = ""
    outcome: str = ""
    area: str = ""
    since: str = ""
    until: str = ""


def _wanted(
    kind: str = "",
    outcome: str = "",
    area: str = "",
    since: Annotated[str, Query(alias="from")] = "",
    until: str = "",
) -> Wanted:
    return Wanted(kind, outcome, area, since, until)


Filter = Annotated[Wanted, Depends(_wanted)]


@routes.get("/history")
async def get_history(request: Request, visit: Staff, wanted: Filter, page: int = 1) -> Response:
    """Page by page, newest first."""

    def ask(tx: Connection, directory: Directory, now: datetime) -> dict[str, Any]:
        filters = {"from": wanted.since, **asdict(wanted)}
        del filters["since"]
        found = cut(tx, closed(directory, visit.person, wanted), page, "/history", filters)
        lines = [summary(row, directory, now) for row in found.rows]
        return {
            "lines": [{"a": a, "picture": case.icon(a.kind), "tone": case.tone(a)} for a in lines],
            "paged": found,
            "wanted": wanted,
            "kinds": [(kind.value, KIND_TEXT[kind]) for kind in KINDS],
            "outcomes": [(o.value, OUTCOME_TEXT[o]) for o in Outcome],
            "areas": places.options(directory, visit.person),
            "file": found.address.replace("/history", "/history.csv", 1),
        }

    return await show(request, visit, "history.html", ask)


@routes.get("/history.csv")
async def get_history_file(request: Request, visit: Staff, wanted: Filter) -> Response:
    """The same list as a file; that it was taken along is logged."""
    hub = hub_of(request)
    rows = await hub.read(
        lambda tx, d, now: [
            _cells(row, d, now)
            for row in tx.execute(closed(d, visit.person, wanted).limit(FILE_ROWS))
        ]
    )
    asked = {name: value for name, value in asdict(wanted).items() if value}
    await hub.engine.run(
        lambda w: w.note(
            "exported", who=visit.person.display, subject="alerts", rows=len(rows), asked=asked
        )
    )
    columns = (
        "编号",
        "类型",
        "居民",
        "地区",
        "设备",
        "报警时间",
        "次数",
        "受理人",
        "结果",
        "办结时间",
    )
    return csv_file("报警记录", columns, rows)


def closed(directory: Directory, person: Person, wanted: Wanted) -> Select[Any]:
    """Closed alerts of the person's area that fit the filter."""
    area = places.narrowed(directory, person, wanted.area)
    query = (
        select(
            alert,
            resident.c.name.label("resident_name"),
            func.coalesce(device.c.label, "").label("label"),
            func.coalesce(device.c.room, "").label("room"),
        )
        .outerjoin(resident, resident.c.id == alert.c.resident_id)
        .outerjoin(device, device.c.id == alert.c.device)
        .where(alert.c.state == "closed", places.inside(alert.c.area, area))
        .order_by(alert.c.number.desc())
    )
    if wanted.kind:
        query = query.where(alert.c.kind == wanted.kind)
    if wanted.outcome:
        query = query.where(alert.c.outcome == wanted.outcome)
    if (first := _midnight(wanted.since)) is not None:
        query = query.where(alert.c.opened_at >= first)
    if (last := _midnight(wanted.until)) is not None:
        query = query.where(alert.c.opened_at < last + timedelta(days=1))
    return query


def _midnight(text: str) -> datetime | None:
    """The beginning of a typed day at the place; None for what is no day."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return datetime.combine(day, time(), SHANGHAI).astimezone(UTC)


def _cells(row: Any, directory: Directory, now: datetime) -> list[Any]:
    a = summary(row, directory, now)
    return [
        a.number,
        a.title,
        a.resident,
        a.area_name,
        a.device,
        a.opened_at,
        a.press_count,
        a.owner,
        a.outcome,
        a.closed_at,
    ]
