"""One transaction's work: what it stores, and what must be told to whom once it is committed."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from alerts.contract import Stage
from alerts.directory import Directory, Person
from alerts.ladder import Target
from alerts.model import KIND_TEXT, Alert
from alerts.store import alert_rows, audit
from alerts.store.tables import alert as alert_table
from alerts.store.tables import device, head, notice, reply, resident

NOTICE_LIFE = timedelta(minutes=10)
"""A notice that has not arrived by then says nothing useful any more; the ladder has gone on."""

FIRST_LEASE = timedelta(seconds=20)
"""The process that wrote a notice sends it; after this another one, or its successor, may."""

REPLY_LIFE: dict[Stage, timedelta] = {
    Stage.RECEIVED: timedelta(minutes=10),
    Stage.ACCEPTED: timedelta(minutes=30),
    Stage.ON_THE_WAY: timedelta(minutes=60),
    Stage.ARRIVED: timedelta(minutes=60),
    Stage.CLOSED: timedelta(hours=12),
    Stage.STILL_CALLING: timedelta(seconds=90),
}
"""How long a stage stays worth telling to a device that was away."""

SYSTEM = "系统"

_NEXT_REPLY = (
    update(head)
    .where(head.c.name == "reply")
    .values(seq=head.c.seq + bindparam("rows"))
    .returning(head.c.seq)
)
_DEVICE_SOURCE = select(device.c.source).where(device.c.id == bindparam("d"))
_RESIDENT_NAME = select(resident.c.name).where(resident.c.id == bindparam("r"))
_STILL_RINGING = (
    select(alert_table.c.number)
    .where(alert_table.c.state == "triggered", alert_table.c.severity == 1)
    .limit(1)
)
_NEW_NOTICE = insert(notice).returning(notice.c.id, sort_by_parameter_order=True)


@dataclass
class Work:
    """The connection, the moment, the directory; collects what follows from a change."""

    tx: Connection
    now: datetime
    directory: Directory
    channels: frozenset[str]
    """Names of the channels that are switched on."""
    touched: set[int] = field(default_factory=set)
    notices: list[dict[str, Any]] = field(default_factory=list)
    """New notice rows, for the delivery to send right after the commit."""
    quiet: list[Alert] = field(default_factory=list)
    """Alerts that just got an owner while no other life alert waits: the siren may stop."""
    replied: bool = False
    _audit: list[dict[str, Any]] = field(default_factory=list)
    _replies: list[dict[str, Any]] = field(default_factory=list)
    _names: dict[int, str] = field(default_factory=dict)

    def note(
        self,
        what: str,
        *,
        who: str = SYSTEM,
        alert: int | None = None,
        subject: str = "",
        **detail: Any,
    ) -> None:
        """Write a line of the audit log; with `alert`, it is a line of that alert's history."""
        self._audit.append(
            {"who": who, "what": what, "alert": alert, "subject": subject, "detail": detail}
        )

    def open(self, alert: Alert) -> Alert:
        """Store a new alert; it has its number now."""
        stored = replace(alert, number=alert_rows.open_new(self.tx, alert))
        self.touched.add(stored.number)
        return stored

    def save(self, before: Alert, after: Alert) -> Alert:
        """Store a changed alert if nobody else changed it; raises alert_rows.Changed."""
        if after.version == before.version:
            after = replace(after, version=before.version + 1)
        alert_rows.save(self.tx, after, before.version)
        self.touched.add(after.number)
        owned = before.owner is None and after.owner is not None
        if owned and self.tx.execute(_STILL_RINGING).first() is None:
            self.quiet.append(after)
        return after

    def answer(
        self,
        alert: Alert,
        stage: Stage,
        text: str,
        by: str | None = None,
        *,
        only_newest: bool = False,
    ) -> None:
        """Tell the device a later stage, for its first and its newest press."""
        if alert.device is None:
            return
        source = self.tx.execute(_DEVICE_SOURCE, {"d": alert.device}).scalar_one_or_none()
        if source is None:
            return
        first = None if only_newest else alert.first_event
        for event_id in dict.fromkeys((first, alert.last_event)):
            if event_id is not None:
                self._replies.append(
                    {
                        "source": source,
                        "device": alert.device,
                        "event": event_id,
                        "stage": stage.value,
                        "by": by,
                        "text": text,
                        "at": self.now,
                        "expires_at": self.now + REPLY_LIFE[stage],
                    }
                )

    def notify(self, alert: Alert, targets: tuple[Target, ...]) -> None:
        """Write a notice for everybody these targets name now, each person once."""
        people: dict[int, Person] = {}
        for target in targets:
            for person in self.directory.people(target, alert.area, self.now):
                people.setdefault(person.id, person)
        if Target.SIREN in targets and "siren" in self.channels:
            self._add_notice(alert, "siren", None, "警灯")
        self.tell(alert, list(people.values()))

    def tell(self, alert: Alert, people: list[Person]) -> None:
        """Write a notice for each of these people, through every channel that reaches them."""
        for person in people:
            self._add_notice(alert, "desk", person.id, person.display)
            if "sms" in self.channels and person.phone:
                self._add_notice(alert, "sms", person.id, person.display, person.phone)
        if people and "webhook" in self.channels:
            self._add_notice(alert, "webhook", None, "、".join(p.display for p in people)[:64])

    def finish(self) -> None:
        """Write what was collected; the last act before the commit."""
        if self.notices:
            rows = [{k: v for k, v in n.items() if k != "_out"} for n in self.notices]
            for made, row in zip(self.tx.execute(_NEW_NOTICE, rows), self.notices, strict=True):
                row["id"] = made.id
        if self._replies:
            count = len(self._replies)
            last = self.tx.execute(_NEXT_REPLY, {"rows": count}).scalar_one()
            first = last - count + 1
            rows = [{"seq": seq, **r} for seq, r in enumerate(self._replies, first)]
            self.tx.execute(insert(reply), rows)
            self.replied = True
        audit.append(self.tx, self.now, self._audit)

    def _add_notice(
        self, alert: Alert, channel: str, staff_id: int | None, to: str, address: str = ""
    ) -> None:
        text = self._text(alert)
        self.notices.append(
            {
                "alert": alert.number,
                "step": alert.step,
                "channel": channel,
                "staff_id": staff_id,
                "to": to,
                "text": text,
                "state": "sending",
                "attempts": 1,
                "created_at": self.now,
                "updated_at": self.now,
                "deadline": self.now + NOTICE_LIFE,
                "next_try_at": self.now + FIRST_LEASE,
                "_out": (alert, address),
            }
        )

    def _name(self, resident_id: int) -> str:
        if resident_id not in self._names:
            name = self.tx.execute(_RESIDENT_NAME, {"r": resident_id}).scalar_one()
            self._names[resident_id] = name
        return self._names[resident_id]

    def _text(self, alert: Alert) -> str:
        who = f"{self._name(alert.resident_id)}，" if alert.resident_id is not None else ""
        again = f"，第 {alert.press_count} 次" if alert.press_count > 1 else ""
        late = f"，延迟 {alert.late_s // 60} 分钟" if "late" in alert.marks else ""
        where = self.directory.path(alert.area)
        return (
            f"【一键救助】{alert.number} 号 {KIND_TEXT[alert.kind]}：{who}{where}{again}{late}。"
            f"请打开值守台点“我来处理”（通知 {alert.step + 1}）"
        )
