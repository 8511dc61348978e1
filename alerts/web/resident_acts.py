"""What is done with residents: added, changed, given bounds of their own, moved away."""

import re
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import select

from alerts import register, sealing
from alerts.api.hub import hub_of
from alerts.api.security import Staff
from alerts.register import NewContact, NewResident, Wrong
from alerts.rules import DEFAULT_BOUNDS, QUANTITIES
from alerts.store.tables import contact, device
from alerts.web import places
from alerts.web.fields import Fields, Typed
from alerts.web.page import done
from alerts.web.resident_page import resident_row
from alerts.web.rights import Rights
from alerts.work import Work

routes = APIRouter()
IDENTITY = re.compile(r"\d{17}[\dX]|\d{15}")


@routes.post("/residents")
async def post_resident(request: Request, visit: Staff, typed: Typed) -> Response:
    """Add somebody."""
    hub = hub_of(request)
    identity = _identity(typed)

    def add(work: Work) -> int:
        area = typed.text("area", "地区", 12, needed=True)
        places.must_see(visit.person, area, "这个地方")
        new = NewResident(
            **_plain(typed),
            area=area,
            address=typed.text("address", "地址", 256),
            door_note=typed.text("door_note", "进门", 256),
            identity_sealed=sealing.seal(hub.key, identity) if identity else None,
            consent_at=work.now if typed.has("consent") else None,
            contacts=_contacts(typed),
        )
        return register.add_resident(work, new, visit.person.display)

    made = await hub.engine.run(add)
    return done(request, f"/residents/{made}", "已登记")


@routes.post("/residents/{resident_id}")
async def post_change(request: Request, visit: Staff, typed: Typed, resident_id: int) -> Response:
    """Change what was changed; an address counts as confirmed when typed anew or ticked."""
    hub = hub_of(request)
    identity = _identity(typed)
    who = visit.person.display

    def change(work: Work) -> None:
        row = resident_row(work.tx, visit.person, resident_id)
        values: dict[str, Any] = {**_plain(typed), "area": typed.text("area", "地区", 12)}
        values = {k: v for k, v in values.items() if v != getattr(row, k)}
        if "area" in values:
            places.must_see(visit.person, values["area"], "新的地区")
        for name, label in (("address", "地址"), ("door_note", "进门")):
            text = typed.text(name, label, 256)
            if text != getattr(row, name) or typed.has(f"{name}_confirmed"):
                values[name] = text
        if identity:
            values["identity_sealed"] = sealing.seal(hub.key, identity)
        if typed.has("consent") != (row.consent_at is not None):
            values["consent_at"] = work.now if typed.has("consent") else None
            if not typed.has("consent") and _worn(work, resident_id):
                raise Wrong("请先收回借出的设备，再取消同意")
        if values:
            register.change_resident(work, resident_id, who, **values)
        _change_contacts(work, resident_id, _contacts(typed), who)

    await hub.engine.run(change)
    return done(request, f"/residents/{resident_id}", "已保存")


@routes.post("/residents/{resident_id}/bounds")
async def post_bounds(request: Request, visit: Staff, typed: Typed, resident_id: int) -> Response:
    """Their own bounds; two empty fields go back to the usual ones."""

    def change(work: Work) -> None:
        resident_row(work.tx, visit.person, resident_id)
        for quantity in DEFAULT_BOUNDS:
            name = QUANTITIES[quantity].name
            low = typed.number(f"{quantity}_low", f"{name}下限")
            high = typed.number(f"{quantity}_high", f"{name}上限")
            register.set_bound(work, resident_id, quantity, low, high, visit.person.display)

    await hub_of(request).engine.run(change)
    return done(request, f"/residents/{resident_id}", "提醒界限已保存")


@routes.post("/residents/{resident_id}/lend")
async def post_lend(request: Request, visit: Staff, typed: Typed, resident_id: int) -> Response:
    """A device, by the number on it."""
    name = typed.text("device", "设备号", needed=True)

    def lend(work: Work) -> None:
        resident_row(work.tx, visit.person, resident_id)
        area = work.tx.execute(select(device.c.area).where(device.c.id == name)).scalar()
        if area is None or not Rights(visit.person).keeps_devices(area):
            raise Wrong(f"没有设备 {name}，或不归您管")
        register.lend(work, name, resident_id, visit.person.display)

    await hub_of(request).engine.run(lend)
    return done(request, f"/residents/{resident_id}", f"已借出 {name}")


@routes.post("/residents/{resident_id}/moved")
async def post_moved(request: Request, visit: Staff, resident_id: int) -> Response:
    """Moved away or died: the devices come back, the history stays."""
    who = visit.person.display

    def remove(work: Work) -> None:
        resident_row(work.tx, visit.person, resident_id)
        for name in _worn(work, resident_id):
            register.give_back(work, name, who)
        register.change_resident(work, resident_id, who, removed_at=work.now)

    await hub_of(request).engine.run(remove)
    return done(request, f"/residents/{resident_id}", "已登记迁出，设备都已收回")


def _worn(work: Work, resident_id: int) -> list[str]:
    """Devices this person has now."""
    query = select(device.c.id).where(device.c.resident_id == resident_id)
    return list(work.tx.execute(query).scalars())


def _plain(typed: Fields) -> dict[str, Any]:
    """Fields that need no second thought."""
    return {
        "name": typed.text("name", "姓名", needed=True),
        "born": typed.whole("born", "出生年份"),
        "lives_alone": typed.has("lives_alone"),
        "about": typed.text("about", "本人情况", 1000),
        "consent_note": typed.text("consent_note", "同意说明", 256),
    }


def _identity(typed: Fields) -> str:
    number = typed.text("identity", "身份证号", 18).upper()
    if number and not IDENTITY.fullmatch(number):
        raise Wrong("身份证号是 18 位，请核对")
    return number


def _contacts(typed: Fields) -> tuple[NewContact, ...]:
    """The rows of the form in order; a row without a phone number helps nobody."""
    names = typed.texts("contact_name", "联系人姓名")
    relations = typed.texts("contact_relation", "联系人关系", 32)
    phones = typed.texts("contact_phone", "联系人电话", 32)
    found = []
    for name, relation, phone in zip(names, relations, phones, strict=False):
        if not (name or relation or phone):
            continue
        if not re.fullmatch(r"[+\d][\d -]{4,30}", phone):
            raise Wrong(f"请填写{name or relation}的电话，只用数字")
        found.append(NewContact(name or relation, phone, relation))
    return tuple(found)


def _change_contacts(
    work: Work, resident_id: int, contacts: tuple[NewContact, ...], who: str
) -> None:
    """Replace them where they differ, and write that down."""
    c = contact.c
    before = work.tx.execute(
        select(c.name, c.phone, c.relation).where(c.resident_id == resident_id).order_by(c.position)
    )
    if [(r.name, r.phone, r.relation) for r in before] == [
        (x.name, x.phone, x.relation) for x in contacts
    ]:
        return
    register.set_contacts(work, resident_id, contacts)
    work.note("contacts_set", who=who, subject=f"resident {resident_id}", count=len(contacts))
