"""The staff: who may log in, as what, and a new password for whoever forgot theirs."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import Connection, func, select

from alerts import register
from alerts.api.hub import hub_of
from alerts.api.problems import Refusal
from alerts.api.security import Staff, Visit
from alerts.directory import Directory, Person
from alerts.register import NewStaff, Wrong
from alerts.store import tables
from alerts.web import places
from alerts.web.fields import Typed
from alerts.web.page import done, show
from alerts.web.rights import ROLE_TEXT, Rights
from alerts.work import Work

routes = APIRouter()
NOT_YOURS = "人员由管理员和负责人管理"


@routes.get("/staff")
async def get_staff(request: Request, visit: Staff, q: str = "") -> Response:
    """Everybody of the person's area."""
    rights = _need_lead(visit)

    def ask(tx: Connection, directory: Directory, _now: datetime) -> dict[str, Any]:
        t = tables.session
        newest = select(t.c.staff_id, func.max(t.c.created_at).label("at")).group_by(t.c.staff_id)
        last = {row.staff_id: row.at for row in tx.execute(newest)}
        seen = [
            p
            for p in directory.staff.values()
            if visit.person.sees(p.area)
            and q.strip() in f"{p.display} {p.name} {p.login} {directory.path(p.area)}"
        ]
        return {
            "q": q.strip()[:64],
            "lines": [
                {
                    "p": p,
                    "area": directory.path(p.area),
                    "role": ROLE_TEXT.get(p.role, p.role),
                    "last": last.get(p.id),
                    "keeps": rights.keeps_staff(p.role, p.area) and p.id != visit.person.id,
                }
                for p in sorted(seen, key=lambda p: (not p.active, p.area, p.login))
            ],
            "areas": places.options(directory, visit.person),
            "roles": [(role, ROLE_TEXT[role]) for role in rights.roles_to_give()],
        }

    return await show(request, visit, "staff.html", ask)


@routes.post("/staff")
async def post_staff(request: Request, visit: Staff, typed: Typed) -> Response:
    """Add somebody."""
    rights = _need_lead(visit)
    new = NewStaff(
        login=typed.text("login", "账号", needed=True),
        name=typed.text("name", "姓名", needed=True),
        role=typed.text("role", "角色", 16, needed=True),
        area=typed.text("area", "地区", 12, needed=True),
        password=typed.secret("password"),
        display=typed.text("display", "称呼"),
        phone=typed.text("phone", "电话", 32) or None,
    )
    if not rights.keeps_staff(new.role, new.area):
        raise Refusal(403, "不能给这个地区或角色加人")
    await hub_of(request).engine.run(lambda w: register.add_staff(w, new, visit.person.display))
    return done(request, "/staff", f"已加上 {new.display or new.name}")


@routes.post("/staff/{staff_id}/active")
async def post_active(request: Request, visit: Staff, typed: Typed, staff_id: int) -> Response:
    """Somebody leaves, or comes back; nobody locks themselves out."""
    back = typed.has("back")

    def change(work: Work) -> str:
        other = _kept(work.directory, visit, staff_id)
        register.set_active(work, other.login, back, visit.person.display)
        return other.display

    name = await hub_of(request).engine.run(change)
    return done(request, "/staff", f"{name}可以登录了" if back else f"{name}已停用，登录都已结束")


@routes.post("/staff/{staff_id}/password")
async def post_password(request: Request, visit: Staff, typed: Typed, staff_id: int) -> Response:
    """A new password; all their logins end."""
    password = typed.secret("password")

    def change(work: Work) -> str:
        other = _kept(work.directory, visit, staff_id)
        register.set_password(work, other.login, password, visit.person.display)
        return other.display

    name = await hub_of(request).engine.run(change)
    return done(request, "/staff", f"{name}的密码已重设，请当面告诉本人")


def _need_lead(visit: Visit) -> Rights:
    rights = Rights(visit.person)
    if not rights.leads:
        raise Refusal(403, NOT_YOURS)
    return rights


def _kept(directory: Directory, visit: Visit, staff_id: int) -> Person:
    """The other person, where this one keeps them; raises 403."""
    rights = _need_lead(visit)
    other = directory.staff.get(staff_id)
    if other is None:
        raise Wrong("没有这个工作人员")
    if other.id == visit.person.id:
        raise Wrong("自己的账号请别人来改，免得锁在外面")
    if not rights.keeps_staff(other.role, other.area):
        raise Refusal(403, f"{other.display}不归您管")
    return other
