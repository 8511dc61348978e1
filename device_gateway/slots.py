"""The newest reply of each device and the place in the hub's stream, on disk in one transaction."""

import logging
import sqlite3
import threading
from datetime import datetime
from pathlib import Path

from pydantic import ValidationError

from alerts.contract import Reply

log = logging.getLogger(__name__)

_TABLES = """
CREATE TABLE IF NOT EXISTS slot (device TEXT PRIMARY KEY, reply TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS place (one INTEGER PRIMARY KEY CHECK (one = 1), seq TEXT NOT NULL);
"""


class Slots:
    """One reply a device, the newest; reads come from memory, writes are on disk when they return.

    Safe from any thread.
    """

    def __init__(self, path: Path) -> None:
        """Go on where an earlier run stopped."""
        self._lock = threading.Lock()
        try:
            self._disk = _opened(path)
        except sqlite3.DatabaseError as why:
            log.error("%s is damaged (%s): set aside, the replies start anew", path, why)
            path.replace(path.with_name(path.name + ".damaged"))
            self._disk = _opened(path)
        rows = self._disk.execute("SELECT reply FROM slot").fetchall()
        replies = (_read(text) for (text,) in rows)
        self._newest = {reply.device: reply for reply in replies if reply is not None}
        place = self._disk.execute("SELECT seq FROM place").fetchone()
        self._seq = str(place[0]) if place else ""

    @property
    def seq(self) -> str:
        """The last line of the stream that is safe here; empty before the first."""
        return self._seq

    def put(self, reply: Reply, now: datetime) -> None:
        """Keep this reply as its device's newest, and the place in the stream with it."""
        with self._lock:
            gone = [old.device for old in self._newest.values() if old.expires_at <= now]
            for device in gone:
                del self._newest[device]
            self._newest[reply.device] = reply
            self._write(str(reply.seq), [(reply.device, reply.model_dump_json())], gone)

    def skip(self, seq: str) -> None:
        """Pass a line that is for nobody here."""
        with self._lock:
            self._write(seq, [], [])

    def newest(self, device: str, now: datetime) -> Reply | None:
        """What this device should know, unless it has expired."""
        reply = self._newest.get(device)
        return reply if reply is not None and reply.expires_at > now else None

    def all_newest(self, now: datetime) -> list[Reply]:
        """The newest reply of every device, without the expired."""
        return [reply for reply in list(self._newest.values()) if reply.expires_at > now]

    def close(self) -> None:
        """Nothing is kept any longer."""
        with self._lock:
            self._disk.close()

    def _write(self, seq: str, kept: list[tuple[str, str]], gone: list[str]) -> None:
        with self._disk:
            self._disk.execute("BEGIN IMMEDIATE")
            self._disk.executemany("DELETE FROM slot WHERE device = ?", [(name,) for name in gone])
            self._disk.executemany("INSERT OR REPLACE INTO slot VALUES (?, ?)", kept)
            self._disk.execute("INSERT OR REPLACE INTO place VALUES (1, ?)", (seq,))
        self._seq = seq


def _opened(path: Path) -> sqlite3.Connection:
    disk = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        disk.execute("PRAGMA journal_mode = WAL")
        disk.execute("PRAGMA synchronous = FULL")
        disk.executescript(_TABLES)
    except sqlite3.DatabaseError:
        disk.close()
        raise
    return disk


def _read(text: str) -> Reply | None:
    try:
        return Reply.model_validate_json(text)
    except ValidationError as why:
        log.error("a kept reply is not understood: %d faults", why.error_count())
        return None
