"""Members of staff: added, given a password, gone."""

import re
from dataclasses import dataclass

from sqlalchemy import delete, insert, select, update

from alerts import passwords
from alerts.register.entries import Wrong, fit, log_change, need_area
from alerts.store import tables
from alerts.work import SYSTEM, Work

ROLES = ("admin", "leader", "district", "town", "village")
"""What a member of staff may do: admin changes everything, leader and district their district."""

IS_LOGIN = re.compile(r"^[a-z0-9._-]{2,64}$")


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


def add_staff(work: Work, new: NewStaff, who: str = SYSTEM) -> int:
    """Returns the id; raises Wrong."""
    if not IS_LOGIN.fullmatch(new.login):
        raise Wrong("账号用 2–64 个小写字母、数字、点、横线")
    if new.role not in ROLES:
        raise Wrong(f"角色是 {'、'.join(ROLES)} 之一")
    if not new.name.strip():
        raise Wrong("请填写姓名")
    need_area(work, new.area)
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
    made = work.tx.execute(insert(t).values(**fit(t, values)).returning(t.c.id)).scalar_one()
    log_change(work, who, "staff_added", new.login)
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
    log_change(work, who, "staff_active" if active else "staff_left", login)
