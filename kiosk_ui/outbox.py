"""Presses on this machine's disk: committed before anything is said, kept until the hub has them.

The body of an event is stored as it is sent, so every repetition is the same bytes.
"""

import json
import logging
import sqlite3
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from alerts.contract import BATCH_LIMIT, LIFE_KINDS, Event, Kind

log = logging.getLogger(__name__)

URGENT = frozenset({Kind.HELP, Kind.HELP_CANCELLED})
"""Goes before everything else; a cancel keeps its place behind its press."""

_TABLES = """
CREATE TABLE IF NOT EXISTS press (
    place INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    urgent INTEGER NOT NULL,
    body TEXT NOT NULL,
    refused TEXT
);
CREATE TABLE IF NOT EXISTS open_request (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    pressed_at TEXT NOT NULL,
    events TEXT NOT NULL
);
"""


@dataclass(frozen=True)
class Kept:
    """An event that waits for the hub, as it will be sent."""

    id: str
    kind: Kind
    body: str


@dataclass(frozen=True)
class OpenRequest:
    """What a restart needs in order to go on showing a request."""

    kind: Kind
    pressed_at: datetime
    events: tuple[str, ...]


class Outbox:
    """One SQLite file, WAL, synchronous=FULL: what `keep` confirmed survives a power cut.

    Where the disk takes nothing, presses are held in memory and sent all the same.
    """

    def __init__(self, path: Path) -> None:
        """Open the file; a broken one is put aside, never deleted."""
        self._held: dict[str, Kept] = {}
        try:
            self._db = _open(path)
        except sqlite3.OperationalError as why:
            log.error("outbox: %s cannot be opened (%s): presses stay in memory", path, why)
            self._db = _open(None)
            self.durable = False
            return
        except sqlite3.DatabaseError as why:
            self._db = _open(_put_aside(path, why))
        self.durable = True

    def keep(self, event: Event, request: OpenRequest | None = None) -> bool:
        """Commit an event with the request it belongs to; False where only memory has it."""
        row = (event.id, event.kind, event.kind in URGENT, event.model_dump_json())
        try:
            with self._db:
                self._db.execute(
                    "INSERT INTO press (id, kind, urgent, body) VALUES (?, ?, ?, ?)", row
                )
                if request is not None:
                    self._db.execute(
                        "INSERT OR REPLACE INTO open_request VALUES (?, ?, ?, ?)", _row(request)
                    )
        except sqlite3.Error as why:
            log.error("outbox: the disk did not take an event (%s): held in memory", why)
            self._held[event.id] = Kept(event.id, event.kind, row[3])
            return False
        return self.durable

    def waiting(self, urgent: bool) -> list[Kept]:
        """What the hub has not settled, oldest first; a refused one only if a life hangs on it."""
        rows = self._read(
            "SELECT id, kind, body, refused FROM press WHERE urgent = ? ORDER BY place", urgent
        )
        kept = [
            Kept(id_, Kind(kind), body)
            for id_, kind, body, refused in rows
            if refused is None or Kind(kind) in LIFE_KINDS
        ]
        held = [event for event in self._held.values() if (event.kind in URGENT) is urgent]
        return (kept + held)[:BATCH_LIMIT]

    def is_waiting(self, event: str) -> bool:
        """Whether the hub has still to confirm this event."""
        on_disk = self._read("SELECT 1 FROM press WHERE id = ?", event)
        return bool(on_disk) or event in self._held

    def settle(self, event: str) -> None:
        """The hub has it on its disk; it is not sent again."""
        if self._held.pop(event, None) is None:
            self._note("DELETE FROM press WHERE id = ?", event)

    def refuse(self, event: str, reason: str) -> None:
        """The hub said no: kept with its reason, for whoever repairs it."""
        self._note("UPDATE press SET refused = ? WHERE id = ?", reason, event)

    def counts(self) -> tuple[int, int]:
        """How many events wait, and how many of those the hub refused."""
        rows = self._read("SELECT COUNT(*), COUNT(refused) FROM press")
        waiting, refused = rows[0] if rows else (0, 0)
        return waiting + len(self._held), refused

    def open_requests(self) -> list[OpenRequest]:
        """The requests that had not ended when this machine last stopped."""
        rows = self._read("SELECT kind, pressed_at, events FROM open_request")
        return [
            OpenRequest(Kind(kind), datetime.fromisoformat(at), tuple(json.loads(events)))
            for kind, at, events in rows
        ]

    def end_request(self, event: str) -> None:
        """The request that this event opened is over."""
        self._note("DELETE FROM open_request WHERE id = ?", event)

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def _read(self, statement: str, *values: object) -> list[Any]:
        try:
            return self._db.execute(statement, values).fetchall()
        except sqlite3.Error as why:
            log.error("outbox: cannot be read: %s", why)
            return []

    def _note(self, statement: str, *values: str) -> None:
        """Commit; on failure the row stays as it was, and sending it again does no harm."""
        try:
            with self._db:
                self._db.execute(statement, values)
        except sqlite3.Error as why:
            log.error("outbox: cannot note what became of an event: %s", why)


def _open(path: Path | None) -> sqlite3.Connection:
    db = sqlite3.connect(path or ":memory:", timeout=2.0)
    try:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.executescript(_TABLES)
    except sqlite3.Error:
        db.close()
        raise
    return db


def _put_aside(path: Path, why: sqlite3.DatabaseError) -> Path:
    for tail in ("", "-wal", "-shm"):
        broken = path.with_name(path.name + tail)
        if broken.exists():
            count = len(list(path.parent.glob(f"{path.name}{tail}.broken-*")))
            broken.rename(broken.with_name(f"{broken.name}.broken-{count + 1}"))
    log.error("outbox: %s cannot be read (%s): put aside as .broken, starting anew", path, why)
    return path


def _row(request: OpenRequest) -> tuple[str, str, str, str]:
    return (
        request.events[0],
        request.kind,
        request.pressed_at.isoformat(),
        json.dumps(request.events),
    )
