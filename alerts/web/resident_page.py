"""One resident: the card, their devices, their alerts, their own bounds. Every look is logged."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import Connection, Row, select

from alerts import rules, sealing, views
from alerts.api.hub import hub_of
from alerts.api.problems import Refusal
from alerts.api.security import Staff
from alerts.contract import Kind
from alerts.directory import Directory, Person
from alerts.model import KIND_TEXT, OUTCOME_TEXT, STATE_TEXT, Outcome, State
from alerts.store.tables import alert, bound, device, resident
from alerts.web import case, figures, places
from alerts.web.device_list import line
from alerts.web.looks import looked
from alerts.web.page import show
from alerts.web.rights import Rights

routes = APIRouter()
SHOWN = 20
CONTACTS = 5
"""Rows of the form; empty ones are left out."""


@routes.get("/new/resident")
async def get_new_resident(request: Request, visit: Staff) -> Response:
    """The form, empty."""

    def ask(_tx: Connection, directory: Directory, _now: datetime) -> dict[str, Any]:
        return {
            "r": None,
            "rows": [None] * CONTACTS,
            "identity": "",
            "areas": places.options(directory, visit.person),
        }

    return await show(request, visit, "resident_form.html", ask)


@routes.get("/residents/{resident_id}")
async def get_resident(request: Request, visit: Staff, resident_id: int) -> Response:
    """The card."""
    key = hub_of(request).key
    person = visit.person

    def ask(tx: Connection, directory: Directory, now: datetime) -> dict[str, Any]:
        row = resident_row(tx, person, resident_id)
        devices = _devices(tx, directory, resident_id, now)
        return {
            "row": row,
            "r": views.resident_card(tx, directory, resident_id, now),
            "identity": masked(key, row.identity_sealed),
            "devices": devices,
            "readings": case.about_person(views.last_readings(tx, resident_id, None, now)),
            "alerts": _alerts(tx, person, resident_id),
            "bounds": bounds_of(tx, resident_id),
            "keeps_devices": Rights(person).keeps_devices(row.area),
        }

    answer = await show(request, visit, "resident.html", ask)
    await looked(request, visit, resident_id)
    return answer


@routes.get("/residents/{resident_id}/edit")
async def get_edit(request: Request, visit: Staff, resident_id: int) -> Response:
    """The form, filled in."""
    key = hub_of(request).key

    def ask(tx: Connection, directory: Directory, now: datetime) -> dict[str, Any]:
        row = resident_row(tx, visit.person, resident_id)
        card = views.resident_card(tx, directory, resident_id, now)
        contacts = list(card.contacts) if card else []
        return {
            "r": row,
            "rows": [*contacts, *[None] * max(1, CONTACTS - len(contacts))],
            "identity": masked(key, row.identity_sealed),
            "areas": places.options(directory, visit.person),
        }

    answer = await show(request, visit, "resident_form.html", ask)
    await looked(request, visit, resident_id)
    return answer


def resident_row(tx: Connection, person: Person, resident_id: int) -> Row[Any]:
    """The resident; raises Refusal where this person may not see them."""
    row = tx.execute(select(resident).where(resident.c.id == resident_id)).one_or_none()
    if row is None or not person.sees(row.area):
        raise Refusal(404, "没有这位居民，或不在您的辖区")
    return row


def masked(key: bytes, sealed: str | None) -> str:
    """The last four of an identity number; a key that does not fit is said, not hidden."""
    if not sealed:
        return ""
    try:
        return sealing.mask(sealing.unseal(key, sealed))
    except sealing.WrongKey:
        return "密钥不对，读不出来"


def bounds_of(tx: Connection, resident_id: int) -> list[dict[str, Any]]:
    """Every quantity with the person's own bounds and those for everybody."""
    own = {
        row.quantity: row
        for row in tx.execute(select(bound).where(bound.c.resident_id == resident_id))
    }
    return [
        {
            "quantity": quantity,
            "name": rules.QUANTITIES[quantity].name,
            "unit": rules.QUANTITIES[quantity].unit,
            "low": own[quantity].low if quantity in own else None,
            "high": own[quantity].high if quantity in own else None,
            "own": quantity in own,
            "usual": usual,
        }
        for quantity, usual in rules.DEFAULT_BOUNDS.items()
    ]


def _devices(
    tx: Connection, directory: Directory, resident_id: int, now: datetime
) -> list[dict[str, Any]]:
    rows = tx.execute(
        select(
            device,
            resident.c.name.label("resident_name"),
            figures.device_state(now).label("state"),
        )
        .join(resident, resident.c.id == device.c.resident_id)
        .where(device.c.resident_id == resident_id)
        .order_by(device.c.id)
    )
    return [line(row, directory) for row in rows]


def _alerts(tx: Connection, person: Person, resident_id: int) -> list[dict[str, Any]]:
    rows = tx.execute(
        select(alert.c.number, alert.c.kind, alert.c.opened_at, alert.c.state, alert.c.outcome)
        .where(alert.c.resident_id == resident_id, places.inside(alert.c.area, person.area))
        .order_by(alert.c.number.desc())
        .limit(SHOWN)
    )
    return [
        {
            "number": row.number,
            "text": KIND_TEXT[Kind(row.kind)],
            "at": row.opened_at,
            "how": OUTCOME_TEXT[Outcome(row.outcome)]
            if row.outcome
            else STATE_TEXT[State(row.state)],
        }
        for row in rows
    ]
