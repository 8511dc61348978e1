"""Duty, staff and log: changed and read by who may, and nobody locks themselves out."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from alerts import register
from alerts.store import tables
from alerts.web import plan
from tests.alerts.api.conftest import Site
from tests.alerts.stand import DISTRICT, NINE, OTHER_TOWN, TOWN, VILLAGE
from tests.alerts.web.conftest import Enter
from tests.alerts.web.pages import Desk, text_of

NEW = {"login": "qian", "name": "钱小明", "display": "钱社工", "role": "town", "area": TOWN,
       "phone": "", "password": "another long one"}  # fmt: skip


# ── duty ─────────────────────────────────────────────────────────────────────────────────────
async def test_duty_says_who_until_when_and_who_is_next(enter: Enter) -> None:
    seen = text_of(await (await enter("zhang")).read("/duty"))
    assert "招宝山街道，现在 张社工 到 11月30日 08:00 下一位 李社工" in seen
    assert "都有人" in seen


async def test_one_tap_takes_over(site: Site, enter: Enter) -> None:
    desk = await enter("li")
    where = await desk.done("/duty/take_over", area=TOWN, hours="12")
    assert "现在 李社工 到 21:00 下一位 张社工" in text_of(await desk.read(where))


@pytest.mark.parametrize(
    ("path", "fields", "login"),
    [
        ("/duty/take_over", {"area": OTHER_TOWN, "hours": "12"}, "zhang"),
        ("/duty/take_over", {"area": DISTRICT, "hours": "12"}, "zhang"),
        ("/duty/rotation", {"area": TOWN}, "zhang"),
        ("/duty/rotation", {"area": VILLAGE}, "wang"),
    ],
)
async def test_duty_elsewhere_or_above_is_not_one_s_own(
    enter: Enter, path: str, fields: dict[str, str], login: str
) -> None:
    assert await (await enter(login)).refused(path, **fields) == (403, "这里的值班表不归您排")


async def test_another_town_s_duty_is_not_shown(enter: Enter) -> None:
    answer = await (await enter("zhang")).get("/duty", area=OTHER_TOWN)
    assert (answer.status_code, "不在您的辖区" in answer.text) == (403, True)


async def test_a_rotation_is_set_in_its_order(site: Site, enter: Enter) -> None:
    zhang, li = site.stand.person("zhang"), site.stand.person("li")
    desk = await enter("zhao")
    plan_of = {"area": TOWN, "starts_on": "2026-11-24", "weekday": "1", "handoff_at": "18:30",
               "shift_days": "1"}  # fmt: skip
    where = await desk.done("/duty/rotation", **plan_of, member=[li.id, "", zhang.id, ""])
    assert "现在 李社工 到 明天 18:30 下一位 张社工" in text_of(await desk.read(where))
    for members, says in (
        ([li.id, li.id], "同一个人排了两次，请检查"),
        ([site.stand.person("sun").id], "有人不属于这个地方，请检查"),
    ):
        assert await desk.refused("/duty/rotation", **plan_of, member=members) == (422, says)
    assert await desk.refused("/duty/rotation", **{**plan_of, "handoff_at": "soon"}) == (
        422,
        "交班时间不是时间",
    )


async def test_who_is_away_is_skipped_and_the_gap_is_shown(site: Site, enter: Enter) -> None:
    desk = await enter("wang")
    wang = site.stand.person("wang").id
    fields = {"area": VILLAGE, "from": "2026-11-24T09:00", "until": "2026-11-25T12:00"}
    where = await desk.done("/duty/leave", **fields, staff_id=wang, reason="看病")
    seen = text_of(await desk.read(where))
    assert "张社工 本地无人，由招宝山街道代 到 明天 12:00 下一位 王网格员" in seen
    assert "王网格员 请假或不在岗，已跳过" in seen
    assert "两周内没有本地人的时段 1" in seen
    (leave,) = site.stand.rows(select(tables.leave))
    await desk.done(f"/duty/leave/{leave.id}/end", area=VILLAGE)
    assert "都有人" in text_of(await desk.read(where))


async def test_a_district_sees_the_gaps_of_its_towns(site: Site, enter: Enter) -> None:
    now, sun = site.stand.clock(), site.stand.person("sun").id
    away = (sun, now, now + timedelta(hours=3), "")
    site.stand.change(lambda w: register.add_leave(w, *away, "赵科长"))
    seen = text_of(await (await enter("chen")).read("/duty"))
    assert "两周内没有本地人的时段 1 蛟川街道 09:00 到 12:00，由上级代" in seen


async def test_leave_for_somebody_else_is_the_leader_s_to_give(site: Site, enter: Enter) -> None:
    fields = {"area": TOWN, "from": "2026-11-24T09:00", "until": "2026-11-25T12:00",
              "staff_id": site.stand.person("li").id}  # fmt: skip
    assert await (await enter("zhang")).refused("/duty/leave", **fields) == (
        403,
        "只能给自己请假，别人请找负责人",
    )
    await (await enter("zhao")).done("/duty/leave", **fields)


def test_a_calendar_begins_on_monday_and_splits_the_day_of_a_hand_off(site: Site) -> None:
    with site.stand.engine.database.reading() as tx:
        directory = site.stand.engine.directory.get(tx)
    days = plan.days(directory, TOWN, NINE)
    assert [d.day.isoformat() for d in days[:2]] == ["2026-11-23", "2026-11-24"]
    assert [d.today for d in days[:3]] == [False, True, False]
    assert days[0].turns == ()
    handed = days[7].turns
    assert [(t.name, t.own) for t in handed] == [("张社工", True), ("李社工", True)]
    assert handed[0].until_at == handed[1].from_at == NINE + timedelta(days=6, hours=-1)


# ── staff ────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("path", ["/staff", "/audit"])
@pytest.mark.parametrize("login", ["chen", "zhang", "wang"])
async def test_staff_and_log_are_for_those_who_lead(enter: Enter, path: str, login: str) -> None:
    desk = await enter(login)
    assert (await desk.get(path)).status_code == 403
    assert f'href="{path}"' not in await desk.read("/")


async def test_a_leader_adds_somebody_who_can_log_in(site: Site, enter: Enter) -> None:
    desk = await enter("zhao")
    await desk.done("/staff", **NEW)
    assert "已加上 钱社工" in text_of(await desk.read("/staff"))
    assert (await Desk(site).enter("qian", NEW["password"])).status_code == 303


@pytest.mark.parametrize(
    ("changes", "status", "says"),
    [
        ({"role": "admin"}, 403, "不能给这个地区或角色加人"),
        ({"role": "leader"}, 403, "不能给这个地区或角色加人"),
        ({"role": "king"}, 422, "角色是 admin、leader、district、town、village 之一"),
        ({"password": "short"}, 422, "密码至少 8 位"),
        ({"login": "zhang"}, 422, "账号 zhang 已经有了"),
        ({"login": "Q Ian"}, 422, "账号用 2–64 个小写字母、数字、点、横线"),
        ({"area": "999"}, 403, "不能给这个地区或角色加人"),
    ],
)
async def test_what_a_leader_may_not_give_is_said(
    enter: Enter, changes: dict[str, str], status: int, says: str
) -> None:
    assert await (await enter("zhao")).refused("/staff", **{**NEW, **changes}) == (status, says)


async def test_who_leaves_is_out_at_once_and_may_come_back(site: Site, enter: Enter) -> None:
    gone, leader = await enter("zhang"), await enter("zhao")
    number = site.stand.person("zhang").id
    await leader.done(f"/staff/{number}/active")
    assert (await gone.get("/")).status_code == 303
    assert (await Desk(site).enter("zhang")).status_code == 401
    await leader.done(f"/staff/{number}/active", back="1")
    assert (await Desk(site).enter("zhang")).status_code == 303


async def test_a_new_password_ends_the_old_logins(site: Site, enter: Enter) -> None:
    old, admin = await enter("zhao"), await enter("admin")
    number = site.stand.person("zhao").id
    await admin.done(f"/staff/{number}/password", password="a quite new password")
    assert (await old.get("/")).status_code == 303
    assert (await Desk(site).enter("zhao", "a quite new password")).status_code == 303


async def test_nobody_locks_themselves_or_those_above_out(site: Site, enter: Enter) -> None:
    leader = await enter("zhao")
    for login, status in (("zhao", 422), ("admin", 403)):
        number = site.stand.person(login).id
        for act, fields in (("active", {}), ("password", {"password": "a long enough one"})):
            found, _ = await leader.refused(f"/staff/{number}/{act}", **fields)
            assert found == status, (login, act)


# ── log ──────────────────────────────────────────────────────────────────────────────────────
async def test_the_log_is_searched_by_who_what_and_number(site: Site, enter: Enter) -> None:
    await site.stand.open("sos")
    zhang = await enter("zhang")
    await zhang.read("/alerts/1")
    await zhang.done("/alerts/1/note", text="钥匙在门卫")
    leader = await enter("zhao")
    for query, shows, hides in (
        ({"q": "张社工"}, "备注：钥匙在门卫", "赵科长 登录"),
        ({"q": "#1"}, "备注：钥匙在门卫", "登录"),
        ({"what": "looked"}, "张社工 看了资料 居民 1 #1", "备注：钥匙"),
        ({"q": "nobody%"}, "没有符合条件的日志", "张社工"),
    ):
        seen = text_of((await leader.read("/audit", **query)).split('class="filter"')[1])
        assert shows in seen, query
        assert hides not in seen.split("筛选")[1], query


async def test_a_leader_below_the_district_reads_their_own_alerts_only(
    site: Site, enter: Enter
) -> None:
    site.stand.change(
        lambda w: register.add_staff(
            w, register.NewStaff("lin", "林主任", "leader", OTHER_TOWN, "a long enough password")
        )
    )
    await site.stand.open("sos")
    page = await (await enter("lin")).read("/audit")
    assert "没有符合条件的日志" in page
