"""Who and what the hub knows; whatever cannot be taken is refused with a Chinese sentence."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from alerts import register, respond
from alerts.model import Outcome
from alerts.register import NewContact, NewDevice, NewResident, NewStaff, Wrong
from alerts.store import tables
from alerts.work import Work
from tests.alerts.stand import DISTRICT, GATEWAY, KIOSK, MONDAY, NINE, TOWN, VILLAGE, Stand

OTHER_VILLAGE = "330211001002"


def staff(**changes: Any) -> NewStaff:
    values = {"login": "new", "name": "新人", "role": "village", "area": VILLAGE}
    return NewStaff(**{**values, "password": "long enough", **changes})


def pendant(name: str = "pendant-2", **changes: Any) -> NewDevice:
    return NewDevice(**{"id": name, "source": GATEWAY, "area": VILLAGE, **changes})


REFUSED: list[tuple[Callable[[Work], Any], str]] = [
    (lambda w: register.add_staff(w, staff(login="New")), "账号用 2–64 个"),
    (lambda w: register.add_staff(w, staff(login="new\n")), "账号用 2–64 个"),
    (lambda w: register.add_staff(w, staff(login="zhang")), "账号 zhang 已经有了"),
    (lambda w: register.add_staff(w, staff(role="boss")), "角色是 admin、leader"),
    (lambda w: register.add_staff(w, staff(area="999")), "没有区划代码 999"),
    (lambda w: register.add_staff(w, staff(name=" ")), "请填写姓名"),
    (lambda w: register.add_staff(w, staff(name="长" * 65)), "name 太长了，最多 64 个字"),
    (lambda w: register.add_staff(w, staff(phone="1" * 33)), "phone 太长了"),
    (lambda w: register.add_staff(w, staff(name="a\0b")), "name 里有不能保存的字符"),
    (lambda w: register.add_staff(w, staff(password="short")), "密码至少 8 位"),
    (lambda w: register.set_password(w, "nobody", "long enough"), "没有账号 nobody"),
    (lambda w: register.set_password(w, "zhang", "short"), "密码至少 8 位"),
    (lambda w: register.set_active(w, "nobody", False), "没有账号 nobody"),
    (lambda w: register.add_resident(w, NewResident(" ", VILLAGE)), "请填写姓名"),
    (lambda w: register.add_resident(w, NewResident("王", "999")), "没有区划代码"),
    (lambda w: register.add_resident(w, NewResident("王", VILLAGE, born=2027)), "出生年份"),
    (lambda w: register.add_resident(w, NewResident("王", VILLAGE, "路" * 257)), "address 太长"),
    (
        lambda w: register.set_contacts(w, 1, (NewContact("女儿", "1" * 33),)),
        "phone 太长了，最多 32 个字",
    ),
    (lambda w: register.change_resident(w, 99, "张社工", about="x"), "没有这位居民"),
    (lambda w: register.change_resident(w, 1, "张社工", area="999"), "没有区划代码"),
    (lambda w: register.change_resident(w, 1, "张社工", door_note="x" * 257), "door_note 太长"),
    (lambda w: register.add_device(w, pendant("Pendant")), "设备号用 3–64 个"),
    (lambda w: register.add_device(w, pendant("a/b")), "设备号用 3–64 个"),
    (lambda w: register.add_device(w, pendant("pendant-2\n")), "设备号用 3–64 个"),
    (lambda w: register.add_device(w, pendant("hub")), "系统自己用的名字"),
    (lambda w: register.add_device(w, pendant("siren")), "系统自己用的名字"),
    (lambda w: register.add_device(w, pendant("gateway-main")), "系统自己用的名字"),
    (lambda w: register.add_device(w, pendant("pendant-1")), "设备 pendant-1 已经登记"),
    (lambda w: register.add_device(w, pendant(address="pendant-1")), "已属于设备 pendant-1"),
    (lambda w: register.add_device(w, pendant(source="nobody")), "没有网关 nobody"),
    (lambda w: register.add_device(w, pendant(interval_s=9)), "心跳间隔"),
    (lambda w: register.add_device(w, pendant(label="长" * 65)), "label 太长了"),
    (lambda w: register.lend(w, "pendant-1", 99), "没有这位居民"),
    (lambda w: register.lend(w, "nobody", 1), "没有设备 nobody"),
    (lambda w: register.retire(w, "nobody"), "没有设备 nobody"),
    (lambda w: register.add_source(w, "G", "gateway", TOWN, "t"), "名称用 3–64 个"),
    (lambda w: register.add_source(w, "gate", "radio", TOWN, "t"), "类型是 gateway 或 kiosk"),
    (lambda w: register.add_source(w, GATEWAY, "gateway", TOWN, "t"), "已经有了"),
    (lambda w: register.add_source(w, "pendant-1", "kiosk", TOWN, "t"), "已经登记"),
    (lambda w: register.set_token(w, "nobody", "t"), "没有 nobody"),
    (lambda w: register.set_rotation(w, TOWN, [99], starts_on=MONDAY), "没有工作人员"),
    (lambda w: register.set_rotation(w, "999", [1], starts_on=MONDAY), "没有区划代码"),
    (
        lambda w: register.set_rotation(w, TOWN, [1], starts_on=MONDAY, shift_days=0),
        "轮值表不对",
    ),
    (lambda w: register.add_leave(w, 1, NINE, NINE, "病假", "张社工"), "结束时间要晚于"),
    (lambda w: register.end_leave(w, 99, "张社工"), "没有这个请假"),
    (lambda w: register.take_over(w, TOWN, 2, 0, "张社工"), "接班时间"),
    (lambda w: register.take_over(w, "999", 2, 8, "张社工"), "没有区划代码"),
    (lambda w: register.set_bound(w, 1, "mood", 1, 2, "张社工"), "没有这个指标"),
    (lambda w: register.set_bound(w, 1, "pulse_bpm", 90, 80, "张社工"), "填反了"),
]


@pytest.mark.parametrize(("command", "says"), REFUSED, ids=[says for _, says in REFUSED])
def test_what_cannot_be_taken_is_refused_with_a_sentence(
    hub: Stand, command: Callable[[Work], Any], says: str
) -> None:
    before = hub.rows(select(tables.audit.c.seq))
    with pytest.raises(Wrong, match=says):
        hub.change(command)
    assert hub.rows(select(tables.audit.c.seq)) == before


def logged(hub: Stand) -> list[tuple[str, str, str]]:
    t = tables.audit
    rows = hub.rows(select(t.c.who, t.c.what, t.c.subject).order_by(t.c.seq))
    return [tuple(row) for row in rows]


# ── lending ──────────────────────────────────────────────────────────────────────────────────
def lendings(hub: Stand, device: str) -> list[tuple[int, bool]]:
    t = tables.lending
    rows = hub.rows(select(t).where(t.c.device == device).order_by(t.c.id))
    return [(row.resident_id, row.until_at is None) for row in rows]


def test_a_device_lent_to_another_person_goes_to_their_place(hub: Stand) -> None:
    neighbour = NewResident("孙爷爷", OTHER_VILLAGE, consent_at=NINE)
    number = hub.change(lambda work: register.add_resident(work, neighbour))
    hub.change(lambda work: register.lend(work, "pendant-1", number, "张社工"))
    assert lendings(hub, "pendant-1") == [(1, False), (number, True)]
    t = tables.device
    row = hub.rows(select(t.c.resident_id, t.c.area).where(t.c.id == "pendant-1"))[0]
    assert tuple(row) == (number, OTHER_VILLAGE)
    assert logged(hub)[-2:] == [
        ("张社工", "device_returned", "pendant-1"), ("张社工", "device_lent", "pendant-1"),
    ]  # fmt: skip


def test_nobody_wears_a_device_without_having_agreed(hub: Stand) -> None:
    number = hub.change(lambda work: register.add_resident(work, NewResident("孙", VILLAGE)))
    with pytest.raises(Wrong, match="请先登记本人同意"):
        hub.change(lambda work: register.lend(work, "pendant-1", number))
    assert lendings(hub, "pendant-1") == [(1, True)]


async def test_a_device_does_not_change_hands_while_its_wearer_waits_for_help(hub: Stand) -> None:
    await hub.open("sos")
    for command in (
        lambda work: register.lend(work, "pendant-1", 2),
        lambda work: register.give_back(work, "pendant-1"),
        lambda work: register.retire(work, "pendant-1"),
    ):
        with pytest.raises(Wrong, match="1 号报警还没有处置"):
            hub.change(command)
    await hub.accept("wang")
    await hub.does("wang", respond.settle, 1, Outcome.FALSE_PRESS)
    hub.change(lambda work: register.lend(work, "pendant-1", 2))
    alert = await hub.open("sos")
    assert (alert.number, alert.resident_id) == (2, 2)


@pytest.mark.parametrize("kind", ["low_battery", "fault", "test"])
async def test_a_broken_device_may_always_be_taken_back(hub: Stand, kind: str) -> None:
    await hub.open(kind)
    hub.change(lambda work: register.retire(work, "pendant-1"))
    assert lendings(hub, "pendant-1") == [(1, False)]


def test_a_moved_resident_takes_their_devices_along(hub: Stand) -> None:
    hub.change(lambda w: register.change_resident(w, 1, "张社工", area=OTHER_VILLAGE))
    t = tables.device
    assert hub.rows(select(t.c.area).where(t.c.id == "pendant-1"))[0].area == OTHER_VILLAGE


def test_a_changed_address_counts_as_confirmed_now(hub: Stand) -> None:
    hub.clock.forward(86400)
    hub.change(lambda work: register.change_resident(work, 1, "张社工", address="二号"))
    t = tables.resident
    row = hub.rows(select(t).where(t.c.id == 1))[0]
    assert (row.address, row.address_confirmed_at) == ("二号", hub.clock())
    assert row.door_confirmed_at is None


# ── sources ──────────────────────────────────────────────────────────────────────────────────
def test_a_kiosk_is_a_device_too(hub: Stand) -> None:
    hub.change(lambda work: register.add_source(work, "kiosk-town", "kiosk", TOWN, "secret"))
    t = tables.device
    row = hub.rows(select(t).where(t.c.id == "kiosk-town"))[0]
    assert (row.source, row.protocol, row.area) == ("kiosk-town", "kiosk", TOWN)


def test_a_token_is_kept_as_a_hash(hub: Stand) -> None:
    hub.change(lambda work: register.set_token(work, KIOSK, "secret"))
    t = tables.source
    assert "secret" not in hub.rows(select(t.c.token).where(t.c.name == KIOSK))[0].token


# ── rota ─────────────────────────────────────────────────────────────────────────────────────
async def on_duty(hub: Stand) -> str:
    """Who hears of a press at the village now."""
    await hub.open("fault", "cuff-1")
    await hub.say("cleared", "cuff-1", data={"kind": "fault"})
    return str(hub.told(hub.alert().number)[0])


async def test_leave_and_its_early_end_are_seen_at_the_next_press(hub: Stand) -> None:
    day = timedelta(days=1)
    hub.change(lambda w: register.add_leave(w, 1, NINE, NINE + day, "病假", "张社工"))
    assert await on_duty(hub) == "张社工"
    hub.clock.forward(3600)
    hub.change(lambda work: register.end_leave(work, 1, "张社工"))
    assert await on_duty(hub) == "王网格员"


async def test_a_leave_that_has_not_begun_is_taken_back_whole(hub: Stand) -> None:
    day = timedelta(days=1)
    hub.change(lambda w: register.add_leave(w, 1, NINE + day, NINE + 2 * day, "", "张社工"))
    hub.change(lambda work: register.end_leave(work, 1, "张社工"))
    assert hub.rows(select(tables.leave)) == []


async def test_one_tap_takes_a_place_over_until_the_next_one(hub: Stand) -> None:
    until = hub.change(lambda work: register.take_over(work, VILLAGE, 3, 8, "李社工"))
    assert until == NINE + timedelta(hours=8)
    assert await on_duty(hub) == "李社工"
    hub.clock.forward(60)
    hub.change(lambda work: register.take_over(work, VILLAGE, 2, 1, "张社工"))
    assert await on_duty(hub) == "张社工"
    hub.clock.forward(3600)
    assert await on_duty(hub) == "王网格员"


async def test_a_new_rotation_replaces_the_old_one(hub: Stand) -> None:
    hub.change(lambda w: register.set_rotation(w, VILLAGE, [3, 1], starts_on=MONDAY))
    assert await on_duty(hub) == "李社工"


def test_every_change_names_who_made_it(hub: Stand) -> None:
    hub.change(lambda work: register.add_staff(work, staff(), "管理员"))
    hub.change(lambda work: register.set_bound(work, 1, "pulse_bpm", 40, 140, "张社工"))
    hub.change(lambda work: register.add_device(work, pendant(area=DISTRICT), "管理员"))
    assert logged(hub)[-3:] == [
        ("管理员", "staff_added", "new"),
        ("张社工", "bound_set", "resident 1"),
        ("管理员", "device_added", "pendant-2"),
    ]


def test_a_device_that_is_registered_is_no_stranger_any_more(hub: Stand) -> None:
    seen = {"source": GATEWAY, "protocol": "own_mqtt", "address": "pendant-2",
            "first_heard": NINE, "last_heard": NINE, "times": 3}  # fmt: skip
    hub.change(lambda work: work.tx.execute(tables.unknown_device.insert(), seen))
    hub.change(lambda work: register.add_device(work, pendant()))
    assert hub.rows(select(tables.unknown_device)) == []
