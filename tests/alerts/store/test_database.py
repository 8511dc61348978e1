"""One writer, urgent commands first, and a locked database that loses nothing."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, select, text
from sqlalchemy.exc import OperationalError

from alerts.store import tables
from alerts.store.database import BULK, NORMAL, URGENT, Database, connect
from tests.alerts.stand import NINE, Clock


@pytest.fixture
def database(url: str, clock: Clock) -> Iterator[Database]:
    opened = Database(connect(url, busy_ms=100), clock)
    yield opened
    opened.close()


@pytest.fixture
def lite_database(sqlite_url: str) -> Iterator[Database]:
    opened = Database(connect(sqlite_url, busy_ms=100))
    yield opened
    opened.close()


def seen(database: Database) -> int:
    with database.reading() as tx:
        found: int = tx.execute(select(tables.head.c.seq)).scalars().first() or 0
    return found


@contextmanager
def held_up(database: Database) -> Iterator[None]:
    """The writer is busy until the end of this block."""
    begun, go_on = threading.Event(), threading.Event()

    def wait(_tx: Connection, _now: datetime) -> None:
        begun.set()
        go_on.wait(10)

    loop = asyncio.get_running_loop()
    database._jobs.put((URGENT, -1, wait, _Done(loop)))
    begun.wait(10)
    yield
    go_on.set()


class _Done:
    """The future of a command nobody waits for."""

    def __init__(self, _loop: asyncio.AbstractEventLoop) -> None: ...

    def set_running_or_notify_cancel(self) -> bool:
        return True

    def set_result(self, _answer: object) -> None: ...

    def set_exception(self, why: BaseException) -> None:
        raise why


async def test_urgent_commands_go_first_and_each_kind_in_order(lite_database: Database) -> None:
    order: list[str] = []

    async def ask(name: str, priority: int) -> None:
        await lite_database.write(lambda _tx, _now: order.append(name), priority)

    with held_up(lite_database):
        asked = [
            asyncio.create_task(ask(name, priority))
            for name, priority in (
                ("readings 1", BULK), ("login", NORMAL), ("press 1", URGENT),
                ("readings 2", BULK), ("press 2", URGENT),
            )
        ]  # fmt: skip
        await asyncio.sleep(0)
    await asyncio.gather(*asked)
    assert order == ["press 1", "press 2", "login", "readings 1", "readings 2"]


async def test_a_caller_that_went_away_takes_its_command_back(lite_database: Database) -> None:
    done: list[str] = []
    with held_up(lite_database):
        gone = asyncio.create_task(lite_database.write(lambda _tx, _now: done.append("gone")))
        await asyncio.sleep(0)
        gone.cancel()
        await asyncio.sleep(0)
    await lite_database.write(lambda _tx, _now: done.append("next"))
    assert done == ["next"]


async def test_a_command_that_raises_is_rolled_back_and_the_writer_goes_on(
    database: Database,
) -> None:
    def fails(tx: Connection, _now: datetime) -> None:
        tx.execute(tables.head.update().values(seq=999))
        raise RuntimeError("half way")

    before = seen(database)
    with pytest.raises(RuntimeError, match="half way"):
        await database.write(fails)
    assert seen(database) == before
    assert await database.write(lambda _tx, now: now) == NINE


async def test_a_locked_database_refuses_in_time_and_takes_the_next(
    sqlite_url: str, lite_database: Database
) -> None:
    other = connect(sqlite_url)
    with other.connect() as holder:
        holder.execute(text("SELECT 1"))
        with pytest.raises(OperationalError, match="locked"):
            await lite_database.write(lambda _tx, now: now)
        assert seen(lite_database) >= 0, "whoever only reads is not held up"
        holder.rollback()
    await lite_database.write(lambda tx, _now: tx.execute(tables.head.update().values(seq=5)))
    other.dispose()


def test_a_commit_on_sqlite_is_on_the_disk(lite_database: Database) -> None:
    with lite_database.reading() as tx:
        assert tx.execute(text("PRAGMA synchronous")).scalar() == 2
        assert tx.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert tx.execute(text("PRAGMA foreign_keys")).scalar() == 1


def test_the_log_moves_into_the_file_without_the_writer(
    sqlite_url: str, lite_database: Database
) -> None:
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    lite_database.write_now(lambda tx, _now: tx.execute(tables.head.update().values(seq=77)))
    before = path.read_bytes()
    lite_database.checkpoint()
    assert path.read_bytes() != before


def test_without_a_clock_of_the_tests_the_database_says_what_time_it_is(url: str) -> None:
    database = Database(connect(url))
    with database.reading() as tx:
        now = database.now(tx)
    assert now.tzinfo is UTC
    assert abs(now - datetime.now(UTC)) < timedelta(minutes=1)
    database.close()


def test_a_folder_that_is_missing_is_made(tmp_path: Path) -> None:
    connect(f"sqlite:///{tmp_path}/new/folder/hub.db").dispose()
    assert (tmp_path / "new" / "folder").is_dir()


def test_errors_of_the_database_show_no_values(url: str) -> None:
    engine = connect(url)
    secret = {"login": "王阿婆的电话"}
    with pytest.raises(Exception, match="no_such_table") as trouble, engine.connect() as tx:
        tx.execute(text("SELECT 1 FROM no_such_table WHERE login = :login"), secret)
    assert "王阿婆" not in str(trouble.value)
    engine.dispose()
