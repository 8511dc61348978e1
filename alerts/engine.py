"""Runs commands against the database and lets the world know after each commit."""

import asyncio
import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Connection, func, select
from sqlalchemy.exc import IntegrityError, OperationalError, StatementError

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

LOOKED_AWAY_S = 12
"""So long a hub must not look away to know who was silent meanwhile."""

STUCK_PAUSE = timedelta(seconds=10)
"""Until a due step that failed is tried again."""

UNFORESEEN = (
    alert_rows.Changed,
    StatementError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    AttributeError,
)
"""What one item may cause that is no fault of the others; a database out of reach is not it."""

TRIES = 3
_EVENT = TypeAdapter(Event)
_READING = TypeAdapter(Reading)
_NEXT_DUE = select(func.min(alert.c.due_at)).where(alert.c.state != "closed")
_OVERDUE = select(alert.c.number).where(
    alert.c.state != "closed", alert.c.key != f"hub:{Kind.HUB_FAULT}"
)


class Engine:
    """The hub's commands; every one is a transaction of its own."""

    def __init__(
        self,
        database: Database,
        channels: frozenset[str],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`channels` names those that are switched on."""
        self.database = database
        self._monotonic = monotonic
        self._looked_at = float("-inf")
        self.directory = DirectoryCache()
        self.channels = channels
        self.listeners: list[Callable[[Work], None]] = []
        """Called in the event loop after each commit, with the work that was done."""
        self.started_at: datetime | None = None
        """Since when this hub has been listening without a break."""
        self.alive_at = float("-inf")
        """Monotonic seconds of the last look at the due steps."""

    async def run(self, command: Callable[[Work], Answer], priority: int = NORMAL) -> Answer:
        """Run one command; after its commit the listeners hear of what it did.

        A lost race (another hub on the same database was faster) is tried again.
        """
        for left in reversed(range(TRIES)):
            try:
                answer, work = await self.database.write(self._transaction(command), priority)
            except (alert_rows.Changed, IntegrityError, OperationalError) as why:
                if not left or (isinstance(why, OperationalError) and not _gave_way(why)):
                    raise
            else:
                self._spread(work)
                return answer
        raise AssertionError("unreachable")

    def _spread(self, work: Work) -> None:
        """It is committed: no listener's trouble may make the caller believe it is not."""
        for listener in self.listeners:
            try:
                listener(work)
            except Exception:
                log.exception("a listener stumbled after a commit")

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
        except OperationalError:
            raise
        except UNFORESEEN:
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
        """A press whose data cannot be handled is raised without it."""
        try:
            answers = await self.run(lambda work: _take_all(work, source, [item]), URGENT)
        except OperationalError:
            raise
        except UNFORESEEN:
            if isinstance(item, Event) and item.kind in LIFE_KINDS:
                if not item.data:
                    raise
                log.exception("a press from %s is taken without its data", source)
                return await self._take_alone(source, item.model_copy(update={"data": {}}), raw)
            log.exception("an event from %s cannot be handled", source)
            answers = [("refused", "internal_error")]
        return _results([raw], answers, "event")[0]

    async def take_readings(self, source: str, raw: list[Any]) -> list[ItemResult]:
        """Store readings of one source; they wait behind events, never before them."""
        parsed = [_parse(_READING, item) for item in raw]
        good = [item for item in parsed if isinstance(item, Reading)]
        answers = iter(await self._measured(source, good) if good else ())
        merged = [
            next(answers) if isinstance(item, Reading) else ("refused", item) for item in parsed
        ]
        return _results(raw, merged, "reading")

    async def _measured(self, source: str, items: list[Reading]) -> list[measure.Answer]:
        """Where one fails for a reason nobody foresaw, each is tried alone."""
        try:
            return await self.run(lambda work: measure.take_readings(work, source, items), BULK)
        except OperationalError:
            raise
        except UNFORESEEN:
            log.exception("%d readings from %s cannot be handled together", len(items), source)
            if len(items) == 1:
                return [("refused", "internal_error")]
            return [answer for item in items for answer in await self._measured(source, [item])]

    async def take_presence(self, source: str, presence: Presence) -> int:
        """Note who was heard."""
        return await self.run(lambda work: supervise.take_presence(work, source, presence))

    # ── what time brings ─────────────────────────────────────────────────────────────────────
    def is_due(self) -> bool:
        """Whether a due step has come; a look that holds nobody up."""
        with self.database.reading() as connection:
            due: datetime | None = connection.execute(_NEXT_DUE).scalar()
            return due is not None and due <= self.database.now(connection)

    def now(self) -> datetime:
        """The clock of decisions."""
        with self.database.reading() as connection:
            return self.database.now(connection)

    async def climb_due(self) -> int:
        """Do every due step that has come; returns how many were done.

        One that cannot be done holds up no other.
        """
        try:
            return await self.run(lambda work: self._climb_due(work, DUE_AT_ONCE), URGENT)
        except OperationalError:
            raise
        except UNFORESEEN:
            log.exception("due steps cannot be done together, trying them one by one")
        numbers = await self.run(lambda work: alert_rows.due_numbers(work.tx, work.now), URGENT)
        return sum([await self._climb_alone(number) for number in numbers])

    def _climb_due(self, work: Work, limit: int, number: int | None = None) -> int:
        lock = not self.database.sqlite
        due = alert_rows.due(work.tx, work.now, limit, lock=lock, number=number)
        for found in due:
            climb.step(work, found)
        return len(due)

    async def _climb_alone(self, number: int) -> int:
        try:
            return await self.run(lambda work: self._climb_due(work, 1, number), URGENT)
        except OperationalError:
            raise
        except UNFORESEEN:
            log.exception("the due step of alert %s cannot be done", number)
            await self.run(lambda work: _put_off(work, number), URGENT)
            return 0

    async def sweep(self) -> int:
        """Raise silences, and prove that no open alert is without its due step.

        A hub that could not look for a while (stopped, asleep, its database locked) did not
        listen either: nobody is judged before it has listened again for half a minute.
        """
        if self._monotonic() - self._looked_at > LOOKED_AWAY_S or self.started_at is None:
            self.started_at = await asyncio.to_thread(self.now)
        started_at = self.started_at
        raised = await self.run(lambda work: supervise.sweep(work, started_at), BULK)
        await self.run(lambda work: _prove(work, started_at), URGENT)
        self._looked_at = self._monotonic()
        return raised


def _gave_way(why: OperationalError) -> bool:
    """Whether PostgreSQL ended this transaction for another one that waited for it."""
    return getattr(why.orig, "sqlstate", None) in ("40P01", "40001")


def _prove(work: Work, started_at: datetime) -> None:
    """Promise 2: an open alert overdue by half a minute, or without a due step, is an alarm."""
    if work.now - started_at < supervise.SOURCE_SILENCE:
        return
    late = (alert.c.due_at.is_(None)) | (alert.c.due_at < work.now - supervise.SOURCE_SILENCE)
    forgotten = list(work.tx.execute(_OVERDUE.where(late)).scalars())
    if not forgotten:
        return
    log.error("open alerts without a due step: %s", forgotten)
    _alarm(work, forgotten)


def _put_off(work: Work, number: int) -> None:
    """A step that cannot be done is tried again soon, and somebody hears of it."""
    alert_rows.put_off(work.tx, number, work.now + STUCK_PAUSE)
    _alarm(work, [number])


def _alarm(work: Work, forgotten: list[int]) -> None:
    """The hub's own alarm: a person must look after these alerts."""
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
