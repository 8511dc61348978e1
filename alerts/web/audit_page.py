"""The log: who did what and who looked at whom. Only read here; nothing can change it."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from sqlalchemy import Connection, Select, or_, select

from alerts.api.problems import Refusal
from alerts.api.security import Staff
from alerts.directory import Directory, Person
from alerts.respond import HISTORY_TEXT
from alerts.store.tables import alert, audit
from alerts.views import history_text
from alerts.web import places
from alerts.web.page import show
from alerts.web.paging import cut
from alerts.web.rights import Rights

routes = APIRouter()

WHAT_TEXT = {
    **HISTORY_TEXT,
    "looked": "看了资料",
    "logged_in": "登录",
    "logged_out": "退出",
    "exported": "导出表格",
    "staff_added": "加人",
    "staff_active": "恢复人员",
    "staff_left": "停用人员",
    "password_set": "重设密码",
    "resident_added": "登记居民",
    "resident_changed": "改居民资料",
    "contacts_set": "改联系人",
    "bound_set": "改提醒界限",
    "device_added": "登记设备",
    "device_lent": "借出设备",
    "device_returned": "收回设备",
    "device_retired": "停用设备",
    "credentials_printed": "看连接密码",
    "credentials_renewed": "换连接密码",
    "source_added": "登记网关或终端",
    "token_set": "换令牌",
    "rotation_set": "改值班表",
    "leave_added": "登记请假",
    "leave_ended": "销假",
    "took_over": "接班",
}


@dataclass(frozen=True)
class Wanted:
    """What somebody looks for."""

    q: str = ""
    what: str = ""


def _wanted(q: str = "", what: str = "") -> Wanted:
    return Wanted(q.strip()[:64], what)


@routes.get("/audit")
async def get_audit(
    request: Request, visit: Staff, wanted: Annotated[Wanted, Depends(_wanted)], page: int = 1
) -> Response:
    """Page by page, newest first."""
    if not Rights(visit.person).leads:
        raise Refusal(403, "日志只有管理员和负责人能看")

    def ask(tx: Connection, directory: Directory, _now: datetime) -> dict[str, Any]:
        query = lines(directory, visit.person, wanted)
        paged = cut(tx, query, page, "/audit", asdict(wanted))
        return {
            "paged": paged,
            "lines": [{"row": row, "text": line_text(row.what, row.detail)} for row in paged.rows],
            "wanted": wanted,
            "whats": sorted(WHAT_TEXT.items(), key=lambda pair: pair[1]),
        }

    return await show(request, visit, "audit.html", ask)


def lines(directory: Directory, person: Person, wanted: Wanted) -> Select[Any]:
    """The whole log for a district; below it, the lines of the area's own alerts."""
    query = select(audit).order_by(audit.c.seq.desc())
    if not places.is_district(directory, person.area):
        mine = select(alert.c.number).where(places.inside(alert.c.area, person.area))
        query = query.where(audit.c.alert.in_(mine))
    if wanted.what:
        query = query.where(audit.c.what == wanted.what)
    if wanted.q:
        found = [c.contains(wanted.q, autoescape=True) for c in (audit.c.who, audit.c.subject)]
        number = wanted.q.lstrip("#")
        if number.isdecimal() and len(number) < 10:
            found.append(audit.c.alert == int(number))
        query = query.where(or_(*found))
    return query


def line_text(what: str, detail: dict[str, Any]) -> str:
    """A line in words; what has no words of its own shows its details."""
    if what in HISTORY_TEXT:
        return history_text(what, detail)
    extra = "，".join(f"{name} {value}" for name, value in detail.items() if value)
    text = WHAT_TEXT.get(what, what)
    return f"{text}（{extra}）" if extra else text
