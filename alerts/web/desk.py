"""The desk itself: what is open, one alert beside it, who is on duty; parts that renew alone."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import Connection, select

from alerts import views
from alerts.api.security import Staff, Visit
from alerts.contract import AlertDetail, AlertSummary, Severity
from alerts.directory import Directory, Person
from alerts.model import State
from alerts.respond import NoSuchAlert
from alerts.store import alert_rows
from alerts.store.tables import resident
from alerts.web import case, figures, rail
from alerts.web.looks import looked
from alerts.web.page import Question, show

routes = APIRouter()
CARDS = 200
"""Most alerts shown at once; how many more there are is said below them."""

AFFECTED = 60
"""Most names of people whom a silent gateway leaves without a button."""


@routes.get("/")
async def get_desk(request: Request, visit: Staff) -> Response:
    """The desk with the most urgent alert open, or with what is well."""
    return await _desk(request, visit, None, "list")


@routes.get("/alerts/{number}")
async def get_alert(request: Request, visit: Staff, number: int) -> Response:
    """The desk with this alert open; asked for by the desk itself, only the alert."""
    if "hx-request" not in request.headers:
        return await _desk(request, visit, number, "alert")
    return await _middle(request, visit, number)


@routes.get("/alerts/{number}/parts")
async def get_parts(request: Request, visit: Staff, number: int, keep: bool = False) -> Response:
    """The alert as it is now, piece by piece; `keep` leaves alone what somebody is typing."""
    return await parts(request, visit, number, keep)


@routes.get("/desk/list")
async def get_list(request: Request, visit: Staff) -> Response:
    """The cards."""
    return await show(
        request, visit, "desk/list.html", lambda tx, d, now: cards(tx, d, visit.person, now)
    )


@routes.get("/desk/rail")
async def get_rail(request: Request, visit: Staff) -> Response:
    """Who is on duty, who is unprotected."""
    return await show(
        request, visit, "desk/rail.html", lambda tx, d, now: beside(tx, d, visit.person, now)
    )


@routes.get("/desk/figures")
async def get_figures(request: Request, visit: Staff) -> Response:
    """This month."""
    return await show(
        request,
        visit,
        "desk/figures.html",
        lambda tx, _d, now: {"f": figures.figures(tx, visit.person, now)},
    )


@routes.get("/desk/middle")
async def get_middle(request: Request, visit: Staff) -> Response:
    """What stands in the middle while nobody has chosen an alert."""
    return await _middle(request, visit, None)


async def parts(request: Request, visit: Visit, number: int, keep: bool) -> Response:
    """The pieces of one alert, each renewed in its place."""
    return await show(
        request,
        visit,
        "desk/parts.html",
        lambda tx, d, now: {"keep": keep, **one(tx, d, visit.person, number, now)},
    )


def cards(tx: Connection, directory: Directory, person: Person, now: datetime) -> dict[str, Any]:
    """The list: what waits, what is in hand, what a call back is owed for."""
    found = views.alert_list(tx, directory, person, now)
    shown = [
        {"a": a, "icon": case.icon(a.kind), "tone": case.tone(a), "waits": case.waits(a)}
        for a in found.alerts[:CARDS]
    ]
    return {
        "cards": shown,
        "waiting": found.waiting,
        "open": found.open,
        "hidden": max(0, found.open - len(shown)),
    }


def beside(tx: Connection, directory: Directory, person: Person, now: datetime) -> dict[str, Any]:
    """The right side."""
    lines, count = rail.unprotected(tx, person, now)
    return {
        "duty": rail.on_duty(tx, directory, person, now),
        "unprotected": lines,
        "unprotected_count": count,
    }


def one(
    tx: Connection, directory: Directory, person: Person, number: int, now: datetime
) -> dict[str, Any]:
    """One alert; raises NoSuchAlert where there is none for this person."""
    detail = views.alert_detail(tx, directory, person, number, now)
    found = alert_rows.load(tx, number)
    if detail is None or found is None:
        raise NoSuchAlert(number)
    return {**case.context(detail, found, directory, now), "affected": _affected(tx, detail)}


def middle(
    tx: Connection, directory: Directory, person: Person, now: datetime, number: int | None
) -> dict[str, Any]:
    """The chosen alert, else the most urgent one, else what is well."""
    if number is None:
        urgent = [a for a in views.alert_list(tx, directory, person, now).alerts if _acute(a)]
        number = urgent[0].number if urgent else None
    if number is not None:
        return one(tx, directory, person, number, now)
    return {
        "a": None,
        "last": figures.last_closed(tx, directory, person, now),
        "drills": figures.drills(tx, person),
        "devices": figures.device_counts(tx, person, now),
        "sources": figures.sources(tx, person, now),
    }


async def _desk(request: Request, visit: Visit, number: int | None, view: str) -> Response:
    def around(tx: Connection, directory: Directory, now: datetime) -> dict[str, Any]:
        person = visit.person
        return {
            "view": view,
            "f": figures.figures(tx, person, now),
            **cards(tx, directory, person, now),
            **beside(tx, directory, person, now),
        }

    return await _opened(request, visit, number, "desk/page.html", around)


async def _middle(request: Request, visit: Visit, number: int | None) -> Response:
    return await _opened(request, visit, number, "desk/middle.html", lambda _tx, _d, _now: {})


async def _opened(
    request: Request, visit: Visit, number: int | None, template: str, around: Question
) -> Response:
    """A page with an alert in it; whose card it showed is logged."""
    seen: list[AlertDetail] = []

    def ask(tx: Connection, directory: Directory, now: datetime) -> dict[str, Any]:
        found = middle(tx, directory, visit.person, now, number)
        seen.extend([found["a"]] if found["a"] else [])
        return {**around(tx, directory, now), **found}

    answer = await show(request, visit, template, ask)
    for detail in seen:
        await looked(request, visit, detail.resident_id, detail.number)
    return answer


def _acute(line: AlertSummary) -> bool:
    """Whether it takes the middle by itself: neither settled nor a mere test."""
    return line.state not in (State.RESOLVED, State.CLOSED) and line.severity < Severity.P5


def _affected(tx: Connection, detail: AlertDetail) -> list[str]:
    """Names of the residents whom a silent gateway leaves without a button."""
    ids = [i for i in detail.data.get("residents", ()) if isinstance(i, int)][:AFFECTED]
    if not ids:
        return []
    names = tx.execute(
        select(resident.c.name).where(resident.c.id.in_(ids)).order_by(resident.c.id)
    )
    return list(names.scalars())
