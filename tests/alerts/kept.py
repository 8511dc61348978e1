"""A seeded PostgreSQL database that is put back after each test: quicker than one for each."""

from types import TracebackType
from typing import Self

from sqlalchemy import create_engine, text

from alerts.store.tables import metadata

KEEP = 'CREATE TABLE kept."{0}" AS SELECT * FROM "{0}"'
PUT_BACK = 'DELETE FROM "{0}"; INSERT INTO "{0}" SELECT * FROM kept."{0}"'
COUNT_ON = (
    "SELECT setval(pg_get_serial_sequence('\"{0}\"', '{1}'), "
    '(SELECT coalesce(max("{1}"), 0) + 1 FROM "{0}"), false)'
)
QUIETLY = "SET LOCAL lock_timeout = '10s'; SET LOCAL session_replication_role = replica"
"""Without triggers and foreign keys: the log is append-only for everybody else."""


class KeptDatabase:
    """Remembers what all tables hold when it is opened."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._engine = create_engine(url)
        tables = metadata.sorted_tables
        counted = [t.autoincrement_column for t in tables]
        keys = [(c.table.name, c.name) for c in counted if c is not None]
        self._steps = [QUIETLY, *(PUT_BACK.format(t.name) for t in tables)]
        self._steps += [COUNT_ON.format(*key) for key in keys]

    def put_back(self) -> None:
        """Everything is as it was."""
        with self._engine.begin() as connection:
            connection.execute(text(";".join(self._steps)))

    def __enter__(self) -> Self:
        with self._engine.begin() as connection:
            connection.execute(text("CREATE SCHEMA kept"))
            for table in metadata.sorted_tables:
                connection.execute(text(KEEP.format(table.name)))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._engine.dispose()
