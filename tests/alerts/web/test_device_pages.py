"""Devices: found, registered, lent with consent, retired; each only by who may."""

import re
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select

from alerts import broker, register
from alerts.contract import Presence, UnknownDevice
from alerts.store import tables
from tests.alerts.api.conftest import Site
from tests.alerts.stand import GATEWAY, NINE, OTHER_VILLAGE, VILLAGE, ZONE
from tests.alerts.web.conftest import Enter
from tests.alerts.web.pages import text_of


def device(site: Site, name: str) -> Any:
    t = tables.device
    (row,) = site.stand.rows(select(t).where(t.c.id == name))
    return row


def logged(site: Site, what: str) -> list[str]:
    t = tables.audit
    return [row.subject for row in site.stand.rows(select(t).where(t.c.what == what))]


async def states(site: Site) -> None:
    """pendant-1 well, fall-1 silent, band-1 low, the others not heard yet."""
    await site.stand.heard("fall-1")
    for _ in range(31):  # the gateway itself is never away
        site.stand.clock.forward(30)
        await site.stand.heard("pendant-1", "band-1")
    await site.stand.measure("band-1", battery_percent=4)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, {"pendant-1", "fall-1", "band-1", "cuff-1", ZONE, "kiosk-window"}),
        ({"state": "well"}, {"pendant-1", "band-1"}),
        ({"state": "silent"}, {"fall-1"}),
        ({"state": "low"}, {"band-1"}),
        ({"state": "never"}, {"cuff-1", ZONE, "kiosk-window"}),
        ({"state": "free"}, {ZONE, "kiosk-window"}),
        ({"state": "retired"}, set()),
        ({"q": "王阿婆"}, {"pendant-1"}),
        ({"q": "%"}, set()),
        ({"q": "fall", "area": VILLAGE}, {"fall-1"}),
    ],
)
async def test_devices_are_found_by_state_name_and_place(
    site: Site, enter: Enter, query: dict[str, str], names: set[str]
) -> None:
    await states(site)
    desk = await enter("chen")
    page = await desk.read("/devices", **query)
    every = {"pendant-1", "fall-1", "band-1", "cuff-1", ZONE, "kiosk-window"}
    assert {name for name in every if f'href="/devices/{name}"' in page} == names
    file = await desk.read("/devices.csv", **query)
    assert {name for name in every if f"\n{name}," in file} == names


async def test_devices_with_a_trouble_come_first(site: Site, enter: Enter) -> None:
    await states(site)
    page = await (await enter("chen")).read("/devices")
    order = re.findall(r'class="lead"><a href="/devices/([^"]+)"', page)
    assert order[:3] == ["fall-1", "band-1", "pendant-1"]


async def test_ten_thousand_devices_are_a_page_at_a_time(site: Site, enter: Enter) -> None:
    def fill(work: Any) -> None:
        work.tx.execute(
            insert(tables.device),
            [
                {"id": f"many-{n:05d}", "source": GATEWAY, "protocol": "own_mqtt",
                 "address": f"many-{n:05d}", "area": VILLAGE, "registered_at": NINE}
                for n in range(10_000)
            ],
        )  # fmt: skip

    site.stand.change(fill)
    desk = await enter("chen")
    begun = time.perf_counter()
    page = await desk.read("/devices", q="many", page=200)
    assert time.perf_counter() - begun < 2
    assert "共 10000 台，第 200 / 200 页" in text_of(page)
    assert page.count('href="/devices/many-') == 50


async def test_an_unknown_device_is_listed_and_its_form_is_filled_in(
    site: Site, enter: Enter
) -> None:
    heard = UnknownDevice(protocol="bthome", address="a4:c1:38:11:22:33", last_heard=NINE, count=3)
    await site.stand.engine.take_presence(GATEWAY, Presence(unknown=[heard], refused={"bad": 2}))
    desk = await enter("chen")
    page = await desk.read("/devices")
    assert "a4:c1:38:11:22:33 bthome，gateway-main 听到 3 次" in text_of(page)
    assert "拒收 bad 2" in text_of(page)
    link = page.split('href="/new/device?')[1].split('"')[0].replace("&amp;", "&")
    form = await desk.read(f"/new/device?{link}")
    assert 'name="address" value="a4:c1:38:11:22:33"' in form
    assert 'name="protocol" value="bthome"' in form
    where = await desk.done(
        "/devices", id="door-7", area=VILLAGE, source=GATEWAY, protocol="bthome",
        address="a4:c1:38:11:22:33", label="门磁", interval_s="3600",
    )  # fmt: skip
    assert "门磁" in await desk.read(where)
    assert "a4:c1:38:11:22:33 bthome" not in text_of(await desk.read("/devices"))


def hashed_by_mosquitto(folder: Path, line: str) -> str:
    """The same line as Mosquitto's own program leaves it."""
    file = folder / "again"
    file.write_text(f"{line}\n")
    subprocess.run(["mosquitto_passwd", "-U", file], check=True)
    return file.read_text()


async def test_a_new_device_may_connect_at_once(site: Site, enter: Enter) -> None:
    files = site.hub.broker_files
    files.password_file.write_text("hub:$7$hash\npendant-9:$7$old\n")
    desk = await enter("chen")
    new = {"id": "pendant-9", "area": VILLAGE, "source": GATEWAY, "interval_s": "300"}
    await desk.done("/devices", **new)
    lines = files.password_file.read_text().splitlines()
    assert lines[0] == "hub:$7$hash"
    assert [x.split(":")[0] for x in lines] == ["hub", "pendant-9"]
    secret = broker.password(site.hub.key, "pendant-9")
    own = hashed_by_mosquitto(files.password_file.parent, f"pendant-9:{secret}")
    assert lines[1].split("$")[:3] == own.split("$")[:3]
    await desk.done("/devices/pendant-9/retire")
    assert files.password_file.read_text().splitlines() == ["hub:$7$hash"]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"id": "A b"}, "设备号用 3–64 个小写字母、数字、横线"),
        ({"id": "pendant-1"}, "设备 pendant-1 已经登记"),
        ({"id": "hub"}, "hub 是系统自己用的名字，请换一个"),
        ({"source": "nobody"}, "没有网关 nobody"),
        ({"interval_s": "often"}, "心跳间隔要填数字"),
        ({"interval_s": "5"}, "心跳间隔为 10–86400 秒"),
        ({"label": "长" * 65}, "名称最多 64 个字"),
    ],
)
async def test_what_cannot_be_registered_is_said(
    enter: Enter, changes: dict[str, str], says: str
) -> None:
    new = {"id": "new-1", "area": VILLAGE, "source": GATEWAY, "interval_s": "300", **changes}
    assert await (await enter("chen")).refused("/devices", **new) == (422, says)


async def test_a_device_is_lent_to_who_agreed_and_taken_back(site: Site, enter: Enter) -> None:
    resident = site.stand.change(
        lambda w: register.add_resident(w, register.NewResident("沈阿婆", VILLAGE))
    )
    desk = await enter("chen")
    assert "先登记本人同意" in await desk.read(f"/devices/{ZONE}", find="沈")
    status, sentence = await desk.refused(f"/devices/{ZONE}/lend", resident_id=resident)
    assert (status, sentence) == (422, "请先登记本人同意")
    now = site.stand.clock()
    site.stand.change(lambda w: register.change_resident(w, resident, "x", consent_at=now))
    assert "借给沈阿婆" in await desk.read(f"/devices/{ZONE}", find="沈")
    await desk.done(f"/devices/{ZONE}/lend", resident_id=resident)
    assert device(site, ZONE).resident_id == resident
    await desk.done(f"/devices/{ZONE}/return")
    assert device(site, ZONE).resident_id is None
    assert "沈阿婆 09:00 起，09:00 收回" in text_of(await desk.read(f"/devices/{ZONE}"))


async def test_a_device_shows_what_it_said_lately(site: Site, enter: Enter) -> None:
    await site.stand.measure("pendant-1", systolic_mmhg=182, diastolic_mmhg=110, pulse_bpm=88)
    await site.stand.open("sos")
    seen = text_of(await (await enter("zhang")).read("/devices/pendant-1"))
    assert "紧急按钮 #1 09:00" in seen
    assert "脉搏 88 次/分 · 血压 182/110 09:00" in seen


async def test_somebody_else_s_device_is_not_there(site: Site, enter: Enter) -> None:
    desk = await enter("sun")
    assert (await desk.get("/devices/pendant-1")).status_code == 404
    assert "pendant-1" not in await desk.read("/devices", q="pendant")
    assert "pendant-1" not in await desk.read("/devices.csv")


@pytest.mark.parametrize("login", ["zhang", "wang"])
async def test_towns_and_villages_look_at_devices_but_change_none(
    site: Site, enter: Enter, login: str
) -> None:
    desk = await enter(login)
    page = await desk.read("/devices/pendant-1")
    for offered in ("收回", "确认停用", "连接密码"):
        assert offered not in page
    assert (await desk.get("/new/device")).status_code == 403
    new = {"id": "new-1", "area": VILLAGE, "source": GATEWAY, "interval_s": "300"}
    for path, fields in (
        ("/devices", new),
        ("/devices/pendant-1/return", {}),
        ("/devices/pendant-1/retire", {}),
        ("/devices/pendant-1/lend", {"resident_id": "1"}),
        ("/devices/pendant-1/credentials", {}),
    ):
        status, sentence = await desk.refused(path, **fields)
        assert status == 403, path
        assert "区里" in sentence or "管理员" in sentence
    assert device(site, "pendant-1").resident_id == 1


async def test_a_device_is_registered_inside_one_s_own_area_only(site: Site, enter: Enter) -> None:
    site.stand.change(
        lambda w: register.add_staff(
            w, register.NewStaff("lin", "林主任", "district", "330211001", "a long enough password")
        )
    )
    new = {"id": "new-1", "area": OTHER_VILLAGE, "source": GATEWAY, "interval_s": "300"}
    status, _ = await (await enter("lin")).refused("/devices", **new)
    assert status == 403


async def test_credentials_are_printed_for_administrators_and_every_look_is_logged(
    site: Site, enter: Enter
) -> None:
    leader = await enter("zhao")
    assert await leader.refused("/devices/pendant-1/credentials") == (
        403,
        "设备密码只有管理员能看",
    )
    admin = await enter("admin")
    answer = await admin.send("/devices/pendant-1/credentials")
    secret = broker.password(site.hub.key, "pendant-1")
    assert secret in answer.text
    assert logged(site, "credentials_printed") == ["pendant-1"]
    files = site.hub.broker_files
    files.password_file.write_text("pendant-1:$7$old\n")
    renewed = await admin.send("/devices/pendant-1/credentials", renew="1")
    assert secret not in renewed.text
    assert broker.password(site.hub.key, "pendant-1", 2) in renewed.text
    assert "$7$old" not in files.password_file.read_text()
