"""Who is on duty: rotations, leave, take-over."""

from datetime import date, datetime, time, timedelta

from sqlalchemy import delete, insert, select, update

from alerts import rota
from alerts.register.entries import Wrong, log_change, need_area
from alerts.store import tables
from alerts.work import SYSTEM, Work


def set_rotation(
    work: Work,
    area: str,
    members: list[int],
    *,
    starts_on: date,
    handoff_weekday: int = 0,
    handoff_at: time = time(8),
    shift_days: int = 7,
    who: str = SYSTEM,
) -> None:
    """Replace an area's rotation. Raises Wrong."""
    need_area(work, area)
    try:
        rota.Rotation(area, tuple(members), starts_on, handoff_weekday, handoff_at, shift_days)
    except rota.BadRotation as why:
        raise Wrong(f"轮值表不对：{why}") from None
    known = work.directory.staff
    t = tables.staff
    ids = set(work.tx.execute(select(t.c.id).where(t.c.id.in_(members))).scalars())
    if missing := [m for m in members if m not in ids and m not in known]:
        raise Wrong(f"没有工作人员 {missing}")
    r = tables.rotation
    work.tx.execute(delete(r).where(r.c.area == area))
    work.tx.execute(
        insert(r).values(
            area=area,
            members=members,
            starts_on=starts_on,
            handoff_weekday=handoff_weekday,
            handoff_at=handoff_at,
            shift_days=shift_days,
        )
    )
    log_change(work, who, "rotation_set", area)


def add_leave(
    work: Work, staff_id: int, from_at: datetime, until_at: datetime, reason: str, who: str
) -> None:
    """Somebody is away; the rotation skips them. Raises Wrong."""
    if until_at <= from_at:
        raise Wrong("结束时间要晚于开始时间")
    work.tx.execute(
        insert(tables.leave).values(
            staff_id=staff_id, from_at=from_at, until_at=until_at, reason=reason[:128]
        )
    )
    log_change(work, who, "leave_added", f"staff {staff_id}")


def end_leave(work: Work, leave_id: int, who: str) -> None:
    """Back earlier than planned, or never away."""
    t = tables.leave
    found = work.tx.execute(select(t).where(t.c.id == leave_id)).one_or_none()
    if found is None:
        raise Wrong("没有这个请假")
    if found.from_at >= work.now:
        work.tx.execute(delete(t).where(t.c.id == leave_id))
    else:
        work.tx.execute(update(t).where(t.c.id == leave_id).values(until_at=work.now))
    log_change(work, who, "leave_ended", f"staff {found.staff_id}")


def take_over(work: Work, area: str, staff_id: int, hours: float, who: str) -> datetime:
    """One tap: this person is on duty for the area from now on; returns until when."""
    need_area(work, area)
    if not 0 < hours <= 24 * 14:
        raise Wrong("接班时间为 1 小时到 14 天")
    t = tables.take_over
    work.tx.execute(
        update(t).where(t.c.area == area, t.c.until_at > work.now).values(until_at=work.now)
    )
    until = work.now + timedelta(hours=hours)
    work.tx.execute(
        insert(t).values(area=area, staff_id=staff_id, from_at=work.now, until_at=until)
    )
    log_change(work, who, "took_over", area, staff=staff_id)
    return until
