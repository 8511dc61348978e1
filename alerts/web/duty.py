"""Who is on duty: now, in the coming two weeks, and the few taps that change it."""

from datetime import date, datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import Connection, select

from alerts import register, rota, views
from alerts.api.hub import hub_of
from alerts.api.problems import Refusal
from alerts.api.security import Staff
from alerts.directory import Directory, Person
from alerts.register import Wrong
from alerts.store import tables
from alerts.web import places, plan
from alerts.web.fields import Typed
from alerts.web.page import done, show
from alerts.web.rights import Rights
from alerts.web.words import WEEKDAYS, local
from alerts.work import Work

routes = APIRouter()
SEATS = 8
"""Rows of the rotation's form beyond those in use."""

HOURS = (("2", "2 小时"), ("12", "12 小时"), ("24", "1 天"), ("72", "3 天"))
NOT_YOURS = "这里的值班表不归您排"


@routes.get("/duty")
async def get_duty(request: Request, visit: Staff, area: str = "") -> Response:
    """One area's duty; one's own where nothing is said."""
    person = visit.person

    def ask(tx: Connection, directory: Directory, now: datetime) -> dict[str, Any]:
        code = area if area in directory.areas else person.area
        if not (person.sees(code) or person.area.startswith(code)):
            raise Refusal(403, "这个地方不在您的辖区")
        return {
            "area": code,
            "area_name": directory.path(code),
            "areas": _areas(directory, person, code),
            "duty": views.duty_view(directory, code, now),
            "days": plan.days(directory, code, now),
            "gaps": [
                {"place": directory.path(gap.area), "from": gap.from_at, "until": gap.until_at}
                for gap in rota.gaps(directory.rota, _with_those_below(directory, code), now)
            ],
            "hours": HOURS,
            "weekdays": list(enumerate(WEEKDAYS)),
            "rotation": directory.rota.rotations.get(code),
            "starts_on": starts_on(directory, code, now),
            "people": _people(directory, code),
            "leaves": _leaves(tx, directory, code, now),
            "keeps": Rights(person).keeps_rota(code),
            "takes": Rights(person).takes_over(code),
            "seats": SEATS,
        }

    return await show(request, visit, "duty.html", ask)


@routes.post("/duty/take_over")
async def post_take_over(request: Request, visit: Staff, typed: Typed) -> Response:
    """我来接班: from now on this person answers for the area."""
    area = typed.text("area", "地区", 12, needed=True)
    hours = typed.number("hours", "多久") or 12
    if not Rights(visit.person).takes_over(area):
        raise Refusal(403, NOT_YOURS)
    person = visit.person
    await hub_of(request).engine.run(
        lambda w: register.take_over(w, area, person.id, hours, person.display)
    )
    return done(request, f"/duty?area={area}", f"已接班，{hours:g} 小时内由您负责")


@routes.post("/duty/rotation")
async def post_rotation(request: Request, visit: Staff, typed: Typed) -> Response:
    """The members in order, and when one hands over to the next."""
    area = typed.text("area", "地区", 12, needed=True)
    if not Rights(visit.person).keeps_rota(area):
        raise Refusal(403, NOT_YOURS)
    first_day = typed.date("starts_on", "开始日期")
    weekday = typed.whole("weekday", "交班日")
    handoff_at = typed.time("handoff_at", "交班时间")
    shift_days = typed.whole("shift_days", "每班天数")
    chosen = [int(i) for i in typed.texts("member", "成员") if i.isdecimal()]
    if len(set(chosen)) != len(chosen):
        raise Wrong("同一个人排了两次，请检查")

    def change(work: Work) -> None:
        known = {p.id for p in _people(work.directory, area)}
        if not set(chosen) <= known:
            raise Wrong("有人不属于这个地方，请检查")
        register.set_rotation(
            work,
            area,
            chosen,
            starts_on=first_day,
            handoff_weekday=weekday or 0,
            handoff_at=handoff_at,
            shift_days=7 if shift_days is None else shift_days,
            who=visit.person.display,
        )

    await hub_of(request).engine.run(change)
    return done(request, f"/duty?area={area}", "值班表已保存")


@routes.post("/duty/leave")
async def post_leave(request: Request, visit: Staff, typed: Typed) -> Response:
    """Somebody is away: oneself, or somebody whose rota one keeps."""
    area = typed.text("area", "地区", 12, needed=True)
    staff_id = typed.whole("staff_id", "谁请假")
    from_at, until_at = typed.moment("from", "开始"), typed.moment("until", "结束")
    reason = typed.text("reason", "原因", 128)

    def add(work: Work) -> None:
        _may_excuse(visit.person, work.directory, staff_id)
        register.add_leave(work, staff_id or 0, from_at, until_at, reason, visit.person.display)

    await hub_of(request).engine.run(add)
    return done(request, f"/duty?area={area}", "请假已登记，轮到时会跳过")


@routes.post("/duty/leave/{leave_id}/end")
async def post_end_leave(request: Request, visit: Staff, typed: Typed, leave_id: int) -> Response:
    """Back earlier, or never away."""
    area = typed.text("area", "地区", 12, needed=True)

    def end(work: Work) -> None:
        t = tables.leave
        found = work.tx.execute(select(t.c.staff_id).where(t.c.id == leave_id)).scalar()
        _may_excuse(visit.person, work.directory, found)
        register.end_leave(work, leave_id, visit.person.display)

    await hub_of(request).engine.run(end)
    return done(request, f"/duty?area={area}", "已销假")


def starts_on(directory: Directory, area: str, now: datetime) -> date:
    """The form's first day: the present rotation's own, so that turns stay as they are."""
    rotation = directory.rota.rotations.get(area)
    return rotation.starts_on if rotation else local(now).date()


def _may_excuse(person: Person, directory: Directory, staff_id: int | None) -> None:
    who = directory.staff.get(staff_id or 0)
    if who is None:
        raise Wrong("请选择谁请假")
    if who.id != person.id and not Rights(person).keeps_rota(who.area):
        raise Refusal(403, "只能给自己请假，别人请找负责人")


def _areas(directory: Directory, person: Person, code: str) -> list[tuple[str, str]]:
    """Areas to look at: one's own and below, and those above that answer for it."""
    below = places.options(directory, person)
    above = [c for c in rota.chain(directory.rota, person.area) if c != person.area]
    return [(c, directory.areas[c].name) for c in reversed(above)] + below


def _with_those_below(directory: Directory, code: str) -> list[str]:
    """An area, and those right below it that have people of their own to be missed."""
    below = sorted(c for c, node in directory.areas.items() if node.parent == code)
    return [code, *(c for c in below if c in directory.rota.rotations)]


def _people(directory: Directory, area: str) -> list[Person]:
    """Who may stand in an area's rotation: those who work there, and those above who see it."""
    found = [p for p in directory.staff.values() if p.active and p.sees(area)]
    return sorted(found, key=lambda p: (-len(p.area), p.id))


def _leaves(tx: Connection, directory: Directory, area: str, now: datetime) -> list[dict[str, Any]]:
    """Leaves of these people that are not over."""
    people = {p.id: p for p in _people(directory, area)}
    t = tables.leave
    rows = tx.execute(select(t).where(t.c.until_at > now).order_by(t.c.from_at))
    return [
        {
            "id": row.id,
            "who": people[row.staff_id],
            "from": row.from_at,
            "until": row.until_at,
            "reason": row.reason,
        }
        for row in rows
        if row.staff_id in people
    ]
