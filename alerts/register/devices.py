"""Devices: registered, lent, returned, retired; the sources that speak for them."""

from dataclasses import dataclass

from sqlalchemy import delete, insert, select, update

from alerts import passwords
from alerts.contract import IS_DEVICE, Kind
from alerts.model import OPEN_STATES, SELF_CLOSING
from alerts.register.entries import Wrong, fit, need_area
from alerts.store import tables
from alerts.work import SYSTEM, Work

BROKER_USERS = ("hub", "siren")
"""Names at the broker that no device may take; `gateway-` begins those of the gateways."""
OWN_PROTOCOL = "own_mqtt"


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


def add_device(work: Work, new: NewDevice, who: str = SYSTEM) -> None:
    """Register a device; its broker password follows from its id. Raises Wrong."""
    if not IS_DEVICE.fullmatch(new.id):
        raise Wrong("设备号用 3–64 个小写字母、数字、横线")
    if new.id in BROKER_USERS or new.id.startswith("gateway-"):
        raise Wrong(f"{new.id} 是系统自己用的名字，请换一个")
    need_area(work, new.area)
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
    work.tx.execute(insert(d).values(**fit(d, values)))
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
    need_area(work, area)
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
