"""Residents: who they are, whom to ring, where their values usually lie."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, update

from alerts.measure import personal_bound
from alerts.register.entries import Wrong, fit, need_area
from alerts.rules import DEFAULT_BOUNDS, BadBound
from alerts.store import tables
from alerts.work import SYSTEM, Work


@dataclass(frozen=True)
class NewContact:
    """Somebody to ring, in order."""

    name: str
    phone: str
    relation: str = ""


@dataclass(frozen=True)
class NewResident:
    """A person whom devices may belong to."""

    name: str
    area: str
    address: str = ""
    born: int | None = None
    lives_alone: bool = False
    door_note: str = ""
    about: str = ""
    identity_sealed: str | None = None
    consent_at: datetime | None = None
    consent_note: str = ""
    simulated: bool = False
    contacts: tuple[NewContact, ...] = field(default=())


def add_resident(work: Work, new: NewResident, who: str = SYSTEM) -> int:
    """Returns the id; raises Wrong."""
    if not new.name.strip():
        raise Wrong("请填写姓名")
    need_area(work, new.area)
    if new.born is not None and not 1900 <= new.born <= work.now.year:
        raise Wrong("出生年份不对")
    t = tables.resident
    values = {
        "name": new.name.strip(),
        "area": new.area,
        "address": new.address,
        "address_confirmed_at": work.now if new.address else None,
        "born": new.born,
        "lives_alone": new.lives_alone,
        "door_note": new.door_note,
        "door_confirmed_at": work.now if new.door_note else None,
        "about": new.about,
        "identity_sealed": new.identity_sealed,
        "consent_at": new.consent_at,
        "consent_note": new.consent_note,
        "simulated": new.simulated,
    }
    made = work.tx.execute(insert(t).values(**fit(t, values)).returning(t.c.id)).scalar_one()
    set_contacts(work, int(made), new.contacts)
    work.note("resident_added", who=who, subject=f"resident {made}")
    return int(made)


def change_resident(work: Work, resident_id: int, who: str, **values: Any) -> None:
    """Change some fields; address and door note count as confirmed now when they are given."""
    t = tables.resident
    if "area" in values:
        need_area(work, values["area"])
        work.tx.execute(
            update(tables.device)
            .where(tables.device.c.resident_id == resident_id)
            .values(area=values["area"])
        )
    if "address" in values:
        values["address_confirmed_at"] = work.now
    if "door_note" in values:
        values["door_confirmed_at"] = work.now
    change = update(t).where(t.c.id == resident_id).values(**fit(t, values))
    if not work.tx.execute(change).rowcount:
        raise Wrong("没有这位居民")
    work.note("resident_changed", who=who, subject=f"resident {resident_id}", fields=sorted(values))


def set_contacts(work: Work, resident_id: int, contacts: tuple[NewContact, ...]) -> None:
    """Replace the contacts, in order of whom to ring first."""
    t = tables.contact
    work.tx.execute(delete(t).where(t.c.resident_id == resident_id))
    rows = [
        fit(
            t,
            {
                "resident_id": resident_id,
                "position": position,
                "name": contact.name,
                "relation": contact.relation,
                "phone": contact.phone,
            },
        )
        for position, contact in enumerate(contacts)
    ]
    if rows:
        work.tx.execute(insert(t), rows)


def set_bound(
    work: Work, resident_id: int, quantity: str, low: float | None, high: float | None, who: str
) -> None:
    """A person's own bounds; None for both goes back to the default. Raises Wrong."""
    if quantity not in DEFAULT_BOUNDS:
        raise Wrong("没有这个指标")
    t = tables.bound
    work.tx.execute(delete(t).where(t.c.resident_id == resident_id, t.c.quantity == quantity))
    if low is not None or high is not None:
        try:
            personal_bound(quantity, low, high)
        except BadBound:
            raise Wrong("下限和上限离得太近，或填反了") from None
        work.tx.execute(
            insert(t).values(resident_id=resident_id, quantity=quantity, low=low, high=high)
        )
    work.note("bound_set", who=who, subject=f"resident {resident_id}", quantity=quantity)
