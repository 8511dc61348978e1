"""Runs commands against the database and lets the world know after each commit."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Connection, func, select
from sqlalchemy.exc import IntegrityError

from alerts import climb, intake, measure, supervise
from alerts.contract import (
    IS_DEVICE,
    LIFE_KINDS,
    SEVERITY,
    Event,
    ItemResult,
    Kind,
    Presence,
    Reading,
)
from alerts.counters import COUNTERS
from alerts.directory import DirectoryCache
from alerts.store import alert_rows
from alerts.store.database import BULK, NORMAL, URGENT, Database
from alerts.store.tables import alert
from alerts.work import Work

log = logging.getLogger(__name__)
Answer = TypeVar("Answer")

DUE_AT_ONCE = 50
"""Alerts climbed in one transaction; an SOS that comes meanwhile waits for no more than these."""

TRIES = 3
_EVENT = TypeAdapter(Event)
_READING = TypeAdapter(Reading)
_NEXT_DUE = select(func.min(alert.c.due_at)).where(alert.c.state != "closed")
_OVERDUE = select(alert.c.number).where(
    alert.c.state != "closed", alert.c.key != f"hub:{Kind.HUB_FAULT}"
)


class Engine:
    """The hub's commands; every one is a transaction of its own."""

    def __init__(self, database: Database, channels: frozenset[str]) -> None:
        """`channels` names those that are switched on."""
        self.database = database
        self.directory = DirectoryCache()
        self.channels = channels
        self.listeners: list[Callable[[Work], None]] = []
        """Called in the event loop after each commit, with the work that was done."""
        self.started_at: datetime | None = None
        self.alive_at = float("-inf")
        """Monotonic seconds of the last look at the due steps."""

    async def run(self, command: Callable[[Work], Answer], priority: int = NORMAL) -> Answer:
        """Run one command; after its commit the listeners hear of what it did.

        A lost race (another hub on the same database was faster) is tried again.
        """
        for left in reversed(range(TRIES)):
            try:
                answer, work = await self.database.write(self._transaction(command), priority)
            except (alert_rows.Changed, IntegrityError):
                if not left:
                    raise
            else:
                for listener in self.listeners:
                    listener(work)
                return answer
        raise AssertionError("unreachable")

    def run_now(self, command: Callable[[Work], Answer]) -> Answer:
        """The same without a loop and listeners: for the command line."""
        return self.database.write_now(self._transaction(command))[0]

    def _transaction(
        self, command: Callable[[Work], Answer]
    ) -> Callable[[Connection, datetime], tuple[Answer, Work]]:
        def transaction(tx: Connection, now: datetime) -> tuple[Answer, Work]:
            work = Work(tx, now, self.directory.get(tx), self.channels)
            answer = command(work)
            work.finish()
            return answer, work

        return transaction

    # ── what devices and kiosks say ──────────────────────────────────────────────────────────
    async def take_events(self, source: str, raw: list[Any]) -> list[ItemResult]:
        """Store events of one source and act on them; answers in input order, after the commit.

        Where one item fails for a reason nobody foresaw, each is tried alone, so that it cannot
        hold up the others; if it is a matter of life the error is raised: the sender must repeat.
        """
        items = [_parse(_EVENT, item) for item in raw]
        try:
            answers = await self.run(lambda work: _take_all(work, source, items), URGENT)
        except (alert_rows.Changed, IntegrityError, ValueError, TypeError, KeyError, LookupError):
            if len(items) == 1:
                return [await self._take_alone(source, items[0], raw[0])]
            log.exception("a batch of events from %s failed, trying them one by one", source)
            return [
                result.model_copy(update={"index": i})
                for i, item in enumerate(raw)
                for result in await self.take_events(source, [item])
            ]
        return _results(raw, answers, "event")

    async def _take_alone(self, source: str, item: "Event | str", raw: Any) -> ItemResult:
        try:
            answers = await self.run(lambda work: _take_all(work, source, [item]), URGENT)
        except (IntegrityError, ValueError, TypeError, KeyError, LookupError):
            if isinstance(item, Event) and item.kind in LIFE_KINDS:
                raise
            log.exception("an event from %s cannot be handled", source)
            answers = [("refused", "internal_error")]
        return _results([raw], answers, "event")[0]

    async def take_readings(self, source: str, raw: list[Any]) -> list[ItemResult]:
        """Store readings of one source; they wait behind events, never before them."""
        parsed = [_parse(_READING, item) for item in raw]
        good = [item for item in parsed if isinstance(item, Reading)]
        answers = iter(
            await self.run(lambda work: measure.take_readings(work, source, good), BULK)
            if good
            else ()
        )
        merged = [
            next(answers) if isinstance(item, Reading) else ("refused", item) for item in parsed
        ]
        return _results(raw, merged, "reading")

    async def take_presence(self, source: str, presence: Presence) -> int:
        """Note who was heard."""
        return await self.run(lambda work: supervise.take_presence(work, source, presence))

    # ── what time brings ─────────────────────────────────────────────────────────────────────
    def next_due(self) -> datetime | None:
        """When the next due step comes."""
        with self.database.reading() as connection:
            due: datetime | None = connection.execute(_NEXT_DUE).scalar()
            return due

    def now(self) -> datetime:
        """The clock of decisions."""
        with self.database.reading() as connection:
            return self.database.now(connection)

    async def climb_due(self) -> int:
        """Do every due step that has come; returns how many were done."""
        return await self.run(self._climb_due, URGENT)

    def _climb_due(self, work: Work) -> int:
        lock = not self.database.sqlite
        due = alert_rows.due(work.tx, work.now, DUE_AT_ONCE, lock=lock)
        for found in due:
            climb.step(work, found)
        return len(due)

    async def sweep(self) -> int:
        """Raise silences, and prove that no open alert is without its due step."""
        started_at = self.started_at
        if started_at is None:
            started_at = self.started_at = await asyncio.to_thread(self.now)
        raised = await self.run(lambda work: supervise.sweep(work, started_at), BULK)
        await self.run(_prove, URGENT)
        return raised


def _prove(work: Work) -> None:
    """Promise 2: an open alert overdue by half a minute, or without a due step, is an alarm."""
    late = (alert.c.due_at.is_(None)) | (alert.c.due_at < work.now - supervise.SOURCE_SILENCE)
    forgotten = list(work.tx.execute(_OVERDUE.where(late)).scalars())
    if not forgotten:
        return
    log.error("open alerts without a due step: %s", forgotten)
    key = f"hub:{Kind.HUB_FAULT}"
    if alert_rows.find_open(work.tx, key) is None:
        root = min(work.directory.areas, key=len)
        kind = Kind.HUB_FAULT
        data = {"forgotten": forgotten[:100]}
        intake.open_alert(work, kind, SEVERITY[kind], key, work.now, area=root, data=data)


def _take_all(work: Work, source: str, items: list["Event | str"]) -> list[tuple[str, str | None]]:
    answers: list[tuple[str, str | None]] = []
    for item in items:
        if isinstance(item, str):
            answers.append(("refused", item))
            continue
        try:
            new = intake.take(work, item, source)
        except intake.Refused as why:
            answers.append(("refused", why.reason))
        else:
            answers.append(("accepted" if new else "duplicate", None))
    return answers


def _parse(shape: TypeAdapter[Any], item: Any) -> Any:
    """The checked item, or the reason why it is none."""
    try:
        return shape.validate_python(item)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "item"
        return f"{first['type']}:{place}"[:64]


def _results(raw: list[Any], answers: list[tuple[str, str | None]], what: str) -> list[ItemResult]:
    results = []
    for index, (item, (status, reason)) in enumerate(zip(raw, answers, strict=True)):
        fields = item if isinstance(item, dict) else {}
        name, item_id = fields.get("device"), fields.get("id")
        name = name if isinstance(name, str) and IS_DEVICE.match(name) else None
        item_id = item_id[:128] if isinstance(item_id, str) else None
        if status == "refused":
            log.warning("refused a %s of %s: %s", what, name or "an unnamed device", reason)
        COUNTERS.items.labels(what, status).inc()
        results.append(
            ItemResult.model_construct(
                index=index, device=name, id=item_id, status=status, reason=reason
            )
        )
    return results
