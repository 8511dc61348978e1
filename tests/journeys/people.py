"""A small district: six of staff, a few residents with devices, a gateway and a kiosk."""

from dataclasses import dataclass
from datetime import timedelta

from alerts import areas, register
from alerts.engine import Engine
from alerts.store.database import Database, connect
from alerts.store.upgrade import upgrade
from alerts.work import Work

DISTRICT, TOWN, VILLAGE = "330211", "330211001", "330211001001"
GATEWAY, KIOSK = "gateway-main", "kiosk-window"
PASSWORD = "only-for-stories"
GATEWAY_TOKEN, KIOSK_TOKEN = "token-of-the-gateway", "token-of-the-kiosk"
RESIDENTS = ("王阿婆", "李爷爷", "陈奶奶")
PENDANTS = 60
RESTLESS, RESTLESS_S = "button-restless", 10
"""A button that is missed after 30 s."""
STRANGER = "pendant-unknown"
"""Has a login at the broker and is registered no longer."""


@dataclass(frozen=True)
class Post:
    """One of staff: what elders hear, where, and the phone."""

    display: str
    role: str
    area: str
    phone: str


STAFF = {
    "leader": Post("周科长", "leader", DISTRICT, "13800000001"),
    "district-1": Post("吴社工", "district", DISTRICT, "13800000002"),
    "district-2": Post("郑社工", "district", DISTRICT, "13800000003"),
    "town-1": Post("张社工", "town", TOWN, "13800000004"),
    "town-2": Post("林社工", "town", TOWN, "13800000005"),
    "village-1": Post("徐网格员", "village", VILLAGE, "13800000006"),
}
"""The first of an area is on duty there."""


def pendant(number: int) -> str:
    return f"pendant-{number:04d}"


def settle(database: str) -> None:
    """Make the tables and let everybody move in."""
    engine = connect(database)
    upgrade(engine)
    rows = Database(engine)
    hub = Engine(rows, frozenset({"desk"}))
    hub.run_now(lambda work: areas.install(work.tx))
    hub.run_now(_move_in)
    rows.close()


def _move_in(work: Work) -> None:
    ids = {}
    for login, post in STAFF.items():
        new = register.NewStaff(
            login, post.display, post.role, post.area, PASSWORD, phone=post.phone
        )
        ids[login] = register.add_staff(work, new)
    yesterday = work.now.date() - timedelta(days=1)
    for area in (DISTRICT, TOWN, VILLAGE):
        members = [ids[login] for login, post in STAFF.items() if post.area == area]
        if area == DISTRICT:
            members = members[1:] + members[:1]
        register.set_rotation(work, area, members, starts_on=yesterday, shift_days=9_999)
    register.add_source(work, GATEWAY, "gateway", DISTRICT, GATEWAY_TOKEN)
    register.add_source(work, KIOSK, "kiosk", DISTRICT, KIOSK_TOKEN)
    register.add_device(work, register.NewDevice(STRANGER, GATEWAY, VILLAGE))
    restless = register.NewDevice(RESTLESS, GATEWAY, VILLAGE, interval_s=RESTLESS_S)
    register.add_device(work, restless)
    people = [_resident(work, name) for name in RESIDENTS]
    register.lend(work, RESTLESS, people[0])
    for number in range(1, PENDANTS + 1):
        name = pendant(number)
        register.add_device(
            work, register.NewDevice(name, GATEWAY, VILLAGE, label="紧急按钮", simulated=True)
        )
        register.lend(work, name, people[number % len(people)])


def forget_stranger(database: str) -> None:
    """The device is thrown away; what its owner knows of the broker stays."""
    rows = Database(connect(database))
    Engine(rows, frozenset({"desk"})).run_now(lambda work: register.retire(work, STRANGER))
    rows.close()


def _resident(work: Work, name: str) -> int:
    return register.add_resident(
        work,
        register.NewResident(
            name,
            VILLAGE,
            address="3 号 201",
            lives_alone=True,
            door_note="钥匙在邻居家",
            consent_at=work.now,
            simulated=True,
            contacts=(register.NewContact("王小明", "13900000001", "儿子"),),
        ),
    )
