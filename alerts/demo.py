"""Fills an empty database with a demonstration: random credentials, people who do not exist."""

import json
import os
import secrets
from datetime import date, timedelta
from itertools import cycle
from pathlib import Path
from typing import Any

from sqlalchemy import select

from alerts import broker, passwords
from alerts.directory import DISTRICT, TOWN
from alerts.engine import Engine
from alerts.register import (
    NewContact,
    NewDevice,
    NewResident,
    NewStaff,
    add_device,
    add_resident,
    add_source,
    add_staff,
    lend,
    set_rotation,
)
from alerts.settings import Settings
from alerts.store.tables import area, staff
from alerts.work import Work

GATEWAY, KIOSK = "gateway-main", "kiosk-window"
FREE_DEVICES = 240
"""Registered pendants that no simulator uses, for somebody's own client."""

SIMULATED = (
    ("pendant", 4, "紧急按钮", "客厅"),
    ("fall_detector", 3, "跌倒雷达", "卧室"),
    ("band", 4, "手环", ""),
    ("cuff", 3, "血压计", "客厅"),
)
_PREFIX = {"fall_detector": "fall"}

_SURNAMES = "王李张陈林徐周吴胡沈郑叶孙朱俞许方傅史邵"
_CALLED = ("阿婆", "爷爷", "奶奶", "阿公", "师傅", "阿姨")
_DOORS = ("钥匙在隔壁邻居家", "门铃坏了，请敲门", "院门向里推", "二楼，扶梯左手边", "")
_ABOUT = ("耳背，请大声", "左膝做过手术", "独自居住，白天常在院子里", "视力不好", "")


class NotEmpty(Exception):
    """The database already holds something that is no demonstration."""


def write(engine: Engine, settings: Settings, key: bytes, out: Path) -> None:
    """Seed once and write demo.json, simulators.json and the programs' tokens.

    A second call keeps the data and the credentials. Raises NotEmpty.
    """
    target = out / "demo.json"
    with engine.database.reading() as tx:
        used = tx.execute(select(staff.c.id).limit(1)).first() is not None
    if used:
        if not target.exists():
            raise NotEmpty(
                f"the database {settings.database} is in use and {target} is missing; "
                "a demonstration needs an empty database (make clean starts anew)"
            )
        return
    out.mkdir(parents=True, exist_ok=True)
    document, simulated = engine.run_now(lambda work: _seed(work, settings, key))
    _keep(out / "gateway.token", document["tokens"]["gateway"])
    _keep(out / "kiosk.token", document["tokens"]["kiosk"])
    _keep(out / "gateway.password", broker.password(key, GATEWAY))
    _keep(out / "simulators.json", json.dumps(simulated, ensure_ascii=False, indent=1))
    _keep(target, json.dumps(document, ensure_ascii=False, indent=1))


def _seed(work: Work, settings: Settings, key: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
    places = [dict(r._mapping) for r in work.tx.execute(select(area).order_by(area.c.code))]
    people = [_one_of_staff(work, new) for new in _staff(places)]
    _rotations(work, places, people)
    tokens = {"gateway": passwords.new_token(), "kiosk": passwords.new_token()}
    district = next(p["code"] for p in places if p["level"] == DISTRICT)
    add_source(work, GATEWAY, "gateway", district, tokens["gateway"])
    add_source(work, KIOSK, "kiosk", district, tokens["kiosk"])
    villages = cycle([p["code"] for p in places if p["level"] not in (DISTRICT, TOWN)])
    names = cycle(f"{s}{c}" for c in _CALLED for s in _SURNAMES)
    free = []
    for number in range(1, FREE_DEVICES + 1):
        name = f"demo-{number:04d}"
        free.append(
            _device(work, key, name, next(names), next(villages), "紧急按钮", "客厅", False)
        )
    simulated = []
    for kind, count, label, room in SIMULATED:
        for number in range(1, count + 1):
            name = f"{_PREFIX.get(kind, kind)}-{number:04d}"
            made = _device(work, key, name, next(names), next(villages), label, room, True)
            simulated.append({**made, "type": kind})
    host = {"host": settings.broker.host, "port": settings.broker.port}
    siren = {
        "topic": settings.channels.siren.topic,
        "user": "siren",
        "password": broker.password(key, "siren"),
    }
    document = {
        "desk": f"http://{settings.host}:{settings.port}",
        "staff": [{k: v for k, v in p.items() if k != "id"} for p in people],
        "tokens": tokens,
        "mqtt": {**host, "devices": free, "siren": siren},
    }
    return document, {"mqtt": host, "devices": simulated}


def _staff(places: list[dict[str, Any]]) -> list[NewStaff]:
    """As the scheme has it: three at the district, two a town, one a village."""
    surnames = cycle(_SURNAMES)
    made = []
    for place in places:
        code, level = place["code"], place["level"]
        if level == DISTRICT:
            posts = [("admin", "admin", "管理员"), ("leader", "leader", "科长")]
            posts += [(f"district-{n}", "district", "社工") for n in (1, 2)]
        elif level == TOWN:
            posts = [(f"town-{code[6:]}-{n}", "town", "社工") for n in (1, 2)]
        else:
            posts = [(f"village-{code[6:]}", "village", "网格员")]
        for login, role, title in posts:
            called = f"{next(surnames)}{title}"
            made.append(
                NewStaff(login, called, role, code, secrets.token_urlsafe(9), display=called)
            )
    return made


def _one_of_staff(work: Work, new: NewStaff) -> dict[str, Any]:
    return {
        "id": add_staff(work, new),
        "login": new.login,
        "password": new.password,
        "role": new.role,
        "area": new.area,
        "name": new.display,
    }


def _rotations(work: Work, places: list[dict[str, Any]], people: list[dict[str, Any]]) -> None:
    monday = date.today() - timedelta(days=date.today().weekday())  # noqa: DTZ011  (a calendar day)
    for place in places:
        members = [p["id"] for p in people if p["area"] == place["code"] and p["role"] != "admin"]
        if place["level"] == DISTRICT:
            members = members[1:] + members[:1]  # the leader last
        set_rotation(work, place["code"], members, starts_on=monday)


def _device(
    work: Work,
    key: bytes,
    name: str,
    who: str,
    village: str,
    label: str,
    room: str,
    simulated: bool,
) -> dict[str, str]:
    number = int(name[-4:])
    resident_id = add_resident(
        work,
        NewResident(
            name=who,
            area=village,
            address=f"{number} 号",
            born=1936 + number % 18,
            lives_alone=number % 3 != 0,
            door_note=_DOORS[number % len(_DOORS)],
            about=_ABOUT[number % len(_ABOUT)],
            consent_at=work.now,
            consent_note="演示数据",
            simulated=True,
            contacts=(NewContact("家属", f"1390000{number:04d}", "子女"),),
        ),
    )
    add_device(
        work,
        NewDevice(
            id=name, source=GATEWAY, area=village, label=label, room=room, simulated=simulated
        ),
    )
    lend(work, name, resident_id)
    return {"device": name, "user": name, "password": broker.password(key, name), "resident": who}


def _keep(path: Path, text: str) -> None:
    """Secrets are readable by their owner alone, and a file is whole or not there."""
    fresh = path.with_name(f".{path.name}.new")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    os.replace(fresh, path)
