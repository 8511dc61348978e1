"""What staff see of an alert: one shape for the HTTP contract and for the pages."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, Select, func, select

from alerts import ladder as ladders
from alerts import rota, rules
from alerts.contract import (
    AlertDetail,
    AlertList,
    AlertSummary,
    ContactView,
    DutyView,
    HistoryLine,
    LastReading,
    NextStep,
    NoticeView,
    ResidentView,
)
from alerts.directory import Directory, Person
from alerts.ladder import LADDERS, TARGET_TEXT, Target
from alerts.model import KIND_TEXT, OPEN_STATES, OUTCOME_TEXT, STATE_TEXT, Alert, Outcome, State
from alerts.respond import HISTORY_TEXT
from alerts.store import alert_rows
from alerts.store.tables import alert, audit, contact, device, notice, reading, reply, resident

SHANGHAI = ZoneInfo("Asia/Shanghai")
PAGE = 100

MARK_TEXT = {
    "late": "延迟",
    "clock_wrong": "时钟不准",
    "same_id": "同号新按",
    "unregistered": "未登记设备",
}

AFTER_TEXT = {
    State.PRE_ALARM: "没有取消就报警",
    State.ACKNOWLEDGED: "没有出发就重新找人",
    State.DISPATCHED: "没有到场就重新找人",
    State.ON_SCENE: "提醒处理人",
    State.RESOLVED: "提醒回访",
}


def alert_list(
    tx: Connection,
    directory: Directory,
    person: Person,
    now: datetime,
    *,
    closed: bool = False,
    below: int | None = None,
    limit: int = PAGE,
) -> AlertList:
    """Alerts of the person's area: those not closed, waiting lives first; or the closed ones."""
    mine = alert.c.area.startswith(person.area, autoescape=True)
    query = _with_names().where(mine)
    if closed:
        query = query.where(alert.c.state == "closed").order_by(alert.c.number.desc())
        if below is not None:
            query = query.where(alert.c.number < below)
    else:
        settled = alert.c.state.in_((State.RESOLVED, State.CLOSED))
        query = query.where(alert.c.state != "closed")
        query = query.order_by(settled, alert.c.severity, alert.c.opened_at)
    rows = tx.execute(query.limit(limit + 1 if closed else 1000)).all()
    more = rows[limit - 1].number if closed and len(rows) > limit else None
    shown = [summary(row, directory, now) for row in (rows[:limit] if closed else rows)]
    if not closed:
        shown.sort(key=_urgency)
    by_state = tx.execute(
        select(alert.c.state, func.count())
        .where(mine, alert.c.state != "closed")
        .group_by(alert.c.state)
    )
    counts: dict[str, int] = {row[0]: row[1] for row in by_state}
    return AlertList(
        alerts=shown,
        waiting=counts.get("triggered", 0) + counts.get("pre_alarm", 0),
        open=sum(counts.values()),
        more=more,
    )


def alert_detail(
    tx: Connection, directory: Directory, person: Person, number: int, now: datetime
) -> AlertDetail | None:
    """One alert with everything needed to act; None where this person may not see it."""
    row = tx.execute(_with_names().where(alert.c.number == number)).one_or_none()
    if row is None or not person.sees(row.area):
        return None
    return AlertDetail(
        **summary(row, directory, now).model_dump(),
        resident_card=resident_card(tx, directory, row.resident_id, now),
        readings=last_readings(tx, row.resident_id, row.device, now),
        notices=[
            _notice(n)
            for n in tx.execute(
                select(notice).where(notice.c.alert == number).order_by(notice.c.id)
            )
        ],
        history=[
            _line(a)
            for a in tx.execute(
                select(audit)
                .where(audit.c.alert == number, audit.c.what != "looked")
                .order_by(audit.c.seq)
            )
        ],
        device_heard=_device_heard(tx, row),
        data=row.data,
    )


def summary(row: Row[Any], directory: Directory, now: datetime) -> AlertSummary:
    """A row joined with its names, as a line of the list."""
    found = alert_rows.from_row(row)
    return AlertSummary(
        number=found.number,
        kind=found.kind,
        title=found.data.get("label") or KIND_TEXT[found.kind],
        severity=int(found.severity),
        state=found.state.value,
        state_text=STATE_TEXT[found.state],
        area=found.area,
        area_name=directory.path(found.area),
        device=found.device,
        device_label=" · ".join(part for part in (row.room, row.label) if part),
        resident_id=found.resident_id,
        resident=row.resident_name,
        opened_at=found.opened_at,
        since=found.since,
        owner=found.owner,
        press_count=found.press_count,
        late_s=found.late_s,
        marks=[MARK_TEXT.get(mark, mark) for mark in found.marks],
        active=found.active,
        cancelled_at=found.cancelled_at,
        outcome=found.outcome and OUTCOME_TEXT[found.outcome],
        closed_at=found.closed_at,
        next=next_step(found, directory, now),
    )


def next_step(found: Alert, directory: Directory, now: datetime) -> NextStep | None:
    """What comes next if nobody does anything, and whom it calls."""
    if found.due_at is None or found.state is State.CLOSED:
        return None
    if found.state is not State.TRIGGERED:
        owner = [found.owner] if found.owner else []
        return NextStep(at=found.due_at, text=AFTER_TEXT[found.state], people=owner)
    if found.ladder == "test" and found.step > 0:
        return NextStep(at=found.due_at, text="自动办结", people=[])
    targets = ladders.rung(LADDERS[found.ladder], found.step).targets
    people = dict.fromkeys(
        person.display
        for target in targets
        for person in directory.people(target, found.area, max(now, found.due_at))
    )
    words = [TARGET_TEXT[t] for t in targets if t not in (Target.DEVICE, Target.SIREN)]
    return NextStep(
        at=found.due_at, text="、".join(words) or TARGET_TEXT[targets[0]], people=list(people)
    )


def resident_card(
    tx: Connection, directory: Directory, resident_id: int | None, now: datetime
) -> ResidentView | None:
    """Who, where, how to get in, whom to ring."""
    if resident_id is None:
        return None
    row = tx.execute(select(resident).where(resident.c.id == resident_id)).one()
    contacts = tx.execute(
        select(contact).where(contact.c.resident_id == resident_id).order_by(contact.c.position)
    )
    return ResidentView(
        id=row.id,
        name=row.name,
        age=row.born and now.astimezone(SHANGHAI).year - row.born,
        lives_alone=row.lives_alone,
        area_name=directory.path(row.area),
        address=row.address,
        address_confirmed_at=row.address_confirmed_at,
        door_note=row.door_note,
        door_confirmed_at=row.door_confirmed_at,
        about=row.about,
        contacts=[ContactView(name=c.name, relation=c.relation, phone=c.phone) for c in contacts],
    )


def last_readings(
    tx: Connection, resident_id: int | None, device_id: str | None, now: datetime
) -> list[LastReading]:
    """The newest value of each quantity, of all this person's devices, one day back."""
    if resident_id is None:
        devices = [device_id] if device_id else []
    else:
        devices = list(
            tx.execute(select(device.c.id).where(device.c.resident_id == resident_id)).scalars()
        )
    newest: dict[str, LastReading] = {}
    for name in devices:
        rows = tx.execute(
            select(reading.c.at, reading.c.measured)
            .where(reading.c.device == name, reading.c.at > now - timedelta(days=1))
            .order_by(reading.c.at.desc())
            .limit(20)
        )
        for row in rows:
            _keep_newest(newest, name, row.at, row.measured)
    return sorted(newest.values(), key=lambda r: r.text)


def duty_view(directory: Directory, area: str, at: datetime) -> DutyView:
    """Who is on duty for an area at a moment."""
    duty = rota.on_duty(directory.rota, area, at)
    return DutyView(
        area=area,
        area_name=directory.path(area),
        answering_area=duty.area,
        answering_area_name=directory.path(duty.area),
        staff_id=duty.staff_id,
        name=duty.name,
        until=duty.until,
        next=duty.next_name,
        reason=duty.reason.value,
        skipped=[directory.staff[i].display for i, _why in duty.skipped if i in directory.staff],
    )


def _with_names() -> Select[Any]:
    return (
        select(
            alert,
            resident.c.name.label("resident_name"),
            func.coalesce(device.c.label, "").label("label"),
            func.coalesce(device.c.room, "").label("room"),
        )
        .outerjoin(resident, resident.c.id == alert.c.resident_id)
        .outerjoin(device, device.c.id == alert.c.device)
    )


def _urgency(line: AlertSummary) -> tuple[bool, int, bool, datetime]:
    waiting = line.state in (State.TRIGGERED, State.PRE_ALARM)
    settled = line.state not in OPEN_STATES
    return (settled, line.severity, not waiting, line.opened_at)


def _keep_newest(
    newest: dict[str, LastReading], name: str, at: datetime, values: dict[str, float]
) -> None:
    for quantity in values:
        if quantity in ("diastolic_mmhg", "mean_mmhg") and "systolic_mmhg" in values:
            continue
        if quantity not in newest or newest[quantity].at < at:
            text = rules.label(values, quantity)
            newest[quantity] = LastReading(text=text, at=at, device=name)


def _device_heard(tx: Connection, row: Row[Any]) -> str | None:
    if row.device is None or row.last_event is None:
        return None
    told = tx.execute(
        select(reply.c.text)
        .where(reply.c.device == row.device, reply.c.event == row.last_event)
        .order_by(reply.c.seq.desc())
        .limit(1)
    ).scalar()
    return told or "已收到"


def _notice(row: Row[Any]) -> NoticeView:
    return NoticeView(
        id=row.id,
        to=row.to,
        channel=row.channel,
        state=row.state,
        reason=row.reason,
        attempts=row.attempts,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def _line(row: Row[Any]) -> HistoryLine:
    return HistoryLine(
        at=row.at,
        who=row.who,
        what=row.what,
        text=history_text(row.what, row.detail),
        detail=row.detail,
    )


def history_text(what: str, detail: dict[str, Any]) -> str:
    """A line of the history in words."""
    text = HISTORY_TEXT.get(what, what)
    if what == "rung":
        text += "：" + "、".join(_targets(detail.get("targets", ())))
    elif what == "resolved":
        text += "：" + OUTCOME_TEXT[Outcome(detail["outcome"])]
    elif what == "handed_over":
        text += str(detail["to"])
    elif what == "pressed_again":
        text += f"，共 {detail['count']} 次"
    elif what == "fell_back":
        text = f"{detail['owner']}之后{text}"
    words = detail.get("text")
    return f"{text}：{words}" if words else text


def _targets(names: Iterable[str]) -> list[str]:
    return [TARGET_TEXT[Target(name)] for name in names]
