"""One database, one writer: commands go through a single thread, urgent ones first."""

import asyncio
import itertools
import logging
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url

log = logging.getLogger(__name__)
Answer = TypeVar("Answer")

URGENT, NORMAL, BULK = 0, 1, 2
_STOP = 9


def connect(url: str, *, busy_ms: int = 2000) -> Engine:
    """An engine whose transactions are safe on both databases.

    SQLite: WAL, synchronous=FULL (a commit is on the disk), writers begin with BEGIN IMMEDIATE.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(
            parsed, pool_size=8, max_overflow=8, pool_pre_ping=True, hide_parameters=True
        )
    if parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        parsed,
        pool_size=8,
        max_overflow=8,
        hide_parameters=True,  # values may be personal; errors are logged
        connect_args={"check_same_thread": False, "timeout": busy_ms / 1000},
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        _write_ahead(connection, busy_ms / 1000)
        for pragma in (
            "synchronous=FULL",
            "foreign_keys=ON",
            "cache_size=-16000",
            "wal_autocheckpoint=0",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        reading = connection.get_execution_options().get("reading")
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine


def _write_ahead(connection: Any, patience_s: float) -> None:
    """Two programs that open a new file together: SQLite lets one of them fail without waiting."""
    end = time.monotonic() + patience_s
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError:
            if time.monotonic() > end:
                raise
            time.sleep(0.01)


class Database:
    """Reads from a pool; writes one after the other in their own thread."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime] | None = None) -> None:
        """`clock` replaces the database's clock (PostgreSQL) or this machine's (SQLite)."""
        self.engine = engine
        self.sqlite = engine.dialect.name == "sqlite"
        self._clock = clock
        self._jobs: queue.PriorityQueue[tuple[int, int, Any, Any]] = queue.PriorityQueue()
        self._count = itertools.count()
        self._thread = threading.Thread(target=self._work, name="writer", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Finish what is queued, then let go of the database."""
        self._jobs.put((_STOP, next(self._count), None, None))
        self._thread.join(timeout=10)
        self.engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that only reads and holds no writer up."""
        with self.engine.connect().execution_options(reading=True) as connection:
            yield connection

    def write_now(self, command: Callable[[Connection, datetime], Answer]) -> Answer:
        """Run `command` in one transaction in this thread; for the command line and the tests."""
        with self.engine.begin() as connection:
            return command(connection, self.now(connection))

    async def write(
        self, command: Callable[[Connection, datetime], Answer], priority: int = NORMAL
    ) -> Answer:
        """Run `command` in one transaction of the writer; returns after the commit.

        Raises what the command raises, after a rollback. A caller that has gone away before
        the command's turn takes it back.
        """
        done: Future[Answer] = Future()
        self._jobs.put((priority, next(self._count), command, done))
        return await asyncio.wrap_future(done)

    def now(self, connection: Connection) -> datetime:
        """The moment all decisions of a transaction are made at.

        On PostgreSQL it is the database's clock, so that several hubs agree.
        """
        if self._clock:
            return self._clock()
        if self.sqlite:
            return datetime.now(UTC)
        moment: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
        return moment.astimezone(UTC)

    def checkpoint(self) -> None:
        """Move SQLite's log into its file, outside the writer's thread so that no press waits."""
        if self.sqlite:
            with self.engine.connect() as connection:
                raw = connection.connection.driver_connection
                assert raw is not None  # noqa: S101  (a live connection always has one)
                raw.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    def _work(self) -> None:
        while True:
            _priority, _order, command, done = self._jobs.get()
            if command is None:
                return
            if not done.set_running_or_notify_cancel():
                continue
            try:
                answer = self.write_now(command)
            except Exception as why:
                done.set_exception(why)
            else:
                done.set_result(answer)
