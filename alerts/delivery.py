"""Sends notices: new ones right after the commit, others again until they arrive or expire."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, func, select, update

from alerts.channels.channel import Channel, Outcome, Outgoing
from alerts.channels.siren import Siren
from alerts.contract import Severity
from alerts.counters import COUNTERS
from alerts.engine import Engine
from alerts.ladder import LADDERS
from alerts.model import Alert, State
from alerts.store import alert_rows
from alerts.store.database import BULK
from alerts.store.tables import notice, staff
from alerts.work import FIRST_LEASE, Work

log = logging.getLogger(__name__)

PAGING = ("sms", "webhook")
"""Channels that go out and find a person; when all of a rung fail the ladder moves on at once."""

ANSWERED_AT_ONCE = ("siren",)
"""Channels whose `sent` is followed by more within moments; where nothing follows, send again."""

RECEIPT = "receipt"
BACK_OFF = (2, 5, 10, 30, 60)
CLAIM = 100
_FINAL = ("delivered", "failed", "expired")
_UPDATE = (
    update(notice)
    .where(notice.c.id == bindparam("n"), and_(*(notice.c.state != final for final in _FINAL)))
    .values(
        state=bindparam("st"),
        reason=bindparam("why"),
        provider_id=bindparam("pid"),
        updated_at=bindparam("at"),
        next_try_at=bindparam("again"),
    )
)


@dataclass(frozen=True)
class _Result:
    notice_id: int
    channel: str
    attempt: int | None
    """None where a channel reports later: the row knows how often it was tried."""
    outcome: Outcome


class Delivery:
    """Every notice ends sent, delivered, failed or expired, with a coded reason."""

    def __init__(self, engine: Engine, channels: dict[str, Channel]) -> None:
        """Listens to the engine; call `run` to also repeat and record."""
        self._engine = engine
        self.channels = channels
        self._results: asyncio.Queue[_Result] = asyncio.Queue()
        self._sending: set[asyncio.Task[None]] = set()
        engine.listeners.append(self._after_commit)

    def report(self, notice_id: int, outcome: Outcome) -> None:
        """A channel knows more than when it said `sent`; called in the event loop's thread."""
        self._results.put_nowait(_Result(notice_id, RECEIPT, None, outcome))

    async def run(self) -> None:
        """Record results and repeat what did not arrive, until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._forever(self._record, 0.02))
            group.create_task(self._forever(self._repeat, 1.0))

    async def _forever(self, work: Callable[[], Any], pause_s: float) -> None:
        while True:
            try:
                await work()
            except Exception:
                log.exception("delivery goes on after an error")
                await asyncio.sleep(1)
            await asyncio.sleep(pause_s)

    def _after_commit(self, work: Work) -> None:
        for row in work.notices:
            alert, address = row["_out"]
            self._start(_outgoing(alert, row, address), row["channel"])
        siren = self.channels.get("siren")
        if isinstance(siren, Siren):
            for alert in work.quiet:
                siren.quiet(_outgoing(alert, _NO_NOTICE, ""))

    def _start(self, out: Outgoing, channel: str) -> None:
        task = asyncio.get_running_loop().create_task(self._send(out, channel))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _send(self, out: Outgoing, name: str) -> None:
        channel = self.channels.get(name)
        if channel is None:
            outcome = Outcome("failed", "not_configured", None)
        else:
            try:
                outcome = await channel.send(out)
            except Exception:
                log.exception("channel %s failed for notice %s", name, out.notice_id)
                outcome = Outcome("retry", "channel_error", None)
        self._results.put_nowait(_Result(out.notice_id, name, out.attempt, outcome))

    async def _record(self) -> None:
        results = [await self._results.get()]
        while not self._results.empty() and len(results) < CLAIM:
            results.append(self._results.get_nowait())
        try:
            await self._engine.run(lambda work: _store_results(work, results), BULK)
        except Exception:
            for result in results:
                self._results.put_nowait(result)
            raise

    async def _repeat(self) -> None:
        """Take over notices whose sender was killed or whose next try has come."""
        if not await asyncio.to_thread(self._any_to_repeat):
            return
        claimed = await self._engine.run(
            lambda work: _claim(work, lock=not self._engine.database.sqlite), BULK
        )
        for out, channel in claimed:
            self._start(out, channel)

    def _any_to_repeat(self) -> bool:
        """A look that holds nobody up: mostly there is nothing."""
        database = self._engine.database
        with database.reading() as connection:
            first = connection.execute(select(func.min(notice.c.next_try_at))).scalar()
            return first is not None and first <= database.now(connection)


def _store_results(work: Work, results: list[_Result]) -> None:
    numbers = work.tx.execute(
        select(notice.c.alert, notice.c.step, notice.c.id, notice.c.attempts).where(
            notice.c.id.in_([r.notice_id for r in results])
        )
    ).all()
    tried = {row.id: row.attempts for row in numbers}
    rows, lost = [], []
    for result in results:
        state, again = _state_after(result, tried.get(result.notice_id, 1), work.now)
        rows.append(
            {
                "n": result.notice_id,
                "st": state,
                "why": "" if result.outcome.reason == "ok" else result.outcome.reason[:48],
                "pid": result.outcome.provider_id and result.outcome.provider_id[:128],
                "at": work.now,
                "again": again,
            }
        )
        COUNTERS.notices.labels(result.channel, state).inc()
        if state in ("failed", "pending"):
            lost.append(result.notice_id)
    work.tx.execute(_UPDATE, rows)
    for row in numbers:
        work.touched.add(row.alert)
        if row.id in lost:
            move_on(work, row.alert, row.step)


def _state_after(result: _Result, tried: int, now: datetime) -> tuple[str, datetime | None]:
    if result.outcome.state == "retry":
        wait = BACK_OFF[min(max(result.attempt or tried, 1), len(BACK_OFF)) - 1]
        return "pending", now + timedelta(seconds=wait)
    if result.outcome.state == "sent" and result.channel in ANSWERED_AT_ONCE:
        return "sent", now + FIRST_LEASE
    return result.outcome.state, None


def move_on(work: Work, number: int, step: int) -> None:
    """When no paging notice of the present rung got through, the next rung is due now.

    A life waits for no second attempt; what repeats after the last rung keeps its pace.
    """
    found = alert_rows.load(work.tx, number)
    if found is None or found.state is not State.TRIGGERED or found.step != step + 1:
        return
    if found.step >= len(LADDERS[found.ladder].rungs):
        return
    lost = (
        {"failed", "expired", "pending"} if found.severity is Severity.P1 else {"failed", "expired"}
    )
    states = set(
        work.tx.execute(
            select(notice.c.state).where(
                notice.c.alert == number, notice.c.step == step, notice.c.channel.in_(PAGING)
            )
        ).scalars()
    )
    if states and states <= lost and found.due_at and found.due_at > work.now:
        work.note("moved_on", alert=number, step=step)
        passed = found.due_at - work.now
        start = found.climb_from and found.climb_from - passed
        work.save(found, replace(found, due_at=work.now, climb_from=start))


def _claim(work: Work, *, lock: bool) -> list[tuple[Outgoing, str]]:
    query = (
        select(notice)
        .where(notice.c.next_try_at <= work.now)
        .order_by(notice.c.next_try_at)
        .limit(CLAIM)
    )
    if lock:
        query = query.with_for_update(skip_locked=True)
    claimed = []
    for row in work.tx.execute(query).all():
        found = alert_rows.load(work.tx, row.alert)
        expired = row.deadline <= work.now
        over = expired or found is None or _is_answered(found, row.channel)
        work.tx.execute(
            update(notice)
            .where(notice.c.id == row.id)
            .values(
                state="expired" if over else "sending",
                reason=(row.reason or "no_answer") if expired else "answered" if over else "",
                attempts=row.attempts + (0 if over else 1),
                updated_at=work.now,
                next_try_at=None if over else work.now + FIRST_LEASE,
            )
        )
        if expired and found is not None:
            move_on(work, row.alert, row.step)
        elif not over and found is not None:
            phone = work.tx.execute(
                select(staff.c.phone).where(staff.c.id == row.staff_id)
            ).scalar()
            values = {**row._mapping, "attempts": row.attempts + 1}
            claimed.append((_outgoing(found, values, phone or ""), row.channel))
    return claimed


def _is_answered(alert: Alert, channel: str) -> bool:
    """Nobody is woken for what is over, and the siren rings for nobody who has come."""
    if channel == "siren":
        return alert.state not in (State.TRIGGERED, State.PRE_ALARM)
    return alert.state is State.CLOSED


_NO_NOTICE: dict[str, Any] = {"id": 0, "attempts": 1, "text": "", "staff_id": None}


def _outgoing(alert: Alert, row: Any, address: str) -> Outgoing:
    return Outgoing(
        notice_id=row["id"],
        key=f"notice-{row['id']}",
        attempt=row["attempts"],
        alert=alert.number,
        device=alert.device,
        kind=alert.kind.value,
        severity=int(alert.severity),
        area=alert.area,
        address=address,
        text=row["text"],
        staff_id=row["staff_id"],
    )
