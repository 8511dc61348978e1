"""A PostgreSQL of the test run's own: Debian's server, an unprivileged user, a socket in /tmp."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg

from tests.services.process import end, spawn, wait_until

FAST = {
    "listen_addresses": "",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "shared_buffers": "64MB",
    "max_connections": "100",
    "autovacuum": "off",
}
"""Settings for data that nobody misses after the tests; the socket is the only way in."""


class Postgres:
    """One server for the whole test run; each test takes a database of its own from it."""

    def __init__(self) -> None:
        """Nothing is started before `with`."""
        self.binaries = _binaries()
        self.user = _unprivileged_user()
        self.directory = Path(tempfile.mkdtemp(prefix="yijian-pg-", dir="/tmp"))
        self.log = self.directory.with_suffix(".log")
        self._process: subprocess.Popen[bytes] | None = None

    def url(self, database: str) -> str:
        """How SQLAlchemy reaches a database of this server."""
        return f"postgresql+psycopg://hub@/{database}?host={self.directory}"

    def start(self) -> None:
        """Make the cluster and return once it answers."""
        if self.user:
            shutil.chown(self.directory, self.user)
        self._run(
            self.binaries / "initdb", "--auth=trust", "--username=hub", "--encoding=UTF8",
            "--locale=C.UTF-8", "--no-sync", "--pgdata", self.directory / "data",
        )  # fmt: skip
        settings = [part for name, value in FAST.items() for part in ("-c", f"{name}={value}")]
        self._process = spawn(
            [
                self.binaries / "postgres", "-D", self.directory / "data",
                "-k", self.directory, *settings,
            ],
            self.log,
            self.user,
        )  # fmt: skip
        wait_until(self._answers, self._process, self.log)

    def stop(self) -> None:
        """End the server and remove its data."""
        if self._process is not None:
            end(self._process, signal.SIGINT)
            self._process = None
        shutil.rmtree(self.directory)
        self.log.unlink(missing_ok=True)

    @contextmanager
    def fresh_database(self) -> Iterator[str]:
        """The URL of an empty database that is gone afterwards, whoever is still connected."""
        name = f"test_{uuid.uuid4().hex[:12]}"
        self._admin(f'CREATE DATABASE "{name}"')
        try:
            yield self.url(name)
        finally:
            self._admin(f'DROP DATABASE "{name}" WITH (FORCE)')

    def _admin(self, statement: str) -> None:
        with psycopg.connect(self._conninfo(), autocommit=True) as connection:
            connection.execute(statement.encode())

    def _conninfo(self) -> str:
        return f"host={self.directory} user=hub dbname=postgres"

    def _answers(self) -> bool:
        try:
            psycopg.connect(self._conninfo()).close()
        except psycopg.OperationalError:
            return False
        return True

    def _run(self, *command: str | Path) -> None:
        process = spawn(command, self.log, self.user)
        if process.wait(120):
            raise RuntimeError(f"{command[0]}: {self.log.read_text('utf-8', 'replace')[-4000:]}")

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def _binaries() -> Path:
    """The folder of the newest server installed; Debian keeps it out of PATH."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4])
    )
    if found:
        return found[-1].parent
    elsewhere = shutil.which("initdb")
    if elsewhere is None:
        raise RuntimeError("no PostgreSQL server here: `make setup` installs it")
    return Path(elsewhere).resolve().parent


def _unprivileged_user() -> str | None:
    """Who runs the server where the tests run as root: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"
