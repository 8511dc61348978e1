"""Who and what the hub knows: staff, residents, devices, rotas. Every change is logged."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Table, delete, insert, select, update

from alerts import passwords, rota
from alerts.contract import IS_DEVICE, Kind
from alerts.directory import changed
from alerts.measure import personal_bound
from alerts.model import OPEN_STATES, SELF_CLOSING
from alerts.rules import DEFAULT_BOUNDS, BadBound
from alerts.store import tables
from alerts.work import SYSTEM, Work

ROLES = ("admin", "leader", "district", "town", "village")
"""What a member of staff may do: admin changes everything, leader and district their district."""

IS_LOGIN = re.compile(r"^[a-z0-9._-]{2,64}$")
BROKER_USERS = ("hub", "siren")
"""Names at the broker that no device may take; `gateway-` begins those of the gateways."""
OWN_PROTOCOL = "own_mqtt"


class Wrong(ValueError):
    """What was entered cannot be taken; a Chinese sentence says what to change."""


@dataclass(frozen=True)
class NewStaff:
    """A member of staff to be added."""

    login: str
    name: str
    role: str
    area: str
    password: str
    display: str = ""
    phone: str | None = None


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


@dataclass(frozen=True)
class NewDevice:
    """A device to be registered; `address` is the vendor's, the id itself for our own format."""

    id: str
    source: str
    area: str
    protocol: str = OWN_PROTOCOL
    address: str = ""
    model: str = ""
    label: str = ""
    room: str = ""
    interval_s: int = 300
    pre_alarm: bool = True
    simulated: bool = False


def add_staff(work: Work, new: NewStaff, who: str = SYSTEM) -> int:
    """Returns the id; raises Wrong."""
    if not IS_LOGIN.fullmatch(new.login):
        raise Wrong("账号用 2–64 个小写字母、数字、点、横线")
    if new.role not in ROLES:
        raise Wrong(f"角色是 {'、'.join(ROLES)} 之一")
    if not new.name.strip():
        raise Wrong("请填写姓名")
    _need_area(work, new.area)
    t = tables.staff
    if work.tx.execute(select(t.c.id).where(t.c.login == new.login)).first():
        raise Wrong(f"账号 {new.login} 已经有了")
    try:
        stored = passwords.hash_password(new.password)
    except passwords.WeakPassword as why:
        raise Wrong(str(why)) from None
    values = {
        "login": new.login,
        "name": new.name.strip(),
        "display": new.display.strip() or new.name.strip(),
        "role": new.role,
        "area": new.area,
        "phone": new.phone or None,
        "password": stored,
        "active": True,
        "created_at": work.now,
    }
    made = work.tx.execute(insert(t).values(**_fit(t, values)).returning(t.c.id)).scalar_one()
    _log(work, who, "staff_added", new.login)
    return int(made)


def set_password(work: Work, login: str, password: str, who: str = SYSTEM) -> None:
    """A new password; all sessions of that person end. Raises Wrong."""
    t = tables.staff
    found = work.tx.execute(select(t.c.id).where(t.c.login == login)).scalar_one_or_none()
    if found is None:
        raise Wrong(f"没有账号 {login}")
    try:
        stored = passwords.hash_password(password)
    except passwords.WeakPassword as why:
        raise Wrong(str(why)) from None
    work.tx.execute(update(t).where(t.c.id == found).values(password=stored))
    work.tx.execute(delete(tables.session).where(tables.session.c.staff_id == found))
    work.note("password_set", who=who, subject=login)


def set_active(work: Work, login: str, active: bool, who: str = SYSTEM) -> None:
    """Somebody leaves or comes back; their sessions end when they leave."""
    t = tables.staff
    found = work.tx.execute(select(t.c.id).where(t.c.login == login)).scalar_one_or_none()
    if found is None:
        raise Wrong(f"没有账号 {login}")
    work.tx.execute(update(t).where(t.c.id == found).values(active=active))
    if not active:
        work.tx.execute(delete(tables.session).where(tables.session.c.staff_id == found))
    _log(work, who, "staff_active" if active else "staff_left", login)


def add_resident(work: Work, new: NewResident, who: str = SYSTEM) -> int:
    """Returns the id; raises Wrong."""
    if not new.name.strip():
        raise Wrong("请填写姓名")
    _need_area(work, new.area)
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
    made = work.tx.execute(insert(t).values(**_fit(t, values)).returning(t.c.id)).scalar_one()
    set_contacts(work, int(made), new.contacts)
    work.note("resident_added", who=who, subject=f"resident {made}")
    return int(made)


def change_resident(work: Work, resident_id: int, who: str, **values: Any) -> None:
    """Change some fields; address and door note count as confirmed now when they are given."""
    t = tables.resident
    if "area" in values:
        _need_area(work, values["area"])
        work.tx.execute(
            update(tables.device)
            .where(tables.device.c.resident_id == resident_id)
            .values(area=values["area"])
        )
    if "address" in values:
        values["address_confirmed_at"] = work.now
    if "door_note" in values:
        values["door_confirmed_at"] = work.now
    change = update(t).where(t.c.id == resident_id).values(**_fit(t, values))
    if not work.tx.execute(change).rowcount:
        raise Wrong("没有这位居民")
    work.note("resident_changed", who=who, subject=f"resident {resident_id}", fields=sorted(values))


def set_contacts(work: Work, resident_id: int, contacts: tuple[NewContact, ...]) -> None:
    """Replace the contacts, in order of whom to ring first."""
    t = tables.contact
    work.tx.execute(delete(t).where(t.c.resident_id == resident_id))
    rows = [
        _fit(
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


def add_device(work: Work, new: NewDevice, who: str = SYSTEM) -> None:
    """Register a device; its broker password follows from its id. Raises Wrong."""
    if not IS_DEVICE.fullmatch(new.id):
        raise Wrong("设备号用 3–64 个小写字母、数字、横线")
    if new.id in BROKER_USERS or new.id.startswith("gateway-"):
        raise Wrong(f"{new.id} 是系统自己用的名字，请换一个")
    _need_area(work, new.area)
    address = new.address or new.id
    d = tables.device
    if work.tx.execute(select(d.c.id).where(d.c.id == new.id)).first():
        raise Wrong(f"设备 {new.id} 已经登记")
    same = work.tx.execute(
        select(d.c.id).where(d.c.protocol == new.protocol, d.c.address == address)
    ).scalar()
    if same:
        raise Wrong(f"地址 {address} 已属于设备 {same}")
    if not work.tx.execute(
        select(tables.source.c.name).where(tables.source.c.name == new.source)
    ).first():
        raise Wrong(f"没有网关 {new.source}")
    if not 10 <= new.interval_s <= 86400:
        raise Wrong("心跳间隔为 10–86400 秒")
    values = {
        "id": new.id,
        "source": new.source,
        "protocol": new.protocol,
        "address": address,
        "model": new.model,
        "label": new.label,
        "room": new.room,
        "area": new.area,
        "interval_s": new.interval_s,
        "pre_alarm": new.pre_alarm,
        "simulated": new.simulated,
        "generation": 1,
        "registered_at": work.now,
    }
    work.tx.execute(insert(d).values(**_fit(d, values)))
    t = tables.unknown_device
    work.tx.execute(delete(t).where(t.c.protocol == new.protocol, t.c.address == address))
    work.note("device_added", who=who, subject=new.id)


def lend(work: Work, device_id: str, resident_id: int, who: str = SYSTEM) -> None:
    """The device is this person's from now on; what it said before stays with whoever had it."""
    person = work.tx.execute(
        select(tables.resident).where(tables.resident.c.id == resident_id)
    ).one_or_none()
    if person is None or person.removed_at is not None:
        raise Wrong("没有这位居民")
    if person.consent_at is None:
        raise Wrong("请先登记本人同意")
    give_back(work, device_id, who)
    d = tables.device
    work.tx.execute(
        update(d).where(d.c.id == device_id).values(resident_id=resident_id, area=person.area)
    )
    work.tx.execute(
        insert(tables.lending).values(
            device=device_id, resident_id=resident_id, from_at=work.now, until_at=None
        )
    )
    work.note("device_lent", who=who, subject=device_id, resident=resident_id)


def give_back(work: Work, device_id: str, who: str = SYSTEM) -> None:
    """Nobody wears it any more. Raises Wrong for a device that is not registered.

    Refused while its wearer waits for help: the next wearer's press would join that alert.
    """
    d, t = tables.device, tables.lending
    row = work.tx.execute(
        select(d.c.id, d.c.resident_id).where(d.c.id == device_id, d.c.retired_at.is_(None))
    ).one_or_none()
    if row is None:
        raise Wrong(f"没有设备 {device_id}")
    if row.resident_id is None:
        return
    if waiting := _waiting_person(work, device_id):
        raise Wrong(f"{waiting} 号报警还没有处置，请先处置再换人")
    work.tx.execute(
        update(t).where(t.c.device == device_id, t.c.until_at.is_(None)).values(until_at=work.now)
    )
    work.tx.execute(delete(tables.watch).where(tables.watch.c.device == device_id))
    work.tx.execute(update(d).where(d.c.id == device_id).values(resident_id=None))
    work.note("device_returned", who=who, subject=device_id, resident=row.resident_id)


def _waiting_person(work: Work, device_id: str) -> int | None:
    a = tables.alert
    found = work.tx.execute(
        select(a.c.number).where(
            a.c.device == device_id,
            a.c.state.in_(OPEN_STATES),
            a.c.kind.not_in((*SELF_CLOSING, Kind.TEST)),
        )
    )
    return found.scalars().first()


def retire(work: Work, device_id: str, who: str = SYSTEM) -> None:
    """It is thrown away: refused from now on, its history stays."""
    give_back(work, device_id, who)
    d = tables.device
    work.tx.execute(
        update(d).where(d.c.id == device_id).values(retired_at=work.now, silent_at=None)
    )
    work.note("device_retired", who=who, subject=device_id)


def add_source(work: Work, name: str, kind: str, area: str, token: str, who: str = SYSTEM) -> None:
    """A gateway or kiosk with its token; a kiosk is a device too. Raises Wrong."""
    if not IS_DEVICE.fullmatch(name):
        raise Wrong("名称用 3–64 个小写字母、数字、横线")
    if kind not in ("gateway", "kiosk"):
        raise Wrong("类型是 gateway 或 kiosk")
    _need_area(work, area)
    t = tables.source
    if work.tx.execute(select(t.c.name).where(t.c.name == name)).first():
        raise Wrong(f"{name} 已经有了")
    work.tx.execute(
        insert(t).values(
            name=name,
            kind=kind,
            area=area,
            token=passwords.hash_token(token),
            state={},
            refused={},
        )
    )
    work.note("source_added", who=who, subject=name)
    if kind == "kiosk":
        add_device(
            work,
            NewDevice(name, name, area, protocol="kiosk", label="窗口终端", interval_s=10),
            who,
        )


def set_token(work: Work, name: str, token: str, who: str = SYSTEM) -> None:
    """A new token; the old one is refused within seconds."""
    t = tables.source
    changed_rows = work.tx.execute(
        update(t).where(t.c.name == name).values(token=passwords.hash_token(token))
    ).rowcount
    if not changed_rows:
        raise Wrong(f"没有 {name}")
    work.note("token_set", who=who, subject=name)


def set_rotation(
    work: Work,
    area: str,
    members: list[int],
    *,
    starts_on: date,
    handoff_weekday: int = 0,
    handoff_at: time = time(8),
    shift_days: int = 7,
    who: str = SYSTEM,
) -> None:
    """Replace an area's rotation. Raises Wrong."""
    _need_area(work, area)
    try:
        rota.Rotation(area, tuple(members), starts_on, handoff_weekday, handoff_at, shift_days)
    except rota.BadRotation as why:
        raise Wrong(f"轮值表不对：{why}") from None
    known = work.directory.staff
    t = tables.staff
    ids = set(work.tx.execute(select(t.c.id).where(t.c.id.in_(members))).scalars())
    if missing := [m for m in members if m not in ids and m not in known]:
        raise Wrong(f"没有工作人员 {missing}")
    r = tables.rotation
    work.tx.execute(delete(r).where(r.c.area == area))
    work.tx.execute(
        insert(r).values(
            area=area,
            members=members,
            starts_on=starts_on,
            handoff_weekday=handoff_weekday,
            handoff_at=handoff_at,
            shift_days=shift_days,
        )
    )
    _log(work, who, "rotation_set", area)


def add_leave(
    work: Work, staff_id: int, from_at: datetime, until_at: datetime, reason: str, who: str
) -> None:
    """Somebody is away; the rotation skips them. Raises Wrong."""
    if until_at <= from_at:
        raise Wrong("结束时间要晚于开始时间")
    work.tx.execute(
        insert(tables.leave).values(
            staff_id=staff_id, from_at=from_at, until_at=until_at, reason=reason[:128]
        )
    )
    _log(work, who, "leave_added", f"staff {staff_id}")


def end_leave(work: Work, leave_id: int, who: str) -> None:
    """Back earlier than planned, or never away."""
    t = tables.leave
    found = work.tx.execute(select(t).where(t.c.id == leave_id)).one_or_none()
    if found is None:
        raise Wrong("没有这个请假")
    if found.from_at >= work.now:
        work.tx.execute(delete(t).where(t.c.id == leave_id))
    else:
        work.tx.execute(update(t).where(t.c.id == leave_id).values(until_at=work.now))
    _log(work, who, "leave_ended", f"staff {found.staff_id}")


def take_over(work: Work, area: str, staff_id: int, hours: float, who: str) -> datetime:
    """One tap: this person is on duty for the area from now on; returns until when."""
    _need_area(work, area)
    if not 0 < hours <= 24 * 14:
        raise Wrong("接班时间为 1 小时到 14 天")
    t = tables.take_over
    work.tx.execute(
        update(t).where(t.c.area == area, t.c.until_at > work.now).values(until_at=work.now)
    )
    until = work.now + timedelta(hours=hours)
    work.tx.execute(
        insert(t).values(area=area, staff_id=staff_id, from_at=work.now, until_at=until)
    )
    _log(work, who, "took_over", area, staff=staff_id)
    return until


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


def _fit(table: Table, values: dict[str, Any]) -> dict[str, Any]:
    """The same values; raises Wrong for a text that PostgreSQL would not take."""
    for name, value in values.items():
        if not isinstance(value, str):
            continue
        if "\0" in value:
            raise Wrong(f"{name} 里有不能保存的字符")
        longest = getattr(table.c[name].type, "length", None)
        if longest is not None and len(value) > longest:
            raise Wrong(f"{name} 太长了，最多 {longest} 个字")
    return values


def _need_area(work: Work, code: str) -> None:
    if code in work.directory.areas:
        return
    if not work.tx.execute(select(tables.area.c.code).where(tables.area.c.code == code)).first():
        raise Wrong(f"没有区划代码 {code}")


def _log(work: Work, who: str, what: str, subject: str, **detail: Any) -> None:
    """For changes of staff or rotas: every process must load its directory anew."""
    changed(work.tx)
    work.note(what, who=who, subject=subject, **detail)
